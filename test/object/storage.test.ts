/** Commands about an instance's storage. */
import { expect, test } from 'vitest';
import { Database } from './cluster.ts';

const CREATE = 'CREATE (:Airport {code: $code})';

function info(database: Database, instance: string): Promise<Map<unknown, unknown>> {
  return database
    .rows(instance, 'SHOW STORAGE INFO')
    .then((rows) => new Map(rows.map(([name, value]) => [name, value])));
}

test('CREATE SNAPSHOT takes one at once, which SHOW SNAPSHOTS lists and a start begins with', async () => {
  const database = await Database.create('commanded', ['weur']);
  await database.run('weur-1', CREATE, { code: 'ZRH' });
  const next = await database.rows('weur-1', 'SHOW NEXT SNAPSHOT YIELD path, creation_time');

  const taken = await database.rows('weur-1', 'CREATE SNAPSHOT');
  const listed = await database.rows(
    'weur-1',
    'SHOW SNAPSHOTS YIELD path, timestamp, size WHERE size > 0 RETURN path, timestamp',
  );
  const [time] = await database.rows(
    'weur-1',
    'SHOW SNAPSHOTS YIELD creation_time AS t RETURN t > datetime() - duration("PT1M")',
  );
  const again = await database.fails('weur-1', 'CREATE SNAPSHOT');
  await database.run('weur-1', CREATE, { code: 'GVA' });
  await database.rows('weur-1', 'CREATE SNAPSHOT');
  await database.run('weur-1', CREATE, { code: 'BRN' });
  const third = await database.rows('weur-1', 'CREATE SNAPSHOT');
  const [before] = await database.level();
  await database.kill('weur-1');
  const [after] = await database.level();

  expect(next).toEqual([['snapshot-1', null]]);
  expect(taken).toEqual([['snapshot-1']]);
  expect(listed).toEqual([['snapshot-1', 2]]);
  expect(time).toEqual([true]);
  expect(again.error).toMatchObject({ code: 'Neo.ClientError.Request.Invalid' });
  expect(third).toEqual([['snapshot-3']]);
  expect(await database.rows('weur-1', 'SHOW SNAPSHOTS YIELD path')).toEqual([['snapshot-3'], ['snapshot-2']]);
  expect(after?.details.checksum).toBe(before?.details.checksum);
  expect((await info(database, 'weur-1')).get('wal_size')).toBeGreaterThan(0);
});

test('two CREATE SNAPSHOT at once: one takes it, the other is told so', async () => {
  const database = await Database.create('commanded-twice', ['weur']);
  await database.run('weur-1', 'UNWIND range(1, 50000) AS i CREATE (:N {i: i})');

  const answers = await Promise.all([
    database.send('weur-1', 'CREATE SNAPSHOT'),
    database.send('weur-1', 'CREATE SNAPSHOT'),
  ]);

  expect(answers.map(({ ok }) => ok).sort()).toEqual([false, true]);
  expect(await database.rows('weur-1', 'SHOW SNAPSHOTS YIELD path')).toEqual([['snapshot-1']]);
});

test('SHOW STORAGE INFO tells of the graph, the log and the place in the cluster; each instance of its own', async () => {
  const database = await Database.create('informed', ['weur', 'enam']);
  await database.run('weur-1', 'CREATE (:A)-[:R]->(:B)');
  await database.level();
  await database.rows('enam-1', 'CREATE SNAPSHOT');

  const [main, replica] = await Promise.all([info(database, 'weur-1'), info(database, 'enam-1')]);

  expect(Object.fromEntries(main)).toMatchObject({
    name: 'informed',
    vertex_count: 2,
    edge_count: 1,
    average_degree: 1,
    storage_mode: 'IN_MEMORY_TRANSACTIONAL',
    health: 'ready',
    instance: 'weur-1',
    role: 'main',
    lsn: 2,
    first_lsn_in_wal: 1,
    snapshot_count: 0,
  });
  expect(Object.fromEntries(replica)).toMatchObject({ instance: 'enam-1', role: 'replica', lsn: 2, snapshot_count: 1 });
  expect(replica.get('database_uuid')).toBe(main.get('database_uuid'));
  for (const size of ['memory_tracked', 'disk_usage', 'allocation_limit', 'wal_size']) {
    expect(main.get(size)).toBeGreaterThan(0);
  }
});

test('a dump of a database makes the same graph in another one', async () => {
  const original = await Database.create('dumped', ['weur']);
  await original.run('weur-1', 'CREATE INDEX FOR (n:N) ON (n.i)');
  await original.run(
    'weur-1',
    "UNWIND range(0, 99) AS i CREATE (:N {i: i, at: datetime('2026-07-01T12:00Z')})-[:R {w: i / 2.0}]->(:M)",
  );

  const copy = await Database.create('loaded', ['weur']);
  for (const [statement] of await original.rows('weur-1', 'DUMP DATABASE')) await copy.run('weur-1', String(statement));

  const [{ details: one }] = (await original.level()) as [Awaited<ReturnType<Database['describe']>>];
  const [{ details: other }] = (await copy.level()) as [Awaited<ReturnType<Database['describe']>>];
  expect(other.checksum).toBe(one.checksum);
});

test('a table of snapshots from before their times were kept is read', async () => {
  const database = await Database.create('untimed', ['weur']);
  await database.run('weur-1', CREATE, { code: 'ZRH' });
  await database.rows('weur-1', 'CREATE SNAPSHOT');
  await database.sql('weur-1', 'ALTER TABLE snapshot DROP COLUMN created_ms');

  await database.kill('weur-1');
  const [row] = await database.rows('weur-1', 'SHOW SNAPSHOTS YIELD path, creation_time');

  expect(row).toEqual(['snapshot-1', null]);
});

test('writes that come faster than a snapshot is taken do not fill the memory with versions', async () => {
  const database = await Database.create('fast', ['weur']);
  const batch = 20_000;
  const statement = `UNWIND range($from, $from + ${batch - 1}) AS i CREATE (:A {id: i, text: 'some ' + i})`;
  const tracked = "SHOW STORAGE INFO YIELD `storage info` AS name, value WHERE name = 'memory_tracked' RETURN value";

  const bytes: number[] = [];
  for (let from = 0; from < 600_000; from += batch) {
    await database.run('weur-1', statement, { from });
    bytes.push(Number((await database.rows('weur-1', tracked))[0]?.[0]));
  }

  // The graph takes 56 MB; without a pause for the snapshots it was 100 MB with its versions.
  expect(Math.max(...bytes)).toBeLessThan(75_000_000);
  expect(await database.rows('weur-1', 'MATCH (a:A) RETURN count(a)')).toEqual([[600_000]]);
}, 60_000);
