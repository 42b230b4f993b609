/** What unmodified clients of Neo4j ask of databases, and on the database `system`, through the Query API. */
import { describe, expect, test } from 'vitest';
import { FakeCluster } from './fake-cluster.ts';

const FLIGHTS = {
  name: 'flights',
  clusterId: 'b7a0',
  status: 'online',
  main: 'weur-1',
  epoch: 3,
  instances: [
    { name: 'weur-1', region: 'weur', mode: 'SYNC' },
    { name: 'enam-1', region: 'enam', mode: 'ASYNC' },
  ],
} as const;

function cluster(): FakeCluster {
  const fake = new FakeCluster();
  fake.databases = [FLIGHTS, { ...FLIGHTS, name: 'neo4j', status: 'failing over' }];
  fake.instances = [
    {
      name: 'weur-1',
      bolt_server: '',
      coordinator_server: '',
      management_server: '',
      health: 'up',
      role: 'main',
      last_succ_resp_ms: 4,
      database: 'flights',
      region: 'weur',
      mode: 'SYNC',
      in_sync: true,
      epoch: 3,
      lsn: 9,
      lag: 0,
      version: 2,
      needs_version: 1,
    },
  ];
  return fake;
}

async function ask(
  statement: string,
  { database = 'system', parameters = {} }: { database?: string; parameters?: Record<string, unknown> } = {},
) {
  const fake = cluster();
  const { status, text } = await fake.post({ statement, parameters }, { path: `/db/${database}/query/v2` });
  const { data, errors } = JSON.parse(text);
  return { status, fields: data?.fields, values: data?.values, error: errors?.[0], fake };
}

describe('on any database', () => {
  test.each(['system', 'flights'])('SHOW DATABASES has the columns of Neo4j 5, on %s', async (database) => {
    const { status, fields, values, fake } = await ask('SHOW DATABASES', { database });

    expect(status).toBe(202);
    expect(fields.slice(0, 13)).toEqual([
      'name',
      'type',
      'aliases',
      'access',
      'address',
      'role',
      'writer',
      'requestedStatus',
      'currentStatus',
      'statusMessage',
      'default',
      'home',
      'constituents',
    ]);
    expect(values.map((row: unknown[]) => row.slice(0, 13))).toEqual([
      [
        'flights',
        'standard',
        [],
        'read-write',
        'flights@weur-1',
        'primary',
        true,
        'online',
        'online',
        '',
        false,
        false,
        [],
      ],
      [
        'neo4j',
        'standard',
        [],
        'read-write',
        'neo4j@weur-1',
        'primary',
        false,
        'online',
        'failing over',
        '',
        true,
        true,
        [],
      ],
      [
        'system',
        'system',
        [],
        'read-write',
        'default/coordinator/1',
        'primary',
        true,
        'online',
        'online',
        '',
        false,
        false,
        [],
      ],
    ]);
    expect(fake.executed).toEqual([]);
  });

  test.each<[statement: string, values: unknown[][]]>([
    ['SHOW DATABASE flights YIELD name, epoch, databaseID', [['flights', 3, 'b7a0']]],
    ['SHOW DATABASE `flights` YIELD currentStatus', [['online']]],
    ['SHOW DATABASE $name YIELD name', [['neo4j']]],
    ['SHOW DATABASE nowhere', []],
    ['SHOW DEFAULT DATABASE YIELD name', [['neo4j']]],
    ['SHOW HOME DATABASE YIELD name', [['neo4j']]],
    [
      'SHOW DATABASES YIELD name, currentStatus AS status WHERE status = "online" RETURN collect(name) AS names',
      [[['flights', 'system']]],
    ],
    ['SHOW DATABASES YIELD name ORDER BY name DESC LIMIT 1', [['system']]],
    [
      'SHOW DATABASES YIELD name, currentPrimariesCount AS p, currentSecondariesCount AS s WHERE name = "flights"',
      [['flights', 1, 1]],
    ],
    ['SHOW INSTANCES YIELD name, role, lag WHERE role = "main"', [['weur-1', 'main', 0]]],
    ['SHOW INSTANCES YIELD health RETURN health, count(*) AS c', [['up', 1]]],
  ])('%s', async (statement, expected) => {
    const { values, error } = await ask(statement, { database: 'flights', parameters: { name: 'neo4j' } });

    expect(error).toBeUndefined();
    expect(values).toEqual(expected);
  });

  test('WHERE may stand without YIELD', async () => {
    const { values } = await ask("SHOW DATABASES WHERE name = 'flights'", { database: 'flights' });

    expect(values).toHaveLength(1);
  });

  test('a column that is not there is an error', async () => {
    const { error } = await ask('SHOW DATABASES YIELD nme');

    expect(error).toMatchObject({ code: 'Neo.ClientError.Statement.SyntaxError', position: { line: 1, column: 22 } });
    expect(error.message).toContain('Did you mean name?');
  });

  test('a missing parameter is named', async () => {
    const { error } = await ask('SHOW DATABASE $other');

    expect(error.code).toBe('Neo.ClientError.Statement.ParameterMissing');
  });
});

