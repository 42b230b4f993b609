/** What the store asks of a property value: one form for each, its size, and whether writing it would change anything. */
import { assert, broken } from '../assert.ts';
import { PointValue } from '../value/spatial/point-value.ts';
import { equalTemporals } from '../value/temporal/comparison.ts';
import { isTemporalOrDuration } from '../value/temporal/temporal-value.ts';
import { Float, type StoredValue } from '../value/value.ts';
import { ARRAY_SLOT_BYTES, OBJECT_BYTES, stringBytes } from './memory.ts';

/** Lists in lists, at most. */
const LIST_DEPTH_MAX = 32;

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;

/**
 * The one form in which the store keeps a value: an INTEGER is a number while it is safe, and never -0; a list is the
 * store's own copy. What is no property value at all is a broken invariant: statements and codecs refuse it before.
 */
export function canonicalStored(value: StoredValue, depth = 0): StoredValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value;
    case 'number':
      if (!Number.isSafeInteger(value)) broken(`${value} is no INTEGER; a FLOAT is boxed`);
      return value + 0;
    case 'bigint':
      assert(value >= INTEGER_MIN && value <= INTEGER_MAX, 'an INTEGER has 64 bits');
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    default:
      if (value instanceof Float || isTemporalOrDuration(value) || value instanceof PointValue) return value;
      assert(Array.isArray(value) && depth < LIST_DEPTH_MAX, 'a property holds a scalar or a list');
      return value.map((element) => canonicalStored(element, depth + 1));
  }
}

/** Whether two values are the same in type and bits, so that storing one over the other changes nothing. */
export function identicalStored(left: StoredValue | null, right: StoredValue | null): boolean {
  if (left instanceof Float) return right instanceof Float && Object.is(left.value, right.value);
  if (isTemporalOrDuration(left)) return equalTemporals(left, right);
  if (left instanceof PointValue) return right instanceof PointValue && identicalPoints(left, right);
  if (!isStoredList(left)) return left === right;
  if (!isStoredList(right) || left.length !== right.length) return false;
  return left.every((element, position) => identicalStored(element, right[position]!));
}

/** A coordinate of 0 and one of -0 are two values here, though they are equal. */
function identicalPoints(left: PointValue, right: PointValue): boolean {
  return (
    left.srid === right.srid && Object.is(left.x, right.x) && Object.is(left.y, right.y) && Object.is(left.z, right.z)
  );
}

/** What a value takes as an object of its own, in bytes. */
export function storedBytes(value: StoredValue | null): number {
  switch (typeof value) {
    case 'string':
      return stringBytes(value);
    case 'bigint':
      return 24;
    case 'object':
      if (value === null) return 0;
      if (isTemporalOrDuration(value) || value instanceof PointValue) return OBJECT_BYTES;
      if (!isStoredList(value)) return 16;
      return value.reduce<number>((sum, element) => sum + ARRAY_SLOT_BYTES + storedBytes(element), OBJECT_BYTES);
    default:
      return 0;
  }
}

/** Whether a value is a list. `Array.isArray` alone does not tell a readonly array from the rest. */
export function isStoredList(value: StoredValue | null): value is readonly StoredValue[] {
  return Array.isArray(value);
}
