/** Rows that an operator keeps: what Eager, OrderBy and Top hold. Ids and numbers stay in typed arrays. */

import { heldBytes } from '../value/held-bytes.ts';
import type { Value } from '../value/value.ts';
import type { Batch, Column } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { columnValue, vectorValue } from './expression/operand.ts';
import { derive, put } from './rows.ts';

type TypedKind = Exclude<Column['kind'], 'value'>;

/** One slot's values for all rows: unboxed while all batches have one typed kind, else as values. */
class StoredColumn {
  #kind: TypedKind | undefined;
  #numbers: Int32Array | Float64Array = new Int32Array(0);
  #values: Value[] | undefined;
  #count = 0;

  /** Takes a batch's rows. Answers with the bytes that it holds more. */
  append(batch: Batch, slot: number): number {
    const vector = batch.vectors[slot];
    if (vector && vector.column.kind !== 'value' && this.#accepts(vector.column.kind)) {
      return this.#appendNumbers(numbersOf(vector.column), vector.rows, batch.rowCount);
    }
    const values = this.#widened();
    let bytes = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const value = vector ? vectorValue(vector, row) : null;
      values.push(value);
      bytes += heldBytes(value);
    }
    this.#count += batch.rowCount;
    return bytes;
  }

  column(): Column {
    if (this.#kind === undefined) return { kind: 'value', values: this.#values ?? [] };
    return columnOfNumbers(this.#kind, this.#numbers.subarray(0, this.#count));
  }

  #accepts(kind: TypedKind): boolean {
    if (this.#count === 0) this.#kind = kind;
    return this.#kind === kind;
  }

  #appendNumbers(numbers: Int32Array | Float64Array, rows: Int32Array | undefined, rowCount: number): number {
    const needed = this.#count + rowCount;
    if (this.#numbers.length < needed || this.#numbers.BYTES_PER_ELEMENT !== numbers.BYTES_PER_ELEMENT) {
      const capacity = Math.max(needed, this.#numbers.length * 2);
      const larger = numbers instanceof Int32Array ? new Int32Array(capacity) : new Float64Array(capacity);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    const target = this.#numbers;
    const start = this.#count;
    for (let row = 0; row < rowCount; row++) target[start + row] = numbers[rows === undefined ? row : rows[row]!]!;
    this.#count = needed;
    return rowCount * numbers.BYTES_PER_ELEMENT;
  }

  #widened(): Value[] {
    if (this.#values === undefined) {
      const column = this.column();
      this.#values = [];
      for (let row = 0; row < this.#count; row++) this.#values.push(columnValue(column, row));
      this.#kind = undefined;
      this.#numbers = new Int32Array(0);
    }
    return this.#values;
  }
}

function numbersOf(column: Exclude<Column, { kind: 'value' }>): Int32Array | Float64Array {
  return column.kind === 'node' || column.kind === 'relationship' ? column.ids : column.values;
}

function columnOfNumbers(kind: TypedKind, numbers: Int32Array | Float64Array): Column {
  if (numbers instanceof Int32Array) return { kind: kind === 'node' ? 'node' : 'relationship', ids: numbers };
  return { kind: kind === 'integer' ? 'integer' : 'float', values: numbers };
}

export class RowStore {
  readonly #slots: readonly number[];
  readonly #holder: string;
  #columns: StoredColumn[];
  #rowCount = 0;
  #heldBytes = 0;

  /** `holder`: the operator that stores rows, as EXPLAIN names it. */
  constructor(slots: readonly number[], holder: string) {
    this.#slots = slots;
    this.#holder = holder;
    this.#columns = slots.map(() => new StoredColumn());
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  append(batch: Batch, context: ExecutionContext): void {
    let bytes = 0;
    this.#slots.forEach((slot, i) => {
      bytes += this.#columns[i]!.append(batch, slot);
    });
    this.#rowCount += batch.rowCount;
    this.#heldBytes += bytes;
    context.hold(bytes, this.#holder);
  }

  /** All rows as one large batch, whose columns are only to be looked at until the next append. */
  all(): Batch {
    const vectors: Batch['vectors'][number][] = [];
    this.#slots.forEach((slot, i) => {
      put(vectors, slot, { column: this.#columns[i]!.column(), rows: undefined });
    });
    return { rowCount: this.#rowCount, vectors };
  }

  /** These rows, by number. */
  rows(numbers: Int32Array): Batch {
    return derive(this.all(), numbers);
  }

  /** Keeps only these rows, in this order. */
  retain(numbers: Int32Array, context: ExecutionContext): void {
    const kept = this.rows(numbers);
    this.clear(context);
    this.append(kept, context);
  }

  clear(context: ExecutionContext): void {
    context.hold(-this.#heldBytes, this.#holder);
    this.#heldBytes = 0;
    this.#rowCount = 0;
    this.#columns = this.#slots.map(() => new StoredColumn());
  }
}