describe('on the database system, without an instance', () => {
  test.each<[statement: string, values: unknown[][]]>([
    ['RETURN 1', [[1]]],
    ['CALL db.ping()', [[true]]],
    [
      'CYPHER 5\nCALL dbms.components() YIELD versions, edition UNWIND versions AS version RETURN version, edition',
      [['5.26.0', 'community']],
    ],
    ['CALL dbms.listConfig()', []],
    ['CALL dbms.showCurrentUser()', [['admin', ['admin'], []]]],
    ['CALL dbms.licenseAgreementDetails()', [['yes', 0, 0]]],
    ['CALL db.labels() YIELD label RETURN count(label)', [[0]]],
    ['CALL db.relationshipTypes()', []],
    ['CALL db.propertyKeys()', []],
    ['CALL db.schema.nodeTypeProperties()', []],
    ['CALL db.schema.relTypeProperties()', []],
    ['CALL db.schema.visualization()', [[[], []]]],
    ['CALL apoc.meta.data() YIELD label RETURN label', []],
    ['SHOW INDEXES', []],
    ['SHOW CONSTRAINTS', []],
    ['SHOW UNIQUE CONSTRAINTS', []],
    ['SHOW SETTINGS', []],
    ["SHOW FUNCTIONS YIELD name WHERE name = 'toUpper'", [['toUpper']]],
    ["SHOW PROCEDURES YIELD name WHERE name = 'db.ping'", [['db.ping']]],
    ['MATCH () RETURN count(*)', [[0]]],
  ])('%s', async (statement, expected) => {
    const { values, error, fake } = await ask(statement);

    expect(error).toBeUndefined();
    expect(values).toEqual(expected);
    expect([...fake.executed, ...fake.asked]).toEqual([]);
  });

  test.each(['CREATE (n)', 'CREATE INDEX FOR (n:A) ON (n.x)', 'MERGE (n:User)'])('%s is refused', async (statement) => {
    const { status, error } = await ask(statement);

    expect(status).toBe(400);
    expect(error.code).toBe('Neo.ClientError.Statement.NotSupported');
  });

  test('work without end is stopped soon', async () => {
    const { error } = await ask('UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(*)');

    expect(error.code).toMatch(/^Neo\./);
  });
});

describe('ALTER DATABASE', () => {
  const statement = "ALTER DATABASE flights SET OPTION txLogEnrichment 'FULL'";

  test.each(['system', 'flights'])('is carried out by MAIN, asked on %s', async (database) => {
    const { status, fake } = await ask(statement, { database });

    expect(status).toBe(202);
    expect(fake.executed).toEqual([`weur-1: ${statement}`]);
    expect(fake.requests[0]).toMatchObject({ database: 'flights', accessMode: 'write' });
  });

  test.each(['system', '`No Name/1`'])('of %s, which has no options, finds no database', async (name) => {
    const { error, fake } = await ask(`ALTER DATABASE ${name} SET OPTION txLogEnrichment 'FULL'`);

    expect(error.code).toBe('Neo.ClientError.Database.DatabaseNotFound');
    expect(fake.executed).toEqual([]);
    const ifExists = await ask(`ALTER DATABASE ${name} IF EXISTS SET OPTION txLogEnrichment 'FULL'`);
    expect(ifExists.status).toBe(202);
  });
});
