/** Rows that an operator keeps: what Eager, OrderBy and Top hold. Ids stay in typed arrays. */

import type { Value } from '../value/value.ts';
import { NodeReference, RelationshipReference } from '../value/value.ts';
import { type Batch, type Column, NO_ENTITY } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { vectorValue } from './expression/operand.ts';
import { derive, heldBytes, put } from './rows.ts';

type EntityKind = 'node' | 'relationship';

/** One slot's values for all rows. Entities as ids while there is nothing else in it, else as values. */
class StoredColumn {
  #kind: EntityKind | undefined;
  #ids = new Int32Array(0);
  #values: Value[] | undefined;
  #count = 0;

  /** Takes a batch's rows. Answers with the bytes that it holds more. */
  append(batch: Batch, slot: number): number {
    const vector = batch.vectors[slot];
    const { rowCount } = batch;
    const kind = vector?.column.kind;
    if (vector && (kind === 'node' || kind === 'relationship') && this.#accepts(kind)) {
      const { ids } = vector.column as Extract<Column, { kind: EntityKind }>; // The kind has just been looked at.
      const { rows } = vector;
      this.#reserve(this.#count + rowCount);
      for (let row = 0; row < rowCount; row++)
        this.#ids[this.#count + row] = ids[rows === undefined ? row : rows[row]!]!;
      this.#count += rowCount;
      return rowCount * 4;
    }
    const values = this.#widened();
    let bytes = 0;
    for (let row = 0; row < rowCount; row++) {
      const value = vector ? vectorValue(vector, row) : null;
      values.push(value);
      bytes += heldBytes(value);
    }
    this.#count += rowCount;
    return bytes;
  }

  column(): Column {
    if (this.#kind !== undefined) return { kind: this.#kind, ids: this.#ids.subarray(0, this.#count) };
    return { kind: 'value', values: this.#values ?? [] };
  }

  #accepts(kind: EntityKind): boolean {
    if (this.#count === 0) this.#kind = kind;
    return this.#kind === kind;
  }

  #widened(): Value[] {
    if (this.#values === undefined) {
      this.#values = Array.from(this.#ids.subarray(0, this.#count), (id) => this.#reference(id));
      this.#kind = undefined;
      this.#ids = new Int32Array(0);
    }
    return this.#values;
  }

  #reference(id: number): Value {
    if (id === NO_ENTITY) return null;
    return this.#kind === 'node' ? new NodeReference(id) : new RelationshipReference(id);
  }

  #reserve(capacity: number): void {
    if (this.#ids.length >= capacity) return;
    const larger = new Int32Array(Math.max(capacity, this.#ids.length * 2));
    larger.set(this.#ids);
    this.#ids = larger;
  }
}

export class RowStore {
  readonly #slots: readonly number[];
  #columns: StoredColumn[];
  #rowCount = 0;
  #heldBytes = 0;

  constructor(slots: readonly number[]) {
    this.#slots = slots;
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
    context.hold(bytes);
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
    context.hold(-this.#heldBytes);
    this.#heldBytes = 0;
    this.#rowCount = 0;
    this.#columns = this.#slots.map(() => new StoredColumn());
  }
}
