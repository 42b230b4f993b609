import { describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

function people(): Database {
  const database = new Database();
  database.run(`CREATE (a:Person {name: 'Ada', age: 36}), (b:Person {name: 'Bob', age: 41}), (c:Person {name: 'Cyd', age: 7}),
    (a)-[:KNOWS]->(b), (a)-[:KNOWS]->(c), (b)-[:KNOWS]->(c)`);
  return database;
}

describe('a subquery', () => {
  test.each([
    { query: 'CALL { RETURN 1 AS x } RETURN x', rows: [[1]] },
    {
      query: 'UNWIND [1, 2] AS i CALL { UNWIND [10, 20] AS j RETURN j } RETURN i + j AS s',
      rows: [[11], [21], [12], [22]],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL { WITH i RETURN i * 2 AS j } RETURN i, j',
      rows: [
        [1, 2],
        [2, 4],
      ],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL { WITH * RETURN i * 2 AS j } RETURN i, j',
      rows: [
        [1, 2],
        [2, 4],
      ],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL (i) { RETURN i * 2 AS j } RETURN i, j',
      rows: [
        [1, 2],
        [2, 4],
      ],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL (*) { RETURN i * 2 AS j } RETURN i, j',
      rows: [
        [1, 2],
        [2, 4],
      ],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL () { RETURN 7 AS j } RETURN i, j',
      rows: [
        [1, 7],
        [2, 7],
      ],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL { WITH 5 AS x RETURN x } RETURN i, x',
      rows: [
        [1, 5],
        [2, 5],
      ],
    },
    { query: 'UNWIND [1, 2] AS i CALL (i) { WITH 3 AS k RETURN i + k AS j } RETURN j', rows: [[4], [5]] },
    { query: 'UNWIND [1, 2] AS i CALL (i) { WITH count(*) AS c RETURN i + c AS j } RETURN j', rows: [[2], [3]] },
    { query: 'UNWIND [1, 2] AS i CALL (i) { UNWIND [] AS e RETURN i + count(e) AS j } RETURN j', rows: [[1], [2]] },
    {
      query: 'UNWIND [1, 2] AS i CALL (i) { RETURN i AS same } RETURN i, same',
      rows: [
        [1, 1],
        [2, 2],
      ],
    },
    {
      query: 'UNWIND [3, 1] AS i CALL (i) { UNWIND range(1, i) AS j RETURN j ORDER BY j DESC LIMIT 2 } RETURN i, j',
      rows: [
        [3, 3],
        [3, 2],
        [1, 1],
      ],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL (i) { RETURN i AS x UNION RETURN 1 AS x } RETURN i, x',
      rows: [
        [1, 1],
        [2, 2],
        [2, 1],
      ],
    },
    {
      query: 'UNWIND [1, 2] AS i CALL { WITH i RETURN i AS x UNION ALL WITH i RETURN i * 10 AS x } RETURN x',
      rows: [[1], [10], [2], [20]],
    },
    { query: 'UNWIND [1, 2] AS i CALL (i) { UNWIND range(2, i) AS j RETURN j } RETURN i, j', rows: [[2, 2]] },
    {
      query: 'UNWIND [1, 2] AS i OPTIONAL CALL (i) { UNWIND range(2, i) AS j RETURN j } RETURN i, j',
      rows: [
        [1, null],
        [2, 2],
      ],
    },
    { query: 'CALL { CALL { RETURN 1 AS x } RETURN x + 1 AS y } RETURN y', rows: [[2]] },
    {
      query: 'UNWIND [1, 2] AS i CALL (i) { CALL (i) { RETURN i AS x } RETURN x + i AS y } RETURN y',
      rows: [[2], [4]],
    },
  ])('$query', ({ query, rows }) => {
    expect(new Database().rows(query)).toEqual(rows);
    expect(new Database().rows(query, {}, 1)).toEqual(rows);
  });

  test('sees the nodes of the outer query, and aggregates for each row by itself', () => {
    const query = `MATCH (p:Person) CALL (p) { MATCH (p)-[:KNOWS]->(f) RETURN count(f) AS friends, max(f.age) AS oldest }
      RETURN p.name AS name, friends, oldest ORDER BY name`;

    expect(people().rows(query)).toEqual([
      ['Ada', 2, 41],
      ['Bob', 1, 7],
      ['Cyd', 0, null],
    ]);
  });

  test('keeps names inside apart from equal names outside that it does not import', () => {
    const query = `MATCH (p:Person {name: 'Ada'}) CALL () { MATCH (p:Person {name: 'Bob'}) RETURN p.age AS age } RETURN p.name, age`;

    expect(people().rows(query)).toEqual([['Ada', 41]]);
  });

  test('gives more rows than a batch for one row', () => {
    const query =
      'UNWIND [1, 2] AS i CALL (i) { UNWIND range(1, 3000) AS j RETURN j } RETURN i, count(j) AS c, sum(j) AS s ORDER BY i';

    expect(new Database().rows(query, {}, 100)).toEqual([
      [1, 3000, 4501500],
      [2, 3000, 4501500],
    ]);
  });

  test('puts the few rows of many calls together into batches', () => {
    const query =
      'UNWIND range(1, 3000) AS i CALL (i) { UNWIND [i, -i] AS j RETURN j } RETURN count(*) AS c, sum(j * i) AS s';

    expect(new Database().rows(query, {}, 100)).toEqual([[6000, 0]]);
  });
});

describe('a subquery that writes', () => {
  test('without RETURN it keeps each row once', () => {
    const database = new Database();

    const rows = database.rows('UNWIND [1, 2] AS i CALL (i) { UNWIND range(1, i) AS j CREATE (:N {j: j}) } RETURN i');

    expect(rows).toEqual([[1], [2]]);
    expect(database.rows('MATCH (n:N) RETURN n.j AS j ORDER BY j')).toEqual([[1], [1], [2]]);
  });

  test('returns what it has made', () => {
    const database = new Database();

    expect(database.rows('UNWIND [1, 2] AS i CALL (i) { CREATE (n:N {i: i}) RETURN n } RETURN n.i, i')).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  test('a call sees what the call before it has made', () => {
    const rows = new Database().rows(
      'UNWIND [1, 2, 3] AS i CALL { MATCH (n:N) RETURN count(n) AS before } CALL { CREATE (:N) } RETURN before',
    );
    const inOne = new Database().rows(
      'UNWIND [1, 2, 3] AS i CALL { OPTIONAL MATCH (n:N) WITH count(n) AS before CREATE (:N) RETURN before } RETURN before',
    );

    expect(rows).toEqual([[0], [0], [0]]);
    expect(inOne).toEqual([[0], [1], [2]]);
  });

  test('does not feed the scan around it', () => {
    const database = people();

    database.run('MATCH (p:Person) CALL (p) { CREATE (:Person {name: p.name}) }');

    expect(database.rows('MATCH (p:Person) RETURN count(p)')).toEqual([[6]]);
  });

  test('is a statement of its own, and ends one', () => {
    const database = new Database();

    expect(database.changes('CALL { CREATE (:A) }')).toEqual({ nodesCreated: 1, labelsAdded: 1 });
  });

  test('writes everything even when LIMIT leaves no row', () => {
    const database = new Database();

    database.run('UNWIND [1, 2, 3] AS i CALL { CREATE (n:N) RETURN n } RETURN i LIMIT 0');

    expect(database.rows('MATCH (n:N) RETURN count(n)')).toEqual([[3]]);
  });
});

describe('a subquery is refused', () => {
  test.each([
    ['WITH 1 AS x CALL { RETURN x AS y } RETURN y', 'UndefinedVariable'],
    ['WITH 1 AS x CALL { WITH x + 1 AS y RETURN y } RETURN y', 'UndefinedVariable'],
    ['WITH 1 AS x CALL { RETURN 2 AS x } RETURN x', 'VariableAlreadyBound'],
    ['WITH 1 AS x CALL (x) { RETURN x } RETURN x', 'VariableAlreadyBound'],
    ['WITH 1 AS x CALL (x) { WITH 2 AS x RETURN x AS y } RETURN y', 'VariableAlreadyBound'],
    ['WITH 1 AS x CALL (x) { UNWIND [1] AS x RETURN x AS y } RETURN y', 'VariableAlreadyBound'],
    ['WITH 1 AS x CALL (y) { RETURN 1 AS z } RETURN z', 'UndefinedVariable'],
    ['WITH 1 AS x CALL (x, x) { RETURN 1 AS z } RETURN z', 'VariableAlreadyBound'],
    ['CALL { RETURN 1 } RETURN 2 AS x', 'NoExpressionAlias'],
    ['CALL { MATCH (n) } RETURN 2 AS x', 'InvalidClauseComposition'],
    ['CALL { RETURN 1 AS x }', 'InvalidClauseComposition'],
    ['CALL { RETURN 1 AS x UNION RETURN 2 AS y } RETURN x', 'DifferentColumnsInUnion'],
    ['CALL { RETURN 1 AS x UNION CREATE (n) } RETURN x', 'DifferentColumnsInUnion'],
    ['CALL { MATCH (n) RETURN n AS x } RETURN n', 'UndefinedVariable'],
  ])('%s: %s', (query, detail) => {
    expect(failureOf(() => new Database().run(query)).detail).toBe(detail);
  });
});
