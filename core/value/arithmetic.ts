/**
 * The operators + - * / % ^ || and unary minus. INTEGER results stay within 64 bits or fail; a FLOAT operand makes the
 * result a FLOAT; null makes it null. Durations are added, scaled, and added to temporal values. Every function throws a
 * GraphError at `position`: ArithmeticError where a result does not exist, TypeError where an operand has no such operation.
 */
import { GraphError, type Position, withPosition } from '../error.ts';
import { isList } from './equality.ts';
import { describe, renderFloat } from './render.ts';
import { addDurations, divideDuration, multiplyDuration, negateDuration } from './temporal/duration.ts';
import { minus, plus } from './temporal/plus.ts';
import { DurationValue, isTemporal } from './temporal/temporal-value.ts';
import { Float, type Value } from './value.ts';

/** Elements that a list may have. */
export const LIST_LENGTH_MAX = 2_000_000;
/** What an element takes in a list, in bytes, beside what it points to. */
export const ELEMENT_BYTES = 8;

/** UTF-16 units that a string may have. */
export const STRING_LENGTH_MAX = 8 * 1024 * 1024;

/** An operand or result of arithmetic. */
export type NumericValue = number | bigint | Float;

type At = Position | undefined;

/** Whether a value is an INTEGER or a FLOAT. */
export function isNumeric(value: Value): value is NumericValue {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
}

/** A number as the FLOAT nearest to it. */
export function toFloatNumber(value: NumericValue): number {
  return value instanceof Float ? value.value : Number(value);
}

/** An exact result as an INTEGER: a number where that is safe. Fails past 64 bits. */
export function checkedInteger(exact: bigint, position?: At): number | bigint {
  if (exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER) return Number(exact);
  if (BigInt.asIntN(64, exact) === exact) return exact;
  throw new GraphError('Neo.ClientError.Statement.ArithmeticError', 'The result does not fit a 64-bit INTEGER.', {
    position,
    detail: 'IntegerOverflow',
    gqlStatus: '22003',
  });
}

export function add(left: Value, right: Value, position?: At): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    return Number.isSafeInteger(sum) ? sum : checkedInteger(BigInt(left) + BigInt(right), position);
  }
  if (left === null || right === null) return null;
  if (isNumeric(left) && isNumeric(right)) {
    if (left instanceof Float || right instanceof Float) return new Float(toFloatNumber(left) + toFloatNumber(right));
    return checkedInteger(BigInt(left) + BigInt(right), position);
  }
  if (isList(left) || isList(right)) return concatenateLists(left, right, position);
  if (isText(left, right)) return checkedString(textOf(left) + textOf(right), position);
  if (left instanceof DurationValue || right instanceof DurationValue) {
    const sum = addDuration(left, right, position);
    if (sum !== undefined) return sum;
  }
  throw operandError('+', left, right, position);
}

/** `||` joins two strings, or two lists. */
export function concatenate(left: Value, right: Value, position?: At): Value {
  if (left === null || right === null) return null;
  if (isList(left) && isList(right)) return concatenateLists(left, right, position);
  if (typeof left === 'string' && typeof right === 'string') return checkedString(left + right, position);
  throw operandError('||', left, right, position);
}

/** A duration and another, or a temporal value and a duration either way round; undefined for other values. */
function addDuration(left: Value, right: Value, position: At): Value | undefined {
  if (left instanceof DurationValue && right instanceof DurationValue) {
    return withPosition(position, () => addDurations(left, right));
  }
  if (isTemporal(left) && right instanceof DurationValue) return withPosition(position, () => plus(left, right));
  if (left instanceof DurationValue && isTemporal(right)) return withPosition(position, () => plus(right, left));
  return undefined;
}

/** A list takes another list's elements, or one more element at that end. */
function concatenateLists(left: Value, right: Value, position: At): Value {
  const result = [isList(left) ? left : [left], isList(right) ? right : [right]].flat(1);
  if (result.length > LIST_LENGTH_MAX) throw tooLarge('list', LIST_LENGTH_MAX, position);
  return result;
}

/** A string may be joined with another or with a number. */
function isText(left: Value, right: Value): boolean {
  if (typeof left === 'string') return typeof right === 'string' || isNumeric(right);
  return typeof right === 'string' && isNumeric(left);
}

function textOf(value: Value): string {
  return value instanceof Float ? renderFloat(value.value) : String(value);
}

/** The string, unless it is longer than any may be. */
export function checkedString(text: string, position?: At): string {
  if (text.length > STRING_LENGTH_MAX) throw tooLarge('string', STRING_LENGTH_MAX, position);
  return text;
}

/** The error of a list or string past its bound. */
export function tooLarge(what: 'list' | 'string', lengthMax: number, position: At): GraphError {
  return new GraphError(
    'Neo.TransientError.General.MemoryPoolOutOfMemoryError',
    `A ${what} may have a length of at most ${lengthMax}.`,
    { position },
  );
}

