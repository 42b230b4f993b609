/** DISTINCT within an aggregation: hands on the rows whose value the group has not had yet. */

import { assert } from '../../assert.ts';
import { BATCH_COLUMNS } from '../../graph/column-memory.ts';
import { EquivalenceClasses } from '../../value/equivalence.ts';
import { estimatedBytes } from '../../value/size.ts';
import type { Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';
import type { AggregateState } from './aggregate.ts';
import { ONE_GROUP } from './one-group.ts';
import { isNullAt, positionOf, vectorValue } from './operand.ts';

/** A pair of a group and a class is one number: class numbers stay below this, and groups below 2^53 / this. */
const CLASS_COUNT_MAX = 2 ** 26;

/** Bytes of a pair in the set, and of a class in its map. */
const PAIR_BYTES = 40;
const CLASS_BYTES = 40;

export class DistinctState implements AggregateState {
  readonly #state: AggregateState;
  readonly #classes = new EquivalenceClasses();
  readonly #pairs = new Set<number>();
  #keyBytes = 0;

  constructor(state: AggregateState) {
    this.#state = state;
  }

  get heldBytes(): number {
    return this.#state.heldBytes + this.#pairs.size * PAIR_BYTES + this.#keyBytes;
  }

  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number, second?: Vector): void {
    assert(vector !== undefined, 'an aggregation with DISTINCT has an argument');
    const positions = BATCH_COLUMNS.integers(rowCount);
    const freshGroups = BATCH_COLUMNS.integers(rowCount);
    const rows = BATCH_COLUMNS.integers(rowCount);
    let count = 0;
    for (let row = 0; row < rowCount; row++) {
      if (isNullAt(vector, row)) continue;
      const group = groups[row]!;
      const classCount = this.#classes.count;
      const number = this.#classOf(vector, row);
      // Of one group a value is new when its class is.
      if (groups === ONE_GROUP ? number < classCount : !this.#isFresh(group, number)) continue;
      positions[count] = positionOf(vector, row);
      rows[count] = row;
      freshGroups[count++] = group;
    }
    this.#state.consume({ column: vector.column, rows: positions }, freshGroups, count, second && pick(second, rows));
  }

  #isFresh(group: number, number: number): boolean {
    assert(number < CLASS_COUNT_MAX, 'there are too many distinct values for pairs');
    const before = this.#pairs.size;
    this.#pairs.add(group * CLASS_COUNT_MAX + number);
    return this.#pairs.size > before;
  }

  #classOf(vector: Vector, row: number): number {
    const { column } = vector;
    const classCount = this.#classes.count;
    if (column.kind === 'node')
      return this.#charged(this.#classes.numberOfNode(column.ids[positionOf(vector, row)]!), classCount);
    if (column.kind === 'integer') {
      return this.#charged(this.#classes.numberOfInteger(column.values[positionOf(vector, row)]!), classCount);
    }
    if (column.kind === 'float') {
      return this.#charged(this.#classes.numberOfNumber(column.values[positionOf(vector, row)]!), classCount);
    }
    const value: Value = vectorValue(vector, row);
    const number = this.#classes.numberOf(value);
    if (number === classCount) this.#keyBytes += estimatedBytes(value);
    return this.#charged(number, classCount);
  }

  /** Adds a class that was not there before to what is held. */
  #charged(number: number, classCount: number): number {
    if (number === classCount) this.#keyBytes += CLASS_BYTES;
    return number;
  }

  result(group: number): Value {
    return this.#state.result(group);
  }
}

/** The vector's values for some of its rows. */
function pick(vector: Vector, rows: Int32Array): Vector {
  return { column: vector.column, rows: rows.map((row) => positionOf(vector, row)) };
}
