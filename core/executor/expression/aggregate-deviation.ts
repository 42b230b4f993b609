/** stDev() and stDevP(): in one pass and without large sums, so that no digits are lost (Welford's algorithm). */
import { assert } from '../../assert.ts';
import { GraphError, type Position } from '../../error.ts';
import { isNumeric, toFloatNumber } from '../../value/arithmetic.ts';
import { describe } from '../../value/render.ts';
import { Float, type Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';
import type { AggregateState } from './aggregate.ts';
import { GroupNumbers } from './aggregate-count.ts';
import { vectorValue } from './operand.ts';

export class DeviationState implements AggregateState {
  readonly #counts = new GroupNumbers();
  readonly #means = new GroupNumbers();
  /** Sums of the squared distances from the mean. */
  readonly #squares = new GroupNumbers();
  readonly #ofSample: boolean;
  readonly #position: Position | undefined;

  /** `ofSample`: the values are taken from a larger population, so that one less than their count divides. */
  constructor(ofSample: boolean, position: Position | undefined) {
    this.#ofSample = ofSample;
    this.#position = position;
  }

  get heldBytes(): number {
    return this.#counts.heldBytes + this.#means.heldBytes + this.#squares.heldBytes;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void {
    assert(vector !== undefined, 'a deviation has an argument');
    for (let row = 0; row < rowCount; row++) {
      const value = vectorValue(vector, row);
      if (value !== null) this.#add(groups[row]!, this.#numberOf(value));
    }
  }

  #add(group: number, value: number): void {
    this.#counts.add(group, 1);
    const distance = value - this.#means.get(group);
    this.#means.add(group, distance / this.#counts.get(group));
    this.#squares.add(group, distance * (value - this.#means.get(group)));
  }

  #numberOf(value: Value): number {
    if (isNumeric(value)) return toFloatNumber(value);
    throw new GraphError(
      'Neo.ClientError.Statement.TypeError',
      `A number is needed here, but got ${describe(value)}.`,
      {
        position: this.#position,
        detail: 'InvalidArgumentType',
      },
    );
  }

  /** 0.0 over fewer values than a deviation needs. */
  result(group: number): Value {
    const divisor = this.#counts.get(group) - (this.#ofSample ? 1 : 0);
    return new Float(divisor > 0 ? Math.sqrt(this.#squares.get(group) / divisor) : 0);
  }
}
