/** Statements of clients on one instance: bookmarks waited for, reads on a snapshot, writes in the queue, answers encoded. */

import { csvUrls } from '../core/engine/csv-urls.ts';
import type { Engine } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { GraphError, toErrorRecord } from '../core/error.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import { bookmarkAt, bookmarkError, checkBookmark } from '../core/replication/bookmark.ts';
import type { SyncReplicationFailure } from '../core/replication/instance-event.ts';
import type { InstanceState } from '../core/replication/instance-state.ts';
import { isTailConfirmed } from '../core/replication/recovered-tail.ts';
import { writeRefusalOf } from '../core/replication/write-permission.ts';
import { decodeValue, encodeResult } from '../core/value/codec.ts';
import type { Value } from '../core/value/value.ts';
import { outcomeUnknown } from './acknowledgements.ts';
import { BookmarkQueue } from './bookmark-queue.ts';
import { CommitGroup, type CommitHost } from './commit-group.ts';
import type { InstanceAddress } from './names.ts';
import type {
  Notification,
  QueryType,
  ServedBy,
  StatementAnswer,
  StatementFailure,
  StatementRequest,
} from './protocol.ts';
import { TextLoader } from './text-loader.ts';
import { withDeadline } from './transport.ts';
import { nextTurn, SLICE_WORK } from './turn.ts';
import { WriteQueue } from './write-queue.ts';

/** A bookmark is waited for this long at most; then the client is told to try again or to ask MAIN. */
const BOOKMARK_WAIT_MS_MAX = 10_000;

/**
 * Right after a start, readers wait this long for the recovered end of the log to be confirmed. Then they get what is known to
 * be acknowledged: an older state, but a state that was.
 */
const TAIL_WAIT_MS_MAX = 5_000;

/** Statements in progress, waiting ones included. More are refused, so that a flood ends in errors and not in memory. */
const STATEMENTS_MAX = 4_000;

/**
 * Transactions in the log that are not acknowledged. A MAIN that has lost touch takes no more than these: each may turn out
 * to be in vain, and keeps versions in memory.
 */
const UNACKNOWLEDGED_MAX = 4_096;

/** What the runner needs of its instance. The graph and the machine's state change under it, so they are asked for anew. */
export interface StatementHost extends CommitHost {
  /** See Environment.SKEIN_LOAD_CSV_ALLOW. */
  readonly loadCsvAllowed: string | undefined;
  readonly address: InstanceAddress;
  engine(): Engine;
  /** A client has asked something. */
  activity(): void;
  /** Resolves when all that was handed to storage is on disk. */
  stored(): Promise<void>;
  /** See WriteHost.room. */
  room(): Promise<void> | undefined;
  /** Records could not be stored, and memory is ahead of storage now. */
  failed(error: unknown): void;
}

export class StatementRunner {
  readonly #host: StatementHost;
  readonly #bookmarks = new BookmarkQueue();
  readonly #writes: WriteQueue;
  #statementCount = 0;

