/**
 * CALL { … } IN TRANSACTIONS: the subquery is run for some rows at a time, and what it has changed for them is committed before
 * the next ones. Rows are handed on once their transaction has ended, so that nobody above sees what may be taken back.
 */
import { GraphError } from '../error.ts';
import type { Value } from '../value/value.ts';
import type { ApplySpec } from './apply.ts';
import { BATCH_ROWS, type Batch, type Column, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Counters } from './counters.ts';
import { finishDeletes } from './delete.ts';
import { vectorValue } from './expression/operand.ts';
import type { CompiledCount } from './limit.ts';
import type { Operator } from './operator.ts';
import { columnOf, derive } from './rows.ts';

export interface TransactionsSpec extends ApplySpec {
  /** Rows of the input for each transaction. */
  readonly rows: CompiledCount;
  /** What happens after a transaction that failed: the statement fails too; the next one comes; or none does. */
  readonly onError: 'fail' | 'continue' | 'break';
  /** Gets a map for each row that tells how its transaction ended. */
  readonly statusSlot: number | undefined;
}

/** Estimated bytes of a row that waits for its transaction to end. */
const ROW_BYTES = 32;

interface OuterRow {
  readonly batch: Batch;
  readonly row: number;
}

export class ApplyInTransactions implements Operator {
  readonly #input: Operator;
  readonly #spec: TransactionsSpec;
  #size: number | undefined;
  #batch: Batch | undefined;
  #row = 0;
  /** The rows of one transaction. */
  #outer: OuterRow[] = [];
  /** The one of them that the subquery runs for. */
  #current = 0;
  #inner: Operator | undefined;
  #matched = false;
  /** The output: for each row the number of its outer one, and its values by column. */
  #parents: number[] = [];
  #values: Value[][] = [];
  #status: ReadonlyMap<string, Value> = new Map();
  #countersBefore: Counters | undefined;
  #state: 'collecting' | 'running' | 'committing' | 'handingOn' = 'collecting';
  /** Under BREAK, after a failure: no further transaction is begun. */
  #broken = false;

  constructor(input: Operator, spec: TransactionsSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      switch (this.#state) {
        case 'collecting': {
          const signal = this.#collect(context);
          if (signal !== undefined) return signal;
          break;
        }
        case 'running':
          if (!this.#run(context)) return PAUSE;
          break;
        case 'committing':
          // The host has committed, or this would not have been called again.
          this.#settle({ started: true, committed: true, failure: null }, context);
          break;
        case 'handingOn': {
          const output = this.#handOn(context);
          if (output !== undefined) return output;
        }
      }
    }
  }

  /** Takes rows of the input until there are enough for a transaction, or no more. */
  #collect(context: ExecutionContext): Signal | undefined {
    this.#size ??= this.#rowsOfTransaction(context);
    while (this.#outer.length < this.#size) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE) return PAUSE;
        if (input === END) {
          if (this.#outer.length === 0) return END;
          break;
        }
        this.#batch = input;
        this.#row = 0;
      }
      const count = Math.min(this.#size - this.#outer.length, this.#batch.rowCount - this.#row);
      for (let i = 0; i < count; i++) this.#outer.push({ batch: this.#batch, row: this.#row++ });
      context.hold(count * ROW_BYTES, 'ApplyInTransactions');
      if (this.#row === this.#batch.rowCount) this.#batch = undefined;
    }
    this.#begin(context);
    return undefined;
  }

  #rowsOfTransaction(context: ExecutionContext): number {
    const rows = this.#spec.rows(context);
    if (rows > 0) return rows;
    throw new GraphError('Neo.ClientError.Statement.ArgumentError', 'A transaction takes one row at least.', {
      detail: 'NumberOutOfRange',
    });
  }

  #begin(context: ExecutionContext): void {
    this.#current = 0;
    this.#parents = [];
    this.#values = this.#spec.columns.map(() => []);
    this.#countersBefore = { ...context.counters };
    if (this.#broken) this.#settle({ started: false, committed: false, failure: null }, context);
    else this.#state = 'running';
  }