export function subtract(left: Value, right: Value, position?: At): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const difference = left - right;
    return Number.isSafeInteger(difference) ? difference : checkedInteger(BigInt(left) - BigInt(right), position);
  }
  if (right instanceof DurationValue) {
    if (isTemporal(left)) return withPosition(position, () => minus(left, right));
    if (left instanceof DurationValue) {
      return withPosition(position, () => addDurations(left, negateDuration(right)));
    }
  }
  return numeric('-', left, right, position, subtractFloats, subtractIntegers);
}

const subtractFloats = (left: number, right: number): number => left - right;
const subtractIntegers = (left: bigint, right: bigint): bigint => left - right;

export function multiply(left: Value, right: Value, position?: At): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    const product = left * right;
    // Adding 0 makes 0 of -0, which no INTEGER is.
    return Number.isSafeInteger(product) ? product + 0 : checkedInteger(BigInt(left) * BigInt(right), position);
  }
  if (left instanceof DurationValue && isFactor(right)) return scaled(multiplyDuration, left, right, position);
  if (right instanceof DurationValue && isFactor(left)) return scaled(multiplyDuration, right, left, position);
  return numeric('*', left, right, position, multiplyFloats, multiplyIntegers);
}

/** Whether a duration can be multiplied with a value: a number. */
function isFactor(value: Value): value is NumericValue {
  return value !== null && isNumeric(value);
}

function scaled(
  operation: typeof multiplyDuration,
  duration: DurationValue,
  factor: NumericValue,
  position: At,
): DurationValue {
  return withPosition(position, () => operation(duration, factor instanceof Float ? factor.value : factor));
}

const multiplyFloats = (left: number, right: number): number => left * right;
const multiplyIntegers = (left: bigint, right: bigint): bigint => left * right;

/** INTEGER division truncates towards zero, and fails for a divisor of zero. */
export function divide(left: Value, right: Value, position?: At): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    if (right === 0) throw divisionByZero(position);
    // Taking the remainder off first keeps the division exact; adding 0 makes 0 of -0.
    return (left - (left % right)) / right + 0;
  }
  if (left instanceof DurationValue && isFactor(right)) {
    if (toFloatNumber(right) === 0) throw divisionByZero(position);
    return scaled(divideDuration, left, right, position);
  }
  return numeric('/', left, right, position, divideFloats, (dividend, divisor) => {
    if (divisor === 0n) throw divisionByZero(position);
    return dividend / divisor;
  });
}

const divideFloats = (left: number, right: number): number => left / right;

/** The remainder of a division that truncates: its sign is the dividend's. */
export function modulo(left: Value, right: Value, position?: At): Value {
  if (typeof left === 'number' && typeof right === 'number') {
    if (right === 0) throw divisionByZero(position);
    return (left % right) + 0;
  }
  return numeric('%', left, right, position, moduloFloats, (dividend, divisor) => {
    if (divisor === 0n) throw divisionByZero(position);
    return dividend % divisor;
  });
}

const moduloFloats = (left: number, right: number): number => left % right;

/** Always a FLOAT. */
export function power(left: Value, right: Value, position?: At): Value {
  if (left === null || right === null) return null;
  if (!isNumeric(left) || !isNumeric(right)) throw operandError('^', left, right, position);
  return new Float(toFloatNumber(left) ** toFloatNumber(right));
}

/** Unary minus. */
export function negate(value: Value, position?: At): Value {
  if (typeof value === 'number') return 0 - value;
  if (value === null) return null;
  if (value instanceof Float) return new Float(-value.value);
  if (typeof value === 'bigint') return checkedInteger(-value, position);
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `Unary minus needs a number, but got ${describe(value)}.`,
    {
      position,
      detail: 'InvalidArgumentType',
    },
  );
}

/** Any operation that has one rule for FLOATs and one for INTEGERs. */
function numeric(
  operator: string,
  left: Value,
  right: Value,
  position: At,
  floats: (left: number, right: number) => number,
  integers: (left: bigint, right: bigint) => bigint,
): Value {
  if (left === null || right === null) return null;
  if (!isNumeric(left) || !isNumeric(right)) throw operandError(operator, left, right, position);
  if (left instanceof Float || right instanceof Float) {
    return new Float(floats(toFloatNumber(left), toFloatNumber(right)));
  }
  return checkedInteger(integers(BigInt(left), BigInt(right)), position);
}

function operandError(operator: string, left: Value, right: Value, position: At): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `${operator} has no meaning between ${describe(left)} and ${describe(right)}.`,
    { position, detail: 'InvalidArgumentType' },
  );
}

function divisionByZero(position: At): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.ArithmeticError',
    'An INTEGER or DURATION cannot be divided by zero.',
    {
      position,
      detail: 'DivisionByZero',
    },
  );
}
