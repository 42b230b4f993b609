/** Rows of a result, made of batches column by column. */
import { RESULT_COLUMNS } from '../graph/column-memory.ts';
import { Float, NodeRecord, PathRecord, RelationshipRecord, type ResultValue } from '../value/value.ts';
import type { Batch, Vector } from './batch.ts';
import { nodeRecords, relationshipRecords } from './entity-columns.ts';
import { type MaterialiseContext, materialise } from './materialise.ts';

/** What a row of the result takes beside its values, in bytes. */
const ROW_BYTES = 32;

/** So many rows are worth an array of their length. */
const SIZED_ROWS_MIN = 16;

export class ResultRows {
  #rows: ResultValue[][] = [];
  /** Whether a value may be an object: neither null nor a boolean, a number, a bigint or a string. */
  hasObjects = false;

  get rows(): readonly ResultValue[][] {
    return this.#rows;
  }

  /** Appends a batch's rows, the slots in this order. Answers with the bytes that they take. */
  append(batch: Batch, slots: readonly number[], context: MaterialiseContext): number {
    const { rowCount, vectors } = batch;
    const rows = this.#rows;
    const bytes = rowCount * ROW_BYTES;
    if (slots.length === 1) {
      const { column, rows: positions } = vectors[slots[0]!]!;
      if (column.kind === 'integer') {
        this.#appendIntegers(column.values, positions, rowCount);
        return bytes + 8 * rowCount;
      }
    }
    const columns: (readonly ResultValue[])[] = [];
    let valueBytes = 0;
    for (let i = 0; i < slots.length; i++) {
      const column = resultColumn(vectors[slots[i]!]!, rowCount, context);
      valueBytes += column.bytes;
      if (column.hasObjects) this.hasObjects = true;
      columns.push(column.values);
    }
    const first = columns[0]!;
    if (columns.length === 1) {
      for (let row = 0; row < rowCount; row++) rows.push([first[row]!]);
    } else if (columns.length === 2) {
      const second = columns[1]!;
      for (let row = 0; row < rowCount; row++) rows.push([first[row]!, second[row]!]);
    } else {
      for (let row = 0; row < rowCount; row++) rows.push(columns.map((column) => column[row]!));
    }
    return bytes + valueBytes;
  }

  /** Most results are one batch, whose rows are written twice as fast where they need not be pushed. */
  #appendIntegers(values: Float64Array, positions: Int32Array | undefined, rowCount: number): void {
    if (this.#rows.length > 0 || rowCount < SIZED_ROWS_MIN) {
      for (let row = 0; row < rowCount; row++) this.#rows.push([integerAt(values, positions, row)]);
      return;
    }
    const rows = new Array<ResultValue[]>(rowCount);
    for (let row = 0; row < rowCount; row++) rows[row] = [integerAt(values, positions, row)];
    this.#rows = rows;
  }
}

interface ResultColumn {
  readonly values: readonly ResultValue[];
  readonly bytes: number;
  /** See ResultRows. */
  readonly hasObjects: boolean;
}

/** One column's values as they leave the engine, and their bytes. */
function resultColumn({ column, rows }: Vector, count: number, context: MaterialiseContext): ResultColumn {
  switch (column.kind) {
    case 'node':
      return { ...nodeRecords(picked(column.ids, rows, count), context), hasObjects: true };
    case 'relationship':
      return { ...relationshipRecords(picked(column.ids, rows, count), context), hasObjects: true };
    case 'integer': {
      const values = new Array<ResultValue>(count);
      for (let row = 0; row < count; row++) values[row] = integerAt(column.values, rows, row);
      return { values, bytes: 8 * count, hasObjects: false };
    }
    case 'float': {
      const values = new Array<ResultValue>(count);
      for (let row = 0; row < count; row++) {
        values[row] = new Float(column.values[rows === undefined ? row : rows[row]!]!);
      }
      return { values, bytes: 24 * count, hasObjects: true };
    }
    case 'value': {
      const values = new Array<ResultValue>(count);
      let bytes = 0;
      let hasObjects = false;
      for (let row = 0; row < count; row++) {
        const value = materialise(column.values[rows === undefined ? row : rows[row]!]!, context);
        values[row] = value;
        bytes += resultBytes(value);
        if (typeof value === 'object' && value !== null) hasObjects = true;
      }
      return { values, bytes, hasObjects };
    }
  }
}

function integerAt(values: Float64Array, rows: Int32Array | undefined, row: number): number {
  const value = values[rows === undefined ? row : rows[row]!]!;
  const small = value | 0;
  // What comes out of a typed array of floats is boxed, unless it is seen to be small.
  return small === value ? small : value;
}

/** Ids of the rows. The result holds them, and so nothing of the batch's own memory. */
function picked(ids: Int32Array, rows: Int32Array | undefined, count: number): Int32Array {
  if (rows === undefined) return RESULT_COLUMNS.copyOf(ids, count);
  const result = RESULT_COLUMNS.integers(count);
  for (let row = 0; row < count; row++) result[row] = ids[rows[row]!]!;
  return result;
}

/** Estimated bytes of a value of the result. */
function resultBytes(value: ResultValue): number {
  switch (typeof value) {
    case 'string':
      return 24 + value.length * 2;
    case 'object':
      return value === null ? 8 : objectBytes(value);
    default:
      return 16;
  }
}

function objectBytes(value: Exclude<ResultValue, null | string | number | bigint | boolean>): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item: ResultValue) => sum + resultBytes(item), 40);
  if (value instanceof Map) return mapBytes(value);
  if (value instanceof NodeRecord) return 160 + mapBytes(value.properties);
  if (value instanceof RelationshipRecord) return 240 + mapBytes(value.properties);
  if (!(value instanceof PathRecord)) return 24;
  return [...value.nodes, ...value.relationships].reduce((sum, part) => sum + objectBytes(part), 80);
}

function mapBytes(map: ReadonlyMap<string, ResultValue>): number {
  let sum = 64;
  // The keys are the graph's own names, shared by all records.
  for (const value of map.values()) sum += 40 + resultBytes(value);
  return sum;
}
