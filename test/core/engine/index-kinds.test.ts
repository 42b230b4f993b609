/** Indexes on several properties and on relationships, and what they are while they are being populated. */
import { beforeEach, describe, expect, test } from 'vitest';
import type { PlanDescription } from '../../../core/planner/describe.ts';
import { Database, failureOf, type Parameters } from './database.ts';

let database: Database;
beforeEach(() => {
  database = new Database();
});

/** The seeks of a plan, with what they look for. */
function seeksOf(text: string): string[] {
  const found: string[] = [];
  const visit = ({ operatorType, arguments: given, children }: PlanDescription): void => {
    if (operatorType.includes('Seek')) found.push(`${operatorType} ${String(given.get('Details'))}`);
    children.forEach(visit);
  };
  visit(database.run(`EXPLAIN ${text}`).plan!);
  return found;
}

describe('an index on several properties', () => {
  beforeEach(() => {
    database.run(
      "UNWIND range(0, 999) AS i CREATE (:P {last: 'n' + toString(i % 10), first: i % 100, age: toFloat(i % 7), i: i}), (:P {last: 'n1', i: i})",
    );
  });

  test.each([
    ["MATCH (p:P {last: 'n3', first: 3, age: 2}) RETURN p.i AS i ORDER BY i", "p:P(last, first, age) = 'n3', 3, 2"],
    [
      "MATCH (p:P) WHERE p.last = 'n3' AND p.first >= 50 AND p.age IS NOT NULL RETURN p.i AS i ORDER BY i",
      "p:P(last = 'n3' AND first >= 50)",
    ],
    [
      "MATCH (p:P) WHERE p.last = 'n3' AND p.first = 13 AND 1 < p.age <= 3 RETURN p.i AS i ORDER BY i",
      "p:P(last = 'n3' AND first = 13 AND age > 1 AND age <= 3)",
    ],
    [
      "MATCH (p:P) WHERE p.last = 'n3' AND p.first IN [3, 13] AND p.age <> 1 RETURN p.i AS i ORDER BY i",
      "p:P(last = 'n3' AND first IS NOT NULL)",
    ],
    ["MATCH (p:P) WHERE p.last > 'n8' AND p.first = 9 AND p.age = 1 RETURN p.i AS i ORDER BY i", "p:P(last > 'n8')"],
  ])('%s', (text, sought) => {
    const scanned = database.rows(text);
    expect(scanned.length).toBeGreaterThan(0);
    database.run('CREATE INDEX three FOR (p:P) ON (p.last, p.first, p.age)');

    expect(seeksOf(text).map((seek) => seek.replace(/^\w+ /, ''))).toEqual([sought]);
    expect(database.rows(text)).toEqual(scanned);
  });

  test('finds nothing else than what must have all of the properties, and so is not used otherwise', () => {
    database.run('CREATE INDEX three FOR (p:P) ON (p.last, p.first, p.age)');

    expect(seeksOf("MATCH (p:P {last: 'n1', first: 1}) RETURN p")).toEqual([]);
    expect(database.rows("MATCH (p:P {last: 'n1'}) WHERE p.first IS NULL RETURN count(*)")).toEqual([[1000]]);
  });

  test.each<Parameters>([{ first: null }, { first: 'x' }, { first: [1] }, { first: true }, { first: 2n ** 60n }])(
    'a value of another type finds what a scan finds: %o',
    (parameters) => {
      const text = "MATCH (p:P) WHERE p.last = 'n3' AND p.first > $first AND p.age >= 0 RETURN count(*)";
      const scanned = database.rows(text, parameters);
      database.run('CREATE INDEX three FOR (p:P) ON (p.last, p.first, p.age)');

      expect(database.rows(text, parameters)).toEqual(scanned);
    },
  );

  test('is shown in both forms, and its statement makes it again', () => {
    database.run('CREATE INDEX FOR (p:P) ON (p.last, p.first)');

    expect(database.rows('SHOW INDEXES YIELD name, labelsOrTypes, properties, createStatement')).toEqual([
      [
        'index_P_last_first',
        ['P'],
        ['last', 'first'],
        'CREATE RANGE INDEX `index_P_last_first` FOR (n:`P`) ON (n.`last`, n.`first`)',
      ],
    ]);
    expect(database.rows('SHOW INDEX INFO')).toEqual([['label+property', 'P', ['last', 'first'], 1000]]);
    expect(failureOf(() => database.run('CREATE INDEX again FOR (p:P) ON (p.last, p.first)')).code).toBe(
      'Neo.ClientError.Schema.IndexAlreadyExists',
    );
    database.run('CREATE INDEX other_order FOR (p:P) ON (p.first, p.last)');
    database.run('DROP INDEX ON :P(last, first)');
    expect(database.rows('SHOW INDEXES YIELD name')).toEqual([['other_order']]);
  });
});

