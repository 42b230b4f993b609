import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PlanDescription } from '../../../core/planner/describe.ts';
import { Database, failureOf } from './database.ts';

/** a -T-> b -T-> c, a -T-> d -T-> e -T-> c, a -U-> c. */
const database = new Database();
beforeAll(() => {
  database.run(`CREATE (a:P {n: 'a', v: 1}), (b:P {n: 'b', v: 2}), (c:P {n: 'c', v: 3}), (d:P {n: 'd', v: 4}), (e:P {n: 'e', v: 5}),
                       (a)-[:T {w: 1}]->(b), (b)-[:T {w: 2}]->(c), (a)-[:T {w: 5}]->(d), (d)-[:T {w: 1}]->(e), (e)-[:T {w: 1}]->(c),
                       (a)-[:U {w: 9}]->(c)`);
});

interface Case {
  readonly query: string;
  readonly rows: unknown[][];
}

/** Each with one work unit a slice and without slices: the rows are the same, in the same order. */
function expectRows({ query, rows }: Case): void {
  expect(database.rows(query)).toEqual(rows);
  expect(database.rows(query, {}, 1)).toEqual(rows);
}

const names = (list: string) => `[x IN ${list} | x.n]`;

describe('quantified path patterns', () => {
  test.each<Case>([
    {
      query: `MATCH (a {n: 'a'}) ((x)-[r:T]->(y)){2} (z) RETURN ${names('x')} AS xs, [q IN r | q.w] AS ws, ${names('y')} AS ys, z.n`,
      rows: [
        [['a', 'b'], [1, 2], ['b', 'c'], 'c'],
        [['a', 'd'], [5, 1], ['d', 'e'], 'e'],
      ],
    },
    { query: "MATCH (a {n: 'a'})-[:T]->+(z) RETURN z.n ORDER BY z.n", rows: [['b'], ['c'], ['c'], ['d'], ['e']] },
    {
      query: "MATCH (a {n: 'b'})-[r:T]->*(z) RETURN size(r), z.n",
      rows: [
        [0, 'b'],
        [1, 'c'],
      ],
    },
    { query: "MATCH (a {n: 'a'})-[:T]->{3,}(z) RETURN z.n", rows: [['c']] },
    { query: "MATCH (a {n: 'a'})-[:T]->{,1}(z) RETURN z.n ORDER BY z.n", rows: [['a'], ['b'], ['d']] },
    { query: "MATCH (a {n: 'a'})-[r:T WHERE r.w < 3]->+(z) RETURN z.n", rows: [['b'], ['c']] },
    {
      query: `MATCH (a {n: 'a'}) ((x)-[:T]->(y) WHERE x.v < y.v)+ (z) RETURN ${names('y')} AS ys`,
      rows: [[['b']], [['b', 'c']], [['d']], [['d', 'e']]],
    },
    {
      query: `MATCH ((x)-[:T]->(y)-[:T]->(z)){1,2} RETURN ${names('x')} AS xs ORDER BY xs[0]`,
      rows: [[['a']], [['a']], [['d']]],
    },
    {
      query: `MATCH p = (a {n: 'a'}) ((x)-[:T]->(y)){2} ((u)-[:T]->(v)){0,1} RETURN ${names('nodes(p)')} AS l, size(u)`,
      rows: [
        [['a', 'b', 'c'], 0],
        [['a', 'd', 'e'], 0],
        [['a', 'd', 'e', 'c'], 1],
      ],
    },
    {
      query: `MATCH (c {n: 'c'}) MATCH (a) ((x)-[:T]->(y)){2} (c) RETURN a.n, ${names('x')} AS xs ORDER BY a.n`,
      rows: [
        ['a', ['a', 'b']],
        ['d', ['d', 'e']],
      ],
    },
    {
      query:
        "MATCH (a {n: 'a'}), (c {n: 'c'}) RETURN COUNT { (a)-[:T]->+(c) } AS k, EXISTS { (a) ((x)-[:T]->(y)){4} (c) } AS e",
      rows: [[2, false]],
    },
    { query: "OPTIONAL MATCH (a {n: 'c'}) ((x)-[:T]->(y))+ (b) RETURN x, b", rows: [[null, null]] },
    { query: 'MATCH ((a)-[:T]->(b) WHERE a.v > b.v) RETURN a.n, b.n', rows: [['e', 'c']] },
    { query: "MATCH (a {n: 'a'})-[:U]->(b) ((x)<-[:T]-(y)){1} (z) RETURN z.n ORDER BY z.n", rows: [['b'], ['e']] },
  ])('$query', expectRows);

  test('a condition on each relationship holds too where only the ends are asked for', () => {
    expect(database.rows("MATCH (a {n: 'a'})-[r:T WHERE r.w < 3]->+(z) RETURN DISTINCT z.n")).toEqual([['b'], ['c']]);
  });

  test.each([
    ['MATCH (a)-->(b)((x)-->(y)) RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH ((a))+ RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH ((a)-->(b)-[*]->(c))+ RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH (((a)-->(b))+)+ RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH (a)-[*1..2]->+(b) RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH (a)-->{3,2}(b) RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH (a)-->{0}(b) RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH (a)-[r* WHERE r.x = 1]->(b) RETURN a', 'InvalidRelationshipPattern'],
    ['MATCH (x) MATCH (a)((x)-->(y))+(z) RETURN a', 'VariableAlreadyBound'],
    ['MATCH (a)((x)-->(y))+((y)-->(z))+(q) RETURN a', 'VariableAlreadyBound'],
    ['MATCH (a)((x)-->(y) WHERE a.v = 1)+(z) RETURN a', 'UndefinedVariable'],
    ['MATCH (a)((x)-->(y))+(z) WHERE x.v = 1 RETURN a', 'InvalidArgumentType'],
    ['CREATE ((a)-[:T]->(b))+', 'UnexpectedSyntax'],
  ])('%s is %s', (query, detail) => {
    expect(failureOf(() => database.run(query)).detail).toBe(detail);
  });

  test('find what a relationship of variable length finds, on random graphs and from either end', () => {
    const graphs = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.constantFrom('R', 'S')), { maxLength: 9 });
    const arrows = fc.constantFrom(['-[', ']->'], ['<-[', ']-'], ['-[', ']-']);
    const ends = fc.constantFrom(
      ['(a {i: 0})', '(b)'],
      ['(a)', '(b {i: 0})'],
      ['(a {i: 0})', '(b {i: 1})'],
      ['(a)', '(a)'],
    );
    const bounds = fc.constantFrom([0, 2], [1, 3], [2, 2], [1, undefined]);

    fc.assert(
      fc.property(graphs, arrows, ends, bounds, (relationships, [left, right], [a, b], [min, max]) => {
        const own = new Database();
        own.run('UNWIND range(0, 4) AS i CREATE (:N {i: i})');
        for (const [from, to, type] of relationships) {
          own.run(`MATCH (a {i: ${from}}), (b {i: ${to}}) CREATE (a)-[:${type}]->(b)`);
        }
        const order = 'RETURN [x IN nodes(p) | x.i] AS ns, [x IN relationships(p) | id(x)] AS rs ORDER BY ns, rs';
        const variable = own.rows(`MATCH p = ${a}${left}:R|S*${min}..${max ?? ''}${right}${b} ${order}`);
        const quantified = own.rows(`MATCH p = ${a} ((x)${left}r:R|S${right}(y)){${min},${max ?? ''}} ${b} ${order}`);
        const plain = own.rows(
          `MATCH p = ${a}${left}r:R|S WHERE r IS NOT NULL${right}{${min},${max ?? ''}}${b} ${order}`,
        );

        expect(quantified).toEqual(variable);
        expect(plain).toEqual(variable);
      }),
      { numRuns: 80 },
    );
  });
});

