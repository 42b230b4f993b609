import { describe, expect, test } from 'vitest';
import { classify } from '../../../core/cypher/classify.ts';
import { parse } from '../../../core/cypher/parser.ts';
import { failureOf } from './failure.ts';
import { statementText } from './tree-text.ts';

describe('queries have these trees', () => {
  test.each([
    ['match (n) return n', 'MATCH (n) RETURN n NAMED n'],
    ['MATCH (a:A:B {x: 1, y: $y}) RETURN a.x AS x;', 'MATCH (a:A:B {x: 1, y: $y}) RETURN a.x AS x'],
    ['MATCH (n) RETURN aVg(    n.aGe     )', 'MATCH (n) RETURN avg(n.aGe) NAMED aVg(    n.aGe     )'],
    ['MATCH (n) RETURN `n`', 'MATCH (n) RETURN n NAMED n'],
    ['MATCH (a)-->(b)<--(c)--(d)<-->(e) RETURN *', 'MATCH (a)-[]->(b)<-[]-(c)-[]-(d)-[]-(e) RETURN *'],
    ['MATCH p = (a)-[r:A|:B|C*]->() RETURN p', 'MATCH p = (a)-[r:A|B|C*1..]->() RETURN p NAMED p'],
    [
      'MATCH ()-[*2]-()-[*..3]-()-[*1..]-()-[*0..0]-() RETURN 1 AS x',
      'MATCH ()-[*2..2]-()-[*1..3]-()-[*1..]-()-[*0..0]-() RETURN 1 AS x',
    ],
    [
      'MATCH p = shortestPath((a:A)-[:R*..8]->(b)) RETURN length(p) AS hops',
      'MATCH p = shortestPath((a:A)-[:R*1..8]->(b)) RETURN length(p) AS hops',
    ],
    [
      'OPTIONAL MATCH (a), (b) WHERE a.x = b.x AND NOT (a)-->(b) RETURN a, b',
      'OPTIONAL MATCH (a), (b) WHERE ((a.x = b.x) AND (NOT (a)-[]->(b))) RETURN a NAMED a, b NAMED b',
    ],
    [
      'MATCH (a) WHERE EXISTS { MATCH (a)-->(b) WHERE b.x } OR exists{(a)--()} RETURN a',
      'MATCH (a) WHERE (EXISTS { MATCH (a)-[]->(b) WHERE b.x } OR EXISTS { MATCH (a)-[]-() }) RETURN a NAMED a',
    ],
    [
      'UNWIND $rows AS row WITH DISTINCT row.a AS a ORDER BY a DESC, row SKIP 1 LIMIT $n WHERE a > 1 RETURN a',
      'UNWIND $rows AS row WITH DISTINCT row.a AS a ORDER BY a DESC, row SKIP 1 LIMIT $n WHERE (a > 1) RETURN a NAMED a',
    ],
    ['WITH *, 1 AS x ORDER BY x ASCENDING RETURN *, x + 1 AS y', 'WITH *, 1 AS x ORDER BY x RETURN *, (x + 1) AS y'],
    ['MATCH (n:A&B|!C) RETURN n', 'MATCH (n:((A&B)|!C)) RETURN n NAMED n'],
    ['MATCH (n IS A&%) RETURN n', 'MATCH (n:A:%) RETURN n NAMED n'],
    ['MATCH ()-[r:A|B&!C]-() RETURN r', 'MATCH ()-[r:(A|(B&!C))]-() RETURN r NAMED r'],
    ['MATCH ()-[r:%]-()-[IS A|B]-() RETURN r', 'MATCH ()-[r]-()-[:A|B]-() RETURN r NAMED r'],
    [
      'MATCH (a {x: 1} WHERE a.y)-[r:R WHERE r.z = 1]->(b) RETURN a',
      'MATCH (a {x: 1} WHERE a.y)-[r:R WHERE (r.z = 1)]->(b) RETURN a NAMED a',
    ],
    [
      'MATCH p = (a)((x)-[:R]->(y) WHERE x.v)+(b) RETURN p',
      'MATCH p = (a)((x)-[:R]->(y) WHERE x.v){1,}(b) RETURN p NAMED p',
    ],
    ['MATCH ((x)--(y)){2} RETURN x', 'MATCH ()((x)-[]-(y)){2,2}() RETURN x NAMED x'],
    ['MATCH (a)-[r:R]->{,3}(b)<--*(c) RETURN r', 'MATCH (a)-[r:R*0..3]->(b)<-[*0..]-(c) RETURN r NAMED r'],
    ['MATCH (a)-[r:R WHERE r.x]->{2}(b) RETURN r', 'MATCH (a)(()-[r:R WHERE r.x]->()){2,2}(b) RETURN r NAMED r'],
    ['MATCH ((a)-->(b) WHERE a.x), (c) RETURN c', 'MATCH ((a)-[]->(b) WHERE a.x), (c) RETURN c NAMED c'],
    ['MATCH p = allShortestPaths((a)-[*]-(b)) RETURN p', 'MATCH p = allShortestPaths((a)-[*1..]-(b)) RETURN p NAMED p'],
    [
      'FOREACH (x IN [1] | CREATE (:A {x: x}) FOREACH (y IN [x] | MERGE (:B)))',
      'FOREACH (x IN [1] | CREATE (:A {x: x}) FOREACH (y IN [x] | MERGE (:B)))',
    ],
    ['MATCH (n) SET n IS A, n:B:C', 'MATCH (n) SET n:A, n:B:C'],
    ['MATCH (n) NODETACH DELETE n FINISH', 'MATCH (n) DELETE n FINISH'],
    ['RETURN 1 AS x OFFSET 2 LIMIT 3', 'RETURN 1 AS x SKIP 2 LIMIT 3'],
    ['RETURN 1 AS x UNION DISTINCT RETURN 2 AS x', 'RETURN 1 AS x UNION RETURN 2 AS x'],
    ['CREATE (a:A $props)-[r:R {x: 1}]->(b), (c)', 'CREATE (a:A $props)-[r:R {x: 1}]->(b), (c)'],
    [
      'MERGE (a {id: 1}) ON MATCH SET a.n = 1, a:Seen ON CREATE SET a += {x: 1} ON MATCH SET a.m = 2',
      'MERGE (a {id: 1}) ON CREATE SET a += {x: 1} ON MATCH SET a.n = 1, a:Seen, a.m = 2',
    ],
    ['MATCH (n) SET n = {x: 1}, (n).y = 2, n.z.w = 3', 'MATCH (n) SET n = {x: 1}, n.y = 2, n.z.w = 3'],
    ['MATCH (n) REMOVE n:A:B, n.x', 'MATCH (n) REMOVE n:A:B, n.x'],
    ['MATCH (n)-[r]-() DETACH DELETE n, r DELETE n', 'MATCH (n)-[r]-() DETACH DELETE n, r DELETE n'],
    ['RETURN 1 AS x UNION ALL RETURN 2 AS x', 'RETURN 1 AS x UNION ALL RETURN 2 AS x'],
    ['RETURN 1 AS x UNION RETURN 2 AS x UNION RETURN 3 AS x', 'RETURN 1 AS x UNION RETURN 2 AS x UNION RETURN 3 AS x'],
    ['MATCH (start)-[]->(end) RETURN start, end', 'MATCH (start)-[]->(end) RETURN start NAMED start, end NAMED end'],
    [
      'MATCH (order:Order) RETURN order ORDER BY order.id',
      'MATCH (order:Order) RETURN order NAMED order ORDER BY order.id',
    ],
    ['MATCH (:MATCH)-[:RETURN]->({where: 1}) RETURN 1 AS x', 'MATCH (:MATCH)-[:RETURN]->( {where: 1}) RETURN 1 AS x'],
    ['RETURN $ a AS x, $\n`b c` AS y', 'RETURN $a AS x, $b c AS y'],
    ['RETURN count(ALL n.x) AS x, count(all) AS y', 'RETURN count(n.x) AS x, count(all) AS y'],
    [
      'RETURN f(all(x IN [] WHERE x), all + 1, all IS NULL) AS x',
      'RETURN f(all(x IN [] WHERE x), (all + 1), (all IS NULL)) AS x',
    ],
    [
      'RETURN 1 :: INTEGER ARRAY LIST AS x, 2 IS :: PATHS AS y',
      'RETURN (1 IS :: LIST<LIST<INTEGER>>) AS x, (2 IS :: PATH) AS y',
    ],
  ])('%s', (text, tree) => {
    expect(statementText(parse(text))).toBe(tree);
  });
});

