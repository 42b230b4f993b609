/** Labels, types and property keys that are worked out. */
import { beforeEach, describe, expect, test } from 'vitest';
import { LABELS_MAX } from '../../../core/graph/writer.ts';
import { Database, failureOf } from './database.ts';

let database: Database;

beforeEach(() => {
  database = new Database();
});

describe('CREATE and MERGE', () => {
  test('give labels from a parameter, a list and each row, each once', () => {
    const changes = database.changes(
      'UNWIND [{l: "A", x: 1}, {l: ["B", "C"], x: 2}] AS row CREATE (:Fixed:$(row.l):$("A") {x: row.x})',
    );

    expect(changes).toEqual({ nodesCreated: 2, labelsAdded: 6, propertiesSet: 2 });
    expect(database.rows('MATCH (n) RETURN labels(n) ORDER BY n.x')).toEqual([
      [['Fixed', 'A']],
      [['Fixed', 'A', 'B', 'C']],
    ]);
  });

  test('give a relationship its type, row by row', () => {
    database.run('UNWIND ["R", "S", "R"] AS t CREATE ()-[:$(t)]->()');

    expect(database.rows('MATCH ()-[r]->() RETURN type(r) AS t, count(*) ORDER BY t')).toEqual([
      ['R', 2],
      ['S', 1],
    ]);
  });

  test('look for what they would make', () => {
    const merge =
      'UNWIND ["A", "B", "A"] AS l MERGE (n:$(l) {x: 1}) MERGE (n)-[:$("T" + l)]->(m:$all([l, "M"])) RETURN l';
    const first = database.changes(merge);

    expect(first).toMatchObject({ nodesCreated: 4, relationshipsCreated: 2 });
    expect(database.changes(merge)).toEqual({});
    expect(database.rows('MATCH (n)-[r]->(m) RETURN labels(n), type(r), labels(m) ORDER BY type(r)')).toEqual([
      [['A'], 'TA', ['A', 'M']],
      [['B'], 'TB', ['B', 'M']],
    ]);
  });

  test.each([
    ['CREATE (:$(null))', 'TypeError', 'a STRING that is not empty, not NULL'],
    ['CREATE (:$($one))', 'TypeError', 'not INTEGER 1'],
    ['CREATE (:$(""))', 'TypeError', "not STRING ''"],
    ['CREATE (:$(1))', 'SyntaxError', ''],
    ['CREATE (:$any(["A", "B"]))', 'SyntaxError', 'only in what is looked for'],
    ['CREATE ()-[:$(["A", "B"])]->()', 'ArgumentError', 'exactly one type, not 2'],
    ['CREATE ()-[:A&$("B")]->()', 'SyntaxError', 'exactly one type'],
    ['CREATE (:$label)', 'SyntaxError', 'is written $(…): $($label)'],
  ])('%s fails', (statement, code, message) => {
    const failure = failureOf(() => database.run(statement, { label: 'A', one: 1 }));

    expect(failure.code).toBe(`Neo.ClientError.Statement.${code}`);
    expect(failure.message).toContain(message);
    expect(database.rows('MATCH (n) RETURN count(n)')).toEqual([[0]]);
  });
});

describe('MATCH', () => {
  beforeEach(() => {
    database.run('CREATE (:A {x: 1})-[:R]->(:A:B {x: 2})-[:S]->(:C {x: 3})');
  });

  test.each<[statement: string, values: unknown[]]>([
    ['MATCH (n:$($l)) RETURN n.x AS x', [1, 2]],
    ['MATCH (n:B:$($l)) RETURN n.x AS x', [2]],
    ['MATCH (n:$(["A", "B"])) RETURN n.x AS x', [2]],
    ['MATCH (n:$any(["B", "C"])) RETURN n.x AS x', [2, 3]],
    ['MATCH (n IS $("C")) RETURN n.x AS x', [3]],
    ['MATCH (n:!C&$("A")) RETURN n.x AS x', [1, 2]],
    ['UNWIND ["A", "C"] AS l MATCH (n:$(l)) RETURN n.x AS x', [1, 2, 3]],
    ['MATCH (n) WHERE n:$($l) RETURN n.x AS x', [1, 2]],
    ['MATCH (n) WHERE NOT n:B&$($l) RETURN n.x AS x', [1, 3]],
    ['MATCH (n) RETURN CASE WHEN n:$any(["B", "C"]) THEN n.x ELSE 0 END AS x', [0, 2, 3]],
    ['MATCH (n)-[:$("R")]->() RETURN n.x AS x', [1]],
    ['MATCH (n)-[:$any(["R", "S"])]->() RETURN n.x AS x', [1, 2]],
    ['MATCH (n)-[:$all(["R", "S"])]->() RETURN n.x AS x', []],
    ['MATCH (n)-[:$("R")]->{1,2}() RETURN n.x AS x', [1]],
    ['MATCH (n) WHERE EXISTS { (n)-[:$("S")]->(:$("C")) } RETURN n.x AS x', [2]],
    ['MATCH (n:$("Nowhere")) RETURN n.x AS x', []],
    ['MATCH (n:$(null)) RETURN n.x AS x', []],
    ['MATCH (n) CALL (n) { MATCH (m:$(labels(n))) RETURN count(m) AS x } RETURN x', [1, 1, 2]],
  ])('%s', (statement, values) => {
    expect(database.rows(`${statement} ORDER BY x`, { l: 'A' })).toEqual(values.map((value) => [value]));
  });

  test.each([
    ['MATCH (n:A|$("B")) RETURN n', 'NotSupported'],
    ['MATCH (n:!$("B")) RETURN n', 'NotSupported'],
    ['MATCH ()-[:$("R")*]->() RETURN 1', 'NotSupported'],
    ['MATCH (n:$(1)) RETURN n', 'SyntaxError'],
  ])('%s is refused', (statement, code) => {
    expect(failureOf(() => database.run(statement)).code).toBe(`Neo.ClientError.Statement.${code}`);
  });
});

