/** What an engine's host tells and does about the storage under the graph. An engine alone has none. */
import type { RecoveryTarget } from '../cypher/ast.ts';
import type { GraphStore } from '../graph/graph-store.ts';
import type { Value } from '../value/value.ts';
import type { ChangeLog } from './change-log.ts';
import type { TransactionHost } from './transaction-host.ts';

export interface StorageHost {
  readonly changes: ChangeLog;
  readonly transactions: TransactionHost;
  /** What the host knows beside the graph: names and values, as SHOW STORAGE INFO lists them. */
  info(): readonly (readonly [name: string, value: Value])[];
  /** Complete snapshots, newest first. */
  snapshots(): readonly SnapshotInfo[];
  nextSnapshot(): NextSnapshot;
  /** Begins a snapshot. Errors: GraphError when one is being taken, or when nothing has changed since the last. */
  createSnapshot(): PendingSnapshot;
  /** Begins to build the graph as it was. Errors: GraphError when that is not known, is still to come, or is out of reach. */
  past(target: RecoveryTarget): PendingGraph;
}

/** An older graph that is being built. */
export interface PendingGraph {
  /** The transaction after which it was so. */
  readonly lsn: number;
  /** Builds a piece; answers with the graph when it is complete. Errors: damage, and that there is no room for it. */
  next(): GraphStore | undefined;
}

export interface SnapshotInfo {
  readonly path: string;
  /** The last transaction in it. */
  readonly lsn: number;
  /** In milliseconds since 1970; undefined where that was not kept. */
  readonly createdMs: number | undefined;
  readonly bytes: number;
}

export interface NextSnapshot {
  readonly path: string;
  /** Bytes of log since the last snapshot, and at how many the next is taken. */
  readonly walBytes: number;
  readonly dueAtWalBytes: number;
}

/** A snapshot that is being taken. */
export interface PendingSnapshot {
  /** Its path once it is complete; undefined before. Errors: what kept it from becoming complete. */
  path(): string | undefined;
}
