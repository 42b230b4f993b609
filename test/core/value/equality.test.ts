import { describe, expect, test } from 'vitest';
import { equals } from '../../../core/value/equality.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value } from '../../../core/value/value.ts';

const NAN = new Float(Number.NaN);
const map = (entries: Record<string, Value>): Value => new Map(Object.entries(entries));

describe('equality', () => {
  test.each<{ left: Value; right: Value; expected: boolean | null }>([
    { left: 1, right: 1, expected: true },
    { left: 1, right: 2, expected: false },
    { left: 1, right: new Float(1), expected: true },
    { left: 1, right: new Float(1.5), expected: false },
    { left: new Float(0), right: new Float(-0), expected: true },
    { left: 9223372036854775807n, right: 9223372036854775807n, expected: true },
    { left: 9223372036854775807n, right: 9223372036854775806n, expected: false },
    { left: 9223372036854775807n, right: new Float(2 ** 63), expected: false },
    { left: 2n ** 62n, right: new Float(2 ** 62), expected: true },
    { left: NAN, right: NAN, expected: false },
    { left: 'a', right: 'a', expected: true },
    { left: '1', right: 1, expected: false },
    { left: true, right: true, expected: true },
    { left: true, right: 1, expected: false },
    { left: null, right: null, expected: null },
    { left: null, right: 1, expected: null },
    { left: [], right: [], expected: true },
    { left: [1, 2], right: [1], expected: false },
    { left: [1, null], right: [1, 2], expected: null },
    { left: [1, null], right: [2, null], expected: false },
    { left: [null, 1], right: [null, 2], expected: false },
    { left: [[1, null]], right: [[1, 2]], expected: null },
    { left: [1], right: 1, expected: false },
    { left: map({ a: 1 }), right: map({ a: new Float(1) }), expected: true },
    { left: map({ a: 1 }), right: map({ b: 1 }), expected: false },
    { left: map({ a: null }), right: map({ a: null }), expected: null },
    { left: map({ a: null, b: 1 }), right: map({ a: 2, b: 2 }), expected: false },
    { left: map({}), right: map({ a: null }), expected: false },
    { left: map({}), right: [], expected: false },
    { left: new NodeReference(1), right: new NodeReference(1), expected: true },
    { left: new NodeReference(1), right: new RelationshipReference(1), expected: false },
    { left: new PathReference([1, 2], [3]), right: new PathReference([1, 2], [3]), expected: true },
    { left: new PathReference([1, 2], [3]), right: new PathReference([1, 2], [4]), expected: false },
  ])('$left = $right is $expected, either way round', ({ left, right, expected }) => {
    expect(equals(left, right)).toBe(expected);
    expect(equals(right, left)).toBe(expected);
  });
});
