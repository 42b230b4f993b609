import { beforeEach, describe, expect, test } from 'vitest';
import type { Transaction } from '../../../core/graph/delta.ts';
import { Database, failureOf } from './database.ts';

let database: Database;
beforeEach(() => {
  database = new Database();
});

/** Runs a statement in small slices, and tells its transactions, and what readers saw after each. */
function run(text: string, sliceWork = 50): { transactions: Transaction[]; seen: unknown[]; rows: unknown[][] } {
  const transactions: Transaction[] = [];
  const seen: unknown[] = [];
  const execution = database.start(text);
  const commit = () => {
    const transaction = execution.commit(1);
    if (!transaction) return;
    transactions.push(transaction);
    database.store.acknowledge(transaction.lsn);
    seen.push(database.rows('MATCH (n:N) RETURN count(n)')[0]![0]);
  };
  for (let answer = execution.next(sliceWork); answer !== 'done'; answer = execution.next(sliceWork)) {
    if (answer === 'commit') commit();
  }
  commit();
  return { transactions, seen, rows: execution.rows.map((row) => [...row]) };
}

describe('CALL { … } IN TRANSACTIONS', () => {
  test('commits after every so many rows', () => {
    const { seen } = run('UNWIND range(1, 10) AS i CALL (i) { CREATE (:N {i: i}) } IN TRANSACTIONS OF 4 ROWS');

    expect(seen).toEqual([4, 8, 10]);
  });

  test.each(['CONCURRENT', '3 CONCURRENT'])('takes IN %s TRANSACTIONS, one after the other', (words) => {
    const { seen } = run(`UNWIND range(1, 5) AS i CALL (i) { CREATE (:N {i: i}) } IN ${words} TRANSACTIONS OF 2 ROWS`);

    expect(seen).toEqual([2, 4, 5]);
    expect(failureOf(() => database.run('CALL { CREATE () } IN $n CONCURRENT TRANSACTIONS')).detail).toBe(
      'MissingParameter',
    );
  });

  test('takes a thousand rows unless it is told how many, and a parameter for it', () => {
    expect(run('UNWIND range(1, 2500) AS i CALL (i) { CREATE (:N) } IN TRANSACTIONS').seen).toEqual([1000, 2000, 2500]);

    const text = 'UNWIND range(1, 5) AS i CALL (i) { CREATE (:M) } IN TRANSACTIONS OF $n ROWS';
    const execution = database.run(text, { n: 2 });
    expect(execution.counters.nodesCreated).toBe(5);
    expect(failureOf(() => database.run(text, { n: 0 })).detail).toBe('NumberOutOfRange');
  });

  test('hands rows on once they are committed', () => {
    const { rows } = run(
      'UNWIND range(1, 5) AS i CALL (i) { CREATE (n:N {i: i}) RETURN n } IN TRANSACTIONS OF 2 ROWS RETURN i, n.i AS j',
    );

    expect(rows).toEqual([1, 2, 3, 4, 5].map((i) => [i, i]));
  });

  test('deletes what a scan finds, piece by piece', () => {
    database.run('UNWIND range(1, 50) AS i CREATE (:N)-[:R]->(:N)');

    const { transactions } = run('MATCH (n:N) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 30 ROWS');

    expect(transactions).toHaveLength(4);
    expect(database.rows('MATCH (n) RETURN count(n)')).toEqual([[0]]);
  });

  test('fails as a whole, but for what is committed', () => {
    const text = 'UNWIND [1, 2, 3, 0, 5] AS i CALL (i) { CREATE (:N {i: 6 / i}) } IN TRANSACTIONS OF 2 ROWS';

    expect(failureOf(() => run(text)).code).toBe('Neo.ClientError.Statement.ArithmeticError');

    expect(database.rows('MATCH (n:N) RETURN n.i ORDER BY n.i')).toEqual([[3], [6]]);
    database.run('CREATE (:N)');
  });

  test.each([
    {
      onError: 'CONTINUE',
      rows: [
        [1, 6, true, true, null],
        [2, 3, true, true, null],
        [0, null, true, false, 'An INTEGER cannot be divided by zero.'],
        [4, null, true, false, 'An INTEGER cannot be divided by zero.'],
        [5, 1, true, true, null],
      ],
    },
    {
      onError: 'BREAK',
      rows: [
        [1, 6, true, true, null],
        [2, 3, true, true, null],
        [0, null, true, false, 'An INTEGER cannot be divided by zero.'],
        [4, null, true, false, 'An INTEGER cannot be divided by zero.'],
        [5, null, false, false, null],
      ],
    },
  ])('ON ERROR $onError takes a failed transaction back, and reports on each row', ({ onError, rows }) => {
    const answer = run(
      `UNWIND [1, 2, 0, 4, 5] AS i CALL (i) { CREATE (n:N {i: 6 / i}) RETURN n.i AS x } IN TRANSACTIONS OF 2 ROWS
       ON ERROR ${onError} REPORT STATUS AS s RETURN i, x, s.started, s.committed, s.errorMessage`,
    );

    expect(answer.rows.map((row) => [...row.slice(0, 4), row[4] === null ? null : rows[2]![4]])).toEqual(rows);
    const made = rows.flatMap((row) => (row[1] === null ? [] : [row[1]]));
    expect(database.rows('MATCH (n:N) RETURN collect(n.i)')).toEqual([[made]]);
  });

  test('a constraint is checked for each transaction by itself', () => {
    database.run('CREATE CONSTRAINT FOR (n:N) REQUIRE n.i IS UNIQUE');

    const { rows } = run(
      `UNWIND [1, 2, 2, 3] AS i CALL (i) { CREATE (:N {i: i}) } IN TRANSACTIONS OF 1 ROW ON ERROR CONTINUE
       REPORT STATUS AS s RETURN i, s.committed, s.transactionId IS NULL`,
    );

    expect(rows).toEqual([
      [1, true, false],
      [2, true, false],
      [2, false, true],
      [3, true, false],
    ]);
  });

  test('counts only what was committed', () => {
    const text = 'UNWIND [1, 0, 2] AS i CALL (i) { CREATE (:N {i: 6 / i}) } IN TRANSACTIONS OF 1 ROW ON ERROR CONTINUE';

    expect(database.changes(text)).toEqual({ nodesCreated: 2, labelsAdded: 2, propertiesSet: 2 });
  });

  test('given up in the middle, it keeps what is committed and nothing else', () => {
    const execution = database.start('UNWIND range(1, 10) AS i CALL (i) { CREATE (:N) } IN TRANSACTIONS OF 4 ROWS');
    while (execution.next(1) !== 'commit');
    database.store.acknowledge(execution.commit(1)!.lsn);
    execution.next(3);

    execution.cancel();

    expect(database.rows('MATCH (n:N) RETURN count(n)')).toEqual([[4]]);
    database.run('CREATE (:N)');
  });

  test('of a subquery that only reads is a subquery', () => {
    expect(run('UNWIND [1, 2, 3] AS i CALL (i) { RETURN i * 2 AS j } IN TRANSACTIONS OF 2 ROWS RETURN j').rows).toEqual(
      [[2], [4], [6]],
    );
  });

  test.each([
    'CALL { CALL { CREATE (:N) } IN TRANSACTIONS } RETURN 1 AS x',
    'CREATE (:N) WITH 1 AS x CALL { CREATE (:N) } IN TRANSACTIONS',
    'UNWIND [1] AS x CALL { CREATE (:N) } IN TRANSACTIONS CREATE (:N)',
    'CALL { CREATE (:N) } IN TRANSACTIONS RETURN 1 AS x UNION RETURN 2 AS x',
  ])('is refused in %s', (text) => {
    expect(failureOf(() => database.run(text)).detail).toBe('InvalidClauseComposition');
  });

  test('is refused where somebody else commits', () => {
    const text = 'UNWIND [1] AS i CALL { CREATE (:N) } IN TRANSACTIONS';

    const start = () => database.engine.start(text, new Map(), { seed: 1, nowMs: 0 });

    expect(failureOf(start).detail).toBe('TransactionRequired');
    database.run('CREATE (:N)');
  });
});
