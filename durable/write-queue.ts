/**
 * Statements that write run alone, one after the other, each on the newest state. Those that arrive together are committed
 * as one group: one WAL row, one message to each replica. A long one is run in slices; readers go on in between.
 */

import { InvariantError } from '../core/assert.ts';
import type { Execution } from '../core/engine/execution.ts';
import { GraphError } from '../core/error.ts';
import type { SyncReplicationFailure } from '../core/replication/instance-event.ts';
import { nextTurn, SLICE_WORK } from './turn.ts';

/** Statements run in one turn, and so committed in one group, at most. */
const GROUP_MAX = 64;

/** What the queue needs of its instance. */
export interface WriteHost {
  /** Throws when this instance takes no writes now. */
  checkWritable(): void;
  /** Commits the execution's changes, if any, to the graph and adds them to the group. `startMs`: when it began. */
  commit(execution: Execution, startMs: number): Committed;
  /** Stores the group's records and hands them to replication. In the same turn as the commits. */
  flush(): void;
  /** Resolves when all that was handed to storage is on disk; nothing is told before that anyway. */
  stored(): Promise<void>;
  /** Resolves when there is room for what the next statements leave behind; undefined when there is. */
  room(): Promise<void> | undefined;
  /** Memory may be other than storage: nothing may go on. */
  failed(error: unknown): void;
}

/** Where a statement's transaction stands in the log; without changes, the newest transaction that it may have read. */
export interface Committed {
  readonly lsn: number;
  /** Settles when the transaction may be told: acknowledged, with what was wrong about it, or in doubt. */
  readonly acknowledged: Promise<readonly SyncReplicationFailure[]>;
}

interface Job {
  readonly start: () => Execution;
  /** When what is committed began, in milliseconds since 1970; without it: when the statement starts. */
  readonly startMs?: number;
  /** What the statement waits for, if it waits for something. */
  readonly pending: () => Promise<unknown> | undefined;
  readonly isCancelled: () => boolean;
  readonly resolve: (written: Written) => void;
  readonly reject: (error: unknown) => void;
}

interface Running {
  readonly execution: Execution;
  /** In milliseconds since 1970. */
  readonly startMs: number;
}

/** A statement that has run. */
export interface Written extends Committed {
  readonly execution: Execution;
}

export class WriteQueue {
  readonly #host: WriteHost;
  readonly #jobs: Job[] = [];
  #running: Execution | undefined;
  #draining = false;
  #interruption: GraphError | undefined;

  constructor(host: WriteHost) {
    this.#host = host;
  }

  /** Runs a statement when its turn comes. It has been committed and handed to storage when this resolves, not acknowledged. */
  run(job: Omit<Job, 'resolve' | 'reject'>): Promise<Written> {
    return new Promise((resolve, reject) => {
      this.#jobs.push({ ...job, resolve, reject });
      if (!this.#draining) void this.#drain();
    });
  }

  /** Rolls back the statement that is running and refuses all that wait: the graph or the role is about to change. */
  interrupt(error: GraphError): void {
    if (this.#running) {
      this.#running.cancel();
      this.#running = undefined;
      this.#interruption = error;
    }
    for (const job of this.#jobs.splice(0)) job.reject(error);
  }

  async #drain(): Promise<void> {
    this.#draining = true;
    try {
      while (this.#jobs.length > 0) {
        for (let count = 0; count < GROUP_MAX; count += 1) {
          const job = this.#jobs.shift();
          if (!job) break;
          const pending = this.#runJob(job);
          if (pending) await pending;
        }
        this.#host.flush();
        // Whoever arrives while the group is written is in the next one. A timer would take a millisecond for nothing.
        await this.#host.stored();
        await this.#host.room();
      }
    } catch (error) {
      this.#host.failed(error);
    } finally {
      this.#draining = false;
    }
  }

  /** Settles the job. Awaits only if the statement pauses, and flushes the group before that. */
  #runJob(job: Job): Promise<void> | undefined {
    if (job.isCancelled()) {
      job.reject(
        new GraphError(
          'Neo.TransientError.General.DatabaseUnavailable',
          'The statement waited too long for its turn. Nothing was done.',
        ),
      );
      return undefined;
    }
    try {
      this.#host.checkWritable();
      const execution = job.start();
      const startMs = job.startMs ?? Date.now();
      this.#running = execution;
      const answer = execution.next(SLICE_WORK);
      if (answer !== 'done') return this.#goOn(job, { execution, startMs }, answer);
      this.#finish(job, { execution, startMs });
    } catch (error) {
      this.#fail(job, error);
    }
    return undefined;
  }

  /** A statement that takes longer, or has transactions of its own: each is in a group by itself. */
  async #goOn(job: Job, running: Running, first: 'paused' | 'commit'): Promise<void> {
    const { execution } = running;
    this.#host.flush();
    try {
      let answer: ReturnType<Execution['next']> = first;
      do {
        if (answer === 'commit') this.#commitOnTheWay(running);
        await (job.pending() ?? nextTurn());
        this.#checkInterruption();
        if (job.isCancelled()) {
          execution.cancel();
          throw new GraphError(
            'Neo.TransientError.General.DatabaseUnavailable',
            'The statement took too long and was rolled back.',
          );
        }
        answer = execution.next(SLICE_WORK);
      } while (answer !== 'done');
      this.#finish(job, running);
    } catch (error) {
      this.#fail(job, error);
    }
  }

  #fail(job: Job, error: unknown): void {
    this.#running = undefined;
    job.reject(error);
    // A writer that breaks an invariant may have left the graph other than it was.
    if (error instanceof InvariantError) this.#host.failed(error);
  }

  /** The last commit of the statement tells whether all of them may be told, as lsns are acknowledged in order. */
  #commitOnTheWay({ execution, startMs }: Running): void {
    try {
      this.#host.checkWritable();
    } catch (error) {
      execution.cancel();
      throw error;
    }
    this.#host.commit(execution, startMs).acknowledged.catch(() => undefined);
    this.#host.flush();
  }

  #checkInterruption(): void {
    const error = this.#interruption;
    this.#interruption = undefined;
    if (error) throw error;
  }

  #finish(job: Job, { execution, startMs }: Running): void {
    this.#running = undefined;
    job.resolve({ execution, ...this.#host.commit(execution, startMs) });
  }
}
