import { beforeAll, describe, expect, test } from 'vitest';
import { Database, plain } from './database.ts';

/** ann -> bob -> cid -> ann; ann -> cid; dan is alone; bob likes himself. */
const PEOPLE = `
  CREATE (ann:Person:Admin {name: 'ann', age: 30}), (bob:Person {name: 'bob', age: 25}),
         (cid:Person {name: 'cid', age: 41.5}), (dan:Person {name: 'dan'}), (oslo:City {name: 'oslo'}),
         (ann)-[:KNOWS {since: 2001}]->(bob), (bob)-[:KNOWS {since: 2005}]->(cid), (cid)-[:KNOWS {since: 2010}]->(ann),
         (ann)-[:LIKES]->(cid), (bob)-[:LIKES]->(bob), (ann)-[:LIVES_IN]->(oslo), (cid)-[:LIVES_IN]->(oslo)`;

const database = new Database();
beforeAll(() => {
  database.run(PEOPLE);
  database.run('CREATE INDEX person_name FOR (p:Person) ON (p.name)');
  database.run('CREATE INDEX person_age FOR (p:Person) ON (p.age)');
});

interface Case {
  readonly query: string;
  readonly rows: unknown[][];
}

/** Each with one work unit a slice and without slices: the rows are the same, and in the same order. */
function expectRows({ query, rows }: Case): void {
  expect(database.rows(query)).toEqual(rows);
  expect(database.rows(query, {}, 1)).toEqual(rows);
}

describe('MATCH', () => {
  test.each<Case>([
    { query: 'MATCH (n) RETURN count(*)', rows: [[5]] },
    { query: 'MATCH (n:Person) RETURN n.name', rows: [['ann'], ['bob'], ['cid'], ['dan']] },
    { query: 'MATCH (n:Person:Admin) RETURN n.name', rows: [['ann']] },
    { query: 'MATCH (n) WHERE n:City RETURN n', rows: [['(:City {name: "oslo"})']] },
    { query: 'MATCH (n:Nothing) RETURN n', rows: [] },
    { query: "MATCH (n:Person {name: 'bob'}) RETURN n.age", rows: [[25]] },
    {
      query: "MATCH (n:Person) WHERE n.name IN ['bob', 'ann', 'bob', null] RETURN n.name ORDER BY n.name",
      rows: [['ann'], ['bob']],
    },
    { query: 'MATCH (n:Person) WHERE 25 < n.age <= 41.5 RETURN n.name ORDER BY n.name', rows: [['ann'], ['cid']] },
    { query: "MATCH (n:Person) WHERE n.age > 'x' RETURN n", rows: [] },
    { query: 'MATCH (n:Person) WHERE n.age = null RETURN n', rows: [] },
    {
      query: 'MATCH (a:Person)-[:KNOWS]->(b) RETURN a.name, b.name',
      rows: [
        ['ann', 'bob'],
        ['bob', 'cid'],
        ['cid', 'ann'],
      ],
    },
    { query: 'MATCH (a:Admin)<-[r:KNOWS]-(b) RETURN b.name, r.since', rows: [['cid', 2010]] },
    { query: 'MATCH (a:Admin)-[:KNOWS]-(b) RETURN b.name', rows: [['bob'], ['cid']] },
    {
      query: 'MATCH (a:Admin)-[r:KNOWS|LIKES]->(b) RETURN type(r), b.name',
      rows: [
        ['KNOWS', 'bob'],
        ['LIKES', 'cid'],
      ],
    },
    { query: 'MATCH (a)-[:NOTHING]->(b) RETURN a', rows: [] },
    { query: 'MATCH (a)-[r:KNOWS {since: 2005}]->(b) RETURN a.name, r', rows: [['bob', '[:KNOWS {since: 2005}]']] },
    { query: "MATCH (a:Person {name: 'ann'}), (b:Person {name: 'cid'}) RETURN a.age, b.age", rows: [[30, '41.5']] },
    { query: 'MATCH (a:City), (b:City) RETURN count(*)', rows: [[1]] },
  ])('$query', expectRows);
});

