/** The operators of a plan serve one execution after the other. */
import { describe, expect, test } from 'vitest';
import { Database, failureOf, plain } from './database.ts';

function social(): Database {
  const database = new Database();
  database.run('CREATE INDEX p_id FOR (p:P) ON (p.id)');
  database.run("UNWIND range(0, 199) AS i CREATE (:P {id: i, age: i % 50, name: 'p' + (i % 7)})");
  database.run(
    'MATCH (a:P) UNWIND [1, 2, 3, 40, 199] AS step MATCH (b:P {id: (a.id + step) % 200}) CREATE (a)-[:KNOWS]->(b)',
  );
  return database;
}

const READS = [
  'MATCH (p:P {id: $id}) RETURN p',
  'MATCH (p:P {id: $id})-[k:KNOWS]->(q) RETURN p.name, q, type(k)',
  'MATCH (p:P {id: $id})-[:KNOWS]->(q) WHERE q.age > $id RETURN q.id',
  'MATCH (p:P {id: $id})-[:KNOWS]->(q) RETURN q.id LIMIT 1',
  'MATCH (p:P {id: $id})-[:KNOWS]->(q) RETURN q.id SKIP 2',
  'MATCH (p:P {id: $id})-[:KNOWS]->()-[:KNOWS]->(q) RETURN DISTINCT q.id',
  'MATCH (p:P {id: $id})-[:KNOWS]->(q) RETURN DISTINCT q.age, q.name',
  'MATCH (p:P {id: $id})-[a:KNOWS]->(q)-[b:KNOWS]->(p) RETURN a, q, b',
  'MATCH (p:P {id: $id})-[:KNOWS]->(q) RETURN q.name, count(*), collect(q.id)',
  'MATCH (p:P) WHERE p.age < $id RETURN count(*), sum(p.age)',
  'MATCH (p:P) RETURN count(p), count(p.age)',
  'MATCH (p:P) WHERE p.id >= $id RETURN p.id LIMIT 3',
  'UNWIND range(1, $id) AS x RETURN x ORDER BY x DESC LIMIT 2',
  'MATCH (p:P {id: $id}) OPTIONAL MATCH (p)-[:KNOWS]->(q {age: $id}) RETURN q.id',
  'MATCH (p:P {id: $id}) RETURN COUNT { (p)-[:KNOWS]->() }',
  'RETURN $id AS x UNION RETURN 7 AS x',
];

describe('a statement that is run again', () => {
  const database = social();

  test.each(READS)('%s gives what it gives at first, for each of its parameters', (query) => {
    const ids = [3, 17, 3, 500, 199, 3];
    const expected = ids.map((id) => new Database({}, database.store).rows(query, { id }));

    expect(ids.map((id) => database.rows(query, { id }))).toEqual(expected);
    expect(ids.map((id) => database.rows(query, { id }, 1))).toEqual(expected);
  });

  test.each(READS)('%s gives the same in two executions that run in turns', (query) => {
    const [left, right] = [database.start(query, { id: 3 }), database.start(query, { id: 17 })];

    for (let done = 0; done < 2; ) {
      done = Number(left.next(1) === 'done') + Number(right.next(1) === 'done');
    }

    expect(left.rows.map((row) => row.map(plain))).toEqual(database.rows(query, { id: 3 }));
    expect(right.rows.map((row) => row.map(plain))).toEqual(database.rows(query, { id: 17 }));
  });

  test('gives the same after one that failed, or that was given up', () => {
    const query = 'MATCH (p:P {id: 5})-[:KNOWS]->(q) RETURN q.id / $by';
    const expected = database.rows(query, { by: 1 });

    expect(failureOf(() => database.run(query, { by: 0 })).detail).toBe('DivisionByZero');
    expect(database.rows(query, { by: 1 })).toEqual(expected);
    const given = database.start(query, { by: 1 });
    given.next(1);
    given.cancel();
    expect(database.rows(query, { by: 1 })).toEqual(expected);
  });

  test('leaves what the execution before it has answered', () => {
    const query = 'MATCH (p:P {id: $id}) RETURN p, p.age';
    const first = database.start(query, { id: 3 });
    first.next(Number.POSITIVE_INFINITY);
    const second = database.start(query, { id: 4 });

    first.cancel();
    first.commit(1);
    second.next(Number.POSITIVE_INFINITY);

    expect(first.rows.map((row) => row.map(plain))).toEqual([['(:P {age: 3, id: 3, name: "p3"})', 3]]);
    expect(second.rows.map((row) => row.map(plain))).toEqual([['(:P {age: 4, id: 4, name: "p4"})', 4]]);
  });

  test('counts its own changes, and rolls back its own alone', () => {
    const create = 'UNWIND range(1, $count) AS i CREATE (q:Q {id: i}) RETURN q.id';

    const first = database.run(create, { count: 2 });
    const given = database.start(create, { count: 50 });
    given.next(10);
    given.cancel();
    const second = database.run(create, { count: 3 });

    expect([first.counters.nodesCreated, second.counters.nodesCreated]).toEqual([2, 3]);
    expect(database.rows('MATCH (q:Q) RETURN count(*)')).toEqual([[5]]);
    expect(database.rows('MATCH (q:Q {id: $id}) SET q.id = -1 RETURN q', { id: 3 })).toEqual([['(:Q {id: -1})']]);
    expect(database.rows('MATCH (q:Q {id: $id}) SET q.id = -1 RETURN q', { id: 3 })).toEqual([]);
    expect(database.changes('MATCH (q:Q {id: $id}) DETACH DELETE q', { id: 1 })).toEqual({ nodesDeleted: 2 });
    expect(database.changes('MATCH (q:Q {id: $id}) DETACH DELETE q', { id: 1 })).toEqual({});
  });

  test('asks for the time and the dice of its own execution', () => {
    const query = 'RETURN rand() AS dice, timestamp() AS now';
    const runAt = (seed: number, nowMs: number) => {
      const execution = database.engine.start(query, new Map(), { seed, nowMs });
      execution.next(Number.POSITIVE_INFINITY);
      return execution.rows;
    };

    expect(runAt(1, 10)).toEqual(runAt(1, 10));
    expect(runAt(2, 10)).not.toEqual(runAt(1, 10));
    expect(runAt(1, 11)[0]![1]).toBe(11);
  });

  test('holds back no versions when it is done', () => {
    const before = database.store.memoryBytes;

    for (let i = 0; i < 100; i++) {
      database.run('MATCH (p:P {id: 9}) SET p.age = $age', { age: i });
      database.run('MATCH (p:P {id: 9}) RETURN p.age');
    }

    expect(database.store.memoryBytes).toBeLessThanOrEqual(before + 64);
  });
});
