import { describe, expect, test } from 'vitest';
import { parse } from '../../../core/cypher/parser.ts';
import { check } from '../../../core/cypher/semantic-check.ts';
import { failureOf } from './failure.ts';

describe('accepted', () => {
  test.each([
    // Scope.
    'MATCH (a) WITH a.x AS x ORDER BY a.y, x WHERE a.z > x RETURN x',
    'MATCH (a), (b {x: a.x}) RETURN b',
    'MATCH (a) WITH * MATCH (a)-->(b) RETURN *',
    'MATCH (a) RETURN a.x AS a ORDER BY a',
    'MATCH (a) RETURN DISTINCT a.x AS x ORDER BY a.x, x + 1',
    'MATCH (a) WITH a AS b, a.x AS x MATCH (b) RETURN x',
    'UNWIND [1] AS x RETURN [x IN [2] | x] AS y, x',
    'MATCH (n) RETURN all(x IN n.xs WHERE x > n.min) AS ok',
    'RETURN reduce(s = 0, x IN [1, 2] | s + x) AS s',
    'MATCH (a) WHERE EXISTS { (a)-->(b) WHERE b.x = a.x } RETURN a',
    'MATCH (a), (b) WHERE (a)-->(b) OR NOT (a)<--() RETURN a',
    'MATCH (a) RETURN CASE WHEN (a)-->() THEN 1 END AS x',
    // Grouping.
    'MATCH (a)--(b) RETURN a.x, a.x + count(b) AS c',
    'MATCH (a)--(b) RETURN a, a.x + count(b) + $p + 1 AS c',
    'MATCH (a)--(b) RETURN a.x AS x, count(*) AS c ORDER BY x, a.x, count(*), a.x + count(*)',
    'MATCH (a) WITH *, count(*) AS c RETURN a, c',
    'MATCH (a) RETURN [x IN collect(a) | x.name] AS names',
    'MATCH (a) RETURN count(DISTINCT a.x) AS c, size(collect(a)) AS s',
    // Writing.
    'CREATE (a:A {x: 1})-[:R]->(b), (c {x: a.x})',
    'MATCH (a), (b) CREATE p = (a)-[r:R $props]->(b) RETURN p, r',
    'MATCH (a) MERGE (a)-[r:R {x: a.x}]-(b) ON CREATE SET r.y = b.y RETURN r',
    'MATCH p = (a)-[r]->() DELETE r, p DETACH DELETE a',
    'MATCH (a) SET a = {x: 1}, a += $props, a:B, a.x = a.y + 1 REMOVE a:B, a.x',
    'CREATE (a) WITH a MATCH (b) RETURN b',
    'CREATE (a) MERGE (b) SET b.x = 1',
    // Types that may fit.
    'WITH $x AS n MATCH (n)-->() RETURN n.name, n[0]',
    'MATCH (a)-[r*]->() WITH r AS rs MATCH ()-[rs*]->() RETURN rs',
    'WITH null AS x RETURN NOT x, x.y, x[0], x IN x, -x',
    "RETURN [1] + 2, 'a' + 1, 1 + 1.5, [1, 'a'][0] + 1",
    'RETURN 1 AS x UNION RETURN 2 AS x',
    'RETURN 1 AS x SKIP $a + 1 LIMIT toInteger(2.5)',
    'MATCH p = shortestPath((a:A)-[:R*..5]-(b:B)) RETURN p',
  ])('%s', (text) => {
    expect(() => check(parse(text))).not.toThrow();
  });
});

