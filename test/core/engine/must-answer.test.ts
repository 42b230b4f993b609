/** The statements that unmodified clients of Neo4j send by themselves, as they send them. What the doors answer: test/protocol/must-answer.test.ts. */
import { beforeAll, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

const database = new Database();

beforeAll(() => {
  database.run('CREATE CONSTRAINT person_name FOR (p:Person) REQUIRE p.name IS UNIQUE');
  database.run(`CREATE (a:Person {name: 'Ann', born: date('1984-05-01')})-[:ACTED_IN {roles: ['Queen']}]->(m:Movie {title: 'Chess', rank: 1})
    CREATE (:Person {name: 'Bob'})-[:ACTED_IN]->(m)`);
});

/** What langchain's Neo4jGraph asks, with the same beginning three times. */
const META = 'CALL apoc.meta.data() YIELD label, other, elementType, type, property';

describe('a client gets', () => {
  test.each<[client: string, statement: string, rows: unknown[][]]>([
    [
      '@neo4j/graphql',
      'CYPHER 5\nCALL dbms.components() YIELD versions, edition UNWIND versions AS version RETURN version, edition',
      [['5.26.0', 'community']],
    ],
    [
      '@neo4j/graphql',
      'SHOW FUNCTIONS YIELD name WHERE name IN ["apoc.util.validatePredicate","apoc.date.convertFormat"] RETURN collect(name) as functions',
      [[['apoc.date.convertFormat', 'apoc.util.validatePredicate']]],
    ],
    [
      '@neo4j/graphql',
      'SHOW INDEXES YIELD name AS name, type AS type, entityType AS entityType, labelsOrTypes AS labelsOrTypes, properties AS properties, options AS options',
      [['person_name', 'RANGE', 'NODE', ['Person'], ['name'], { indexConfig: {}, indexProvider: 'range-1.0' }]],
    ],
    [
      '@neo4j/graphql',
      'CYPHER 5\nMATCH (this:Person) WHERE apoc.util.validatePredicate(NOT (this.name = $name OR true), "@neo4j/graphql/FORBIDDEN", [0]) RETURN this { .name, born: apoc.date.convertFormat(toString(this.born), "iso_date", "iso_local_date") } AS this ORDER BY this.name',
      [[{ name: 'Ann', born: '1984-05-01' }], [{ name: 'Bob', born: null }]],
    ],
    [
      '@neo4j/graphql',
      `CYPHER 5
       MATCH (this:Movie)
       CALL (this) {
         MATCH (this)<-[edge:ACTED_IN]-(person:Person)
         WITH collect({ node: person, relationship: edge }) AS edges
         WITH edges, size(edges) AS totalCount
         CALL (edges) {
           UNWIND edges AS edge
           WITH edge.node AS node, edge.relationship AS relationship
           WITH * ORDER BY node.name
           RETURN collect({ node: { name: node.name, __resolveType: "Person" } }) AS names
         }
         RETURN { edges: names, totalCount: totalCount } AS found
       }
       CALL (*) { RETURN collect(NULL) AS none }
       RETURN this { .title, people: found, none: none } AS this`,
      [
        [
          {
            title: 'Chess',
            people: {
              edges: [
                { node: { name: 'Ann', __resolveType: 'Person' } },
                { node: { name: 'Bob', __resolveType: 'Person' } },
              ],
              totalCount: 2,
            },
            none: [],
          },
        ],
      ],
    ],
    [
      'langchain',
      `${META} WHERE NOT type = "RELATIONSHIP" AND elementType = "node" AND NOT label IN $EXCLUDED_LABELS WITH label AS nodeLabels, collect({property:property, type:type}) AS properties RETURN {labels: nodeLabels, properties: properties} AS output`,
      [
        [
          {
            labels: 'Person',
            properties: [
              { property: 'name', type: 'STRING' },
              { property: 'born', type: 'DATE' },
            ],
          },
        ],
        [
          {
            labels: 'Movie',
            properties: [
              { property: 'title', type: 'STRING' },
              { property: 'rank', type: 'INTEGER' },
            ],
          },
        ],
      ],
    ],
    [
      'langchain',
      `${META} WHERE NOT type = "RELATIONSHIP" AND elementType = "relationship" AND NOT label in $EXCLUDED_LABELS WITH label AS nodeLabels, collect({property:property, type:type}) AS properties RETURN {type: nodeLabels, properties: properties} AS output`,
      [[{ type: 'ACTED_IN', properties: [{ property: 'roles', type: 'LIST' }] }]],
    ],
    [
      'langchain',
      `${META} WHERE type = "RELATIONSHIP" AND elementType = "node" UNWIND other AS other_node WITH * WHERE NOT label IN $EXCLUDED_LABELS AND NOT other_node IN $EXCLUDED_LABELS RETURN {start: label, type: property, end: toString(other_node)} AS output`,
      [[{ start: 'Person', type: 'ACTED_IN', end: 'Movie' }]],
    ],
    [
      '@neo4j/introspector',
      'CALL db.schema.nodeTypeProperties() YIELD nodeType, nodeLabels, propertyName, propertyTypes, mandatory RETURN nodeType, propertyName, propertyTypes ORDER BY nodeType, propertyName',
      [
        [':`Movie`', 'rank', ['Long']],
        [':`Movie`', 'title', ['String']],
        [':`Person`', 'born', ['Date']],
        [':`Person`', 'name', ['String']],
      ],
    ],
    [
      '@neo4j/introspector',
      'CALL db.schema.relTypeProperties() YIELD relType, propertyName, propertyTypes, mandatory RETURN *',
      [[false, 'roles', ['StringArray'], ':`ACTED_IN`']],
    ],
    ['query-api-wrapper', 'CALL db.ping()', [[true]]],
    ['cypher-shell', 'CALL dbms.licenseAgreementDetails()', [['yes', 0, 0]]],
    ['cypher-shell', 'CALL dbms.components() YIELD versions', [[['5.26.0']]]],
    [
      'Neo4j Browser',
      'CALL dbms.components() YIELD name, versions, edition',
      [['Neo4j Kernel', ['5.26.0'], 'community']],
    ],
    [
      'Neo4j Browser',
      `CALL db.labels() YIELD label
       RETURN {name:'labels', data:COLLECT(label)[..1000]} AS result
       UNION ALL
       CALL db.relationshipTypes() YIELD relationshipType
       RETURN {name:'relationshipTypes', data:COLLECT(relationshipType)[..1000]} AS result
       UNION ALL
       CALL db.propertyKeys() YIELD propertyKey
       RETURN {name:'propertyKeys', data:COLLECT(propertyKey)[..1000]} AS result`,
      [
        [{ name: 'labels', data: ['Person', 'Movie'] }],
        [{ name: 'relationshipTypes', data: ['ACTED_IN'] }],
        [{ name: 'propertyKeys', data: ['name', 'born', 'title', 'rank', 'roles'] }],
      ],
    ],
    [
      'Neo4j Browser',
      `MATCH () RETURN { name:'nodes', data:count(*) } AS result
       UNION ALL
       MATCH ()-[]->() RETURN { name:'relationships', data: count(*)} AS result`,
      [[{ name: 'nodes', data: 3 }], [{ name: 'relationships', data: 2 }]],
    ],
    ['Neo4j Browser', 'CALL dbms.listConfig()', []],
    ['Neo4j Browser', 'CALL dbms.showCurrentUser()', [['admin', ['admin'], []]]],
    ['Neo4j Browser', 'SHOW CURRENT USER', [['admin', ['admin'], false, false, null]]],
    ['Neo4j Browser', 'SHOW SETTINGS', []],
  ])('%s: %s', (_, statement, rows) => {
    expect(database.rows(statement, { EXCLUDED_LABELS: ['_Bloom_Perspective_'], name: 'Ann' })).toEqual(rows);
  });

  test.each([
    ['SHOW CONSTRAINTS', 1],
    ['SHOW UNIQUE CONSTRAINTS', 1],
    ['SHOW UNIQUE CONSTRAINTS YIELD labelsOrTypes, properties', 1],
    ['SHOW INDEXES YIELD *', 1],
    ['CALL db.schema.visualization()', 1],
    ['CALL db.schema.visualization() YIELD nodes, relationships RETURN nodes, relationships', 1],
    ["SHOW PROCEDURES YIELD name, description, signature WHERE name STARTS WITH 'db.schema.'", 3],
    ["SHOW FUNCTIONS YIELD name, description, signature WHERE name STARTS WITH 'apoc.'", 2],
    ["SHOW PROCEDURES YIELD name, mode, worksOnSystem WHERE name = 'dbms.components'", 1],
    ["CALL db.labels() YIELD label WHERE label = 'Movie' RETURN count(*)", 1],
  ])('%s: %i rows', (statement, count) => {
    expect(database.rows(statement)).toHaveLength(count);
  });
});

test('apoc.meta.data tells constraints and indexes, and can be kept to some labels', () => {
  const of = (config: string) =>
    database.rows(`CALL apoc.meta.data(${config}) YIELD label, property, count, unique, index, type RETURN *`);

  expect(of("{includeLabels: ['Person'], excludeRels: ['ACTED_IN'], sample: 1}")).toEqual([
    [2, true, 'Person', 'name', 'STRING', true],
    [1, false, 'Person', 'born', 'DATE', false],
    [2, false, 'Person', 'ACTED_IN', 'RELATIONSHIP', false],
  ]);
});

describe('a check of the client ends the statement', () => {
  const TOLD = 'Caused by: java.lang.RuntimeException: @neo4j/graphql/FORBIDDEN';

  test.each([
    ['RETURN apoc.util.validatePredicate(true, "@neo4j/graphql/FORBIDDEN", [0])', 'function', 'validatePredicate'],
    ['CALL apoc.util.validate(true, "@neo4j/graphql/FORBIDDEN", [0])', 'procedure', 'validate'],
    [
      'MATCH (p:Person) CALL apoc.util.validate(p.name = "Bob", "@neo4j/graphql/FORBIDDEN", [0]) RETURN p',
      'procedure',
      'validate',
    ],
  ])('%s', (statement, kind, name) => {
    const failure = failureOf(() => database.run(statement));

    expect(failure.code).toBe('Neo.ClientError.Procedure.ProcedureCallFailed');
    expect(failure.message).toBe(`Failed to invoke ${kind} \`apoc.util.${name}\`: ${TOLD}`);
  });

  test('with its parameters in the message', () => {
    const statement = 'RETURN apoc.util.validatePredicate(true, "%s has %d of %2$s, 100 %%, %s", ["Ann", 3])';

    expect(failureOf(() => database.run(statement)).message).toContain('Exception: Ann has 3 of 3, 100 %, %s');
  });

  test.each(['RETURN apoc.util.validatePredicate(null, "x", [])', 'CALL apoc.util.validate(null, "x", [])'])(
    'and an unknown predicate does not pass: %s',
    (statement) => {
      expect(failureOf(() => database.run(statement)).code).toBe('Neo.ClientError.Statement.TypeError');
    },
  );

  test('and a write before it is undone', () => {
    failureOf(() => database.run('CREATE (:Made) WITH 1 AS x CALL apoc.util.validate(true, "no", []) RETURN x'));

    expect(database.rows('MATCH (n:Made) RETURN count(*)')).toEqual([[0]]);
  });

  test('and passes rows on when it is false', () => {
    expect(database.rows('UNWIND [1, 2] AS x CALL apoc.util.validate(x > 2, "no", []) RETURN x')).toEqual([[1], [2]]);
  });
});
