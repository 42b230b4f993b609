import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

/** ann -> bob -> cid; ann -> cid; bob owns a dog, cid two. */
const database = new Database();
beforeAll(() => {
  database.run(
    `CREATE (ann:Person {name: 'ann', age: 30}), (bob:Person {name: 'bob', age: 25}), (cid:Person {name: 'cid', age: 41}),
            (ann)-[:KNOWS]->(bob), (bob)-[:KNOWS]->(cid), (ann)-[:KNOWS]->(cid),
            (bob)-[:OWNS]->(:Dog {name: 'rex'}), (cid)-[:OWNS]->(:Dog {name: 'ace'}), (cid)-[:OWNS]->(:Dog {name: 'zoe'})`,
  );
});

interface Case {
  readonly query: string;
  readonly rows: unknown[][];
}

/** Each with one work unit a slice and without slices: the rows are the same. */
function expectRows({ query, rows }: Case): void {
  expect(database.rows(query)).toEqual(rows);
  expect(database.rows(query, {}, 1)).toEqual(rows);
}

describe('COUNT { … }', () => {
  test.each<Case>([
    {
      query: 'MATCH (p:Person) RETURN p.name, COUNT { (p)-->() } ORDER BY p.name',
      rows: [
        ['ann', 2],
        ['bob', 2],
        ['cid', 2],
      ],
    },
    {
      query: 'MATCH (p:Person) RETURN COUNT { (p)-[:KNOWS]->(q) WHERE q.age > p.age } AS c ORDER BY p.name',
      rows: [[1], [1], [0]],
    },
    { query: 'MATCH (p:Person) WHERE COUNT { (p)-[:OWNS]->() } > 1 RETURN p.name', rows: [['cid']] },
    { query: 'MATCH (p:Person) RETURN COUNT { (p)-->()-->(:Dog) } AS c ORDER BY p.name', rows: [[3], [2], [0]] },
    { query: 'RETURN COUNT { MATCH (n) RETURN DISTINCT labels(n) } AS c', rows: [[2]] },
    {
      query:
        'MATCH (p:Person) RETURN COUNT { MATCH (p)-->(q) RETURN q.name UNION MATCH (p)<--(q) RETURN q.name } AS c ORDER BY p.name',
      rows: [[2], [3], [4]],
    },
    {
      query: 'MATCH (p:Person) RETURN COUNT { UNWIND range(1, p.age) AS x RETURN x SKIP 1 LIMIT 3 } AS c',
      rows: [[3], [3], [3]],
    },
    {
      query: 'MATCH (p:Person) RETURN sum(COUNT { (p)-[:OWNS]->() }) AS s, count(*) + COUNT { (:Dog) } AS t',
      rows: [[3, 6]],
    },
    { query: 'OPTIONAL MATCH (p:Nobody) RETURN COUNT { (p)-->() } AS c', rows: [[0]] },
  ])('$query', expectRows);
});

describe('EXISTS { … }', () => {
  test.each<Case>([
    { query: 'MATCH (p:Person) WHERE EXISTS { (p)-[:OWNS]->(d) WHERE d.name > "s" } RETURN p.name', rows: [['cid']] },
    { query: 'MATCH (p:Person) WHERE NOT EXISTS { (p)-[:KNOWS]->() } RETURN p.name', rows: [['cid']] },
    {
      query: `MATCH (p:Person) WHERE EXISTS { MATCH (p)-[:OWNS]->(d) WITH count(d) AS dogs WHERE dogs = 2
              MATCH (p)<-[:KNOWS]-(q) RETURN q } RETURN p.name`,
      rows: [['cid']],
    },
    {
      query:
        'MATCH (p:Person) WHERE EXISTS { MATCH (p)-->(q) WHERE EXISTS { (q)-->(d:Dog) WHERE d.name <> p.name } } RETURN p.name ORDER BY p.name',
      rows: [['ann'], ['bob']],
    },
    {
      query: 'MATCH (p:Person) RETURN CASE WHEN EXISTS { (p)<--() } THEN 1 ELSE 0 END AS x ORDER BY p.name',
      rows: [[0], [1], [1]],
    },
    { query: 'MATCH (p:Person) WHERE exists((p)-[:OWNS]->(:Dog {name: "rex"})) RETURN p.name', rows: [['bob']] },
    { query: 'RETURN EXISTS { RETURN 1 AS x } AS e, EXISTS { UNWIND [] AS x RETURN x } AS f', rows: [[true, false]] },
  ])('$query', expectRows);
});

