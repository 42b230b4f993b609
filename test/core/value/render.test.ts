import { describe, expect, test } from 'vitest';
import { render, renderFloat, typeName } from '../../../core/value/render.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value } from '../../../core/value/value.ts';

describe('values as text', () => {
  test.each([
    [1, '1.0'],
    [-0, '-0.0'],
    [0.5, '0.5'],
    [1234567, '1234567.0'],
    [12345678, '1.2345678E7'],
    [1e10, '1.0E10'],
    [0.001, '0.001'],
    [0.0001, '1.0E-4'],
    [-1.5e-7, '-1.5E-7'],
    [Number.NaN, 'NaN'],
    [Number.NEGATIVE_INFINITY, '-Infinity'],
  ])('the FLOAT %o is written %s', (value, expected) => {
    expect(renderFloat(value)).toBe(expected);
  });

  test.each<[Value, string]>([
    [null, 'null'],
    [9007199254740993n, '9007199254740993'],
    ["it's", "'it\\'s'"],
    [[1, new Float(1), 'a', null], "[1, 1.0, 'a', null]"],
    [new Map<string, Value>([['a', [true]]]), '{a: [true]}'],
  ])('%o is written %s', (value, expected) => {
    expect(render(value)).toBe(expected);
  });

  test.each<[Value, string]>([
    [null, 'NULL'],
    [1, 'INTEGER'],
    [2n ** 60n, 'INTEGER'],
    [new Float(1), 'FLOAT'],
    ['', 'STRING'],
    [true, 'BOOLEAN'],
    [[], 'LIST'],
    [new Map(), 'MAP'],
    [new NodeReference(1), 'NODE'],
    [new RelationshipReference(1), 'RELATIONSHIP'],
    [new PathReference([1], []), 'PATH'],
  ])('the type of %o is %s', (value, expected) => {
    expect(typeName(value)).toBe(expected);
  });
});
