/**
 * Equality, the relation of `=`: three-valued, null where the answer hangs on a null, also inside lists and maps.
 * Source: openCypher 9, "Equality" (CIP2016-06-14).
 */
import { equalPoints } from './spatial/point.ts';
import { PointValue } from './spatial/point-value.ts';
import { equalTemporals } from './temporal/comparison.ts';
import { isTemporalOrDuration } from './temporal/temporal-value.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value, type ValueMap } from './value.ts';

/** `left = right`: true, false, or null where that is unknown. Values of different types are unequal, but 1 = 1.0. */
export function equals(left: Value, right: Value): boolean | null {
  if (left === null || right === null) return null;
  switch (typeof left) {
    case 'number':
    case 'bigint':
      return equalsNumber(left, right);
    case 'string':
    case 'boolean':
      return left === right;
    default:
      return equalsObject(left, right);
  }
}

function equalsNumber(left: number | bigint, right: Value): boolean {
  if (typeof right === 'number' || typeof right === 'bigint') return left === right;
  // A bigint and a number are compared by `==` as the exact numbers that they are.
  // biome-ignore lint/suspicious/noDoubleEquals: `===` tells a bigint from a number of the same worth.
  return right instanceof Float && left == right.value;
}

function equalsObject(left: Exclude<Value, null>, right: Exclude<Value, null>): boolean | null {
  if (typeof right === 'string' || typeof right === 'boolean') return false;
  if (left instanceof Float) {
    if (right instanceof Float) return left.value === right.value;
    return typeof right === 'object' ? false : equalsNumber(right, left);
  }
  if (isList(left)) return isList(right) ? equalsList(left, right) : false;
  if (left instanceof NodeReference) return right instanceof NodeReference && left.id === right.id;
  if (left instanceof RelationshipReference) return right instanceof RelationshipReference && left.id === right.id;
  if (left instanceof PathReference) return right instanceof PathReference && equalsPath(left, right);
  if (isMap(left)) return isMap(right) ? equalsMap(left, right) : false;
  if (isTemporalOrDuration(left)) return equalTemporals(left, right);
  return left instanceof PointValue && right instanceof PointValue && equalPoints(left, right);
}

function equalsList(left: readonly Value[], right: readonly Value[]): boolean | null {
  if (left.length !== right.length) return false;
  let result: boolean | null = true;
  for (let i = 0; i < left.length; i++) {
    const equal = equals(left[i]!, right[i]!);
    if (equal === false) return false;
    if (equal === null) result = null;
  }
  return result;
}

function equalsMap(left: ValueMap, right: ValueMap): boolean | null {
  if (left.size !== right.size) return false;
  let result: boolean | null = true;
  for (const [key, value] of left) {
    const other = right.get(key);
    if (other === undefined) return false;
    const equal = equals(value, other);
    if (equal === false) return false;
    if (equal === null) result = null;
  }
  return result;
}

function equalsPath(left: PathReference, right: PathReference): boolean {
  return sameIds(left.nodes, right.nodes) && sameIds(left.relationships, right.relationships);
}

function sameIds(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((id, i) => id === right[i]);
}

/** Whether a value is a LIST. */
export function isList(value: Value): value is readonly Value[] {
  return Array.isArray(value);
}

/** Whether a value is a MAP. */
export function isMap(value: Value): value is ValueMap {
  return value instanceof Map;
}
