/**
 * HashJoin: the pairs of a row of its input and a row of its inner plan whose keys are equal. The rows of the inner plan, which know nothing of
 * the input's, are kept in a table; those of the input stream past it, in their order.
 */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import { IdList } from '../graph/result-lists.ts';
import { BATCH_ROWS, type Batch, END, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { JoinKeys, NO_CLASS } from './join-keys.ts';
import type { Operator } from './operator.ts';
import { RowStore } from './row-store.ts';
import { derive, put } from './rows.ts';

export interface HashJoinSpec {
  readonly inputKey: CompiledExpression;
  readonly innerKey: CompiledExpression;
  /** What the inner plan fills and is handed on. */
  readonly slots: readonly number[];
}

/** No row. */
const NONE = -1;

/** Rows of the table that are looked at between two looks at the slice's budget: many may be of one class and differ all the same. */
const LOOKED_MAX = 8 * BATCH_ROWS;

/** A row's place in the chain of its class, in bytes. */
const LINK_BYTES = 4;

export class HashJoin implements Operator {
  readonly #input: Operator;
  readonly #inner: Operator;
  readonly #spec: HashJoinSpec;
  readonly #keys = new JoinKeys();
  readonly #stored: RowStore;
  /** By class: the first and the last of its rows. By row: the next of its class. */
  readonly #first = new IdList();
  readonly #last = new IdList();
  readonly #next = new IdList();
  #built = false;
  #heldBytes = 0;
  #batch: Batch | undefined;
  #batchKeys: Vector | undefined;
  /** By row of the batch: its class. */
  #classes: Int32Array = new Int32Array(0);
  #row = 0;
  /** The row of the table that comes next for the batch's row; NONE: the batch's row has not been looked at. */
  #match = NONE;

  constructor(input: Operator, inner: Operator, spec: HashJoinSpec) {
    this.#input = input;
    this.#inner = inner;
    this.#spec = spec;
    this.#stored = new RowStore(spec.slots, 'HashJoin');
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === END) this.#release(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#batchKeys = undefined;
      }
      if (context.exhausted) return PAUSE;
      // Without a row to join, the inner plan is not even begun.
      if (!this.#built && !this.#build(context)) return PAUSE;
      if (this.#batchKeys === undefined) this.#start(this.#batch, context);
      const output = this.#fill(this.#batch, this.#batchKeys!, context);
      if (this.#row === this.#batch.rowCount) this.#batch = undefined;
      if (output !== undefined) return output;
    }
  }

  /** False when the slice's work is spent before all rows of the inner plan are in the table. */
  #build(context: ExecutionContext): boolean {
    for (;;) {
      if (context.exhausted) return false;
      const batch = this.#inner.next(context);
      if (batch === PAUSE) return false;
      if (batch === END) break;
      this.#add(batch, context);
    }
    this.#built = true;
    return true;
  }

  #add(batch: Batch, context: ExecutionContext): void {
    const { rowCount } = batch;
    context.charge(rowCount);
    const keys = this.#spec.innerKey.evaluate(batch, context);
    const chosen = BATCH_COLUMNS.integers(rowCount);
    let count = 0;
    for (let i = 0; i < rowCount; i++) {
      const row = this.#next.count;
      const known = this.#keys.count;
      const number = this.#keys.add(keys, i, row);
      if (number === NO_CLASS) continue;
      chosen[count++] = i;
      this.#next.push(NONE);
      if (number === known) {
        this.#first.push(row);
        this.#last.push(row);
      } else {
        this.#next.ids[this.#last.ids[number]!] = row;
        this.#last.ids[number] = row;
      }
    }
    if (count > 0) this.#stored.append(derive(batch, chosen.subarray(0, count)), context);
    const bytes = this.#keys.heldBytes + LINK_BYTES * (this.#next.count + 2 * this.#keys.count);
    context.hold(bytes - this.#heldBytes, 'HashJoin');
    this.#heldBytes = bytes;
  }

  #start(batch: Batch, context: ExecutionContext): void {
    context.charge(batch.rowCount);
    this.#batchKeys = this.#spec.inputKey.evaluate(batch, context);
    this.#classes = BATCH_COLUMNS.integers(batch.rowCount);
    this.#keys.find(this.#batchKeys, this.#classes);
    this.#row = 0;
    this.#match = NONE;
  }

  #fill(batch: Batch, keys: Vector, context: ExecutionContext): Batch | undefined {
    const parents = BATCH_COLUMNS.integers(BATCH_ROWS);
    const matches = BATCH_COLUMNS.integers(BATCH_ROWS);
    const next = this.#next.ids;
    const { mayDiffer } = this.#keys;
    let filled = 0;
    let looked = 0;
    while (this.#row < batch.rowCount && filled < BATCH_ROWS && looked < LOOKED_MAX) {
      let match = this.#match;
      if (match === NONE) {
        const number = this.#classes[this.#row]!;
        match = number === NO_CLASS ? NONE : this.#first.ids[number]!;
      }
      for (; match !== NONE && filled < BATCH_ROWS && looked < LOOKED_MAX; match = next[match]!) {
        looked++;
        if (mayDiffer && !this.#keys.isEqual(keys, this.#row, match)) continue;
        parents[filled] = this.#row;
        matches[filled++] = match;
      }
      this.#match = match;
      if (match === NONE) this.#row++;
    }
    context.charge(looked);
    if (filled === 0) return undefined;
    return this.#joined(batch, parents.subarray(0, filled), matches.subarray(0, filled));
  }

  #joined(batch: Batch, parents: Int32Array, matches: Int32Array): Batch {
    const { rowCount, vectors } = derive(batch, parents);
    const joined = vectors.slice();
    const inner = this.#stored.rows(matches);
    for (const slot of this.#spec.slots) put(joined, slot, inner.vectors[slot]!);
    return { rowCount, vectors: joined };
  }

  #release(context: ExecutionContext): void {
    this.#stored.clear(context);
    context.hold(-this.#heldBytes, 'HashJoin');
    this.#heldBytes = 0;
  }
}
