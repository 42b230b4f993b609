/**
 * Aggregations and ORDER BY … LIMIT have quick ways for columns of integers and texts. Here columns are of one kind, of several, full and
 * with gaps, changed and with nodes deleted, and the answers those of the definition, worked out row by row.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Float, type Value } from '../../../core/value/value.ts';
import { Database } from './database.ts';

interface Item {
  readonly k: Value;
  readonly v: Value;
}

/** More than fit in a page of a column and in a batch. */
const NODES_MAX = 2_500;

const SAFE_MAX = Number.MAX_SAFE_INTEGER;

const KEYS: Record<string, (i: number) => Value> = {
  'few integers': (i) => i % 7,
  'many integers': (i) => (i * 7919) % 2_000,
  texts: (i) => ['a', 'b', 'c'][i % 3]!,
  'texts with gaps': (i) => (i % 5 === 0 ? null : ['a', 'b'][i % 2]!),
  'integers and floats': (i) => (i % 3 === 0 ? new Float(i % 4) : i % 4),
  anything: (i) => [null, 'x', 1, new Float(1.5), true][i % 5]!,
};

const VALUES: Record<string, (i: number) => Value> = {
  integers: (i) => (i * 31) % 1_000,
  'negative integers': (i) => 500 - ((i * 31) % 1_000),
  'large integers': (i) => SAFE_MAX - i,
  'integers with gaps': (i) => (i % 11 === 0 ? null : i),
  floats: (i) => new Float(i / 4),
  'both kinds of number': (i) => (i > 1_500 ? new Float(i) : i),
};

function databaseOf(items: readonly Item[], deleted: (i: number) => boolean): Database {
  const database = new Database();
  const rows = items.map(
    ({ k, v }, i) =>
      new Map<string, Value>([
        ['i', i],
        ['k', k],
        ['v', v],
      ]),
  );
  database.run('UNWIND $rows AS row CREATE (n:N) SET n = row', { rows });
  const gone = items.flatMap((_, i) => (deleted(i) ? [i] : []));
  database.run('UNWIND $gone AS i MATCH (n:N {i: i}) DELETE n', { gone });
  return database;
}

interface Group {
  count: number;
  values: (number | bigint)[];
  hasFloat: boolean;
}

/** 1 and 1.0 are of one group. */
function keyOf(value: Value): string {
  const plain = value instanceof Float ? value.value : value;
  return `${typeof plain}:${String(plain)}`;
}

function groupsOf(items: readonly Item[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const { k, v } of items) {
    const group = groups.get(keyOf(k)) ?? { count: 0, values: [], hasFloat: false };
    groups.set(keyOf(k), group);
    group.count++;
    if (v === null) continue;
    group.hasFloat ||= v instanceof Float;
    group.values.push(v instanceof Float ? v.value : (v as number));
  }
  return groups;
}

function sumOf({ values, hasFloat }: Group): number | bigint {
  if (hasFloat) return values.reduce<number>((sum, value) => sum + Number(value), 0);
  return values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n);
}

const someItems = fc.record({
  key: fc.constantFrom(...Object.keys(KEYS)),
  value: fc.constantFrom(...Object.keys(VALUES)),
  count: fc.integer({ min: 1, max: NODES_MAX }),
  holes: fc.constantFrom(0, 0, 3, 64),
  slice: fc.constantFrom(Number.POSITIVE_INFINITY, 700),
});

test('groups have the counts, sums and extrema of their rows', () => {
  fc.assert(
    fc.property(someItems, ({ key, value, count, holes, slice }) => {
      const items = Array.from({ length: count }, (_, i) => ({ k: KEYS[key]!(i), v: VALUES[value]!(i) }));
      const isGone = (i: number) => holes > 0 && i % holes === 1;
      const database = databaseOf(items, isGone);

      const { rows } = database.run(
        'MATCH (n:N) RETURN n.k, count(*), count(n.v), sum(n.v), min(n.v), max(n.v), count(DISTINCT n.v)',
        {},
        slice,
      );

      const groups = groupsOf(items.filter((_, i) => !isGone(i)));
      expect(rows).toHaveLength(groups.size);
      for (const [k, all, some, sum, min, max, distinct] of rows) {
        const group = groups.get(keyOf(k as Value))!;
        const numbers = group.values.map(Number);
        expect([all, some, distinct]).toEqual([group.count, numbers.length, new Set(numbers).size]);
        const given = sum instanceof Float ? sum.value : BigInt(sum as number | bigint);
        if (typeof given === 'number') expect(given).toBeCloseTo(Number(sumOf(group)), 5);
        else expect(given).toBe(sumOf(group));
        expect(sum instanceof Float).toBe(group.hasFloat);
        const number = (found: unknown) => (found instanceof Float ? found.value : found);
        expect(number(min)).toBe(numbers.length === 0 ? null : Math.min(...numbers));
        expect(number(max)).toBe(numbers.length === 0 ? null : Math.max(...numbers));
      }
    }),
    { numRuns: 60 },
  );
});

test.each(['ASC', 'DESC'])('the first rows in order are those of all rows in order, %s', (order) => {
  fc.assert(
    fc.property(someItems, fc.integer({ min: 0, max: 40 }), fc.nat({ max: 5 }), (made, limit, skip) => {
      const items = Array.from({ length: made.count }, (_, i) => ({
        k: KEYS[made.key]!(i),
        v: VALUES[made.value]!(i),
      }));
      const database = databaseOf(items, () => false);
      const ordered = `MATCH (n:N) RETURN n.v AS v, n.i AS i ORDER BY v ${order}, i DESC`;

      const first = database.rows(`${ordered} SKIP ${skip} LIMIT ${limit}`, {}, made.slice);

      expect(first).toEqual(database.rows(ordered).slice(skip, skip + limit));
    }),
    { numRuns: 60 },
  );
});

test('a label that all nodes have is one that null has not, nor a node that is deleted or has lost it', () => {
  const database = new Database();
  database.run('UNWIND range(1, 40) AS i CREATE (:N {i: i})-[:R]->(:N {i: 100 + i})');
  const labelled = 'MATCH (n:N)-[:R]->(m) WHERE m:N RETURN count(*)';
  const optional = 'MATCH (n:N) OPTIONAL MATCH (n)-[:R]->(m) WITH m WHERE m:N RETURN count(*)';
  const lacking = 'MATCH (n:N) OPTIONAL MATCH (n)-[:R]->(m) WITH m WHERE NOT m:N RETURN count(*)';
  expect([labelled, optional, lacking].map((text) => database.rows(text))).toEqual([[[40]], [[40]], [[0]]]);
  const old = database.store.openSnapshot();

  database.run('MATCH (m {i: 101}) REMOVE m:N');

  expect([labelled, optional, lacking].map((text) => database.rows(text))).toEqual([[[39]], [[39]], [[1]]]);
  const then = database.start(labelled, {}, old);
  then.next(Number.POSITIVE_INFINITY);
  expect(then.rows).toEqual([[40]]);
  old.close();
});
