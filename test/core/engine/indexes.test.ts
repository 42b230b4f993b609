import { beforeEach, describe, expect, test } from 'vitest';
import type { PlanDescription } from '../../../core/planner/describe.ts';
import { Database, failureOf } from './database.ts';

const SHOWN = 'SHOW INDEXES YIELD name, type, entityType, labelsOrTypes, properties, state';

let database: Database;
beforeEach(() => {
  database = new Database();
  database.run("UNWIND range(1, 100) AS i CREATE (:P {id: i, name: 'p' + toString(i)})");
});

function operatorsOf(plan: PlanDescription | undefined): string[] {
  return plan ? [plan.operatorType, ...plan.children.flatMap(operatorsOf)] : [];
}

test('an index is made, shown, used and dropped', () => {
  const query = 'EXPLAIN MATCH (p:P {id: $id}) RETURN p.name';
  expect(operatorsOf(database.run(query).plan)).toContain('ScanAllByLabel');

  expect(database.changes('CREATE INDEX p_id FOR (p:P) ON (p.id)')).toEqual({ indexesAdded: 1 });

  expect(database.rows(SHOWN)).toEqual([['p_id', 'RANGE', 'NODE', ['P'], ['id'], 'ONLINE']]);
  expect(operatorsOf(database.run(query).plan)).toContain('NodeIndexSeek');
  expect(database.rows('MATCH (p:P {id: $id}) RETURN p.name', { id: 7 })).toEqual([['p7']]);

  expect(database.changes('DROP INDEX p_id')).toEqual({ indexesRemoved: 1 });

  expect(database.rows('SHOW INDEXES')).toEqual([]);
  expect(operatorsOf(database.run(query).plan)).toContain('ScanAllByLabel');
});

test('an index gives the rows that a scan gives', () => {
  const queries = [
    'MATCH (p:P) WHERE p.id = 5.0 RETURN p.name',
    'MATCH (p:P) WHERE p.id IN [5, 5.0, 7, null, "x"] RETURN p.name ORDER BY p.id',
    'MATCH (p:P) WHERE 10 <= p.id < 12.5 RETURN p.name ORDER BY p.id',
    "MATCH (p:P) WHERE p.name >= 'p98' RETURN p.name ORDER BY p.name",
    'MATCH (p:P) WHERE p.id < $bound RETURN p.name ORDER BY p.name',
    'MATCH (p:P) WHERE p.id = $bound RETURN p.name',
  ];
  const values = [null, 3, 3.5, 'x', true, [1], new Map()];
  const ask = () => queries.flatMap((query) => values.map((bound) => database.rows(query, { bound: bound as never })));
  const scanned = ask();

  database.run('CREATE INDEX FOR (p:P) ON (p.id)');
  database.run('CREATE INDEX FOR (p:P) ON (p.name)');

  expect(ask()).toEqual(scanned);
});

describe('index commands', () => {
  test.each([
    ['CREATE INDEX ON :P(id)', 'DROP INDEX ON :P(id)'],
    ['CREATE RANGE INDEX i FOR (p:P) ON (p.id)', 'DROP INDEX i IF EXISTS'],
    ['CREATE RANGE INDEX IF NOT EXISTS FOR (p:P) ON (p.id)', 'DROP INDEX ON :P(id)'],
  ])('%s and %s', (create, drop) => {
    expect(database.changes(create)).toEqual({ indexesAdded: 1 });
    expect(database.changes('CREATE INDEX ON :P(id)')).toEqual({});
    expect(database.rows('SHOW INDEX INFO')).toEqual([['label+property', 'P', 'id', 100]]);
    expect(database.changes(drop)).toEqual({ indexesRemoved: 1 });
    expect(failureOf(() => database.run('DROP INDEX ON :P(id)')).code).toBe('Neo.ClientError.Schema.IndexNotFound');
  });

  test('an index without a name gets one', () => {
    database.run('CREATE INDEX FOR (p:P) ON (p.id)');

    expect(database.rows(SHOWN)).toEqual([['index_P_id', 'RANGE', 'NODE', ['P'], ['id'], 'ONLINE']]);
  });

  test.each([
    { command: 'CREATE INDEX p_id FOR (p:P) ON (p.id)', code: 'Neo.ClientError.Schema.IndexAlreadyExists' },
    { command: 'CREATE INDEX other FOR (p:P) ON (p.id)', code: 'Neo.ClientError.Schema.IndexAlreadyExists' },
    { command: 'CREATE INDEX p_id FOR (q:Q) ON (q.id)', code: 'Neo.ClientError.Schema.IndexAlreadyExists' },
    { command: 'DROP INDEX nothing', code: 'Neo.ClientError.Schema.IndexNotFound' },
  ])('$command: $code, and nothing else changes', ({ command, code }) => {
    database.run('CREATE INDEX p_id FOR (p:P) ON (p.id)');
    const { lsn } = database.store;

    expect(failureOf(() => database.run(command)).code).toBe(code);

    expect(database.store.lsn).toBe(lsn);
    expect(database.rows('SHOW INDEXES')).toHaveLength(1);
    database.run('CREATE (:P)');
  });

  test.each([
    'CREATE INDEX p_id IF NOT EXISTS FOR (p:P) ON (p.id)',
    'CREATE INDEX IF NOT EXISTS FOR (p:P) ON (p.id)',
    'DROP INDEX nothing IF EXISTS',
  ])('%s does nothing when there is nothing to do', (command) => {
    database.run('CREATE INDEX p_id FOR (p:P) ON (p.id)');
    const { lsn } = database.store;

    expect(database.changes(command)).toEqual({});
    expect(database.store.lsn).toBe(lsn);
  });
});

