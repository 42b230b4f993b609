/** Measures `skein serve` from outside: HTTP, the Worker, the objects, storage. */
import { Connection } from '../cli/connection.ts';
import { benchBulkImport } from './bulk-import-bench.ts';
import { type ClientsTimes, runClients } from './clients.ts';
import { benchDisk, benchSqlite } from './disk-bench.ts';
import type { Extent } from './extent.ts';
import type { Figure, Report } from './figure.ts';
import { FLIGHTS_FOLDER, timeImport } from './flights-import.ts';
import { HttpClient } from './http-client.ts';
import { readRoutes } from './routes.ts';
import { median, percentile } from './sampling.ts';
import type { Server } from './server.ts';
import {
  AGGREGATION,
  CONCURRENT_CLIENTS,
  commitStatement,
  FROM_IATA,
  POINT_LOOKUP,
  roundRobin,
  SHORTEST_PATH,
  type Statement,
  TO_IATA,
  TWO_HOPS,
} from './workload.ts';
import { benchWriters } from './writers-bench.ts';

/** Databases by the instances that they have. */
const SINGLE = { name: 'single', instances: '1 instance', regions: "['weur']" } as const;
const PAIR = { name: 'pair', instances: 'MAIN and SYNC replica', regions: "['weur', 'enam']" } as const;

type Database = typeof SINGLE | typeof PAIR;

export async function benchServe(server: Server, extent: Extent, report: Report): Promise<void> {
  const client = new HttpClient(server.url, { token: server.token, connectionsMax: CONCURRENT_CLIENTS });
  try {
    const target = new ServeTarget(client, extent, report);
    for (const { name, regions } of [SINGLE, PAIR]) {
      await client.run('system', say(`CREATE DATABASE ${name} OPTIONS {regions: ${regions}, mode: 'SYNC'}`));
    }
    await benchImports(client, server, extent, report);
    await benchBulkImport(server, extent, report);
    await benchReads(target);
    report.say('disk');
    const fsync = benchDisk(extent);
    report.add(fsync);
    report.add(benchSqlite(extent));
    await benchWriters(fsync.perSecond, extent, report);
    for (const database of [SINGLE, PAIR]) await benchCommits(target, database, fsync.medianMs);
  } finally {
    client.close();
  }
}

/** Asks, with warm-up, and reports. */
class ServeTarget {
  readonly client: HttpClient;
  readonly #extent: Extent;
  readonly #report: Report;

  constructor(client: HttpClient, extent: Extent, report: Report) {
    this.client = client;
    this.#extent = extent;
    this.#report = report;
  }

