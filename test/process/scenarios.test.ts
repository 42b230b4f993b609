/**
 * Scenarios of Memgraph's own tests of replication and high availability, and some of our own, on three processes: each has a database of
 * its own, the processes are shared. faults.test.ts has 1, 2, 4 and 6. Numbers and letters: docs/CONSISTENCY.md, "How it is tested".
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Answer, pause, RegionCluster, until } from './region-cluster.ts';

const REGIONS = ['weur', 'enam', 'apac'] as const;
/** How long everything may take to be as it should, in milliseconds: the machine has other tests to do. */
const PATIENCE_MS = 90_000;
/** Longer than MAIN's lease, in milliseconds. */
const LEASE_IS_OVER_MS = 8_000;
const TEST_MS = 240_000;

let cluster: RegionCluster;
let databaseCount = 0;

beforeAll(async () => {
  cluster = await RegionCluster.start(REGIONS);
}, TEST_MS);

afterAll(() => cluster?.stop());

afterEach(() => {
  for (const region of REGIONS) {
    cluster.freeze(region, false);
    cluster.isolate(region, 'open');
  }
});

/** A database and what its clients do; MAIN is in the first of its regions at first. */
class Database {
  readonly name: string;
  readonly regions: readonly string[];

  private constructor(name: string, regions: readonly string[]) {
    this.name = name;
    this.regions = regions;
  }

  static async create(modes: readonly string[], regions: readonly string[] = REGIONS): Promise<Database> {
    databaseCount += 1;
    const name = `scenario-${databaseCount}`;
    const options = `{regions: ${quoted(regions)}, modes: ${quoted(modes)}}`;
    await until(
      () =>
        cluster.ask(regions[0]!, `CREATE DATABASE \`${name}\` IF NOT EXISTS OPTIONS ${options}`, {
          database: 'system',
        }),
      ({ status }) => status === 202,
      PATIENCE_MS,
    );
    const database = new Database(name, regions);
    await database.isLevel();
    return database;
  }

  ask(region: string, statement: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
    return cluster.ask(region, statement, { database: this.name, parameters });
  }

  /** The rows of a statement that must succeed, sooner or later. */
  async rows(region: string, statement: string): Promise<Answer['rows']> {
    let answer: Answer | undefined;
    await until(
      async () => (answer = await this.ask(region, statement)),
      ({ status }) => status === 202,
      PATIENCE_MS,
    );
    return answer!.rows;
  }

  /** Asks one instance, whatever its role. */
  at(region: string, statement: string, timeoutMs = 5_000): Promise<Answer> {
    return cluster.ask(region, statement, { database: `${this.name}@${region}-1`, timeoutMs });
  }

  async write(region: string, id: number): Promise<Answer> {
    return this.ask(region, 'CREATE (:Entry {id: $id})', { id });
  }

  /** Writes an entry, again and again until that succeeds. Answers with how long it took. */
  writes(region: string, id: number): Promise<number> {
    return until(
      () => this.ask(region, 'MERGE (:Entry {id: $id})', { id }),
      ({ status }) => status === 202,
      PATIENCE_MS,
    );
  }

  /** `SHOW INSTANCES`, as one region gives it: role, health and whether it is in the in-sync set, by region. */
  async instances(askedAt: string): Promise<Map<string, { role: unknown; health: unknown; inSync: unknown }>> {
    const statement =
      'SHOW INSTANCES YIELD name, role, health, in_sync, database WHERE database = $name RETURN name, role, health, in_sync';
    const { rows } = await this.ask(askedAt, statement, { name: this.name });
    return new Map(rows.map(([name, role, health, inSync]) => [String(name).split('-')[0]!, { role, health, inSync }]));
  }

  /** Waits until an instance of one of these regions is MAIN; answers with the region. */
  async mainIsIn(regions: readonly string[], askedAt = regions[0]!): Promise<string> {
    let found: string | undefined;
    await until(
      async () => {
        const mains = [...(await this.instances(askedAt))].filter(([, { role }]) => role === 'main');
        found = mains.length === 1 ? mains[0]![0] : undefined;
        return found;
      },
      (region) => region !== undefined && regions.includes(region),
      PATIENCE_MS,
    );
    return found!;
  }