test('an expression knows where it stands, its brackets not counted', () => {
  const { body } = parse('MATCH (n)\n  RETURN (n.age) + 1');
  const clause = body.type === 'query' ? body.parts[0]?.clauses[1] : undefined;
  const sum = clause?.type === 'return' ? clause.items[0] : undefined;

  expect(sum?.name).toBe('(n.age) + 1');
  expect(sum?.expression.span).toEqual({ offset: 19, line: 2, column: 10, endOffset: 30 });
  expect(sum?.expression).toMatchObject({ left: { span: { offset: 20, endOffset: 25 } } });
});

test.each([
  ['EXPLAIN MATCH (n) RETURN n', true],
  ['CYPHER 5 RETURN 1 AS x', false],
  ['CYPHER runtime=slotted planner = cost EXPLAIN RETURN 1 AS x', true],
  ['cypher 5 replan=force match (n) return n', false],
  ['CYPHER 5 PROFILE MATCH (n) RETURN n', false],
  ['EXPLAIN CYPHER 5 runtime=slotted RETURN 1 AS x', true],
])('%s: explained %s', (text, explain) => {
  expect(parse(text)).toMatchObject({ explain, text, body: { type: 'query' } });
});

function onNodes(label: string, ...keys: string[]) {
  return { entity: 'node', label, keys };
}

