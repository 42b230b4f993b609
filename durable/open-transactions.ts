/**
 * The transactions of several requests that are open on an instance. They live in memory alone: one that is not heard of for a
 * while is rolled back, and so are all of them when the object is lost. Whoever comes later is told why.
 */
import type { TransactionHost, TransactionInfo } from '../core/engine/transaction-host.ts';
import { GraphError } from '../core/error.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { WriteTransaction } from '../core/graph/write-transaction.ts';
import { Timer } from './timer.ts';
import { isOfIncarnation, newIncarnation, newTransactionId } from './transaction-id.ts';

/** How long a transaction is kept that is not heard of, in milliseconds. As in Neo4j's Query API. */
export const IDLE_MS = 60_000;

/** How long a transaction may be open, whatever is done in it, in milliseconds: all versions since its beginning are kept for it. */
export const LIFETIME_MS_MAX = 600_000;

/** Open transactions of an instance. */
export const TRANSACTIONS_MAX = 200;

/** What one may change: its changes are made anew when somebody else has written, which takes about a microsecond each. */
const BOUNDS = { changesMax: 50_000, bytesMax: 8 * 1024 * 1024 };

/** Bytes of changes of all that are open: they are beside the graph. */
const BYTES_MAX = 32 * 1024 * 1024;

/** Bytes of versions that are kept for transactions which wait for their next statement: beyond that the oldest is given up. */
const VERSION_BYTES_MAX = 24 * 1024 * 1024;

/** Ended transactions whose end is remembered. */
const ENDED_MAX = 1_000;

/** One that is open, or has just been ended. */
export interface OpenTransaction {
  readonly id: string;
  readonly accessMode: 'read' | 'write';
  readonly graph: WriteTransaction;
  readonly beganAtMs: number;
  readonly endsAtMs: number;
  expiresAtMs: number;
  /** The statement that runs in it. */
  statement: string | undefined;
  /** Whether a request is at work in it. Only what takes the graph or the role away ends it then. */
  isBusy: boolean;
  /** Why it has been ended from outside. */
  ended: GraphError | undefined;
}

export class OpenTransactions implements TransactionHost {
  readonly #instance: string;
  readonly #store: () => GraphStore;
  readonly #incarnation = newIncarnation();
  readonly #open = new Map<string, OpenTransaction>();
  /** How those ended that are asked for once more. */
  readonly #ended = new Map<string, GraphError>();
  readonly #timer = new Timer(() => this.#expire());

  /** The graph may be replaced by another one on the way. */
  constructor(instance: string, store: () => GraphStore) {
    this.#instance = instance;
    this.#store = store;
  }