describe('a relationship is bound once in a MATCH', () => {
  test.each<Case>([
    {
      query: 'MATCH (a:Admin)-[:KNOWS]-(b)-[:KNOWS]-(c) RETURN b.name, c.name',
      rows: [
        ['bob', 'cid'],
        ['cid', 'bob'],
      ],
    },
    { query: 'MATCH (a)-[:LIKES]->(b)-[:LIKES]->(c) RETURN a.name, b.name, c.name', rows: [] },
    {
      query: 'MATCH (a)-[:LIKES]->(b) MATCH (b)-[:LIKES]->(c) RETURN a.name, b.name, c.name',
      rows: [['bob', 'bob', 'bob']],
    },
    { query: 'MATCH (a)-[r:LIKES]-(a) RETURN a.name', rows: [['bob']] },
    {
      query: 'MATCH (a)-[:LIKES]-(b) RETURN a.name, b.name',
      rows: [
        ['ann', 'cid'],
        ['bob', 'bob'],
        ['cid', 'ann'],
      ],
    },
    {
      query: 'MATCH (a)-[r:KNOWS]->(b)-[s:KNOWS]->(c)-[t:KNOWS]->(a) RETURN a.name',
      rows: [['ann'], ['bob'], ['cid']],
    },
    { query: 'MATCH (a:Admin)-[:KNOWS]->(b), (c)-[:KNOWS]->(d) RETURN count(*)', rows: [[2]] },
    { query: 'MATCH (a:Admin)-[r:KNOWS]->(b) MATCH (c)-[r]->(d) RETURN c.name, d.name', rows: [['ann', 'bob']] },
    {
      query: 'MATCH (a:Admin)-[r:KNOWS]->(b) MATCH (c)-[r]-(d) RETURN c.name, d.name',
      rows: [
        ['ann', 'bob'],
        ['bob', 'ann'],
      ],
    },
    { query: 'MATCH (a:Admin)-[r:KNOWS]->(b) MATCH (b)-[r]->(d) RETURN d.name', rows: [] },
  ])('$query', expectRows);
});

describe('variable length and paths', () => {
  test.each<Case>([
    { query: 'MATCH (a:Admin)-[:KNOWS*]->(b) RETURN b.name', rows: [['bob'], ['cid'], ['ann']] },
    { query: 'MATCH (a:Admin)-[:KNOWS*0..1]->(b) RETURN b.name', rows: [['ann'], ['bob']] },
    { query: 'MATCH (a:Admin)-[:KNOWS*2]->(b) RETURN b.name', rows: [['cid']] },
    { query: 'MATCH (a:Admin)-[:KNOWS*3..2]->(b) RETURN b.name', rows: [] },
    {
      query:
        "MATCH (a:Admin), (b:Person {name: 'cid'}) MATCH (a)-[r:KNOWS|LIKES*1..3]->(b) RETURN size(r) ORDER BY size(r)",
      rows: [[1], [2], [3]],
    },
    { query: "MATCH (b:Person {name: 'cid'})<-[r:KNOWS*2]-(a) RETURN [x IN r | x.since]", rows: [[[2005, 2001]]] },
    { query: "MATCH (a)-[r:KNOWS*2]->(b:Person {name: 'cid'}) RETURN [x IN r | x.since]", rows: [[[2001, 2005]]] },
    { query: 'MATCH (a:Admin)-[:KNOWS*1..3 {since: 2001}]->(b) RETURN b.name', rows: [['bob']] },
    {
      query: 'MATCH (a:Admin)-[:KNOWS*1..2]->(b)-[:KNOWS]->(c) RETURN b.name, c.name',
      rows: [
        ['bob', 'cid'],
        ['cid', 'ann'],
      ],
    },
    {
      query: 'MATCH p = (a:Admin)-[:KNOWS]->(b) RETURN p',
      rows: [['(:Person:Admin {age: 30, name: "ann"})-[:KNOWS {since: 2001}]-(:Person {age: 25, name: "bob"})']],
    },
    {
      query: 'MATCH p = (a:Admin)-[:KNOWS*2]->(b) RETURN [n IN nodes(p) | n.name], length(p)',
      rows: [[['ann', 'bob', 'cid'], 2]],
    },
    {
      query: "MATCH p = shortestPath((a:Admin)-[:KNOWS*]->(b:Person {name: 'cid'})) RETURN [n IN nodes(p) | n.name]",
      rows: [[['ann', 'bob', 'cid']]],
    },
    { query: "MATCH p = shortestPath((a:Admin)-[*]->(b:Person {name: 'cid'})) RETURN length(p)", rows: [[1]] },
    { query: "MATCH p = shortestPath((a:Admin)-[:KNOWS*..1]->(b:Person {name: 'cid'})) RETURN length(p)", rows: [] },
    { query: "MATCH p = shortestPath((a:Person)-[:KNOWS*]-(b:Person {name: 'dan'})) RETURN p", rows: [] },
    { query: 'MATCH (a:Admin), (b:City) MATCH p = shortestPath((b)-[*]-(a)) RETURN length(p)', rows: [[1]] },
  ])('$query', expectRows);
});

