/**
 * What instances and coordinators say to each other about a database: plain data that MessagePack carries. Each exchange is
 * a request and its reply. Requests and replies may be lost, late, repeated or overtaken; so a reply always tells
 * where the sender's log stands, and never just "done".
 */

import { isUnderstood, VERSION_MIN } from '../version.ts';
import { versionOfRecord } from '../wal/record.ts';
import { type Assignment, versionOfAssignment } from './assignment.ts';
import type { CoordinatorGroup } from './coordinator-group.ts';
import type { EpochStart } from './epoch-history.ts';
import type { LogPosition, LogRecord, RecordHash, SnapshotDescription } from './log.ts';

/** What every message carries. The machine (not the host) refuses what is late, of another cluster or of a foreign version. */
export interface Envelope {
  /** The oldest version that has the means to say this (core/version.ts). */
  readonly version: number;
  /** The newest version that the sender understands. Absent in the messages of builds of version 1. */
  readonly newest?: number;
  readonly database: string;
  readonly cluster: string;
  /** The epoch that the sender lives in. */
  readonly epoch: number;
  readonly from: { readonly name: string; readonly region: string };
  /** The receiver drops the message after this moment, in milliseconds since 1970. */
  readonly deadlineMs: number;
  /** Of a coordinator whose group is not the one that it began with. */
  readonly coordinators?: CoordinatorGroup;
}

/** Where a message goes. `region` is the location hint: asking an object that was never there creates it. */
export interface InstanceAddress {
  readonly kind: 'instance';
  readonly database: string;
  readonly name: string;
  readonly region: string;
}

/** A coordinator, named as in `Assignment.coordinators`. Without a region it is one of those that the group began with. */
export interface CoordinatorAddress {
  readonly kind: 'coordinator';
  readonly name: string;
  readonly region?: string;
}

// ── MAIN to REPLICA ──

/** Records that follow (`previousLsn`, `previousHash`). Without records it is a heartbeat that carries `acknowledgedLsn`. */
export interface AppendRequest {
  readonly type: 'append';
  readonly previousLsn: number;
  readonly previousHash: RecordHash;
  readonly records: readonly LogRecord[];
  readonly acknowledgedLsn: number;
  /** Replicas that the receiver is to feed. Absent: none. */
  readonly relayTo?: readonly RelayTarget[];
  /** MAIN, where a replica passes on what it has from there. */
  readonly main?: string;
}

/** A replica that another one is to feed. */
export interface RelayTarget {
  readonly name: string;
  readonly region: string;
}

/** How far a replica is that another one feeds. `reached`: it has answered last. */
export interface RelayedReport {
  readonly name: string;
  readonly storedLsn: number;
  readonly toldLsn: number;
  readonly reached: boolean;
  /** The newest version that it understands, as it told last. */
  readonly newest?: number | undefined;
}

/**
 * `stored`: the log reaches `stored.lsn` and agrees with MAIN's so far. `gap`: records before `previousLsn` are missing.
 * `diverged`: the log branches off before `previousLsn`. `sealed`, `stale`: the epoch is over, `epoch` is the higher one.
 * `needsSnapshot`: this log cannot be continued from records. `damaged`: it is of no use any more, and wants a snapshot in its place.
 * `quarantined`: the instance takes part in nothing.
 */
export type AppendOutcome =
  | 'stored'
  | 'gap'
  | 'diverged'
  | 'sealed'
  | 'stale'
  | 'needsSnapshot'
  | 'damaged'
  | 'quarantined';

export interface AppendReply {
  readonly type: 'appended';
  readonly epoch: number;
  readonly outcome: AppendOutcome;
  readonly stored: LogPosition;
  /** The epochs of the log, when MAIN has to find where it branched off (`gap`, `diverged`); else empty. */
  readonly history: readonly EpochStart[];
  /** The replicas that it feeds, when it could. Absent: none. */
  readonly relayed?: readonly RelayedReport[];
}

/** One chunk, numbered from 0. The host stores chunks aside; they replace the graph when the last one is there. */
export interface InstallSnapshotRequest {
  readonly type: 'installSnapshot';
  readonly snapshot: SnapshotDescription;
  readonly chunk: number;
  readonly bytes: Uint8Array;
  readonly acknowledgedLsn: number;
  /** As in an append. */
  readonly main?: string;
}

