import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DOCUMENTATION_PARTS } from '../../../core/cypher/error-text.ts';
import { parse } from '../../../core/cypher/parser.ts';
import { check } from '../../../core/cypher/semantic-check.ts';
import { failureOf } from './failure.ts';

describe('an error shows message, place, line and caret', () => {
  test('of a mistake in the second line', () => {
    const failure = failureOf(() => parse('MATCH (n)\n\tWHERE n.x = = 1\nRETURN n'));

    expect(failure.code).toBe('Neo.ClientError.Statement.SyntaxError');
    expect(failure.position).toEqual({ offset: 23, line: 2, column: 14 });
    expect(failure.message).toBe(
      [
        'Expected an expression, found "=" (line 2, column 14). Equality is written with one "=".',
        '\tWHERE n.x = = 1',
        '\t            ^',
      ].join('\n'),
    );
  });

  test('at the end of the text, and where the bracket opened that is never closed', () => {
    const failure = failureOf(() => parse('MATCH (n:A {x: 1}\n'));

    expect(failure.message).toBe(
      [
        'Expected ")", found the end of the statement (line 2, column 1). "(" of line 1, column 7 is never closed.',
        '',
        '^',
      ].join('\n'),
    );
  });

  test('of what is Cypher but not in this version', () => {
    const failure = failureOf(() => parse('MATCH (n)\nFILTER n.x > 1\nRETURN n'));

    expect(failure.code).toBe('Neo.ClientError.Statement.NotSupported');
    expect(failure.message).toBe(
      [
        'The clause FILTER is not in this version of Skein (line 2, column 1). What is: docs/CYPHER.md#reading.',
        'FILTER n.x > 1',
        '^',
      ].join('\n'),
    );
  });

  test('of a mistake in a line of a megabyte, with a piece of it only', () => {
    const failure = failureOf(() => parse(`RETURN [${'1,'.repeat(400_000)}] ]`));

    expect(failure.message.length).toBeLessThan(500);
    expect(failure.position?.column).toBe(800_009);
    const [, line, caret] = failure.message.split('\n');
    expect(line?.[caret?.indexOf('^') ?? -1]).toBe(']');
  });

  test('of a name of a megabyte, with a piece of it only', () => {
    const failure = failureOf(() => check(parse(`RETURN ${'x'.repeat(1_000_000)}`)));

    expect(failure.message.length).toBeLessThan(500);
  });
});

describe('mistakes are refused where they stand', () => {
  test.each([
    ['', 1, 'Expected a clause such as MATCH, CREATE or RETURN, found the end of the statement'],
    [';', 1, 'Expected a clause such as MATCH, CREATE or RETURN, found ";"'],
    ['MATCH (n) RETRUN n', 11, 'Expected a clause or the end of the statement, found "RETRUN"'],
    ['MATCH (n) WERE n.x = 1 RETURN n', 11, 'Did you mean WHERE?'],
    ['MATCH (n) RETRUN n', 11, 'Did you mean RETURN?'],
    ['SLECT 1', 1, 'Expected a clause'],
    ['CREAT (n)', 1, 'Did you mean CREATE?'],
    ['MATCH (n) RETURN', 17, 'Expected an expression, found the end of the statement'],
    ['MATCH (n] RETURN n', 9, 'Expected ")", found "]"'],
    ['MATCH (n RETURN n', 10, 'Expected ")", found "RETURN"'],
    ['MATCH (a)-[r>(b) RETURN a', 13, 'Expected "]", found ">"'],
    ['MATCH (a)->(b) RETURN a', 11, 'Expected "-", found ">"'],
    ['MATCH (a)-[:R](b) RETURN a', 15, 'Expected "-", found "("'],
    ['MATCH n RETURN n', 7, 'Expected a node pattern such as (n:Label), found "n"'],
    ['MATCH (where) RETURN 1 AS x', 8, 'Expected a variable, found "where"'],
    ['MATCH (n) RETURN n WHERE n.x', 20, 'WHERE may stand only after MATCH, OPTIONAL MATCH and WITH'],
    ['MATCH (n) RETURN n LIMIT 1 SKIP 1', 28, 'SKIP may stand only after the columns of WITH or RETURN'],
    ['MATCH (n) WHERE RETURN n', 17, 'Expected an expression, found "RETURN"'],
    ['RETURN 1 AS', 12, 'Expected a variable'],
    ['RETURN 1 AS in', 13, 'A variable with the name of a keyword stands in backticks.'],
    ['UNWIND [1, 2] x RETURN x', 15, 'Expected AS, found "x"'],
    ['RETURN x NOT IN y', 10, 'The negation stands in front: NOT x IN list.'],
    ['RETURN a != b', 10, 'Inequality is written <>.'],
    ['RETURN a = NOT b', 12, 'NOT binds loosely'],
    ['RETURN {param}', 14, 'A parameter is written $param.'],
    ['RETURN [1, ]', 12, 'Expected an expression, found "]"'],
    ['RETURN xs[]', 11, 'Expected an expression, found "]"'],
    ['RETURN CASE WHEN 1 THEN 2', 26, 'Expected WHEN, ELSE or END'],
    ['RETURN CASE 1 END', 15, 'Expected WHEN'],
    ['RETURN all(x IN xs)', 19, 'Expected WHERE'],
    ['RETURN sum(*)', 12, 'Only count(*) takes a star.'],
    ['RETURN 1; RETURN 2', 11, 'A request holds one statement'],
    ['MATCH (n) SET n', 16, 'Expected a property such as n.name, or a label such as n:Label'],
    ['MATCH (n) SET n.x += 1', 19, 'Expected "=", found "+="'],
    ['MERGE (n) ON SET n.x = 1', 14, 'Expected CREATE or MATCH'],
    ['CREATE INDEX FOR (n:A) ON (m.x)', 28, 'The variable m is not defined'],
    ['CREATE INDEX IF EXISTS FOR (n:A) ON (n.x)', 17, 'Expected NOT'],
    ['CREATE CONSTRAINT FOR (n:A) REQUIRE (n.x, n.y) IS NOT NULL', 37, 'A constraint on the existence'],
    ['CREATE EDGE INDEX ON :R', 19, 'An index on a relationship type needs a property'],
    ['CREATE DATABASE', 16, 'Expected the name of a database'],
    ['CREATE DATABASE a OPTIONS {x: $y}', 31, 'Expected a string, a number, true, false, a list or a map'],
    ['SHOW', 5, 'Expected INDEX or DATABASE'],
    ['MATCH (a)-[:R*-2]->(b) RETURN a', 15, 'A variable length may not be negative'],
    ['MATCH (a)-[:R..2]->(b) RETURN a', 14, 'A variable length starts with "*"'],
    ['MATCH p = shortestPath((a)) RETURN p', 24, 'The pattern in shortestPath has one relationship'],
  ])('%s: column %i: %s', (text, column, message) => {
    const failure = failureOf(() => parse(text));

    expect(failure.code).toBe('Neo.ClientError.Statement.SyntaxError');
    expect(failure.position).toMatchObject({ line: 1, column });
    expect(failure.message).toContain(message);
  });
});