describe('OPTIONAL MATCH', () => {
  test.each<Case>([
    {
      query: 'MATCH (a:Person) OPTIONAL MATCH (a)-[:LIVES_IN]->(c) RETURN a.name, c.name',
      rows: [
        ['ann', 'oslo'],
        ['bob', null],
        ['cid', 'oslo'],
        ['dan', null],
      ],
    },
    {
      query: 'MATCH (a:Person) OPTIONAL MATCH (a)-[:KNOWS]->(b) WHERE b.age > 26 RETURN a.name, b.name',
      rows: [
        ['ann', null],
        ['bob', 'cid'],
        ['cid', 'ann'],
        ['dan', null],
      ],
    },
    { query: 'OPTIONAL MATCH (n:Nothing) RETURN n', rows: [[null]] },
    { query: 'OPTIONAL MATCH (n:Nothing) WITH n MATCH (n) RETURN n', rows: [] },
    { query: 'OPTIONAL MATCH (n:Nothing) OPTIONAL MATCH (n)-->(m) RETURN n, m', rows: [[null, null]] },
    {
      query: 'MATCH (a:Person) OPTIONAL MATCH p = (a)-[:LIKES]->() RETURN a.name, length(p)',
      rows: [
        ['ann', 1],
        ['bob', 1],
        ['cid', null],
        ['dan', null],
      ],
    },
    { query: "MATCH (a:Admin) OPTIONAL MATCH (b:Person {name: 'bob'}) RETURN b.age", rows: [[25]] },
  ])('$query', expectRows);
});

describe('patterns as predicates', () => {
  test.each<Case>([
    { query: 'MATCH (a:Person) WHERE (a)-[:LIVES_IN]->() RETURN a.name', rows: [['ann'], ['cid']] },
    { query: 'MATCH (a:Person) WHERE NOT (a)--() RETURN a.name', rows: [['dan']] },
    { query: 'MATCH (a:Person) WHERE (a)-[:KNOWS]->({age: 25}) RETURN a.name', rows: [['ann']] },
    {
      query: 'MATCH (a:Person), (b:Person) WHERE NOT (a)-->(b) AND a.name < b.name RETURN a.name, b.name',
      rows: [
        ['ann', 'dan'],
        ['bob', 'dan'],
        ['cid', 'dan'],
      ],
    },
    { query: 'MATCH (a:Person) WHERE (a)-->(:City) OR a.age = 25 RETURN a.name', rows: [['ann'], ['bob'], ['cid']] },
    {
      query: 'MATCH (a:Person) WHERE EXISTS { (a)-[:KNOWS]->(b) WHERE b.age > 26 } RETURN a.name',
      rows: [['bob'], ['cid']],
    },
    {
      query: 'MATCH (a:Person) RETURN a.name, EXISTS { (a)-[:LIKES]->() } AS likes',
      rows: [
        ['ann', true],
        ['bob', true],
        ['cid', false],
        ['dan', false],
      ],
    },
    { query: 'MATCH (a:Person) WITH a WHERE NOT (a)-[:KNOWS]->() RETURN a.name', rows: [['dan']] },
    {
      query: 'MATCH (a:Admin)-[:KNOWS]->(b)-[:KNOWS]->(c) WHERE NOT (a)-[:KNOWS]->(c) RETURN DISTINCT c.name',
      rows: [['cid']],
    },
  ])('$query', expectRows);

  test('where there are very many trails, the first is enough', () => {
    const loops = new Database({ workMax: 100_000 });
    // On average a node has one relationship.
    loops.run(`CREATE (a) ${'CREATE (a)-[:R]->(a) CREATE () '.repeat(12)}`);
    expect(loops.rows('MATCH (n) WHERE (n)-[*]->() RETURN count(*)')).toEqual([[1]]);
    expect(loops.rows('MATCH (n) WITH EXISTS { (n)-->+() } AS e WHERE e RETURN count(*)')).toEqual([[1]]);
  });
});