function onRelationships(label: string, ...keys: string[]) {
  return { entity: 'relationship', label, keys };
}

describe('commands', () => {
  test.each([
    ['CREATE INDEX FOR (n:Airport) ON (n.iata)', { type: 'createIndex', name: undefined, ifNotExists: false }],
    [
      'CREATE INDEX by_iata IF NOT EXISTS FOR (a:`Air port`) ON (a.`i ata`);',
      { type: 'createIndex', name: 'by_iata', ifNotExists: true, subject: onNodes('Air port', 'i ata') },
    ],
    ['CREATE RANGE INDEX r FOR (n:A) ON (n.x)', { type: 'createIndex', name: 'r', subject: onNodes('A', 'x') }],
    ['CREATE INDEX FOR (n:A) ON n.x', { type: 'createIndex', name: undefined, subject: onNodes('A', 'x') }],
    [
      'CREATE CONSTRAINT FOR (n:A) REQUIRE n.x :: INTEGER',
      { type: 'createConstraint', subject: { kind: 'type', ...onNodes('A', 'x'), types: ['INTEGER'] } },
    ],
    ['CREATE INDEX ON :A(x)', { type: 'createIndex', name: undefined, ifNotExists: true, subject: onNodes('A', 'x') }],
    ['CREATE POINT INDEX p FOR (n:A) ON (n.x)', { name: 'p', subject: { kind: 'point', ...onNodes('A', 'x') } }],
    [
      "CREATE VECTOR INDEX v FOR (n:A) ON n.x OPTIONS {indexConfig: {`vector.dimensions`: 3, `vector.similarity_function`: 'cosine'}}",
      {
        subject: { kind: 'vector', ...onNodes('A', 'x') },
        options: new Map([
          [
            'indexConfig',
            new Map<string, unknown>([
              ['vector.dimensions', 3],
              ['vector.similarity_function', 'cosine'],
            ]),
          ],
        ]),
      },
    ],
    ['CREATE INDEX ON :A(x, y)', { type: 'createIndex', subject: onNodes('A', 'x', 'y') }],
    ['CREATE INDEX c FOR (n:A) ON (n.x, n.y)', { type: 'createIndex', name: 'c', subject: onNodes('A', 'x', 'y') }],
    ['CREATE INDEX FOR ()-[r:R]-() ON (r.x)', { type: 'createIndex', subject: onRelationships('R', 'x') }],
    ['CREATE INDEX FOR ()<-[r:R]-() ON r.x', { type: 'createIndex', subject: onRelationships('R', 'x') }],
    ['CREATE EDGE INDEX ON :R(x)', { type: 'createIndex', ifNotExists: true, subject: onRelationships('R', 'x') }],
    ['DROP EDGE INDEX ON :R(x)', { type: 'dropIndex', index: onRelationships('R', 'x') }],
    [
      'CREATE CONSTRAINT FOR ()-[r:R]-() REQUIRE (r.x, r.y) IS REL KEY',
      { type: 'createConstraint', subject: { kind: 'key', ...onRelationships('R', 'x', 'y'), types: [] } },
    ],
    [
      'CREATE CONSTRAINT ON (n:A) ASSERT n.x, n.y IS UNIQUE',
      { type: 'createConstraint', subject: { kind: 'unique', ...onNodes('A', 'x', 'y'), types: [] } },
    ],
    ['DROP INDEX by_iata', { type: 'dropIndex', index: 'by_iata', ifExists: false }],
    ['drop index by_iata if exists', { type: 'dropIndex', index: 'by_iata', ifExists: true }],
    ['DROP INDEX ON :A(x)', { type: 'dropIndex', index: onNodes('A', 'x'), ifExists: false }],
    ['SHOW INDEXES', { type: 'query' }],
    ['CREATE DATABASE flights', { type: 'createDatabase', name: 'flights', ifNotExists: false, options: new Map() }],
    [
      "CREATE DATABASE my.db-2 IF NOT EXISTS OPTIONS {regions: ['weur', 'enam'], mode: 'SYNC', size: 3, fast: true}",
      {
        name: 'my.db-2',
        ifNotExists: true,
        options: new Map<string, unknown>([
          ['regions', ['weur', 'enam']],
          ['mode', 'SYNC'],
          ['size', 3],
          ['fast', true],
        ]),
      },
    ],
    [
      "ALTER DATABASE flights SET OPTION txLogEnrichment 'FULL' SET OPTION b 1",
      {
        type: 'alterDatabase',
        name: 'flights',
        ifExists: false,
        options: new Map<string, unknown>([
          ['txLogEnrichment', 'FULL'],
          ['b', 1],
        ]),
      },
    ],
    [
      'ALTER DATABASE flights IF EXISTS REMOVE OPTION a REMOVE OPTION b',
      {
        type: 'alterDatabase',
        name: 'flights',
        ifExists: true,
        options: new Map([
          ['a', null],
          ['b', null],
        ]),
      },
    ],
    ['DROP DATABASE `my-db` IF EXISTS', { type: 'dropDatabase', name: 'my-db', ifExists: true }],
  ])('%s', (text, body) => {
    expect(parse(text).body).toMatchObject(body);
  });
});

