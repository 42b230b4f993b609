/** RECOVER inside workerd: from real snapshots and a real log, and with the object lost in the middle. */
import { describe, expect, test } from 'vitest';
import { ask, Database, eventually } from './cluster.ts';

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

/** A moment between what was committed before and what comes after, by the object's clock. */
async function moment(): Promise<string> {
  await scheduler.wait(10);
  const text = new Date().toISOString();
  await scheduler.wait(10);
  return text;
}

describe('RECOVER TO a moment', () => {
  test('goes to the last transaction that had been committed by then, also on a replica that has become MAIN', async () => {
    const database = await Database.create('recover-moment', ['weur', 'enam']);
    await database.run('weur-1', 'CREATE (:N {x: 1})');
    const [first] = await level(database);
    const early = await moment();
    await database.run('weur-1', 'CREATE (:N {x: 2})');
    const [second] = await level(database);
    const late = await moment();
    await database.run('weur-1', 'MATCH (n) DELETE n');
    await database.level();

    await ask({ type: 'operate', database: database.name, command: { type: 'switchover', instance: 'enam-1' } });
    await eventually(async () => expect((await database.describe('enam-1')).role).toBe('main'));
    await database.run('enam-1', `RECOVER TO datetime('${late}')`);
    const afterLate = await level(database);
    await database.run('enam-1', `RECOVER TO datetime({epochMillis: ${Date.parse(early)}})`);

    expect(afterLate).toEqual([second, second]);
    expect(await level(database)).toEqual([first, first]);
  });

  test('reaches back to a snapshot that had been taken by then, and no further', async () => {
    const database = await Database.create('recover-snapshot-moment', ['weur']);
    const beforeAll = await moment();
    for (const x of [1, 2]) {
      await database.run('weur-1', 'CREATE (:N {x: $x})', { x });
      await database.rows('weur-1', 'CREATE SNAPSHOT');
    }
    const [two] = await level(database);
    const afterTwo = await moment();
    await database.run('weur-1', 'CREATE (:N {x: 3})');
    const [three] = await level(database);
    await database.rows('weur-1', 'CREATE SNAPSHOT');
    const afterThree = await moment();
    await database.run('weur-1', 'MATCH (n) DELETE n');

    const tooEarly = await database.fails('weur-1', `RECOVER TO datetime('${beforeAll}')`);
    const tooLate = await database.fails('weur-1', "RECOVER TO datetime('2999-01-01T00:00Z')");
    await database.kill('weur-1');
    const recovered: unknown[] = [];
    for (const at of [afterThree, afterTwo]) {
      await database.run('weur-1', `RECOVER TO datetime('${at}')`);
      recovered.push((await level(database))[0]);
    }

    expect(recovered).toEqual([three, two]);
    expect(tooEarly.error.message).toMatch(/^The log goes back to transaction \d+, which was committed at 20/);
    expect(tooLate.error.message).toBe('2999-01-01T00:00:00.000Z is still to come.');
  });

  test('keeps to the order of transactions when the clock of MAIN goes back', async () => {
    const database = await Database.create('recover-clock', ['weur']);
    await database.run('weur-1', 'CREATE (:N {x: 1})');
    const now = Date.now;
    try {
      // Tests and objects share an isolate, and so its clock.
      Date.now = () => now() - 3_600_000;
      await database.run('weur-1', 'CREATE (:N {x: 2})');
    } finally {
      Date.now = now;
    }

    await database.run('weur-1', `RECOVER TO datetime('${await moment()}')`);

    expect(await database.rows('weur-1', COUNT)).toEqual([[2, 3]]);
  });
});

test('a difference that is too large for one transaction is refused, and changes nothing', async () => {
  const database = await Database.create('recover-large', ['weur']);
  const text = 'x'.repeat(900_000);
  for (let i = 0; i < 3; i += 1) {
    await database.run('weur-1', 'UNWIND range(1, 10) AS i CREATE (:Page {text: $text + toString(i)})', { text });
  }
  const { bookmark } = await database.run('weur-1', 'CREATE (:End)');
  await database.run('weur-1', 'MATCH (p:Page) DELETE p');
  const [before] = await level(database);

  const { error } = await database.fails('weur-1', `RECOVER TO '${bookmark}'`);

  expect(error).toMatchObject({ code: 'Neo.TransientError.General.TransactionMemoryLimit' });
  expect(error.message).toMatch(/at most 25165824 can be committed at once/);
  expect(await level(database)).toEqual([before]);
  await database.run('weur-1', 'CREATE (:Another)');
});
