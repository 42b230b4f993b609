/** RECOVER inside workerd: from real snapshots and a real log, and with the object lost in the middle. */
import { expect, test } from 'vitest';
import { Database } from './cluster.ts';

const COUNT = 'MATCH (n) RETURN count(n), sum(n.x)';

async function level(database: Database): Promise<string[]> {
  return (await database.level()).map(({ details }) => String(details.checksum));
}

test('RECOVER goes back over a snapshot, is replicated, and can itself be taken back by a bookmark', async () => {
  const database = await Database.create('recovered', ['weur', 'enam']);
  await database.run('weur-1', 'UNWIND range(1, 3000) AS i CREATE (:N {x: i})');
  await database.rows('weur-1', 'CREATE SNAPSHOT');
  const [before] = await level(database);
  const { bookmark } = await database.run('weur-1', 'MATCH (n:N) WHERE n.x > 10 DETACH DELETE n');
  await database.run('weur-1', 'CREATE (:M {x: 7})');

  const recovered = await database.run('weur-1', "RECOVER SNAPSHOT 'snapshot-1' FORCE");
  const [main, replica] = await level(database);
  await database.kill('weur-1');

  expect(recovered.counters).toMatchObject({ nodesCreated: 2989, labelsRemoved: 1 });
  expect([main, replica]).toEqual([before, before]);
  expect((await level(database))[0]).toBe(before);
  expect(await database.rows('enam-1', COUNT)).toEqual([[3000, 4_501_500]]);

  await database.run('weur-1', `RECOVER TO '${bookmark}'`);
  expect(await database.rows('weur-1', COUNT)).toEqual([[10, 55]]);
});

test('what is out of reach, unknown or still to come is refused, and changes nothing', async () => {
  const database = await Database.create('recover-refused', ['weur', 'enam']);
  const main = 'weur-1';
  for (let round = 1; round <= 3; round += 1) {
    await database.run(main, 'CREATE (:N {x: $round})', { round });
    await database.level();
    await database.rows(main, 'CREATE SNAPSHOT');
  }
  const [before] = await level(database);

  for (const [command, reason] of [
    ['RECOVER TO TRANSACTION 1', 'as it was after transaction'],
    ['RECOVER TO TRANSACTION 99', 'before 99'],
    ["RECOVER SNAPSHOT 'snapshot-1'", "there is 'snapshot-3' and 'snapshot-2'"],
    ["RECOVER TO 'skein1:other:1:1'", 'no bookmark'],
  ] as const) {
    const { error } = await database.fails(main, command);
    expect(error.code).toBe('Neo.ClientError.Statement.ArgumentError');
    expect(error.message).toContain(reason);
  }
  expect((await level(database))[0]).toBe(before);
});

test.each(['kill', 'evict'] as const)(
  'a %s in the middle leaves the graph as it was, or recovered, whole',
  async (how) => {
    const database = await Database.create(`recover-${how}`, ['weur', 'enam']);
    await database.run('weur-1', 'UNWIND range(1, 20000) AS i CREATE (:N {x: i})');
    const [full] = await level(database);
    const { bookmark } = await database.run('weur-1', 'MATCH (n) RETURN count(n)');
    await database.run('weur-1', 'MATCH (n:N) WHERE n.x % 2 = 0 DELETE n');
    const [half] = await level(database);

    for (const waitMs of [1, 20, 60]) {
      const pending = database.send('weur-1', `RECOVER TO '${bookmark}'`).catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      await database[how]('weur-1').catch(() => undefined);
      await pending;
      const [main, replica] = await level(database);
      expect([full, half]).toContain(main);
      expect(replica).toBe(main);
    }
    await database.run('weur-1', `RECOVER TO '${bookmark}'`);
    expect(await level(database)).toEqual([full, full]);
  },
);
