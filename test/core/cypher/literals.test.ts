import { describe, expect, test } from 'vitest';
import { parse } from '../../../core/cypher/parser.ts';
import { failureOf } from './failure.ts';
import { treeOf } from './tree-text.ts';

describe('numbers', () => {
  test.each([
    ['0', '0'],
    ['9223372036854775807', '9223372036854775807'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['4611686018427387905', '4611686018427387905'],
    ['1_000_000', '1000000'],
    ['0xFf', '255'],
    ['-0x8000000000000000', '-9223372036854775808'],
    ['0o17', '15'],
    ['1.5', '1.5'],
    ['.5', '0.5'],
    ['1.0', '1.0'],
    ['2e3', '2000.0'],
    ['1.25E-2', '0.0125'],
    ['1e+2', '100.0'],
  ])('%s is %s', (source, value) => {
    expect(treeOf(source)).toBe(value);
  });

  test.each([
    ['9223372036854775808', 'IntegerOverflow'],
    ['0x8000000000000000', 'IntegerOverflow'],
    ['1e999', 'FloatingPointOverflow'],
    ['12ab', 'InvalidNumberLiteral'],
    ['0x', 'InvalidNumberLiteral'],
    ['0xG', 'InvalidNumberLiteral'],
    ['0o8', 'InvalidNumberLiteral'],
    ['007', 'InvalidNumberLiteral'],
    ['1__0', 'InvalidNumberLiteral'],
    ['1e', 'InvalidNumberLiteral'],
  ])('%s is refused: %s', (source, detail) => {
    expect(failureOf(() => treeOf(source))).toMatchObject({ detail, position: { line: 1, column: 8 } });
  });

  test('an integer below the least one is refused, at its digits', () => {
    const failure = failureOf(() => parse('RETURN -9223372036854775809'));

    expect(failure.position?.column).toBe(9);
  });
});

describe('strings', () => {
  test.each([
    [`'a'`, 'a'],
    [`"it's"`, "it's"],
    [`'it\\'s'`, "it's"],
    [`'\\b\\f\\n\\r\\t\\\\\\"\\\`'`, '\b\f\n\r\t\\"`'],
    [`'\\u00e9\\U0001F600'`, 'é😀'],
    [`'// no comment /* none */'`, '// no comment /* none */'],
    [`'two\nlines'`, 'two\nlines'],
    [`''`, ''],
  ])('%s', (source, value) => {
    expect(treeOf(source)).toBe(JSON.stringify(value));
  });

  test.each([
    [`'\\uH'`, 'InvalidUnicodeLiteral', 9],
    [`'ab\\U00110000'`, 'InvalidUnicodeLiteral', 11],
    [`'a\\q'`, 'UnexpectedSyntax', 10],
    [`'never closed`, 'UnexpectedSyntax', 8],
    [`'a\\'`, 'UnexpectedSyntax', 8],
  ])('%s is refused: %s, at column %i', (source, detail, column) => {
    expect(failureOf(() => treeOf(source))).toMatchObject({ detail, position: { line: 1, column } });
  });
});

describe('names, blanks and comments', () => {
  test.each([
    ['`a b`', 'a b'],
    ['`a``b`', 'a`b'],
    ['größe', 'größe'],
    ['_x1', '_x1'],
  ])('%s is a name', (source, name) => {
    expect(treeOf(source)).toBe(name);
  });

  test('blanks and comments stand between any two tokens', () => {
    const source = '1/* one\n two */+// three\r\n\t2\u00a0';

    expect(treeOf(source)).toBe('(1 + 2)');
  });

  test.each([
    ['42 — 41', 'InvalidUnicodeCharacter', 11],
    ['a # b', 'UnexpectedSyntax', 10],
    ['a /* b', 'UnexpectedSyntax', 10],
    ['`a', 'UnexpectedSyntax', 8],
    ['a ? b', 'UnexpectedSyntax', 10],
  ])('%s is refused: %s, at column %i', (source, detail, column) => {
    expect(failureOf(() => treeOf(source))).toMatchObject({ detail, position: { line: 1, column } });
  });
});