  /** Waits until every instance shows the same entries; answers with them. */
  async isLevel(): Promise<unknown[]> {
    let entries: unknown[] = [];
    await until(
      async () => {
        const answers = await Promise.all(
          this.regions.map((region) => this.at(region, 'MATCH (e:Entry) RETURN e.id ORDER BY e.id')),
        );
        const all = answers.map(({ status, rows }) => (status === 202 ? JSON.stringify(rows) : `status ${status}`));
        entries = answers[0]!.rows.map(([id]) => id);
        return all;
      },
      (all) => new Set(all).size === 1 && !all[0]!.startsWith('status'),
      PATIENCE_MS,
    );
    return entries;
  }
}

function quoted(texts: readonly string[]): string {
  return `[${texts.map((text) => `'${text}'`).join(', ')}]`;
}

const ALL_SYNC = ['SYNC', 'SYNC', 'SYNC'];

test('3: large batches are whole or not at all on every instance, while a replica is killed as it receives them', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_SYNC);
  const size = 5_000;
  const torn: unknown[] = [];
  let isWriting = true;
  const reading = REGIONS.map(async (region) => {
    while (isWriting) {
      const { status, rows } = await database.at(region, 'MATCH (b:Batch) RETURN count(b)');
      if (status === 202 && Number(rows[0]![0]) % size !== 0) torn.push([region, rows]);
      await pause(20);
    }
  });

  let acknowledged = 0;
  for (let batch = 0; batch < 8; batch += 1) {
    if (batch === 2 || batch === 5) cluster.kill('apac');
    const { status } = await database.ask(
      'weur',
      `UNWIND range(1, ${size}) AS i CREATE (:Batch {batch: ${batch}, i: i})`,
    );
    if (status === 202) acknowledged += 1;
  }
  isWriting = false;
  await Promise.all(reading);

  expect(torn).toEqual([]);
  expect(acknowledged).toBeGreaterThan(4);
  for (const region of REGIONS) {
    await until(
      async () => Number((await database.at(region, 'MATCH (b:Batch) RETURN count(b)')).rows[0]?.[0]),
      (count) => count >= acknowledged * size && count % size === 0,
      PATIENCE_MS,
    );
  }
});

test('5: many databases fail over together, and each ends with the same data everywhere', {
  timeout: TEST_MS,
}, async () => {
  const databases = await Promise.all(Array.from({ length: 5 }, () => Database.create(ALL_SYNC)));
  await Promise.all(databases.map((database, i) => database.write('weur', i)));

  cluster.kill('weur');
  await Promise.all(databases.map((database, i) => database.writes('enam', 100 + i)));

  for (const [i, database] of databases.entries()) expect(await database.isLevel()).toEqual([i, 100 + i]);
});

test('7: a MAIN that comes back before anybody could take over is MAIN again and writable', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(['SYNC', 'SYNC'], ['weur', 'enam']);
  await database.write('weur', 1);

  cluster.freeze('enam', true);
  cluster.kill('weur');

  await database.writes('apac', 2);
  expect(await database.mainIsIn(['weur'], 'apac')).toBe('weur');
  cluster.freeze('enam', false);
  expect(await database.isLevel()).toEqual([1, 2]);
});

test('8, 9: a replica that was away for two promotions gets what was written in each epoch', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_SYNC);
  await database.write('weur', 1);
  cluster.freeze('apac', true);
  await database.writes('weur', 2);

  await database.rows('weur', 'SWITCHOVER TO `enam-1`');
  await database.writes('weur', 3);
  await database.rows('weur', 'SWITCHOVER TO `weur-1`');
  await database.writes('weur', 4);
  cluster.freeze('apac', false);

  expect(await database.isLevel()).toEqual([1, 2, 3, 4]);
  expect((await database.at('apac', 'SHOW DIVERGED')).rows).toEqual([]);
});

test('10: what only a lost MAIN had is set aside when it comes back, and told', { timeout: TEST_MS }, async () => {
  const database = await Database.create(ALL_SYNC);
  await database.write('weur', 1);
  await database.isLevel();

  // The client still reaches it, so that it has in its log what nobody else can be told.
  cluster.isolate('weur', 'cut');
  const alone = await database.at('weur', 'CREATE (:Entry {id: 2})');
  await database.writes('enam', 3);
  expect(await database.mainIsIn(['enam', 'apac'])).not.toBe('weur');
  cluster.isolate('weur', 'open');

  expect(await database.isLevel()).toEqual([1, 3]);
  const { rows } = await database.ask('weur', 'SHOW DIVERGED');
  expect(rows).toHaveLength(1);
  expect(JSON.stringify(rows)).toContain('createNode');
  const [failover] = (await database.ask('weur', 'SHOW FAILOVERS')).rows;
  expect(failover).toBeDefined();
  expect(alone.status).not.toBe(202);
});

