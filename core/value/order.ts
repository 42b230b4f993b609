/**
 * The two orders of openCypher: orderability (ORDER BY, min, max), which is total over all types, and comparability
 * (`<`), which is null across types. Source: openCypher 9, "Orderability and equivalence" (CIP2016-06-14).
 */
import { isList, isMap } from './equality.ts';
import { comparePoints } from './spatial/point.ts';
import { PointValue } from './spatial/point-value.ts';
import { compareTemporals } from './temporal/comparison.ts';
import {
  DateTimeValue,
  DateValue,
  DurationValue,
  isTemporal,
  isTemporalOrDuration,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from './temporal/temporal-value.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value, type ValueMap } from './value.ts';

/**
 * Ascending: map, node, relationship, list, path, point, the temporal types, string, boolean, number (NaN above all
 * others), null. openCypher leaves open where points and temporal values stand; this is Neo4j's place for them.
 */
const RANK = {
  map: 0,
  node: 1,
  relationship: 2,
  list: 3,
  path: 4,
  point: 5,
  dateTime: 6,
  localDateTime: 7,
  date: 8,
  time: 9,
  localTime: 10,
  duration: 11,
  string: 12,
  boolean: 13,
  number: 14,
  null: 15,
} as const;

type Rank = (typeof RANK)[keyof typeof RANK];

/** Orderability: below 0 when `left` comes first in ascending order, above 0 when `right` does, 0 when neither. */
export function compareOrder(left: Value, right: Value): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  if (typeof left === 'string' && typeof right === 'string') return compareStrings(left, right);
  const rank = rankOf(left);
  const otherRank = rankOf(right);
  return rank === otherRank ? compareWithinRank(left, right, rank) : rank - otherRank;
}

function rankOf(value: Value): Rank {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return RANK.number;
    case 'string':
      return RANK.string;
    case 'boolean':
      return RANK.boolean;
    default:
      if (value === null) return RANK.null;
      if (value instanceof Float) return RANK.number;
      if (value instanceof NodeReference) return RANK.node;
      if (value instanceof RelationshipReference) return RANK.relationship;
      if (value instanceof PathReference) return RANK.path;
      if (isList(value)) return RANK.list;
      return isMap(value) ? RANK.map : rankOfTemporalOrPoint(value);
  }
}

function rankOfTemporalOrPoint(value: Temporal | DurationValue | PointValue): Rank {
  if (value instanceof DateValue) return RANK.date;
  if (value instanceof DateTimeValue) return RANK.dateTime;
  if (value instanceof LocalDateTimeValue) return RANK.localDateTime;
  if (value instanceof TimeValue) return RANK.time;
  if (value instanceof LocalTimeValue) return RANK.localTime;
  return value instanceof DurationValue ? RANK.duration : RANK.point;
}

function compareWithinRank(left: Value, right: Value, rank: Rank): number {
  if (rank === RANK.number) return compareNumbers(numberOf(left), numberOf(right));
  if (rank === RANK.boolean) return Number(left) - Number(right);
  if (isList(left) && isList(right)) return compareLists(left, right);
  if (left instanceof NodeReference && right instanceof NodeReference) return left.id - right.id;
  if (left instanceof RelationshipReference && right instanceof RelationshipReference) return left.id - right.id;
  if (left instanceof PathReference && right instanceof PathReference) return comparePaths(left, right);
  if (isMap(left) && isMap(right)) return compareMaps(left, right);
  if (isTemporalOrDuration(left)) return compareTemporals(left, right) ?? 0;
  return left instanceof PointValue && right instanceof PointValue ? comparePoints(left, right) : 0;
}

/** By UTF-16 code units, as Neo4j does: no locale. */
function compareStrings(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

/** The number that a value of rank `number` is. */
function numberOf(value: Value): number | bigint {
  if (value instanceof Float) return value.value;
  return typeof value === 'number' || typeof value === 'bigint' ? value : Number.NaN;
}

/** `<` on a number and a bigint compares the exact numbers. NaN comes last and is level with itself. */
function compareNumbers(left: number | bigint, right: number | bigint): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number(isNaNValue(left)) - Number(isNaNValue(right));
}

function isNaNValue(value: number | bigint): boolean {
  return typeof value === 'number' && Number.isNaN(value);
}

function compareLists(left: readonly Value[], right: readonly Value[]): number {
  const shorter = Math.min(left.length, right.length);
  for (let i = 0; i < shorter; i++) {
    const order = compareOrder(left[i]!, right[i]!);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** Node, relationship, node, … in turn; ids decide. */
function comparePaths(left: PathReference, right: PathReference): number {
  const shorter = Math.min(left.nodes.length, right.nodes.length);
  for (let i = 0; i < shorter; i++) {
    const order = left.nodes[i]! - right.nodes[i]! || (left.relationships[i] ?? -1) - (right.relationships[i] ?? -1);
    if (order !== 0) return order;
  }
  return left.nodes.length - right.nodes.length;
}

/** By size, then keys, then values in the order of the keys, as Neo4j does; openCypher leaves it open. */
function compareMaps(left: ValueMap, right: ValueMap): number {
  if (left.size !== right.size) return left.size - right.size;
  const keys = [...left.keys()].sort();
  const keyOrder = compareLists(keys, [...right.keys()].sort());
  if (keyOrder !== 0) return keyOrder;
  for (const key of keys) {
    const order = compareOrder(left.get(key)!, right.get(key)!);
    if (order !== 0) return order;
  }
  return 0;
}

/** What comparing two values of one type can say; `unordered`: a NaN is among them, so every comparison is false. */
type Comparison = -1 | 0 | 1 | 'unordered' | null;

/**
 * Comparability: null when an operand is null or the types have no common order. Durations have none, as only a date could
 * tell how long a month is; neither have points.
 */
export function compare(left: Value, right: Value): Comparison {
  if (left === null || right === null) return null;
  const rank = rankOf(left);
  if (rank !== rankOf(right)) return null;
  switch (rank) {
    case RANK.number:
      return compareComparable(numberOf(left), numberOf(right));
    case RANK.string:
    case RANK.boolean:
      return sign(compareOrder(left, right));
    case RANK.list:
      return isList(left) && isList(right) ? compareListsOfComparable(left, right) : null;
    default:
      return isTemporal(left) ? sign(compareTemporals(left, right) ?? 0) : null;
  }
}

function compareComparable(left: number | bigint, right: number | bigint): Comparison {
  if (left < right) return -1;
  if (left > right) return 1;
  return isNaNValue(left) || isNaNValue(right) ? 'unordered' : 0;
}

/** The first elements that differ decide; until then, one that cannot be compared makes the whole unknown. */
function compareListsOfComparable(left: readonly Value[], right: readonly Value[]): Comparison {
  const shorter = Math.min(left.length, right.length);
  for (let i = 0; i < shorter; i++) {
    const comparison = compare(left[i]!, right[i]!);
    if (comparison !== 0) return comparison;
  }
  return sign(left.length - right.length);
}

function sign(order: number): -1 | 0 | 1 {
  if (order === 0) return 0;
  return order < 0 ? -1 : 1;
}

type InequalityOperator = '<' | '<=' | '>' | '>=';

/** `left operator right`: true, false, or null where the two cannot be compared. */
export function holds(operator: InequalityOperator, left: Value, right: Value): boolean | null {
  const comparison = compare(left, right);
  if (comparison === null) return null;
  if (comparison === 'unordered') return false;
  switch (operator) {
    case '<':
      return comparison < 0;
    case '<=':
      return comparison <= 0;
    case '>':
      return comparison > 0;
    case '>=':
      return comparison >= 0;
  }
}
