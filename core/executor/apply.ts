/** Apply: a subquery run for each row. Recall: what a subquery's own operators have lost of that row. */
import { assert } from '../assert.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, END, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator, OperatorFactory } from './operator.ts';
import { columnOf, derive, put, rowNumberAt, withRowNumbers } from './rows.ts';

export interface ApplySpec {
  readonly inner: OperatorFactory;
  /** What the subquery returns: from its slots to those of the query around. */
  readonly columns: readonly { readonly from: number; readonly to: number }[];
  /** A row for which the subquery has none stays, with nulls. */
  readonly optional: boolean;
  /** The subquery is run for its effects alone, and each row stays as it is. */
  readonly unit: boolean;
  /** Carries the number of the outer row through a subquery that takes many rows at once; undefined: it takes one. */
  readonly rowSlot: number | undefined;
}

/** From this size on a batch of the subquery is handed on as it is; smaller ones are put together. */
const WORTH_SHARING_ROWS = 64;

export class Apply implements Operator {
  readonly #input: Operator;
  readonly #spec: ApplySpec;
  #batch: Batch | undefined;
  #row = 0;
  #inner: Operator | undefined;
  #matched = false;
  /** Rows of the subquery that wait until there are more: the outer row of each, and its values by column. */
  #parents: number[] = [];
  #values: Value[][];

  constructor(input: Operator, spec: ApplySpec) {
    this.#input = input;
    this.#spec = spec;
    this.#values = spec.columns.map(() => []);
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#row = 0;
      }
      const { rowSlot } = this.#spec;
      const output =
        rowSlot === undefined ? this.#runRows(this.#batch, context) : this.#runTogether(this.#batch, rowSlot, context);
      if (output !== undefined) return output;
    }
  }

  /** Runs the subquery for rows until there is a batch to hand on, or work to be paused; undefined at the input's end. */
  #runRows(batch: Batch, context: ExecutionContext): Batch | typeof PAUSE | undefined {
    while (this.#row < batch.rowCount) {
      if (context.exhausted) return PAUSE;
      if (this.#inner === undefined) {
        this.#inner = this.#spec.inner(derive(batch, Int32Array.of(this.#row)));
        this.#matched = false;
      }
      const answer = this.#inner.next(context);
      if (answer === PAUSE) return PAUSE;
      if (answer === END) this.#endRow(context);
      else if (!this.#spec.unit) {
        this.#matched = true;
        if (answer.rowCount >= WORTH_SHARING_ROWS && this.#parents.length === 0) return this.#joined(batch, answer);
        this.#keep(answer);
        if (this.#parents.length >= BATCH_ROWS) return this.#flush(batch);
      }
    }
    this.#batch = undefined;
    if (this.#spec.unit) return batch;
    return this.#parents.length === 0 ? undefined : this.#flush(batch);
  }

  /** The rows of the subquery for the whole batch, which come in its order. */
  #runTogether(batch: Batch, rowSlot: number, context: ExecutionContext): Batch | typeof PAUSE | undefined {
    this.#inner ??= this.#spec.inner(withRowNumbers(batch, rowSlot));
    const answer = this.#inner.next(context);
    if (answer === PAUSE) return PAUSE;
    if (answer === END) {
      this.#inner = undefined;
      this.#batch = undefined;
      return undefined;
    }
    context.charge(answer.rowCount);
    const parents = Int32Array.from({ length: answer.rowCount }, (_, row) => rowNumberAt(answer, rowSlot, row));
    return this.#beside(derive(batch, parents), answer);
  }

  #endRow(context: ExecutionContext): void {
    context.charge(1);
    if (this.#spec.optional && !this.#matched) {
      this.#parents.push(this.#row);
      for (const values of this.#values) values.push(null);
    }
    this.#inner = undefined;
    this.#row++;
  }

  /** One outer row beside each row of the subquery. */
  #joined(batch: Batch, answer: Batch): Batch {
    return this.#beside(derive(batch, new Int32Array(answer.rowCount).fill(this.#row)), answer);
  }

  /** Rows with what the subquery returns in them. */
  #beside({ rowCount, vectors }: Batch, answer: Batch): Batch {
    const all = vectors.slice();
    for (const { from, to } of this.#spec.columns) put(all, to, answer.vectors[from]!);
    return { rowCount, vectors: all };
  }

  #keep(answer: Batch): void {
    for (let row = 0; row < answer.rowCount; row++) this.#parents.push(this.#row);
    this.#spec.columns.forEach(({ from }, i) => {
      for (let row = 0; row < answer.rowCount; row++) this.#values[i]!.push(vectorValue(answer.vectors[from]!, row));
    });
  }

  /** The rows that wait, BATCH_ROWS of them at most. */
  #flush(batch: Batch): Batch {
    const parents = Int32Array.from(this.#parents.splice(0, BATCH_ROWS));
    const columns = this.#spec.columns.map(({ to }, i): [number, Column] => [
      to,
      columnOf(this.#values[i]!.splice(0, BATCH_ROWS)),
    ]);
    // What is left over came of the same outer row, so the batch is still needed for it.
    if (this.#parents.length > 0) this.#batch = batch;
    return derive(batch, parents, columns);
  }
}

/** Puts slots of the one row that a subplan was fed beside each row of its input. */
export class Recall implements Operator {
  readonly #input: Operator;
  readonly #argument: Batch;
  readonly #slots: readonly number[];

  constructor(input: Operator, argument: Batch | undefined, slots: readonly number[]) {
    assert(argument?.rowCount === 1, 'a subquery is run for one row at a time');
    this.#input = input;
    this.#argument = argument;
    this.#slots = slots;
  }

  next(context: ExecutionContext): Batch | Signal {
    const input = this.#input.next(context);
    if (input === PAUSE || input === END) return input;
    const vectors: (Vector | undefined)[] = input.vectors.slice();
    for (const slot of this.#slots) {
      const vector = this.#argument.vectors[slot];
      // A variable that can be named, but is not: the operators below have left it out.
      if (vector === undefined) continue;
      const { column, rows } = vector;
      put(vectors, slot, { column, rows: new Int32Array(input.rowCount).fill(rows?.[0] ?? 0) });
    }
    return { rowCount: input.rowCount, vectors };
  }
}
