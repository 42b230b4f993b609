/** Runs statements on one instance: reads slice by slice beside everything else, writes in the queue; and waits until they may be told. */
import { csvUrls } from '../core/engine/csv-urls.ts';
import type { Engine, StartOptions } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { GraphError } from '../core/error.ts';
import type { SyncReplicationFailure } from '../core/replication/instance-event.ts';
import type { Value } from '../core/value/value.ts';
import { outcomeUnknown } from './acknowledgements.ts';
import { CommitGroup, type CommitHost } from './commit-group.ts';
import { TextLoader } from './text-loader.ts';
import { withDeadline } from './transport.ts';
import { nextTurn, SLICE_WORK } from './turn.ts';
import { WriteQueue, type Written } from './write-queue.ts';

/** What is needed of the instance. The graph and the machine's state change under it, so they are asked for anew. */
export interface ExecutionHost extends CommitHost {
  /** See Environment.SKEIN_LOAD_CSV_ALLOW. */
  readonly loadCsvAllowed: string | undefined;
  engine(): Engine;
  /** Throws when the instance takes no writes now. */
  checkWritable(): void;
  /** Resolves when all that was handed to storage is on disk. */
  stored(): Promise<void>;
  /** See WriteHost.room. */
  room(): Promise<void> | undefined;
  /** Records could not be stored, and memory is ahead of storage now. */
  failed(error: unknown): void;
}

/** A statement to be run. */
export interface Task {
  readonly text: string;
  readonly parameters: ReadonlyMap<string, Value>;
  /** What it runs in: a snapshot, a transaction that others commit, or neither. */
  readonly options: Pick<StartOptions, 'snapshot' | 'transaction' | 'commitsOnTheWay'>;
  readonly deadlineAtMs: number;
  /** Whether the transaction that it is part of has been ended from outside. Asked before it starts and between its slices. */
  readonly isEnded?: () => boolean;
}

export class ExecutionRunner {
  readonly #host: ExecutionHost;
  readonly #writes: WriteQueue;

  constructor(host: ExecutionHost) {
    this.#host = host;
    const group = new CommitGroup(host);
    this.#writes = new WriteQueue({
      checkWritable: () => host.checkWritable(),
      commit: (execution, startMs) => group.commit(execution, startMs),
      flush: () => group.flush(),
      stored: () => host.stored(),
      room: () => host.room(),
      failed: (error) => host.failed(error),
    });
  }

  /** Runs a statement that has a state of the graph for itself. */
  async read(task: Task): Promise<Execution> {
    const { deadlineAtMs, isEnded } = task;
    const texts = new TextLoader(this.#host.loadCsvAllowed);
    const execution = this.#start(task, texts);
    try {
      while (execution.next(SLICE_WORK) === 'paused') {
        await (texts.pending ?? nextTurn());
        if (Date.now() > deadlineAtMs || isEnded?.()) throw tookTooLong();
      }
      return execution;
    } catch (error) {
      execution.cancel();
      throw error;
    }
  }

  /** Runs a statement when its turn to write comes. See WriteQueue.run. */
  async write(task: Task): Promise<Written> {
    const { text, parameters, deadlineAtMs } = task;
    const texts = new TextLoader(this.#host.loadCsvAllowed);
    // Texts whose URLs stand in the statement or its parameters are fetched before it queues, so that nobody waits for them behind it.
    for (const url of csvUrls(this.#host.engine().prepare(text).statement, parameters)) texts.read(url);
    await texts.pending;
    return this.#writes.run({
      start: () => this.#start(task, texts),
      pending: () => texts.pending,
      isCancelled: () => Date.now() > deadlineAtMs || task.isEnded?.() === true,
    });
  }

  /** Commits when the turn comes what has been run before. */
  commit(commit: {
    readonly start: () => Execution;
    /** When the first of it was run, in milliseconds since 1970. */
    readonly startMs: number;
    readonly deadlineAtMs: number;
  }): Promise<Written> {
    const { start, startMs, deadlineAtMs } = commit;
    const isCancelled = () => Date.now() > deadlineAtMs;
    return this.#writes.run({ start, startMs, pending: () => undefined, isCancelled });
  }

  /** Resolves when what has been written may be told, with what was wrong about it. */
  async acknowledged({ lsn, acknowledged }: Written, deadlineAtMs: number): Promise<readonly SyncReplicationFailure[]> {
    // Without replicas to wait for it is settled by now, and a timer takes as long as a good part of a short write.
    if (!this.#host.acknowledgements.isAwaited(lsn)) return acknowledged;
    try {
      return await withDeadline(acknowledged, Math.max(0, deadlineAtMs - Date.now()));
    } catch (error) {
      if (error instanceof GraphError) throw error;
      throw outcomeUnknown('the replicas have not confirmed it in time');
    }
  }

  /** Rolls back what is being written, and refuses what waits to write. */
  interrupt(error: GraphError): void {
    this.#writes.interrupt(error);
  }

  #start({ text, parameters, options, isEnded }: Task, texts: TextLoader): Execution {
    if (isEnded?.()) throw tookTooLong();
    const seed = crypto.getRandomValues(new Uint32Array(1))[0] ?? 0;
    return this.#host.engine().start(text, parameters, { ...options, texts, seed, nowMs: Date.now() });
  }
}

function tookTooLong(): GraphError {
  return new GraphError('Neo.TransientError.General.DatabaseUnavailable', 'The statement took too long and was ended.');
}
