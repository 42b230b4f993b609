/** How batches are made of others: by choosing rows and adding columns, and by storing rows until they are asked for. */

import { GraphError } from '../error.ts';
import { BATCH_COLUMNS, RESULT_COLUMNS } from '../graph/column-memory.ts';
import { typeName } from '../value/render.ts';
import { NodeReference, RelationshipReference, type Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, NO_ENTITY, type Vector } from './batch.ts';
import { vectorValue } from './expression/operand.ts';

/** Never written to. */
const IDENTITY = new Float64Array(BATCH_ROWS).map((_, i) => i);

/** One row without columns. */
export const SINGLE_ROW: Batch = { rowCount: 1, vectors: [] };

export type AddedColumn = readonly [slot: number, column: Column];

/**
 * A batch with a row for each of `parents`: that row of the input, and beside it the row's own values in the added columns.
 * Copies no values, only composes index vectors, each distinct one once. `parents` may be longer than `rowCount`.
 */
export function derive(
  input: Batch,
  parents: Int32Array,
  added: readonly AddedColumn[] = NOTHING_ADDED,
  rowCount: number = parents.length,
): Batch {
  const vectors = gather(input.vectors, parents, rowCount);
  for (let i = 0; i < added.length; i++) put(vectors, added[i]![0], { column: added[i]![1], rows: undefined });
  return { rowCount, vectors };
}

const NOTHING_ADDED: readonly AddedColumn[] = [];

/** Parents of up to BATCH_ROWS rows that all come from the input's first row. Never written to. */
export const FIRST_ROW = new Int32Array(BATCH_ROWS);

/** The same rows with one more column, or with one replaced. */
export function withVector(batch: Batch, slot: number, vector: Vector): Batch {
  const vectors = batch.vectors.slice();
  put(vectors, slot, vector);
  return { rowCount: batch.rowCount, vectors };
}

/** The number of each row of the batch, as a column that an operator above reads with `rowNumbers`. */
export function withRowNumbers(batch: Batch, slot: number): Batch {
  return withVector(batch, slot, { column: { kind: 'integer', values: IDENTITY }, rows: undefined });
}

/** What withRowNumbers put into the slot, for row `row`. */
export function rowNumberAt(batch: Batch, slot: number, row: number): number {
  return batch.vectors[slot]?.rows?.[row] ?? row;
}

/**
 * The same rows with these slots alone, in columns of their own: for rows that are kept, as a batch may share columns that are many times
 * as long.
 */
export function compact({ rowCount, vectors }: Batch, slots: readonly number[]): Batch {
  const kept: (Vector | undefined)[] = [];
  for (let i = 0; i < slots.length; i++) {
    put(kept, slots[i]!, { column: compactColumn(vectors[slots[i]!]!, rowCount), rows: undefined });
  }
  return { rowCount, vectors: kept };
}

function compactColumn({ column, rows }: Vector, rowCount: number): Column {
  switch (column.kind) {
    case 'node':
    case 'relationship':
      return { kind: column.kind, ids: picked(column.ids, rows, RESULT_COLUMNS.integers(rowCount)) };
    case 'integer':
    case 'float':
      return { kind: column.kind, values: picked(column.values, rows, RESULT_COLUMNS.floats(rowCount)) };
    case 'value': {
      const values = new Array<Value>(rowCount);
      for (let row = 0; row < rowCount; row++) values[row] = column.values[rows === undefined ? row : rows[row]!]!;
      return { kind: 'value', values };
    }
  }
}

/** Fills an array with the first rows of a column. */
export function picked<Numbers extends Int32Array | Float64Array>(
  from: Numbers,
  rows: Int32Array | undefined,
  to: Numbers,
): Numbers {
  const count = to.length;
  if (rows === undefined) for (let row = 0; row < count; row++) to[row] = from[row]!;
  else for (let row = 0; row < count; row++) to[row] = from[rows[row]!]!;
  return to;
}

/** Puts a vector into a slot and leaves no holes before it. */
export function put(vectors: (Vector | undefined)[], slot: number, vector: Vector): void {
  while (vectors.length < slot) vectors.push(undefined);
  vectors[slot] = vector;
}

function gather(
  vectors: readonly (Vector | undefined)[],
  parents: Int32Array,
  rowCount: number,
): (Vector | undefined)[] {
  const gathered: (Vector | undefined)[] = [];
  let known: Int32Array[] | undefined;
  let composed: Int32Array[] | undefined;
  for (let slot = 0; slot < vectors.length; slot++) {
    const vector = vectors[slot];
    if (vector === undefined) {
      gathered.push(undefined);
      continue;
    }
    const { column, rows } = vector;
    if (rows === undefined) {
      gathered.push({ column, rows: parents });
      continue;
    }
    known ??= [];
    composed ??= [];
    let at = known.indexOf(rows);
    if (at < 0) {
      at = known.push(rows) - 1;
      composed.push(compose(rows, parents, rowCount));
    }
    gathered.push({ column, rows: composed[at] });
  }
  return gathered;
}

function compose(rows: Int32Array, parents: Int32Array, rowCount: number): Int32Array {
  const result = BATCH_COLUMNS.integers(rowCount);
  for (let i = 0; i < rowCount; i++) result[i] = rows[parents[i]!]!;
  return result;
}

/** Ids of the nodes in a slot, NO_ENTITY for null. A value that is no node is a TypeError. */
export function nodeIds(batch: Batch, slot: number): Int32Array {
  return entityIds(batch, slot, 'node');
}

/** Ids of the relationships in a slot, NO_ENTITY for null. A value that is no relationship is a TypeError. */
export function relationshipIds(batch: Batch, slot: number): Int32Array {
  return entityIds(batch, slot, 'relationship');
}

function entityIds(batch: Batch, slot: number, kind: 'node' | 'relationship'): Int32Array {
  const { rowCount } = batch;
  const vector = batch.vectors[slot]!;
  const { column, rows } = vector;
  const ids = BATCH_COLUMNS.integers(rowCount);
  if (column.kind === kind) {
    if (rows === undefined) return column.ids.length === rowCount ? column.ids : column.ids.subarray(0, rowCount);
    for (let row = 0; row < rowCount; row++) ids[row] = column.ids[rows[row]!]!;
    return ids;
  }
  for (let row = 0; row < rowCount; row++) ids[row] = idOf(vectorValue(vector, row), kind);
  return ids;
}

function idOf(value: Value, kind: 'node' | 'relationship'): number {
  if (value === null) return NO_ENTITY;
  if (kind === 'node' && value instanceof NodeReference) return value.id;
  if (kind === 'relationship' && value instanceof RelationshipReference) return value.id;
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `A ${kind === 'node' ? 'NODE' : 'RELATIONSHIP'} is needed here, but this is of type ${typeName(value)}.`,
    { detail: 'InvalidArgumentType' },
  );
}

/** Values as a column, of the narrowest kind that holds them all. */
export function columnOf(values: readonly Value[]): Column {
  const first = values.find((value) => value !== null);
  if (first instanceof NodeReference && values.every((value) => value === null || value instanceof NodeReference)) {
    return {
      kind: 'node',
      ids: Int32Array.from(values, (value) => (value instanceof NodeReference ? value.id : NO_ENTITY)),
    };
  }
  if (typeof first === 'number' && values.every((value) => typeof value === 'number')) {
    return { kind: 'integer', values: Float64Array.from(values) };
  }
  return { kind: 'value', values };
}

/** The value in a slot. */
export function valueIn(batch: Batch, slot: number, row: number): Value {
  return vectorValue(batch.vectors[slot]!, row);
}