/** `nextChunk === chunkCount`: all of it is there and has been installed; `stored` is then the snapshot's position. */
export interface InstallSnapshotReply {
  readonly type: 'snapshotStored';
  readonly epoch: number;
  readonly outcome: 'stored' | 'sealed' | 'stale' | 'quarantined';
  readonly snapshotId: string;
  readonly nextChunk: number;
  readonly stored: LogPosition;
}

// ── coordinator to instance ──

/** A failover to `epoch` has begun: refuse every earlier epoch for ever, and tell how far the log reaches. */
export interface SealRequest {
  readonly type: 'seal';
  readonly epoch: number;
}

export type Ineligibility = 'empty' | 'quarantined' | 'foreign';

export interface SealReply {
  readonly type: 'sealed';
  /** The epoch asked for; a higher one when the instance already lives in a later epoch. */
  readonly epoch: number;
  readonly stored: LogPosition;
  readonly eligible: boolean;
  readonly reason: Ineligibility | undefined;
}

export interface AssignRequest {
  readonly type: 'assign';
  readonly assignment: Assignment;
  /** The database has just been created: its MAIN starts from nothing. In every other case an empty instance is never MAIN. */
  readonly created: boolean;
}

// ── MAIN to an instance that is to be its replica, where roles are given by hand ──

/** `assignment` has the receiver among its instances. `registers`: an operator has asked for it just now; else a replica is reminded. */
export interface FollowRequest {
  readonly type: 'follow';
  readonly assignment: Assignment;
  readonly registers: boolean;
}

/** `main`: it is MAIN itself. `stale`: it has followed the MAIN of the higher `epoch`. `quarantined`: it takes part in nothing. */
export interface FollowReply {
  readonly type: 'followed';
  readonly outcome: 'following' | 'main' | 'stale' | 'quarantined';
  readonly epoch: number;
}

/** What an instance tells of itself; answers `assign` and `probe`. */
export interface InstanceReport {
  /** Undefined when the instance belongs to no cluster yet, or no more. */
  readonly cluster: string | undefined;
  readonly epoch: number;
  /** Version of the assignment it follows; 0 before the first. */
  readonly version: number;
  readonly role: 'main' | 'replica' | 'none';
  readonly stored: LogPosition;
  readonly acknowledgedLsn: number;
  readonly quarantine: string | undefined;
  /** The oldest version that understands all that is stored here. Absent: the oldest there is. */
  readonly needs?: number;
  /** MAIN's view of its replicas; empty elsewhere. */
  readonly replicas: readonly ReplicaReport[];
}

export interface AssignReply {
  readonly type: 'assigned';
  readonly report: InstanceReport;
}

/** Asks how the instance is. Changes nothing. */
export interface ProbeRequest {
  readonly type: 'probe';
}

export interface ProbeReply {
  readonly type: 'probed';
  readonly report: InstanceReport;
}

/** MAIN is about to be relieved: it takes no writes from clients for `forMs` after the last of these questions. */
export interface DrainRequest {
  readonly type: 'drain';
  readonly forMs: number;
}

/** It has nothing left to hand over when all that is in its log is acknowledged. */
export interface DrainReply {
  readonly type: 'draining';
  readonly report: InstanceReport;
}

/** The database is dropped, or the instance is no longer part of it: it forgets everything. */
export interface DropRequest {
  readonly type: 'drop';
  /** An instance that follows a newer assignment has been taken back since, and does not look at this. */
  readonly version?: number;
}

export interface DropReply {
  readonly type: 'dropped';
}

// ── MAIN to coordinator ──

/** Memgraph's states of a replica; `behind` is shown as `invalid` there. */
export type ReplicaState = 'ready' | 'replicating' | 'behind' | 'recovery' | 'diverged';

export interface ReplicaReport {
  readonly name: string;
  readonly storedLsn: number;
  readonly state: ReplicaState;
  /** Milliseconds since MAIN last heard of it; undefined when it has not in this tenure. */
  readonly silentMs: number | undefined;
  /** Age of the oldest transaction that it lacks, in milliseconds; undefined when MAIN does not know it. */
  readonly lagMs?: number | undefined;
  /** Its upstream feeds it, and not MAIN. */
  readonly relayed?: boolean;
}

export interface RenewLeaseRequest {
  readonly type: 'renewLease';
  readonly report: InstanceReport;
}

