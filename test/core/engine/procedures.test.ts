import { beforeEach, describe, expect, test } from 'vitest';
import { fieldType } from '../../../core/cypher/procedure-signature.ts';
import { Engine } from '../../../core/engine/engine.ts';
import { type Procedure, rowsCall } from '../../../core/executor/procedure.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { Value } from '../../../core/value/value.ts';
import { Database, failureOf, plain } from './database.ts';

let database: Database;
beforeEach(() => {
  database = new Database();
  database.run("CREATE (a:A {x: 1})-[:R {w: 1.5}]->(b:B:C {y: 's', z: [1]}), (b)-[:S]->(a), (:A {x: 'two'})");
});

describe('procedures that clients ask', () => {
  test.each([
    ['CALL db.labels()', [['A'], ['B'], ['C']]],
    ['CALL db.labels', [['A'], ['B'], ['C']]],
    ['CALL db.labels() YIELD label AS l WHERE l > "A" RETURN collect(l) AS all', [[['B', 'C']]]],
    ['CALL db.labels() YIELD label WHERE label = "A"', [['A']]],
    ['CALL db.relationshipTypes()', [['R'], ['S']]],
    ['CALL db.propertyKeys() YIELD propertyKey RETURN count(*) AS c', [[4]]],
    ['CALL db.ping()', [[true]]],
    ['CALL db.awaitIndexes()', []],
    ['CALL db.awaitIndexes(10)', []],
    [
      'CALL dbms.components() YIELD versions, edition UNWIND versions AS version RETURN version, edition',
      [['5.26.0', 'community']],
    ],
    ['CALL dbms.listConfig()', []],
    ['CALL dbms.licenseAgreementDetails()', [['yes', 0, 0]]],
    ['CALL dbms.showCurrentUser() YIELD username, roles, flags', [['admin', ['admin'], []]]],
    [
      'CALL db.schema.nodeTypeProperties() YIELD nodeType, nodeLabels, propertyName, propertyTypes, mandatory RETURN *',
      [
        [true, ['A'], ':`A`', 'x', ['Long', 'String']],
        [true, ['B', 'C'], ':`B`:`C`', 'y', ['String']],
        [true, ['B', 'C'], ':`B`:`C`', 'z', ['LongArray']],
      ],
    ],
    [
      'CALL db.schema.relTypeProperties()',
      [
        [':`R`', 'w', ['Double'], true],
        [':`S`', null, null, false],
      ],
    ],
    [
      'CALL { CALL db.labels() YIELD label RETURN collect(label)[..2] AS names UNION ALL CALL db.relationshipTypes() YIELD relationshipType RETURN collect(relationshipType) AS names } RETURN names',
      [[['A', 'B']], [['R', 'S']]],
    ],
  ])('%s', (text, rows) => {
    expect(database.rows(text)).toEqual(rows);
    expect(database.rows(text, {}, 1)).toEqual(rows);
  });

  test('a label or type that nothing has any more is not named', () => {
    database.run('MATCH (b:B) DETACH DELETE b');

    expect(database.rows('CALL db.labels()')).toEqual([['A']]);
    expect(database.rows('CALL db.relationshipTypes()')).toEqual([]);
  });

  test('the picture of a schema has a node for each label and a relationship for each type between two', () => {
    const [nodes = null, relationships = null] = database.run('CALL db.schema.visualization()').rows[0] ?? [];

    expect(plain(nodes)).toEqual([
      '(:A {constraints: [], indexes: [], name: "A"})',
      '(:B {constraints: [], indexes: [], name: "B"})',
      '(:C {constraints: [], indexes: [], name: "C"})',
    ]);
    expect(relationships).toHaveLength(4);
    expect(relationships).toContainEqual(
      expect.objectContaining({ relationshipType: 'R', startElementId: '4:test:-2', endElementId: '4:test:-3' }),
    );
  });
});