describe('an index on relationships', () => {
  beforeEach(() => {
    database.run(
      "UNWIND range(0, 199) AS i CREATE (a:A {i: i})-[:R {id: i, kind: 'k' + toString(i % 5)}]->(:B {i: i}), (a)-[:S {id: i}]->(a)",
    );
    database.run('MATCH (a:A {i: 0}) CREATE (a)-[:R {id: 1000}]->(a)');
    database.run('CREATE INDEX by_id FOR ()-[r:R]-() ON (r.id)');
    database.run('CREATE INDEX by_both FOR ()-[r:R]-() ON (r.kind, r.id)');
  });

  test.each([
    ['MATCH (a)-[r:R {id: 7}]->(b) RETURN a.i, b.i', [[7, 7]], ['RelationshipIndexSeek r:R(id) = 7']],
    ['MATCH (b)<-[r:R {id: 7}]-(a) RETURN a.i, labels(b)', [[7, ['B']]], ['RelationshipIndexSeek r:R(id) = 7']],
    [
      'MATCH (x)-[r:R {id: 7}]-(y) RETURN labels(x) AS x, labels(y) ORDER BY x',
      [
        [['A'], ['B']],
        [['B'], ['A']],
      ],
      ['RelationshipIndexSeek r:R(id) = 7'],
    ],
    ['MATCH (x)-[r:R {id: 1000}]-(y) RETURN x.i, y.i', [[0, 0]], ['RelationshipIndexSeek r:R(id) = 1000']],
    ['MATCH (x)-[r:R {id: 1000}]-(x) RETURN x.i', [[0]], ['RelationshipIndexSeek r:R(id) = 1000']],
    [
      'MATCH (x)-[r:R]->(:B) WHERE 3 <= r.id < 5 RETURN r.id AS id ORDER BY id',
      [[3], [4]],
      ['RelationshipIndexSeekByRange r:R(id >= 3 AND id < 5)'],
    ],
    [
      "MATCH ()-[r:R]->(b) WHERE r.kind = 'k1' AND r.id > 190 RETURN b.i AS i ORDER BY i",
      [[191], [196]],
      ["RelationshipIndexSeekByRange r:R(kind = 'k1' AND id > 190)"],
    ],
    [
      'UNWIND [3, 4, 3] AS i MATCH (a)-[r:R {id: i}]->() RETURN a.i',
      [[3], [4], [3]],
      ['RelationshipIndexSeek r:R(id) = i'],
    ],
    ['MATCH (a)-[r:R]->()<-[q:R {id: 5}]-() RETURN count(r)', [[0]], ['RelationshipIndexSeek q:R(id) = 5']],
    ['MATCH ()-[r:S {id: 7}]->() RETURN count(*)', [[1]], []],
    ['MATCH ()-[r:R|S {id: 7}]->() RETURN count(*)', [[2]], []],
    ['MATCH ()-[r:R {id: $none}]->() RETURN count(*)', [[0]], ['RelationshipIndexSeek r:R(id) = $none']],
  ])('%s', (text, rows, seeks) => {
    expect(database.rows(text, { none: null })).toEqual(rows);
    expect(seeksOf(text)).toEqual(seeks);
  });

  test('is shown in both forms', () => {
    expect(database.rows('SHOW INDEXES YIELD name, entityType, labelsOrTypes, properties')).toEqual([
      ['by_both', 'RELATIONSHIP', ['R'], ['kind', 'id']],
      ['by_id', 'RELATIONSHIP', ['R'], ['id']],
    ]);
    expect(database.rows('SHOW INDEX INFO')).toEqual([
      ['edge-type+property', 'R', ['kind', 'id'], 200],
      ['edge-type+property', 'R', 'id', 201],
    ]);
  });

  test('follows what happens to relationships', () => {
    database.run('MATCH ()-[r:R {id: 1}]->() SET r.id = 5000');
    database.run('MATCH ()-[r:R {id: 2}]->() DELETE r');
    database.run('MATCH (a:A {i: 3}) DETACH DELETE a');

    const found = [1, 2, 3, 4, 5000].map((id) => database.rows('MATCH ()-[r:R {id: $id}]->() RETURN count(*)', { id }));

    expect(found).toEqual([[[0]], [[0]], [[0]], [[1]], [[1]]]);
  });
});

