/** A statement while it runs: slice by slice, until its result is complete and its changes can be committed. */
import { assert } from '../assert.ts';
import type { StatementKind } from '../cypher/classify.ts';
import { withExcerpt } from '../cypher/error-text.ts';
import { type Batch, END, PAUSE } from '../executor/batch.ts';
import { type Counters, NO_CHANGES } from '../executor/counters.ts';
import { finishDeletes } from '../executor/delete.ts';
import { ResultRows } from '../executor/result-rows.ts';
import { compact } from '../executor/rows.ts';
import type { Delta, Transaction } from '../graph/delta.ts';
import type { Writer } from '../graph/writer.ts';
import type { PlanDescription } from '../planner/describe.ts';
import type { ResultValue } from '../value/value.ts';
import { Holdings } from './holdings.ts';
import type { Pipeline, PipelinePool } from './pipeline.ts';

export interface Execution {
  readonly columns: readonly string[];
  readonly kind: StatementKind;
  /** Complete once `next` has answered 'done'. */
  readonly rows: readonly (readonly ResultValue[])[];
  /** Whether a value in the rows may be an object: neither null nor a boolean, a number, a bigint or a string. */
  readonly hasObjects: boolean;
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

/** A statement that was done as soon as it began: EXPLAIN, and commands about indexes. */
export class ImmediateExecution implements Execution {
  readonly columns: readonly string[];
  readonly kind: StatementKind;
  readonly rows: readonly (readonly ResultValue[])[];
  readonly hasObjects = true;
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
    this.counters = fields.counters ?? NO_CHANGES;
    this.plan = fields.plan;
    this.#holdings = fields.holdings ?? new Holdings();
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

const NO_DELTAS: readonly Delta[] = [];

export interface QueryExecutionFields {
  readonly kind: StatementKind;
  readonly columns: ResultSlots;
  /** The statement, for its errors. */
  readonly text: string;
  /** Its context has begun. */
  readonly pipeline: Pipeline;
  /** Where the pipeline goes when the execution has come to its end. */
  readonly pool: PipelinePool;
  /** Of PROFILE: the plan with what has been counted. */
  readonly describe: (() => PlanDescription) | undefined;
  /** Opens the next transaction, where the statement has several. */
  readonly begin: (() => Writer) | undefined;
}

export class QueryExecution implements Execution {
  readonly kind: StatementKind;
  readonly #result = new ResultRows();
  readonly #fields: QueryExecutionFields;
  #state: 'running' | 'committing' | 'recording' | 'recorded' | 'done' | 'failed' = 'running';
  /** Undefined once the execution is over, as others may have it then. */
  #pipeline: Pipeline | undefined;
  /** Of an execution that is over. */
  #changes: Counters = NO_CHANGES;

  constructor(fields: QueryExecutionFields) {
    this.kind = fields.kind;
    this.#fields = fields;
    this.#pipeline = fields.pipeline;
  }

  get columns(): readonly string[] {
    return this.#fields.columns.names;
  }

  get rows(): readonly ResultValue[][] {
    return this.#result.rows;
  }

  get hasObjects(): boolean {
    return this.#result.hasObjects;
  }

  get plan(): PlanDescription | undefined {
    return this.#state === 'done' ? this.#fields.describe?.() : undefined;
  }

  get counters(): Counters {
    return this.#pipeline?.context.changes ?? this.#changes;
  }

  get deltas(): readonly Delta[] {
    return this.#pipeline?.holdings.deltas ?? NO_DELTAS;
  }

  next(workBudget: number): 'paused' | 'commit' | 'done' {
    assert(this.#state !== 'failed', 'a statement that failed does not go on');
    assert(this.#state !== 'committing', 'a statement goes on when its transaction has been committed');
    const pipeline = this.#pipeline;
    if (pipeline === undefined || this.#state === 'done') return 'done';
    const { context } = pipeline;
    context.beginSlice(workBudget);
    try {
      if (this.#state === 'running') this.#run(pipeline);
      if (this.#state === 'recording') this.#record(pipeline);
    } catch (error) {
      this.cancel();
      throw withExcerpt(error, this.#fields.text);
    }
    if (context.commitRequested) {
      this.#state = 'committing';
      return 'commit';
    }
    if (this.#state !== 'recorded') return 'paused';
    this.#state = 'done';
    // What has been written waits for its commit.
    if (this.kind !== 'write' || pipeline.holdings.areShared) this.#end(pipeline);
    return 'done';
  }

  commit(epoch: number): Transaction | undefined {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) {
      assert(this.#state === 'done', 'a statement that failed is not committed');
      return undefined;
    }
    const { begin } = this.#fields;
    if (this.#state === 'committing' && begin) {
      const { writer, transaction } = pipeline.holdings.commitAnd(begin, epoch);
      pipeline.context.goOn(writer, transaction ? String(transaction.lsn) : null);
      this.#state = 'running';
      return transaction;
    }
    assert(this.#state === 'done', 'a statement is committed when it is done');
    const transaction = pipeline.holdings.commit(epoch);
    this.#end(pipeline);
    return transaction;
  }

  cancel(): void {
    const pipeline = this.#pipeline;
    if (pipeline === undefined) return;
    if (this.#state !== 'done') this.#state = 'failed';
    this.#changes = pipeline.context.changes;
    this.#pipeline = undefined;
    pipeline.context.end();
    pipeline.holdings.giveUp();
  }

  /** The execution has come to its end, and its pipeline may serve others. */
  #end(pipeline: Pipeline): void {
    this.#changes = pipeline.context.changes;
    this.#pipeline = undefined;
    pipeline.holdings.release();
    this.#fields.pool.giveBack(pipeline);
  }

  #run(pipeline: Pipeline): void {
    const { root, context } = pipeline;
    const hasColumns = this.#fields.columns.slots.length > 0;
    for (;;) {
      const answer = root.next(context);
      if (answer === PAUSE) return;
      if (answer === END) break;
      if (hasColumns) this.#take(answer, pipeline);
    }
    if (this.kind === 'write') {
      finishDeletes(context);
      context.charge(context.writer.checkConstraints());
    }
    this.#state = 'recording';
  }

  #take(batch: Batch, { context, waiting }: Pipeline): void {
    const { slots } = this.#fields.columns;
    const { rowCount } = batch;
    context.countRows(rowCount);
    if (this.kind !== 'write') {
      context.hold(this.#result.append(batch, slots, context), RESULT);
      return;
    }
    waiting.push(compact(batch, slots));
    context.hold(rowCount * (WAITING_ROW_BYTES + 8 * slots.length), RESULT);
  }

  /** Makes the rows that wait into records, in their order. */
  #record(pipeline: Pipeline): void {
    const { context, waiting } = pipeline;
    const { slots } = this.#fields.columns;
    for (; pipeline.recorded < waiting.length; pipeline.recorded++) {
      if (context.exhausted) return;
      const batch = waiting[pipeline.recorded]!;
      context.charge(batch.rowCount);
      context.hold(this.#result.append(batch, slots, context), RESULT);
    }
    this.#state = 'recorded';
  }
}
