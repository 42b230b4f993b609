import { beforeEach, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

let database: Database;
beforeEach(() => {
  database = new Database();
});

interface Case {
  readonly before?: string;
  readonly write: string;
  readonly read: string;
  readonly rows: unknown[][];
}

/** Once without slices and once with a unit of work in each: the graph comes out the same. */
function expectEffect({ before, write, read, rows }: Case): void {
  for (const sliceWork of [Number.POSITIVE_INFINITY, 1]) {
    const database = new Database();
    if (before) database.run(before);
    database.run(write, {}, sliceWork);
    expect(database.rows(read)).toEqual(rows);
  }
}

describe('a clause sees the whole effect of those before it, and nothing of its own later rows', () => {
  test.each<Case>([
    { before: 'CREATE (), ()', write: 'MATCH (n) CREATE ()', read: 'MATCH (n) RETURN count(*)', rows: [[4]] },
    { before: 'CREATE (:A), (:A)', write: 'MATCH (n:A) CREATE (:A)', read: 'MATCH (n:A) RETURN count(*)', rows: [[4]] },
    {
      before: 'CREATE (:A)-[:R]->(:B)',
      write: 'MATCH (a)-[:R]->(b) CREATE (b)-[:R]->(a)',
      read: 'MATCH ()-[:R]->() RETURN count(*)',
      rows: [[2]],
    },
    {
      before: 'UNWIND range(1, 3000) AS i CREATE (:A)',
      write: 'MATCH (n:A) CREATE (:A)',
      read: 'MATCH (n:A) RETURN count(*)',
      rows: [[6000]],
    },
    {
      write: 'UNWIND [1, 2] AS i CREATE (:A) WITH i MATCH (n:A) CREATE (:B)',
      read: 'MATCH (n:B) RETURN count(*)',
      rows: [[4]],
    },
    {
      before: 'CREATE ({x: 1}), ({x: 2})',
      write: 'MATCH (n) MATCH (m) SET m.x = n.x + 10',
      read: 'MATCH (n) WHERE n.x < 10 RETURN count(*)',
      rows: [[0]],
    },
    {
      before: 'CREATE (:A {x: 1}), (:A {x: 2})',
      write: 'MATCH (n:A) SET n.x = 9 WITH n MATCH (m:A {x: 9}) CREATE (:B)',
      read: 'MATCH (b:B) RETURN count(*)',
      rows: [[4]],
    },
    {
      before: 'CREATE (:A), (:A)',
      write: 'MATCH (n:A) REMOVE n:A WITH n MATCH (m:A) CREATE (:B)',
      read: 'MATCH (b:B) RETURN count(*)',
      rows: [[0]],
    },
    {
      before: 'CREATE (:A), (:A), (:A)',
      write: 'MATCH (n:A), (m:A) DETACH DELETE n, m',
      read: 'MATCH (n) RETURN count(*)',
      rows: [[0]],
    },
    {
      before: 'CREATE (:C {n: 0})',
      write: 'UNWIND [1, 2, 3] AS i MATCH (c:C) SET c.n = c.n + i',
      read: 'MATCH (c:C) RETURN c.n',
      rows: [[6]],
    },
    {
      write: 'UNWIND [1, 2, 3] AS x CREATE (:N {x: x}) WITH x LIMIT 1 CREATE (:M)',
      read: 'MATCH (n) RETURN labels(n)[0] AS l, count(*) ORDER BY l',
      rows: [
        ['M', 1],
        ['N', 3],
      ],
    },
    {
      write: 'UNWIND [1, 2, 3] AS x CREATE (n:N {x: x}) RETURN n LIMIT 0',
      read: 'MATCH (n) RETURN count(*)',
      rows: [[3]],
    },
    {
      write: 'CREATE (:A) WITH 1 AS x RETURN x UNION MATCH (a:A) CREATE (:B) WITH 2 AS x RETURN x',
      read: 'MATCH (b:B) RETURN count(*)',
      rows: [[1]],
    },
  ])('$write', expectEffect);
});

describe('CREATE', () => {
  test.each<Case>([
    {
      write: "CREATE (:A:B {x: 1, y: null, z: ['a', 'b']})",
      read: 'MATCH (n) RETURN n',
      rows: [['(:A:B {x: 1, z: ["a","b"]})']],
    },
    {
      write: 'CREATE (a:A)-[:R {w: 1.5}]->(b:B)<-[:S]-(c:C)',
      read: 'MATCH (x)-[r]->(y) RETURN labels(x)[0], r, labels(y)[0]',
      rows: [
        ['A', '[:R {w: "1.5"}]', 'B'],
        ['C', '[:S]', 'B'],
      ],
    },
    { write: 'CREATE (a {x: 1}), (b {x: a.x + 1})', read: 'MATCH (n) RETURN n.x', rows: [[1], [2]] },
    { write: 'CREATE (a)-[:SELF]->(a)', read: 'MATCH (n)-[:SELF]->(n) RETURN count(*)', rows: [[1]] },
    {
      write: 'UNWIND [{k: 1}, {k: 2, l: 3}] AS row CREATE (n:A) SET n = row',
      read: 'MATCH (n) RETURN n',
      rows: [['(:A {k: 1})'], ['(:A {k: 2, l: 3})']],
    },
  ])('$write', expectEffect);

  test('takes all properties of a node from a parameter', () => {
    database.run('CREATE (:A $properties)', { properties: new Map([['x', 1]]) });

    expect(database.rows('MATCH (n) RETURN n')).toEqual([['(:A {x: 1})']]);
  });

  test('counts what it makes', () => {
    expect(database.changes('CREATE (a:A {x: 1})-[:R {y: 2}]->(b:A:B)')).toEqual({
      nodesCreated: 2,
      relationshipsCreated: 1,
      propertiesSet: 2,
      labelsAdded: 3,
    });
  });

  test('hands on the path that it makes', () => {
    expect(database.rows('CREATE p = (:A)-[:R]->(:B) RETURN length(p), p')).toEqual([[1, '(:A)-[:R]-(:B)']]);
  });
});

describe('MERGE', () => {
  test.each<Case>([
    { write: 'UNWIND [1, 2, 1] AS i MERGE (n:N {i: i})', read: 'MATCH (n:N) RETURN n.i', rows: [[1], [2]] },
    {
      before: 'CREATE (:N {i: 1})',
      write: 'UNWIND [1, 2] AS i MERGE (n:N {i: i}) ON CREATE SET n.made = true ON MATCH SET n.seen = true',
      read: 'MATCH (n:N) RETURN n',
      rows: [['(:N {i: 1, seen: true})'], ['(:N {i: 2, made: true})']],
    },
    {
      before: 'CREATE (:A), (:B)',
      write: 'MATCH (a:A), (b:B) MERGE (a)-[r:R]->(b) MERGE (a)-[s:R]->(b)',
      read: 'MATCH ()-[r:R]->() RETURN count(*)',
      rows: [[1]],
    },
    {
      before: 'CREATE (:A)<-[:R]-(:B)',
      write: 'MATCH (a:A), (b:B) MERGE (a)-[:R]-(b)',
      read: 'MATCH ()-[r:R]->() RETURN count(*)',
      rows: [[1]],
    },
    {
      before: 'CREATE (:A), (:B)',
      write: 'MATCH (a:A), (b:B) MERGE (a)-[:R]-(b)',
      read: 'MATCH (x)-[:R]->(y) RETURN labels(x)[0], labels(y)[0]',
      rows: [['A', 'B']],
    },
    {
      before: 'CREATE (:A)-[:R]->(:B)',
      write: 'MERGE (a:A)-[:R]->(c:C)',
      read: 'MATCH (n) RETURN count(*)',
      rows: [[4]],
    },
    {
      write: 'MERGE (a:A)-[:R {w: 1}]->(b:B {x: 2})-[:S]->(c)',
      read: 'MATCH p = (:A)-[:R {w: 1}]->(:B {x: 2})-[:S]->() RETURN count(p)',
      rows: [[1]],
    },
    {
      before: 'CREATE (:A {x: 1}), (:A {x: 1})',
      write: 'MERGE (a:A {x: 1}) ON MATCH SET a.y = 2',
      read: 'MATCH (a:A) RETURN a.y',
      rows: [[2], [2]],
    },
    {
      write:
        'UNWIND [{a: 1, b: 2}, {a: 2, b: 1}, {a: 1, b: 2}] AS row MERGE (a:P {id: row.a}) MERGE (b:P {id: row.b}) MERGE (a)-[:R]->(b)',
      read: 'MATCH (a)-[:R]->(b) RETURN a.id, b.id ORDER BY a.id',
      rows: [
        [1, 2],
        [2, 1],
      ],
    },
  ])('$write', expectEffect);

  test('binds what it finds and what it makes', () => {
    database.run('CREATE (:N {i: 1})');

    const rows = database.rows('UNWIND [1, 2] AS i MERGE (n:N {i: i}) ON CREATE SET n.made = true RETURN i, n.made');

    expect(rows).toEqual([
      [1, null],
      [2, true],
    ]);
  });

  test('uses an index, and finds in it what earlier rows have made', () => {
    database.run('CREATE INDEX n_i FOR (n:N) ON (n.i)');

    expect(database.changes('UNWIND range(1, 3000) AS i MERGE (n:N {i: i % 1000})')).toEqual({
      nodesCreated: 1000,
      propertiesSet: 1000,
      labelsAdded: 1000,
    });
  });
});

describe('SET and REMOVE', () => {
  test.each<Case>([
    {
      before: 'CREATE (:A {x: 1, y: 2})',
      write: 'MATCH (a:A) SET a.x = 3, a.z = a.x + 1',
      read: 'MATCH (a) RETURN a',
      rows: [['(:A {x: 3, y: 2, z: 4})']],
    },
    {
      before: 'CREATE (:A {x: 1, y: 2})',
      write: 'MATCH (a:A) SET a = {z: 1}',
      read: 'MATCH (a) RETURN a',
      rows: [['(:A {z: 1})']],
    },
    {
      before: 'CREATE (:A {x: 1, y: 2})',
      write: 'MATCH (a:A) SET a += {x: null, z: 1}',
      read: 'MATCH (a) RETURN a',
      rows: [['(:A {y: 2, z: 1})']],
    },
    {
      before: 'CREATE (:A {x: 1})-[:R {y: 2}]->(:B {z: 3})',
      write: 'MATCH (a:A)-[r]->(b:B) SET b = a, r += b',
      read: 'MATCH ()-[r]->(b) RETURN r, b',
      rows: [['[:R {x: 1, y: 2}]', '(:B {x: 1})']],
    },
    {
      before: 'CREATE (:A)',
      write: 'MATCH (a:A) SET a:B:C',
      read: 'MATCH (a:B) RETURN labels(a)',
      rows: [[['A', 'B', 'C']]],
    },
    {
      before: 'CREATE (:A:B {x: 1})',
      write: 'MATCH (a:A) REMOVE a:B, a.x, a.nothing',
      read: 'MATCH (a) RETURN a',
      rows: [['(:A)']],
    },
    { write: 'OPTIONAL MATCH (a:Nothing) SET a.x = 1, a:B REMOVE a.y', read: 'MATCH (a) RETURN a', rows: [] },
  ])('$write', expectEffect);

  test('an index follows the property', () => {
    database.run('CREATE INDEX a_x FOR (a:A) ON (a.x)');
    database.run('CREATE (:A {x: 1})');

    database.run('MATCH (a:A {x: 1}) SET a.x = 2');

    expect(database.rows('MATCH (a:A {x: 1}) RETURN a')).toEqual([]);
    expect(database.rows('MATCH (a:A {x: 2}) RETURN a')).toEqual([['(:A {x: 2})']]);
  });
});

describe('DELETE', () => {
  test.each<Case>([
    {
      before: 'CREATE (:A)-[:R]->(:B)',
      write: 'MATCH (a)-[r]->(b) DELETE a, b, r',
      read: 'MATCH (n) RETURN count(*)',
      rows: [[0]],
    },
    {
      before: 'CREATE (:A)-[:R]->(:B)',
      write: 'MATCH (a)-[r]->(b) DELETE a DELETE r',
      read: 'MATCH (n) RETURN labels(n)',
      rows: [[['B']]],
    },
    {
      before: 'CREATE (:A)-[:R]->(:B), (:C)',
      write: 'MATCH (n) DETACH DELETE n',
      read: 'MATCH (n) RETURN count(*)',
      rows: [[0]],
    },
    {
      before: 'CREATE (:A)-[:R]->(:B)',
      write: 'MATCH p = (:A)-->(:B) DELETE p',
      read: 'MATCH (n) RETURN count(*)',
      rows: [[0]],
    },
    {
      before: 'CREATE (:A)',
      write: 'MATCH (a:A) WITH [a] AS list, {key: a} AS map DELETE list[0], map.key',
      read: 'MATCH (n) RETURN count(*)',
      rows: [[0]],
    },
    { write: 'OPTIONAL MATCH (n:Nothing) DELETE n', read: 'MATCH (n) RETURN count(*)', rows: [[0]] },
    {
      before: 'CREATE (a:A)-[:R]->(a)',
      write: 'MATCH (a:A) DETACH DELETE a',
      read: 'MATCH ()-[r]->() RETURN count(*)',
      rows: [[0]],
    },
  ])('$write', expectEffect);

  test('counts an entity once, in however many rows it stands', () => {
    database.run('CREATE (:A)-[:R]->(:B), (:A)');

    expect(database.changes('MATCH (n), (m) DETACH DELETE n, m')).toEqual({ nodesDeleted: 3, relationshipsDeleted: 1 });
  });
});

describe('a statement that fails leaves the graph as it was', () => {
  test.each([
    { write: 'MATCH (a:A) DELETE a', detail: 'DeleteConnectedNode' },
    { write: 'MATCH (n) SET n.x = 2 WITH n CREATE (m {y: {z: 1}})', detail: 'InvalidPropertyType' },
    { write: "MATCH (n) SET n.x = [1, 'a']", detail: 'InvalidPropertyType' },
    { write: 'CREATE (:New {fresh: 1}) WITH 1 AS x MERGE (b:B {x: $nothing})', detail: 'MergeReadOwnWrites' },
    { write: 'MATCH (a:A)-[r]->(b) DELETE r SET r.x = 1', detail: 'DeletedEntityAccess' },
    { write: 'MATCH (a:A)-[r]->(b) DELETE r RETURN r.x', detail: 'DeletedEntityAccess' },
    { write: 'OPTIONAL MATCH (n:Nothing) CREATE (n)-[:R]->(:B)', detail: 'MissingNode' },
    { write: 'UNWIND [1, 0] AS x CREATE (:New {x: 1 / x})', detail: undefined },
    { write: 'CREATE (:New) RETURN 1 LIMIT $negative', detail: 'NegativeIntegerArgument' },
  ])('$write', ({ write, detail }) => {
    database.run('CREATE INDEX a_x FOR (a:A) ON (a.x)');
    database.run('CREATE (:A {x: 1})-[:R {w: 1}]->(:B)');
    const checksum = database.store.checksum();

    const failure = failureOf(() => database.run(write, { nothing: null, negative: -1 }));

    if (detail !== undefined) expect(failure.detail).toBe(detail);
    expect(database.store.checksum()).toBe(checksum);
    expect(database.store.tokens.label.idOf('New')).toBeUndefined();
    expect(database.rows('MATCH (a:A {x: 1}) RETURN count(*)')).toEqual([[1]]);
    expect(database.changes('CREATE (:New)')).toEqual({ nodesCreated: 1, labelsAdded: 1 });
  });
});

test('a statement that changes nothing has nothing to commit', () => {
  const execution = database.start('MATCH (n:Nothing) SET n.x = 1');
  execution.next(Number.POSITIVE_INFINITY);

  expect(execution.commit(1)).toBeUndefined();
  expect(database.store.lsn).toBe(0);
  database.run('CREATE ()');
});

test('a cancelled statement is rolled back, and another one can write', () => {
  const execution = database.start('UNWIND range(1, 100000) AS i CREATE ()');
  expect(execution.next(10)).toBe('paused');

  execution.cancel();

  expect(database.rows('MATCH (n) RETURN count(*)')).toEqual([[0]]);
  expect(database.changes('CREATE ()')).toEqual({ nodesCreated: 1 });
});

test('what a statement returns is as it is at its end', () => {
  database.run('CREATE (:A {x: 1})');

  expect(database.rows('MATCH (a:A) SET a.x = 2 RETURN a, a.x')).toEqual([['(:A {x: 2})', 2]]);
});
