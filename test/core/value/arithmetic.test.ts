import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../core/error.ts';
import { add, divide, modulo, multiply, negate, power, subtract } from '../../../core/value/arithmetic.ts';
import { Float, type Value } from '../../../core/value/value.ts';

const OPERATIONS = { '+': add, '-': subtract, '*': multiply, '/': divide, '%': modulo, '^': power };
const MAX = 9223372036854775807n;
const MIN = -9223372036854775808n;
const SAFE = Number.MAX_SAFE_INTEGER;

type Operator = keyof typeof OPERATIONS;

describe('arithmetic', () => {
  test.each<[Value, Operator, Value, Value]>([
    [1, '+', 2, 3],
    [1, '+', new Float(2), new Float(3)],
    [SAFE, '+', 1, 9007199254740992n],
    [9007199254740992n, '-', 1, SAFE],
    [SAFE, '+', 2, 9007199254740993n],
    [4611686018427387905n, '+', 0, 4611686018427387905n],
    [MAX, '-', 1, 9223372036854775806n],
    [MIN, '+', MAX, -1],
    [3037000500, '*', 3037000499, 9223372033963249500n],
    [-3, '*', 0, 0],
    [7, '/', 2, 3],
    [-7, '/', 2, -3],
    [0, '/', -2, 0],
    [SAFE, '/', 3, 3002399751580330],
    [MIN, '/', 2, -4611686018427387904n],
    [7, '/', new Float(2), new Float(3.5)],
    [1, '/', new Float(0), new Float(Number.POSITIVE_INFINITY)],
    [new Float(0), '/', 0, new Float(Number.NaN)],
    [7, '%', 3, 1],
    [-7, '%', 3, -1],
    [-6, '%', 3, 0],
    [MIN, '%', 10, -8],
    [new Float(7.5), '%', 2, new Float(1.5)],
    [2, '^', 3, new Float(8)],
    [4, '^', new Float(0.5), new Float(2)],
    ['a', '+', 'b', 'ab'],
    ['a', '+', 1, 'a1'],
    [new Float(1), '+', 'a', '1.0a'],
    [[1], '+', [2, [3]], [1, 2, [3]]],
    [[1], '+', 2, [1, 2]],
    ['a', '+', [1], ['a', 1]],
    [null, '+', 1, null],
    [[1], '+', null, null],
    [null, '^', 2, null],
    [null, '%', 0, null],
  ])('%o %s %o is %o', (left, operator, right, expected) => {
    expect(OPERATIONS[operator](left, right)).toEqual(expected);
  });

  test.each<[Value, Operator, Value]>([
    [MAX, '+', 1],
    [MIN, '-', 1],
    [MAX, '*', 2],
    [3037000500, '*', 3037000500],
    [MIN, '/', -1],
  ])('%o %s %o does not fit 64 bits and fails', (left, operator, right) => {
    expect(failure(() => OPERATIONS[operator](left, right))).toMatchObject({
      code: 'Neo.ClientError.Statement.ArithmeticError',
      gqlStatus: '22003',
      detail: 'IntegerOverflow',
    });
  });

  test.each<[Value, Operator]>([
    [1, '/'],
    [1, '%'],
    [MAX, '/'],
    [MAX, '%'],
  ])('%o %s 0 fails', (left, operator) => {
    const position = { offset: 3, line: 1, column: 4 };

    expect(failure(() => OPERATIONS[operator](left, 0, position))).toMatchObject({
      code: 'Neo.ClientError.Statement.ArithmeticError',
      detail: 'DivisionByZero',
      position,
    });
  });

  test.each<[Value, Operator, Value]>([
    [1, '-', 'a'],
    ['a', '*', 2],
    [true, '+', 1],
    ['a', '+', true],
    [new Map(), '+', 1],
    [[1], '-', [1]],
    ['a', '^', 2],
  ])('%o %s %o is a TypeError', (left, operator, right) => {
    expect(failure(() => OPERATIONS[operator](left, right))).toMatchObject({
      code: 'Neo.ClientError.Statement.TypeError',
      detail: 'InvalidArgumentType',
    });
  });

  test.each<[Value, Value]>([
    [1, -1],
    [0, 0],
    [new Float(1.5), new Float(-1.5)],
    [9007199254740993n, -9007199254740993n],
    [null, null],
  ])('the negative of %o is %o', (value, expected) => {
    expect(negate(value)).toEqual(expected);
  });

  test('the negative of the least INTEGER does not fit', () => {
    expect(failure(() => negate(MIN))).toMatchObject({ detail: 'IntegerOverflow' });
  });
});

function failure(run: () => unknown): GraphError {
  try {
    run();
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