describe('EXPLAIN', () => {
  test('plans and runs nothing', () => {
    const { lsn } = database.store;

    const execution = database.run('EXPLAIN CREATE (:Q {x: $missing}) RETURN 1 AS one');

    expect(execution.rows).toEqual([]);
    expect(execution.columns).toEqual(['one']);
    expect(operatorsOf(execution.plan)).toEqual(['Produce', 'CreateNode', 'Once']);
    expect(database.store.lsn).toBe(lsn);
  });

  test('tells what each operator works on', () => {
    database.run('CREATE INDEX p_id FOR (p:P) ON (p.id)');

    const { plan } = database.run('EXPLAIN MATCH (p:P {id: $id}) RETURN p.name AS name');

    expect(plan).toEqual({
      operatorType: 'Produce',
      arguments: new Map([
        ['Details', 'p.name AS name'],
        [
          'string-representation',
          [
            '+----------------+----------------+----------------+',
            '| Operator       | Details        | Estimated Rows |',
            '+----------------+----------------+----------------+',
            '| +Produce       | p.name AS name |              1 |',
            '| +NodeIndexSeek | p:P(id) = $id  |              1 |',
            '| +Once          |                |              1 |',
            '+----------------+----------------+----------------+',
          ].join('\n'),
        ],
      ]),
      identifiers: ['name'],
      estimatedRows: 1,
      children: [
        {
          operatorType: 'NodeIndexSeek',
          arguments: new Map([['Details', 'p:P(id) = $id']]),
          identifiers: ['p'],
          estimatedRows: 1,
          children: [{ operatorType: 'Once', arguments: new Map(), identifiers: [], estimatedRows: 1, children: [] }],
        },
      ],
    });
  });
});

describe('PROFILE', () => {
  /** Operator, rows and work, from the last operator down. */
  function counted(plan: PlanDescription | undefined): [string, number, number][] {
    if (!plan) return [];
    return [[plan.operatorType, plan.rows ?? -1, plan.work ?? -1], ...plan.children.flatMap(counted)];
  }

  test('runs the statement, and tells the rows and the work of each operator', () => {
    const execution = database.run('PROFILE MATCH (p:P) WHERE p.id > 90 RETURN p.name AS name');

    expect(execution.rows).toHaveLength(10);
    expect(counted(execution.plan)).toEqual([
      ['Produce', 10, 10],
      ['Filter', 10, 200],
      ['ScanAllByLabel', 100, 101],
      ['Once', 1, 0],
    ]);
    expect(execution.plan?.arguments.get('string-representation')).toContain('| Rows | Work |');
  });

  test('counts what runs inside other operators over all of their rows', () => {
    const text = 'PROFILE UNWIND [1, 2, 3] AS i CALL (i) { MATCH (p:P {id: i}) RETURN p } RETURN p.name AS name';

    const rows = new Map(counted(database.run(text).plan).map(([name, count]) => [name, count]));

    expect(rows).toEqual(
      new Map([
        ['Produce', 3],
        ['Apply', 3],
        ['Unwind', 3],
        ['Once', 1],
        ['Filter', 3],
        ['ScanAllByLabel', 300],
        ['Argument', 3],
      ]),
    );
  });

  test('writes what the statement writes, and commits it', () => {
    const execution = database.run('PROFILE CREATE (:Q {x: 1}), (:Q {x: 2})');

    expect(counted(execution.plan).map(([name, rows]) => [name, rows])).toEqual([
      ['CreateNode', 1],
      ['CreateNode', 1],
      ['Once', 1],
    ]);
    expect(database.rows('MATCH (q:Q) RETURN count(*)')).toEqual([[2]]);
  });

  test('counts each run by itself', () => {
    const text = 'PROFILE MATCH (p:P) RETURN p';

    expect(counted(database.run(text).plan)).toEqual(counted(database.run(text).plan));
  });
});