  /** Runs the subquery for the rows. False when the slice's work is spent, or when the host is to commit. */
  #run(context: ExecutionContext): boolean {
    try {
      while (this.#current < this.#outer.length) {
        if (context.exhausted) return false;
        const { batch, row } = this.#outer[this.#current]!;
        if (this.#inner === undefined) {
          this.#inner = this.#spec.inner(derive(batch, Int32Array.of(row)));
          this.#matched = false;
        }
        const answer = this.#inner.next(context);
        if (answer === PAUSE) return false;
        if (answer === END) this.#endRow(context);
        else if (!this.#spec.unit) this.#keep(answer, context);
      }
      if (context.isWriting) {
        finishDeletes(context);
        context.charge(context.writer.checkConstraints());
      }
    } catch (error) {
      this.#fail(error, context);
      return true;
    }
    this.#state = 'committing';
    if (!context.isWriting) return true;
    context.requestCommit();
    return false;
  }

  #endRow(context: ExecutionContext): void {
    context.charge(1);
    if (this.#spec.unit || (this.#spec.optional && !this.#matched)) this.#addEmpty(this.#current);
    this.#inner = undefined;
    this.#current++;
  }

  #keep(answer: Batch, context: ExecutionContext): void {
    this.#matched = true;
    context.hold(answer.rowCount * ROW_BYTES, 'ApplyInTransactions');
    for (let row = 0; row < answer.rowCount; row++) this.#parents.push(this.#current);
    this.#spec.columns.forEach(({ from }, i) => {
      for (let row = 0; row < answer.rowCount; row++) this.#values[i]!.push(vectorValue(answer.vectors[from]!, row));
    });
  }

  /** A row of the output without values of the subquery. */
  #addEmpty(outer: number): void {
    this.#parents.push(outer);
    for (const values of this.#values) values.push(null);
  }

  /** Takes back what the transaction has done. Errors: the failure itself, where the statement fails with it. */
  #fail(error: unknown, context: ExecutionContext): void {
    const isOwn = error instanceof GraphError && !error.detail?.endsWith('LimitExceeded');
    if (!isOwn || this.#spec.onError === 'fail') throw error;
    this.#inner = undefined;
    if (context.isWriting) context.rollBack(this.#countersBefore ?? context.counters);
    this.#broken = this.#spec.onError === 'break';
    this.#settle({ started: true, committed: false, failure: error.message }, context);
  }

  /** The transaction has ended, or was not begun: every row of one that failed is there once, with nulls. */
  #settle(
    { started, committed, failure }: { started: boolean; committed: boolean; failure: string | null },
    context: ExecutionContext,
  ): void {
    if (!committed) {
      this.#parents = [];
      this.#values = this.#spec.columns.map(() => []);
      for (let outer = 0; outer < this.#outer.length; outer++) this.#addEmpty(outer);
    }
    this.#status = new Map<string, Value>([
      ['started', started],
      ['committed', committed],
      ['transactionId', committed ? context.transactionId : null],
      ['errorMessage', failure],
    ]);
    this.#state = 'handingOn';
  }

  /** The next rows of the transaction that has ended: of one batch of the input, BATCH_ROWS at most. */
  #handOn(context: ExecutionContext): Batch | undefined {
    const first = this.#parents[0];
    if (first === undefined) {
      context.hold(-this.#outer.length * ROW_BYTES, 'ApplyInTransactions');
      this.#outer = [];
      this.#state = 'collecting';
      return undefined;
    }
    const { batch } = this.#outer[first]!;
    let count = 1;
    while (count < Math.min(BATCH_ROWS, this.#parents.length)) {
      if (this.#outer[this.#parents[count]!]!.batch !== batch) break;
      count++;
    }
    const rows = Int32Array.from(this.#parents.splice(0, count), (outer) => this.#outer[outer]!.row);
    const columns = this.#spec.columns.map(({ to }, i): [number, Column] => [
      to,
      columnOf(this.#values[i]!.splice(0, count)),
    ]);
    const { statusSlot } = this.#spec;
    if (statusSlot !== undefined) {
      columns.push([statusSlot, { kind: 'value', values: new Array<Value>(count).fill(this.#status) }]);
    }
    return derive(batch, rows, columns);
  }
}
