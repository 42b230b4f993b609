import { beforeEach, describe, expect, test } from 'vitest';
import { randomEdges } from '../algorithm/random-graph.ts';
import { Database, failureOf } from './database.ts';

let database: Database;
beforeEach(() => {
  database = new Database();
  //  a ─1→ b ─1→ c ─1→ d      a ─5→ d      a ─2→ c      d ─1→ a      e alone
  database.run(`CREATE (a:N {name: 'a'}), (b:N {name: 'b', closed: true}), (c:N {name: 'c'}), (d:N {name: 'd'}), (:N {name: 'e'}),
    (a)-[:R {w: 1}]->(b), (b)-[:R {w: 1}]->(c), (c)-[:R {w: 1}]->(d), (a)-[:R {w: 5}]->(d), (a)-[:R {w: 2}]->(c),
    (d)-[:S {w: 1}]->(a)`);
});

/** Rows of a MATCH from a, with the names along each path. */
function paths(relationship: string, more = { to: '(x)', columns: '' }): unknown[][] {
  const text = `MATCH p = (a:N {name: 'a'})${relationship}${more.to} RETURN [n IN nodes(p) | n.name] AS names${more.columns}`;
  const rows = database.rows(text);
  expect(database.rows(text, {}, 1)).toEqual(rows);
  return rows;
}

/** Their names in one word. */
function words(rows: readonly unknown[][]): unknown[] {
  return rows
    .map(([names, ...rest]) => [(names as string[]).join(''), ...rest])
    .map((row) => (row.length === 1 ? row[0] : row));
}

describe('BFS', () => {
  test.each([
    ['-[*BFS]->', ['ab', 'ad', 'ac']],
    ['-[:R *BFS]->', ['ab', 'ad', 'ac']],
    ['-[:S *BFS]->', []],
    ['<-[*BFS]-', ['ad', 'adc', 'adcb']],
    ['-[*BFS]-', ['ab', 'ad', 'ac']],
    ['-[*BFS 2]->', []],
    ['-[:R *bfs 1..1 (r, n | r.w < 5)]->', ['ab', 'ac']],
    ['-[*BFS ..2 (r, n | r.w < 5)]->', ['ab', 'ac', 'acd']],
    ['-[*BFS (r, n | NOT coalesce(n.closed, false) AND r.w < 5)]->', ['ac', 'acd']],
    ['-[*BFS (r, n, p | length(p) < 1)]->', ['ab', 'ad', 'ac']],
    ['-[*BFS {w: 1}]->', ['ab', 'abc', 'abcd']],
    ['-[*BFS (r, n | null)]->', []],
  ])('%s', (relationship, wanted) => {
    expect(words(paths(relationship)).sort()).toEqual([...wanted].sort());
  });

  test('to a known node finds one path, or none', () => {
    expect(words(paths('-[*BFS]->', { to: "(x {name: 'd'})", columns: '' }))).toEqual(['ad']);
    expect(database.rows("MATCH (a {name: 'a'}), (d {name: 'd'}) MATCH p = (a)-[*BFS]->(d) RETURN length(p)")).toEqual([
      [1],
    ]);
    expect(database.rows("MATCH (a {name: 'a'}), (e {name: 'e'}) MATCH p = (a)-[*BFS]->(e) RETURN p")).toEqual([]);
    expect(database.rows("MATCH (a {name: 'a'}) MATCH p = (a)-[*BFS]->(a) RETURN p")).toEqual([]);
  });

  test('gives its relationships as a list', () => {
    expect(database.rows("MATCH ({name: 'a'})-[r *BFS ..1]->(x {name: 'd'}) RETURN [one IN r | one.w] AS w")).toEqual([
      [[5]],
    ]);
  });
});

