/** collect(): a list of the group's values in the order of the rows, without nulls. */
import { assert } from '../../assert.ts';
import { LIST_LENGTH_MAX, tooLarge } from '../../value/arithmetic.ts';
import { estimatedBytes } from '../../value/size.ts';
import type { Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';
import type { AggregateState } from './aggregate.ts';
import { vectorValue } from './operand.ts';

/** Bytes of an element's slot, and of a list beside its elements. */
const SLOT_BYTES = 8;
const LIST_BYTES = 32;

export class CollectState implements AggregateState {
  readonly #lists: Value[][] = [];
  #heldBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    assert(vector !== undefined, 'collect() has an argument');
    for (let row = 0; row < rowCount; row++) {
      const value = vectorValue(vector, row);
      if (value === null) continue;
      const list = this.#listOf(groups[row]!);
      if (list.length === LIST_LENGTH_MAX) throw tooLarge('list', LIST_LENGTH_MAX, undefined);
      list.push(value);
      this.#heldBytes += SLOT_BYTES + estimatedBytes(value);
    }
  }

  #listOf(group: number): Value[] {
    while (this.#lists.length <= group) {
      this.#lists.push([]);
      this.#heldBytes += LIST_BYTES;
    }
    return this.#lists[group]!;
  }

  result(group: number): Value {
    return this.#lists[group] ?? [];
  }
}
