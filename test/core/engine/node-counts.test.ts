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

test('relationships grouped by their far end are counted from there, whatever the labels and directions', () => {
  const entity = fc.record({ a: fc.boolean(), b: fc.boolean(), key: fc.nat({ max: 3 }) });
  const graph = fc.record({
    nodes: fc.array(entity, { minLength: 1, maxLength: 8 }),
    links: fc.array(fc.tuple(fc.nat({ max: 7 }), fc.nat({ max: 7 }), fc.boolean()), { maxLength: 20 }),
  });
  const side = fc.constantFrom('', ':A', ':B');
  const arrow = fc.constantFrom('-[:T]->', '<-[:T]-', '-[:T]-', '-[r]->', '-->');

  fc.assert(
    fc.property(graph, side, side, arrow, ({ nodes, links }, near, far, between) => {
      const database = new Database();
      const created = nodes.map(({ a, b, key }, i) => `(n${i}${a ? ':A' : ''}${b ? ':B' : ''} {key: ${key}})`);
      const joined = links.map(([start, end, isT]) => {
        return `(n${start % nodes.length})-[:${isT ? 'T' : 'U'}]->(n${end % nodes.length})`;
      });
      database.run(`CREATE ${[...created, ...joined].join(', ')}`);
      const pattern = `MATCH (near${near})${between}(far${far})`;

      const counted = database.rows(`${pattern} RETURN far.key AS key, count(*) AS c ORDER BY key`);
      const listed = database.rows(
        `${pattern} WITH far.key AS key, near.key AS other RETURN key, count(*) AS c ORDER BY key`,
      );

      expect(counted).toEqual(listed);
      expect(database.rows(`${pattern} RETURN far.key AS key, count(*) AS c ORDER BY key`, {}, 1)).toEqual(listed);
    }),
    { numRuns: 400 },
  );
});

test('they are counted from there when there are many of them', () => {
  const database = new Database();
  database.run('UNWIND range(1, 50) AS x CREATE (:A {key: x})');
  database.run('MATCH (a:A), (b:A) WHERE a.key < b.key CREATE (a)-[:T]->(b)');

  const { plan } = database.run('EXPLAIN MATCH (:A)-[:T]->(far:A) RETURN far.key, count(*)');

  expect(JSON.stringify(plan)).toContain('ExpandCount');
  expect(database.rows('MATCH (:A)-[:T]->(far:A) RETURN far.key, count(*) AS c ORDER BY c DESC LIMIT 2')).toEqual([
    [50, 49],
    [49, 48],
  ]);
});
