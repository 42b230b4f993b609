/** Statements that would take all of an instance: they end at its limits, nothing of them is left, and the graph goes on. */
import { describe, expect, test } from 'vitest';
import { INSTANCE_LIMITS } from '../../../core/engine/limits.ts';
import { Database, failureOf } from './database.ts';

/** Ended statements take less than a second where a processor is to itself; other tests run beside these. */
const CPU_SECONDS_MAX = 4;

/** Nodes that are all connected. */
function dense(nodeCount: number): Database {
  const database = new Database(INSTANCE_LIMITS);
  database.run('UNWIND range(1, $count) AS id CREATE (:N {id: id})', { count: nodeCount });
  database.run('MATCH (a:N), (b:N) WHERE a.id < b.id CREATE (a)-[:R {weight: a.id + b.id}]->(b)');
  return database;
}

describe.each([
  ['WorkLimitExceeded', 'MATCH (a), (b), (c), (d) RETURN count(*)'],
  [
    'WorkLimitExceeded',
    'MATCH (a), (b), (c), (d) WHERE a.id + b.id * c.id - d.id > 1000000000 AND a.id < b.id + 3 RETURN count(*)',
  ],
  ['WorkLimitExceeded', 'MATCH (a), (b), (c), (d) WITH toString(a.id) + b.id + c.id + d.id AS s RETURN max(s)'],
  [
    'WorkLimitExceeded',
    'UNWIND range(1, 1000) AS x UNWIND range(1, 1000) AS y UNWIND range(1, 1000) AS z RETURN count(*)',
  ],
  ['WorkLimitExceeded', 'MATCH (a)-[*]-(b) RETURN count(*)'],
  ['WorkLimitExceeded', 'MATCH p = (a {id: 1})-[*]-(b {id: 2}) WHERE length(p) > 1000000 RETURN p'],
  ['WorkLimitExceeded', 'MATCH (a)((x)--(y))+(b) RETURN count(*)'],
  ['WorkLimitExceeded', 'MATCH (a)-[*12]-(b) RETURN count(*)'],
  ['WorkLimitExceeded', 'MATCH (a)-->(b), (c)-->(d), (e)-->(f) RETURN count(*)'],
  ['WorkLimitExceeded', 'UNWIND range(1, 2000) AS x RETURN sum(reduce(s = 0, y IN range(1, 100000) | s + y)) AS total'],
  ['WorkLimitExceeded', 'MATCH (a), (b), (c), (d) WHERE a.name =~ ".*" OR true RETURN count(DISTINCT a)'],
  [
    'ChangesLimitExceeded',
    'UNWIND range(1, 1000) AS x UNWIND range(1, 1000) AS y UNWIND range(1, 1000) AS z CREATE (:M {x: x})',
  ],
  ['ChangesLimitExceeded', 'MATCH (a), (b), (c), (d) CREATE (a)-[:S]->(b)'],
  ['BytesLimitExceeded', 'MATCH (a), (b), (c) RETURN collect([a, b, c])'],
  ['BytesLimitExceeded', 'MATCH (a), (b), (c) WITH a, b, c, [a, b] AS d ORDER BY a.id SKIP 1 RETURN max(d)'],
  ['BytesLimitExceeded', 'MATCH (a), (b), (c) WITH DISTINCT a, b, c RETURN count(*)'],
  ['BytesLimitExceeded', 'UNWIND range(1, 1000) AS x WITH x, range(x, 100000) AS list RETURN sum(size(list))'],
  ['BytesLimitExceeded', 'UNWIND range(1, 1000) AS x RETURN [y IN range(1, 100000) | y] AS list'],
  ['RowsLimitExceeded', 'MATCH (a), (b), (c) RETURN 1 AS x'],
])('%s: %s', (detail, text) => {
  test('ends with an error that says what to do, and leaves nothing behind', () => {
    const database = dense(100);
    const before = database.rows('MATCH (n) OPTIONAL MATCH (n)-->() RETURN count(DISTINCT n), count(*)');

    const start = process.cpuUsage();
    const failure = failureOf(() => database.run(text, {}, 50_000));
    const seconds = process.cpuUsage(start).user / 1e6;

    expect(failure).toMatchObject({ detail });
    expect(seconds).toBeLessThan(CPU_SECONDS_MAX);
    expect(database.rows('MATCH (n) OPTIONAL MATCH (n)-->() RETURN count(DISTINCT n), count(*)')).toEqual(before);
    expect(database.changes('CREATE (:After)')).toEqual({ nodesCreated: 1, labelsAdded: 1 });
  });
});

test.each([
  'UNWIND range(1, 200) AS x RETURN sum(reduce(s = 0, y IN range(x, 20000) | s + y)) AS total',
  'RETURN reduce(s = 0, x IN range(1, 1000) | s + size([y IN range(1, 5000) WHERE y % x = 0])) AS total',
  'RETURN size(reduce(s = [], x IN range(1, 3000) | s + [x])) AS size',
  'UNWIND range(1, 2000000) AS x RETURN count(*) AS count',
  'UNWIND range(1, 2000) AS x WITH x WHERE size(range(x, 10000)) > 5000 RETURN count(*) AS count',
])('%s: lists that are made on the way do not count once they are garbage', (text) => {
  expect(dense(2).rows(text)).toHaveLength(1);
});

test.each([
  [
    'MATCH (a), (b), (c) RETURN collect([a, b, c])',
    /^The statement would hold \d+ bytes at once, more than bytesMax \(33554432\); \d+ of them in Aggregate\./,
  ],
  ['MATCH (a), (b), (c) WITH a, b, c, [a, b] AS d ORDER BY a.id SKIP 1 RETURN max(d)', /in OrderBy\./],
  ['MATCH (a), (b), (c) WITH DISTINCT a, b, c RETURN count(*)', /in Distinct\./],
  ['MATCH (a), (b), (c) RETURN a, b, c, [a, b, c]', /in the result\./],
  [
    'UNWIND range(1, 1000) AS x WITH range(x, 100000) AS list RETURN count(list)',
    /in values that are being worked out\./,
  ],
  ['MATCH (a)-[*]-(b) RETURN count(*)', /bound the length of its paths/],
])('%s: the message names what went too far', (text, message) => {
  expect(failureOf(() => dense(100).run(text)).message).toMatch(message);
});
