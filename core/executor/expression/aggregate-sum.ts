/**
 * sum() and avg(), of numbers or of durations. INTEGERs are added exactly and only the result must fit 64 bits, so it does not depend on the order of
 * the rows whether a sum overflows.
 */
import { assert } from '../../assert.ts';
import { GraphError, type Position, withPosition } from '../../error.ts';
import { checkedInteger } from '../../value/arithmetic.ts';
import { describe } from '../../value/render.ts';
import { addDurations, divideDuration } from '../../value/temporal/duration.ts';
import { DurationValue } from '../../value/temporal/temporal-value.ts';
import { Float, type Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';
import type { AggregateState } from './aggregate.ts';
import { GroupNumbers } from './aggregate-count.ts';
import { ONE_GROUP } from './one-group.ts';
import { positionOf } from './operand.ts';

/** Bytes of an INTEGER that has outgrown its column, or of a duration, estimated. */
const LARGE_BYTES = 64;

/** The sum of each group, in parts: INTEGERs while they are safe, what goes beyond, and FLOATs; or durations alone. */
class Sums {
  readonly counts = new GroupNumbers();
  readonly #integers = new GroupNumbers();
  /** No sum of INTEGERs is further from 0 than this. */
  #integersMax = 0;
  readonly #large = new Map<number, bigint>();
  readonly #durations = new Map<number, DurationValue>();
  readonly #floats = new GroupNumbers();
  readonly #floatCounts = new GroupNumbers();
  readonly #durationCounts = new GroupNumbers();
  readonly #name: string;
  readonly #position: Position | undefined;

  constructor(name: string, position: Position | undefined) {
    this.#name = name;
    this.#position = position;
  }

  get heldBytes(): number {
    const columns = [this.counts, this.#integers, this.#floats, this.#floatCounts, this.#durationCounts];
    return columns.reduce(
      (bytes, column) => bytes + column.heldBytes,
      (this.#large.size + this.#durations.size) * LARGE_BYTES,
    );
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    assert(vector !== undefined, `${this.#name}() has an argument`);
    const { column } = vector;
    switch (column.kind) {
      case 'integer':
        if (groups === ONE_GROUP && this.#addIntegers(column.values, vector.rows, rowCount)) return;
        if (groups !== ONE_GROUP && this.#addToGroups(vector, column.values, groups, rowCount)) return;
        for (let row = 0; row < rowCount; row++) {
          this.#addInteger(groups[row]!, column.values[positionOf(vector, row)]!);
        }
        return;
      case 'float':
        for (let row = 0; row < rowCount; row++) {
          this.#addFloat(groups[row]!, column.values[positionOf(vector, row)]!);
        }
        return;
      case 'value':
        for (let row = 0; row < rowCount; row++) {
          this.#add(groups[row]!, column.values[positionOf(vector, row)]!);
        }
        return;
      default:
        throw this.#typeError(`a ${column.kind.toUpperCase()}`);
    }
  }

  #add(group: number, value: Value): void {
    if (value === null) return;
    if (typeof value === 'number') this.#addInteger(group, value);
    else if (value instanceof Float) this.#addFloat(group, value.value);
    else if (typeof value === 'bigint') this.#addLarge(group, value);
    else if (value instanceof DurationValue) this.#addDuration(group, value);
    else throw this.#typeError(describe(value));
  }

  #addInteger(group: number, value: number): void {
    const sum = this.#integers.get(group) + value;
    if (!Number.isSafeInteger(sum)) return this.#addLarge(group, BigInt(value));
    this.#integers.set(group, sum);
    // What has been added in another way bounds no sum any more.
    this.#integersMax = Number.POSITIVE_INFINITY;
    this.counts.add(group, 1);
  }

  /** Adds many to the first group; false, and nothing is added, when they are so large that the sum might not be exact. */
  #addIntegers(values: Float64Array, positions: Int32Array | undefined, rowCount: number): boolean {
    let sum = 0;
    let largest = 0;
    for (let row = 0; row < rowCount; row++) {
      const value = values[positions === undefined ? row : positions[row]!]!;
      sum += value;
      const size = Math.abs(value);
      if (size > largest) largest = size;
    }
    const total = this.#integers.get(0) + sum;
    if (largest * rowCount > Number.MAX_SAFE_INTEGER || !Number.isSafeInteger(total)) return false;
    this.#integers.set(0, total);
    this.#integersMax = Number.POSITIVE_INFINITY;
    this.counts.add(0, rowCount);
    return true;
  }

  /** As #addIntegers, for rows of many groups. */
  #addToGroups(vector: Vector, values: Float64Array, groups: Int32Array, rowCount: number): boolean {
    const positions = vector.rows;
    let largest = 0;
    for (let row = 0; row < rowCount; row++) {
      const size = Math.abs(values[positions === undefined ? row : positions[row]!]!);
      if (size > largest) largest = size;
    }
    const bound = this.#integersMax + largest * rowCount;
    if (bound > Number.MAX_SAFE_INTEGER) return false;
    this.#integersMax = bound;
    this.#integers.addAll(groups, rowCount, { values, positions });
    this.counts.count(groups, rowCount);
    return true;
  }

  #addLarge(group: number, value: bigint): void {
    this.#large.set(group, (this.#large.get(group) ?? 0n) + value);
    this.counts.add(group, 1);
  }

  #addFloat(group: number, value: number): void {
    this.#floats.add(group, value);
    this.#floatCounts.add(group, 1);
    this.counts.add(group, 1);
  }

  #addDuration(group: number, value: DurationValue): void {
    const sum = this.#durations.get(group);
    const total = sum === undefined ? value : withPosition(this.#position, () => addDurations(sum, value));
    this.#durations.set(group, total);
    this.counts.add(group, 1);
    this.#durationCounts.add(group, 1);
  }

  #typeError(what: string): GraphError {
    const message = `${this.#name}() adds numbers or durations, but got ${what}.`;
    return new GraphError('Neo.ClientError.Statement.TypeError', message, {
      position: this.#position,
      detail: 'InvalidArgumentType',
    });
  }

  /** The sum of the group's durations, undefined when it has numbers or nothing. Numbers and durations do not mix. */
  duration(group: number): DurationValue | undefined {
    const sum = this.#durations.get(group);
    if (sum === undefined) return undefined;
    if (this.#durationCounts.get(group) < this.counts.get(group)) throw this.#typeError('both');
    return sum;
  }

  hasFloat(group: number): boolean {
    return this.#floatCounts.get(group) > 0;
  }

  /** The sums of the groups from one to before another, while nothing but INTEGERs has been added and all are safe. */
  safeIntegers(start: number, end: number): Float64Array | undefined {
    const isPure = this.#floatCounts.heldBytes === 0 && this.#large.size === 0 && this.#durations.size === 0;
    return isPure ? this.#integers.slice(start, end) : undefined;
  }

  /** The sum of the group's INTEGERs, of any size. */
  exactIntegers(group: number): bigint {
    return BigInt(this.#integers.get(group)) + (this.#large.get(group) ?? 0n);
  }

  /** The sum as the nearest FLOAT. */
  total(group: number): number {
    return this.#floats.get(group) + Number(this.exactIntegers(group));
  }
}

/** 0 over no rows; a FLOAT as soon as one is among the values. */
export class SumState implements AggregateState {
  readonly #sums: Sums;
  readonly #position: Position | undefined;

  constructor(position: Position | undefined) {
    this.#sums = new Sums('sum', position);
    this.#position = position;
  }

  get heldBytes(): number {
    return this.#sums.heldBytes;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    this.#sums.consume(vector, groups, rowCount);
  }

  result(group: number): Value {
    const duration = this.#sums.duration(group);
    if (duration !== undefined) return duration;
    if (this.#sums.hasFloat(group)) return new Float(this.#sums.total(group));
    return checkedInteger(this.#sums.exactIntegers(group), this.#position);
  }

  integers(start: number, end: number): Float64Array | undefined {
    return this.#sums.safeIntegers(start, end);
  }
}

/** Null over no rows, else a FLOAT; a DURATION of durations. */
export class AverageState implements AggregateState {
  readonly #sums: Sums;

  constructor(position: Position | undefined) {
    this.#sums = new Sums('avg', position);
  }

  get heldBytes(): number {
    return this.#sums.heldBytes;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    this.#sums.consume(vector, groups, rowCount);
  }

  result(group: number): Value {
    const count = this.#sums.counts.get(group);
    const duration = this.#sums.duration(group);
    if (duration !== undefined) return divideDuration(duration, count);
    return count === 0 ? null : new Float(this.#sums.total(group) / count);
  }
}
