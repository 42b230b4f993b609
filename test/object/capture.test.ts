/** Change data capture over an object's log: it is the same on a replica, after a failover, and after a snapshot and a sleep. */
import { expect, test } from 'vitest';
import { Database, eventually } from './cluster.ts';

const CURRENT = 'CALL db.cdc.current()';
const CHANGES =
  'CALL db.cdc.query($from) YIELD txId, event RETURN event.operation AS o, event.state.after.properties.i AS i';

async function current(database: Database, instance = database.main): Promise<string> {
  return String((await database.rows(instance, CURRENT))[0]?.[0]);
}

function changes(database: Database, instance: string, from: string) {
  return database.rows(instance, CHANGES.replace('$from', `'${from}'`));
}

test('replicas tell the same changes, and so does the one that takes over', async () => {
  const database = await Database.create('captured', ['weur', 'enam', 'apac']);
  const [main = '', replica = ''] = database.instances;
  await database.run(main, "ALTER DATABASE captured SET OPTION txLogEnrichment 'FULL'");
  const from = await current(database);
  await database.run(main, 'CREATE (:A {i: 1})');
  await database.run(main, 'MATCH (a) SET a.i = 2');
  await database.level();

  const told = [
    ['c', 1],
    ['u', 2],
  ];
  expect(await changes(database, main, from)).toEqual(told);
  expect(await changes(database, replica, from)).toEqual(told);

  await database.cut(main);
  const next = await database.successor(main);
  await database.run(next, 'CREATE (:A {i: 3})');
  expect(await changes(database, next, from)).toEqual([...told, ['c', 3]]);
  await database.cut();
});

test('the option survives a snapshot and a sleep, and a change whose log is gone is told as gone', async () => {
  const database = await Database.create('kept', ['weur']);
  const { main } = database;
  await database.run(main, "ALTER DATABASE kept SET OPTION txLogEnrichment 'DIFF'");
  const from = await current(database);
  for (let i = 0; i < 3; i += 1) {
    await database.run(main, 'CREATE (:A {i: $i})', { i });
    await database.run(main, 'CREATE SNAPSHOT');
  }
  const before = await database.describe(main);

  await database.evict(main);

  const after = await eventually(() => database.describe(main));
  expect(after.details.checksum).toBe(before.details.checksum);
  const failure = await database.fails(main, CHANGES, { from }, { accessMode: 'read' });
  expect(failure.error.code).toBe('Neo.DatabaseError.ChangeDataCapture.ScanFailure');
  const here = await current(database);
  await database.run(main, 'CREATE (:A {i: 9})');
  expect(await changes(database, main, here)).toEqual([['c', 9]]);
});
