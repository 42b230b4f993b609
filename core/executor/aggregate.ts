/** Aggregate: one row for each group. Distinct: the first row of each class. */

import { EquivalenceClasses } from '../value/equivalence.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { AggregateState } from './expression/aggregate.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator } from './operator.ts';
import type { CompiledItem } from './produce.ts';
import { columnOf, derive, heldBytes, put } from './rows.ts';

export interface CompiledAggregation {
  readonly slot: number;
  /** Undefined for count(*). */
  readonly argument: CompiledExpression | undefined;
  /** Of a percentile: which one. */
  readonly second: CompiledExpression | undefined;
  readonly createState: () => AggregateState;
}

/** What a group takes beside its key values, in bytes. */
const GROUP_BYTES = 64;

/** Numbers the groups of rows by the values in some vectors. Answers how many groups there are then. */
class Grouping {
  readonly #classes = new EquivalenceClasses();

  get count(): number {
    return this.#classes.count;
  }

  /** Writes each row's group into `groups`, and calls `first` for the first row of each new group. */
  assign(vectors: readonly Vector[], groups: Int32Array, first: (row: number) => void): void {
    const classes = this.#classes;
    for (let row = 0; row < groups.length; row++) {
      const before = classes.count;
      groups[row] = this.#numberOf(vectors, row);
      if (classes.count > before) first(row);
    }
  }

  #numberOf(vectors: readonly Vector[], row: number): number {
    if (vectors.length !== 1) return this.#classes.numberOfRow(vectors.map((vector) => vectorValue(vector, row)));
    const { column, rows } = vectors[0]!;
    const position = rows === undefined ? row : rows[row]!;
    if (column.kind === 'node' && column.ids[position] !== NO_ENTITY) {
      return this.#classes.numberOfNode(column.ids[position]!);
    }
    if (column.kind === 'integer' || column.kind === 'float') {
      return this.#classes.numberOfNumber(column.values[position]!);
    }
    return this.#classes.numberOf(vectorValue(vectors[0]!, row));
  }
}

export class Aggregate implements Operator {
  readonly #input: Operator;
  readonly #keys: readonly CompiledItem[];
  readonly #aggregations: readonly CompiledAggregation[];
  readonly #states: readonly AggregateState[];
  readonly #grouping = new Grouping();
  /** By key, by group. */
  readonly #keyValues: readonly Value[][];
  #heldBytes = 0;
  #groupCount: number;
  #read = false;
  #group = 0;

  constructor(
    input: Operator,
    spec: { readonly keys: readonly CompiledItem[]; readonly aggregations: readonly CompiledAggregation[] },
  ) {
    this.#input = input;
    this.#keys = spec.keys;
    this.#aggregations = spec.aggregations;
    this.#states = spec.aggregations.map(({ createState }) => createState());
    this.#keyValues = spec.keys.map(() => []);
    // Without keys there is one group, even over no rows.
    this.#groupCount = spec.keys.length === 0 ? 1 : 0;
  }

  next(context: ExecutionContext): Batch | Signal {
    while (!this.#read) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE) return PAUSE;
      if (input === END) this.#read = true;
      else this.#consume(input, context);
    }
    if (this.#group === this.#groupCount) return END;
    if (context.exhausted) return PAUSE;
    return this.#output(context);
  }

  #consume(batch: Batch, context: ExecutionContext): void {
    context.charge(batch.rowCount);
    const groups = new Int32Array(batch.rowCount);
    if (this.#keys.length > 0) {
      const vectors = this.#keys.map(({ expression }) => expression.evaluate(batch, context));
      let bytes = 0;
      this.#grouping.assign(vectors, groups, (row) => {
        vectors.forEach((vector, key) => {
          const value = vectorValue(vector, row);
          this.#keyValues[key]!.push(value);
          bytes += GROUP_BYTES + heldBytes(value);
        });
      });
      this.#groupCount = this.#grouping.count;
      context.hold(bytes);
    }
    let held = 0;
    this.#aggregations.forEach(({ argument, second }, i) => {
      const state = this.#states[i]!;
      state.consume(argument?.evaluate(batch, context), groups, batch.rowCount, second?.evaluate(batch, context));
      held += state.heldBytes;
    });
    context.hold(held - this.#heldBytes);
    this.#heldBytes = held;
  }

  #output(context: ExecutionContext): Batch {
    const start = this.#group;
    const end = Math.min(this.#groupCount, start + BATCH_ROWS);
    this.#group = end;
    context.charge(end - start);
    const vectors: (Vector | undefined)[] = [];
    this.#keys.forEach(({ slot }, key) => {
      put(vectors, slot, { column: columnOf(this.#keyValues[key]!.slice(start, end)), rows: undefined });
    });
    this.#aggregations.forEach(({ slot }, i) => {
      const values: Value[] = [];
      for (let group = start; group < end; group++) values.push(this.#states[i]!.result(group));
      put(vectors, slot, { column: columnOf(values), rows: undefined });
    });
    return { rowCount: end - start, vectors };
  }
}

export class Distinct implements Operator {
  readonly #input: Operator;
  readonly #slots: readonly number[];
  readonly #grouping = new Grouping();

  constructor(input: Operator, slots: readonly number[]) {
    this.#input = input;
    this.#slots = slots;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      context.charge(input.rowCount);
      const vectors = this.#slots.map((slot) => input.vectors[slot]!);
      const rows = new Int32Array(input.rowCount);
      let kept = 0;
      let bytes = 0;
      this.#grouping.assign(vectors, new Int32Array(input.rowCount), (row) => {
        rows[kept++] = row;
        for (const vector of vectors) bytes += GROUP_BYTES + heldBytes(vectorValue(vector, row));
      });
      context.hold(bytes);
      if (kept === input.rowCount) return input;
      if (kept > 0) return derive(input, rows.subarray(0, kept));
    }
  }
}