describe('weighted shortest paths', () => {
  test.each([
    [
      '-[*WSHORTEST (r, n | r.w) total]->',
      [
        ['ab', 1],
        ['ac', 2],
        ['acd', 3],
      ],
    ],
    [
      '-[*WSHORTEST 1 (r, n | r.w) total]->',
      [
        ['ab', 1],
        ['ac', 2],
        ['ad', 5],
      ],
    ],
    [
      '-[*WSHORTEST 2 (r, n | r.w) total]->',
      [
        ['ab', 1],
        ['ac', 2],
        ['acd', 3],
      ],
    ],
    [
      '-[*wShortest (r, n | r.w) total (r, n | n.name <> "b")]->',
      [
        ['ac', 2],
        ['acd', 3],
      ],
    ],
    [
      '-[*WSHORTEST (r, n | toFloat(r.w) / 2) total]->',
      [
        ['ab', '0.5'],
        ['ac', '1.0'],
        ['acd', '1.5'],
      ],
    ],
    [
      '-[*WSHORTEST (r, n | 1) total]->',
      [
        ['ab', 1],
        ['ad', 1],
        ['ac', 1],
      ],
    ],
    [
      '-[*WSHORTEST (r, n | r.w) total (r, n, p, w | w + r.w < 3)]->',
      [
        ['ab', 1],
        ['ac', 2],
      ],
    ],
  ])('%s', (relationship, wanted) => {
    const found = words(paths(relationship, { to: '(x)', columns: ', total' })).map(String);

    // Of two paths that cost the same, the one with fewer hops is found.
    expect(found).toEqual(wanted.map(String));
  });

  test('to a known node', () => {
    const text = `MATCH (a {name: 'a'}), (d {name: 'd'})
      MATCH p = (a)-[*WSHORTEST (r, n | r.w) total]->(d) RETURN length(p), total`;

    expect(database.rows(text)).toEqual([[2, 3]]);
  });

  test.each([
    ['(r, n | n.name)', 'InvalidArgumentType'],
    ['(r, n | r.missing)', 'InvalidArgumentType'],
    ['(r, n | -1)', 'NumberOutOfRange'],
  ])('a step that costs %s is an error', (weight, detail) => {
    expect(failureOf(() => database.run(`MATCH ({name: 'a'})-[*WSHORTEST ${weight}]->(x) RETURN x`)).detail).toBe(
      detail,
    );
  });
});

describe('all shortest paths', () => {
  test.each([
    [
      '-[*ALLSHORTEST (r, n | r.w) total]->',
      [
        ['ab', 1],
        ['abc', 2],
        ['ac', 2],
        ['abcd', 3],
        ['acd', 3],
      ],
    ],
    [
      '-[*ALLSHORTEST 2 (r, n | r.w) total]->',
      [
        ['ab', 1],
        ['abc', 2],
        ['ac', 2],
        ['acd', 3],
      ],
    ],
    [
      '-[*ALLSHORTEST (r, n | 0) total]->',
      [
        ['ab', 0],
        ['abc', 0],
        ['ac', 0],
        ['abcd', 0],
        ['acd', 0],
        ['ad', 0],
      ],
    ],
    [
      '-[*ALLSHORTEST (r, n | r.w) total (r, n | n.name <> "b")]->',
      [
        ['ac', 2],
        ['acd', 3],
      ],
    ],
  ])('%s', (relationship, wanted) => {
    const found = words(paths(relationship, { to: '(x)', columns: ', total' }));

    expect(found.map(String).sort()).toEqual(wanted.map(String).sort());
  });

  test('to a known node', () => {
    const text = `MATCH (a {name: 'a'}), (d {name: 'd'})
      MATCH p = (a)-[*ALLSHORTEST (r, n | r.w) total]->(d) RETURN length(p) AS length, total ORDER BY length`;

    expect(database.rows(text)).toEqual([
      [2, 3],
      [3, 3],
    ]);
  });
});

describe('k shortest paths', () => {
  const ENDS = "MATCH (a {name: 'a'}), (d {name: 'd'}) WITH a, d ";

  test.each([
    ['-[*KSHORTEST]->', ['ad', 'acd', 'abcd']],
    ['-[*KSHORTEST | 2]->', ['ad', 'acd']],
    ['-[*KSHORTEST 2..3 | 5]->', ['acd', 'abcd']],
    ['-[*KSHORTEST ..2]->', ['ad', 'acd']],
    ['-[*KSHORTEST (r, n | r.w) total | 2]->', ['acd', 'abcd']],
    ['-[*KSHORTEST (r, n | 1) total (r, n | n.name <> "c")]->', ['ad']],
    ['-[:S *KSHORTEST]->', []],
  ])('%s', (relationship, wanted) => {
    const text = `${ENDS} MATCH p = (a)${relationship}(d) RETURN [n IN nodes(p) | n.name] AS names`;

    expect(words(database.rows(text))).toEqual(wanted);
    expect(words(database.rows(text, {}, 1))).toEqual(wanted);
  });

  test('finds both ends by itself', () => {
    const text = "MATCH p = (a:N {name: 'a'})-[*KSHORTEST | 1]->(d:N {name: 'd'}) RETURN length(p)";

    expect(database.rows(text)).toEqual([[1]]);
  });
});

