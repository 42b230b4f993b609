import { describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

describe('FOREACH', () => {
  test('creates for each element, and hands its rows on as they are', () => {
    const database = new Database();

    expect(database.changes('FOREACH (x IN range(1, 2000) | CREATE (:N {x: x}))')).toMatchObject({
      nodesCreated: 2000,
    });
    expect(database.rows('UNWIND [1, 2] AS i FOREACH (x IN [i, null] | CREATE (:M {x: x})) RETURN i')).toEqual([
      [1],
      [2],
    ]);
    expect(database.rows('MATCH (m:M) RETURN m.x ORDER BY m.x')).toEqual([[1], [2], [null], [null]]);
  });

  test.each([1, Number.POSITIVE_INFINITY])(
    'works element by element, row by row, with %d work units a slice',
    (slice) => {
      const database = new Database();
      database.run('CREATE (:N {s: 0, t: 0})');

      database.run(
        'MATCH (n:N) UNWIND [1, 10] AS i FOREACH (x IN [1, 2, 3] | SET n.s = n.s + x * i SET n.t = n.t + n.s)',
        {},
        slice,
      );

      expect(database.rows('MATCH (n:N) RETURN n.s, n.t')).toEqual([[66, 128]]);
    },
  );

  test('reads its list when the rows before have been gone through', () => {
    const database = new Database();
    database.run('CREATE (:N {l: [1]})');

    database.run('MATCH (n:N) UNWIND [1, 2] AS i FOREACH (x IN n.l | SET n.l = n.l + [x + 1])');

    expect(database.rows('MATCH (n:N) RETURN n.l')).toEqual([[[1, 2, 2, 3]]]);
  });

  test('nests, merges and deletes', () => {
    const database = new Database();
    database.run('CREATE (:N {ks: [1, 2]}), (:N {ks: [2, 3]})');

    database.run(
      'MATCH (n:N) FOREACH (k IN n.ks | MERGE (m:K {k: k}) FOREACH (y IN [k] | SET m.seen = coalesce(m.seen, 0) + y))',
    );
    database.run('MATCH (n:N) WITH collect(n) AS ns FOREACH (n IN ns | DELETE n)');

    expect(database.rows('MATCH (n) RETURN labels(n)[0], n.k, n.seen ORDER BY n.k')).toEqual([
      ['K', 1, 1],
      ['K', 2, 4],
      ['K', 3, 3],
    ]);
  });

  test('of null does nothing', () => {
    expect(new Database().changes('FOREACH (x IN null | CREATE ())')).toEqual({});
  });

  test.each([
    ['FOREACH (x IN [1] | RETURN x)', 'InvalidClauseComposition'],
    ['FOREACH (x IN [1] | MATCH (n) SET n.x = x)', 'InvalidClauseComposition'],
    ['MATCH (x) FOREACH (x IN [1] | CREATE ())', 'VariableAlreadyBound'],
    ['FOREACH (x IN [1] | CREATE (n)) RETURN n', 'UndefinedVariable'],
    ['FOREACH (x IN 1 | CREATE ())', 'InvalidArgumentType'],
    ['FOREACH (x IN [1] | CREATE ()) MATCH (n) RETURN n', 'InvalidClauseComposition'],
  ])('%s is %s', (query, detail) => {
    expect(failureOf(() => new Database().run(query)).detail).toBe(detail);
  });
});

test('FINISH ends a query without rows', () => {
  const database = new Database();

  expect(database.rows('CREATE (n:N) FINISH')).toEqual([]);
  expect(database.rows('MATCH (n:N) FINISH')).toEqual([]);
  expect(database.rows('MATCH (n:N) RETURN count(*)')).toEqual([[1]]);
  expect(failureOf(() => database.run('MATCH (n) FINISH RETURN n')).detail).toBe('InvalidClauseComposition');
});
