import { beforeEach, describe, expect, test } from 'vitest';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { PlanDescription } from '../../../core/planner/describe.ts';
import { restoreSnapshot } from '../../../core/wal/restore-snapshot.ts';
import { segmentText } from '../../../core/wal/segment.ts';
import { SegmentChanges } from '../../../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../../../core/wal/snapshot.ts';
import { Database, failureOf } from './database.ts';

const SHOWN = 'SHOW CONSTRAINTS YIELD name, type, entityType, labelsOrTypes, properties, ownedIndex, propertyType';
const VIOLATED = 'Neo.ClientError.Schema.ConstraintValidationFailed';

let database: Database;
beforeEach(() => {
  database = new Database();
});

function operatorsOf(plan: PlanDescription | undefined): string[] {
  return plan ? [plan.operatorType, ...plan.children.flatMap(operatorsOf)] : [];
}

describe('a constraint is made, shown and dropped', () => {
  test.each([
    {
      create: 'CREATE CONSTRAINT u FOR (p:P) REQUIRE p.id IS UNIQUE',
      shown: ['u', 'UNIQUENESS', 'NODE', ['P'], ['id'], 'u', null],
    },
    {
      create: 'CREATE CONSTRAINT u IF NOT EXISTS FOR (p:P) REQUIRE (p.id) IS NODE UNIQUE',
      shown: ['u', 'UNIQUENESS', 'NODE', ['P'], ['id'], 'u', null],
    },
    {
      create: 'CREATE CONSTRAINT FOR (p:P) REQUIRE p.id IS NOT NULL',
      shown: ['constraint_exists_P_id', 'NODE_PROPERTY_EXISTENCE', 'NODE', ['P'], ['id'], null, null],
    },
    {
      create: 'CREATE CONSTRAINT k FOR (p:P) REQUIRE p.id IS NODE KEY',
      shown: ['k', 'NODE_KEY', 'NODE', ['P'], ['id'], 'k', null],
    },
    {
      create: 'CREATE CONSTRAINT t FOR (p:P) REQUIRE p.id IS :: INTEGER | LIST<STRING NOT NULL>',
      shown: ['t', 'NODE_PROPERTY_TYPE', 'NODE', ['P'], ['id'], null, 'INTEGER | LIST<STRING NOT NULL>'],
    },
    {
      create: 'CREATE CONSTRAINT e FOR ()-[r:R]-() REQUIRE r.id IS NOT NULL',
      shown: ['e', 'RELATIONSHIP_PROPERTY_EXISTENCE', 'RELATIONSHIP', ['R'], ['id'], null, null],
    },
    {
      create: 'CREATE CONSTRAINT e FOR ()-[r:R]->() REQUIRE r.id IS TYPED FLOAT',
      shown: ['e', 'RELATIONSHIP_PROPERTY_TYPE', 'RELATIONSHIP', ['R'], ['id'], null, 'FLOAT'],
    },
    {
      create: 'CREATE CONSTRAINT ON (p:P) ASSERT p.id IS UNIQUE',
      shown: ['constraint_unique_P_id', 'UNIQUENESS', 'NODE', ['P'], ['id'], 'constraint_unique_P_id', null],
    },
    {
      create: 'CREATE CONSTRAINT ON (p:P) ASSERT EXISTS (p.id)',
      shown: ['constraint_exists_P_id', 'NODE_PROPERTY_EXISTENCE', 'NODE', ['P'], ['id'], null, null],
    },
    {
      create: 'CREATE CONSTRAINT two FOR (p:P) REQUIRE (p.id, p.name) IS NODE KEY',
      shown: ['two', 'NODE_KEY', 'NODE', ['P'], ['id', 'name'], 'two', null],
    },
    {
      create: 'CREATE CONSTRAINT u FOR ()-[r:R]-() REQUIRE (r.a, r.b) IS UNIQUE',
      shown: ['u', 'RELATIONSHIP_UNIQUENESS', 'RELATIONSHIP', ['R'], ['a', 'b'], 'u', null],
    },
    {
      create: 'CREATE CONSTRAINT k FOR ()-[r:R]-() REQUIRE r.a IS RELATIONSHIP KEY',
      shown: ['k', 'RELATIONSHIP_KEY', 'RELATIONSHIP', ['R'], ['a'], 'k', null],
    },
    {
      create: 'CREATE CONSTRAINT ON (p:P) ASSERT p.a, p.b IS UNIQUE',
      shown: ['constraint_unique_P_a_b', 'UNIQUENESS', 'NODE', ['P'], ['a', 'b'], 'constraint_unique_P_a_b', null],
    },
  ])('$create', ({ create, shown }) => {
    expect(database.changes(create)).toEqual({ constraintsAdded: 1 });
    expect(database.rows(SHOWN)).toEqual([shown]);
    expect(database.rows('SHOW INDEXES YIELD name, owningConstraint')).toEqual(
      shown[5] === null ? [] : [[shown[0], shown[0]]],
    );

    expect(database.changes(`DROP CONSTRAINT ${shown[0]}`)).toEqual({ constraintsRemoved: 1 });
    expect(database.rows(SHOWN)).toEqual([]);
    expect(database.rows('SHOW INDEXES')).toEqual([]);
  });

  test.each([
    'CREATE CONSTRAINT `a b` FOR (p:P) REQUIRE p.id IS :: LIST<INTEGER>',
    'CREATE CONSTRAINT FOR (p:P) REQUIRE (p.a, p.`b c`) IS NODE KEY',
    'CREATE CONSTRAINT FOR ()-[r:R]-() REQUIRE (r.a, r.b) IS RELATIONSHIP UNIQUE',
  ])('its statement makes it again: %s', (text) => {
    database.run(text);
    const [[statement] = []] = database.rows('SHOW CONSTRAINTS YIELD createStatement');
    const other = new Database();

    other.run(String(statement));

    expect(other.rows(SHOWN)).toEqual(database.rows(SHOWN));
  });

  test.each([
    ['SHOW UNIQUE CONSTRAINTS YIELD name', [['u']]],
    ['SHOW NODE UNIQUENESS CONSTRAINTS YIELD name', [['u']]],
    ['SHOW NODE KEY CONSTRAINTS YIELD name', [['k']]],
    ['SHOW KEY CONSTRAINTS YIELD name', [['k']]],
    ['SHOW EXISTENCE CONSTRAINTS YIELD name', [['e']]],
    ['SHOW NODE PROPERTY EXISTENCE CONSTRAINTS YIELD name', []],
    ['SHOW PROPERTY TYPE CONSTRAINTS YIELD name', [['t']]],
    ['SHOW ALL CONSTRAINTS YIELD name', [['e'], ['k'], ['t'], ['u']]],
    [
      'SHOW CONSTRAINT INFO',
      [
        ['exists', 'R', ['id'], ''],
        ['key', 'K', ['id'], ''],
        ['data_type', 'P', ['x'], 'INTEGER'],
        ['unique', 'P', ['id'], ''],
      ],
    ],
  ])('%s', (text, rows) => {
    database.run('CREATE CONSTRAINT u FOR (p:P) REQUIRE p.id IS UNIQUE');
    database.run('CREATE CONSTRAINT k FOR (p:K) REQUIRE p.id IS NODE KEY');
    database.run('CREATE CONSTRAINT e FOR ()-[r:R]-() REQUIRE r.id IS NOT NULL');
    database.run('CREATE CONSTRAINT t FOR (p:P) REQUIRE p.x IS :: INTEGER');

    expect(database.rows(text)).toEqual(rows);
  });

  test.each([
    ['CREATE CONSTRAINT u FOR (q:Q) REQUIRE q.x IS UNIQUE', 'ConstraintAlreadyExists'],
    ['CREATE CONSTRAINT other FOR (p:P) REQUIRE p.id IS UNIQUE', 'ConstraintAlreadyExists'],
    ['CREATE CONSTRAINT i FOR (p:P) REQUIRE p.id IS NOT NULL', 'IndexAlreadyExists'],
    ['CREATE CONSTRAINT other FOR (i:I) REQUIRE i.x IS UNIQUE', 'IndexAlreadyExists'],
    ['CREATE INDEX other FOR (p:P) ON (p.id)', 'IndexAlreadyExists'],
    ['CREATE INDEX u FOR (p:P) ON (p.other)', 'IndexAlreadyExists'],
    ['DROP INDEX u', 'ForbiddenOnConstraintIndex'],
    ['DROP INDEX ON :P(id)', 'ForbiddenOnConstraintIndex'],
    ['DROP CONSTRAINT nothing', 'ConstraintNotFound'],
    ['DROP CONSTRAINT ON (p:P) ASSERT EXISTS (p.id)', 'ConstraintNotFound'],
  ])('%s: %s, and nothing changes', (text, code) => {
    database.run('CREATE CONSTRAINT u FOR (p:P) REQUIRE p.id IS UNIQUE');
    database.run('CREATE INDEX i FOR (i:I) ON (i.x)');
    const { lsn } = database.store;
    const checksum = database.store.checksum();

    expect(failureOf(() => database.run(text)).code).toBe(`Neo.ClientError.Schema.${code}`);

    expect([database.store.lsn, database.store.checksum()]).toEqual([lsn, checksum]);
    database.run('CREATE (:P {id: 1})');
  });

  test.each([
    'CREATE CONSTRAINT u IF NOT EXISTS FOR (q:Q) REQUIRE q.x IS UNIQUE',
    'CREATE CONSTRAINT IF NOT EXISTS FOR (p:P) REQUIRE p.id IS UNIQUE',
    'DROP CONSTRAINT nothing IF EXISTS',
  ])('%s does nothing when there is nothing to do', (text) => {
    database.run('CREATE CONSTRAINT u FOR (p:P) REQUIRE p.id IS UNIQUE');

    expect(database.changes(text)).toEqual({});
  });

  test.each([
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE p.id IS UNIQUE', 'CREATE (:P {id: 1}), (:P {id: 1.0})'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE p.id IS NOT NULL', 'CREATE (:P {id: 1}), (:P)'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE p.id IS NODE KEY', 'CREATE (:P)'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE p.id IS :: STRING', 'CREATE (:P {id: 1})'],
    ['CREATE CONSTRAINT FOR ()-[r:R]-() REQUIRE r.id IS NOT NULL', 'CREATE (:P)-[:R]->(:P)'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE (p.a, p.b) IS UNIQUE', 'CREATE (:P {a: 1, b: 2}), (:P {a: 1.0, b: 2})'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE (p.a, p.b) IS NODE KEY', 'CREATE (:P {a: 1})'],
    ['CREATE CONSTRAINT FOR ()-[r:R]-() REQUIRE r.x IS UNIQUE', 'CREATE (p:P)-[:R {x: 1}]->(p)-[:R {x: 1}]->(p)'],
    ['CREATE CONSTRAINT FOR ()-[r:R]-() REQUIRE r.x IS KEY', 'CREATE (:P)-[:R]->(:P)'],
  ])('%s is refused on a graph that is not so', (create, data) => {
    database.run(data);
    const checksum = database.store.checksum();

    expect(failureOf(() => database.run(create)).code).toBe('Neo.ClientError.Schema.ConstraintCreationFailed');

    expect(database.store.checksum()).toBe(checksum);
    expect(database.rows('SHOW CONSTRAINTS')).toEqual([]);
    expect(database.rows('SHOW INDEXES')).toEqual([]);
  });

  test.each([
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE (p.a, p.b) IS NOT NULL', 'Neo.ClientError.Statement.SyntaxError'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE (p.a, p.a) IS UNIQUE', 'Neo.ClientError.Statement.ArgumentError'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE p.a IS :: MAP', 'Neo.ClientError.Statement.SyntaxError'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE q.a IS UNIQUE', 'Neo.ClientError.Statement.SyntaxError'],
    ['CREATE CONSTRAINT FOR (p:P) REQUIRE p.a IS NICE', 'Neo.ClientError.Statement.SyntaxError'],
  ])('%s: %s', (text, code) => {
    expect(failureOf(() => database.run(text)).code).toBe(code);
  });
});

