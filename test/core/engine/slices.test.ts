import { describe, expect, test } from 'vitest';
import { Database, failureOf, plain } from './database.ts';

/** A ring of nodes 0..count-1, each joined to the next. */
function ring(count: number, limits = {}): Database {
  const database = new Database(limits);
  database.run('CREATE INDEX n_id FOR (n:N) ON (n.id)');
  database.run('UNWIND range(0, $last) AS i CREATE (:N {id: i})', { last: count - 1 });
  database.run('MATCH (a:N) MATCH (b:N {id: (a.id + 1) % $count}) CREATE (a)-[:NEXT]->(b)', { count });
  return database;
}

describe('a statement in slices', () => {
  const database = ring(3_000);

  test.each([
    'MATCH (n:N) RETURN count(*), sum(n.id)',
    'MATCH (a:N)-[:NEXT]->(b)-[:NEXT]->(c) RETURN c.id ORDER BY c.id DESC LIMIT 5',
    'MATCH (a:N) OPTIONAL MATCH (a)-[:NEXT]->(b {id: 2500}) RETURN a.id, b.id',
    'MATCH (a:N {id: 0})-[:NEXT*..2000]->(b) RETURN count(b)',
    'MATCH (a:N {id: 0}), (b:N {id: 1400}) MATCH p = shortestPath((a)-[:NEXT*]-(b)) RETURN length(p)',
    'MATCH (a:N) WHERE NOT (a)-[:NEXT]->()-[:NEXT]->({id: 7}) RETURN count(*)',
    'UNWIND range(1, 2500) AS x RETURN DISTINCT x % 7 AS y ORDER BY y',
    'MATCH (n:N) WITH n SKIP 1500 LIMIT 700 RETURN min(n.id), max(n.id)',
  ])('%s gives the same rows, whatever a slice may spend', (query) => {
    const whole = database.rows(query);

    expect(database.rows(query, {}, 1)).toEqual(whole);
    expect(database.rows(query, {}, 1_500)).toEqual(whole);
  });

  test('a slice does not spend much more than it may', () => {
    const execution = database.start('MATCH (a:N), (b:N) RETURN count(*)');
    let slices = 0;

    while (execution.next(100_000) === 'paused') slices++;

    expect(slices).toBeGreaterThan(80);
    expect(execution.rows).toEqual([[9_000_000]]);
  });
});

describe('a reader between whose slices others write', () => {
  test('sees the graph as it was when it began', () => {
    const database = ring(2_000);
    const query = 'MATCH (a:N)-[:NEXT]->(b) RETURN count(*) AS c, sum(b.id) AS s';
    const before = database.rows(query);
    const reader = database.start(query);
    expect(reader.next(500)).toBe('paused');

    database.run('MATCH (n:N) WHERE n.id > 1000 DETACH DELETE n');
    expect(reader.next(500)).toBe('paused');
    database.run('MATCH (n:N) SET n.id = 0');
    database.run('UNWIND range(1, 100) AS i CREATE (:N {id: 1})-[:NEXT]->(:N {id: 1})');
    while (reader.next(500) === 'paused');

    expect(reader.rows.map((row) => row.map(plain))).toEqual(before);
    expect(database.rows(query)).not.toEqual(before);
  });

  test('does not see what a statement has written that is not committed yet, nor what is rolled back', () => {
    const database = ring(2_000);
    const query = 'MATCH (a:N)-[:NEXT]->(b) RETURN count(*), sum(b.id), count(a.fresh)';
    const before = database.rows(query);
    const writer = database.start(
      'MATCH (a:N)-[r:NEXT]->(b) DELETE r SET a.fresh = 1 CREATE (b)-[:NEXT]->(:N {id: 1})',
    );
    let slices = 0;
    for (; writer.next(300) === 'paused'; slices++) expect(database.rows(query)).toEqual(before);
    expect(slices).toBeGreaterThan(5);
    expect(database.rows(query)).toEqual(before);

    writer.cancel();

    expect(database.rows(query)).toEqual(before);
  });

  test('goes on when the index that it uses is dropped', () => {
    const database = ring(2_000);
    const reader = database.start('UNWIND range(0, 1999) AS i MATCH (n:N {id: i}) RETURN count(n)');
    expect(reader.next(500)).toBe('paused');

    database.run('DROP INDEX n_id');
    database.run('MATCH (n:N) DETACH DELETE n');
    while (reader.next(500) === 'paused');

    expect(reader.rows).toEqual([[2_000]]);
  });

  test('lets go of its snapshot when it is cancelled', () => {
    const database = ring(100);
    const reader = database.start('MATCH (n:N) RETURN n');
    reader.next(1);

    reader.cancel();
    reader.cancel();

    expect(database.rows('MATCH (n:N) RETURN count(*)')).toEqual([[100]]);
  });

  test('reads the snapshot that it is given', () => {
    const database = ring(10);
    const snapshot = database.store.openSnapshot();
    database.run('MATCH (n:N {id: 3}) SET n.id = 300');

    const execution = database.start('MATCH (n:N {id: 3}) RETURN n.id', {}, snapshot);
    execution.next(Number.POSITIVE_INFINITY);

    expect(execution.rows).toEqual([[3]]);
    snapshot.close();
  });
});