describe('SET and REMOVE', () => {
  beforeEach(() => {
    database.run('CREATE (:A {x: 1, y: 2})-[:R {z: 3}]->(:B)');
  });

  test('change a property whose key is worked out, of nodes and relationships', () => {
    expect(
      database.rows(
        'MATCH (n:A)-[r]->() SET n[$key] = 5, r["w" + 1] = n.y REMOVE n["y"] RETURN properties(n), properties(r)',
        {
          key: 'x',
        },
      ),
    ).toEqual([[{ x: 5 }, { z: 3, w1: 2 }]]);
  });

  test('change labels that are worked out', () => {
    expect(database.rows('MATCH (n:A) SET n:$($l):D REMOVE n:A:$(["D"]) RETURN labels(n)', { l: ['B', 'C'] })).toEqual([
      [['B', 'C']],
    ]);
    expect(database.changes('MATCH (n:B) SET n IS $("B")')).toEqual({});
  });

  test('in MERGE and FOREACH', () => {
    database.run('MERGE (m:M) ON CREATE SET m[$k] = 1 ON MATCH SET m[$k] = 2', { k: 'v' });
    database.run('MERGE (m:M) ON CREATE SET m[$k] = 1 ON MATCH SET m[$k] = 2', { k: 'v' });
    database.run('MATCH (m:M) FOREACH (k IN ["p", "q"] | SET m[k] = 7, m:$(k))');

    expect(database.rows('MATCH (m:M) RETURN properties(m), labels(m)')).toEqual([
      [{ v: 2, p: 7, q: 7 }, ['M', 'p', 'q']],
    ]);
  });

  test('nothing happens to null, and a null as value takes the property away', () => {
    expect(database.changes('OPTIONAL MATCH (n:Nowhere) SET n["x"] = 1, n:$("A") REMOVE n["x"]')).toEqual({});
    expect(database.rows('MATCH (n:A) SET n["x"] = null RETURN properties(n)')).toEqual([[{ y: 2 }]]);
  });

  test('a later item sees what an earlier one has set', () => {
    expect(database.rows('MATCH (n:A) SET n["y"] = 9, n.x = n.y RETURN n.x')).toEqual([[9]]);
  });

  test('a clause behind sees the labels that were put on', () => {
    expect(database.rows('MATCH (n) SET n:$("New") WITH count(*) AS c MATCH (m:New) RETURN c, count(m)')).toEqual([
      [2, 2],
    ]);
  });

  test.each([
    ['MATCH (n:A) SET n[1] = 1', 'SyntaxError'],
    ['MATCH (n:A) SET n[$one] = 1', 'TypeError'],
    ['MATCH (n:A) SET n[null] = 1', 'TypeError'],
    ['MATCH (n:A) REMOVE n:$any(["A"])', 'SyntaxError'],
  ])('%s fails', (statement, code) => {
    expect(failureOf(() => database.run(statement, { one: 1 })).code).toBe(`Neo.ClientError.Statement.${code}`);
  });
});

test('labels that are made up row by row come to an end', () => {
  const statement = 'UNWIND range(1, $count) AS i CREATE (:$("L" + i))';

  const failure = failureOf(() => database.run(statement, { count: LABELS_MAX + 1 }));

  expect(failure.code).toBe('Neo.ClientError.Statement.ArgumentError');
  expect(failure.message).toContain(`at most ${LABELS_MAX} labels`);
  expect(database.rows('MATCH (n) RETURN count(n)')).toEqual([[0]]);
});

test('EXPLAIN shows names that are worked out', () => {
  const { plan } = database.run('EXPLAIN MATCH (n) SET n:$("A") REMOVE n[$k] CREATE (:$($k))-[:$("R")]->()', {
    k: 'x',
  });

  expect(JSON.stringify(plan, (_, value) => (value instanceof Map ? [...value] : value))).toContain('$($k)');
});

test('a parameter inside of them is missed when it is not given', () => {
  expect(failureOf(() => database.run('CREATE (:$($l))')).code).toBe('Neo.ClientError.Statement.ParameterMissing');
});