describe('trails with a filter', () => {
  test.each([
    ['-[*1..3 (r, n | r.w < 5)]->', ['ab', 'abc', 'abcd', 'ac', 'acd', 'acda']],
    ['-[*2 (r, n | n.name <> "b")]->', ['acd', 'ada']],
    ['-[:R * (r, n, p | NOT n IN nodes(p) AND r.w > size(nodes(p)))]->', ['ac', 'ad']],
  ])('%s', (relationship, wanted) => {
    expect(words(paths(relationship)).sort()).toEqual([...wanted].sort());
  });

  test('keep it where only their ends are asked for', () => {
    const query =
      "MATCH ({name: 'a'})-[:R *1..3 (r, n | n.name <> 'b' AND r.w < 5)]->(x) RETURN DISTINCT x.name AS name ORDER BY name";
    const quantified = "MATCH ({name: 'a'})-[r:R WHERE r.w < 2]->{1,3}(x) RETURN DISTINCT x.name AS name ORDER BY name";

    expect(database.rows(query)).toEqual([['c'], ['d']]);
    expect(database.rows(quantified)).toEqual([['b'], ['c'], ['d']]);
  });
});

describe('a traversal', () => {
  test('takes from around it what its functions name', () => {
    const text = `UNWIND [2, 10] AS limit MATCH ({name: 'a'})-[*BFS (r, n | r.w < limit)]->(x) WITH limit, x.name AS name ORDER BY name
      RETURN limit, collect(name) AS names ORDER BY limit`;

    expect(database.rows(text)).toEqual([
      [2, ['b', 'c', 'd']],
      [10, ['b', 'c', 'd']],
    ]);
  });

  test('starts at the node that is written first, wherever the other one is', () => {
    const query =
      "MATCH p = (x:N)-[*BFS (r, n | n.name <> 'c')]->(d:N {name: 'd'}) RETURN [n IN nodes(p) | n.name] AS names";

    expect(words(database.rows(query)).sort()).toEqual(['ad', 'cd']);
  });

  test('may stand in OPTIONAL MATCH, EXISTS and beside other patterns', () => {
    expect(database.rows("MATCH (e {name: 'e'}) OPTIONAL MATCH p = (e)-[*BFS]->(x) RETURN p")).toEqual([[null]]);
    expect(
      database.rows('MATCH (n:N) WHERE EXISTS { MATCH (n)-[:S *BFS (r, m | r.w = 1)]->() } RETURN n.name'),
    ).toEqual([['d']]);
    expect(database.rows("MATCH (a {name: 'a'})-[*BFS ..1]->(x)-[:S]->(y) RETURN x.name, y.name")).toEqual([
      ['d', 'a'],
    ]);
  });

  test('may give what its functions are about a name that is known around them', () => {
    const query =
      "MATCH p = (n {name: 'a'})-[r *BFS (r, n | r.w < 5 AND n.name <> 'b')]->(x) RETURN [n IN nodes(p) | n.name] AS names";
    const writing = `WITH 1 AS r MATCH (a)-[*BFS (r, n | r.w < 5)]->(x) SET x.seen = true WITH count(*) AS c
      MATCH ()-[r:R]->() SET r.w = 9 WITH count(*) AS c MATCH (a {name: 'a'})-[*BFS (r, n | r.w < 5)]->(x) RETURN x`;

    expect(words(database.rows(query))).toEqual(['ac', 'acd']);
    expect(database.rows(writing)).toEqual([]);
  });

  test('is shown by EXPLAIN', () => {
    const { plan } = database.run(
      "EXPLAIN MATCH (a:N {name: 'a'})-[:R *WSHORTEST 3 (r, n | r.w) total]->(x) RETURN total",
    );

    expect(plan?.arguments.get('string-representation')).toContain('(a)-[:R *WSHORTEST 1..3]->(x)');
  });

  test.each([
    ['MATCH (a)-[*BFS (n, n | true)]->(x) RETURN x', 'VariableAlreadyBound'],
    ['MATCH (a)-[*WSHORTEST (r, n | 1) a]->(x) RETURN x', 'VariableAlreadyBound'],
    ['MATCH (a)-[*BFS (r, n | 1)]->(x) RETURN x', 'InvalidArgumentType'],
    ['MATCH (a)-[*WSHORTEST (r, n | true)]->(x) RETURN x', 'InvalidArgumentType'],
    ['MATCH (a)-[*BFS (r, n | y.x)]->(x) RETURN x', 'UndefinedVariable'],
    ['MATCH (a)-[*WSHORTEST]->(x) RETURN x', 'UnexpectedSyntax'],
    ['MATCH (a)-[*KSHORTEST | 0]->(x) RETURN x', 'UnexpectedSyntax'],
    ['CREATE (a)-[:R *BFS]->(x)', 'UnexpectedSyntax'],
    ['MERGE (a)-[:R *1..2 (r, n | true)]->(x)', 'UnexpectedSyntax'],
    ['MATCH p = shortestPath((a)-[*BFS]->(b)) RETURN p', 'InvalidRelationshipPattern'],
  ])('%s: %s', (text, detail) => {
    expect(failureOf(() => database.run(text)).detail).toBe(detail);
  });
});

