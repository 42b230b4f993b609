/**
 * Comparisons as tight loops over columns: each writes the selected rows for which `left operator right` is `wanted`, and
 * returns how many. They answer exactly what compareValues answers, value by value.
 */
import type { ComparisonOperator } from '../../cypher/ast.ts';
import { equals } from '../../value/equality.ts';
import { holds } from '../../value/order.ts';
import { Float, type Value } from '../../value/value.ts';
import type { Column, Vector } from '../batch.ts';
import { positionOf, type Selection, vectorValue } from './operand.ts';

/** What a kernel is to find, and where it writes. */
export interface Search {
  readonly operator: ComparisonOperator;
  readonly wanted: boolean;
  readonly selection: Selection;
  readonly out: Int32Array;
}

/** `left operator right` for two values. */
export function compareValues(operator: ComparisonOperator, left: Value, right: Value): boolean | null {
  if (operator === '=') return equals(left, right);
  if (operator !== '<>') return holds(operator, left, right);
  const equal = equals(left, right);
  return equal === null ? null : !equal;
}

/** `right flipped left` is `left operator right`. */
export function flipped(operator: ComparisonOperator): ComparisonOperator {
  switch (operator) {
    case '<':
      return '>';
    case '<=':
      return '>=';
    case '>':
      return '<';
    case '>=':
      return '<=';
    default:
      return operator;
  }
}

/** A column of values compared with one value. */
export function searchConstant(left: Vector, right: Value, search: Search): number {
  if (right === null) return 0;
  const { column } = left;
  const isNumber = typeof right === 'number' || right instanceof Float;
  if (isNumber && isNumeric(column)) {
    return searchNumber(column.values, left.rows, typeof right === 'number' ? right : right.value, search);
  }
  if (column.kind === 'value' && (search.operator === '=' || search.operator === '<>')) {
    if (typeof right === 'string' || typeof right === 'boolean') {
      return searchIdentical(column.values, left.rows, right, search);
    }
  }
  if (column.kind === 'value' && typeof right === 'number') {
    return searchMixed(column.values, left.rows, right, search);
  }
  return searchAny(left, right, search);
}

type NumericColumn = Extract<Column, { kind: 'integer' | 'float' }>;

function isNumeric(column: Column): column is NumericColumn {
  return column.kind === 'integer' || column.kind === 'float';
}

/**
 * One loop for each operator, so that the operator is not asked for in the loop. A row is always written, and kept by
 * counting it: without a branch on the data, a condition that holds for half of the rows costs no more than others.
 */
function searchNumber(values: Float64Array, positions: Int32Array | undefined, right: number, search: Search): number {
  const { operator, wanted, out } = search;
  const { rows, count } = search.selection;
  const hit = wanted ? 1 : 0;
  const miss = 1 - hit;
  let written = 0;
  switch (operator) {
    case '=':
    case '<>': {
      const whenEqual = (operator === '=') === wanted;
      for (let i = 0; i < count; i++) {
        const value = values[positions === undefined ? i : positions[i]!]!;
        out[written] = rows === undefined ? i : rows[i]!;
        written += (value === right) === whenEqual ? 1 : 0;
      }
      return written;
    }
    case '<':
      for (let i = 0; i < count; i++) {
        const value = values[positions === undefined ? i : positions[i]!]!;
        out[written] = rows === undefined ? i : rows[i]!;
        written += value < right ? hit : miss;
      }
      return written;
    case '<=':
      for (let i = 0; i < count; i++) {
        const value = values[positions === undefined ? i : positions[i]!]!;
        out[written] = rows === undefined ? i : rows[i]!;
        written += value <= right ? hit : miss;
      }
      return written;
    case '>':
      for (let i = 0; i < count; i++) {
        const value = values[positions === undefined ? i : positions[i]!]!;
        out[written] = rows === undefined ? i : rows[i]!;
        written += value > right ? hit : miss;
      }
      return written;
    case '>=':
      for (let i = 0; i < count; i++) {
        const value = values[positions === undefined ? i : positions[i]!]!;
        out[written] = rows === undefined ? i : rows[i]!;
        written += value >= right ? hit : miss;
      }
      return written;
  }
}

