/**
 * Statements of clients on a simulated instance: what admission.ts, statement-runner.ts and transaction-runner.ts of durable/ do
 * with promises, in turns of the virtual clock. Who may ask, when a bookmark is reached, and what an error is, production code says.
 */
import type { Execution } from '../../core/engine/execution.ts';
import { TransactionCommit } from '../../core/engine/transaction-commit.ts';
import { type ErrorCode, GraphError } from '../../core/error.ts';
import type { WriteTransaction } from '../../core/graph/write-transaction.ts';
import { bookmarkAt, bookmarkError } from '../../core/replication/bookmark.ts';
import type { InstanceState } from '../../core/replication/instance-state.ts';
import { isTailConfirmed } from '../../core/replication/recovered-tail.ts';
import { writeRefusalOf } from '../../core/replication/write-permission.ts';
import type { ResultValue, Value } from '../../core/value/value.ts';
import { finish, graphErrorOf, type SimGraph } from './sim-graph.ts';
import type { World } from './world.ts';

export interface SimStatement {
  readonly text: string;
  readonly parameters: Readonly<Record<string, Value>>;
  readonly writes: boolean;
  readonly isLinearizable?: boolean;
  readonly bookmarks?: readonly string[];
  readonly bookmarkWaitMs?: number;
  /** The transaction of several statements in which it runs, by the id that `begin` gave. */
  readonly transaction?: string;
  /** What the world calls that which this writes. */
  readonly name?: string;
}

export type Rows = readonly (readonly ResultValue[])[];

export type StatementAnswer =
  | { readonly type: 'ok'; readonly rows: Rows; readonly bookmark: string; readonly transaction?: string }
  /** Not by this instance, which has done nothing. */
  | { readonly type: 'refused' }
  /** Nothing was done. */
  | { readonly type: 'failed'; readonly code: ErrorCode }
  | { readonly type: 'unknown' };

type Answer = (answer: StatementAnswer) => void;

/** What became of a transaction in the log. */
export type CommitOutcome = 'ok' | 'aborted' | 'unknown';

/** What is needed of the instance. All of it is called in a turn, and what is handed over runs in one. */
export interface StatementsHost {
  readonly name: string;
  readonly world: World;
  readonly graph: SimGraph;
  state(): InstanceState;
  nowMs(): number;
  /** A client has asked something. */
  activity(): void;
  /** Asks the machine whether what is visible is all that is acknowledged. */
  confirm(then: (isMain: boolean) => void): void;
  /** Puts what has been changed into the log and the graph. Answers with the log's end. */
  commit(execution: Execution, name: string | undefined): number;
  /** Tells what becomes of the transactions up to `lsn`. */
  acknowledged(lsn: number, then: (outcome: CommitOutcome) => void): void;
  /** Runs something when all effects of this step have been carried out. */
  afterwards(run: () => void): void;
  later(ms: number, run: () => void): void;
  /** Tells the outside, when all writes up to now are confirmed. */
  say(run: () => void): void;
}

/** As in durable/. */
const TAIL_WAIT_MS_MAX = 5_000;
const LEASE_WAIT_MS_MAX = 3_000;
const BOUNDS = { changesMax: 50_000, bytesMax: 8 * 1024 * 1024 };

/** Whether what a client waits for is there; an error when it will never be. */
type Check = () => boolean | GraphError;

interface Waiter {
  readonly check: Check;
  readonly then: (result: boolean | GraphError) => void;
}

export class SimStatements {
  readonly #host: StatementsHost;
  readonly #waiters = new Set<Waiter>();
  readonly #open = new Map<string, WriteTransaction>();
  #nextTransaction = 1;

  constructor(host: StatementsHost) {
    this.#host = host;
  }

