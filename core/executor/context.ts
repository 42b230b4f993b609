/**
 * What operators share while a statement runs: the view they read through, the writer, parameters, and the budgets. Work
 * is counted, never time: a row looked at, a relationship followed, an element made are one each.
 */
import { assert } from '../assert.ts';
import { GraphError, type Position } from '../error.ts';
import type { GraphIndex } from '../graph/graph-index.ts';
import type { GraphView } from '../graph/graph-view.ts';
import { type IndexPlace, isSamePlace } from '../graph/index-definition.ts';
import type { Indexes } from '../graph/indexes.ts';
import type { Tokens } from '../graph/tokens.ts';
import { ValueIndex } from '../graph/value-index.ts';
import type { Writer } from '../graph/writer.ts';
import { type Counters, type MutableCounters, NO_CHANGES, noChanges } from './counters.ts';
import type { EvaluationContext, Parameters } from './expression/expression.ts';
import { seededRandom } from './random.ts';
import { Scratch, type ScratchPool } from './scratch.ts';
import { VirtualEntities } from './virtual-entities.ts';

/** What one statement may spend in all. */
export interface Budget {
  readonly workMax: number;
  readonly rowsMax: number;
  /** Bytes held at once by operators and by the result; estimated. */
  readonly bytesMax: number;
  /** Changes of one transaction: it holds them, and how to take them back, until it ends. */
  readonly changesMax: number;
}

/** Texts from outside, which the host fetches. */
export interface TextSource {
  /**
   * The text that a URL leads to; undefined while it is on its way: the statement pauses, and asks again in its next slice. Errors:
   * GraphError when it may not be fetched, or could not be.
   */
  read(url: string): string | undefined;
}

/** What a statement may ask of its host: each at most once, when an expression first asks for it. */
export interface Moment {
  /** In milliseconds since 1970. */
  readonly nowMs: number;
  /** For rand() and randomUUID(). */
  readonly seed: number;
  /** Absent where nothing may be fetched. */
  readonly texts?: TextSource | undefined;
}

/** What holds for every execution of a plan. */
export interface ExecutionContextFields {
  readonly tokens: Tokens;
  /** Those that were online when the statement was planned. */
  readonly planIndexes: readonly GraphIndex[];
  /** Those that there are, to be shown. */
  readonly indexes: Indexes;
  /** See GraphStore.populateIndexes. */
  readonly populateIndexes: (entities: number) => boolean;
  readonly elementId: (kind: 'node' | 'relationship', id: number) => string;
  readonly budget: Budget;
  /** Kept by the engine from one statement to the next. */
  readonly scratchPool: ScratchPool;
}

/** What a context is given for one execution. */
export interface ExecutionFields {
  readonly view: GraphView;
  readonly writer: Writer | undefined;
  /** Takes back what the open transaction has done and opens the next; where a statement has several. */
  readonly rollBack: (() => Writer) | undefined;
  readonly parameters: Parameters;
  readonly moment: Moment;
}

const NO_PARAMETERS: Parameters = new Map();

/** A context serves one execution after the other: `begin`, slices, `end`. */
export class ExecutionContext implements EvaluationContext {
  readonly tokens: Tokens;
  readonly indexes: Indexes;
  readonly populateIndexes: (entities: number) => boolean;
  readonly elementId: (kind: 'node' | 'relationship', id: number) => string;
  readonly scratch: Scratch;
  /** Of the values that expressions have made since an operator last counted work: they belong to its batch. */
  madeBytes = 0;
  #view: GraphView | undefined;
  #parameters: Parameters = NO_PARAMETERS;
  #counters: MutableCounters | undefined;
  #virtual: VirtualEntities | undefined;
  #moment: Moment | undefined;
  #nowMs: number | undefined;
  #random: (() => number) | undefined;
  readonly #planIndexes: readonly GraphIndex[];
  #writer: Writer | undefined;
  #rollBack: (() => Writer) | undefined;
  #commitRequested = false;
  #transactionId: string | null = null;
  readonly #budget: Budget;
  #sliceWork = 0;
  #sliceWorkMax = Number.POSITIVE_INFINITY;
  #work = 0;
  #rows = 0;
  #bytes = 0;
  /** Who holds bytes, and how many, side by side. They are few. */
  readonly #holders: string[] = [];
  readonly #heldBytes: number[] = [];
  #uninterruptible = 0;
  #nodesToDelete: Set<number> | undefined;