/** Equality with a string or boolean, which only the very same value has. */
function searchIdentical(
  values: readonly Value[],
  positions: Int32Array | undefined,
  right: string | boolean,
  search: Search,
): number {
  const { operator, wanted, out } = search;
  const { rows, count } = search.selection;
  const whenEqual = (operator === '=') === wanted;
  let written = 0;
  for (let i = 0; i < count; i++) {
    const value = values[positions === undefined ? i : positions[i]!]!;
    if ((value === right) !== whenEqual || value === null) continue;
    out[written++] = rows === undefined ? i : rows[i]!;
  }
  return written;
}

/** Values that are mostly safe integers, with nulls and others among them. */
function searchMixed(
  values: readonly Value[],
  positions: Int32Array | undefined,
  right: number,
  search: Search,
): number {
  const { operator, wanted, out } = search;
  const { rows, count } = search.selection;
  let written = 0;
  for (let i = 0; i < count; i++) {
    const value = values[positions === undefined ? i : positions[i]!]!;
    const result =
      typeof value === 'number' ? compareNumbers(operator, value, right) : compareValues(operator, value, right);
    if (result === wanted) out[written++] = rows === undefined ? i : rows[i]!;
  }
  return written;
}

function compareNumbers(operator: ComparisonOperator, left: number, right: number): boolean {
  switch (operator) {
    case '=':
      return left === right;
    case '<>':
      return left !== right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
  }
}

function searchAny(left: Vector, right: Value, search: Search): number {
  const { operator, wanted, out } = search;
  const { rows, count } = search.selection;
  let written = 0;
  for (let i = 0; i < count; i++) {
    if (compareValues(operator, vectorValue(left, i), right) !== wanted) continue;
    out[written++] = rows === undefined ? i : rows[i]!;
  }
  return written;
}

/** Two columns of values compared row by row. */
export function searchVectors(left: Vector, right: Vector, search: Search): number {
  const { operator, wanted, out } = search;
  const { rows, count } = search.selection;
  const leftColumn = left.column;
  const rightColumn = right.column;
  let written = 0;
  if (isNumeric(leftColumn) && isNumeric(rightColumn)) {
    for (let i = 0; i < count; i++) {
      const leftValue = leftColumn.values[positionOf(left, i)]!;
      const rightValue = rightColumn.values[positionOf(right, i)]!;
      if (compareNumbers(operator, leftValue, rightValue) !== wanted) continue;
      out[written++] = rows === undefined ? i : rows[i]!;
    }
    return written;
  }
  if (isEntity(leftColumn) && leftColumn.kind === rightColumn.kind) {
    return searchEntities(leftColumn.ids, rightColumn.ids, { left, right, search });
  }
  for (let i = 0; i < count; i++) {
    if (compareValues(operator, vectorValue(left, i), vectorValue(right, i)) !== wanted) continue;
    out[written++] = rows === undefined ? i : rows[i]!;
  }
  return written;
}

type EntityColumn = Extract<Column, { kind: 'node' | 'relationship' }>;

function isEntity(column: Column): column is EntityColumn {
  return column.kind === 'node' || column.kind === 'relationship';
}

/** Nodes with nodes, or relationships with relationships: `=` and `<>` by id, other comparisons are null. */
function searchEntities(
  leftIds: Int32Array,
  rightIds: Int32Array,
  { left, right, search }: { left: Vector; right: Vector; search: Search },
): number {
  const { operator, wanted, out } = search;
  const { rows, count } = search.selection;
  if (operator !== '=' && operator !== '<>') return 0;
  const whenEqual = (operator === '=') === wanted;
  let written = 0;
  for (let i = 0; i < count; i++) {
    const leftId = leftIds[positionOf(left, i)]!;
    const rightId = rightIds[positionOf(right, i)]!;
    // Below 0 stands null.
    if ((leftId | rightId) < 0 || (leftId === rightId) !== whenEqual) continue;
    out[written++] = rows === undefined ? i : rows[i]!;
  }
  return written;
}
