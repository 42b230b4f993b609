/** Counts of nodes that the graph knows are those that a scan finds: after any writes, in old snapshots, beside an open transaction. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Database } from './database.ts';

const KNOWN = 'MATCH (n:A) RETURN count(n), count(n.x), count(n.y), count(*)';
/** The same, so that each node is looked at. */
const SCANNED = 'MATCH (n:A) WITH n WHERE n:A RETURN count(n), count(n.x), count(n.y), count(*)';

const WRITES = [
  'CREATE (:A {x: 1})',
  'CREATE (:A:B {x: 1, y: 2})',
  'CREATE (:B {y: 1})',
  'MATCH (n:A) WITH n LIMIT 1 SET n.x = null',
  'MATCH (n:B) WITH n LIMIT 1 SET n:A',
  'MATCH (n:A) WITH n LIMIT 1 REMOVE n:A',
  'MATCH (n) WITH n LIMIT 1 DETACH DELETE n',
  'MATCH (n) WITH n LIMIT 2 SET n.y = 3',
  'MATCH (n:A) WITH n LIMIT 1 SET n = {x: 5}',
];

/** Changes something and then fails, so that all of it is taken back. */
const FAILING =
  'MATCH (n) SET n:A, n.x = 1, n.y = null WITH collect(n) AS all CREATE (:A {x: 1, y: 1}) WITH all RETURN 1 / 0';

test('what is known is what is there', () => {
  fc.assert(
    fc.property(fc.array(fc.nat({ max: WRITES.length }), { maxLength: 40 }), (steps) => {
      const database = new Database();
      const old = { snapshot: database.store.openSnapshot(), rows: database.rows(SCANNED) };
      for (const [number, step] of steps.entries()) {
        const write = WRITES[step];
        if (write === undefined) expect(() => database.run(FAILING)).toThrow();
        else database.run(write);
        expect(database.rows(KNOWN)).toEqual(database.rows(SCANNED));
        if (number === 10)
          Object.assign(old, { snapshot: database.store.openSnapshot(), rows: database.rows(SCANNED) });
      }

      const then = database.start(KNOWN, {}, old.snapshot);
      then.next(Number.POSITIVE_INFINITY);
      expect(then.rows).toEqual(old.rows);
      old.snapshot.close();
    }),
    { numRuns: 150 },
  );
});

test('a reader does not see what an open transaction has changed', () => {
  const database = new Database();
  database.run('CREATE (:A {x: 1}), (:A)');
  expect(database.rows(KNOWN)).toEqual([[2, 1, 0, 2]]);
  const writing = database.start('CREATE (:A {x: 1, y: 1})');
  writing.next(Number.POSITIVE_INFINITY);

  expect(database.rows(KNOWN)).toEqual([[2, 1, 0, 2]]);
  writing.commit(1);
  database.store.acknowledge(2);
  expect(database.rows(KNOWN)).toEqual([[3, 2, 1, 3]]);
});

test.each([
  { query: 'MATCH (n) RETURN count(*) AS c', rows: [[3]] },
  { query: 'MATCH (n:Missing) RETURN count(n), count(n.x)', rows: [[0, 0]] },
  { query: 'MATCH (n:A) RETURN count(n.missing)', rows: [[0]] },
  { query: 'MATCH (n:A) RETURN count(DISTINCT n.x), count(n)', rows: [[1, 2]] },
  { query: 'MATCH (n:A) RETURN count(n) + 1 AS more', rows: [[3]] },
  { query: 'MATCH (n:A) RETURN n.x, count(n)', rows: [[1, 2]] },
])('$query', ({ query, rows }) => {
  const database = new Database();
  database.run('CREATE (:A {x: 1}), (:A {x: 1}), (:B)');

  expect(database.rows(query)).toEqual(rows);
});

test('to count what is known costs next to no work', () => {
  const database = new Database({ workMax: 5_000 });
  for (let batch = 0; batch < 10; batch++) database.run('UNWIND range(1, 1000) AS x CREATE (:A {x: x})');

  expect(database.rows('MATCH (n:A) RETURN count(n), count(n.x)')).toEqual([[10_000, 10_000]]);
  expect(() => database.rows(SCANNED)).toThrow('workMax');
});
