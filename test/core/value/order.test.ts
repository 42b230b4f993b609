import { describe, expect, test } from 'vitest';
import { compareOrder, holds } from '../../../core/value/order.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value } from '../../../core/value/value.ts';

const NAN = new Float(Number.NaN);

/** Ascending; openCypher, "Orderability". */
const ASCENDING: readonly Value[] = [
  new Map(),
  new Map([['a', 1]]),
  new Map([['a', 2]]),
  new Map([['b', 1]]),
  new Map([
    ['a', 1],
    ['b', 1],
  ]),
  new NodeReference(1),
  new NodeReference(2),
  new RelationshipReference(1),
  [],
  ['a'],
  ['a', 1],
  [1],
  [1, 'a'],
  [1, null],
  [2],
  [null],
  new PathReference([1], []),
  new PathReference([1, 2], [1]),
  new PathReference([1, 2], [2]),
  '',
  'A',
  'a',
  'ab',
  false,
  true,
  new Float(Number.NEGATIVE_INFINITY),
  -9223372036854775808n,
  -1,
  0,
  new Float(0.5),
  1,
  9007199254740993n,
  9223372036854775807n,
  new Float(2 ** 63),
  new Float(Number.POSITIVE_INFINITY),
  NAN,
  null,
];

describe('orderability', () => {
  test('every value comes before all that follow it in the order of types', () => {
    ASCENDING.forEach((left, i) => {
      ASCENDING.forEach((right, j) => {
        expect(Math.sign(compareOrder(left, right)), `${i} with ${j}`).toBe(Math.sign(i - j));
      });
    });
  });

  test('1 and 1.0 are level, and so are two NaNs', () => {
    expect(compareOrder(1, new Float(1))).toBe(0);
    expect(compareOrder(NAN, new Float(Number.NaN))).toBe(0);
  });
});

describe('comparability', () => {
  test.each<{ left: Value; right: Value; less: boolean | null; lessOrEqual: boolean | null }>([
    { left: 1, right: 2, less: true, lessOrEqual: true },
    { left: 1, right: new Float(1), less: false, lessOrEqual: true },
    { left: 1, right: 9007199254740993n, less: true, lessOrEqual: true },
    { left: 'a', right: 'b', less: true, lessOrEqual: true },
    { left: false, right: true, less: true, lessOrEqual: true },
    { left: NAN, right: 1, less: false, lessOrEqual: false },
    { left: 1, right: NAN, less: false, lessOrEqual: false },
    { left: NAN, right: 'a', less: null, lessOrEqual: null },
    { left: null, right: 1, less: null, lessOrEqual: null },
    { left: 1, right: 'a', less: null, lessOrEqual: null },
    { left: [1], right: [1, 0], less: true, lessOrEqual: true },
    { left: [1, null], right: [1], less: false, lessOrEqual: false },
    { left: [1, 2], right: [1, null], less: null, lessOrEqual: null },
    { left: [1, 2], right: [3, null], less: true, lessOrEqual: true },
    { left: new Map(), right: new Map(), less: null, lessOrEqual: null },
    { left: new NodeReference(1), right: new NodeReference(2), less: null, lessOrEqual: null },
  ])('$left < $right is $less, $left <= $right is $lessOrEqual', ({ left, right, less, lessOrEqual }) => {
    expect(holds('<', left, right)).toBe(less);
    expect(holds('<=', left, right)).toBe(lessOrEqual);
    expect(holds('>', right, left)).toBe(less);
    expect(holds('>=', right, left)).toBe(lessOrEqual);
  });
});
