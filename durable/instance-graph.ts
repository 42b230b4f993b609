/**
 * The graph of an instance with its engine and its log: built from storage at the start, and built anew when the log is cut
 * off or a snapshot from MAIN takes its place.
 */
import { Engine } from '../core/engine/engine.ts';
import { INSTANCE_LIMITS } from '../core/engine/limits.ts';
import type { StorageHost } from '../core/engine/storage-host.ts';
import type { Transaction } from '../core/graph/delta.ts';
import { GraphStore } from '../core/graph/graph-store.ts';
import type { InstanceEffect } from '../core/replication/instance-event.ts';
import type { LogPosition, LogRecord } from '../core/replication/log.ts';
import type { EpochStart } from '../core/wal/log-index.ts';
import { decodeRecord, type EncodedRecord, encodeRecord } from '../core/wal/record.ts';
import type { Recovery } from '../core/wal/recovery.ts';
import { SegmentChanges } from '../core/wal/segment-changes.ts';
import { IndexPopulation } from './index-population.ts';
import { InstanceLog } from './instance-log.ts';
import type { Tables } from './tables.ts';

/** Bytes of graph that a write may fill: an object has some 128 MB, and statements, log and results need the rest. */
export const GRAPH_BYTES_MAX = 96 * 1024 * 1024;

/** Damaged places that cost nothing are told, up to so many: what is told is stored with the instance's state. */
const TOLD_MAX = 8;

/** What storage held. */
export interface Loaded {
  readonly position: LogPosition;
  readonly history: readonly EpochStart[];
  /** What is broken, and what is lost by it; undefined when the graph is whole. */
  readonly damage: string | undefined;
  /** The oldest version that understands all of it. */
  readonly needs: number;
}

export class InstanceGraph {
  readonly log: InstanceLog;
  readonly #storage: StorageHost;
  readonly #population = new IndexPopulation(() => this.#store);
  #store = new GraphStore();
  #engine: Engine;
  #changes = new SegmentChanges();
  /** The cluster that the engine puts into element ids. */
  #cluster: string | undefined;
  readonly #database: string;
  /** The newest version that is understood here. */
  readonly #newest: number;

  /** `database`: the name of the one whose graph it is. `storage`: what statements may ask and want of it. */
  constructor(tables: Tables, database: string, options: { readonly storage: StorageHost; readonly newest: number }) {
    const { storage, newest } = options;
    this.log = new InstanceLog(tables);
    this.#database = database;
    this.#newest = newest;
    this.#storage = storage;
    this.#engine = this.#engineOver(this.#store);
  }

  get store(): GraphStore {
    return this.#store;
  }

  get engine(): Engine {
    return this.#engine;
  }

  /** When the segments of the store were last changed. */
  get changes(): SegmentChanges {
    return this.#changes;
  }

  /** Builds the graph from what is stored. `acknowledgedLsn`: readers begin there. */
  load(from: { readonly cluster: string | undefined; readonly acknowledgedLsn: number }): Loaded {
    const store = { memoryBytesMax: GRAPH_BYTES_MAX };
    const recovery = this.log.recover({ acknowledgedLsn: from.acknowledgedLsn, store, newest: this.#newest });
    this.#store = recovery.store;
    this.#changes = recovery.changes;
    this.#cluster = from.cluster;
    this.#engine = this.#engineOver(this.#store);
    this.#population.begin();
    const { position, epochHistory: history, needs } = recovery;
    return { position, history, needs, damage: damageOf(recovery) };
  }

  /** The instance belongs to a cluster from now on. */
  join(cluster: string | undefined): void {
    if (cluster === this.#cluster) return;
    this.#cluster = cluster;
    this.#engine = this.#engineOver(this.#store);
  }

  /** A transaction has been committed to the graph by its writer. */
  note(transaction: Transaction): void {
    this.#changes.note(transaction);
    this.#population.begin();
  }

  /** Makes the changes of records from MAIN, which are in the log. */
  apply(records: readonly LogRecord[]): Transaction[] {
    const transactions = records.map(({ bytes }) => {
      const transaction = decodeRecord(bytes);
      this.#store.apply(transaction);
      this.#changes.note(transaction);
      return transaction;
    });
    this.#population.begin();
    return transactions;
  }

  /** Writes the record without changes that opens an epoch. */
  startEpoch({ epoch, lsn }: Extract<InstanceEffect, { type: 'startEpoch' }>): EncodedRecord {
    const commitMs = this.log.timeOfNext(Date.now());
    const record = encodeRecord({ epoch, lsn, previousHash: this.log.last.hash, commitMs, deltas: [] });
    this.#store.apply({ epoch, lsn, deltas: [] });
    this.log.append([record]);
    return record;
  }

  #engineOver(store: GraphStore): Engine {
    return new Engine(store, {
      clusterId: this.#cluster ?? '',
      database: this.#database,
      limits: INSTANCE_LIMITS,
      storage: this.#storage,
    });
  }

  /** Lets readers see transactions up to `lsn`: less where the log was found to end before, which is told as damage. */
  show(lsn: number): void {
    this.#store.acknowledge(Math.min(lsn, this.#store.lsn));
  }
}

function damageOf(recovery: Recovery): string | undefined {
  const { cut, harmless } = recovery;
  const more = harmless.length > TOLD_MAX ? [`and ${harmless.length - TOLD_MAX} more`] : [];
  const told = harmless.slice(0, TOLD_MAX).map(({ where, reason }) => `${where}: ${reason}`);
  const spared = [...told, ...more].join('; ');
  if (!cut) {
    if (spared !== '') console.warn(`damage in storage that cost nothing: ${spared}`);
    return undefined;
  }
  const resumes =
    cut.resumesAtLsn === undefined ? 'nothing after it can be read' : `it goes on at lsn ${cut.resumesAtLsn}`;
  const also = spared === '' ? '' : `; also damaged: ${spared}`;
  return `the log can be followed to lsn ${cut.lastSoundLsn} (row ${cut.row}: ${cut.reason}); ${resumes}${also}`;
}