test('11: a write goes on without a SYNC replica that is silent, and says which one', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_SYNC);
  cluster.freeze('apac', true);

  const answer = await database.write('weur', 1);

  expect(answer.status).toBe(202);
  expect(answer.notifications).toHaveLength(1);
  expect(JSON.stringify(answer.notifications)).toContain('apac-1');
  expect((await database.write('weur', 2)).status).toBe(202);
  expect((await database.at('enam', 'MATCH (e:Entry) RETURN count(e)')).rows).toEqual([[2]]);
  cluster.freeze('apac', false);
  expect(await database.isLevel()).toEqual([1, 2]);
});

test('14: roles are handed over by hand, and nobody fails over in between', { timeout: TEST_MS }, async () => {
  const database = await Database.create(ALL_SYNC);
  await database.write('weur', 1);

  await database.rows('apac', 'DEMOTE INSTANCE `weur-1`');
  await pause(LEASE_IS_OVER_MS);
  const between = [...(await database.instances('apac')).values()].filter(({ role }) => role === 'main');
  expect((await database.ask('enam', 'MATCH (e:Entry) RETURN e.id')).rows).toEqual([[1]]);
  await database.rows('apac', 'SET INSTANCE `enam-1` TO MAIN');
  const second = await database.ask('apac', 'SET INSTANCE `apac-1` TO MAIN');
  await database.writes('weur', 2);

  expect(between).toEqual([]);
  expect(second.status).toBe(400);
  expect(await database.mainIsIn(['enam'], 'apac')).toBe('enam');
  expect(await database.isLevel()).toEqual([1, 2]);
});

test('16: MAIN and the coordinators of its process die together, twice, one after the other', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_SYNC);
  await database.write('weur', 1);

  cluster.kill('weur');
  await database.writes('apac', 2);
  const next = await database.mainIsIn(REGIONS, 'apac');
  cluster.kill(next);
  await database.writes(next === 'apac' ? 'weur' : 'apac', 3);

  expect(await database.isLevel()).toEqual([1, 2, 3]);
  expect(REGIONS).toContain(await database.mainIsIn(REGIONS, 'apac'));
});

test('17, 18: without a quorum nothing is decided; a MAIN that starts then takes no writes until one is there', {
  timeout: TEST_MS,
}, async () => {
  // One that is alone would need nobody.
  const database = await Database.create(['SYNC', 'ASYNC'], ['weur', 'enam']);
  await database.write('weur', 1);

  cluster.freeze('enam', true);
  cluster.freeze('apac', true);
  const create = await cluster.ask('weur', 'CREATE DATABASE undecided', { database: 'system', timeoutMs: 4_000 });
  const read = await database.at('weur', 'MATCH (e:Entry) RETURN e.id', 4_000);
  cluster.kill('weur');
  await pause(3_000);
  const refused = await database.at('weur', 'CREATE (:Entry {id: 2})', 4_000);

  expect(create.status).not.toBe(202);
  expect(read.rows).toEqual([[1]]);
  expect(refused.status).not.toBe(202);
  cluster.freeze('enam', false);
  cluster.freeze('apac', false);
  await database.writes('enam', 3);
  expect((await database.rows('weur', 'MATCH (e:Entry) RETURN e.id ORDER BY e.id')).flat()).toEqual(
    // The refused one may have waited, and been done when its client had long gone.
    expect.arrayContaining([1, 3]),
  );
});

test('19: global_read_only refuses writes and nothing else, over a failover too', { timeout: TEST_MS }, async () => {
  const database = await Database.create(ALL_SYNC);
  await database.write('weur', 1);

  await database.rows('apac', "SET COORDINATOR SETTING 'global_read_only' TO 'true'");
  const bad = await database.ask('apac', "SET COORDINATOR SETTING 'global_read_only' TO 'perhaps'");
  try {
    await until(
      () => database.write('weur', 2),
      ({ status }) => status !== 202,
      PATIENCE_MS,
    );
    expect((await database.ask('enam', 'MATCH (e:Entry) RETURN count(e) > 0')).rows).toEqual([[true]]);
    cluster.freeze('weur', true);
    // That somebody wants to write is why it is noticed.
    await until(
      () => database.write('apac', 3),
      ({ errorCode }) => errorCode === 'Neo.ClientError.General.ForbiddenOnReadOnlyDatabase',
      PATIENCE_MS,
    );
    await database.mainIsIn(['enam', 'apac'], 'apac');
  } finally {
    cluster.freeze('weur', false);
    await database.rows('apac', "SET COORDINATOR SETTING 'global_read_only' TO 'false'");
  }

  expect(bad.status).toBe(400);
  await database.writes('apac', 4);
  expect(await database.isLevel()).toContain(4);
});

