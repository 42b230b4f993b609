/** All properties of the nodes, or of the relationships: one column a key, in the newest state. */

import type { StoredValue } from '../value/value.ts';
import type { ColumnMemory } from './column-memory.ts';
import type { GatheredColumn } from './graph-view.ts';
import type { MemoryCounter } from './memory.ts';
import { PropertyColumn } from './property-column.ts';

/** One property of the first `count` of `ids`. */
export interface Gathering {
  readonly ids: Int32Array;
  readonly count: number;
  readonly key: number;
}

export class PropertyTable {
  /** By key token. */
  readonly #columns: (PropertyColumn | undefined)[] = [];
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
  }

  get(id: number, key: number): StoredValue | null {
    return this.#columns[key]?.get(id) ?? null;
  }

  has(id: number, key: number): boolean {
    return this.#columns[key]?.has(id) ?? false;
  }

  /** Sets a value, which is canonical, or takes it away. */
  set(id: number, key: number, value: StoredValue | null): void {
    if (value === null) {
      this.#columns[key]?.delete(id);
      return;
    }
    let column = this.#columns[key];
    if (column === undefined) {
      column = new PropertyColumn(this.#memory);
      while (this.#columns.length < key) this.#columns.push(undefined);
      this.#columns[key] = column;
    }
    column.set(id, value);
  }

  /** One past the highest key that any entity has had. */
  get keyLimit(): number {
    return this.#columns.length;
  }

  /** The keys that an entity has, ascending. */
  keysOf(id: number): number[] {
    const keys: number[] = [];
    for (let key = 0; key < this.#columns.length; key += 1) {
      if (this.#columns[key]?.has(id)) keys.push(key);
    }
    return keys;
  }

  /** Whether one of the first `count` entities has a property. */
  hasAny(ids: Int32Array, count: number, key: number): boolean {
    const column = this.#columns[key];
    if (column === undefined) return false;
    for (let row = 0; row < count; row += 1) if (ids[row]! >= 0 && column.has(ids[row]!)) return true;
    return false;
  }

  /** `memory`: where the column's numbers are to stand. */
  gather(wanted: Gathering, memory: ColumnMemory): GatheredColumn {
    const { ids, count, key } = wanted;
    const column = this.#columns[key];
    if (column !== undefined) return column.gather(ids, count, memory);
    return { kind: 'value', values: new Array<null>(count).fill(null) };
  }
}