describe('COLLECT { … } and pattern comprehensions', () => {
  test.each<Case>([
    {
      query:
        'MATCH (p:Person) RETURN COLLECT { MATCH (p)-[:OWNS]->(d) RETURN d.name ORDER BY d.name DESC } AS l ORDER BY p.name',
      rows: [[[]], [['rex']], [['zoe', 'ace']]],
    },
    { query: 'MATCH (p:Person) RETURN COLLECT { MATCH (p)-->(d) RETURN count(d) } AS l', rows: [[[2]], [[2]], [[2]]] },
    { query: 'RETURN COLLECT { UNWIND [1, null, 2] AS x RETURN x } AS l', rows: [[[1, null, 2]]] },
    {
      query: 'UNWIND COLLECT { MATCH (d:Dog) RETURN d.name ORDER BY d.name } AS n RETURN n',
      rows: [['ace'], ['rex'], ['zoe']],
    },
    {
      query: 'MATCH (p:Person) RETURN [(p)-[:KNOWS]->(q) WHERE q.age > 26 | q.name] AS l ORDER BY p.name',
      rows: [[['cid']], [['cid']], [[]]],
    },
    {
      query: 'MATCH (p:Person {name: "bob"}) RETURN [way = (p)-->() | length(way)] AS l, size([(p)-->() | 1 / 0]) AS s',
      rows: [[[1, 1], 2]],
    },
    {
      query:
        'MATCH (p:Person) WITH collect(p) AS all RETURN [x IN all | [(x)-[:OWNS]->(d) WHERE x.age > 26 | d.name]] AS l',
      rows: [[[[], [], ['ace', 'zoe']]]],
    },
    {
      query:
        'RETURN [x IN [26, 40, 99] | COUNT { MATCH (p:Person) WHERE p.age > x }] AS l, reduce(s = 0, x IN [1, 2] | s + COUNT { (:Dog) }) AS r',
      rows: [[[2, 1, 0], 6]],
    },
  ])('$query', expectRows);
});

describe('a query inside an expression', () => {
  test.each([
    ['RETURN COLLECT { RETURN 1 AS a, 2 AS b } AS x', 'InvalidClauseComposition'],
    ['RETURN COLLECT { MATCH (n) } AS x', 'InvalidClauseComposition'],
    ['RETURN EXISTS { CREATE (n) } AS x', 'InvalidClauseComposition'],
    ['MATCH (n) RETURN COUNT { MATCH (n) SET n.x = 1 RETURN n } AS x', 'InvalidClauseComposition'],
    ['MATCH (n) RETURN COUNT { WITH 1 AS n RETURN n } AS x', 'VariableAlreadyBound'],
    ['MATCH (n) RETURN COUNT { UNWIND [1] AS n RETURN n } AS x', 'VariableAlreadyBound'],
    ['MATCH (n) RETURN EXISTS { (n)-->(m) } AS x, m', 'UndefinedVariable'],
    ['MATCH (n) RETURN [(n)-->(m) | m.x] AS x, m', 'UndefinedVariable'],
    ['MATCH (n) RETURN [(n)-->(m) | count(m)] AS x', 'InvalidAggregation'],
    ['MATCH (n) RETURN count(*) + COUNT { (n)-->() } AS x', 'AmbiguousAggregationExpression'],
    ['MATCH (n) WHERE (n)-->(m) RETURN n', 'UndefinedVariable'],
  ])('%s is %s', (query, detail) => {
    expect(failureOf(() => database.run(query)).detail).toBe(detail);
  });

  test('sees what a statement has written before', () => {
    const own = new Database();

    const rows = own.rows(
      'CREATE (a:A)-[:R]->(:B) WITH a CREATE (a)-[:R]->(:B) WITH a RETURN COUNT { (a)-->(:B) } AS c',
    );

    expect(rows).toEqual([[2]]);
  });

  test('is paused where every row asks for it', () => {
    const execution = database.start('MATCH (p:Person) RETURN COUNT { MATCH (a), (b), (c), (d) RETURN a } AS c');
    let pauses = 0;

    while (execution.next(100) === 'paused') pauses++;

    expect(pauses).toBeGreaterThan(5);
    expect(execution.rows).toEqual([[1296], [1296], [1296]]);
  });

  test('COUNT, size(COLLECT), a comprehension and an aggregation agree, on random graphs', () => {
    const graphs = fc.array(fc.tuple(fc.nat(5), fc.nat(5), fc.constantFrom('R', 'S')), { maxLength: 14 });
    const patterns = fc.constantFrom(
      '(a)-[:R]->(b)',
      '(a)--(b)',
      '(a)-[:R]->()-[]-(b)',
      '(a)-[:R*1..2]->(b:E)',
      '(a)<-[]-(b)-[:S]->()',
    );

    fc.assert(
      fc.property(graphs, patterns, fc.nat(6), (relationships, pattern, limit) => {
        const own = new Database();
        own.run('UNWIND range(0, 5) AS i CREATE (n:N {i: i}) WITH n WHERE n.i % 2 = 0 SET n:E');
        for (const [from, to, type] of relationships) {
          own.run(`MATCH (a {i: ${from}}), (b {i: ${to}}) CREATE (a)-[:${type}]->(b)`);
        }
        const where = `WHERE b.i < ${limit}`;
        const answers = [
          `COUNT { ${pattern} ${where} }`,
          `size(COLLECT { MATCH ${pattern} ${where} RETURN b.i })`,
          `size([${pattern} ${where} | b.i])`,
          `size(COLLECT { MATCH ${pattern} ${where} RETURN b.i ORDER BY b.i })`,
        ].map((expression) => own.rows(`MATCH (a:N) RETURN a.i, ${expression} ORDER BY a.i`));
        const joined = own.rows(`MATCH (a:N) OPTIONAL MATCH ${pattern} ${where} RETURN a.i, count(b) ORDER BY a.i`);

        for (const answer of answers) expect(answer).toEqual(joined);
      }),
      { numRuns: 60 },
    );
  });
});