describe('a constraint holds', () => {
  beforeEach(() => {
    database.run('CREATE CONSTRAINT u FOR (p:P) REQUIRE p.id IS UNIQUE');
    database.run('CREATE CONSTRAINT e FOR (p:P) REQUIRE p.name IS NOT NULL');
    database.run('CREATE CONSTRAINT k FOR (n:K) REQUIRE n.id IS NODE KEY');
    database.run('CREATE CONSTRAINT t FOR (p:P) REQUIRE p.age IS :: INTEGER | LIST<FLOAT>');
    database.run('CREATE CONSTRAINT r FOR ()-[x:R]-() REQUIRE x.since IS NOT NULL');
    database.run('CREATE CONSTRAINT rt FOR ()-[x:R]-() REQUIRE x.since IS :: INTEGER');
    database.run('CREATE CONSTRAINT two FOR (t:T) REQUIRE (t.a, t.b) IS UNIQUE');
    database.run('CREATE CONSTRAINT ru FOR ()-[x:U]-() REQUIRE x.id IS UNIQUE');
    database.run('CREATE CONSTRAINT rk FOR ()-[x:V]-() REQUIRE (x.a, x.b) IS RELATIONSHIP KEY');
    database.run("CREATE (t:T {a: 1, b: 'x'}), (:T {a: 1, b: 'y'}), (t)-[:U {id: 1}]->(t), (t)-[:V {a: 1, b: 1}]->(t)");
    database.run(
      "CREATE (:P {id: 1, name: 'a'})-[:R {since: 1}]->(:P {id: 2, name: 'b', age: 3}), (:K {id: 1}), (:Q {id: 1})",
    );
  });

  test.each([
    ["CREATE (:P {id: 1, name: 'c'})", 'u'],
    ["CREATE (:P {id: 1.0, name: 'c'})", 'u'],
    ["UNWIND [5, 5] AS i CREATE (:P {id: i, name: 'c'})", 'u'],
    ['MATCH (q:Q) SET q:P, q.name = "q"', 'u'],
    ['MATCH (p:P {id: 2}) SET p.id = 1', 'u'],
    ["MERGE (p:P {id: 1, name: 'z'})", 'u'],
    ['CREATE (:P {id: 3})', 'e'],
    ['MATCH (p:P) REMOVE p.name', 'e'],
    ['MATCH (p:P) SET p = {id: 9}', 'e'],
    ['CREATE (:K)', 'k'],
    ['CREATE (:K {id: 1})', 'k'],
    ['MATCH (p:P {id: 1}) SET p.age = "old"', 't'],
    ['MATCH (p:P {id: 1}) SET p.age = [1]', 't'],
    ['MATCH (a:P), (b:K) CREATE (a)-[:R]->(b)', 'r'],
    ['MATCH ()-[x:R]->() SET x.since = null', 'r'],
    ["MATCH ()-[x:R]->() SET x.since = 'long ago'", 'rt'],
    ["CREATE (:T {a: 1.0, b: 'x'})", 'two'],
    ["MATCH (t:T {b: 'y'}) SET t.b = 'x'", 'two'],
    ["CREATE (:X {a: 1, b: 'x'}) WITH 1 AS one MATCH (x:X) SET x:T", 'two'],
    ['MATCH (q:Q) CREATE (q)-[:U {id: 1}]->(q)', 'ru'],
    ['MATCH (q:Q) CREATE (q)-[x:U]->(q) SET x.id = 1', 'ru'],
    ['MATCH (q:Q) CREATE (q)-[:V {a: 1, b: 1}]->(q)', 'rk'],
    ['MATCH (q:Q) CREATE (q)-[:V {a: 2}]->(q)', 'rk'],
    ['MATCH ()-[x:V]->() REMOVE x.b', 'rk'],
  ])('against %s, which would break %s', (text, name) => {
    const checksum = database.store.checksum();

    const failure = failureOf(() => database.run(text, {}, 1));

    expect(failure.code).toBe(VIOLATED);
    expect(failure.message).toContain(`The constraint ${name} does not hold`);
    expect(database.store.checksum()).toBe(checksum);
  });

  test.each([
    "CREATE (:P {id: 3, name: 'c'})",
    "CREATE (:P {name: 'no id'}), (:P {name: 'no id'})",
    'MATCH (a:P {id: 1}), (b:P {id: 2}) WITH a, b, a.id AS one, b.id AS two SET a.id = two, b.id = one',
    'MATCH (p:P {id: 1}) SET p.age = 5',
    'MATCH (p:P {id: 1}) SET p.age = [1.5, 2.5]',
    'MATCH (p:P {id: 1}) SET p.age = []',
    "MATCH (p:P {id: 1}) DETACH DELETE p CREATE (:P {id: 1, name: 'new'})",
    'MATCH (p:P {id: 1}) REMOVE p:P SET p.name = null',
    'MATCH (a:P), (b:K) CREATE (a)-[:S]->(b)',
    'CREATE (n:P) SET n.name = "late"',
    "CREATE (:T {a: 2, b: 'x'}), (:T {a: 1}), (:T {a: 1}), (:T {b: 'x'})",
    'MATCH (q:Q) CREATE (q)-[:U]->(q), (q)-[:U]->(q), (q)-[:U {id: 2}]->(q)',
    'MATCH (q:Q), ()-[x:U]->() DELETE x CREATE (q)-[:U {id: 1}]->(q)',
    'MATCH (q:Q) CREATE (q)-[:V {a: 1, b: 2}]->(q)',
  ])('and lets %s through', (text) => {
    database.run(text);
  });

  test('MERGE finds the one that is there, by its index', () => {
    expect(database.changes("MERGE (p:P {id: 1}) ON CREATE SET p.name = 'x'")).toEqual({});
    expect(operatorsOf(database.run('EXPLAIN MERGE (p:P {id: 1})').plan)).toContain('NodeIndexSeek');
  });
});

