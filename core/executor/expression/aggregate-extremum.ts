/** min() and max(), by orderability over all types. Nulls do not count; null over no rows. */
import { assert } from '../../assert.ts';
import { compareOrder } from '../../value/order.ts';
import { estimatedBytes } from '../../value/size.ts';
import type { Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';
import type { AggregateState } from './aggregate.ts';
import { ONE_GROUP } from './one-group.ts';
import { vectorValue } from './operand.ts';

/** Bytes of one group's slot. */
const SLOT_BYTES = 8;

export class ExtremumState implements AggregateState {
  readonly #values: Value[] = [];
  /** 1 for min, where a lower value replaces what is held; -1 for max. */
  readonly #direction: 1 | -1;
  #heldBytes = 0;

  constructor(name: 'min' | 'max') {
    this.#direction = name === 'min' ? 1 : -1;
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    assert(vector !== undefined, 'min() and max() have an argument');
    if (groups === ONE_GROUP && rowCount > 0 && vector.column.kind === 'integer') {
      this.#take(0, this.#extremumOf(vector.column.values, vector.rows, rowCount));
      return;
    }
    for (let row = 0; row < rowCount; row++) {
      const value = vectorValue(vector, row);
      if (value !== null) this.#take(groups[row]!, value);
    }
  }

  /** Two at a time, since each comparison waits for the one before it. */
  #extremumOf(values: Float64Array, positions: Int32Array | undefined, rowCount: number): number {
    const isMin = this.#direction === 1;
    let found = values[positions === undefined ? 0 : positions[0]!]!;
    let other = found;
    let row = 1;
    if (positions === undefined && isMin) {
      for (; row + 1 < rowCount; row += 2) {
        if (values[row]! < found) found = values[row]!;
        if (values[row + 1]! < other) other = values[row + 1]!;
      }
    } else if (positions === undefined) {
      for (; row + 1 < rowCount; row += 2) {
        if (values[row]! > found) found = values[row]!;
        if (values[row + 1]! > other) other = values[row + 1]!;
      }
    }
    for (; row < rowCount; row++) {
      const value = values[positions === undefined ? row : positions[row]!]!;
      if (isMin ? value < found : value > found) found = value;
    }
    return isMin ? Math.min(found, other) : Math.max(found, other);
  }

  #take(group: number, value: Value): void {
    const held = this.#values[group];
    if (held === undefined || held === null) {
      while (this.#values.length <= group) {
        this.#values.push(null);
        this.#heldBytes += SLOT_BYTES;
      }
    } else if (compareOrder(value, held) * this.#direction >= 0) {
      return;
    } else {
      this.#heldBytes -= estimatedBytes(held);
    }
    this.#values[group] = value;
    this.#heldBytes += estimatedBytes(value);
  }

  result(group: number): Value {
    return this.#values[group] ?? null;
  }
}