  constructor(fields: ExecutionContextFields) {
    this.tokens = fields.tokens;
    this.#planIndexes = fields.planIndexes;
    this.indexes = fields.indexes;
    this.populateIndexes = fields.populateIndexes;
    this.elementId = fields.elementId;
    this.#budget = fields.budget;
    this.scratch = new Scratch(fields.scratchPool);
  }

  /** Makes all as it is at the start of an execution. */
  begin({ view, writer, rollBack, parameters, moment }: ExecutionFields): void {
    this.#view = view;
    this.#writer = writer;
    this.#rollBack = rollBack;
    this.#parameters = parameters;
    this.#moment = moment;
    this.#counters = undefined;
    this.madeBytes = 0;
    this.#commitRequested = false;
    this.#transactionId = null;
    this.#work = 0;
    this.#rows = 0;
    this.#bytes = 0;
    this.#uninterruptible = 0;
  }

  /** Lets go of all that belongs to the execution. Its counters and records stay good. */
  end(): void {
    this.scratch.release();
    this.#view = undefined;
    this.#writer = undefined;
    this.#rollBack = undefined;
    this.#parameters = NO_PARAMETERS;
    this.#moment = undefined;
    this.#nowMs = undefined;
    this.#random = undefined;
    this.#virtual = undefined;
    this.#holders.length = 0;
    this.#heldBytes.length = 0;
    this.#nodesToDelete = undefined;
  }

  get view(): GraphView {
    return this.#view!;
  }

  get parameters(): Parameters {
    return this.#parameters;
  }

  /** Where operators count what they change. */
  get counters(): MutableCounters {
    this.#counters ??= noChanges();
    return this.#counters;
  }

  /** What has been counted. It stays good when the execution is over. */
  get changes(): Counters {
    return this.#counters ?? NO_CHANGES;
  }

  /** Nodes and relationships that procedures have made up; undefined while there are none. */
  get virtual(): VirtualEntities | undefined {
    return this.#virtual;
  }

  /** Where a procedure puts what it makes up. */
  virtualEntities(): VirtualEntities {
    this.#virtual ??= new VirtualEntities();
    return this.#virtual;
  }

  get nowMs(): number {
    this.#nowMs ??= this.#moment!.nowMs;
    return this.#nowMs;
  }

  get random(): () => number {
    this.#random ??= seededRandom(this.#moment!.seed);
    return this.#random;
  }

  /** Nodes that are to be deleted but had relationships when DELETE came to them; settled at the statement's end. */
  get nodesToDelete(): Set<number> {
    this.#nodesToDelete ??= new Set();
    return this.#nodesToDelete;
  }

  get hasNodesToDelete(): boolean {
    return this.#nodesToDelete !== undefined && this.#nodesToDelete.size > 0;
  }

