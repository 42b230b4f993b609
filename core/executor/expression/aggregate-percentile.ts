/** percentileDisc() and percentileCont(): the values of each group are kept and sorted when the result is asked for. */
import { assert } from '../../assert.ts';
import { GraphError, type Position } from '../../error.ts';
import { isNumeric, type NumericValue, toFloatNumber } from '../../value/arithmetic.ts';
import { compareOrder } from '../../value/order.ts';
import { describe } from '../../value/render.ts';
import { Float, type Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';
import type { AggregateState } from './aggregate.ts';
import { vectorValue } from './operand.ts';

/** Bytes of a number that is kept, estimated. */
const NUMBER_BYTES = 16;

interface Group {
  readonly values: NumericValue[];
  /** That of the group's first row. */
  percentile: number;
}

export class PercentileState implements AggregateState {
  readonly #name: 'percentilecont' | 'percentiledisc';
  readonly #position: Position | undefined;
  readonly #groups: (Group | undefined)[] = [];
  #valueCount = 0;

  constructor(name: 'percentilecont' | 'percentiledisc', position: Position | undefined) {
    this.#name = name;
    this.#position = position;
  }

  get heldBytes(): number {
    return (this.#valueCount + this.#groups.length) * NUMBER_BYTES;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number, percentiles?: Vector): void {
    assert(vector !== undefined && percentiles !== undefined, 'a percentile has two arguments');
    for (let row = 0; row < rowCount; row++) {
      const percentile = this.#percentileOf(vectorValue(percentiles, row));
      const value = vectorValue(vector, row);
      if (value === null) continue;
      if (!isNumeric(value)) throw this.#typeError(value);
      const number = groups[row]!;
      const group = this.#groups[number] ?? { values: [], percentile };
      this.#groups[number] = group;
      group.values.push(value);
      this.#valueCount++;
    }
  }

  #percentileOf(value: Value): number {
    if (value === null || !isNumeric(value)) throw this.#typeError(value);
    const percentile = toFloatNumber(value);
    if (percentile >= 0 && percentile <= 1) return percentile;
    throw new GraphError(
      'Neo.ClientError.Statement.ArgumentError',
      `A percentile lies between 0.0 and 1.0, but this is ${describe(value)}.`,
      { position: this.#position, detail: 'NumberOutOfRange' },
    );
  }

  #typeError(value: Value): GraphError {
    return new GraphError(
      'Neo.ClientError.Statement.TypeError',
      `A number is needed here, but got ${describe(value)}.`,
      {
        position: this.#position,
        detail: 'InvalidArgumentType',
      },
    );
  }

  /** Null over no values. */
  result(group: number): Value {
    const found = this.#groups[group];
    if (found === undefined) return null;
    const sorted = found.values.toSorted(compareOrder);
    return this.#name === 'percentiledisc' ? nearest(sorted, found.percentile) : between(sorted, found.percentile);
  }
}

/** The smallest value that is not below that share of all values. */
function nearest(sorted: readonly NumericValue[], percentile: number): Value {
  const rank = Math.ceil(percentile * sorted.length);
  return sorted[Math.max(0, rank - 1)]!;
}

/** Between two values, as far from each as the percentile is from their ranks. */
function between(sorted: readonly NumericValue[], percentile: number): Value {
  const rank = percentile * (sorted.length - 1);
  const lower = toFloatNumber(sorted[Math.floor(rank)]!);
  const upper = toFloatNumber(sorted[Math.ceil(rank)]!);
  const share = rank - Math.floor(rank);
  return new Float(share === 0 ? lower : lower * (1 - share) + upper * share);
}
