/** Aggregate: one row for each group. */

import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { NodeCounts } from '../planner/plan.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, END, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { AggregateState } from './expression/aggregate.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { ONE_GROUP } from './expression/one-group.ts';
import { Grouping } from './grouping.ts';
import type { Operator } from './operator.ts';
import type { CompiledItem } from './produce.ts';
import { RowStore } from './row-store.ts';
import { columnOf, derive, put } from './rows.ts';

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

const NOTHING = new Int32Array(0);
const NO_STATES: readonly AggregateState[] = [];

export class Aggregate implements Operator {
  readonly #input: Operator;
  readonly #keys: readonly CompiledItem[];
  readonly #aggregations: readonly CompiledAggregation[];
  readonly #nodeCounts: NodeCounts | undefined;
  readonly #isPlain: boolean;
  /** Made when they are needed: the graph may know the answer. */
  #states = NO_STATES;
  #grouping: Grouping | undefined;
  /** The group of each row of a batch, and the first rows of new groups: used again for each batch. */
  #groups: Int32Array = NOTHING;
  #firsts: Int32Array = NOTHING;
  /** The keys of each group; undefined before the first. */
  #keyRows: RowStore | undefined;
  #heldBytes = 0;
  #groupCount: number;
  #read = false;
  #group = 0;

  constructor(
    input: Operator,
    spec: {
      readonly keys: readonly CompiledItem[];
      readonly aggregations: readonly CompiledAggregation[];
      readonly nodeCounts?: NodeCounts | undefined;
      /** Its expressions ask no query, which might hold columns. */
      readonly isPlain: boolean;
    },
  ) {
    this.#input = input;
    this.#keys = spec.keys;
    this.#aggregations = spec.aggregations;
    this.#nodeCounts = spec.nodeCounts;
    this.#isPlain = spec.isPlain;
    // Without keys there is one group, even over no rows.
    this.#groupCount = spec.keys.length === 0 ? 1 : 0;
  }