  /** Runs a statement, in its transaction or in one of its own. */
  run(statement: SimStatement, answer: Answer): void {
    const { transaction } = statement;
    if (transaction !== undefined) return this.#inTransaction(transaction, statement, answer);
    this.#admit(statement, answer, () => {
      this.#orTell(answer, () => (statement.writes ? this.#write(statement, answer) : this.#read(statement, answer)));
    });
  }

  /** Opens a transaction of several statements. */
  begin(wish: { readonly writes: boolean }, answer: Answer): void {
    this.#admit(wish, answer, () =>
      this.#awaitTail(() => {
        if (!this.#isServing) return this.#say(answer, { type: 'refused' });
        const id = `${this.#host.name}/${this.#host.nowMs()}/${this.#nextTransaction++}`;
        this.#open.set(id, this.#host.graph.store.openTransaction(BOUNDS));
        this.#say(answer, { type: 'ok', rows: [], bookmark: '', transaction: id });
      }),
    );
  }

  /** Commits a transaction of several statements. */
  commit(id: string, answer: Answer): void {
    const transaction = this.#open.get(id);
    if (transaction === undefined) return this.#say(answer, LEASE_EXPIRED);
    this.#orTell(answer, () => {
      this.#open.delete(id);
      if (transaction.deltas.length === 0) {
        const bookmark = this.#bookmarkAt(transaction.lsn);
        transaction.rollback();
        return this.#say(answer, { type: 'ok', rows: [], bookmark });
      }
      if (writeRefusalOf(this.#host.state()) !== undefined) {
        transaction.rollback();
        return this.#say(answer, LEASE_EXPIRED);
      }
      this.#commit(new TransactionCommit(transaction), undefined, answer);
    });
  }

  /** More is visible: bookmarks may have been reached. */
  advance(): void {
    for (const waiter of this.#waiters) {
      const result = waiter.check();
      if (result === false) continue;
      this.#waiters.delete(waiter);
      this.#host.afterwards(() => waiter.then(result));
    }
  }

  /** The role or the graph is taken away: open transactions end. */
  endTransactions(): void {
    for (const transaction of this.#open.values()) transaction.rollback();
    this.#open.clear();
  }

  #admit(wish: Omit<SimStatement, 'text' | 'parameters'>, answer: Answer, go: () => void): void {
    const { state, activity } = this.#host;
    if (state().role !== 'none') activity();
    const refuse = () => this.#say(answer, { type: 'refused' });
    if (!this.#isServing || (wish.writes && writeRefusalOf(state()) !== undefined)) return refuse();
    const confirm = () => this.#confirm(wish, refuse, () => (this.#isServing ? go() : refuse()));
    this.#awaitBookmarks(wish, answer, () => {
      if (wish.writes) confirm();
      else this.#awaitTail(() => (this.#isServing ? this.#awaitBookmarks(wish, answer, confirm) : refuse()));
    });
  }

  get #isServing(): boolean {
    const { role, quarantine } = this.#host.state();
    return role !== 'none' && quarantine === undefined;
  }

  #awaitBookmarks(wish: Pick<SimStatement, 'bookmarks' | 'bookmarkWaitMs'>, answer: Answer, then: () => void): void {
    const { counts, machines } = this.#host.world;
    const { bookmarks = [], bookmarkWaitMs = 0 } = wish;
    const check = () => {
      const results = bookmarks.map((bookmark) => machines.checkBookmark(this.#host.state(), bookmark));
      const [error] = results.flatMap((result) => bookmarkError(result) ?? []);
      return error ?? results.every(({ type }) => type === 'reached');
    };
    const hasToWait = check() === false;
    this.#wait(check, bookmarkWaitMs, (result) => {
      if (result instanceof GraphError) return this.#say(answer, { type: 'failed', code: result.code });
      if (!result) return this.#say(answer, { type: 'failed', code: 'Neo.TransientError.Transaction.BookmarkTimeout' });
      if (hasToWait) counts.bookmarkWaits += 1;
      then();
    });
  }

  #awaitTail(then: () => void): void {
    this.#wait(() => isTailConfirmed(this.#host.state()), TAIL_WAIT_MS_MAX, then);
  }

  #confirm({ isLinearizable }: { isLinearizable?: boolean }, refuse: () => void, then: () => void): void {
    if (!isLinearizable) return then();
    let isWaiting = true;
    const settle = (isMain: boolean) => {
      if (!isWaiting) return;
      isWaiting = false;
      if (isMain) then();
      else refuse();
    };
    this.#host.later(LEASE_WAIT_MS_MAX, () => settle(false));
    this.#host.confirm(settle);
  }

  #wait(check: Check, timeoutMs: number, then: Waiter['then']): void {
    const result = check();
    if (result !== false) return then(result);
    const waiter = { check, then };
    this.#waiters.add(waiter);
    this.#host.later(timeoutMs, () => {
      if (this.#waiters.delete(waiter)) then(false);
    });
  }

  #read(statement: SimStatement, answer: Answer): void {
    const snapshot = this.#host.graph.store.openSnapshot();
    try {
      const { rows } = finish(this.#start(statement, { snapshot }));
      this.#say(answer, { type: 'ok', rows, bookmark: this.#bookmarkAt(snapshot.lsn) });
    } finally {
      snapshot.close();
    }
  }

  #write(statement: SimStatement, answer: Answer): void {
    if (writeRefusalOf(this.#host.state()) !== undefined) return this.#say(answer, { type: 'refused' });
    this.#commit(finish(this.#start(statement, { commitsOnTheWay: true })), statement.name, answer);
  }

  #inTransaction(id: string, statement: SimStatement, answer: Answer): void {
    const transaction = this.#open.get(id);
    if (transaction === undefined) return this.#say(answer, LEASE_EXPIRED);
    this.#orTell(
      answer,
      () => {
        const { rows } = finish(this.#start(statement, { transaction }));
        this.#say(answer, { type: 'ok', rows, bookmark: '' });
      },
      () => {
        this.#open.delete(id);
        transaction.rollback();
      },
    );
  }

  #commit(execution: Execution, name: string | undefined, answer: Answer): void {
    const { rows } = execution;
    const lsn = this.#host.commit(execution, name);
    this.#host.acknowledged(lsn, (outcome) => {
      if (outcome === 'ok') return this.#say(answer, { type: 'ok', rows, bookmark: this.#bookmarkAt(lsn) });
      const code = 'Neo.TransientError.Cluster.ReplicationFailure';
      this.#say(answer, outcome === 'aborted' ? { type: 'failed', code } : { type: 'unknown' });
    });
  }

  #start({ text, parameters }: SimStatement, options: object): Execution {
    const { world, graph } = this.#host;
    const seed = Math.floor(world.dice.histories() * 2 ** 32);
    return graph.engine.start(text, new Map(Object.entries(parameters)), {
      ...options,
      seed,
      nowMs: this.#host.nowMs(),
    });
  }

  #bookmarkAt(lsn: number): string {
    return bookmarkAt(this.#host.state(), lsn) ?? '';
  }

  #say(answer: Answer, what: StatementAnswer): void {
    this.#host.say(() => answer(what));
  }

  /** A client's error is his answer. */
  #orTell(answer: Answer, run: () => void, failed = () => {}): void {
    try {
      run();
    } catch (error) {
      failed();
      this.#say(answer, { type: 'failed', code: graphErrorOf(error).code });
    }
  }
}

const LEASE_EXPIRED = { type: 'failed', code: 'Neo.TransientError.Transaction.LeaseExpired' } as const;