  constructor(host: StatementHost) {
    this.#host = host;
    const group = new CommitGroup(host);
    this.#writes = new WriteQueue({
      checkWritable: () => this.#checkWritable(),
      commit: (execution, startMs) => group.commit(execution, startMs),
      flush: () => group.flush(),
      stored: () => host.stored(),
      room: () => host.room(),
      failed: (error) => host.failed(error),
    });
  }

  /** Runs a statement. Never throws: what went wrong is the answer. */
  async run(request: StatementRequest): Promise<StatementAnswer> {
    if (this.#statementCount >= STATEMENTS_MAX) {
      return this.refuse('unreachable', `${STATEMENTS_MAX} statements are in progress already. Try again later.`);
    }
    this.#statementCount += 1;
    try {
      return await this.#run(request);
    } finally {
      this.#statementCount -= 1;
    }
  }

  async #run(request: StatementRequest): Promise<StatementAnswer> {
    const deadlineAtMs = Date.now() + request.deadlineMs;
    try {
      const { state } = this.#host;
      if (state().role === 'none') return this.#refuseWithoutRole();
      this.#host.activity();
      const prepared = this.#host.engine().prepare(request.statement);
      // EXPLAIN only plans, which any instance can.
      const writes = !prepared.explain && (prepared.kind === 'write' || prepared.kind === 'schema');
      if (writes && request.accessMode === 'read') throw writeInReadMode();
      if (writes) this.#checkPermitted();
      await this.awaitBookmarks(request.bookmarks, Math.min(request.bookmarkWaitMs, BOOKMARK_WAIT_MS_MAX));
      if (!writes) await this.#awaitTail(request.deadlineMs);
      // The role may have been lost while it waited.
      if (state().role === 'none') return this.#refuseWithoutRole();
      const parameters = decodeParameters(request.parameters);
      return writes
        ? await this.#write(request, parameters, deadlineAtMs)
        : await this.#read(request, parameters, deadlineAtMs);
    } catch (error) {
      if (!(error instanceof GraphError)) console.error('a statement ended with an internal error:', error);
      const failure: StatementFailure = { ok: false, error: toErrorRecord(error), servedBy: this.#servedBy() };
      const refusedAsNotMain = error instanceof GraphError && error.code === 'Neo.ClientError.Cluster.NotALeader';
      return refusedAsNotMain ? { ...failure, retry: 'notMain' } : failure;
    }
  }

  /** An answer that says that nothing was executed here, and what to do about it. */
  refuse(retry: 'notMain' | 'unreachable', message: string): StatementFailure {
    const code =
      retry === 'notMain' ? 'Neo.ClientError.Cluster.NotALeader' : 'Neo.TransientError.General.DatabaseUnavailable';
    return { ok: false, error: { code, message }, servedBy: this.#servedBy(), retry };
  }

  #refuseWithoutRole(): StatementFailure {
    const { quarantine } = this.#host.state();
    return this.refuse('unreachable', quarantine ?? 'The instance has no part in the cluster now.');
  }

  /** Resolves when all of the bookmarks are visible here; throws a GraphError when that takes too long or cannot be. */
  async awaitBookmarks(bookmarks: readonly string[], timeoutMs: number): Promise<void> {
    for (const bookmark of bookmarks) {
      if (await this.#bookmarks.wait(() => isReached(this.#host.state(), bookmark), timeoutMs)) continue;
      throw new GraphError(
        'Neo.TransientError.Transaction.BookmarkTimeout',
        `${this.#host.address.instance} has not reached the bookmark within ${timeoutMs} ms. Try again, or ask MAIN.`,
      );
    }
  }

  /** See TAIL_WAIT_MS_MAX. */
  async #awaitTail(deadlineMs: number): Promise<void> {
    await this.#bookmarks.wait(() => isTailConfirmed(this.#host.state()), Math.min(TAIL_WAIT_MS_MAX, deadlineMs));
  }

  /** More is visible: bookmarks may have been reached. */
  advance(): void {
    this.#bookmarks.advance();
  }

  /** Rolls back what is being written, and refuses what waits to write. */
  interrupt(error: GraphError): void {
    this.#writes.interrupt(error);
  }

  async #read(
    request: StatementRequest,
    parameters: ReadonlyMap<string, Value>,
    deadlineAtMs: number,
  ): Promise<StatementAnswer> {
    const snapshot = this.#host.store().openSnapshot();
    try {
      const { lsn } = snapshot;
      const texts = new TextLoader(this.#host.loadCsvAllowed);
      const execution = this.#start(request, parameters, { snapshot, texts });
      try {
        while (execution.next(SLICE_WORK) === 'paused') {
          await (texts.pending ?? nextTurn());
          if (Date.now() > deadlineAtMs) throw tookTooLong();
        }
      } catch (error) {
        execution.cancel();
        throw error;
      }
      return this.#success(execution, lsn, []);
    } finally {
      snapshot.close();
    }
  }

  async #write(
    request: StatementRequest,
    parameters: ReadonlyMap<string, Value>,
    deadlineAtMs: number,
  ): Promise<StatementAnswer> {
    const texts = new TextLoader(this.#host.loadCsvAllowed);
    await this.#fetchKnown(request.statement, parameters, texts);
    const written = await this.#writes.run({
      start: () => this.#start(request, parameters, { commitsOnTheWay: true, texts }),
      pending: () => texts.pending,
      isCancelled: () => Date.now() > deadlineAtMs,
    });
    const waitMs = Math.max(0, deadlineAtMs - Date.now());
    const failures = await withDeadline(written.acknowledged, waitMs).catch((error: unknown) => {
      if (error instanceof GraphError) throw error;
      throw outcomeUnknown('the replicas have not confirmed it in time');
    });
    return this.#success(written.execution, written.lsn, failures.map(replicationNotification));
  }

  /** Texts whose URLs stand in the statement or its parameters are fetched before it queues, so that nobody waits for them behind it. */
  async #fetchKnown(statement: string, parameters: ReadonlyMap<string, Value>, texts: TextLoader): Promise<void> {
    for (const url of csvUrls(this.#host.engine().prepare(statement).statement, parameters)) texts.read(url);
    await texts.pending;
  }

  #start(
    request: StatementRequest,
    parameters: ReadonlyMap<string, Value>,
    options: { snapshot?: ReturnType<GraphStore['openSnapshot']>; commitsOnTheWay?: boolean; texts: TextLoader },
  ): Execution {
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    return this.#host.engine().start(request.statement, parameters, { ...options, seed, nowMs: Date.now() });
  }

  #success(execution: Execution, lsn: number, notifications: readonly Notification[]): StatementAnswer {
    const changed = Object.values(execution.counters).some((count) => count > 0);
    return {
      ok: true,
      columns: execution.columns,
      rows: encodeResult({ columns: execution.columns, rows: execution.rows }),
      bookmark: bookmarkAt(this.#host.state(), lsn) ?? '',
      counters: execution.counters,
      queryType: queryTypeOf(execution, changed),
      notifications,
      ...(execution.plan && { plan: execution.plan }),
      servedBy: this.#servedBy(),
    };
  }

  #checkWritable(): void {
    const state = this.#host.state();
    this.#checkPermitted();
    if (this.#host.store().lsn - state.acknowledgedLsn < UNACKNOWLEDGED_MAX) return;
    throw new GraphError(
      'Neo.TransientError.General.DatabaseUnavailable',
      `${UNACKNOWLEDGED_MAX} transactions wait for the replicas already. Nothing was done. Try again later.`,
    );
  }

  #checkPermitted(): void {
    const refusal = writeRefusalOf(this.#host.state());
    if (refusal) throw refusal;
  }

  #servedBy(): ServedBy {
    const { instance, region } = this.#host.address;
    return { name: instance, region, role: this.#host.state().role === 'main' ? 'main' : 'replica' };
  }
}

