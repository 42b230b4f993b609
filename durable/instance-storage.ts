/** What an instance tells and does about its storage when a statement asks: SHOW STORAGE INFO, SHOW SNAPSHOTS, CREATE SNAPSHOT. */

import type { RecoveryTarget } from '../core/cypher/ast.ts';
import type { ChangeLog } from '../core/engine/change-log.ts';
import type {
  NextSnapshot,
  PendingGraph,
  PendingSnapshot,
  SnapshotInfo,
  StorageHost,
} from '../core/engine/storage-host.ts';
import type { TransactionHost } from '../core/engine/transaction-host.ts';
import { GraphError } from '../core/error.ts';
import { decodeBookmark } from '../core/replication/bookmark.ts';
import { epochAt } from '../core/replication/epoch-history.ts';
import type { InstanceState } from '../core/replication/instance-state.ts';
import type { Value } from '../core/value/value.ts';
import { InstanceChangeLog } from './instance-change-log.ts';
import { GRAPH_BYTES_MAX } from './instance-graph.ts';
import type { InstanceLog } from './instance-log.ts';
import type { InstanceAddress } from './names.ts';
import { SNAPSHOT_AFTER_BYTES, type SnapshotTaker } from './snapshot-taker.ts';

export interface StorageParts {
  readonly address: InstanceAddress;
  /** Bytes of the object's SQLite, free pages included. */
  databaseBytes(): number;
  log(): InstanceLog;
  snapshots(): SnapshotTaker;
  state(): InstanceState;
  /** Those that are open. */
  transactions(): TransactionHost;
  /** Bytes of the graph in memory. */
  graphBytes(): number;
}

export class InstanceStorage implements StorageHost {
  readonly changes: ChangeLog;
  readonly #parts: StorageParts;

  constructor(parts: StorageParts) {
    this.#parts = parts;
    this.changes = new InstanceChangeLog(parts);
  }

  get transactions(): TransactionHost {
    return this.#parts.transactions();
  }

  info(): readonly (readonly [string, Value])[] {
    const { address } = this.#parts;
    const state = this.#parts.state();
    const log = this.#parts.log();
    return [
      ['name', address.database],
      ['database_uuid', state.cluster ?? null],
      ['disk_usage', this.#parts.databaseBytes()],
      ['allocation_limit', GRAPH_BYTES_MAX],
      ['health', state.quarantine === undefined ? 'ready' : 'quarantine'],
      ['instance', address.instance],
      ['role', state.role],
      ['epoch', state.epoch],
      ['lsn', state.stored.lsn],
      ['acknowledged_lsn', state.acknowledgedLsn],
      ['first_lsn_in_wal', log.firstLsn],
      ['wal_size', log.walBytes],
      ['snapshot_count', log.snapshots().length],
      ['diverged_rows', log.divergedRows],
    ];
  }

  snapshots(): readonly SnapshotInfo[] {
    return this.#parts.log().snapshots();
  }

  nextSnapshot(): NextSnapshot {
    const log = this.#parts.log();
    return {
      path: log.nextSnapshotName,
      walBytes: log.walBytesSinceSnapshot,
      dueAtWalBytes: SNAPSHOT_AFTER_BYTES,
    };
  }

  past(target: RecoveryTarget): PendingGraph {
    const log = this.#parts.log();
    const lsn = this.#lsnOf(target);
    const { acknowledgedLsn } = this.#parts.state();
    if (lsn > acknowledgedLsn) throw outOfReach(`The last transaction is ${acknowledgedLsn}, before ${lsn}.`);
    if (lsn < log.reach) {
      throw outOfReach(
        `The graph can be recovered as it was after transaction ${log.reach} or later ones, not after ${lsn}.`,
      );
    }
    const graph = log.past(lsn, GRAPH_BYTES_MAX - this.#parts.graphBytes());
    return { lsn, next: () => graph.next() };
  }

  #lsnOf(target: RecoveryTarget): number {
    if (target.type === 'transaction') return target.lsn;
    if (target.type === 'moment') return this.#lsnAt(target.atMs);
    if (target.type === 'snapshot') {
      const snapshots = this.#parts.log().snapshots();
      const snapshot = snapshots.find(({ path }) => path === target.path);
      if (snapshot) return snapshot.lsn;
      const there = snapshots.map(({ path }) => `'${path}'`).join(' and ') || 'none';
      throw outOfReach(`There is no snapshot '${target.path.slice(0, 80)}' here; there is ${there}.`);
    }
    const state = this.#parts.state();
    const bookmark = decodeBookmark(target.bookmark);
    if (bookmark === undefined || bookmark.cluster !== state.cluster) {
      throw outOfReach('This is no bookmark of this database.');
    }
    const epoch = bookmark.lsn > state.stored.lsn ? bookmark.epoch : epochAt(state.history, bookmark.lsn);
    if (bookmark.lsn === 0 || epoch === bookmark.epoch) return bookmark.lsn;
    throw outOfReach(
      `The transaction ${bookmark.lsn} of epoch ${bookmark.epoch} was lost in a failover, or is too old.`,
    );
  }

  /** The last transaction at a moment. */
  #lsnAt(atMs: number): number {
    const log = this.#parts.log();
    if (atMs > log.timeOfNext(Date.now())) throw outOfReach(`${shownTime(atMs)} is still to come.`);
    const found = log.lastCommittedBy(atMs, this.#parts.state().acknowledgedLsn);
    if (found.type === 'found') return found.lsn;
    if (found.type === 'untimed') {
      throw outOfReach(
        `It is not known when the transactions up to ${found.lsn} were committed: an earlier version did.`,
      );
    }
    // The log begins after a snapshot, and what that holds had been committed when it was taken.
    const base = log.firstLsn - 1;
    const isBase = (snapshot: SnapshotInfo) => snapshot.lsn === base && (snapshot.createdMs ?? atMs + 1) <= atMs;
    if (base > 0 && log.snapshots().some(isBase)) return base;
    const first = found.firstMs === undefined ? '' : `, which was committed at ${shownTime(found.firstMs)}`;
    throw outOfReach(`The log goes back to transaction ${log.firstLsn}${first}, and not to ${shownTime(atMs)}.`);
  }

  createSnapshot(): PendingSnapshot {
    const log = this.#parts.log();
    const taker = this.#parts.snapshots();
    const lsn = this.#parts.state().acknowledgedLsn;
    if (taker.isTaking) throw refused('A snapshot is being taken. SHOW SNAPSHOTS lists it when it is complete.');
    if (lsn <= (log.snapshots()[0]?.lsn ?? 0)) {
      throw refused(`There is nothing to take a snapshot of that the last one does not hold, at transaction ${lsn}.`);
    }
    let path: string | undefined;
    let failure: unknown;
    taker.take().then(
      (taken) => {
        path = taken;
        failure =
          taken === undefined ? refused('The graph was replaced while the snapshot was being taken.') : undefined;
      },
      (error: unknown) => {
        failure = error;
      },
    );
    return {
      path() {
        if (failure !== undefined) throw failure;
        return path;
      },
    };
  }
}

function outOfReach(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}

function refused(message: string): GraphError {
  return new GraphError('Neo.ClientError.Request.Invalid', message);
}

/** As far as a calendar goes; beyond it the number itself. */
function shownTime(atMs: number): string {
  const date = new Date(atMs);
  return Number.isNaN(date.getTime()) ? `${atMs} ms` : date.toISOString();
}
