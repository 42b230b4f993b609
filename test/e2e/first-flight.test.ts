/** What a user sees, start to end, against a real `skein serve`. The tests build on each other, in order. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ask, eventually, Server, TOKEN } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'skein-e2e-'));
let server: Server;

beforeAll(async () => {
  server = await Server.start(folder);
});

afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

const FAILOVER_MS = 10_000;
const REJOIN_MS = 20_000;

describe('a database of air routes', () => {
  test('is made with MAIN in weur, a SYNC replica in enam and an ASYNC one in apac', async () => {
    const create =
      "CREATE DATABASE flights OPTIONS {regions: ['weur', 'enam', 'apac'], modes: ['SYNC', 'SYNC', 'ASYNC']}";

    await server.rows(create, { database: 'system' });

    expect(await server.instances()).toMatchObject([
      { name: 'weur-1', role: 'main', region: 'weur', health: 'up' },
      { name: 'enam-1', role: 'replica', region: 'enam', mode: 'SYNC', health: 'up' },
      { name: 'apac-1', role: 'replica', region: 'apac', mode: 'ASYNC', health: 'up' },
    ]);
  });

  test('is filled by skein import', async () => {
    const report = JSON.parse(await server.command('import', 'examples/flights', '--json'));

    expect(report).toMatchObject({ outcome: 'imported', nodes: 7_698 + 6_162, relationships: 66_771, badRows: 0 });
    expect(report.seconds).toBeLessThan(60);
  });

  test('is not filled twice', async () => {
    const report = JSON.parse(await server.command('import', 'examples/flights', '--json'));

    expect(report).toMatchObject({ outcome: 'there already', relationships: 66_771 });
    expect(await server.rows('MATCH ()-[r:ROUTE]->() RETURN count(r)')).toEqual([[66_771]]);
  });
});

describe('the language', () => {
  test('destinations of an airport, ordered and limited', async () => {
    const rows = await server.rows(
      "MATCH (:Airport {iata: 'ZRH'})-[:ROUTE]->(a:Airport) RETURN DISTINCT a.city AS city ORDER BY city LIMIT 3",
    );

    expect(rows).toEqual([['Alicante'], ['Amman'], ['Amsterdam']]);
  });

  test('top countries by airports', async () => {
    const rows = await server.rows(
      'MATCH (a:Airport) RETURN a.country AS country, count(*) AS airports ORDER BY airports DESC LIMIT 2',
    );

    expect(rows).toEqual([
      ['United States', expect.any(Number)],
      ['Canada', expect.any(Number)],
    ]);
  });

  test('two-hop destinations that have no direct flight', async () => {
    const [row] = await server.rows(`
      MATCH (zrh:Airport {iata: 'ZRH'})-[:ROUTE]->(:Airport)-[:ROUTE]->(a:Airport)
      WHERE a <> zrh AND NOT (zrh)-[:ROUTE]->(a)
      RETURN count(DISTINCT a) AS reachable`);

    expect(row![0]).toBeGreaterThan(500);
  });

  test('the shortest path from Zurich to Auckland', async () => {
    const rows = await server.rows(`
      MATCH p = shortestPath((a:Airport {iata: 'ZRH'})-[:ROUTE*..5]->(b:Airport {iata: 'AKL'})) RETURN length(p)`);

    expect(rows).toEqual([[2]]);
  });

  test('MERGE with parameters, made first and found then', async () => {
    const merge = `MERGE (p:Pilot {name: $name})
      ON CREATE SET p.flights = 1 ON MATCH SET p.flights = p.flights + 1 RETURN p.flights`;

    const first = await server.rows(merge, { parameters: { name: 'Amelia' } });
    const second = await server.rows(merge, { parameters: { name: 'Amelia' } });

    expect([first, second]).toEqual([[[1]], [[2]]]);
  });

  test('UNWIND, WITH, OPTIONAL MATCH and aggregation', async () => {
    const rows = await server.rows(
      `UNWIND $codes AS code OPTIONAL MATCH (a:Airport {iata: code})
       WITH code, a.city AS city RETURN collect(code) AS codes, collect(city) AS cities, count(city) AS found`,
      { parameters: { codes: ['ZRH', 'XXXX', 'AKL'] } },
    );

    expect(rows).toEqual([[['ZRH', 'XXXX', 'AKL'], ['Zurich', 'Auckland'], 2]]);
  });

  test('DETACH DELETE, and what it changed', async () => {
    await server.rows("CREATE (:Pilot {name: 'Beryl'})-[:FLEW]->(:Plane)");

    const { body } = await server.ask("MATCH (p:Pilot {name: 'Beryl'}) DETACH DELETE p", {
      more: { includeCounters: true },
    });

    expect(body.counters).toMatchObject({ nodesDeleted: 1, relationshipsDeleted: 1, containsUpdates: true });
  });

  test('an index that EXPLAIN shows in use', async () => {
    await server.rows('CREATE INDEX pilot_name IF NOT EXISTS FOR (p:Pilot) ON (p.name)');

    const { body } = await server.ask("EXPLAIN MATCH (p:Pilot {name: 'Amelia'}) RETURN p");

    expect(JSON.stringify(body.queryPlan)).toMatch(/index/i);
  });
});

describe('regions', () => {
  test.each(['enam', 'apac'])('a write is answered by MAIN, and seen from %s with its bookmark', async (region) => {
    const write = await server.ask('CREATE (:Mark {region: $region})', { parameters: { region } });

    const read = await server.ask('MATCH (m:Mark {region: $region}) RETURN count(m)', {
      parameters: { region },
      region,
      bookmarks: write.bookmarks,
    });

    expect(write.servedBy).toBe('weur-1 main weur');
    expect(read.servedBy).toBe(`${region}-1 replica ${region}`);
    expect(read.rows).toEqual([[1]]);
  });

  test('a write that is sent to a replica by address is refused and changes nothing', async () => {
    const refused = await server.ask('CREATE (:Lost)', { database: 'flights@enam-1' });

    expect(refused.status).toBe(400);
    expect(refused.errors[0]).toMatchObject({ code: 'Neo.ClientError.Cluster.NotALeader' });
    expect(await server.rows('MATCH (n:Lost) RETURN count(n)')).toEqual([[0]]);
  });
});

describe('a live query', () => {
  test('shows its rows, and then changes when somebody else writes', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/db/flights/live`, 'skein.sub.v1.json');
    const frames: { t: string; rows?: unknown[]; ch?: unknown[][] }[] = [];
    socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
    await new Promise((opened) => socket.addEventListener('open', opened, { once: true }));
    socket.send(JSON.stringify({ t: 'auth', scheme: 'bearer', credentials: TOKEN }));
    socket.send(JSON.stringify({ t: 'sub', id: 1, q: "MATCH (p:Pilot {name: 'Amelia'}) RETURN p.flights" }));
    const seen = (type: string) => eventually(async () => frames.find(({ t }) => t === type), Boolean, 5_000);
    await seen('live');

    await server.rows("MATCH (p:Pilot {name: 'Amelia'}) SET p.flights = 100");
    const { value: diff } = await seen('diff');
    socket.close();

    expect(frames.find(({ t }) => t === 'rows')).toMatchObject({ rows: [[expect.any(String), [2]]] });
    expect(diff!.ch!.flat()).toContainEqual([100]);
  });

  test('is closed when its token is wrong', async () => {
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/db/flights/live`, 'skein.sub.v1.json');
    const closed = new Promise<CloseEvent>((done) => socket.addEventListener('close', done, { once: true }));
    await new Promise((opened) => socket.addEventListener('open', opened, { once: true }));
    socket.send(JSON.stringify({ t: 'auth', scheme: 'bearer', credentials: 'wrong' }));

    expect((await closed).code).toBe(4401);
  });
});

describe('bad input', () => {
  test.each<[string, string, Ask, number, string]>([
    ['an unknown database', 'RETURN 1', { database: 'trains' }, 404, 'Neo.ClientError.Database.DatabaseNotFound'],
    ['a syntax error', 'MATCH (n RETURN n', {}, 400, 'Neo.ClientError.Statement.SyntaxError'],
    ['an unknown parameter', 'RETURN $x', {}, 400, 'Neo.ClientError.Statement.ParameterMissing'],
    [
      'a write that says it reads',
      'CREATE (:Lost)',
      { more: { accessMode: 'READ' } },
      400,
      'Neo.ClientError.Statement.AccessMode',
    ],
    ['10 MB of text', `RETURN '${'x'.repeat(10_000_000)}'`, {}, 413, 'Neo.ClientError.Request.Invalid'],
  ])('%s gets its documented error', async (_, statement, ask, status, code) => {
    const answer = await server.ask(statement, ask);

    expect(answer.status).toBe(status);
    expect(answer.errors).toMatchObject([{ code }]);
  });

  test.each([
    ['a wrong token', { authorization: 'Bearer wrong', 'content-type': 'application/json' }, '{}', 401],
    [
      'a body that is not JSON',
      { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
      'RETURN 1',
      400,
    ],
  ])('%s', async (_, headers, body, status) => {
    const response = await fetch(`${server.url}/db/flights/query/v2`, { method: 'POST', headers, body });

    expect(response.status).toBe(status);
  });

  test('nothing of it changed anything', async () => {
    expect(await server.rows('MATCH (n:Lost) RETURN count(n)')).toEqual([[0]]);
  });
});

describe('faults', () => {
  const acknowledged: number[] = [];
  let lastBookmarks: readonly string[] = [];
  let isWriting = false;

  /** Writes one number after the other until it is told to stop, and remembers which were acknowledged. */
  async function writeOn(): Promise<void> {
    isWriting = true;
    while (isWriting) {
      const number = acknowledged.length === 0 ? 1 : acknowledged.at(-1)! + 1;
      const answer = await server
        .ask('MERGE (:Ledger {number: $number})', { parameters: { number } })
        .catch(() => undefined);
      if (answer?.status === 202) {
        acknowledged.push(number);
        lastBookmarks = answer.bookmarks;
      } else {
        await new Promise((next) => setTimeout(next, 50));
      }
    }
  }

  /** Read with the last bookmark: the nearest instance may be a replica that is behind. */
  async function missing(): Promise<number[]> {
    const rows = await server.rows('MATCH (l:Ledger) RETURN l.number', { bookmarks: lastBookmarks });
    const present = new Set(rows.map(([number]) => number));
    return acknowledged.filter((number) => !present.has(number));
  }

  test('with MAIN cut off another instance is MAIN within ten seconds, and nothing acknowledged is missing', async () => {
    const writing = writeOn();
    await eventually(
      async () => acknowledged.length,
      (count) => count > 20,
      10_000,
    );

    await server.faults({ cut: ['flights/instance/weur-1'] });
    const countAtCut = acknowledged.length;
    const { afterMs } = await eventually(
      async () => acknowledged.length,
      (count) => count > countAtCut + 20,
      2 * FAILOVER_MS,
    );
    isWriting = false;
    await writing;

    expect(afterMs).toBeLessThan(FAILOVER_MS);
    expect(await missing()).toEqual([]);
    expect((await server.ask('CREATE (:Mark)')).servedBy).toBe('enam-1 main enam');
  });

  test('the old MAIN comes back as REPLICA and catches up', async () => {
    await server.faults({});

    const { value } = await eventually(
      () => server.instances(),
      (rows) => rows.some(({ name, role, lag }) => name === 'weur-1' && role === 'replica' && lag === 0),
      REJOIN_MS,
    );

    expect(value.filter(({ role }) => role === 'main')).toHaveLength(1);
    const { bookmarks } = await server.ask('CREATE (:Mark)');
    const read = await server.ask('MATCH (l:Ledger) RETURN count(l)', { database: 'flights@weur-1', bookmarks });
    expect(read.servedBy).toBe('weur-1 replica weur');
    expect(read.rows[0]![0]).toBeGreaterThanOrEqual(acknowledged.length);
  });

  test('after kill -9 during writes and a new start every acknowledged write is there', async () => {
    const writing = writeOn();
    const countBefore = acknowledged.length;
    await eventually(
      async () => acknowledged.length,
      (count) => count > countBefore + 50,
      10_000,
    );

    await server.kill();
    isWriting = false;
    await writing;
    server = await Server.start(folder);

    expect(await missing()).toEqual([]);
    expect(await server.rows('MATCH (:Airport)-[r:ROUTE]->(:Airport) RETURN count(r)')).toEqual([[66_771]]);
  });
});
