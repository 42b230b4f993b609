/** Distinct: the first row of each class. */

import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { IdList } from '../graph/result-lists.ts';
import { EquivalenceClasses } from '../value/equivalence.ts';
import { heldBytes } from '../value/held-bytes.ts';
import { Float, NodeReference, type Value } from '../value/value.ts';
import { type Batch, type Column, END, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { vectorValue } from './expression/operand.ts';
import { Grouping } from './grouping.ts';
import type { Operator } from './operator.ts';
import { derive } from './rows.ts';
import type { NumberSet } from './scratch.ts';

/** What a row that has been seen takes beside its values, in bytes. */
const ROW_BYTES = 64;

export class Distinct implements Operator {
  readonly #input: Operator;
  readonly #slots: readonly number[];
  #grouping: Grouping | undefined;
  #values: SeenValues | undefined;
  /** Where the rows to hand on are noted: mostly all are, and nothing of it is kept. */
  #kept: IdList | undefined;

  /** `slots`: the values that make rows differ. */
  constructor(input: Operator, slots: readonly number[]) {
    this.#input = input;
    this.#slots = slots;
  }

  reset(): boolean {
    this.#grouping = undefined;
    this.#values = undefined;
    this.#kept = undefined;
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      const { rowCount } = input;
      context.charge(rowCount);
      this.#kept ??= context.scratch.idList();
      this.#kept.reserve(rowCount);
      const { ids: rows } = this.#kept;
      const kept =
        this.#slots.length === 1 ? this.#keepValues(input, rows, context) : this.#keepRows(input, rows, context);
      if (kept === rowCount) return input;
      if (kept > 0) return derive(input, rows.slice(0, kept));
    }
  }

  /** Writes the numbers of the rows to hand on, and answers how many. */
  #keepValues(batch: Batch, rows: Int32Array, context: ExecutionContext): number {
    this.#values ??= new SeenValues(context);
    const before = this.#values.heldBytes;
    const kept = this.#values.keep(batch.vectors[this.#slots[0]!]!, batch.rowCount, rows);
    context.hold(this.#values.heldBytes - before, 'Distinct');
    return kept;
  }

  #keepRows(batch: Batch, rows: Int32Array, context: ExecutionContext): number {
    this.#grouping ??= new Grouping();
    const vectors = this.#slots.map((slot) => batch.vectors[slot]!);
    const kept = this.#grouping.assign(vectors, BATCH_COLUMNS.integers(batch.rowCount), rows);
    let bytes = 0;
    for (let at = 0; at < kept; at++) {
      for (const vector of vectors) bytes += ROW_BYTES + heldBytes(vectorValue(vector, rows[at]!));
    }
    context.hold(bytes, 'Distinct');
    return kept;
  }
}

/** Ids and integers below this take a bit each, in tables that are made for the largest of them. */
const SMALL_MAX = 1 << 20;

/** Values that have been seen, told apart by equivalence. What has a bit has it whatever kind of column it stands in. */
class SeenValues {
  readonly #integers: NumberSet;
  readonly #nodes: NumberSet;
  readonly #others = new EquivalenceClasses();
  /** Estimated. */
  heldBytes = 0;

  constructor({ scratch }: ExecutionContext) {
    this.#integers = scratch.numberSet();
    this.#nodes = scratch.numberSet();
  }

  /** Writes those of the first `count` rows that have a new value, and answers how many. */
  keep({ column, rows: positions }: Vector, count: number, out: Int32Array): number {
    switch (column.kind) {
      case 'integer':
        return this.#keepNumbers(column.values, this.#integers, { column, positions, count, out });
      case 'node':
        return this.#keepNumbers(column.ids, this.#nodes, { column, positions, count, out });
      default: {
        let kept = 0;
        for (let row = 0; row < count; row++) {
          const value = vectorValue({ column, rows: positions }, row);
          if (this.#add(value)) out[kept++] = row;
        }
        return kept;
      }
    }
  }

  #keepNumbers(
    numbers: Int32Array | Float64Array,
    set: NumberSet,
    fields: { column: Column; positions: Int32Array | undefined; count: number; out: Int32Array },
  ): number {
    const { column, positions, count, out } = fields;
    let words: Uint32Array = set.words;
    let kept = 0;
    for (let row = 0; row < count; row++) {
      const number = numbers[positions === undefined ? row : positions[row]!]!;
      if (!(number >= 0 && number < SMALL_MAX)) {
        if (this.#addOther(vectorValue({ column, rows: positions }, row))) out[kept++] = row;
        continue;
      }
      const index = number >>> 5;
      if (index >= words.length) words = set.reserve(number);
      const word = words[index]!;
      const bit = 1 << (number & 31);
      if ((word & bit) !== 0) continue;
      words[index] = word | bit;
      out[kept++] = row;
    }
    return kept;
  }

  /** Whether the value is new. */
  #add(value: Value): boolean {
    if (value instanceof NodeReference && value.id >= 0 && value.id < SMALL_MAX) return this.#nodes.add(value.id);
    const number = value instanceof Float ? value.value : value;
    const isSmall = typeof number === 'number' && number >= 0 && number < SMALL_MAX && Number.isInteger(number);
    return isSmall ? this.#integers.add(number) : this.#addOther(value);
  }

  #addOther(value: Value): boolean {
    const { count } = this.#others;
    this.#others.numberOf(value);
    if (this.#others.count === count) return false;
    this.heldBytes += ROW_BYTES + heldBytes(value);
    return true;
  }
}