/** Throws when the bookmark can never be reached here. */
function isReached(state: InstanceState, bookmark: string): boolean {
  const check = checkBookmark(state, bookmark);
  const error = bookmarkError(check);
  if (error) throw error;
  return check.type === 'reached';
}

function decodeParameters(bytes: Uint8Array): ReadonlyMap<string, Value> {
  const parameters = decodeValue(bytes);
  if (parameters instanceof Map) return parameters;
  throw new GraphError('Neo.ClientError.Request.InvalidFormat', 'The parameters are not a map.');
}

function writeInReadMode(): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.AccessMode',
    'The statement writes, and was sent with access mode READ. Nothing was changed.',
  );
}

function tookTooLong(): GraphError {
  return new GraphError('Neo.TransientError.General.DatabaseUnavailable', 'The statement took too long and was ended.');
}

function queryTypeOf(execution: Execution, changed: boolean): QueryType {
  if (execution.kind === 'schema') return 's';
  if (execution.kind === 'read' || !changed) return 'r';
  return execution.columns.length > 0 ? 'rw' : 'w';
}

function replicationNotification(failure: SyncReplicationFailure): Notification {
  return {
    code: 'SyncReplicationFailure',
    title: 'A SYNC replica did not confirm the transaction',
    description: failure.message,
    severity: 'WARNING',
    category: 'TOPOLOGY',
  };
}