/** `leaseMs` counts from the moment the request was *sent*. A higher epoch in `assignment` deposes the asker. */
export interface LeaseReply {
  readonly type: 'lease';
  readonly granted: boolean;
  readonly leaseMs: number;
  /** How often MAIN is to renew it: instance_health_check_frequency_sec. */
  readonly renewEveryMs?: number;
  /** What MAIN has told before that it had acknowledged: a log that ends before that has lost its end. */
  readonly acknowledgedLsn?: number;
  readonly assignment: Assignment | undefined;
}

export interface ReleaseLeaseRequest {
  readonly type: 'releaseLease';
  readonly report: InstanceReport;
}

export interface ReleaseLeaseReply {
  readonly type: 'leaseReleased';
}

/** Compare-and-set: done only if the assignment still has this epoch and this version. Every success raises the version. */
export interface ChangeInSyncRequest {
  readonly type: 'changeInSync';
  readonly change: 'add' | 'remove';
  readonly instance: string;
  readonly version: number;
}

/**
 * A STRICT_SYNC replica does not answer: what follows `afterLsn` is not to be. Compare-and-set, as a change of the in-sync set, and
 * answered in the same way. Success ends the epoch: MAIN goes on in the next one from `afterLsn`.
 */
export interface AbortRequest {
  readonly type: 'abort';
  readonly afterLsn: number;
  readonly version: number;
}

export interface ChangeInSyncReply {
  readonly type: 'inSyncChanged';
  readonly changed: boolean;
  /** Why not; undefined when it was changed. */
  readonly reason: string | undefined;
  /** What holds now, where the coordinator knows it. */
  readonly assignment: Assignment | undefined;
}

// ── refusals ──

/** The coordinator that was asked does not lead. */
export interface NotLeaderReply {
  readonly type: 'notLeader';
  readonly leader: string | undefined;
}

/** The message was not looked at. */
export interface RefusedReply {
  readonly type: 'refused';
  readonly reason: 'late' | 'foreignCluster' | 'version' | 'unknownDatabase' | 'overloaded';
}

export type InstanceRequestBody =
  | AppendRequest
  | InstallSnapshotRequest
  | SealRequest
  | AssignRequest
  | FollowRequest
  | ProbeRequest
  | DrainRequest
  | DropRequest;
export type InstanceReplyBody =
  | AppendReply
  | InstallSnapshotReply
  | SealReply
  | AssignReply
  | FollowReply
  | ProbeReply
  | DrainReply
  | DropReply
  | RefusedReply;
export type CoordinatorRequestBody = RenewLeaseRequest | ReleaseLeaseRequest | ChangeInSyncRequest | AbortRequest;
export type CoordinatorReplyBody = LeaseReply | ReleaseLeaseReply | ChangeInSyncReply | NotLeaderReply | RefusedReply;

export interface Message<Body> {
  readonly envelope: Envelope;
  readonly body: Body;
}

/** What an instance can be asked. */
export type InstanceRequest = Message<InstanceRequestBody>;
/** What an instance answers. */
export type InstanceReply = Message<InstanceReplyBody>;
/** What a coordinator can be asked by an instance. */
export type CoordinatorRequest = Message<CoordinatorRequestBody>;
/** What a coordinator answers an instance. */
export type CoordinatorReply = Message<CoordinatorReplyBody>;

/** The oldest version that has the means to say what a message says. What older code passes over without harm needs none. */
export function versionOf(
  body: InstanceRequestBody | InstanceReplyBody | CoordinatorRequestBody | CoordinatorReplyBody,
) {
  switch (body.type) {
    case 'append':
      return Math.max(VERSION_MIN, ...body.records.map(({ bytes }) => versionOfRecord(bytes)));
    case 'installSnapshot':
      return body.snapshot.version ?? VERSION_MIN;
    case 'assign':
    case 'follow':
    case 'lease':
    case 'inSyncChanged':
      return body.assignment === undefined ? VERSION_MIN : versionOfAssignment(body.assignment);
    default:
      return VERSION_MIN;
  }
}

/** Why a message is not looked at; undefined when it may be. `cluster` undefined: the receiver belongs to none yet. */
export function refusalOf(
  envelope: Envelope,
  receiver: { readonly cluster: string | undefined; readonly newest: number; readonly nowMs: number },
): RefusedReply['reason'] | undefined {
  if (!isUnderstood(envelope.version, receiver.newest)) return 'version';
  if (receiver.nowMs > envelope.deadlineMs) return 'late';
  if (receiver.cluster !== undefined && envelope.cluster !== receiver.cluster) return 'foreignCluster';
  return undefined;
}