describe('while an index is being populated', () => {
  const QUERY = 'MATCH (p:P {i: 900}) RETURN p.i';

  beforeEach(() => {
    database.run('UNWIND range(0, 4999) AS i CREATE (:P {i: i})');
    const execution = database.start('CREATE INDEX i FOR (p:P) ON (p.i)');
    execution.next(1);
    database.store.acknowledge(execution.commit(1)!.lsn);
  });

  /** Reads without populating, as Database.run does. */
  function read(text: string): unknown[][] {
    const execution = database.start(text);
    while (execution.next(100) === 'paused');
    return execution.rows.map((row) => [...row]);
  }

  test('it says how far it is, and no plan uses it', () => {
    database.store.populateIndexes(2_000);

    const [[state, percent] = []] = read('SHOW INDEXES YIELD state, populationPercent');
    expect([state, Number(String((percent as { value: number }).value))]).toEqual(['POPULATING', 40]);
    expect(seeksOf(QUERY)).toEqual([]);
    expect(database.rows(QUERY)).toEqual([[900]]);
    expect(seeksOf(QUERY)).toEqual(['NodeIndexSeek p:P(i) = 900']);
    expect(database.rows('SHOW INDEXES YIELD state, populationPercent')).toEqual([['ONLINE', '100.0']]);
  });

  test('db.awaitIndexes waits for it slice by slice', () => {
    const execution = database.start('CALL db.awaitIndexes()');
    let slices = 1;
    while (execution.next(100) === 'paused') slices += 1;

    expect(slices).toBeGreaterThan(1);
    expect(read('SHOW INDEXES YIELD state')).toEqual([['ONLINE']]);
    expect(failureOf(() => database.run("CALL db.awaitIndex('none')")).code).toBe(
      'Neo.ClientError.Schema.IndexNotFound',
    );
  });

  test('it does not come online while a transaction is open, whose end it could not tell apart', () => {
    const writing = database.start('MATCH (p:P {i: 3}) SET p.i = -3');
    writing.next(Number.POSITIVE_INFINITY);

    expect(database.store.populateIndexes(Number.POSITIVE_INFINITY)).toBe(false);
    expect(database.store.indexes.byName('i')!.isOnline).toBe(false);
    writing.cancel();
    database.store.populateIndexes(0);

    expect(database.store.indexes.byName('i')!.isOnline).toBe(true);
    expect(read('MATCH (p:P {i: 3}) RETURN p.i')).toEqual([[3]]);
  });

  test('a constraint looks at the whole graph in slices', () => {
    const execution = database.start('CREATE CONSTRAINT u FOR (p:P) REQUIRE p.i IS NOT NULL');
    let slices = 1;
    while (execution.next(10) === 'paused') slices += 1;
    database.store.acknowledge(execution.commit(1)!.lsn);

    expect(slices).toBeGreaterThan(1);
    expect(read('SHOW CONSTRAINTS YIELD name')).toEqual([['u']]);
  });
});
