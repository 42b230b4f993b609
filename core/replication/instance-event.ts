/**
 * What happens to an instance, and what its machine wants done. Effects are carried out in order, all of them before the
 * next event; storage writes among them come before sends and replies, and the output gate keeps it so.
 */
import type { GraphError } from '../error.ts';
import type { ReplicationMode } from './assignment.ts';
import type { EpochStart } from './epoch-history.ts';
import type { InstanceRole, PersistedInstance } from './instance-state.ts';
import type { LogPosition, LogRecord, SnapshotDescription } from './log.ts';
import type {
  CoordinatorAddress,
  CoordinatorReply,
  CoordinatorRequest,
  InstanceAddress,
  InstanceReply,
  InstanceRequest,
} from './message.ts';

/** A transaction that the host has committed to the graph and handed to storage in this turn. */
export interface CommittedRecord {
  readonly lsn: number;
  readonly epoch: number;
  readonly hash: Uint8Array;
  /** The oldest version that understands it, where that is not the oldest there is. */
  readonly version?: number;
}

/** What an operator may say to one instance, where roles are given by hand. Texts are as he wrote them. */
export type ReplicationCommand =
  | { readonly type: 'becomeMain' | 'becomeReplica' }
  | {
      readonly type: 'registerReplica';
      readonly name: string;
      readonly mode: ReplicationMode;
      readonly endpoint: string;
    }
  | { readonly type: 'dropReplica'; readonly name: string };

export type InstanceEvent = { readonly nowMs: number } & (
  | {
      /** First of all events. `damage` tells what recovery found broken; the instance then goes into quarantine. */
      readonly type: 'loaded';
      readonly persisted: PersistedInstance | undefined;
      readonly position: LogPosition;
      readonly history: readonly EpochStart[];
      readonly damage: string | undefined;
      /** The oldest version that understands log and snapshots. Absent: the oldest there is. */
      readonly needs?: number;
    }
  /** Another object asks. Answered by one `reply` in the same step. */
  | { readonly type: 'request'; readonly request: InstanceRequest }
  /** The answer to the `send` with this `exchange`. */
  | { readonly type: 'reply'; readonly exchange: number; readonly reply: InstanceReply | CoordinatorReply }
  /** The `send` with this `exchange` failed. Whether it arrived is not known. */
  | { readonly type: 'unreachable'; readonly exchange: number }
  /** MAIN only: transactions now in the log, in order. */
  | { readonly type: 'committed'; readonly records: readonly CommittedRecord[] }
  /** A client has asked something of this instance. */
  | { readonly type: 'activity' }
  /** A client wants to read everything that is acknowledged now. Answered by `readReady` or `readRefused`, or not at all. */
  | { readonly type: 'freshRead'; readonly id: number }
  /** An operator gives roles by hand. Answered by one `operated`, now or later. */
  | { readonly type: 'operate'; readonly id: number; readonly command: ReplicationCommand }
  | { readonly type: 'tick' }
  /** The host found its storage or its graph broken. */
  | { readonly type: 'damaged'; readonly reason: string }
);

/** A SYNC replica without which transactions were acknowledged. Told to the client as a notification, not as an error. */
export interface SyncReplicationFailure {
  readonly replica: string;
  /** Ready to be shown; the wording is Memgraph's. */
  readonly message: string;
}

export type InstanceEffect =
  /** Store the record in place of the last one. */
  | { readonly type: 'persistState'; readonly record: PersistedInstance }
  /** REPLICA: append to the WAL as they are. */
  | { readonly type: 'appendWal'; readonly records: readonly LogRecord[] }
  /** REPLICA: apply to the graph, which is at the record before. */
  | { readonly type: 'apply'; readonly records: readonly LogRecord[] }
  /** Move what follows `lsn` out of the log, into a table of its own, and rebuild the graph from storage. */
  | { readonly type: 'truncateAfter'; readonly lsn: number; readonly keepAside: true }
  /** Keep a chunk of an arriving snapshot. Chunk 0 throws away what an earlier transfer left. */
  | {
      readonly type: 'storeSnapshotChunk';
      readonly snapshot: SnapshotDescription;
      readonly chunk: number;
      readonly bytes: Uint8Array;
    }
  /**
   * All chunks are there: check them, set aside what the log holds after `keepAsideAfterLsn` (undefined: nothing), put
   * the snapshot in place of graph and log, rebuild the graph.
   */
  | {
      readonly type: 'installSnapshot';
      readonly snapshot: SnapshotDescription;
      readonly keepAsideAfterLsn: number | undefined;
    }
  /** MAIN: a replica needs a snapshot and there is none. */
  | { readonly type: 'takeSnapshot' }
  /** MAIN: write the record without deltas that opens the epoch, then hand in `committed` for it. */
  | { readonly type: 'startEpoch'; readonly epoch: number; readonly lsn: number }
  /** `main` names the MAIN to send writers to; undefined when it is not known. Writes are taken in role `main` only. */
  | {
      readonly type: 'changeRole';
      readonly role: InstanceRole;
      readonly epoch: number;
      readonly main: string | undefined;
    }
  /** MAIN hands over: what is being written is rolled back and goes to the next MAIN, as all that waits to write. */
  | { readonly type: 'interruptWrites'; readonly reason: string }
  /** Readers see up to `lsn`; subscribers are told. */
  | { readonly type: 'setVisible'; readonly lsn: number }
  /** Answer the clients that wait for transactions up to `upToLsn`. */
  | {
      readonly type: 'acknowledge';
      readonly upToLsn: number;
      readonly notifications: readonly SyncReplicationFailure[];
    }
  /** MAIN: what is visible now is everything that was acknowledged when these reads came. */
  | { readonly type: 'readReady'; readonly ids: readonly number[] }
  | {
      readonly type: 'readRefused';
      readonly ids: readonly number[];
      readonly reason: 'notMain' | 'overloaded' | 'manual';
    }
  /** What the operator wanted is done, or why not. */
  | { readonly type: 'operated'; readonly id: number; readonly error: GraphError | undefined }
  /** Clients that wait for `fromLsn` or later are told that nothing was done: the transactions are void everywhere, for ever. */
  | { readonly type: 'abort'; readonly fromLsn: number; readonly reason: string }
  /** Clients that wait for `fromLsn` or later get "outcome unknown" (08007): the transactions may survive or not. */
  | { readonly type: 'fail'; readonly fromLsn: number; readonly reason: string }
  /** Ask another object; hand in `reply` or `unreachable` with the same `exchange`. */
  | {
      readonly type: 'send';
      readonly exchange: number;
      readonly to: InstanceAddress;
      readonly message: InstanceRequest;
    }
  | {
      readonly type: 'send';
      readonly exchange: number;
      readonly to: CoordinatorAddress;
      readonly message: CoordinatorRequest;
    }
  /** The answer to the `request` being handled. */
  | { readonly type: 'reply'; readonly message: InstanceReply }
  /** The instance takes part in nothing until an operator looks at it. */
  | { readonly type: 'quarantine'; readonly reason: string }
  /** Delete everything this instance has stored. */
  | { readonly type: 'wipe' }
  /** Send a `tick` at `atMs` in place of any earlier wish; undefined: none is wanted. */
  | { readonly type: 'requestTick'; readonly atMs: number | undefined };
