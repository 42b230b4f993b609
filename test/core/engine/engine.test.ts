import { describe, expect, test } from 'vitest';
import { Engine } from '../../../core/engine/engine.ts';
import { TextCache } from '../../../core/engine/plan-cache.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { Database, failureOf } from './database.ts';

describe('prepare', () => {
  test.each([
    { text: 'MATCH (n) RETURN n', kind: 'read' },
    { text: 'MATCH (n) SET n.x = 1', kind: 'write' },
    { text: 'CREATE INDEX FOR (n:N) ON (n.x)', kind: 'schema' },
    { text: 'SHOW INDEXES', kind: 'read' },
    { text: 'SHOW DATABASES', kind: 'system' },
  ])('$text: $kind', ({ text, kind }) => {
    expect(new Database().engine.prepare(text).kind).toBe(kind);
  });

  test('keeps what it has prepared', () => {
    const { engine } = new Database();

    expect(engine.prepare('RETURN 1')).toBe(engine.prepare('RETURN 1'));
  });
});

describe('USE', () => {
  const engine = new Engine(new GraphStore(), { clusterId: 'c', database: 'flights' });

  test.each([
    'USE flights MATCH (n) RETURN n',
    'USE GRAPH flights MATCH (n) RETURN n',
    'use `Flights` RETURN 1 AS x UNION USE flights RETURN 2 AS x',
    'MATCH (n) CALL (n) { USE flights RETURN 1 AS x } RETURN x',
  ])('may name the database that is asked: %s', (statement) => {
    expect(engine.prepare(statement).kind).toBe('read');
  });

  test.each([
    'USE trains RETURN 1',
    'RETURN 1 AS x UNION USE trains RETURN 2 AS x',
    'CALL () { USE a.b RETURN 1 AS x } RETURN x',
  ])('and no other: %s', (statement) => {
    expect(failureOf(() => engine.prepare(statement))).toMatchObject({
      code: 'Neo.ClientError.Statement.NotSupported',
      message: expect.stringContaining('this one is flights'),
    });
  });
});

test.each(['SHOW DATABASES', 'SHOW INSTANCES YIELD name', 'DROP DATABASE a'])('%s is refused here', (statement) => {
  expect(failureOf(() => new Database().run(statement)).code).toBe('Neo.ClientError.Statement.NotSupported');
});

test('a missing parameter is named before anything runs, and no writer is left open', () => {
  const database = new Database();

  const failure = failureOf(() => database.start('CREATE (:A {x: $x, y: $y})', { x: 1 }));

  expect(failure.code).toBe('Neo.ClientError.Statement.ParameterMissing');
  expect(failure.message).toContain('$y');
  expect(database.changes('CREATE ()')).toEqual({ nodesCreated: 1 });
});

test('one plan serves two executions at once, each with its own parameters', () => {
  const database = new Database();
  database.run('UNWIND range(1, 3000) AS i CREATE (:N {x: i})');
  const query = 'MATCH (n:N) WHERE n.x > $x RETURN count(*)';
  const first = database.start(query, { x: 1000 });
  const second = database.start(query, { x: 2000 });

  while (first.next(100) === 'paused') second.next(100);
  while (second.next(100) === 'paused');

  expect([first.rows, second.rows]).toEqual([[[2000]], [[1000]]]);
});

test('a plan made for a small graph is made anew for a large one', () => {
  const database = new Database();
  database.run('CREATE (:Big)-[:R]->(:Small)');
  const query = 'MATCH (b:Big)-[:R]->(s:Small) RETURN count(*)';
  const starts = () => {
    let plan = database.run(`EXPLAIN ${query}`).plan;
    while (plan?.children[0] && plan.operatorType !== 'ScanAllByLabel') plan = plan.children[0];
    return plan?.arguments.get('Details');
  };
  expect(starts()).toBe('b:Big');

  database.run('UNWIND range(1, 5000) AS i CREATE (:Big)');

  expect(starts()).toBe('s:Small');
});

test('rand() depends on the seed alone', () => {
  const database = new Database();
  const ask = (seed: number) => {
    const execution = database.engine.start('RETURN rand() AS a, rand() AS b', new Map(), { seed, nowMs: 0 });
    execution.next(Number.POSITIVE_INFINITY);
    return execution.rows;
  };

  expect(ask(1)).toEqual(ask(1));
  expect(ask(1)).not.toEqual(ask(2));
});

describe('the cache of texts', () => {
  test('drops what has not been used for longest when it is full', () => {
    const cache = new TextCache<number>({ plansMax: 2, planTextMax: 100 });
    cache.put('a', 1);
    cache.put('b', 2);
    cache.get('a');

    cache.put('c', 3);

    expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual([1, undefined, 3]);
  });

  test('is bounded in the length of its texts', () => {
    const cache = new TextCache<number>({ plansMax: 100, planTextMax: 10 });
    cache.put('aaaa', 1);
    cache.put('bbbb', 2);

    cache.put('cccc', 3);
    cache.put('d'.repeat(11), 4);

    expect(cache.size).toBe(2);
    expect(cache.get('aaaa')).toBeUndefined();
    expect(cache.get('d'.repeat(11))).toBeUndefined();
  });
});