/** What a SHOW asks for of its procedure: the end of the type's name, null for all. */
function shownKind(text: string): unknown {
  const { body } = parse(text);
  const clause = body.type === 'query' ? body.parts[0]?.clauses[0] : undefined;
  const kind = clause?.type === 'call' ? clause.arguments?.[0] : undefined;
  return kind?.type === 'literal' ? kind.value : undefined;
}

test.each([
  ['ALL', null],
  ['PROPERTY UNIQUE', 'UNIQUENESS'],
  ['REL UNIQUENESS', 'RELATIONSHIP UNIQUENESS'],
  ['RELATIONSHIP PROPERTY UNIQUENESS', 'RELATIONSHIP UNIQUENESS'],
  ['NODE KEY', 'NODE KEY'],
  ['EXIST', 'EXISTENCE'],
  ['REL EXISTENCE', 'RELATIONSHIP PROPERTY EXISTENCE'],
  ['NODE PROPERTY EXIST', 'NODE PROPERTY EXISTENCE'],
  ['REL PROPERTY TYPE', 'RELATIONSHIP PROPERTY TYPE'],
])('SHOW %s CONSTRAINTS shows those whose type ends with %s', (words, kind) => {
  expect(shownKind(`SHOW ${words} CONSTRAINTS`)).toBe(kind);
});

test.each([
  ['MATCH (a)--((b)--(c))+ RETURN a', 'Expected a node pattern'],
  ['MATCH ((b)--(c))+--(a) RETURN a', 'Expected a node pattern'],
  ['MATCH (a)--+((b)--(c))+ RETURN a', 'Expected a node pattern'],
  ['MATCH (a)-[r WHERE r.x]->+ RETURN a', 'Expected a node pattern'],
  ['WITH 1 AS n RETURN (n) {.x}', 'Expected a clause or the end'],
  ['CALL db.labels() YIELD * WHERE true', 'WHERE may stand only'],
  ['CALL { RETURN 1 AS x } IN TRANSACTION RETURN x', 'Expected TRANSACTIONS'],
])('%s is no Cypher', (text, message) => {
  expect(failureOf(() => parse(text)).message).toMatch(new RegExp(message));
});

describe('classify', () => {
  test.each([
    ['MATCH (n) RETURN n', 'read'],
    ['UNWIND [1] AS x RETURN x UNION RETURN 2 AS x', 'read'],
    ['RETURN 1 AS x UNION CREATE (x) RETURN x', 'write'],
    ['CREATE (n)', 'write'],
    ['MERGE (n)', 'write'],
    ['MATCH (n) SET n.x = 1', 'write'],
    ['MATCH (n) REMOVE n.x', 'write'],
    ['MATCH (n) DETACH DELETE n', 'write'],
    ['EXPLAIN CREATE (n)', 'write'],
    ['CREATE INDEX FOR (n:A) ON (n.x)', 'schema'],
    ['DROP INDEX a', 'schema'],
    ['SHOW INDEXES', 'read'],
    ['CREATE DATABASE a', 'system'],
    ['DROP DATABASE a', 'system'],
    ['SHOW DATABASES', 'system'],
    ['SHOW INSTANCES', 'system'],
  ])('%s is a %s statement', (text, kind) => {
    expect(classify(parse(text))).toBe(kind);
  });
});
