import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../core/error.ts';
import { Database } from './database.ts';

function failure(run: () => unknown): GraphError {
  try {
    run();
  } catch (error) {
    if (error instanceof GraphError) return error;
  }
  throw new Error('no GraphError was thrown');
}

describe('a failure while a statement runs shows its place, and has the GQLSTATUS that Neo4j lists', () => {
  test.each([
    ['UNWIND [0] AS x\nRETURN 1 / x', 'Statement.ArithmeticError', '22012', 'RETURN 1 / x\n       ^'],
    ['RETURN 9223372036854775807 + 1', 'Statement.ArithmeticError', '22003', '+ 1\n       ^'],
    ['UNWIND [1, 2] AS x RETURN x.key', 'Statement.TypeError', '22G03', 'x.key\n'],
    ['RETURN range(1, 2, 0)', 'Statement.ArgumentError', '22003', 'range(1, 2, 0)\n       ^'],
    ["RETURN date('x')", 'Statement.ArgumentError', '22N11', "date('x')\n       ^"],
    ['RETURN $x', 'Statement.ParameterMissing', '42N51', 'RETURN $x\n       ^'],
    ['MERGE (n {x: null})', 'Statement.SemanticError', '22N31', 'null})\n             ^'],
    ['CREATE (a) DELETE a WITH a RETURN a.x', 'Statement.EntityNotFound', '25N13', 'a.x\n'],
    ['DROP INDEX nowhere', 'Schema.IndexNotFound', '22N69', 'DROP INDEX nowhere\n^'],
    ['DROP CONSTRAINT nowhere', 'Schema.ConstraintNotFound', '22N64', 'nowhere\n^'],
    ['CALL no.such()', 'Procedure.ProcedureNotFound', '42N08', 'CALL no.such()\n^'],
    ['RETURN gds.version()', 'Statement.NotSupported', '51N27', 'gds.version()\n       ^'],
    ['RETURN 1 +', 'Statement.SyntaxError', '42001', 'RETURN 1 +\n          ^'],
  ])('%s', (statement, code, gqlStatus, shown) => {
    const error = failure(() => new Database().run(statement));

    expect(error).toMatchObject({ code: `Neo.ClientError.${code}`, gqlStatus });
    expect(error.message).toContain(`(line ${error.position?.line}, column ${error.position?.column}).`);
    expect(error.message).toContain(shown);
  });
});

test('a node that still has relationships has the GQLSTATUS of GQL', () => {
  const error = failure(() => new Database().run('CREATE (a)-[:R]->(b) DELETE a'));

  expect(error).toMatchObject({ code: 'Neo.ClientError.Schema.ConstraintValidationFailed', gqlStatus: 'G1001' });
});

test.each([
  ['REQUIRE n.x IS UNIQUE', 'CREATE (:A {x: 1})', '22N79'],
  ['REQUIRE n.x IS NOT NULL', 'CREATE (:A)', '22N77'],
  ['REQUIRE n.x :: INTEGER', "CREATE (:A {x: 'a'})", '22N78'],
  ['REQUIRE n.x IS NODE KEY', 'CREATE (:A)', '22N77'],
  ['REQUIRE n.x IS NODE KEY', 'CREATE (:A {x: 1})', '22N79'],
])('what violates %s says which kind of constraint it was', (constraint, statement, gqlStatus) => {
  const database = new Database();
  database.run('CREATE (:A {x: 1})');
  database.run(`CREATE CONSTRAINT FOR (n:A) ${constraint}`);

  expect(() => database.run(statement)).toThrow(expect.objectContaining({ gqlStatus }));
});
