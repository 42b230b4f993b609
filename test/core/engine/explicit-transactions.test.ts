import { beforeEach, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';
import { OpenTransaction } from './open-transaction.ts';

const OUTDATED = 'Neo.TransientError.Transaction.Outdated';

let database: Database;
let first: OpenTransaction;
let second: OpenTransaction;
beforeEach(() => {
  database = new Database();
  database.run('CREATE CONSTRAINT one FOR (c:City) REQUIRE c.name IS UNIQUE');
  database.run('CREATE (:A {x: 1})-[:R]->(:B {x: 1}), (:C {x: 1})');
  first = new OpenTransaction(database);
  second = new OpenTransaction(database);
});

function seen(by: { rows(text: string): unknown[][] }, label: string): unknown {
  return by
    .rows(`MATCH (n:${label}) RETURN n.x`)
    .map(([x]) => x)
    .join();
}

describe('what others see', () => {
  test('is nothing of a transaction that is open, and all of it at once when it commits', () => {
    first.rows('MATCH (n:A) SET n.x = 2');
    first.rows('MATCH (n:B) SET n.x = 2');

    expect([seen(first, 'A'), seen(second, 'A'), seen(database, 'A')]).toEqual(['2', '1', '1']);
    expect(first.commit()).toBe(database.store.lsn);
    expect([seen(database, 'A'), seen(database, 'B')]).toEqual(['2', '2']);
    expect([seen(second, 'A'), seen(second, 'B')]).toEqual(['1', '1']);
  });

  test('is nothing of one that is rolled back, not even names', () => {
    const names = database.store.tokens.label.count;
    first.rows('CREATE (:New {fresh: 1})');
    database.run('CREATE (:Other)');
    first.rows('CREATE (:New {fresh: 2})');

    first.rollback();

    expect(database.rows('MATCH (n:New) RETURN n')).toEqual([]);
    expect(database.store.tokens.label.count).toBe(names + 1);
  });

  test('a reading statement that has paused goes on with its snapshot while transactions come and go', () => {
    const execution = database.start('UNWIND range(1, 500) AS i MATCH (n:A) RETURN sum(n.x)');
    expect(execution.next(20)).toBe('paused');
    first.rows('MATCH (n:A) SET n.x = 7');
    expect(execution.next(20)).toBe('paused');
    first.commit();

    while (execution.next(50) !== 'done');

    expect(execution.rows).toEqual([[500]]);
  });

  test('is nothing in the checksum either, which tells what is committed', () => {
    const before = database.store.checksum();
    first.rows('MATCH (n:A) SET n.x = 2 CREATE (:City {name: "Zürich"})');

    expect(database.store.checksum()).toBe(before);
    first.commit();
    expect(database.store.checksum()).not.toBe(before);
  });

  test('others write while it reads, also when a statement before has found nothing to change', () => {
    first.rows('MATCH (n:Nobody) SET n.x = 2');
    const execution = first.start('UNWIND range(1, 500) AS i MATCH (n:A) RETURN sum(n.x)');
    expect(execution.next(20)).toBe('paused');

    database.run('MATCH (n:A) SET n.x = 7');
    while (execution.next(50) !== 'done');

    expect(execution.rows).toEqual([[500]]);
    expect(seen(database, 'A')).toBe('7');
  });
});

describe('an index that is made while transactions are open', () => {
  test('comes online without what they have not committed, and is right for each of them and after them', () => {
    first.rows('MATCH (n:A) SET n.x = 2 CREATE (:A {x: 3})');
    second.rows('MATCH (n:B) SET n:A');
    database.run('CREATE INDEX by_x FOR (n:A) ON (n.x)');
    first.rows('CREATE (:A {x: 4})');

    database.store.populateIndexes(1_000);

    expect(database.store.indexes.byName('by_x')!.isOnline).toBe(true);
    const found = (by: { rows(text: string): unknown[][] }) =>
      by.rows('UNWIND range(1, 4) AS x MATCH (n:A {x: x}) RETURN x ORDER BY x').join();
    expect([found(database), found(first), found(second)]).toEqual(['1', '2,3,4', '1,1']);
    first.rollback();
    second.commit();
    expect(found(database)).toBe('1,1');
  });

  test('does not come online while a statement of one is at work', () => {
    const creation = database.start('CREATE INDEX by_x FOR (n:A) ON (n.x)');
    creation.next(1);
    database.store.acknowledge(creation.commit(1)!.lsn);
    const execution = first.start('UNWIND range(1, 200) AS i CREATE (:A {x: i})');
    expect(execution.next(20)).toBe('paused');

    database.store.populateIndexes(1_000);
    expect(database.store.indexes.byName('by_x')!.isOnline).toBe(false);

    while (execution.next(1_000) !== 'done');
    database.store.populateIndexes(1_000);
    expect(database.store.indexes.byName('by_x')!.isOnline).toBe(true);
    first.rollback();
    expect(database.rows('MATCH (n:A {x: 5}) RETURN count(n)')).toEqual([[0]]);
  });
});

describe('what a transaction sees', () => {
  test('is its snapshot and its own changes, through scans, indexes and expansions', () => {
    first.rows("CREATE (:City {name: 'Zürich', x: 1})");
    database.run("CREATE (:City {name: 'Auckland', x: 2})");
    database.run('MATCH (a:A)-[r]->() DELETE r');
    first.rows('MATCH (a:A) CREATE (a)-[:R]->(:D)');

    expect(first.rows('MATCH (c:City) RETURN c.name')).toEqual([['Zürich']]);
    expect(first.rows("MATCH (c:City {name: 'Auckland'}) RETURN c")).toEqual([]);
    expect(first.rows("MATCH (c:City {name: 'Zürich'}) RETURN c.x")).toEqual([[1]]);
    expect(first.rows('MATCH (:A)-[:R]->(n) RETURN labels(n)[0] AS l ORDER BY l')).toEqual([['B'], ['D']]);
    expect(first.rows('MATCH (n) RETURN count(n)')).toEqual([[5]]);
    first.commit();
    expect(database.rows('MATCH (:A)-[:R]->(n) RETURN labels(n)')).toEqual([[['D']]]);
    expect(database.rows('MATCH (c:City) RETURN count(c)')).toEqual([[2]]);
  });

  test('does not change when others commit, though it has read before: no read skew', () => {
    expect(seen(second, 'A')).toBe('1');
    first.rows('MATCH (n) WHERE n.x = 1 SET n.x = 2');
    first.commit();

    expect(seen(second, 'B')).toBe('1');
    expect(second.commit()).toBeUndefined();
  });

  test('names that others have defined meanwhile keep their meaning', () => {
    first.rows('CREATE (:Alpha {p: 1})-[:S]->(:Beta)');
    database.run('CREATE (:Gamma {q: 1})-[:T]->(:Alpha)');
    first.rows('MATCH (n:Alpha) SET n.r = 2');
    first.commit();

    expect(database.rows('MATCH (n:Alpha) WHERE n.p = 1 RETURN n.r')).toEqual([[2]]);
    expect(database.rows('MATCH (:Alpha)-[r]->(:Beta) RETURN type(r)')).toEqual([['S']]);
    expect(database.rows('MATCH (:Gamma)-[r]->(:Alpha) RETURN type(r)')).toEqual([['T']]);
  });
});

describe('the first writer wins', () => {
  test.each([
    { by: 'MATCH (n:A) SET n.x = 2', other: 'MATCH (n:A) SET n.x = 3' },
    { by: 'MATCH (n:A) SET n.x = 2', other: 'MATCH (n:A) SET n:New' },
    { by: 'MATCH (n:A) SET n.x = 2', other: 'MATCH (n:A) DETACH DELETE n' },
    { by: 'MATCH (n:C) CREATE (n)-[:R]->(n)', other: 'MATCH (n:C) DETACH DELETE n' },
    { by: 'MATCH (n:C) DETACH DELETE n', other: 'MATCH (n:C) CREATE (n)-[:R]->(n)' },
    { by: 'MATCH ()-[r:R]->() SET r.x = 1', other: 'MATCH ()-[r:R]->() DELETE r' },
    { by: "CREATE (:City {name: 'Zürich'})", other: "CREATE (:City {name: 'Zürich'})" },
  ])('$by, then $other', ({ by, other }) => {
    const third = new OpenTransaction(database);
    first.rows(by);

    expect(failureOf(() => second.rows(other)).code).toBe(OUTDATED);
    expect(second.isOpen).toBe(false);
    expect(failureOf(() => database.run(other)).code).toBe(OUTDATED);
    first.commit();
    expect(failureOf(() => third.rows(other)).code).toBe(OUTDATED);
  });

  test.each([
    {
      constraint: 'FOR (n:Seat) REQUIRE (n.row, n.place) IS UNIQUE',
      take: 'CREATE (:Seat {row: 1, place: 2})',
      other: 'CREATE (:Seat {row: 1, place: 3})',
      free: 'MATCH (n:Seat {row: 1, place: 2}) SET n.place = 9',
    },
    {
      constraint: 'FOR (n:Seat) REQUIRE (n.row, n.place) IS NODE KEY',
      take: 'CREATE (:Seat {row: 1, place: 2})',
      other: 'CREATE (:Seat {row: 2, place: 2})',
      free: 'MATCH (n:Seat {row: 1, place: 2}) DELETE n',
    },
    {
      constraint: 'FOR ()-[r:SEAT]-() REQUIRE (r.row, r.place) IS UNIQUE',
      take: 'MATCH (a:A), (b:B) CREATE (a)-[:SEAT {row: 1, place: 2}]->(b)',
      other: 'MATCH (a:A), (b:B) CREATE (a)-[:SEAT {row: 2, place: 2}]->(b)',
      free: 'MATCH ()-[r:SEAT {row: 1, place: 2}]->() SET r.row = 9',
    },
    {
      constraint: 'FOR ()-[r:SEAT]-() REQUIRE (r.row, r.place) IS RELATIONSHIP KEY',
      take: 'MATCH (a:A), (b:B) CREATE (a)-[:SEAT {row: 1, place: 2}]->(b)',
      other: 'MATCH (a:A), (b:B) CREATE (a)-[:SEAT {row: 1, place: 1}]->(b)',
      free: 'MATCH ()-[r:SEAT {row: 1, place: 2}]->() DELETE r',
    },
  ])('a value that must be unique, with $constraint', ({ constraint, take, other, free }) => {
    const violation = 'Neo.ClientError.Schema.ConstraintValidationFailed';
    database.run(`CREATE CONSTRAINT seat ${constraint}`);
    const open = () => new OpenTransaction(database);

    // Taken by one who may yet let go of it: nobody is told that it is taken for good.
    const taker = open();
    const witness = open();
    taker.rows(take);
    expect(failureOf(() => open().rows(take)).code).toBe(OUTDATED);
    expect(failureOf(() => database.run(take)).code).toBe(OUTDATED);
    const neighbour = open();
    neighbour.rows(other);
    neighbour.commit();
    taker.commit();
    expect(failureOf(() => witness.rows(take)).code).toBe(OUTDATED);
    expect(failureOf(() => open().rows(take)).code).toBe(violation);
    // Let go of by one who may yet have it back.
    const leaver = open();
    leaver.rows(free);
    expect(failureOf(() => open().rows(take)).code).toBe(OUTDATED);
    expect(failureOf(() => database.run(take)).code).toBe(OUTDATED);
    leaver.commit();
    database.run(take);
  });

  test('relationships may be joined to one node by several, and other properties of other nodes changed', () => {
    first.rows('MATCH (n:C) CREATE (n)-[:R {by: 1}]->(n)');
    second.rows('MATCH (n:C) CREATE (n)-[:R {by: 2}]->(n)');
    database.run('MATCH (n:C) SET n.x = 5');
    first.commit();
    second.commit();

    expect(database.rows('MATCH (:C {x: 5})-[r]->() RETURN r.by AS by ORDER BY by')).toEqual([[1], [2]]);
  });

  test('what a transaction had in hand is free when it has ended', () => {
    first.rows("MATCH (n:A) SET n.x = 2 CREATE (:City {name: 'Zürich'})");
    first.rollback();
    second.rows("MATCH (n:A) SET n.x = 3 CREATE (:City {name: 'Zürich'})");
    second.commit();

    expect(seen(database, 'A')).toBe('3');
  });
});

test('write skew is allowed, as snapshot isolation has it', () => {
  first.rows('MATCH (a:A), (b:B) WHERE a.x + b.x = 2 SET a.x = 0');
  second.rows('MATCH (a:A), (b:B) WHERE a.x + b.x = 2 SET b.x = 0');
  first.commit();
  second.commit();

  expect([seen(database, 'A'), seen(database, 'B')]).toEqual(['0', '0']);
});

test.each([
  'RETURN 1 / 0',
  'MATCH (n:A) SET n.x = 1 / 0',
  'nonsense',
  'RETURN $missing',
  'CREATE INDEX FOR (n:A) ON (n.x)',
])('a statement that fails ends its transaction: %s', (text) => {
  first.rows('MATCH (n:A) SET n.x = 2');

  failureOf(() => first.rows(text));

  expect(first.isOpen).toBe(false);
  expect(seen(database, 'A')).toBe('1');
});

test('a constraint that was made meanwhile is asked at the commit', () => {
  first.rows('CREATE (:Town)');
  database.run('CREATE CONSTRAINT named FOR (t:Town) REQUIRE t.name IS NOT NULL');

  expect(failureOf(() => first.commit()).code).toBe('Neo.ClientError.Schema.ConstraintValidationFailed');
  expect(first.isOpen).toBe(false);
});

test('a transaction that grows too large is rolled back', () => {
  const { code } = failureOf(() => first.rows('UNWIND range(1, 2000) AS i CREATE (:Many)'));

  expect(code).toBe('Neo.TransientError.General.TransactionMemoryLimit');
  expect(database.rows('MATCH (n:Many) RETURN count(n)')).toEqual([[0]]);
});
