/** A graph as it was at an earlier transaction: built beside the present one from a snapshot and the log after it, in slices. */
import { GraphError } from '../error.ts';
import type { Transaction } from '../graph/delta.ts';
import { GraphStore } from '../graph/graph-store.ts';
import type { StoredSnapshot } from './recovery.ts';
import { SnapshotDecoder } from './restore-snapshot.ts';

export interface PastGraphSource {
  /** The transaction after which the graph is wanted. */
  readonly lsn: number;
  /** Snapshots of that transaction or earlier ones, newest first, each with the lsn it holds; none where the log goes back to the beginning. */
  readonly snapshots: readonly (StoredSnapshot & { readonly lsn: number })[];
  /** The first transaction that the log has. */
  readonly firstLsn: number;
  /** Some of the transactions from one lsn to another, at least one. Errors: damage. */
  readonly read: (fromLsn: number, throughLsn: number) => readonly Transaction[];
  /** What the graph may take. */
  readonly bytesMax: number;
}

export class PastGraph {
  readonly #source: PastGraphSource;
  #nextSnapshot = 0;
  #decoder: SnapshotDecoder | undefined;
  #store: GraphStore | undefined;
  /** Why a snapshot could not be used. */
  #damage: GraphError | undefined;

  constructor(source: PastGraphSource) {
    this.#source = source;
  }

  /**
   * Reads a segment, or some transactions. Answers with the graph when it is complete. Errors: that it cannot be built, as too much is
   * damaged; that there is no room for it.
   */
  next(): GraphStore | undefined {
    if (this.#store === undefined) this.#begin();
    else if (this.#store.lsn < this.#source.lsn) this.#follow(this.#store);
    const { lsn, bytesMax } = this.#source;
    // A snapshot is looked at after each segment: as a whole it may be more than the host has room for.
    const { memoryBytes = 0 } = this.#store ?? this.#decoder ?? {};
    if (memoryBytes > bytesMax) throw noRoom(bytesMax);
    if (this.#store === undefined || this.#store.lsn < lsn) return undefined;
    this.#store.acknowledge(lsn);
    return this.#store;
  }

  #begin(): void {
    const { snapshots, firstLsn } = this.#source;
    const snapshot = snapshots[this.#nextSnapshot];
    if (snapshot === undefined) {
      if (firstLsn > 1) throw this.#damage ?? outOfReach(this.#source);
      this.#store = new GraphStore();
      return;
    }
    try {
      this.#decoder ??= new SnapshotDecoder(snapshot.manifest, snapshot.read);
      this.#store = this.#decoder.next(1);
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      this.#damage = error;
      this.#decoder = undefined;
      this.#nextSnapshot += 1;
    }
  }

  #follow(store: GraphStore): void {
    const { lsn, read, firstLsn } = this.#source;
    if (store.lsn + 1 < firstLsn) throw this.#damage ?? outOfReach(this.#source);
    const transactions = read(store.lsn + 1, lsn);
    if (transactions.length === 0) throw outOfReach(this.#source);
    for (const transaction of transactions) store.replay(transaction);
  }
}

function outOfReach({ lsn, firstLsn }: PastGraphSource): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.ArgumentError',
    `The graph after transaction ${lsn} cannot be built any more: the log begins with transaction ${firstLsn}.`,
  );
}

function noRoom(bytesMax: number): GraphError {
  return new GraphError(
    'Neo.TransientError.General.MemoryPoolOutOfMemoryError',
    `There is no room for the older graph beside the present one: it may take ${bytesMax} bytes.`,
  );
}