describe.each([1, 2, 3, 4])('on a random graph, seed %i', (seed) => {
  const NODES = 8;
  const edges = randomEdges(seed, { nodes: NODES, edges: 20 }).map(([from, to, w]) => ({ from, to, w: w % 4 }));

  /** All paths from node 0 that visit no node twice: where each ends, its hops and its cost. */
  function allPaths(): { end: number; hops: number; cost: number }[] {
    const found: { end: number; hops: number; cost: number }[] = [];
    const walk = (at: number, hops: number, cost: number, seen: ReadonlySet<number>): void => {
      if (hops > 0) found.push({ end: at, hops, cost });
      for (const { from, to, w } of edges)
        if (from === at && !seen.has(to)) walk(to, hops + 1, cost + w, new Set([...seen, to]));
    };
    walk(0, 0, 0, new Set([0]));
    return found;
  }

  /** The best of each end, as `end best`; with `all` as often as there are paths as good. */
  function best(of: 'hops' | 'cost', options: { all: boolean; hopsMax?: number }): string[] {
    const candidates = allPaths().filter(({ hops }) => hops <= (options.hopsMax ?? NODES));
    const answer: string[] = [];
    for (let end = 1; end < NODES; end += 1) {
      const paths = candidates.filter((path) => path.end === end).map((path) => path[of]);
      const least = Math.min(...paths);
      const count = paths.filter((value) => value === least).length;
      for (let i = 0; i < (options.all ? count : Math.min(1, count)); i += 1) answer.push(`${end} ${least}`);
    }
    return answer.sort();
  }

  function found(relationship: string, value: string): string[] {
    const graph = new Database();
    graph.run('UNWIND range(0, 7) AS i CREATE (:N {i: i})');
    const list = edges.map((edge) => new Map(Object.entries(edge)));
    graph.run('UNWIND $edges AS e MATCH (a:N {i: e.from}), (b:N {i: e.to}) CREATE (a)-[:R {w: e.w}]->(b)', {
      edges: list,
    });
    const rows = graph.rows(`MATCH p = (a:N {i: 0})${relationship}(x) RETURN x.i AS i, ${value} AS v`, {}, 7);
    return rows.map(([i, v]) => `${i} ${v}`).sort();
  }

  test.each([
    ['-[*BFS]->', 'length(p)', best('hops', { all: false })],
    ['-[*WSHORTEST (r, n | r.w) t]->', 't', best('cost', { all: false })],
    ['-[*WSHORTEST 2 (r, n | r.w) t]->', 't', best('cost', { all: false, hopsMax: 2 })],
    ['-[*WSHORTEST (r, n | 1) t]->', 't', best('hops', { all: false })],
    ['-[*ALLSHORTEST (r, n | r.w) t]->', 't', best('cost', { all: true })],
    ['-[*ALLSHORTEST 3 (r, n | r.w) t]->', 't', best('cost', { all: true, hopsMax: 3 })],
    ['-[*ALLSHORTEST (r, n | 1) t]->', 't', best('hops', { all: true })],
  ])('%s finds what looking at all paths finds', (relationship, value, wanted) => {
    expect(found(relationship, value)).toEqual(wanted);
  });

  test('*KSHORTEST gives all paths in the order of their cost', () => {
    const paths = found('-[*KSHORTEST (r, n | r.w) t]->', 't');

    const wanted = allPaths().map(({ end, cost }) => `${end} ${cost}`);
    expect(paths).toEqual(wanted.sort());
  });
});
