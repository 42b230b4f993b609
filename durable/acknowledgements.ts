/** Clients whose transaction is in the log and who wait until it may be told: acknowledged, aborted, or in doubt. */
import { GraphError } from '../core/error.ts';
import type { SyncReplicationFailure } from '../core/replication/instance-event.ts';

interface Waiter {
  readonly lsn: number;
  readonly resolve: (notifications: readonly SyncReplicationFailure[]) => void;
  readonly reject: (error: GraphError) => void;
}

export class Acknowledgements {
  readonly #acknowledgedLsn: () => number;
  #waiters: Waiter[] = [];

  constructor(acknowledgedLsn: () => number) {
    this.#acknowledgedLsn = acknowledgedLsn;
  }

  /** Resolves when everything up to `lsn` is acknowledged; rejects with GQLSTATUS 08007 when that will never be known. */
  of(lsn: number): Promise<readonly SyncReplicationFailure[]> {
    if (lsn <= this.#acknowledgedLsn()) return Promise.resolve([]);
    return new Promise((resolve, reject) => this.#waiters.push({ lsn, resolve, reject }));
  }

  /** Whether somebody still waits for a transaction up to `lsn`. If not, what `of` gave for those is settled. */
  isAwaited(lsn: number): boolean {
    return this.#waiters.some((waiter) => waiter.lsn <= lsn);
  }

  acknowledge(upToLsn: number, notifications: readonly SyncReplicationFailure[]): void {
    this.#settle(
      (waiter) => waiter.lsn <= upToLsn,
      (waiter) => waiter.resolve(notifications),
    );
  }

  fail(fromLsn: number, reason: string): void {
    this.#settle(
      (waiter) => waiter.lsn >= fromLsn,
      (waiter) => waiter.reject(outcomeUnknown(reason)),
    );
  }

  abort(fromLsn: number, reason: string): void {
    this.#settle(
      (waiter) => waiter.lsn >= fromLsn,
      (waiter) => waiter.reject(new GraphError('Neo.TransientError.Cluster.ReplicationFailure', reason)),
    );
  }

  #settle(isDue: (waiter: Waiter) => boolean, settle: (waiter: Waiter) => void): void {
    const due = this.#waiters.filter(isDue);
    if (due.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !isDue(waiter));
    for (const waiter of due) settle(waiter);
  }
}

/** The transaction is in a log that may or may not survive. The client has to look before it writes again. */
export function outcomeUnknown(reason: string): GraphError {
  return new GraphError(
    'Neo.DatabaseError.Transaction.TransactionCommitFailed',
    `It is not known whether the transaction was committed: ${reason}. Read what it wrote before you send it again.`,
  );
}
