/**
 * The graph of a simulated instance with the engine over it, both as in production, where a world has them: it changes only by what
 * the instance's machine wants done. It is built from the log when somebody first asks for it, so that an instance costs nothing
 * whose graph nobody reads.
 */
import { Engine } from '../../core/engine/engine.ts';
import type { Execution } from '../../core/engine/execution.ts';
import { GraphError } from '../../core/error.ts';
import type { Transaction } from '../../core/graph/delta.ts';
import type { GraphStore } from '../../core/graph/graph-store.ts';
import type { LogPosition, LogRecord } from '../../core/replication/log.ts';
import { hashText } from '../../core/wal/checksum.ts';
import { decodeRecord } from '../../core/wal/record.ts';

/** Everything that was ever written, by hash: what a snapshot of the simulation names. */
export type Archive = Map<string, Transaction>;

export class SimGraph {
  readonly #archive: Archive;
  readonly #positions: () => readonly LogPosition[];
  readonly #cluster: () => string;
  readonly #Store: typeof GraphStore;
  #shownLsn = 0;
  #built: { readonly store: GraphStore; readonly engine: Engine; readonly cluster: string } | undefined;

  constructor(parts: {
    readonly archive: Archive;
    readonly positions: () => readonly LogPosition[];
    readonly cluster: () => string;
    readonly Store: typeof GraphStore;
  }) {
    this.#archive = parts.archive;
    this.#positions = parts.positions;
    this.#cluster = parts.cluster;
    this.#Store = parts.Store;
  }

  get store(): GraphStore {
    return this.#build().store;
  }

  /** As soon as the instance knows its cluster, element ids are of that. */
  get engine(): Engine {
    const { store, engine, cluster } = this.#build();
    if (cluster === this.#cluster()) return engine;
    this.#built = this.#over(store);
    return this.#built.engine;
  }

  /** The graph is another one: what storage holds now, of which readers see what is known to be acknowledged. */
  load(acknowledgedLsn: number): void {
    this.#shownLsn = acknowledgedLsn;
    this.#built = undefined;
  }

  /** Makes the changes of records that have been appended to the log. Answers with them if there is a graph already. */
  apply(records: readonly LogRecord[]): readonly Transaction[] {
    const store = this.#built?.store;
    if (store === undefined) return [];
    const transactions = records.map(({ bytes }) => decodeRecord(bytes));
    for (const transaction of transactions) store.apply(transaction);
    return transactions;
  }

  show(lsn: number): void {
    this.#shownLsn = Math.max(this.#shownLsn, lsn);
    const store = this.#built?.store;
    store?.acknowledge(Math.min(lsn, store.lsn));
  }

  #build() {
    if (this.#built !== undefined) return this.#built;
    const store = new this.#Store();
    for (const { lsn, hash } of this.#positions()) {
      const transaction = this.#archive.get(hashText(hash));
      if (transaction === undefined) throw new Error(`nobody has written lsn ${lsn}`);
      if (lsn <= this.#shownLsn) store.replay(transaction);
      else store.apply(transaction);
    }
    this.#built = this.#over(store);
    return this.#built;
  }

  #over(store: GraphStore) {
    const cluster = this.#cluster();
    return { store, engine: new Engine(store, { clusterId: cluster }), cluster };
  }
}

/** In the simulation a statement is done in the turn in which it begins. */
export function finish(execution: Execution): Execution {
  while (execution.next(Number.POSITIVE_INFINITY) === 'paused');
  return execution;
}

/** Which error it was; what is none of a client's is thrown on. */
export function graphErrorOf(error: unknown): GraphError {
  if (error instanceof GraphError) return error;
  throw error;
}