describe('refused, with the name that openCypher gives it', () => {
  test.each([
    ['MATCH (n) RETURN m', 'UndefinedVariable', 18],
    ['MATCH (n) WITH n.x AS x RETURN n', 'UndefinedVariable', 32],
    ['MATCH (n) WITH DISTINCT n.x AS x ORDER BY n.y RETURN x', 'UndefinedVariable', 43],
    ['MATCH (n) WITH count(*) AS c WHERE n.x RETURN c', 'UndefinedVariable', 36],
    ['MATCH (n) WHERE (n)-->(m) RETURN n', 'UndefinedVariable', 23],
    ['MATCH (n) WHERE EXISTS { (n)-->(m) } RETURN m', 'UndefinedVariable', 45],
    ['RETURN [x IN [1] | x] + x', 'UndefinedVariable', 25],
    ['CREATE (a {x: a.y})', 'UndefinedVariable', 15],
    ['MATCH (n) SET m.x = 1', 'UndefinedVariable', 15],
    ['MATCH (n) SET m = n', 'UndefinedVariable', 15],
    ['MATCH (n) REMOVE m:A', 'UndefinedVariable', 18],
    ['MATCH (a) CREATE (a)', 'VariableAlreadyBound', 18],
    ['MATCH (a) CREATE (a:B)-[:R]->()', 'VariableAlreadyBound', 18],
    ['CREATE (a), (a)', 'VariableAlreadyBound', 13],
    ['MATCH ()-[r]->() CREATE ()-[r:R]->()', 'VariableAlreadyBound', 27],
    ['MATCH (a) MERGE (a)', 'VariableAlreadyBound', 17],
    ['MATCH (p) MATCH p = (a)-->() RETURN p', 'VariableAlreadyBound', 17],
    ['MATCH (a) UNWIND [1] AS a RETURN a', 'VariableAlreadyBound', 11],
    ['MATCH (r)-[r]->() RETURN r', 'VariableTypeConflict', 10],
    ['MATCH p = (a)-->() MATCH (p) RETURN p', 'VariableTypeConflict', 26],
    ['WITH 1 AS n MATCH (n) RETURN n', 'VariableTypeConflict', 19],
    ['MATCH (n) WITH [n] AS ns MATCH (ns) RETURN ns', 'VariableTypeConflict', 32],
    ['MATCH ()-[r]->()-[r]->() RETURN r', 'RelationshipUniquenessViolation', 17],
    ['MATCH () RETURN *', 'NoVariablesInScope', 10],
    ['RETURN 1 AS a, 2 AS a', 'ColumnNameConflict', 16],
    ['MATCH (n) RETURN *, 1 AS n', 'ColumnNameConflict', 21],
    ['MATCH (n) WITH n.x RETURN 1 AS a', 'NoExpressionAlias', 16],
    ['RETURN 1 AS a UNION RETURN 2 AS b', 'DifferentColumnsInUnion', 21],
    ['RETURN 1 AS a UNION RETURN 2 AS a UNION ALL RETURN 3 AS a', 'InvalidClauseComposition', 35],
    ['MATCH (n)', 'InvalidClauseComposition', 1],
    ['MATCH (n) WITH n', 'InvalidClauseComposition', 11],
    ['RETURN 1 AS a MATCH (n) RETURN n', 'InvalidClauseComposition', 15],
    ['CREATE (a) MATCH (b) RETURN b', 'InvalidClauseComposition', 12],
    ['MATCH (n) WHERE EXISTS { (n) SET n.x = 1 } RETURN n', 'InvalidClauseComposition', 30],
    ['MATCH (n) WHERE count(n) > 1 RETURN n', 'InvalidAggregation', 17],
    ['MATCH (n) RETURN n.x ORDER BY count(*)', 'InvalidAggregation', 31],
    ['MATCH (n) RETURN n.x, count(*) ORDER BY max(n.x)', 'InvalidAggregation', 41],
    ['MATCH (n) RETURN [x IN [1] | count(*)]', 'InvalidAggregation', 30],
    ['MATCH (n) SET n.x = count(*)', 'InvalidAggregation', 21],
    ['RETURN count(count(*))', 'NestedAggregation', 14],
    ['MATCH (n) RETURN n.x + count(*)', 'AmbiguousAggregationExpression', 18],
    ['MATCH (n) RETURN n.x + n.y, n.x + n.y + count(*)', 'AmbiguousAggregationExpression', 29],
    ['MATCH (n) RETURN n.x + 1, count(*) AS c ORDER BY n.x + 1 + count(*)', 'AmbiguousAggregationExpression', 50],
    ['MATCH () RETURN count(rand())', 'NonConstantExpression', 23],
    ['MATCH (n) RETURN n SKIP n.x', 'NonConstantExpression', 25],
    ['MATCH (n) RETURN n LIMIT -1', 'NegativeIntegerArgument', 26],
    ['MATCH (n) RETURN n LIMIT 1.5', 'InvalidArgumentType', 26],
    ['RETURN foo(1)', 'UnknownFunction', 8],
    ['MATCH (n) WHERE exists(n.x) RETURN n', 'UnknownFunction', 17],
    ['RETURN size(1, 2)', 'InvalidNumberOfArguments', 8],
    ['RETURN coalesce()', 'InvalidNumberOfArguments', 8],
    ['RETURN size(DISTINCT [1])', 'UnexpectedSyntax', 8],
    ['CREATE (a)-[:R]-(b)', 'RequiresDirectedRelationship', 11],
    ['CREATE (a)-[:R|S]->(b)', 'NoSingleRelationshipType', 11],
    ['MERGE (a)-[r]->(b)', 'NoSingleRelationshipType', 10],
    ['CREATE (a)-[:R*2]->(b)', 'CreatingVarLength', 11],
    ['MATCH (n) DELETE n:Person', 'InvalidDelete', 18],
    ['MATCH (n $props) RETURN n', 'InvalidParameterUse', 10],
    ['MERGE (n $props)', 'InvalidParameterUse', 10],
    ['MATCH (n) RETURN (n)-->()', 'UnexpectedSyntax', 18],
    ['MATCH (n) RETURN size((n)-->())', 'UnexpectedSyntax', 23],
    ['MATCH (n) DELETE 1 + 1', 'InvalidArgumentType', 18],
    ['MATCH (n) WHERE n RETURN n', 'InvalidArgumentType', 17],
    ["RETURN true AND 'a'", 'InvalidArgumentType', 17],
    ['RETURN NOT 1', 'InvalidArgumentType', 12],
    ['MATCH (n) RETURN type(n)', 'InvalidArgumentType', 23],
    ['MATCH ()-[r]->() RETURN labels(r)', 'InvalidArgumentType', 32],
    ['MATCH ()-[r]->() RETURN length(r)', 'InvalidArgumentType', 32],
    ['MATCH p = ()-->() RETURN p.x', 'InvalidArgumentType', 26],
    ["RETURN 1 IN 'a'", 'InvalidArgumentType', 13],
    ["RETURN 1 - 'a'", 'InvalidArgumentType', 12],
    ['RETURN {} + 1', 'InvalidArgumentType', 8],
    ["RETURN all(x IN ['a'] WHERE x % 2 = 0)", 'InvalidArgumentType', 29],
    ['MATCH (n) SET n = 1', 'InvalidArgumentType', 19],
    ['MATCH ()-[r]->() SET r:A', 'InvalidArgumentType', 22],
    ['MATCH p = shortestPath((a)-[*2..3]-(b)) RETURN p', 'InvalidRelationshipPattern', 7],
  ])('%s is %s, column %i', (text, detail, column) => {
    const failure = failureOf(() => check(parse(text)));

    expect(failure).toMatchObject({ detail, code: 'Neo.ClientError.Statement.SyntaxError', position: { column } });
  });

  test('a property of a value that has none is a TypeError, as in the kit', () => {
    const failure = failureOf(() => check(parse('WITH 1 AS x RETURN x.y')));

    expect(failure).toMatchObject({ code: 'Neo.ClientError.Statement.TypeError', detail: 'InvalidArgumentType' });
  });

  test.each([
    ['MATCH (person) RETURN preson', 'Did you mean person?'],
    ['RETURN toUper(1)', 'Did you mean toUpper?'],
    ['MATCH (n)', 'Did you forget RETURN?'],
    ['MATCH (n) WITH n.x RETURN 1 AS a', 'Add AS and a name.'],
  ])('%s: %s', (text, hint) => {
    expect(failureOf(() => check(parse(text))).message).toContain(hint);
  });
});

describe('the columns of the result', () => {
  test.each([
    [
      'MATCH (n)-[r*]->() RETURN n, r, n.x, count(*) AS c',
      ['n NODE', 'r LIST<RELATIONSHIP>', 'n.x ANY', 'c INTEGER aggregate'],
    ],
    ['MATCH (n) WITH n, count(*) AS c RETURN *', ['c INTEGER', 'n NODE']],
    [
      "RETURN 1 AS a, 1.5 AS b, 'x' AS c, [1, 2] AS d, null AS e",
      ['a INTEGER', 'b FLOAT', 'c STRING', 'd LIST<INTEGER>', 'e NULL'],
    ],
    ['CREATE (n)', []],
    ['DROP DATABASE a', []],
  ])('%s', (text, columns) => {
    const found = check(parse(text)).map(({ name, type, aggregate }) => {
      const element = type.element ? `<${type.element.kind.toUpperCase()}>` : '';
      return `${name} ${type.kind.toUpperCase()}${element}${aggregate ? ' aggregate' : ''}`;
    });

    expect(found).toEqual(columns);
  });
});