test.each([
  ['LET x = 1 RETURN x', 'reading'],
  ['MATCH (n) INSERT (m)', 'writing'],
  ['CREATE UNIQUE (n)', 'writing'],
  ['GRANT ROLE a TO b', 'commands'],
  ['CYPHER 25 RETURN 1', 'around-a-statement'],
])('%s: what there is of it is told in part %s of the documentation', (text, part) => {
  expect(failureOf(() => parse(text)).message).toContain(`What is: docs/CYPHER.md#${part}.`);
});

test.each(DOCUMENTATION_PARTS)('the documentation has the part %s that errors name', (part) => {
  const headings = readFileSync('docs/CYPHER.md', 'utf8').match(/^#+ .*$/gm) ?? [];

  expect(headings.map((heading) => heading.replace(/^#+ /, '').toLowerCase().replaceAll(' ', '-'))).toContain(part);
});

describe('Cypher that this version does not have is named', () => {
  test.each([
    ['CYPHER 25 RETURN 1', 8, 'Cypher 25'],
    ['USE graph.byName($x) MATCH (n) RETURN n', 5, 'A graph that is worked out after USE'],
    ['MATCH (n) USING INDEX n:A(x) RETURN n', 11, 'A planner hint with USING'],
    ['MATCH (n:A|$(l)) RETURN n', 12, 'A dynamic label or type beside | or !'],
    ['MATCH p = ANY SHORTEST (a)-->(b) RETURN p', 11, 'The path selector ANY'],
    ['CREATE LOOKUP INDEX a FOR (n) ON EACH labels(n)', 1, 'CREATE LOOKUP INDEX'],
    ['CREATE INDEX ON :A(x.y)', 21, 'An index on a nested property'],
    ['CREATE OR REPLACE DATABASE a', 1, 'The command CREATE OR'],
    ['SHOW USERS', 1, 'The command SHOW USERS'],
    ['GRANT ROLE a TO b', 1, 'The command GRANT ROLE'],
  ])('%s: column %i: %s', (text, column, what) => {
    const failure = failureOf(() => parse(text));

    expect(failure.code).toBe('Neo.ClientError.Statement.NotSupported');
    expect(failure.position).toMatchObject({ line: 1, column });
    expect(failure.message).toContain(`${what} is not in this version of Skein`);
  });

  test.each([
    ['RETURN apoc.version()', 'The function apoc.version'],
    ['RETURN gds.version()', 'The function gds.version'],
  ])('%s: %s', (text, what) => {
    const failure = failureOf(() => check(parse(text)));

    expect(failure.code).toBe('Neo.ClientError.Statement.NotSupported');
    expect(failure.message).toContain(`${what} is not in this version of Skein`);
  });
});
