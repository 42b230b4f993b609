/**
 * Who is served on an instance, and when: it has to have a part in the cluster, to be MAIN for writes, and to have reached the
 * bookmarks that the client has seen elsewhere.
 */
import { GraphError } from '../core/error.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import { bookmarkAt, bookmarkError, checkBookmark } from '../core/replication/bookmark.ts';
import type { InstanceState } from '../core/replication/instance-state.ts';
import { isTailConfirmed } from '../core/replication/recovered-tail.ts';
import { writeRefusalOf } from '../core/replication/write-permission.ts';
import { BookmarkQueue } from './bookmark-queue.ts';
import type { InstanceAddress } from './names.ts';
import type { ReadLevel, ServedBy, StatementFailure } from './protocol.ts';
import { failureOf, NotServing } from './statement-answers.ts';

/** A bookmark is waited for this long at most; then the client is told to try again or to ask MAIN. */
const BOOKMARK_WAIT_MS_MAX = 10_000;

/**
 * Right after a start, readers wait this long for the recovered end of the log to be confirmed. Then they get what is known to
 * be acknowledged: an older state, but a state that was.
 */
const TAIL_WAIT_MS_MAX = 5_000;

/** Requests in progress, waiting ones included. More are refused, so that a flood ends in errors and not in memory. */
const REQUESTS_MAX = 4_000;

/**
 * Transactions in the log that are not acknowledged. A MAIN that has lost touch takes no more than these: each may turn out
 * to be in vain, and keeps versions in memory.
 */
const UNACKNOWLEDGED_MAX = 4_096;

/** What is needed of the instance. The graph and the machine's state change under it, so they are asked for anew. */
export interface AdmissionHost {
  readonly address: InstanceAddress;
  state(): InstanceState;
  store(): GraphStore;
  /** A client has asked something. */
  activity(): void;
  /** Resolves when this is MAIN, and what is visible is all that is acknowledged. Throws a GraphError when it is not. */
  confirm(timeoutMs: number): Promise<void>;
}

/** What a client wants who begins to ask. */
export interface Wish {
  readonly needsMain: boolean;
  readonly bookmarks: readonly string[];
  readonly bookmarkWaitMs: number;
  readonly readLevel?: ReadLevel;
  readonly deadlineMs: number;
}

export class Admission {
  readonly #host: AdmissionHost;
  readonly #bookmarks = new BookmarkQueue();
  #requestCount = 0;

  constructor(host: AdmissionHost) {
    this.#host = host;
  }

  /** Answers a request. Never throws: what went wrong is the answer. */
  async serve<Answer>(answer: () => Promise<Answer>): Promise<Answer | StatementFailure> {
    if (this.#requestCount >= REQUESTS_MAX) {
      return this.refuse(`${REQUESTS_MAX} statements are in progress already. Try again later.`);
    }
    this.#requestCount += 1;
    try {
      if (this.#host.state().role !== 'none') this.#host.activity();
      return await answer();
    } catch (error) {
      return failureOf(error, this.servedBy);
    } finally {
      this.#requestCount -= 1;
    }
  }

  /** An answer that says that nothing was executed here, and that another instance may do it. */
  refuse(reason: string): StatementFailure {
    return failureOf(new NotServing(reason), this.servedBy);
  }

  /** Resolves when the client may begin. Throws a GraphError when he may not. */
  async admit({ needsMain, bookmarks, bookmarkWaitMs, readLevel, deadlineMs }: Wish): Promise<void> {
    this.#checkServing();
    if (needsMain) this.#checkPermitted();
    const waitMs = Math.min(bookmarkWaitMs, BOOKMARK_WAIT_MS_MAX);
    await this.awaitBookmarks(bookmarks, waitMs);
    if (!needsMain) {
      await this.awaitTail(deadlineMs);
      // Meanwhile the graph may have given way to an older one, or to none.
      this.#checkServing();
      await this.awaitBookmarks(bookmarks, waitMs);
    }
    // The last of all that is waited for: what is read next is then what was acknowledged at that moment.
    if (readLevel === 'linearizable') await this.#host.confirm(deadlineMs);
    // The role may have been lost while it waited.
    this.#checkServing();
  }

  /** Resolves when all of the bookmarks are visible here; throws a GraphError when that takes too long or cannot be. */
  async awaitBookmarks(bookmarks: readonly string[], timeoutMs: number): Promise<void> {
    // All at once: what had been reached may be lost again while the next one is waited for.
    const areReached = () => bookmarks.every((bookmark) => isReached(this.#host.state(), bookmark));
    if (await this.#bookmarks.wait(areReached, timeoutMs)) return;
    throw new GraphError(
      'Neo.TransientError.Transaction.BookmarkTimeout',
      `${this.#host.address.instance} has not reached the bookmark within ${timeoutMs} ms. Try again, or ask MAIN.`,
    );
  }

  /** See TAIL_WAIT_MS_MAX. */
  async awaitTail(deadlineMs: number): Promise<void> {
    await this.#bookmarks.wait(() => isTailConfirmed(this.#host.state()), Math.min(TAIL_WAIT_MS_MAX, deadlineMs));
  }

  /** More is visible: bookmarks may have been reached. */
  advance(): void {
    this.#bookmarks.advance();
  }

  /** Throws when the instance takes no writes now. */
  checkWritable(): void {
    this.#checkPermitted();
    if (this.#host.store().lsn - this.#host.state().acknowledgedLsn < UNACKNOWLEDGED_MAX) return;
    throw new GraphError(
      'Neo.TransientError.General.DatabaseUnavailable',
      `${UNACKNOWLEDGED_MAX} transactions wait for the replicas already. Nothing was done. Try again later.`,
    );
  }

  /** The bookmark for everything up to `lsn`. */
  bookmarkAt(lsn: number): string {
    return bookmarkAt(this.#host.state(), lsn) ?? '';
  }

  get servedBy(): ServedBy {
    const { instance, region } = this.#host.address;
    return { name: instance, region, role: this.#host.state().role === 'main' ? 'main' : 'replica' };
  }

  #checkPermitted(): void {
    const refusal = writeRefusalOf(this.#host.state());
    if (refusal) throw refusal;
  }

  #checkServing(): void {
    const { role, quarantine, assignment, stored } = this.#host.state();
    if (quarantine !== undefined) throw inQuarantine(this.#host.address, quarantine);
    if (role !== 'none') return;
    const { database, instance } = this.#host.address;
    const isEmpty = assignment === undefined && stored.lsn === 0;
    throw new NotServing(
      `'${database}@${instance}' has no part in the cluster now${isEmpty ? ', and its storage is empty' : ''}.`,
    );
  }
}

/** Throws when the bookmark can never be reached here. */
function isReached(state: InstanceState, bookmark: string): boolean {
  const check = checkBookmark(state, bookmark);
  const error = bookmarkError(check);
  if (error) throw error;
  return check.type === 'reached';
}

function inQuarantine({ database, instance }: InstanceAddress, reason: string): NotServing {
  return new NotServing(
    `'${database}@${instance}' is in quarantine, and the statement was not executed: ${reason}. MAIN fills it again, if another instance is MAIN.`,
    'Neo.DatabaseError.General.StorageDamageDetected',
  );
}