describe('shortest paths', () => {
  const ends = "((a {n: 'a'})-[r*]->(c {n: 'c'}))";
  const nodes = '[x IN nodes(p) | x.n] AS ns';

  test.each<Case>([
    { query: `MATCH p = shortestPath${ends} RETURN ${nodes}`, rows: [[['a', 'c']]] },
    {
      query: `MATCH p = shortestPath${ends} WHERE all(x IN r WHERE x.w < 9) RETURN ${nodes}`,
      rows: [[['a', 'b', 'c']]],
    },
    {
      query: `MATCH p = shortestPath${ends} WHERE none(x IN relationships(p) WHERE type(x) = 'U') AND all(x IN nodes(p) WHERE x.v <> 2) RETURN ${nodes}`,
      rows: [[['a', 'd', 'e', 'c']]],
    },
    { query: `MATCH p = shortestPath${ends} WHERE all(x IN nodes(p) WHERE x.v > 1) RETURN ${nodes}`, rows: [] },
    { query: `MATCH p = shortestPath${ends} WHERE length(p) < 1 RETURN ${nodes}`, rows: [] },
    // Only some of the nodes: a has v = 1 and c has v = 3.
    {
      query: `MATCH p = shortestPath${ends} WHERE all(x IN tail(nodes(p)) WHERE x.v > 1) RETURN ${nodes}`,
      rows: [[['a', 'c']]],
    },
    {
      query: `MATCH p = shortestPath${ends} WHERE none(x IN nodes(p)[1..-1] WHERE x.v IN [1, 3]) RETURN ${nodes}`,
      rows: [[['a', 'c']]],
    },
    { query: `MATCH p = shortestPath${ends} WHERE all(x IN nodes(p)[..-1] WHERE x.v <> 1) RETURN ${nodes}`, rows: [] },
    { query: `MATCH p = shortestPath${ends} WHERE all(x IN nodes(p)[0..] WHERE x.v <> 3) RETURN ${nodes}`, rows: [] },
    {
      query:
        "MATCH (a {n: 'a'}), (c {n: 'c'}) MATCH p = allShortestPaths((a)-[:T*]->(c)) WHERE all(x IN nodes(p)[1..-1] WHERE x.v = 2) RETURN [x IN nodes(p) | x.n] AS names",
      rows: [[['a', 'b', 'c']]],
    },
    {
      query: `MATCH p = allShortestPaths${ends} WHERE none(x IN r WHERE x.w > 8) RETURN ${nodes}`,
      rows: [[['a', 'b', 'c']]],
    },
    {
      query: `MATCH p = allShortestPaths((a {n: 'b'})-[*]-(e {n: 'e'})) RETURN ${nodes} ORDER BY ns`,
      rows: [[['b', 'c', 'e']]],
    },
    { query: `MATCH p = allShortestPaths((a {n: 'd'})-[:T*]-(b {n: 'b'})) RETURN ${nodes}`, rows: [[['d', 'a', 'b']]] },
    {
      query:
        "MATCH (a {n: 'a'}), (c {n: 'c'}) RETURN length(shortestPath((a)-[:T*]->(c))) AS l, size(allShortestPaths((a)-[*]-(c))) AS s, shortestPath((c)-[*]->(a)) AS none",
      rows: [[2, 1, null]],
    },
    {
      query: "MATCH (a), (c {n: 'c'}) WHERE length(shortestPath((a)-[*]->(c))) = 1 RETURN a.n ORDER BY a.n",
      rows: [['a'], ['b'], ['e']],
    },
    { query: "MATCH (a {n: 'a'}) MATCH p = allShortestPaths((a)-[*0..]->(a)) RETURN length(p)", rows: [[0]] },
  ])('$query', expectRows);

  test.each<Case>([
    {
      query: `MATCH p = shortestPath${ends} WHERE length(p) > 1 RETURN ${nodes}`,
      rows: [[['a', 'b', 'c']]],
    },
    {
      query: `MATCH p = shortestPath${ends} WHERE any(x IN nodes(p) WHERE x.n = 'e') AND all(x IN r WHERE x.w < 9) RETURN ${nodes}`,
      rows: [[['a', 'd', 'e', 'c']]],
    },
    {
      query: `MATCH p = allShortestPaths${ends} WHERE reduce(sum = 0, x IN r | sum + x.w) < 8 AND length(p) < 4 RETURN ${nodes}`,
      rows: [[['a', 'b', 'c']]],
    },
    {
      query: `MATCH p = shortestPath${ends} WHERE EXISTS { MATCH (x:P {v: 5}) WHERE x IN nodes(p) } RETURN ${nodes}, size(r)`,
      rows: [[['a', 'd', 'e', 'c'], 3]],
    },
    { query: `MATCH p = shortestPath${ends} WHERE any(x IN r WHERE x.w = 5) AND length(p) < 3 RETURN p`, rows: [] },
    { query: `MATCH p = shortestPath${ends} WHERE length(p) > 100 RETURN p`, rows: [] },
    { query: "MATCH (a {n: 'a'}) MATCH p = shortestPath((a)-[*0..]->(a)) WHERE length(p) > 1 RETURN p", rows: [] },
    {
      query: "MATCH (a {n: 'a'}) MATCH p = shortestPath((a)-[*0..]->(a)) WHERE size(nodes(p)) = 1 RETURN length(p)",
      rows: [[0]],
    },
    { query: `MATCH p = shortestPath${ends} WITH p WHERE length(p) > 1 RETURN p`, rows: [] },
  ])('a longer path is looked for where the shortest will not do: $query', expectRows);

  test('the shortest paths that meet any conditions are the shortest of the trails that do, on random graphs', () => {
    const graphs = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { minLength: 4, maxLength: 9 });
    const conditions = fc.constantFrom(
      'length(p) > 2',
      'any(x IN nodes(p) WHERE x.i = i)',
      'size([x IN nodes(p) WHERE x.i = 0]) = 2',
      'single(x IN r WHERE id(x) % 3 = 0) AND all(x IN tail(nodes(p)) WHERE x.i <> 3)',
      'none(x IN r WHERE id(x) = 1) AND any(x IN nodes(p)[1..-1] WHERE x.i > i)',
      'size(r) % 2 = 0 AND length(p) < 4',
    );

    fc.assert(
      fc.property(graphs, conditions, fc.constantFrom('->', '-'), (relationships, condition, right) => {
        const own = new Database();
        own.run('UNWIND range(0, 5) AS i CREATE (:N {i: i})');
        for (const [from, to] of relationships) own.run(`MATCH (a {i: ${from}}), (b {i: ${to}}) CREATE (a)-[:R]->(b)`);
        const asked = (pattern: string) =>
          `UNWIND [2, 3] AS i MATCH (a {i: 0}), (b) WHERE b <> a MATCH p = ${pattern} WHERE ${condition} RETURN i, b.i AS e, [x IN r | id(x)] AS r ORDER BY i, e, r`;
        const trails = own.rows(asked(`(a)-[r*]${right}(b)`)) as [number, number, number[]][];
        const shortest = trails.filter(([i, end, trail]) =>
          trails.every(([j, other, longer]) => i !== j || end !== other || longer.length >= trail.length),
        );
        const all = own.rows(asked(`allShortestPaths((a)-[r*]${right}(b))`));
        const one = own.rows(asked(`shortestPath((a)-[r*]${right}(b))`), {}, 1);

        expect(all).toEqual(shortest);
        expect(shortest).toEqual(expect.arrayContaining(one));
        expect(one.map(([i, end]) => `${i} ${end}`)).toEqual([...new Set(shortest.map(([i, end]) => `${i} ${end}`))]);
      }),
      { numRuns: 60 },
    );
  });

  test('a search for a longer path ends at the budget, and at once when there is no way', () => {
    const own = new Database({ workMax: 1_000_000 });
    own.run('UNWIND range(1, 9) AS i CREATE (:N {i: i}) WITH count(*) AS c MATCH (a:N), (b:N) CREATE (a)-[:R]->(b)');
    own.run('CREATE (:Island)');
    const asked = (end: string) =>
      `MATCH (a:N {i: 1}), (b:${end}) MATCH p = shortestPath((a)-[*]->(b)) WHERE length(p) > 70 RETURN p`;

    expect(own.rows(asked('Island'))).toEqual([]);
    expect(failureOf(() => own.run(asked('N {i: 2}'))).detail).toBe('WorkLimitExceeded');
  });

  test.each<Case>([
    {
      query: `MATCH p = shortestPath${ends}, (z {v: 4}) WHERE z IN nodes(p) RETURN ${nodes}`,
      rows: [[['a', 'd', 'e', 'c']]],
    },
    {
      query: `MATCH p = shortestPath${ends}, (y)-[s {w: 2}]->(z) WHERE s IN relationships(p) AND all(x IN tail(nodes(p)) WHERE x <> y OR x = y) RETURN ${nodes}, y.n`,
      rows: [[['a', 'b', 'c'], 'b']],
    },
  ])('a condition names what else is found: $query', expectRows);

  test('a condition that names two shortest paths of one MATCH is refused, and stands behind another', () => {
    const other = "q = shortestPath((a)-[*]->(b {n: 'b'}))";
    expect(
      failureOf(() => database.run(`MATCH p = shortestPath${ends}, ${other} WHERE length(p) > length(q) RETURN p`))
        .code,
    ).toBe('Neo.ClientError.Statement.NotSupported');
    expect(
      database.rows(
        `MATCH (a {n: 'a'}) MATCH ${other} MATCH p = shortestPath((a)-[*]->(c {n: 'c'})) WHERE length(p) > length(q) RETURN ${nodes}`,
      ),
    ).toEqual([[['a', 'b', 'c']]]);
  });

  test('all shortest paths are those trails that are shortest, on random graphs', () => {
    const graphs = fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 10 });

    fc.assert(
      fc.property(graphs, fc.constantFrom(['-', '->'], ['<-', '-'], ['-', '-']), (relationships, [left, right]) => {
        const own = new Database();
        own.run('UNWIND range(0, 5) AS i CREATE (:N {i: i})');
        for (const [from, to] of relationships) own.run(`MATCH (a {i: ${from}}), (b {i: ${to}}) CREATE (a)-[:R]->(b)`);
        const found = own.rows(
          `MATCH p = allShortestPaths((a {i: 0})${left}[*]${right}(b {i: 1})) RETURN [x IN relationships(p) | id(x)] AS r ORDER BY r`,
        );
        const trails = own
          .rows(
            `MATCH p = (a {i: 0})${left}[*]${right}(b {i: 1}) RETURN [x IN relationships(p) | id(x)] AS r ORDER BY r`,
          )
          .map(([trail]) => trail as number[]);
        const least = Math.min(...trails.map((trail) => trail.length));

        expect(found).toEqual(trails.filter((trail) => trail.length === least).map((trail) => [trail]));
      }),
      { numRuns: 60 },
    );
  });

  test('a shortest path with conditions is as long as the shortest trail that meets them, on random graphs', () => {
    const graphs = fc.array(fc.tuple(fc.nat(7), fc.nat(7)), { minLength: 6, maxLength: 20 });
    const lists = fc.constantFrom('nodes(p)', 'tail(nodes(p))', 'nodes(p)[..-1]', 'nodes(p)[1..-1]');

    fc.assert(
      fc.property(graphs, lists, fc.constantFrom('->', '-'), (relationships, list, right) => {
        const own = new Database();
        own.run('UNWIND range(0, 7) AS i CREATE (:N {i: i})');
        for (const [from, to] of relationships) own.run(`MATCH (a {i: ${from}}), (b {i: ${to}}) CREATE (a)-[:R]->(b)`);
        const where = `WHERE all(x IN ${list} WHERE x.i <> 3 AND x.i <> i) AND none(x IN relationships(p) WHERE id(x) = 2)`;
        const found = own.rows(
          `UNWIND [0, 4, 5, 6] AS i MATCH (a {i: 0}), (b) WHERE b <> a MATCH p = shortestPath((a)-[*]${right}(b)) ${where} RETURN i, b.i, length(p) ORDER BY i, b.i`,
        );
        const least = own.rows(
          `UNWIND [0, 4, 5, 6] AS i MATCH p = (a {i: 0})-[*..7]${right}(b) WHERE b <> a WITH * ${where} RETURN i, b.i, min(length(p)) ORDER BY i, b.i`,
        );

        expect(found).toEqual(least);
      }),
      { numRuns: 40 },
    );
  });

  test('a condition on nodes is met by the one of many neighbours that meets it, however small the slices', () => {
    const own = new Database();
    own.run(
      'CREATE (a:End), (b:End) WITH a, b UNWIND range(1, 700) AS v CREATE (a)-[:T]->(:Way {v: v})-[:T]->(:Way {v: v})-[:T]->(b)',
    );
    const query =
      'MATCH (a:End)-->(), (b:End)<--() WITH DISTINCT a, b MATCH p = shortestPath((a)-[:T*]->(b)) WHERE all(x IN nodes(p)[1..-1] WHERE x.v = 600) RETURN [x IN nodes(p) | x.v]';

    expect(own.rows(query)).toEqual([[[null, 600, 600, null]]]);
    expect(own.rows(query, {}, 1)).toEqual([[[null, 600, 600, null]]]);
  });
});

