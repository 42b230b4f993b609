/** A statement while it runs: slice by slice, until its result is complete and its changes can be committed. */
import { assert } from '../assert.ts';
import type { StatementKind } from '../cypher/classify.ts';
import { withExcerpt } from '../cypher/error-text.ts';
import { type Batch, END, PAUSE } from '../executor/batch.ts';
import type { ExecutionContext } from '../executor/context.ts';
import { type Counters, noChanges } from '../executor/counters.ts';
import { finishDeletes } from '../executor/delete.ts';
import { vectorValue } from '../executor/expression/operand.ts';
import type { Operator } from '../executor/operator.ts';
import { appendResultRows, resultRow } from '../executor/result-rows.ts';
import type { Delta, Transaction } from '../graph/delta.ts';
import type { Snapshot } from '../graph/graph-view.ts';
import type { Writer } from '../graph/writer.ts';
import type { PlanDescription } from '../planner/describe.ts';
import type { ResultValue, Value } from '../value/value.ts';

export interface Execution {
  readonly columns: readonly string[];
  readonly kind: StatementKind;
  /** Complete once `next` has answered 'done'. */
  readonly rows: readonly (readonly ResultValue[])[];
  readonly counters: Counters;
  /** Of EXPLAIN; of PROFILE once the statement is done. */
  readonly plan: PlanDescription | undefined;
  /** What `commit` will commit, in order: to be encoded before, since a commit cannot be taken back. */
  readonly deltas: readonly Delta[];
  /**
   * Runs one slice of about this much work. A GraphError that it throws has rolled everything back that was not committed.
   * 'commit': the statement has transactions of its own, and one is complete; see StartOptions.
   */
  next(workBudget: number): 'paused' | 'commit' | 'done';
  /** Commits what the statement has changed since it last was; undefined when it has changed nothing. */
  commit(epoch: number): Transaction | undefined;
  /** Gives the statement up: rolls back and lets go of its snapshot. Does nothing after a commit. */
  cancel(): void;
}

/** The writer or the snapshot that an execution holds. Let go of once, whatever happens first. */
export class Holdings {
  #writer: Writer | undefined;
  readonly #snapshot: Snapshot | undefined;
  #released = false;

  /** `snapshot`: one that the execution has opened itself. */
  constructor(fields: { readonly writer?: Writer | undefined; readonly snapshot?: Snapshot | undefined }) {
    this.#writer = fields.writer;
    this.#snapshot = fields.snapshot;
  }

  closeSnapshot(): void {
    this.#snapshot?.close();
  }

  get deltas(): readonly Delta[] {
    return this.#released ? [] : (this.#writer?.deltas ?? []);
  }