describe('SHOW', () => {
  beforeEach(() => {
    database.run('CREATE INDEX a_x FOR (n:A) ON (n.x)');
    database.run('CREATE INDEX b_y FOR (n:B) ON (n.y)');
  });

  test.each([
    ['SHOW INDEXES YIELD name', [['a_x'], ['b_y']]],
    ['SHOW INDEXES YIELD name AS n, type ORDER BY n DESC LIMIT 1', [['b_y', 'RANGE']]],
    ['SHOW INDEXES YIELD * WHERE name = "a_x" RETURN labelsOrTypes, properties', [[['A'], ['x']]]],
    ['SHOW ALL INDEXES YIELD name WHERE name STARTS WITH "b"', [['b_y']]],
    ['SHOW TEXT INDEXES', []],
    [
      'SHOW INDEX INFO',
      [
        ['label+property', 'A', 'x', 2],
        ['label+property', 'B', 'y', 1],
      ],
    ],
    ['SHOW CONSTRAINTS', []],
    ['SHOW UNIQUE CONSTRAINTS', []],
    ['SHOW PROCEDURES YIELD name WHERE name = "db.ping"', [['db.ping']]],
    [
      'SHOW PROCEDURES EXECUTABLE YIELD name, mode, signature WHERE name = "db.labels" RETURN mode, signature',
      [['READ', 'db.labels() :: (label :: STRING)']],
    ],
    [
      'SHOW FUNCTIONS YIELD name, description, signature WHERE name IN ["abs", "no.such"] RETURN collect(name) AS functions',
      [[['abs']]],
    ],
    ['SHOW USER DEFINED FUNCTIONS', []],
    ['EXPLAIN SHOW INDEXES', []],
  ])('%s', (text, rows) => {
    expect(database.rows(text)).toEqual(rows);
  });

  test('without YIELD it has the brief columns, and with a WHERE too', () => {
    expect(database.run('SHOW INDEXES').columns).toEqual(
      'id name state populationPercent type entityType labelsOrTypes properties indexProvider owningConstraint lastRead readCount'.split(
        ' ',
      ),
    );
    expect(database.run('SHOW INDEXES WHERE name = "a_x"').rows).toHaveLength(1);
    expect(database.run('SHOW PROCEDURES').columns).toEqual(['name', 'description', 'mode', 'worksOnSystem']);
  });

  test('hides what stands behind it from CALL', () => {
    expect(failureOf(() => database.run('CALL `SHOW INDEXES`(null)')).detail).toBe('UnexpectedSyntax');
    expect(database.rows('SHOW PROCEDURES YIELD name WHERE name CONTAINS " "')).toEqual([]);
  });

  test.each([
    ['SHOW INDEXES YIELD nothing', 'UndefinedVariable'],
    ['SHOW INDEXES YIELD name WHERE type = "RANGE"', 'UndefinedVariable'],
    ['SHOW INDEXES RETURN name', 'UnexpectedSyntax'],
    ['SHOW INDEXES YIELD name RETURN name MATCH (n) RETURN n', 'UnexpectedSyntax'],
  ])('%s: %s', (text, detail) => {
    expect(failureOf(() => database.run(text)).detail).toBe(detail);
  });
});

/** A procedure that gives the numbers up to one that it takes, in batches of one. */
const upTo: Procedure = {
  signature: {
    name: 'test.upTo',
    description: '',
    mode: 'read',
    readsGraph: false,
    arguments: [
      { name: 'end', type: fieldType('INTEGER') },
      { name: 'step', type: fieldType('FLOAT'), default: 1 },
    ],
    results: [
      { name: 'number', type: fieldType('INTEGER') },
      { name: 'step', type: fieldType('FLOAT') },
    ],
  },
  call: ([end, step]) =>
    rowsCall(
      Array.from({ length: Number(end) }, (_, i) => [i + 1, step ?? null]),
      2,
    ),
};