describe('a constraint stays', () => {
  beforeEach(() => {
    database.run('CREATE CONSTRAINT u FOR (p:P) REQUIRE p.id IS UNIQUE');
    database.run('CREATE CONSTRAINT t FOR ()-[r:R]-() REQUIRE r.x IS :: INTEGER | LIST<STRING>');
    database.run('CREATE (:P {id: 1})');
  });

  test('on a replica, which applies what MAIN has committed', () => {
    const main = new Database();
    const replica = new GraphStore();
    const texts = [
      'CREATE CONSTRAINT u FOR (p:P) REQUIRE p.id IS UNIQUE',
      'CREATE (:P {id: 1})',
      'CREATE CONSTRAINT e FOR (p:P) REQUIRE p.id IS NOT NULL',
      'DROP CONSTRAINT u',
      'CREATE (:P {id: 1})',
    ];

    for (const text of texts) {
      const execution = main.start(text);
      while (execution.next(100) === 'paused');
      replica.apply(execution.commit(1)!);
      expect(replica.checksum()).toBe(main.store.checksum());
    }
    expect(replica.newest.exportConstraints().map(({ name }) => name)).toEqual(['e']);
  });

  test('in a snapshot, and is enforced after it is restored', () => {
    const view = database.store.openSnapshot();
    const position = { epoch: 1, lsn: view.lsn, hash: new Uint8Array(8) };
    const encoder = new SnapshotEncoder({
      view,
      position,
      epochHistory: [],
      changes: new SegmentChanges(position.lsn),
      graphChecksum: view.checksum(),
    });
    const chunks = new Map<string, Uint8Array>();
    while (encoder.manifest === undefined) {
      for (const chunk of encoder.next(100)) chunks.set(`${segmentText(chunk.segment)} ${chunk.part}`, chunk.bytes);
    }

    const { store } = restoreSnapshot(encoder.manifest, (segment, part) =>
      chunks.get(`${segmentText(segment)} ${part}`),
    );

    const restored = new Database({}, store);
    // The first write completes the index that the check stands on.
    expect(store.indexes.byName('u')!.isPopulated).toBe(false);
    expect(failureOf(() => restored.run('CREATE (:P {id: 1})')).code).toBe(VIOLATED);
    expect(restored.rows('SHOW CONSTRAINTS')).toEqual(database.rows('SHOW CONSTRAINTS'));
    expect(failureOf(() => restored.run('CREATE (:P {id: 1})')).code).toBe(VIOLATED);
    restored.run('DROP CONSTRAINT u');
    restored.run('CREATE (:P {id: 1})');
  });

  test('as an older reader saw it', () => {
    const snapshot = database.store.openSnapshot();
    database.run('DROP CONSTRAINT u');
    database.run('CREATE CONSTRAINT later FOR (p:P) REQUIRE p.id IS NOT NULL');

    const names = (text: string) => {
      const execution = database.start(text, {}, snapshot);
      while (execution.next(100) === 'paused');
      return execution.rows;
    };

    expect(names('SHOW CONSTRAINTS YIELD name')).toEqual([['t'], ['u']]);
    expect(database.rows('SHOW CONSTRAINTS YIELD name')).toEqual([['later'], ['t']]);
    snapshot.close();
  });

  test('where a transaction that dropped it was rolled back', () => {
    const execution = database.start('DROP CONSTRAINT u');
    execution.cancel();

    expect(database.rows('SHOW CONSTRAINTS YIELD name')).toEqual([['t'], ['u']]);
    expect(failureOf(() => database.run('CREATE (:P {id: 1})')).code).toBe(VIOLATED);
  });
});