  commit(epoch: number): Transaction | undefined {
    if (this.#released || this.#writer === undefined) return undefined;
    if (this.#writer.deltas.length === 0) {
      this.release();
      return undefined;
    }
    this.#released = true;
    return this.#writer.commit(epoch);
  }

  /** Rolls the writer back, and holds another one in its place. */
  rollBackAnd(begin: () => Writer): Writer {
    assert(!this.#released, 'a statement that has ended has no transactions');
    this.#writer?.rollback();
    this.#writer = begin();
    return this.#writer;
  }

  /** Commits, and holds another writer. Without changes the one that is open goes on. */
  commitAnd(
    begin: () => Writer,
    epoch: number,
  ): { readonly writer: Writer; readonly transaction: Transaction | undefined } {
    assert(!this.#released && this.#writer, 'a statement that commits on its way holds a writer');
    if (this.#writer.deltas.length === 0) return { writer: this.#writer, transaction: undefined };
    const transaction = this.#writer.commit(epoch);
    this.#writer = begin();
    return { writer: this.#writer, transaction };
  }

  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#writer?.rollback();
    this.#snapshot?.close();
  }
}

/** A statement that was done as soon as it began: EXPLAIN, and commands about indexes. */
export class ImmediateExecution implements Execution {
  readonly columns: readonly string[];
  readonly kind: StatementKind;
  readonly rows: readonly (readonly ResultValue[])[];
  readonly counters: Counters;
  readonly plan: PlanDescription | undefined;
  readonly #holdings: Holdings;

  constructor(fields: {
    readonly kind: StatementKind;
    readonly columns?: readonly string[];
    readonly rows?: readonly (readonly ResultValue[])[];
    readonly counters?: Counters;
    readonly plan?: PlanDescription;
    readonly holdings?: Holdings;
  }) {
    this.kind = fields.kind;
    this.columns = fields.columns ?? [];
    this.rows = fields.rows ?? [];
    this.counters = fields.counters ?? noChanges();
    this.plan = fields.plan;
    this.#holdings = fields.holdings ?? new Holdings({});
  }

  get deltas(): readonly Delta[] {
    return this.#holdings.deltas;
  }

  next(_workBudget?: number): 'paused' | 'done' {
    return 'done';
  }

  commit(epoch: number): Transaction | undefined {
    return this.#holdings.commit(epoch);
  }

  cancel(): void {
    this.#holdings.release();
  }
}

/** Names of the result's columns, and where each stands in the rows that the plan gives. */
export interface ResultSlots {
  readonly names: readonly string[];
  readonly slots: readonly number[];
}

/** What a row that waits takes beside its values, in bytes. */
const WAITING_ROW_BYTES = 32;
/** What holds the rows of the result, in messages. */
const RESULT = 'the result';

/** Rows that a statement which writes turns into records in one go. */
const RECORD_ROWS = 1024;

export class QueryExecution implements Execution {
  readonly columns: readonly string[];
  readonly kind: StatementKind;
  readonly rows: ResultValue[][] = [];
  readonly #slots: readonly number[];
  readonly #text: string;
  readonly #root: Operator;
  readonly #context: ExecutionContext;
  readonly #holdings: Holdings;
  readonly #describe: (() => PlanDescription) | undefined;
  /** Rows of a statement that writes: their records are made at its end, when the entities are as they will be. */
  readonly #waiting: Value[][] = [];
  readonly #begin: (() => Writer) | undefined;
  #state: 'running' | 'committing' | 'recording' | 'done' | 'failed' = 'running';

  constructor(fields: {
    readonly kind: StatementKind;
    readonly columns: ResultSlots;
    /** The statement, for its errors. */
    readonly text: string;
    readonly root: Operator;
    readonly context: ExecutionContext;
    readonly holdings: Holdings;
    /** Of PROFILE: the plan with what has been counted. */
    readonly describe?: (() => PlanDescription) | undefined;
    /** Opens the next transaction, where the statement has several. */
    readonly begin?: (() => Writer) | undefined;
  }) {
    this.kind = fields.kind;
    this.columns = fields.columns.names;
    this.#slots = fields.columns.slots;
    this.#text = fields.text;
    this.#root = fields.root;
    this.#context = fields.context;
    this.#holdings = fields.holdings;
    this.#describe = fields.describe;
    this.#begin = fields.begin;
  }

  get plan(): PlanDescription | undefined {
    return this.#state === 'done' ? this.#describe?.() : undefined;
  }

  get counters(): Counters {
    return this.#context.counters;
  }

  get deltas(): readonly Delta[] {
    return this.#holdings.deltas;
  }

  next(workBudget: number): 'paused' | 'commit' | 'done' {
    assert(this.#state !== 'failed', 'a statement that failed does not go on');
    assert(this.#state !== 'committing', 'a statement goes on when its transaction has been committed');
    this.#context.beginSlice(workBudget);
    try {
      if (this.#state === 'running') this.#run();
      if (this.#state === 'recording') this.#record();
    } catch (error) {
      this.cancel();
      throw withExcerpt(error, this.#text);
    }
    if (this.#context.commitRequested) this.#state = 'committing';
    return this.#state === 'done' ? 'done' : this.#state === 'committing' ? 'commit' : 'paused';
  }

  commit(epoch: number): Transaction | undefined {
    if (this.#state === 'committing' && this.#begin) {
      const { writer, transaction } = this.#holdings.commitAnd(this.#begin, epoch);
      this.#context.goOn(writer, transaction ? String(transaction.lsn) : null);
      this.#state = 'running';
      return transaction;
    }
    assert(this.#state === 'done', 'a statement is committed when it is done');
    return this.#holdings.commit(epoch);
  }

  cancel(): void {
    if (this.#state !== 'done') this.#state = 'failed';
    this.#context.scratch.release();
    this.#holdings.release();
  }

  #run(): void {
    for (;;) {
      const answer = this.#root.next(this.#context);
      if (answer === PAUSE) return;
      if (answer === END) break;
      if (this.#slots.length > 0) this.#take(answer);
    }
    if (this.kind === 'write') {
      finishDeletes(this.#context);
      this.#context.charge(this.#context.writer.checkConstraints());
    }
    this.#state = 'recording';
  }

  #take(batch: Batch): void {
    const { rowCount } = batch;
    this.#context.countRows(rowCount);
    if (this.kind !== 'write') {
      this.#context.hold(appendResultRows(batch, this.#slots, this.#context, this.rows), RESULT);
      return;
    }
    const vectors = this.#slots.map((slot) => batch.vectors[slot]!);
    for (let row = 0; row < rowCount; row++) this.#waiting.push(vectors.map((vector) => vectorValue(vector, row)));
    this.#context.hold(rowCount * (WAITING_ROW_BYTES + 8 * this.#slots.length), RESULT);
  }

  #record(): void {
    while (this.rows.length < this.#waiting.length) {
      if (this.#context.exhausted) return;
      const end = Math.min(this.#waiting.length, this.rows.length + RECORD_ROWS);
      this.#context.charge(end - this.rows.length);
      while (this.rows.length < end) this.#addRow(this.#waiting[this.rows.length]!);
    }
    this.#state = 'done';
    this.#context.scratch.release();
    this.#holdings.closeSnapshot();
  }

  #addRow(values: readonly Value[]): void {
    const { row, bytes } = resultRow(values, this.#context);
    this.rows.push(row);
    this.#context.hold(bytes, RESULT);
  }
}