describe('a statement past its budget ends with an error that names the limit', () => {
  test.each([
    {
      limits: { workMax: 10_000 },
      query: 'MATCH (a:N), (b:N) RETURN count(*)',
      detail: 'WorkLimitExceeded',
      name: 'workMax',
    },
    {
      limits: { workMax: 10_000 },
      query: 'RETURN size(range(1, 100000))',
      detail: 'WorkLimitExceeded',
      name: 'workMax',
    },
    { limits: { rowsMax: 100 }, query: 'MATCH (n:N) RETURN n.id', detail: 'RowsLimitExceeded', name: 'rowsMax' },
    {
      limits: { bytesMax: 10_000 },
      query: 'MATCH (n:N) RETURN collect(n.id)',
      detail: 'BytesLimitExceeded',
      name: 'bytesMax',
    },
    { limits: { bytesMax: 10_000 }, query: 'MATCH (n:N) RETURN n', detail: 'BytesLimitExceeded', name: 'bytesMax' },
    {
      limits: { bytesMax: 10_000 },
      query: 'MATCH (n:N) RETURN DISTINCT n.id',
      detail: 'BytesLimitExceeded',
      name: 'bytesMax',
    },
    {
      limits: { bytesMax: 3_000 },
      query: 'MATCH (n:N) WITH n.id AS id ORDER BY id RETURN count(*)',
      detail: 'BytesLimitExceeded',
      name: 'bytesMax',
    },
  ])('$limits: $query', ({ limits, query, detail, name }) => {
    const { store } = ring(500);
    const database = new Database(limits, store);

    const failure = failureOf(() => database.run(query));

    expect(failure.detail).toBe(detail);
    expect(failure.message).toContain(name);
  });

  test.each([
    ['creates', 'UNWIND range(1, 1000) AS a UNWIND range(1, 1000) AS b UNWIND range(1, 1000) AS c CREATE (:B {x: a})'],
    ['merges', 'UNWIND range(1, 1000) AS a UNWIND range(1, 1000) AS b MERGE (:B {x: a, y: b})'],
    ['sets', 'UNWIND range(1, 1000) AS a UNWIND range(1, 1000) AS b MATCH (n:A) SET n.x = a * b'],
    ['for each', 'FOREACH (a IN range(1, 1000000) | CREATE (:B {x: a}))'],
    ['and counts', 'UNWIND range(1, 1000) AS a UNWIND range(1, 1000) AS b CREATE (n:B) RETURN count(n)'],
  ])('a transaction that %s without end is stopped before it fills the memory, and rolled back', (_, query) => {
    const database = new Database({ changesMax: 3_000 });
    database.run('CREATE (:A)');
    const checksum = database.store.checksum();

    for (const sliceWork of [500, Number.POSITIVE_INFINITY]) {
      const execution = database.start(query);
      const failure = failureOf(() => {
        while (execution.next(sliceWork) === 'paused');
      });

      expect(failure.code).toBe('Neo.TransientError.General.MemoryPoolOutOfMemoryError');
      expect(failure.message).toContain('changesMax (3000)');
      // A batch may go past it, but not what comes after.
      expect(execution.counters.nodesCreated + execution.counters.propertiesSet).toBeLessThan(10_000);
      expect(database.store.checksum()).toBe(checksum);
    }
    expect(database.changes('CREATE (:B)')).toEqual({ nodesCreated: 1, labelsAdded: 1 });
  });

  test('a statement of many transactions may change more than one may', () => {
    const database = new Database({ changesMax: 300 });

    database.run('UNWIND range(1, 1000) AS i CALL (i) { CREATE (:B {x: i}) } IN TRANSACTIONS OF 50 ROWS');

    expect(database.rows('MATCH (n:B) RETURN count(*)')).toEqual([[1_000]]);
  });

  test('and what it has written is rolled back', () => {
    const database = new Database({ workMax: 5_000 });
    database.run('CREATE (:A)');
    const checksum = database.store.checksum();

    expect(() => database.run('UNWIND range(1, 4000) AS i CREATE (:B {x: i})')).toThrow(/workMax/);

    expect(database.store.checksum()).toBe(checksum);
    expect(database.changes('CREATE (:B)')).toEqual({ nodesCreated: 1, labelsAdded: 1 });
  });
});

test('a long expression costs more work than a short one, so that it reaches the limit sooner', () => {
  const limited = new Database({ workMax: 1_000 });
  const query = (condition: string) => `UNWIND range(1, 100) AS x WITH x WHERE ${condition} RETURN count(*)`;
  const long = Array.from({ length: 20 }, (_, i) => `x * ${i} + x > -1`).join(' AND ');

  expect(limited.rows(query('x > -1'))).toEqual([[100]]);
  expect(() => limited.run(query(long))).toThrow('workMax');
});