describe('a list of relationships that is known', () => {
  test.each<Case>([
    {
      query: "MATCH (a {n: 'a'})-[r:T*2]->(c) WITH r, a, c MATCH (x)-[r*]->(y) RETURN x.n, y.n",
      rows: [
        ['a', 'c'],
        ['a', 'e'],
      ],
    },
    {
      query: 'MATCH ()-[r1 {w: 2}]->(), ()-[r2 {w: 9}]->() WITH [r1, r2] AS rs MATCH (x)-[rs*]-(y) RETURN x.n, y.n',
      rows: [['b', 'a']],
    },
    {
      query: 'MATCH ()-[r1 {w: 2}]->(), ()-[r2 {w: 9}]->() WITH [r1, r2] AS rs MATCH (x)-[rs*]->(y) RETURN x',
      rows: [],
    },
    { query: "WITH [] AS rs MATCH (a {n: 'a'})-[rs*0..]->(b) RETURN b.n", rows: [['a']] },
  ])('$query', expectRows);
});

test('a LIMIT takes its rows from the first relationships, and costs no more than they do', () => {
  const large = new Database();
  large.run(
    'CREATE (hub:Hub) WITH hub UNWIND range(1, 500) AS number CREATE (hub)-[:T]->(:Spoke {number: number})-[:U]->(hub)',
  );
  const query = 'MATCH (:Hub)-[:T]->(s)-[:U]->(h)-[:T]->(t) RETURN s.number, t.number LIMIT 3';

  const rows = large.rows(query);
  const profile = large.run(`PROFILE ${query}`).plan;

  expect(rows).toEqual([
    [1, 2],
    [1, 3],
    [1, 4],
  ]);
  expect(large.rows(query, {}, 1)).toEqual(rows);
  expect(large.rows(query.replace('LIMIT 3', ''))).toHaveLength(500 * 499);
  expect(workOf(profile!)).toBeLessThan(200);
});

function workOf({ work = 0, children }: PlanDescription): number {
  return children.reduce((sum, child) => sum + workOf(child), work);
}