test('21, d: the routing table is the same everywhere; after a failover it has one writer, and nobody who is gone', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_SYNC);
  const table = (region: string) => database.rows(region, 'SHOW ROUTING TABLE');
  const [first, ...others] = await Promise.all(REGIONS.map(table));
  for (const other of others) expect(other).toEqual(first);
  expect(first!.find(([role]) => role === 'WRITE')?.[1]).toEqual([`${database.name}@weur-1`]);

  cluster.freeze('weur', true);
  const main = await database.mainIsIn(['enam', 'apac']);
  await until(
    () => table('enam'),
    (rows) => {
      const writers = rows.find(([role]) => role === 'WRITE')?.[1];
      const readers = rows.find(([role]) => role === 'READ')?.[1] as string[] | undefined;
      return (
        JSON.stringify(writers) === JSON.stringify([`${database.name}@${main}-1`]) &&
        readers !== undefined &&
        !readers.includes(`${database.name}@weur-1`)
      );
    },
    PATIENCE_MS,
  );
  cluster.freeze('weur', false);
});

test('23: an ASYNC replica never has what MAIN lacks after MAIN was killed in the middle of a stream', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(['SYNC', 'ASYNC'], ['weur', 'enam']);
  const acknowledged: number[] = [];

  for (let id = 1; id <= 60; id += 1) {
    if (id === 30) cluster.kill('weur');
    if ((await database.write('weur', id)).status === 202) acknowledged.push(id);
  }

  const entries = await database.isLevel();
  // An ASYNC replica may be promoted when MAIN does not come back; here it does within half a second.
  if ((await database.ask('enam', 'SHOW FAILOVERS')).rows.length === 0)
    expect(entries).toEqual(expect.arrayContaining(acknowledged));
  expect(new Set(entries).size).toBe(entries.length);
});

test('20: an ASYNC replica takes over where that is wanted, within the limit; what it lacks is told, set aside and gone', {
  timeout: TEST_MS,
}, async () => {
  // MAIN reaches the coordinators' leader while it does not reach the replica, so these are not in one region.
  const [leader] = (await cluster.rows('weur', 'SHOW INSTANCES', { database: 'system' })).filter((cells) =>
    cells.includes('leader'),
  );
  const [heir, third] = leader?.includes('enam') ? (['apac', 'enam'] as const) : (['enam', 'apac'] as const);
  const database = await Database.create(['ASYNC', 'ASYNC'], ['weur', heir]);
  const set = (name: string, value: string) => database.rows(third, `SET COORDINATOR SETTING '${name}' TO '${value}'`);
  await database.writes('weur', 1);
  await database.isLevel();
  await set('max_failover_replica_lag', '1');
  await set('sync_failover_only', 'false');
  // Nothing comes to the replica any more, and MAIN acknowledges all the same.
  cluster.link('weur', heir, 'held');
  const lost: number[] = [];
  for (let id = 2; id <= 6; id += 1) {
    const { status, bookmarks } = await database.write('weur', id);
    expect({ status, bookmarks: bookmarks.length }).toEqual({ status: 202, bookmarks: 1 });
    lost.push(id);
  }
  // MAIN tells the coordinators with its lease how far it is.
  await pause(2_000);
  cluster.freeze('weur', true);
  const refused = await database.write(third, 99);
  expect(refused.status).not.toBe(202);
  expect((await database.ask(third, 'SHOW FAILOVERS')).rows).toEqual([]);

  await set('max_failover_replica_lag', 'unlimited');
  await database.writes(heir, 7);
  expect(await database.mainIsIn([heir], third)).toBe(heir);
  cluster.link('weur', heir, 'open');
  cluster.freeze('weur', false);

  expect(await database.isLevel()).toEqual([1, 7]);
  expect((await database.instances(heir)).get('weur')).toMatchObject({ role: 'replica', health: 'up' });
  // What it was sent while it was frozen it may have taken when it woke, and nobody was told that this was done.
  const aside = await database.rows(heir, 'SHOW DIVERGED');
  expect([lost.length, lost.length + 1]).toContain(aside.length);
  const [failover] = await database.rows(heir, 'SHOW FAILOVERS');
  expect(failover?.slice(1, 3)).toEqual(['weur-1', `${heir}-1`]);
  // A leader that was frozen with MAIN has taken along how far MAIN was.
  expect([0, lost.length]).toContain(failover?.[6]);
  expect(['unknown', lost.length]).toContain(failover?.[7]);
  await set('sync_failover_only', 'true');
});