  async measure(question: Question): Promise<Figure> {
    const { workload, clients, ask, unit = 'requests', floorMs, note } = question;
    this.#report.say(`serve: ${workload}`);
    const requests = clients === 1 ? this.#extent.requests : this.#extent.concurrentRequests;
    await runClients(ask, { clients, requests: Math.ceil(requests * this.#extent.warmUpShare) });
    const times = await runClients(ask, { clients, requests });
    const figure: Figure = {
      ...{ place: 'serve', workload, operations: requests, unit, ...rates(times) },
      ...(floorMs !== undefined && { floorMs }),
      ...(note !== undefined && { note }),
    };
    this.#report.add(figure);
    return figure;
  }
}

interface Question {
  readonly workload: string;
  readonly clients: number;
  readonly ask: () => Promise<unknown>;
  readonly unit?: string;
  readonly floorMs?: number;
  readonly note?: string;
}

function rates({ latenciesMs, wholeMs }: ClientsTimes) {
  const perSecond = (latenciesMs.length * 1_000) / wholeMs;
  return { medianMs: median(latenciesMs), p99Ms: percentile(latenciesMs, 0.99), perSecond };
}

/** The first import goes into the database that is then read, any further one into a database of its own. */
async function benchImports(client: HttpClient, server: Server, extent: Extent, report: Report): Promise<void> {
  const connection = new Connection(server.url, server.token);
  const batchesMs: number[] = [];
  let [relationships, relationshipsMs, seconds] = [0, 0, 0];
  for (let run = 0; run < extent.serveImports; run += 1) {
    report.say(`serve: import ${run + 1} of ${extent.serveImports}`);
    const database = run === 0 ? SINGLE.name : `${SINGLE.name}-${run}`;
    if (run > 0)
      await client.run('system', say(`CREATE DATABASE \`${database}\` OPTIONS {regions: ${SINGLE.regions}}`));
    const times = await timeImport(connection, database);
    relationships += times.report.relationships;
    relationshipsMs += times.relationshipsMs;
    seconds += times.report.seconds;
    batchesMs.push(...times.batchesMs);
  }
  const sorted = Float64Array.from(batchesMs).sort();
  report.add({
    place: 'serve',
    workload: 'import, batches of 5,000 routes, 2 on the way',
    operations: sorted.length,
    medianMs: median(sorted),
    p99Ms: percentile(sorted, 0.99),
    perSecond: (relationships * 1_000) / relationshipsMs,
    unit: 'relationships',
    note: `all in ${(seconds / extent.serveImports).toFixed(1)} s`,
  });
}

/** The floor of a read is an answer of the Worker that needs no object. */
async function benchReads(target: ServeTarget): Promise<void> {
  const { client } = target;
  const nextCode = roundRobin([...readRoutes(FLIGHTS_FOLDER).byIata.keys()]);
  const pointLookup = () => client.run(SINGLE.name, { text: POINT_LOOKUP, parameters: { iata: nextCode() } });
  const { medianMs: floorMs } = await target.measure({
    workload: 'GET /, without an object',
    clients: 1,
    ask: () => client.discover(),
  });
  await target.measure({
    workload: 'RETURN 1',
    clients: 1,
    floorMs,
    ask: () => client.run(SINGLE.name, say('RETURN 1')),
  });
  await target.measure({ workload: 'point lookup', clients: 1, floorMs, ask: pointLookup });
  await target.measure({
    workload: `point lookup, ${CONCURRENT_CLIENTS} clients`,
    clients: CONCURRENT_CLIENTS,
    ask: pointLookup,
  });
  for (const [workload, statement] of READS) {
    const { length } = await client.rows(SINGLE.name, statement);
    const note = `${length} ${length === 1 ? 'row' : 'rows'}`;
    await target.measure({ workload, clients: 1, floorMs, note, ask: () => client.run(SINGLE.name, statement) });
  }
}

const READS: readonly (readonly [workload: string, statement: Statement])[] = [
  ['two hops', { text: TWO_HOPS, parameters: { from: FROM_IATA } }],
  ['shortest path', { text: SHORTEST_PATH, parameters: { from: FROM_IATA, to: TO_IATA } }],
  ['aggregation', { text: AGGREGATION, parameters: {} }],
];

/** The floor of a commit by a lone writer is an fsync; together, commits share theirs. */
async function benchCommits(target: ServeTarget, database: Database, fsyncMs: number): Promise<void> {
  let number = 0;
  const ask = () => {
    number += 1;
    return target.client.run(database.name, commitStatement(number));
  };
  for (const clients of [1, CONCURRENT_CLIENTS]) {
    const writers = clients === 1 ? 'one writer' : `${clients} writers`;
    const workload = `commit, ${writers}, ${database.instances}`;
    await target.measure({ workload, clients, ask, unit: 'commits', ...(clients === 1 && { floorMs: fsyncMs }) });
  }
  const [[count] = []] = await target.client.rows(database.name, say('MATCH (r:Reading) RETURN count(r)'));
  if (count !== number) throw new Error(`${number} commits were acknowledged, and ${String(count)} are there`);
}

function say(text: string): Statement {
  return { text, parameters: {} };
}
