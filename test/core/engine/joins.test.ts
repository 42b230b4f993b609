/** Joins against all pairs: the same statement with the equality in a form that no table can be made of. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Float, type Value } from '../../../core/value/value.ts';
import { Database, failureOf } from './database.ts';

const SOME_VALUES: readonly Value[] = [
  null,
  0,
  1,
  new Float(1),
  new Float(-0),
  new Float(Number.NaN),
  'a',
  '1',
  true,
  2n ** 60n,
  new Float(2 ** 60),
  [1, 2],
  [new Float(1), 2],
  [1, new Float(Number.NaN)],
];

const anyValue = fc.constantFrom(...SOME_VALUES);

/** Enough rows that a join wins. */
const ROWS_MIN = 60;

function databaseOf(left: readonly Value[], right: readonly Value[]): Database {
  const database = new Database();
  const rows = (values: readonly Value[]) =>
    values.map(
      (x, i) =>
        new Map<string, Value>([
          ['i', i],
          ['x', x],
        ]),
    );
  database.run('UNWIND $rows AS row CREATE (n:A) SET n = row', { rows: rows(left) });
  database.run('UNWIND $rows AS row CREATE (n:B) SET n = row', { rows: rows(right) });
  return database;
}

function operatorsOf(database: Database, text: string): string {
  return JSON.stringify(database.run(`EXPLAIN ${text}`).plan);
}

test.each(['a.x = b.x', 'b.x = a.x'])('%s joins what is equal and nothing else', (equality) => {
  const values = fc.array(anyValue, { minLength: ROWS_MIN, maxLength: 90 });
  fc.assert(
    fc.property(values, values, fc.constantFrom(Number.POSITIVE_INFINITY, 50), (left, right, slice) => {
      const database = databaseOf(left, right);
      const joined = `MATCH (a:A), (b:B) WHERE ${equality} RETURN a.i, b.i`;
      expect(operatorsOf(database, joined)).toContain('ValueHashJoin');

      const rows = database.rows(joined, {}, slice);

      const pairs = database.rows('MATCH (a:A), (b:B) WHERE (a.x = b.x) = true RETURN a.i, b.i');
      expect(rows.map(String).sort()).toEqual(pairs.map(String).sort());
    }),
    { numRuns: 60 },
  );
});

test('lists that hold a null are equal to nothing', () => {
  const database = databaseOf(Array(100).fill(null), [0, 1, 2]);
  const text = `MATCH (a:A) WITH CASE a.i % 3 WHEN 0 THEN [1, null] WHEN 1 THEN [1, 2] ELSE null END AS x
    MATCH (b:B) WHERE [1, CASE b.x WHEN 0 THEN null ELSE b.x END] = x RETURN b.x, count(*)`;
  database.run('UNWIND range(3, 500) AS i CREATE (:B {x: i})');
  expect(operatorsOf(database, text)).toContain('ValueHashJoin');

  expect(database.rows(text)).toEqual([[2, 33]]);
});

describe('two ways that meet in a node', () => {
  /** Many ends on both sides of few nodes in the middle. */
  function hubs(): Database {
    const database = new Database();
    database.run('UNWIND range(0, 199) AS i CREATE (:M {i: i})');
    database.run('UNWIND range(0, 39) AS i CREATE (:A {i: i}), (:B {i: i})');
    database.run('MATCH (a:A), (m:M) WHERE (a.i * 7 + m.i) % 5 = 0 CREATE (a)-[:R]->(m)');
    database.run('MATCH (b:B), (m:M) WHERE (b.i * 3 + m.i) % 7 = 0 CREATE (b)-[:R]->(m)');
    return database;
  }

  test('are joined there, with relationships that differ', () => {
    const database = hubs();
    const text = 'MATCH (a:A)-[r:R]->(m)<-[s:R]-(b:B) RETURN a.i, m.i, b.i';
    const byPairs = 'MATCH (a:A)-[r:R]->(m) MATCH (m)<-[s:R]-(b) WHERE b:B AND r <> s RETURN a.i, m.i, b.i';

    expect(database.rows(text).map(String).sort()).toEqual(database.rows(byPairs).map(String).sort());
  });

  test('of the same kind never go there and back along one relationship', () => {
    const database = hubs();
    const text = 'MATCH (a:A {i: 1})-[r:R]->(m)<-[s:R]-(b:A) WHERE r = s RETURN count(*)';

    expect(database.rows(text)).toEqual([[0]]);
  });
});

test('a statement that joins sees its own snapshot between slices', () => {
  const database = databaseOf(
    Array.from({ length: 2_000 }, (_, i) => i),
    Array.from({ length: 2_000 }, (_, i) => i),
  );
  const joining = database.start('MATCH (a:A), (b:B) WHERE a.x = b.x RETURN count(*), sum(b.i)');
  let answer = joining.next(100);
  database.run('MATCH (b:B) DETACH DELETE b');
  while (answer !== 'done') answer = joining.next(100);

  expect(joining.rows).toEqual([[2_000, 1_999_000]]);
});

test('the table is held against the budget', () => {
  const database = new Database({ bytesMax: 200_000 });
  database.run('UNWIND range(1, 4000) AS i CREATE (:A {x: i})');
  database.run('UNWIND range(1, 4000) AS i CREATE (:B {x: i})');

  const failure = failureOf(() => database.run('MATCH (a:A), (b:B) WHERE a.x = b.x RETURN count(*)'));

  expect(failure.detail).toBe('BytesLimitExceeded');
  expect(failure.message).toContain('HashJoin');
});

test('rows of one class that differ are looked at in slices too', () => {
  const database = new Database();
  database.run('UNWIND range(1, 300) AS i CREATE (:A {i: i}), (:B {i: i})');
  const text = 'MATCH (a:A), (b:B) WHERE [a.i, null] = [b.i, null] OR [a.none] = [b.none] RETURN count(*)';
  expect(database.rows(text)).toEqual([[0]]);
  const joined = 'MATCH (a:A), (b:B) WHERE [1, a.none] = [1, b.none] RETURN count(*)';
  expect(operatorsOf(database, joined)).toContain('ValueHashJoin');

  expect(database.rows(joined, {}, 10)).toEqual([[0]]);
});
