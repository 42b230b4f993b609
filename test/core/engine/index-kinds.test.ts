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
      "p:P(last = 'n3' AND first IN [3, 13] AND age IS NOT NULL)",
    ],
    [
      "MATCH (p:P) WHERE p.last = 'n3' AND p.first IN [13, 3, 13.0, null] AND p.age = 2 RETURN p.i AS i ORDER BY i",
      "p:P(last = 'n3' AND first IN [13, 3, 13.0, null] AND age = 2)",
    ],
    [
      "MATCH (p:P) WHERE p.last IN ['n3', 'n4'] AND p.first = 3 AND p.age > 1 RETURN p.i AS i ORDER BY i",
      "p:P(last IN ['n3', 'n4'] AND first = 3 AND age > 1)",
    ],
    [
      "MATCH (p:P) WHERE p.last IN ['n3', 'n4'] AND p.first IN [3, 14] AND p.age > 1 RETURN p.i AS i ORDER BY i",
      "p:P(last IN ['n3', 'n4'] AND first IS NOT NULL)",
    ],
    [
      "MATCH (p:P) WHERE p.last STARTS WITH 'n' AND p.first = 9 AND p.age = 1 RETURN p.i AS i ORDER BY i",
      "p:P(last STARTS WITH 'n')",
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

describe('an index on points', () => {
  const PLACES = `UNWIND range(0, 999) AS i
    CREATE (:P {i: i, at: point({longitude: -180.0 + (i * 37) % 360, latitude: -90.0 + (i * 17) % 181})}),
      (:P {i: i, flat: point({x: (i * 37) % 100 - 50, y: (i * 17) % 100 / 7.0})}),
      (:P {i: i, high: point({x: i % 10, y: i / 10 % 10, z: i / 100})}), (:P {i: i, at: 'nowhere in particular'})`;

  test.each([
    'point.distance(p.at, point({longitude: 8.5, latitude: 47.4})) < 1500000',
    'point.distance(point({longitude: 179.5, latitude: 0}), p.at) <= 2000000',
    '3000000.0 > point.distance(p.at, point({longitude: 0, latitude: 89}))',
    'point.distance(p.at, point({longitude: 0, latitude: 0})) < 30000000',
    'point.distance(p.at, point({longitude: -180, latitude: 0})) <= 0',
    'point.withinBBox(p.at, point({longitude: 0, latitude: 40}), point({longitude: 20, latitude: 60}))',
    'point.withinBBox(p.at, point({longitude: 170, latitude: -20}), point({longitude: -170, latitude: 20}))',
    'point.distance(p.flat, point({x: 0, y: 0})) < 10',
    'point.distance(p.flat, point({x: -50, y: 7})) <= 0.5',
    'point.distance(p.high, point({x: 5, y: 5, z: 5})) <= 2',
    'point.withinBBox(p.high, point({x: 1, y: 1, z: 1}), point({x: 3, y: 4, z: 2}))',
    'point.distance(p.at, point({x: 0, y: 0})) < 10',
    'point.distance(p.flat, point({x: 0, y: 0})) < -1',
    'point.distance(p.flat, $none) < 1',
  ])('finds what a scan finds: %s', (predicate) => {
    database.run(PLACES);
    const text = `MATCH (p:P) WHERE valueType(p.at) <> 'STRING NOT NULL' AND ${predicate} RETURN p.i AS i ORDER BY i`;
    database.run("MATCH (p:P) WHERE valueType(p.at) = 'STRING NOT NULL' REMOVE p.at");
    const scanned = database.rows(text, { none: null });
    for (const key of ['at', 'flat', 'high']) database.run(`CREATE POINT INDEX FOR (p:P) ON (p.${key})`);

    expect(seeksOf(text)[0]).toMatch(/^NodePointSeek p:P/);
    expect(database.rows(text, { none: null })).toEqual(scanned);
  });

  test('looks at few of the points around a box', () => {
    database.run(PLACES);
    database.run('CREATE POINT INDEX FOR (p:P) ON (p.flat)');

    const { plan } = database.run('PROFILE MATCH (p:P) WHERE point.distance(p.flat, point({x: 0, y: 7})) < 5 RETURN p');

    const seek = (found: PlanDescription): PlanDescription =>
      found.operatorType === 'NodePointSeek' ? found : seek(found.children[0]!);
    expect(seek(plan!).rows).toBeGreaterThan(20);
    expect(seek(plan!).rows).toBeLessThan(200);
  });

  test('holds relationships too, and stands beside a range index on the same property', () => {
    database.run('UNWIND range(0, 99) AS i CREATE (:A)-[:R {at: point({x: i, y: 0})}]->(:B)');
    database.run('CREATE INDEX r FOR ()-[r:R]-() ON (r.at)');
    database.run('CREATE POINT INDEX p FOR ()-[r:R]-() ON (r.at)');
    const text =
      'MATCH ()-[r:R]->() WHERE point.distance(r.at, point({x: 50, y: 0})) <= 2 RETURN r.at.x AS x ORDER BY x';

    expect(database.rows(text)).toEqual([['48.0'], ['49.0'], ['50.0'], ['51.0'], ['52.0']]);
    expect(seeksOf(text)).toHaveLength(1);
    expect(seeksOf('MATCH ()-[r:R {at: point({x: 1, y: 0})}]->() RETURN r')[0]).toMatch(/^RelationshipIndexSeek/);
    expect(database.rows('SHOW POINT INDEXES YIELD name, type, indexProvider, createStatement')).toEqual([
      ['p', 'POINT', 'point-1.0', 'CREATE POINT INDEX `p` FOR ()-[n:`R`]-() ON (n.`at`)'],
    ]);
    expect(failureOf(() => database.run('CREATE POINT INDEX FOR (p:P) ON (p.a, p.b)')).code).toBe(
      'Neo.ClientError.Statement.ArgumentError',
    );
  });
});
