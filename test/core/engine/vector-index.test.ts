import { beforeEach, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

const CREATE =
  "CREATE VECTOR INDEX v FOR (p:P) ON (p.v) OPTIONS {indexConfig: {`vector.dimensions`: 2, `vector.similarity_function`: 'euclidean'}}";
const ASK = "CALL db.index.vector.queryNodes('v', 2, [0.0, 0]) YIELD node, score RETURN node.i, score";

let database: Database;
beforeEach(() => {
  database = new Database();
  database.run(CREATE);
  database.run(
    'UNWIND range(1, 5) AS i CREATE (:P {i: i, v: [toFloat(i), 0]}), (:Q {v: [0, 0]}), (:P {v: [i]}), (:P {v: "x"})',
  );
});

test('the most like nodes come first, with their scores', () => {
  expect(database.rows(ASK)).toEqual([
    [1, '0.5'],
    [2, '0.2'],
  ]);
});

test('relationships are found in the same way, by angle', () => {
  database.run(
    'CREATE VECTOR INDEX r FOR ()-[x:R]-() ON x.v OPTIONS {indexConfig: {`vector.dimensions`: 2, `vector.similarity_function`: "COSINE"}}',
  );
  database.run(
    'CREATE (a:A)-[:R {i: 1, v: [1, 0]}]->(a), (a)-[:R {i: 2, v: [-2, 0]}]->(a), (a)-[:R {i: 3, v: [0, 0]}]->(a)',
  );

  expect(
    database.rows(
      "CALL db.index.vector.queryRelationships('r', 5, [3, 0]) YIELD relationship AS r, score RETURN r.i, score",
    ),
  ).toEqual([
    [1, '1.0'],
    [2, '0.0'],
  ]);
});

test('the index follows what is committed, and what is rolled back leaves no trace', () => {
  database.run('MATCH (p:P {i: 1}) SET p.v = [9, 9]');
  database.run('MATCH (p:P {i: 2}) DELETE p');
  const execution = database.start('MATCH (p:P {i: 3}) REMOVE p:P');
  execution.next(Number.POSITIVE_INFINITY);
  execution.cancel();

  expect(database.rows(ASK).map(([i]) => i)).toEqual([3, 4]);
});

test('a statement sees its own changes, and an older reader none of them', () => {
  const snapshot = database.store.openSnapshot();
  expect(
    database.rows(
      "MATCH (p:P {i: 1}) SET p.v = [50, 0] WITH p CALL db.index.vector.queryNodes('v', 1, [0, 0]) YIELD node RETURN node.i",
    ),
  ).toEqual([[2]]);
  database.run('CREATE (:P {i: 7, v: [0.5, 0]})');
  database.run('MATCH (p:P {i: 2}) SET p.other = 1');

  const execution = database.start(ASK, {}, snapshot);
  while (execution.next(10) === 'paused');

  expect(execution.rows.map(([i]) => i)).toEqual([1, 2]);
  expect(database.rows(ASK).map(([i]) => i)).toEqual([7, 2]);
  snapshot.close();
});

test('while it is being populated, all nodes are looked at', () => {
  database.run('DROP INDEX v');
  const execution = database.start(CREATE);
  execution.next(1);
  database.store.acknowledge(execution.commit(1)!.lsn);

  const reading = database.start(ASK);
  while (reading.next(10) === 'paused');

  expect(reading.rows.map(([i]) => i)).toEqual([1, 2]);
});

test('it is shown with its settings, and its statement makes it again', () => {
  const shown = 'SHOW VECTOR INDEXES YIELD name, type, properties, options';
  expect(database.rows(shown)).toEqual([
    [
      'v',
      'VECTOR',
      ['v'],
      {
        indexConfig: { 'vector.dimensions': 2, 'vector.similarity_function': 'EUCLIDEAN' },
        indexProvider: 'vector-2.0',
      },
    ],
  ]);
  const [[statement] = []] = database.rows('SHOW INDEXES YIELD createStatement');
  const other = new Database();
  other.run(String(statement));
  expect(other.rows(shown)).toEqual(database.rows(shown));
  expect(database.rows('SHOW INDEX INFO')).toEqual([['label+property_vector', 'P', 'v', 5]]);
});

describe('refused', () => {
  test.each([
    ['CREATE VECTOR INDEX w FOR (p:P) ON p.w', 'vector.dimensions'],
    ['CREATE VECTOR INDEX w FOR (p:P) ON p.w OPTIONS {indexConfig: {`vector.dimensions`: 4097}}', '4096'],
    ['CREATE VECTOR INDEX w FOR (p:P) ON p.w OPTIONS {indexConfig: {`vector.dimensions`: "2"}}', '4096'],
    [
      'CREATE VECTOR INDEX w FOR (p:P) ON p.w OPTIONS {indexConfig: {`vector.dimensions`: 2, `vector.similarity_function`: "dot"}}',
      'cosine',
    ],
    ['CREATE VECTOR INDEX w FOR (p:P) ON p.w OPTIONS {indexConfig: {`vector.dimensions`: 2, other: 1}}', 'other'],
    ['CREATE VECTOR INDEX w FOR (p:P) ON (p.v, p.w) OPTIONS {indexConfig: {`vector.dimensions`: 2}}', 'one property'],
    ['CREATE INDEX w FOR (p:P) ON p.w OPTIONS {indexConfig: {`vector.dimensions`: 2}}', 'vector.dimensions'],
    ['CREATE INDEX w FOR (p:P) ON p.w OPTIONS {colour: 2}', 'colour'],
    ["CALL db.index.vector.queryNodes('v', 2, [1]) YIELD node RETURN node", '2 finite numbers'],
    ["CALL db.index.vector.queryNodes('v', 0, [1, 2]) YIELD node RETURN node", 'nearest neighbours'],
  ])('%s', (text, part) => {
    const failure = failureOf(() => database.run(text));

    expect(failure.code).toBe('Neo.ClientError.Statement.ArgumentError');
    expect(failure.message).toContain(part);
  });

  test.each(['none', 'range'])('an index that is no vector index: %s', (name) => {
    database.run('CREATE INDEX range FOR (p:P) ON (p.i)');

    expect(
      failureOf(() => database.run(`CALL db.index.vector.queryNodes('${name}', 2, [1, 2]) YIELD node RETURN node`))
        .code,
    ).toBe('Neo.ClientError.Schema.IndexNotFound');
  });
});