describe('projection', () => {
  test.each<Case>([
    { query: 'RETURN 1 AS one, 2.0 AS two', rows: [[1, '2.0']] },
    { query: 'MATCH (n:Person) RETURN n.name ORDER BY n.age DESC', rows: [['dan'], ['cid'], ['ann'], ['bob']] },
    { query: 'MATCH (n:Person) RETURN n.name AS name ORDER BY n.age, name SKIP 1 LIMIT 2', rows: [['ann'], ['cid']] },
    { query: 'MATCH (n:Person) RETURN n.name LIMIT 0', rows: [] },
    { query: 'MATCH (n:Person) RETURN n.name SKIP 3', rows: [['dan']] },
    { query: 'MATCH (n:Person) WITH n.name AS x ORDER BY x DESC LIMIT 2 RETURN x', rows: [['dan'], ['cid']] },
    {
      query: 'MATCH (n:Person) WITH n.age AS x, n.name AS name RETURN name ORDER BY x DESC',
      rows: [['dan'], ['cid'], ['ann'], ['bob']],
    },
    { query: 'UNWIND [2, 1, 3] AS x WITH x, -x AS y RETURN x ORDER BY y LIMIT 2', rows: [[3], [2]] },
    { query: 'MATCH (n:Person) WITH n.age AS n, n.name AS x WHERE n > 26 RETURN x', rows: [['ann'], ['cid']] },
    { query: 'MATCH (n:Person) WITH n AS m RETURN m.name ORDER BY m.name LIMIT 1', rows: [['ann']] },
    { query: 'UNWIND [3, 1, 3.0, null, null] AS x RETURN DISTINCT x ORDER BY x', rows: [[1], [3], [null]] },
    { query: 'UNWIND [1, 2, 3] AS x WITH x WHERE x > 1 RETURN collect(x)', rows: [[[2, 3]]] },
    { query: 'UNWIND [] AS x RETURN x', rows: [] },
    { query: 'UNWIND null AS x RETURN x', rows: [] },
    { query: 'UNWIND [[1, 2], [3]] AS xs UNWIND xs AS x RETURN x', rows: [[1], [2], [3]] },
    { query: 'RETURN 1 AS x UNION ALL RETURN 1 AS x', rows: [[1], [1]] },
    { query: 'RETURN 1 AS x UNION RETURN 1.0 AS x UNION RETURN 2 AS x', rows: [[1], [2]] },
    {
      query: 'MATCH (n:Admin) WITH collect(n) AS ns UNWIND ns AS n MATCH (n)-[:KNOWS]->(m) RETURN m.name',
      rows: [['bob']],
    },
    { query: 'MATCH (a:Admin) WITH *, a.age + 1 AS next RETURN a.name, next', rows: [['ann', 31]] },
  ])('$query', expectRows);
});