describe('a call', () => {
  function run(text: string, parameters: Readonly<Record<string, Value>> = {}): unknown[][] {
    const engine = new Engine(new GraphStore(), { clusterId: 'test', procedures: [upTo] });
    const execution = engine.start(text, new Map(Object.entries(parameters)), { seed: 1, nowMs: 0 });
    while (execution.next(2) === 'paused');
    return execution.rows.map((row) => row.map(plain));
  }

  test.each([
    [
      'UNWIND [2, 0, 1] AS n CALL test.upTo(n) YIELD number RETURN n, number',
      [
        [2, 1],
        [2, 2],
        [1, 1],
      ],
    ],
    [
      'UNWIND [2, 0, 1] AS n OPTIONAL CALL test.upTo(n) YIELD number RETURN n, number',
      [
        [2, 1],
        [2, 2],
        [0, null],
        [1, 1],
      ],
    ],
    [
      'CALL test.upTo(2, 3) YIELD step, number AS n RETURN n, step',
      [
        [1, '3.0'],
        [2, '3.0'],
      ],
    ],
    [
      'CALL test.upTo(2) YIELD number AS a CALL test.upTo(a) YIELD number AS b RETURN a, b',
      [
        [1, 1],
        [2, 1],
        [2, 2],
      ],
    ],
    ['CALL test.upTo(3000) YIELD number RETURN count(*) AS c, sum(number) AS s', [[3000, 4501500]]],
    ['CALL test.upTo($n) YIELD number WHERE number % 2 = 0 RETURN number', [[2]]],
    ['MATCH (x) CALL test.upTo(1) YIELD number RETURN number', []],
  ])('%s', (text, rows) => {
    expect(run(text, { n: 3 })).toEqual(rows);
  });

  test('alone takes the parameters of the names of its arguments', () => {
    expect(run('CALL test.upTo', { end: 2 })).toEqual([
      [1, 1],
      [2, 1],
    ]);
    expect(failureOf(() => run('CALL test.upTo')).code).toBe('Neo.ClientError.Statement.ParameterMissing');
  });

  test.each([
    ['CALL test.upto(1)', 'ProcedureNotFound'],
    ['CALL test.upTo()', 'InvalidNumberOfArguments'],
    ['CALL test.upTo(1, 2, 3)', 'InvalidNumberOfArguments'],
    ['CALL test.upTo(1.5)', 'InvalidArgumentType'],
    ['CALL test.upTo($text)', 'InvalidArgumentType'],
    ['CALL test.upTo($nothing)', 'InvalidArgumentType'],
    ['CALL test.upTo YIELD number RETURN number', 'InvalidArgumentPassingMode'],
    ['CALL test.upTo(1) YIELD * RETURN number', 'UnexpectedSyntax'],
    ['CALL test.upTo(1) RETURN 1 AS x', 'UndefinedVariable'],
    ['CALL test.upTo(1) YIELD n RETURN n', 'UndefinedVariable'],
    ['WITH 1 AS number CALL test.upTo(1) YIELD number RETURN number', 'VariableAlreadyBound'],
    ['CALL test.upTo(1) YIELD number, step AS number RETURN number', 'VariableAlreadyBound'],
    ['MATCH (x) CALL test.upTo(1) YIELD number', 'InvalidClauseComposition'],
    ['CREATE (x) CALL test.upTo(1) YIELD number RETURN number', 'InvalidClauseComposition'],
  ])('%s: %s', (text, detail) => {
    expect(failureOf(() => run(text, { text: 'x', nothing: null })).detail).toBe(detail);
  });
});

