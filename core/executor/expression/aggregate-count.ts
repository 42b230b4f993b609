/** count(*) and count(x). */
import { assert } from '../../assert.ts';
import type { Vector } from '../batch.ts';
import type { AggregateState } from './aggregate.ts';
import { ONE_GROUP } from './one-group.ts';
import { isNullAt } from './operand.ts';

/** Groups that a column of per-group state has room for at first. */
const FIRST_CAPACITY = 8;

const NOTHING = new Float64Array(0);

/** One number for each group, growing; 0 for a group that was never touched. */
export class GroupNumbers {
  #values: Float64Array = NOTHING;

  get heldBytes(): number {
    return this.#values.byteLength;
  }

  get(group: number): number {
    return this.#values[group] ?? 0;
  }

  set(group: number, value: number): void {
    if (group >= this.#values.length) this.#grow(group);
    this.#values[group] = value;
  }

  add(group: number, value: number): void {
    if (group >= this.#values.length) this.#grow(group);
    this.#values[group] = this.#values[group]! + value;
  }

  /** Adds 1 to the group of each of the first `rowCount` rows. */
  count(groups: Int32Array, rowCount: number): void {
    this.#reserveFor(groups, rowCount);
    const values = this.#values;
    for (let row = 0; row < rowCount; row++) values[groups[row]!]! += 1;
  }

  /** The numbers of the groups from one to before another, which are not changed afterwards. */
  slice(start: number, end: number): Float64Array {
    const numbers = new Float64Array(end - start);
    numbers.set(this.#values.subarray(start, end));
    return numbers;
  }

  /** As `add` for each of the first `rowCount` rows: row r has the value `values[positions[r]]`, or `values[r]`. */
  addAll(
    groups: Int32Array,
    rowCount: number,
    { values, positions }: { readonly values: Float64Array; readonly positions: Int32Array | undefined },
  ): void {
    this.#reserveFor(groups, rowCount);
    const sums = this.#values;
    for (let row = 0; row < rowCount; row++) {
      sums[groups[row]!]! += values[positions === undefined ? row : positions[row]!]!;
    }
  }

  #reserveFor(groups: Int32Array, rowCount: number): void {
    let largest = 0;
    for (let row = 0; row < rowCount; row++) if (groups[row]! > largest) largest = groups[row]!;
    if (largest >= this.#values.length) this.#grow(largest);
  }

  #grow(group: number): void {
    const larger = new Float64Array(Math.max(group + 1, this.#values.length * 2, FIRST_CAPACITY));
    larger.set(this.#values);
    this.#values = larger;
  }
}

export class CountRowsState implements AggregateState {
  readonly #counts = new GroupNumbers();

  get heldBytes(): number {
    return this.#counts.heldBytes;
  }

  consume(_vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    if (groups === ONE_GROUP) this.#counts.add(0, rowCount);
    else this.#counts.count(groups, rowCount);
  }

  result(group: number): number {
    return this.#counts.get(group);
  }

  integers(start: number, end: number): Float64Array {
    return this.#counts.slice(start, end);
  }
}

/** Nulls are not counted. */
export class CountState implements AggregateState {
  readonly #counts = new GroupNumbers();

  get heldBytes(): number {
    return this.#counts.heldBytes;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    assert(vector !== undefined, 'count(x) has an argument');
    const { kind } = vector.column;
    if (groups === ONE_GROUP && (kind === 'integer' || kind === 'float')) {
      this.#counts.add(0, rowCount);
      return;
    }
    if (kind === 'integer' || kind === 'float') return this.#counts.count(groups, rowCount);
    for (let row = 0; row < rowCount; row++) {
      if (!isNullAt(vector, row)) this.#counts.add(groups[row]!, 1);
    }
  }

  result(group: number): number {
    return this.#counts.get(group);
  }

  integers(start: number, end: number): Float64Array {
    return this.#counts.slice(start, end);
  }
}