describe('aggregation', () => {
  test.each<Case>([
    {
      query: 'MATCH (n:Nothing) RETURN count(*), sum(n.x), collect(n.x), min(n.x), avg(n.x)',
      rows: [[0, 0, [], null, null]],
    },
    { query: 'MATCH (n:Nothing) RETURN n.x, count(*)', rows: [] },
    { query: 'MATCH (n:Person) RETURN count(n.age), sum(n.age), max(n.age)', rows: [[3, '96.5', '41.5']] },
    {
      query: 'MATCH (n) RETURN labels(n)[0] AS label, count(*) AS c ORDER BY c DESC',
      rows: [
        ['Person', 4],
        ['City', 1],
      ],
    },
    {
      query: 'MATCH (a)-[:KNOWS]->(b) RETURN a.name, count(*) + 1 AS c ORDER BY a.name',
      rows: [
        ['ann', 2],
        ['bob', 2],
        ['cid', 2],
      ],
    },
    {
      query: 'MATCH (a)-[r]->() RETURN a.name AS name, count(r) AS c ORDER BY c DESC, name',
      rows: [
        ['ann', 3],
        ['bob', 2],
        ['cid', 2],
      ],
    },
    { query: 'MATCH ()-[r]->() RETURN count(*)', rows: [[7]] },
    { query: 'MATCH (:Admin)-->(b) RETURN count(b), count(DISTINCT b)', rows: [[3, 3]] },
    { query: 'MATCH (a:Admin)-->(b) RETURN a, count(*) AS c', rows: [['(:Person:Admin {age: 30, name: "ann"})', 3]] },
    {
      query: 'MATCH (n:Person) WITH n.age > 26 AS old, count(*) AS c RETURN old, c ORDER BY c DESC, old',
      rows: [
        [true, 2],
        [false, 1],
        [null, 1],
      ],
    },
    {
      query: 'MATCH (n:Person) RETURN n.age > 26 AS old, count(*) ORDER BY count(*) DESC, old LIMIT 1',
      rows: [[true, 2]],
    },
    { query: 'MATCH (n:Person) WITH count(*) AS c WHERE c > 10 RETURN c', rows: [] },
    { query: 'MATCH (n:Person) RETURN {people: count(*)} AS m', rows: [[{ people: 4 }]] },
    {
      query: 'MATCH (n:Person) WITH n, count(*) AS c RETURN n.name, n.age * c AS x ORDER BY x LIMIT 1',
      rows: [['bob', 25]],
    },
  ])('$query', expectRows);
});

test('the columns of RETURN * are the variables', () => {
  const execution = database.run('MATCH (b:Admin)-[r:LIVES_IN]->(a) RETURN *');

  expect([...execution.columns].sort()).toEqual(['a', 'b', 'r']);
  const row = execution.rows[0]!.map(plain);
  expect(row[execution.columns.indexOf('r')]).toBe('[:LIVES_IN]');
});

describe('columns that DISTINCT makes needless', () => {
  const loops = new Database();
  beforeAll(() => {
    loops.run('CREATE (a:A)-[:T {x: 1}]->(a), (a)-[:U {x: 2}]->(a)');
  });
  const trails = 'MATCH ()-[]->(:A)<-[r:T|U]-()';

  test.each([
    `${trails} WITH r.x AS x, r AS same RETURN DISTINCT 1 AS one`,
    `${trails} WITH r.x AS x, r AS same WHERE 1 = 1 RETURN DISTINCT 1 AS one`,
    `${trails} WITH r AS same RETURN count(DISTINCT 1) AS one`,
  ])('are not worked out: %s', (query) => {
    expect(loops.rows(query)).toEqual([[1]]);
    expect(loops.rows(query, {}, 1)).toEqual([[1]]);
  });

  test('do not make one trail of relationships in several MATCH clauses, which may be the same', () => {
    const path = new Database();
    path.run('CREATE (a:B:C), (b:B:C), (c:B:C {n: 1}), (d:B:C), (c)-[:U]->(b), (c)-[:U]->(b), (b)-[:U]->(d)');
    const query = 'MATCH (:C)-[]-(end) MATCH (middle:B)<-[]-(start), (middle)-[]->(end) RETURN DISTINCT start.n';

    expect(path.rows(query)).toEqual([[1]]);
    expect(path.rows(query, {}, 1)).toEqual([[1]]);
  });

  test('are worked out when they may fail', () => {
    const failing = () => loops.run(`${trails} WITH r.x / 0 AS broken RETURN DISTINCT 1 AS one`);

    expect(failing).toThrow('zero');
  });
});

test('the first rows of many are those that sorting all of them gives, level ones in the order in which they came', () => {
  const numbers = 'UNWIND range(1, 20000) AS x WITH x, x * 7919 % 1000 AS y';

  const all = new Database().rows(`${numbers} RETURN x, y ORDER BY y DESC`);
  const ascending = new Database().rows(`${numbers} RETURN x, y ORDER BY y`);

  for (const [skip, limit] of [
    [0, 1],
    [0, 30],
    [5, 20],
    [19_990, 100],
    [0, 0],
  ] as const) {
    const end = `SKIP ${skip} LIMIT ${limit}`;
    expect(new Database().rows(`${numbers} RETURN x, y ORDER BY y DESC ${end}`)).toEqual(all.slice(skip, skip + limit));
    expect(new Database().rows(`${numbers} RETURN x, y ORDER BY y ${end}`, {}, 500)).toEqual(
      ascending.slice(skip, skip + limit),
    );
  }
});