describe('algorithms', () => {
  beforeEach(() => {
    database = new Database();
    database.run(`CREATE (a:N {name: 'a'}), (b:N {name: 'b'}), (c:N {name: 'c'}), (d:M {name: 'd'}),
      (a)-[:R {w: 1}]->(b), (b)-[:R {w: 1}]->(c), (a)-[:R {w: 3}]->(c), (c)-[:S]->(d)`);
  });

  test.each([
    [
      'CALL algo.degree() YIELD node, degree',
      [
        ['a', '2.0'],
        ['b', '2.0'],
        ['c', '3.0'],
        ['d', '1.0'],
      ],
    ],
    [
      'CALL algo.degree({direction: "outgoing", weight: "w"}) YIELD node, degree',
      [
        ['a', '4.0'],
        ['b', '1.0'],
        ['c', '1.0'],
        ['d', '0.0'],
      ],
    ],
    [
      'CALL algo.wcc({relationshipTypes: ["R"]}) YIELD node, component',
      [
        ['a', 0],
        ['b', 0],
        ['c', 0],
        ['d', 1],
      ],
    ],
    [
      'CALL algo.wcc({labels: ["N", "Nothing"]}) YIELD node, component',
      [
        ['a', 0],
        ['b', 0],
        ['c', 0],
      ],
    ],
    [
      'CALL algo.betweenness({normalized: false}) YIELD node, score',
      [
        ['a', '0.0'],
        ['b', '0.0'],
        ['c', '2.0'],
        ['d', '0.0'],
      ],
    ],
    [
      'CALL algo.louvain() YIELD node, community',
      [
        ['a', 0],
        ['b', 0],
        ['c', 1],
        ['d', 1],
      ],
    ],
    ['CALL algo.labelPropagation({labels: ["M"]}) YIELD node, community', [['d', 0]]],
  ])('%s', (call, rows) => {
    const column = call.split(' ').at(-1);
    const query = `${call} RETURN node.name AS name, ${column} ORDER BY name`;

    expect(database.rows(query)).toEqual(rows);
    expect(database.rows(query, {}, 1)).toEqual(rows);
  });

  test('ranks add up to 1', () => {
    expect(database.rows('CALL algo.pagerank() YIELD rank RETURN round(sum(rank), 6) AS sum')).toEqual([['1.0']]);
  });

  test('similar nodes, bridges and the shortest paths', () => {
    expect(
      database.rows(
        'CALL algo.nodeSimilarity() YIELD node1, node2, similarity RETURN node1.name, node2.name, similarity',
      ),
    ).toEqual([
      ['a', 'b', '0.5'],
      ['b', 'a', '0.5'],
    ]);
    expect(database.rows('CALL algo.bridges() YIELD relationship RETURN type(relationship)')).toEqual([['S']]);
    expect(
      database.rows(`MATCH (a {name: 'a'}), (c {name: 'c'}) CALL algo.kShortestPaths(a, c, 5, {weight: 'w'}) YIELD index, path, cost
        RETURN index, [n IN nodes(path) | n.name] AS names, cost`),
    ).toEqual([
      [0, ['a', 'b', 'c'], '2.0'],
      [1, ['a', 'c'], '3.0'],
    ]);
  });

  test('give back what they held, so that many calls in a row are one at a time', () => {
    const small = new Database({ bytesMax: 20_000 });
    small.run('UNWIND range(1, 100) AS i CREATE (:N)');

    expect(small.rows('UNWIND range(1, 100) AS i CALL algo.wcc() YIELD component RETURN count(*) AS c')).toEqual([
      [10_000],
    ]);
  });

  test.each([
    ['CALL algo.wcc({lables: []})', 'InvalidArgumentValue'],
    ['CALL algo.degree({direction: "up"})', 'InvalidArgumentValue'],
    ['CALL algo.pagerank({dampingFactor: 2})', 'InvalidArgumentValue'],
    ['CALL algo.pagerank({iterations: 0})', 'InvalidArgumentValue'],
    ['CALL algo.pagerank({labels: "N"})', 'InvalidArgumentValue'],
    ['CALL algo.louvain({weight: "name"})', undefined],
  ])('%s: %s', (text, detail) => {
    if (detail === undefined) expect(database.rows(text)).toHaveLength(4);
    else expect(failureOf(() => database.run(text)).detail).toBe(detail);
  });

  test('a weight that is no number, or negative, is refused', () => {
    database.run("MATCH ()-[r:S]->() SET r.w = 'heavy'");
    expect(failureOf(() => database.run('CALL algo.louvain({weight: "w"})')).detail).toBe('InvalidArgumentType');

    database.run('MATCH ()-[r:S]->() SET r.w = -1');
    expect(failureOf(() => database.run('CALL algo.louvain({weight: "w"})')).detail).toBe('NumberOutOfRange');
  });
});