  /** Opens one, for a request that is at work in it. Throws when there are too many. */
  begin({ accessMode, lifetimeMs }: { accessMode: 'read' | 'write'; lifetimeMs: number | undefined }): OpenTransaction {
    this.#expire();
    if (this.#open.size >= TRANSACTIONS_MAX) {
      throw new GraphError(
        'Neo.TransientError.Transaction.MaximumTransactionLimitReached',
        `${TRANSACTIONS_MAX} transactions are open on this instance already. Try again later.`,
      );
    }
    const beganAtMs = Date.now();
    const endsAtMs = beganAtMs + Math.min(lifetimeMs ?? LIFETIME_MS_MAX, LIFETIME_MS_MAX);
    const id = newTransactionId(this.#instance, accessMode, this.#incarnation);
    const graph = this.#store().openTransaction(BOUNDS);
    const one: OpenTransaction = {
      id,
      accessMode,
      graph,
      beganAtMs,
      endsAtMs,
      expiresAtMs: endsAtMs,
      statement: undefined,
      isBusy: true,
      ended: undefined,
    };
    this.#open.set(id, one);
    return one;
  }

  /** The one of that id, for a request that begins to work in it. Throws when it is not open, or another request is at work in it. */
  enter(id: string): OpenTransaction {
    this.#expire();
    const one = this.#open.get(id);
    if (one === undefined) throw this.#ended.get(id) ?? this.#unknown(id);
    if (one.isBusy) {
      throw new GraphError(
        'Neo.ClientError.Transaction.TransactionAccessedConcurrently',
        `Another request is at work in the transaction '${id}'. It goes on; wait for its answer.`,
      );
    }
    one.isBusy = true;
    return one;
  }

  /** The request is done, and the transaction waits for the next one. Throws when all of them together have become too large. */
  leave(one: OpenTransaction): void {
    let bytes = 0;
    for (const { graph } of this.#open.values()) bytes += graph.bytes;
    if (bytes > BYTES_MAX && one.graph.bytes > 0) throw tooLarge();
    one.isBusy = false;
    one.statement = undefined;
    one.expiresAtMs = Math.min(Date.now() + IDLE_MS, one.endsAtMs);
    this.#setTimer();
  }

  /** Ends one: rolls back what has not been committed. `told`: what later requests are told. */
  end(one: OpenTransaction, told: GraphError): void {
    if (!this.#open.delete(one.id)) return;
    this.#remember(one.id, told);
    // Of one that has been committed only its acknowledgement is waited for.
    if (!one.graph.isCommitted) one.ended ??= told;
    one.graph.rollback();
    this.#setTimer();
  }

  /** The graph or the role is taken away. */
  endAll(accessModes: readonly OpenTransaction['accessMode'][], reason: string): void {
    for (const one of [...this.#open.values()]) {
      if (accessModes.includes(one.accessMode)) this.end(one, leaseExpired(reason));
    }
  }

  transactions(): readonly TransactionInfo[] {
    return [...this.#open.values()].map(({ graph, ...one }) => ({
      ...one,
      changeCount: graph.deltas.length,
      bytes: graph.bytes,
      lsn: graph.lsn,
    }));
  }

  /** One in which a request is at work ends when that notices: between two slices of its statement. */
  terminate(id: string): boolean {
    const one = this.#open.get(id);
    if (one === undefined || one.graph.isCommitted) return false;
    const told = transactionTerminated();
    if (one.isBusy) one.ended ??= told;
    else this.end(one, told);
    return true;
  }

  /** Gives up those that wait, the oldest first, while too much is kept for them. */
  relieve(): void {
    while (this.#store().versionBytes > VERSION_BYTES_MAX) {
      const oldest = [...this.#open.values()]
        .filter(({ isBusy, graph }) => !isBusy && graph.lsn < this.#store().acknowledgedLsn)
        .reduce<OpenTransaction | undefined>(
          (one, other) => (one && one.graph.lsn <= other.graph.lsn ? one : other),
          undefined,
        );
      if (oldest === undefined) return;
      this.end(
        oldest,
        new GraphError(
          'Neo.TransientError.Transaction.Outdated',
          `The graph has changed by more than ${VERSION_BYTES_MAX} bytes since the transaction began. It was rolled back, and can be tried again.`,
        ),
      );
    }
  }

  #expire(): void {
    const nowMs = Date.now();
    for (const one of [...this.#open.values()]) {
      if (one.isBusy || nowMs < one.expiresAtMs) continue;
      this.end(one, nowMs < one.endsAtMs ? timedOut(one.id) : tookTooLong());
    }
    this.#setTimer();
  }

  #setTimer(): void {
    let atMs = Number.POSITIVE_INFINITY;
    for (const one of this.#open.values()) if (!one.isBusy) atMs = Math.min(atMs, one.expiresAtMs);
    this.#timer.set(atMs === Number.POSITIVE_INFINITY ? undefined : atMs);
  }

  #remember(id: string, told: GraphError): void {
    this.#ended.set(id, told);
    for (const oldest of this.#ended.keys()) {
      if (this.#ended.size <= ENDED_MAX) return;
      this.#ended.delete(oldest);
    }
  }

  #unknown(id: string): GraphError {
    if (isOfIncarnation(id, this.#incarnation)) return transactionNotFound(`There is no open transaction '${id}'.`);
    return leaseExpired('the instance has begun anew since it was opened');
  }
}

/** The transaction is not open; the message says what became of it, as far as that is known. */
export function transactionNotFound(message: string): GraphError {
  return new GraphError('Neo.ClientError.Transaction.TransactionNotFound', message);
}

function timedOut(id: string): GraphError {
  const seconds = IDLE_MS / 1_000;
  return transactionNotFound(
    `Nothing was heard of the transaction '${id}' for ${seconds} seconds, so it was rolled back.`,
  );
}

export function tookTooLong(): GraphError {
  return new GraphError(
    'Neo.ClientError.Transaction.TransactionTimedOut',
    'The transaction was open for longer than it may be, and was rolled back.',
  );
}

/** Drivers do not try again what somebody has ended on purpose. */
function transactionTerminated(): GraphError {
  return new GraphError(
    'Neo.TransientError.Transaction.Terminated',
    'The transaction was ended by TERMINATE TRANSACTIONS, and rolled back.',
  );
}

function tooLarge(): GraphError {
  return new GraphError(
    'Neo.TransientError.General.TransactionMemoryLimit',
    `The open transactions of this instance have changes of more than ${BYTES_MAX} bytes. This one was rolled back.`,
  );
}

/** Says nothing of a commit that was sent before: whoever sent it has been told what is known of it. */
function leaseExpired(reason: string): GraphError {
  return new GraphError(
    'Neo.TransientError.Transaction.LeaseExpired',
    `The transaction is open no longer: ${reason}. What was not committed before was rolled back; begin it again.`,
  );
}