test('a: a MAIN that is cut off from the coordinators refuses writes when its lease is over', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_SYNC);
  await database.write('weur', 1);

  cluster.isolate('weur', 'cut');
  await pause(LEASE_IS_OVER_MS);
  const late = await database.at('weur', 'CREATE (:Entry {id: 2})', 4_000);
  await database.writes('enam', 3);
  cluster.isolate('weur', 'open');

  expect(late.status).not.toBe(202);
  expect(await database.isLevel()).toEqual([1, 3]);
});

test('c: with a bookmark a write is read from another region while its replica lags', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(['SYNC', 'ASYNC'], ['weur', 'enam']);
  await database.write('weur', 1);
  await database.isLevel();
  // What MAIN sends to the replica is held up; the replica's own questions get through.
  cluster.link('weur', 'enam', 'held');
  const written = await database.write('weur', 2);

  const reading = cluster.ask('enam', 'MATCH (e:Entry) RETURN count(e)', {
    database: database.name,
    bookmarks: written.bookmarks,
  });
  await pause(300);
  cluster.link('weur', 'enam', 'open');

  expect(written.status).toBe(202);
  const answer = await reading;
  expect(answer.rows).toEqual([[2]]);
});

const ALL_STRICT = ['STRICT_SYNC', 'STRICT_SYNC', 'STRICT_SYNC'];
const NOT_REPLICATED = 'Neo.TransientError.Cluster.ReplicationFailure';

test('12: without a STRICT_SYNC replica a write is an error and nowhere, also when everybody was killed, and then writes go on', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_STRICT);
  await database.write('weur', 1);
  cluster.freeze('apac', true);

  const { errorCode } = await database.write('weur', 2);
  cluster.freeze('apac', false);
  for (const region of REGIONS) cluster.kill(region);
  await database.writes('weur', 3);

  expect(errorCode).toBe(NOT_REPLICATED);
  expect(await database.isLevel()).toEqual([1, 3]);
});

test('13: beside STRICT_SYNC an ASYNC replica that is dead does not matter, and SYNC is refused', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(['STRICT_SYNC', 'STRICT_SYNC', 'ASYNC']);
  cluster.freeze('apac', true);

  expect((await database.write('weur', 1)).status).toBe(202);
  cluster.freeze('apac', false);
  expect(await database.isLevel()).toEqual([1]);
  for (const modes of [
    ['STRICT_SYNC', 'SYNC'],
    ['SYNC', 'STRICT_SYNC'],
  ]) {
    const statement = `CREATE DATABASE mixed OPTIONS {regions: ['weur', 'enam'], modes: ${quoted(modes)}}`;
    expect((await cluster.ask('weur', statement, { database: 'system' })).status).toBe(400);
  }
});

test('b: what STRICT_SYNC has acknowledged is on the one that takes over when MAIN is killed in the middle of writes', {
  timeout: TEST_MS,
}, async () => {
  const database = await Database.create(ALL_STRICT);
  const acknowledged: number[] = [];
  const refused: number[] = [];

  for (let id = 1; id <= 40; id += 1) {
    if (id === 20) cluster.kill('weur');
    const { status, errorCode } = await database.write('weur', id);
    if (status === 202) acknowledged.push(id);
    else if (errorCode === NOT_REPLICATED) refused.push(id);
  }
  await database.writes('enam', 100);

  const entries = new Set(await database.isLevel());
  expect(acknowledged.length).toBeGreaterThan(15);
  expect(acknowledged.filter((id) => !entries.has(id))).toEqual([]);
  expect(refused.filter((id) => entries.has(id))).toEqual([]);
});