  reset(): boolean {
    this.#states = NO_STATES;
    this.#grouping = undefined;
    this.#groups = NOTHING;
    this.#firsts = NOTHING;
    this.#keyRows = undefined;
    this.#heldBytes = 0;
    this.#groupCount = this.#keys.length === 0 ? 1 : 0;
    this.#read = false;
    this.#group = 0;
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    const counts = this.#read || this.#nodeCounts === undefined ? undefined : knownCounts(this.#nodeCounts, context);
    if (counts !== undefined) return this.#answer(counts, context);
    while (!this.#read) {
      if (context.exhausted) return PAUSE;
      const before = BATCH_COLUMNS.mark();
      const input = this.#input.next(context);
      if (input === PAUSE) return PAUSE;
      if (input === END) {
        this.#read = true;
        break;
      }
      const mark = this.#input.holdsNoColumns ? before : BATCH_COLUMNS.mark();
      this.#consume(input, context);
      // All that is kept of a batch are numbers and values.
      if (this.#isPlain) BATCH_COLUMNS.takeBack(mark);
    }
    if (this.#group === this.#groupCount) return END;
    if (context.exhausted) return PAUSE;
    return this.#output(context);
  }

  /** The only row, without a look at the input. */
  #answer(counts: Float64Array, context: ExecutionContext): Batch {
    this.#read = true;
    this.#group = this.#groupCount;
    context.charge(counts.length);
    const vectors: (Vector | undefined)[] = [];
    this.#aggregations.forEach(({ slot }, i) => {
      put(vectors, slot, { column: { kind: 'integer', values: counts.subarray(i, i + 1) }, rows: undefined });
    });
    return { rowCount: 1, vectors };
  }

  #consume(batch: Batch, context: ExecutionContext): void {
    context.charge(batch.rowCount);
    const states = this.#begunStates();
    if (this.#groups === NOTHING && this.#keys.length > 0) {
      this.#groups = new Int32Array(BATCH_ROWS);
      this.#firsts = new Int32Array(BATCH_ROWS);
    }
    const groups = this.#keys.length === 0 ? ONE_GROUP : this.#groupsOf(batch, context);
    let held = 0;
    let last: CompiledExpression | undefined;
    let vector: Vector | undefined;
    for (let i = 0; i < this.#aggregations.length; i++) {
      const { argument, second } = this.#aggregations[i]!;
      // What stands in several aggregations is compiled once, and worked out once.
      if (argument === undefined || argument !== last) vector = argument?.evaluate(batch, context);
      last = argument;
      const state = states[i]!;
      state.consume(vector, groups, batch.rowCount, second?.evaluate(batch, context));
      held += state.heldBytes;
    }
    context.hold(held - this.#heldBytes, 'Aggregate');
    this.#heldBytes = held;
  }

  #begunStates(): readonly AggregateState[] {
    if (this.#states === NO_STATES) this.#states = this.#aggregations.map(({ createState }) => createState());
    return this.#states;
  }

  #groupsOf(batch: Batch, context: ExecutionContext): Int32Array {
    const { rowCount } = batch;
    const groups = this.#groups.subarray(0, rowCount);
    const firsts = this.#firsts.subarray(0, rowCount);
    const vectors = this.#keys.map(({ expression }) => expression.evaluate(batch, context));
    this.#grouping ??= new Grouping();
    const found = this.#grouping.assign(vectors, groups, firsts);
    this.#groupCount = this.#grouping.count;
    if (found === 0) return groups;
    const keys: (Vector | undefined)[] = [];
    this.#keys.forEach(({ slot }, key) => {
      put(keys, slot, vectors[key]!);
    });
    this.#keepKeys({ rowCount, vectors: keys }, firsts.subarray(0, found), context);
    return groups;
  }

  /** Keeps the keys of new groups, each from its first row. */
  #keepKeys(batch: Batch, firsts: Int32Array, context: ExecutionContext): void {
    context.hold(firsts.length * GROUP_BYTES * this.#keys.length, 'Aggregate');
    this.#keyRows ??= new RowStore(
      this.#keys.map(({ slot }) => slot),
      'Aggregate',
    );
    this.#keyRows.append(derive(batch, firsts), context);
  }

  #output(context: ExecutionContext): Batch {
    const start = this.#group;
    const end = Math.min(this.#groupCount, start + BATCH_ROWS);
    this.#group = end;
    context.charge(end - start);
    const states = this.#begunStates();
    const vectors = this.#keyVectors(start, end);
    this.#aggregations.forEach(({ slot }, i) => {
      put(vectors, slot, { column: resultColumn(states[i]!, start, end), rows: undefined });
    });
    return { rowCount: end - start, vectors };
  }

  #keyVectors(start: number, end: number): (Vector | undefined)[] {
    if (this.#keyRows === undefined) return [];
    const groups = BATCH_COLUMNS.integers(end - start);
    for (let at = 0; at < groups.length; at++) groups[at] = start + at;
    return [...this.#keyRows.rows(groups).vectors];
  }
}

/** What an aggregation gives for the groups from one to before another. */
function resultColumn(state: AggregateState, start: number, end: number): Column {
  const integers = state.integers?.(start, end);
  if (integers !== undefined) return { kind: 'integer', values: integers };
  const values: Value[] = [];
  for (let group = start; group < end; group++) values.push(state.result(group));
  return columnOf(values);
}

/** What the graph knows of the counts; undefined when it does not know one of them. */
function knownCounts({ label, keys }: NodeCounts, { view, tokens }: ExecutionContext): Float64Array | undefined {
  const counts = new Float64Array(keys.length);
  const labelToken = label === undefined ? undefined : tokens.label.idOf(label);
  // Without a token nobody has the label, or the property, yet.
  if (label !== undefined && labelToken === undefined) return counts;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const keyToken = key === undefined ? undefined : tokens.propertyKey.idOf(key);
    const isUnknown = key !== undefined && keyToken === undefined;
    const count = isUnknown ? 0 : view.countNodes(labelToken, keyToken);
    if (count === undefined) return undefined;
    counts[i] = count;
  }
  return counts;
}
