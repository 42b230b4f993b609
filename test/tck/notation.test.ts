import { describe, expect, test } from 'vitest';
import { canonicalText } from './canonical.ts';
import { parseNotation } from './notation.ts';

describe('the notation of values', () => {
  test.each([
    { text: 'null', canonical: 'null' },
    { text: 'true', canonical: 'true' },
    { text: '-9223372036854775808', canonical: '-9223372036854775808' },
    { text: '1', canonical: '1' },
    { text: '1.0', canonical: '1.0' },
    { text: '1e0', canonical: '1.0' },
    { text: '.5', canonical: '0.5' },
    { text: '-0.0', canonical: '0.0' },
    { text: '-1e-305', canonical: '-1e-305' },
    { text: '1.0E300', canonical: '1e+300' },
    { text: 'NaN', canonical: 'NaN' },
    { text: '-Inf', canonical: '-Infinity' },
    { text: "'P1DT0.5S'", canonical: "'P1DT0.5S'" },
    { text: String.raw`'it\'s \\ a \d'`, canonical: String.raw`'it\'s \\ a \\d'` },
    { text: "[1, [2.0, 'a'], null, []]", canonical: "[1, [2.0, 'a'], null, []]" },
    { text: "{b: 1, a: {`c d`: '}'}}", canonical: "{a: {`c d`: '}'}, b: 1}" },
    { text: '()', canonical: '()' },
    { text: '(:B:A {y: 1, x: [true]})', canonical: '(:A:B {x: [true], y: 1})' },
    { text: '({a: 1})', canonical: '({a: 1})' },
    { text: '[:T {since: 1999}]', canonical: '[:T {since: 1999}]' },
    { text: '[[:A], [:B]]', canonical: '[[:A], [:B]]' },
    { text: '<()>', canonical: '<()>' },
    { text: '<(:A)-[:T {x: 1}]->()<-[:S]-({y: 2})>', canonical: '<(:A)-[:T {x: 1}]->()<-[:S]-({y: 2})>' },
  ])('$text is $canonical', ({ text, canonical }) => {
    const read = parseNotation(text);

    expect(canonicalText(read)).toBe(canonical);
    expect(canonicalText(parseNotation(canonicalText(read)))).toBe(canonical);
  });

  test.each([
    '',
    'nul',
    '1 2',
    "'open",
    '[1',
    '[1,]',
    '{a}',
    '{a: 1,}',
    '(:A',
    '[:]',
    '<(:A)->(:B)>',
    '<(:A)-[:T]-(:B)>',
    'date()',
  ])('%s is no value', (text) => {
    expect(() => parseNotation(text)).toThrow(/notation, at/);
  });

  test('tells an INTEGER from a FLOAT and text from both', () => {
    const texts = ['1', '1.0', "'1'", "'1.0'"].map((text) => canonicalText(parseNotation(text)));

    expect(new Set(texts).size).toBe(4);
  });

  test('leaves the order of elements out where a step says so, in lists within lists too', () => {
    const [left, right] = [parseNotation('[[1, 2], {a: [3, 4]}]'), parseNotation('[{a: [4, 3]}, [2, 1]]')];

    expect(canonicalText(left, 'ignored')).toBe(canonicalText(right, 'ignored'));
    expect(canonicalText(left)).not.toBe(canonicalText(right));
  });
});