  /** The open write transaction. Only operators that write ask for it. */
  get writer(): Writer {
    assert(this.#writer !== undefined, 'a statement that writes has a writer');
    return this.#writer;
  }

  get isWriting(): boolean {
    return this.#writer !== undefined;
  }

  /** Whether an operator waits for the open transaction to be committed. It has answered PAUSE. */
  get commitRequested(): boolean {
    return this.#commitRequested;
  }

  /** The last transaction that this statement has committed; null before the first. */
  get transactionId(): string | null {
    return this.#transactionId;
  }

  /** Asks the host to commit what has been done so far. The operator answers PAUSE, and is called when it has been. */
  requestCommit(): void {
    this.#commitRequested = true;
  }

  /** The open transaction has been committed, and the next is open. */
  goOn(writer: Writer, transactionId: string | null): void {
    this.#writer = writer;
    this.#transactionId = transactionId ?? this.#transactionId;
    this.#commitRequested = false;
  }

  /** Takes back what the open transaction has done, and what it has counted. */
  rollBack(before: Counters): void {
    assert(this.#rollBack !== undefined, 'the statement has transactions of its own');
    this.#writer = this.#rollBack();
    this.#nodesToDelete = undefined;
    Object.assign(this.counters, before);
  }

  /** See TextSource.read. Errors: also where nothing may be fetched. */
  textAt(url: string, position: Position): string | undefined {
    const texts = this.#moment?.texts;
    if (texts !== undefined) return texts.read(url);
    const message = 'LOAD CSV is not available here: nothing may be fetched.';
    throw new GraphError('Neo.ClientError.Statement.ExternalResourceFailed', message, { position });
  }

  typeOfDeleted(relationship: number): number {
    return this.#writer?.typeOfDeleted(relationship) ?? -1;
  }

  /** An index that was there when the statement was planned; it answers for the statement's view even if it is dropped. */
  findIndex(place: IndexPlace): ValueIndex | undefined {
    const index = this.#planIndexes.find(
      ({ definition }) => definition.kind === place.kind && isSamePlace(definition, place),
    );
    return index instanceof ValueIndex ? index : undefined;
  }

  /** Work spent since the statement began. */
  get work(): number {
    return this.#work;
  }

  /** Starts a slice that may spend this much work, about. */
  beginSlice(workMax: number): void {
    this.#sliceWork = 0;
    // Every slice gets on by one step at least.
    this.#sliceWorkMax = Math.max(1, workMax);
  }

  /** Whether the slice's work is spent: an operator then keeps what it has and answers PAUSE. */
  get exhausted(): boolean {
    return this.#sliceWork >= this.#sliceWorkMax && this.#uninterruptible === 0;
  }

  /** Counts an operator's work. Throws when the statement has spent its whole budget, or its transaction has changed too much. */
  charge(work: number): void {
    this.madeBytes = 0;
    this.spend(work);
  }

  spend(work: number): void {
    this.#sliceWork += work;
    this.#work += work;
    if (this.#work > this.#budget.workMax)
      throw limitReached('workMax', this.#budget.workMax, 'units of work', LESS_WORK);
    // Looked at here, because every operator that changes something also counts work, and does so batch by batch.
    if (this.#writer !== undefined && this.#writer.deltas.length > this.#budget.changesMax) {
      throw tooManyChanges(this.#budget.changesMax);
    }
  }

  /** Counts rows of the result. Throws past the budget. */
  countRows(count: number): void {
    this.#rows += count;
    if (this.#rows > this.#budget.rowsMax)
      throw limitReached('rowsMax', this.#budget.rowsMax, 'rows in its result', 'Add a LIMIT.');
  }

  /**
   * Counts bytes that are held from now on; a negative number gives them back. `holder`: the operator, as EXPLAIN names it.
   * Throws past the budget.
   */
  hold(bytes: number, holder: string): void {
    this.#bytes += bytes;
    const at = this.#holders.indexOf(holder);
    if (at >= 0) this.#heldBytes[at]! += bytes;
    else this.#heldBytes[this.#holders.push(holder) - 1] = bytes;
    if (this.#bytes > this.#budget.bytesMax) throw this.#tooManyBytes();
  }

  make(bytes: number): void {
    this.madeBytes += bytes;
    if (this.#bytes + this.madeBytes > this.#budget.bytesMax) throw this.#tooManyBytes();
  }

  #tooManyBytes(): GraphError {
    const held = Math.max(this.madeBytes, ...this.#heldBytes);
    const holder = this.#holders[this.#heldBytes.indexOf(held)] ?? 'values that are being worked out';
    const { bytesMax } = this.#budget;
    return new GraphError(
      'Neo.TransientError.General.MemoryPoolOutOfMemoryError',
      `The statement would hold ${this.#bytes + this.madeBytes} bytes at once, more than bytesMax (${bytesMax}); ${held} of them in ${holder}. Collect or return less at a time.`,
      { detail: 'BytesLimitExceeded' },
    );
  }

  /** Runs something that cannot go on after a pause, such as a pattern inside an expression. The budgets still hold. */
  withoutPause<Result>(run: () => Result): Result {
    this.#uninterruptible++;
    try {
      return run();
    } finally {
      this.#uninterruptible--;
    }
  }
}

function tooManyChanges(limit: number): GraphError {
  return new GraphError(
    'Neo.TransientError.General.MemoryPoolOutOfMemoryError',
    `The transaction would make more than changesMax (${limit}) changes. Split it: CALL { … } IN TRANSACTIONS.`,
    { detail: 'ChangesLimitExceeded' },
  );
}

const LESS_WORK = 'Narrow it down: join its patterns, bound the length of its paths, such as [*..4], or add a LIMIT.';

function limitReached(name: string, limit: number, what: string, advice: string): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.ArgumentError',
    `The statement needs more than ${name} (${limit}) ${what}. ${advice}`,
    { detail: name === 'workMax' ? 'WorkLimitExceeded' : 'RowsLimitExceeded' },
  );
}
