/** How long the first answer takes after a start: the Worker, the coordinators' and the instance's objects, and the graph from storage. */
import type { Extent } from './extent.ts';
import type { Figure, Report } from './figure.ts';
import { HttpClient } from './http-client.ts';
import { median, percentile } from './sampling.ts';
import { Server } from './server.ts';

const DATABASE = 'starts';

/** Nodes for so many relationships, as the Pokec graph has them. */
const RELATIONSHIPS_PER_NODE = 17.68515;

/** Made in one statement. */
const BATCH = 20_000;

const INDEX = { text: 'CREATE INDEX FOR (u:User) ON (u.id)', parameters: {} };
const NODES = 'UNWIND range($from, $to) AS id CREATE (:User {id: id, age: 18 + id % 60, gender: id % 2 = 0})';

/** Both ends are spread over all nodes; 7,919 is a prime that the number of nodes is no multiple of. */
const RELATIONSHIPS = `UNWIND range($from, $to) AS i
  MATCH (a:User {id: i % $nodes}) MATCH (b:User {id: (i * 7919 + i / $nodes) % $nodes})
  CREATE (a)-[:Friend]->(b)`;

const QUESTION = 'MATCH (u:User {id: $id})-[:Friend]->(v) RETURN count(v) AS friends';

export async function benchStarts(extent: Extent, report: Report): Promise<void> {
  for (const { relationships, times } of extent.starts) {
    report.say(`serve: starts with ${relationships} relationships`);
    let server = await Server.start();
    const abandon = () => server.abandon();
    process.once('exit', abandon);
    try {
      const expected = await fill(server, relationships);
      const startsMs: number[] = [];
      for (let time = 0; time < times; time += 1) {
        server = await server.restart();
        const startedMs = performance.now();
        const found = await friends(server);
        startsMs.push(performance.now() - startedMs);
        if (found !== expected) throw new Error(`user 1 has ${found} friends after a start, and had ${expected}`);
      }
      report.add(figureOf(relationships, startsMs));
    } finally {
      await server.stop();
      process.off('exit', abandon);
    }
  }
}

/** Fills the database; answers how many friends the user has that is asked for. */
async function fill(server: Server, relationships: number): Promise<number> {
  await using(server, async (client) => {
    await client.run('system', { text: `CREATE DATABASE ${DATABASE} OPTIONS {regions: ['weur']}`, parameters: {} });
    await client.run(DATABASE, INDEX);
    const nodes = Math.ceil(relationships / RELATIONSHIPS_PER_NODE);
    await inBatches(nodes, (range) => client.run(DATABASE, { text: NODES, parameters: range }));
    await inBatches(relationships, (range) =>
      client.run(DATABASE, { text: RELATIONSHIPS, parameters: { ...range, nodes } }),
    );
  });
  return friends(server);
}

async function inBatches(count: number, run: (range: { from: number; to: number }) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += BATCH) await run({ from, to: Math.min(count, from + BATCH) - 1 });
}

function friends(server: Server): Promise<number> {
  return using(server, async (client) => {
    const [[count] = []] = await client.rows(DATABASE, { text: QUESTION, parameters: { id: 1 } });
    return Number(count);
  });
}

async function using<Result>(server: Server, work: (client: HttpClient) => Promise<Result>): Promise<Result> {
  const client = new HttpClient(server.url, { token: server.token, connectionsMax: 1 });
  try {
    return await work(client);
  } finally {
    client.close();
  }
}

function figureOf(relationships: number, unsorted: readonly number[]): Figure {
  const times = Float64Array.from(unsorted).sort();
  const medianMs = median(times);
  return {
    place: 'serve',
    workload: `first answer after a start, ${relationships.toLocaleString('en')} relationships`,
    operations: times.length,
    medianMs,
    p99Ms: percentile(times, 0.99),
    perSecond: 1_000 / medianMs,
    unit: 'starts',
  };
}
