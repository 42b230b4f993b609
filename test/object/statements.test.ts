/** Statements on one instance: reads beside a long write, deadlines, bounds, and a role that is lost meanwhile. */
import { describe, expect, test } from 'vitest';
import { Database } from './cluster.ts';

/** Runs for a good part of a second, in many slices. */
const LONG = 'UNWIND range(1, 1500) AS i UNWIND range(1, 10000) AS j WITH sum(i + j) AS n ';
/** After this a statement that was sent is running, and the next one waits behind it. */
const RUNNING_MS = 100;
const COUNT = 'MATCH (a:A) RETURN count(*) AS n';

describe('a long write', () => {
  test('lets readers in between, who see nothing of it', async () => {
    const database = await Database.create('long', ['weur']);
    await database.run('weur-1', 'CREATE (:A)');
    let isDone = false;
    const long = database.run('weur-1', `CREATE (:A) WITH 1 AS x ${LONG} CREATE (:A {n: n})`).then(() => {
      isDone = true;
    });

    const seen: unknown[] = [];
    while (!isDone && seen.length < 1_000) seen.push((await database.rows('weur-1', COUNT))[0]?.[0]);
    await long;

    expect(seen.length).toBeGreaterThan(3);
    expect(seen.slice(0, -1).every((count) => count === 1)).toBe(true);
    expect(await database.rows('weur-1', COUNT)).toEqual([[3]]);
  });

  test('makes the next one wait, which then builds on it', async () => {
    const database = await Database.create('next', ['weur']);

    const long = database.run('weur-1', `${LONG} CREATE (:A {order: 1})`);
    await scheduler.wait(RUNNING_MS);
    const next = database.run('weur-1', 'MATCH (a:A) CREATE (:A {order: a.order + 1})');
    const answers = await Promise.all([long, next]);

    expect(answers.map(({ counters }) => counters.nodesCreated)).toEqual([1, 1]);
    expect(await database.rows('weur-1', 'MATCH (a:A) RETURN a.order AS o ORDER BY o')).toEqual([[1], [2]]);
  });

  test('is rolled back at its deadline, and whoever waited behind it is told too', async () => {
    const database = await Database.create('deadline', ['weur']);
    const [before] = await database.level();

    const first = database.fails('weur-1', `CREATE (:A) WITH 1 AS x ${LONG} CREATE (:A)`, {}, { deadlineMs: 250 });
    await scheduler.wait(RUNNING_MS);
    const second = database.fails('weur-1', 'CREATE (:B)', {}, { deadlineMs: 50 });
    const [long, behind] = await Promise.all([first, second]);
    const [after] = await database.level();

    expect(long.error.message).toContain('rolled back');
    expect(behind.error.message).toContain('Nothing was done');
    expect(after?.details).toMatchObject({ nodes: 0, checksum: before?.details.checksum, storedLsn: 1 });
    await database.run('weur-1', 'CREATE (:A)');
  });

  test('is rolled back when the instance is MAIN no longer, and may be sent to the next one', async () => {
    const database = await Database.create('deposed', ['weur', 'enam', 'apac']);
    await database.level();

    const long = database.fails('weur-1', `CREATE (:A) WITH 1 AS x ${LONG} CREATE (:A)`);
    await scheduler.wait(RUNNING_MS);
    const waiting = database.fails('weur-1', 'CREATE (:B)');
    await scheduler.wait(RUNNING_MS);
    await database.tell('weur-1', { type: 'seal', epoch: 2 });
    const refusals = await Promise.all([long, waiting]);
    const successor = await database.successor('weur-1');
    const all = await database.level();

    expect(refusals.map(({ retry }) => retry)).toEqual(['notMain', 'notMain']);
    expect(all.map(({ details }) => details.nodes)).toEqual([0, 0, 0]);
    await database.run(successor, 'CREATE (:A)');
  });
});

