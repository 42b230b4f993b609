/** How long `skein import` takes for the medium Pokec graph, from CSV files to what is on disk. */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Extent } from './extent.ts';
import type { Report } from './figure.ts';
import { HttpClient } from './http-client.ts';
import { writeCsv } from './pokec/csv.ts';
import { socialGraph } from './pokec/social-graph.ts';
import type { Server } from './server.ts';

const SKEIN = resolve(import.meta.dirname, '../cli/skein.ts');
const DATABASE = 'bulk';

/** As neo4j-admin reads them. */
const HEADERS = {
  users: 'id:ID(User),completion_percentage:int,gender,age:int',
  friendships: ':START_ID(User),:END_ID(User)',
};

export async function benchBulkImport(server: Server, extent: Extent, report: Report): Promise<void> {
  report.say(`serve: import of the ${extent.bulkImport} Pokec graph`);
  const graph = socialGraph(extent.bulkImport);
  const folder = mkdtempSync(join(tmpdir(), 'skein-bulk-'));
  const client = new HttpClient(server.url, { token: server.token, connectionsMax: 1 });
  try {
    const files = writeCsv(graph, folder, HEADERS);
    await client.run('system', { text: `CREATE DATABASE ${DATABASE} OPTIONS {regions: ['weur']}`, parameters: {} });
    const startedMs = performance.now();
    await promisify(execFile)(
      process.execPath,
      [
        SKEIN,
        'import',
        '-d',
        DATABASE,
        '--nodes',
        `User=${files.users}`,
        '--relationships',
        `Friend=${files.friendships}`,
      ],
      { env: { ...process.env, SKEIN_ADMIN_TOKEN: server.token, SKEIN_URL: server.url }, cwd: folder },
    );
    const tookMs = performance.now() - startedMs;
    const [[count] = []] = await client.rows(DATABASE, { text: 'MATCH ()-[r]->() RETURN count(r)', parameters: {} });
    if (Number(count) !== graph.friendships)
      throw new Error(`${count} of ${graph.friendships} relationships are there`);
    const storage = "SHOW STORAGE INFO YIELD `storage info` AS name, value WHERE name = 'memory_tracked' RETURN value";
    const [[bytes] = []] = await client.rows(DATABASE, { text: storage, parameters: {} });
    report.add({
      place: 'serve',
      workload: `skein import, ${graph.users.toLocaleString('en')} nodes from CSV`,
      operations: 1,
      medianMs: tookMs,
      p99Ms: tookMs,
      perSecond: (graph.friendships / tookMs) * 1_000,
      unit: 'relationships',
      note: `${graph.friendships.toLocaleString('en')} of them; ${(Number(bytes) / 1e6).toFixed(1)} MB of graph`,
    });
  } finally {
    client.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
