import { describe, expect, test } from 'vitest';
import { CLAUSES_MAX } from '../../../core/cypher/clause-parser.ts';
import { TREE_HEIGHT_MAX } from '../../../core/cypher/expression-parser.ts';
import { STATEMENT_UNITS_MAX } from '../../../core/cypher/lexer.ts';
import { parse } from '../../../core/cypher/parser.ts';
import { CREATED_PARTS_MAX, MATCHED_PARTS_MAX } from '../../../core/cypher/pattern-parser.ts';
import { check } from '../../../core/cypher/semantic-check.ts';
import { NESTING_DEPTH_MAX } from '../../../core/cypher/token-cursor.ts';
import { failureOf } from './failure.ts';

/** Far above what linear work takes on a busy machine, far below what quadratic work would. */
const SLOW_MS = 5_000;

describe('what nests without end is refused with a position', () => {
  test.each([
    ['brackets', `RETURN ${'('.repeat(100_000)}1${')'.repeat(100_000)}`],
    ['lists', `RETURN ${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['maps', `RETURN ${'{a:'.repeat(100_000)}`],
    ['calls', `RETURN ${'size('.repeat(100_000)}`],
    ['NOT', `RETURN ${'NOT '.repeat(100_000)}true`],
    ['signs', `RETURN ${'-'.repeat(100_000)}x`],
    ['CASE', `RETURN ${'CASE WHEN '.repeat(50_000)}`],
    ['comprehensions', `RETURN ${'[x IN '.repeat(100_000)}`],
    ['EXISTS', `RETURN ${'EXISTS { (a) WHERE '.repeat(40_000)}`],
    ['subqueries', `RETURN ${'COUNT { MATCH (a) WHERE '.repeat(40_000)}`],
    ['FOREACH', 'FOREACH (x IN [1] | '.repeat(40_000)],
    ['path patterns', `MATCH ${'('.repeat(100_000)}`],
    ['label expressions', `MATCH (n:${'!'.repeat(100_000)}A) RETURN n`],
    ['labels in brackets', `MATCH (n:${'('.repeat(100_000)}A) RETURN n`],
    ['labels', `MATCH (n:A${'|A'.repeat(100_000)}) RETURN n`],
    ['types of values', `RETURN 1 IS :: ${'LIST<'.repeat(100_000)}`],
    ['indexes', `RETURN x${'[0'.repeat(100_000)}`],
    ['lists in options', `CREATE DATABASE a OPTIONS {a: ${'['.repeat(100_000)}`],
    ['sums', `RETURN 1${'+1'.repeat(100_000)}`],
    ['alternatives', `RETURN true${' OR true'.repeat(100_000)}`],
    ['properties', `RETURN x${'.y'.repeat(100_000)}`],
    ['clauses', `${'WITH 1 AS x '.repeat(50_000)}RETURN x`],
    ['unions', `${'RETURN 1 AS x UNION '.repeat(50_000)}RETURN 1 AS x`],
    ['merged nodes', `${'MERGE () '.repeat(MATCHED_PARTS_MAX + 1)}`],
    ['a path', `MATCH ()${'--()'.repeat(100_000)} RETURN 1 AS x`],
    ['created nodes', `CREATE ()${',()'.repeat(100_000)}`],
  ])('%s', (_, text) => {
    const failure = failureOf(() => check(parse(text)));

    expect(failure.code).toBe('Neo.ClientError.Statement.SyntaxError');
    expect(failure.position?.column).toBeGreaterThan(1);
    expect(failure.message.length).toBeLessThan(500);
  });
});

describe('what is large but flat passes', () => {
  test.each([
    ['the deepest nesting', `RETURN ${'['.repeat(NESTING_DEPTH_MAX - 1)}1${']'.repeat(NESTING_DEPTH_MAX - 1)} AS x`],
    ['the longest sum', `RETURN 1${'+1'.repeat(TREE_HEIGHT_MAX - 1)} AS x`],
    ['many alternatives', `MATCH (n) WHERE ${'n.x = 1 OR '.repeat(TREE_HEIGHT_MAX - 10)}n.y RETURN n`],
    ['most clauses', `${'WITH 1 AS x '.repeat(CLAUSES_MAX - 1)}RETURN x`],
    ['most looked-for parts of a clause', `MATCH ${'(),'.repeat(MATCHED_PARTS_MAX - 1)}() RETURN 1 AS x`],
    ['most looked-for parts of all clauses', `${'MERGE () '.repeat(MATCHED_PARTS_MAX - 1)}MERGE ()`],
    ['most created parts', `CREATE ${'(),'.repeat(CREATED_PARTS_MAX - 1)}()`],
    ['a long list', `RETURN [${'1,'.repeat(200_000)}1] AS x`],
    ['a long chain of comparisons', `RETURN 1${'<1'.repeat(100_000)} AS x`],
    ['a long string', `RETURN '${'\\n'.repeat(400_000)}' AS x`],
    ['many comments', `${'/**/'.repeat(200_000)}RETURN 1 AS x`],
    ['many lines', `${'//\n'.repeat(300_000)}RETURN 1 AS x`],
    ['many SET items', `MATCH (n) SET ${'n.x=1,'.repeat(100_000)}n.x=1`],
    ['many columns, grouped and sorted', `MATCH (n) RETURN ${manyColumns()}, count(*) AS c ORDER BY ${manyColumns()}`],
    [
      'a list inside many comprehensions',
      `RETURN ${'[x IN '.repeat(150)}[${'1,'.repeat(200_000)}1]${']'.repeat(150)} AS x`,
    ],
  ])(
    '%s',
    (_, text) => {
      expect(() => check(parse(text))).not.toThrow();
    },
    SLOW_MS,
  );

  test(
    'a list inside many lists that look like comprehensions at first is read once',
    () => {
      const text = `UNWIND [1] AS x RETURN ${'[x IN '.repeat(150)}[${'1,'.repeat(200_000)}1]${', 1]'.repeat(150)} AS y`;

      expect(() => check(parse(text))).not.toThrow();
    },
    SLOW_MS,
  );
});

test('a statement that is too long is refused unread', () => {
  const failure = failureOf(() => parse('x'.repeat(STATEMENT_UNITS_MAX + 1)));

  expect(failure.message).toContain(`at most ${STATEMENT_UNITS_MAX} are read`);
});

function manyColumns(): string {
  return Array.from({ length: 20_000 }, (_, i) => `n.x${i}`).join();
}
