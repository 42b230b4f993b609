import { describe, expect, test } from 'vitest';
import type { Value } from '../../../../core/value/value.ts';
import { batchOf, evaluate, evaluateAll, failureOf, valueColumn } from './evaluation.ts';

describe('comprehensions', () => {
  test.each<{ text: string; expected: Value }>([
    { text: '[x IN [1, 2, 3] | x * 2]', expected: [2, 4, 6] },
    { text: '[x IN [1, 2, 3] WHERE x > 1]', expected: [2, 3] },
    { text: '[x IN [1, null, 3] WHERE x > 1 | x + 1]', expected: [4] },
    { text: '[x IN null | x]', expected: null },
    {
      text: '[x IN [1, 2] | [y IN [10, 20] | x + y]]',
      expected: [
        [11, 21],
        [12, 22],
      ],
    },
    { text: '[x IN [[1, 2], [3]] | [x IN x | x + 1]]', expected: [[2, 3], [4]] },
    { text: 'reduce(a = 0, x IN [1, 2, 3] | a + x)', expected: 6 },
    { text: 'reduce(a = 0, x IN [1, null] | a + x)', expected: null },
    { text: 'reduce(a = 1, x IN [] | a + x)', expected: 1 },
    { text: 'reduce(a = 1, x IN null | a + x)', expected: null },
    { text: 'reduce(a = 0, x IN [1, 2] | a + reduce(b = 0, y IN [10, 20] | b + x * y))', expected: 90 },
  ])('$text', ({ text, expected }) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test('see the row around them, for each row of a batch', () => {
    const batch = batchOf(3, valueColumn(1, 2, null));

    expect(evaluateAll('[x IN [1, 2] | x + n]', ['n'], batch)).toEqual([
      [2, 3],
      [3, 4],
      [null, null],
    ]);
  });

  test('over something else than a list are a TypeError', () => {
    expect(failureOf(() => evaluate('[x IN n | x]', { n: 1 }))).toMatchObject({ detail: 'InvalidArgumentType' });
  });
});

describe('quantifiers', () => {
  /** Of a list of truths: all, any, none, single. */
  test.each<{ list: (boolean | null)[]; expected: (boolean | null)[] }>([
    { list: [], expected: [true, false, true, false] },
    { list: [true], expected: [true, true, false, true] },
    { list: [false], expected: [false, false, true, false] },
    { list: [null], expected: [null, null, null, null] },
    { list: [true, true], expected: [true, true, false, false] },
    { list: [true, false], expected: [false, true, false, true] },
    { list: [true, null], expected: [null, true, false, null] },
    { list: [false, null], expected: [false, null, null, null] },
    { list: [true, true, null], expected: [null, true, false, false] },
    { list: [null, false, true], expected: [false, true, false, null] },
  ])('all, any, none and single over $list are $expected', ({ list, expected }) => {
    const values = ['all', 'any', 'none', 'single'].map((name) => evaluate(`${name}(x IN l WHERE x)`, { l: list }));

    expect(values).toEqual(expected);
  });

  test('over null are null', () => {
    expect(evaluate('any(x IN null WHERE true)')).toBeNull();
  });
});