describe('CALL { … } IN TRANSACTIONS', () => {
  const MANY = 'UNWIND range(1, 10) AS i CALL (i) { CREATE (:A {i: i}) } IN TRANSACTIONS OF 3 ROWS';

  test('commits piece by piece, and every replica has the pieces', async () => {
    const database = await Database.create('pieces', ['weur', 'enam']);
    const [before] = await database.level();

    const { counters } = await database.run('weur-1', MANY);

    const all = await database.level();
    expect(counters.nodesCreated).toBe(10);
    expect(all.map(({ details }) => details.nodes)).toEqual([10, 10]);
    expect(all.map(({ details }) => Number(details.storedLsn) - Number(before?.details.storedLsn))).toEqual([4, 4]);
  });

  test('keeps what was committed before a failure', async () => {
    const database = await Database.create('broken', ['weur', 'enam']);

    const failure = await database.fails('weur-1', MANY.replace('i: i', 'i: 1 / (i - 8)'));

    expect(failure.error.code).toBe('Neo.ClientError.Statement.ArithmeticError');
    expect((await database.level()).map(({ details }) => details.nodes)).toEqual([6, 6]);
    await database.run('weur-1', MANY);
  });
});

describe('a transaction', () => {
  test('that is too large for the log is refused, and changes nothing', async () => {
    const database = await Database.create('large', ['weur', 'enam']);
    await database.run('weur-1', 'CREATE (:A)');
    const [before] = await database.level();
    // In the log a euro sign takes more room than in memory, so it is the log that is too small.
    const text = '€'.repeat(300_000);

    const refusal = await database.fails('weur-1', 'UNWIND range(1, 30) AS i CREATE (:A {text: $text + i})', { text });
    const [after] = await database.level();

    expect(refusal.error.message).toMatch(/bytes of changes, and at most/);
    expect(after?.details).toMatchObject({ nodes: 1, checksum: before?.details.checksum });
    await database.run('weur-1', 'CREATE (:A)');
    expect(await database.rows('enam-1', COUNT)).toEqual([[2]]);
  });

  test('that spans several rows of the log arrives whole', async () => {
    const database = await Database.create('rows', ['weur', 'enam']);
    const text = 'x'.repeat(500_000);

    await database.run('weur-1', 'UNWIND range(1, 8) AS i CREATE (:A {text: $text + i})', { text });
    await database.kill('weur-1');
    const all = await database.level();

    expect(all.map(({ details }) => details.nodes)).toEqual([8, 8]);
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
  });

  test('of a statement that fails leaves no trace, and those beside it go on', async () => {
    const database = await Database.create('beside', ['weur']);

    const answers = await Promise.all([
      database.send('weur-1', 'CREATE (:A)'),
      database.send('weur-1', 'CREATE (:A {n: 1 / 0})'),
      database.send('weur-1', 'CREATE (:A) RETURN $missing'),
      database.send('weur-1', 'CREATE (:A'),
      database.send('weur-1', 'CREATE (:A)'),
    ]);

    expect(answers.map((answer) => answer.ok)).toEqual([true, false, false, false, true]);
    expect(await database.rows('weur-1', COUNT)).toEqual([[2]]);
  });
});

describe('an instance that nobody assigned', () => {
  test('refuses statements, and stores nothing', async () => {
    const database = new Database('nobody', ['weur-1']);

    const refusal = await database.fails('weur-1', COUNT);

    expect(refusal.retry).toBe('unreachable');
    expect(await database.sql('weur-1', "SELECT name FROM sqlite_master WHERE name = 'state'")).toEqual([]);
  });
});

test('EXPLAIN of what writes may be sent with access mode READ, and changes nothing', async () => {
  const database = await Database.create('explained', ['weur']);

  const answer = await database.run('weur-1', 'EXPLAIN CREATE (:A)', {}, { accessMode: 'read' });
  await database.run('weur-1', 'EXPLAIN CREATE INDEX FOR (n:A) ON (n.x)', {}, { accessMode: 'read' });

  expect(answer.plan).toBeDefined();
  expect(await database.rows('weur-1', COUNT)).toEqual([[0]]);
});
