/** The state of one coordinator: Raft's, what its log says, and what a leader knows besides, which may be lost at any moment. */
import type { MemberId } from '../raft/message.ts';
import { type PersistedState, type RaftConfiguration, type RaftState, restore } from '../raft/state.ts';
import type { CoordinatorRequest, InstanceReport, SealReply } from '../replication/message.ts';
import { VERSION_MIN } from '../version.ts';
import { effectiveSettings } from './cluster-settings.ts';
import { type ClusterState, EMPTY_CLUSTER, type FailoverReason, type MainChoice } from './cluster-state.ts';
import { decodeCluster, versionOfEncoded } from './command-codec.ts';
import type { WorkerRequest } from './request.ts';

export interface CoordinatorSettings {
  /** A lease's length, and how long an instance may be silent before it counts as down: instance_down_timeout_sec. */
  readonly leaseMs: number;
  /** The longest lease that a leader before this one may have granted, where it was longer than this one's. */
  readonly longestLeaseMs: number;
  /** A lease is granted if a quorum confirmed the leadership within this time, else after it has been asked. */
  readonly confirmedWithinMs: number;
  /** Added to every lease by the leader, for clocks that run at different speeds. */
  readonly leaseMarginMs: number;
  /** How often the leader looks after what is unfinished: instance_health_check_frequency_sec. */
  readonly checkEveryMs: number;
  /** A request to an instance without an answer for this long counts as unreachable. */
  readonly exchangeTimeoutMs: number;
  /** After the first answer to a seal, the others are waited for this long. */
  readonly sealWaitMs: number;
  /** An instance that was reported is down after this long without an answer to probes. */
  readonly suspectMs: number;
  /** MAIN gets this long to hand over; meanwhile nothing is written. */
  readonly handoverMs: number;
  /** SHOW INSTANCES and CREATE DATABASE wait this long for instances that do not answer. */
  readonly showWaitMs: number;
  readonly createWaitMs: number;
  /** The group falls silent after this long without a request, and with unfinished work after the second time. */
  readonly idleMs: number;
  readonly giveUpMs: number;
}

export const DEFAULT_COORDINATOR_SETTINGS: CoordinatorSettings = {
  leaseMs: 5_000,
  longestLeaseMs: 0,
  confirmedWithinMs: 1_000,
  leaseMarginMs: 500,
  checkEveryMs: 1_000,
  exchangeTimeoutMs: 2_000,
  sealWaitMs: 500,
  suspectMs: 2_000,
  handoverMs: 2_500,
  showWaitMs: 1_000,
  createWaitMs: 5_000,
  idleMs: 10_000,
  giveUpMs: 60_000,
};

export interface CoordinatorConfiguration {
  readonly raft: RaftConfiguration;
  readonly settings?: Partial<CoordinatorSettings>;
}

/** What a leader knows of an instance. */
export interface Health {
  /** When it last answered; undefined: not since this leader leads. */
  readonly heardAtMs: number | undefined;
  readonly report: InstanceReport | undefined;
  /** The newest version that it understands, as it told last. */
  readonly newest: number | undefined;
  /** Failures in a row since it last answered, and when the first of them was. */
  readonly failures: number;
  readonly failingSinceMs: number | undefined;
  /** The question on its way: one at a time. */
  readonly exchange: number | undefined;
  readonly askedAtMs: number;
  /** Its database is being dropped, and it has forgotten everything. */
  readonly forgotten: boolean;
}

/** An operator wants another MAIN, or none: MAIN first lets everything be acknowledged, and takes nothing new meanwhile. */
export interface Handover {
  readonly choice: MainChoice;
  readonly reason: FailoverReason;
  /** It is given up when MAIN is not ready by then. */
  readonly untilMs: number;
  /** When MAIN is asked again. */
  readonly askAtMs: number;
}

/** What a leader knows of a database. */
export interface Watch {
  /** By name. */
  readonly instances: ReadonlyMap<string, Health>;
  /** Every lease granted by this leader, or perhaps by one before it, has run out at this moment. */
  readonly leaseUntilMs: number;
  /** MAIN holds a lease and has not given it back. */
  readonly active: boolean;
  /** A Worker reported MAIN, and nothing has been heard of it since. */
  readonly suspectedAtMs: number | undefined;
  /** Answers to the seal for the failover that runs, by name. */
  readonly sealed: ReadonlyMap<string, SealReply>;
  /** What MAIN is known to have acknowledged in this epoch. Who holds less has lost something. */
  readonly acknowledgedLsn: number;
  /** When the first usable answer to the seal came. */
  readonly sealedAtMs: number | undefined;
  /** A command about this database is in the log, not yet committed: no second one is proposed. */
  readonly proposing: boolean;
  /** MAIN is to be relieved, and is handing over. */
  readonly handover: Handover | undefined;
  /** The instance chosen for the current epoch was told so, and did not become MAIN: it has lost its storage since. */
  readonly refused: boolean;
}

/** A command whose fate is awaited. */
export interface Proposal {
  readonly id: string;
  /** Undefined until Raft has put it in the log. */
  readonly index: number | undefined;
  readonly term: number | undefined;
  /** Undefined when it concerns them all. */
  readonly database: string | undefined;
  /** Who is to be answered. */
  readonly purpose:
    | { readonly type: 'own' }
    | { readonly type: 'worker'; readonly id: string; readonly request: WorkerRequest }
    | { readonly type: 'instance'; readonly id: string; readonly request: CoordinatorRequest };
}

/** A question that waits for the confirmation of the leadership. */
export interface PendingRead {
  readonly id: string;
  readonly purpose:
    | { readonly type: 'worker'; readonly id: string; readonly request: WorkerRequest }
    | { readonly type: 'instance'; readonly id: string; readonly request: CoordinatorRequest };
}

/** What is asked for came with `version`. `spared`: a member that need not understand it, since it is to go. */
export interface VersionNeed {
  readonly version: number;
  readonly spared?: MemberId;
}

/** A Worker that waits for instances to answer. */
export interface Waiting {
  readonly id: string;
  readonly untilMs: number;
  readonly wants:
    | {
        readonly type: 'instances';
        readonly request: Extract<WorkerRequest, { type: 'showInstances' | 'show' }>;
        readonly exchanges: readonly number[];
      }
    | Operated
    /** That all members tell which version they understand. */
    | { readonly type: 'told'; readonly request: WorkerRequest; readonly need: VersionNeed }
    | { readonly type: 'created'; readonly database: string; readonly cluster: string }
    | { readonly type: 'dropped'; readonly database: string; readonly cluster: string };
}

/** What an operator wanted, in the epoch in which he asked. */
export interface Operated {
  readonly type: 'operated';
  readonly request: Extract<WorkerRequest, { type: 'operate' }>;
  readonly epoch: number;
}

/** A question to an instance that is on its way, and the epoch that it was asked in. */
export interface Exchange {
  readonly database: string;
  readonly name: string;
  readonly epoch: number;
  readonly sentAtMs: number;
}

export interface CoordinatorState {
  readonly self: MemberId;
  /** The times that hold: the defaults, and what the log says otherwise. */
  readonly settings: CoordinatorSettings;
  readonly defaults: CoordinatorSettings;
  readonly raft: RaftState;
  readonly cluster: ClusterState;
  /** Whether this coordinator leads. Raft may know of the end already while this is still to be carried out. */
  readonly leads: boolean;
  /** By database. Empty on followers. */
  readonly watches: ReadonlyMap<string, Watch>;
  readonly proposals: readonly Proposal[];
  readonly reads: readonly PendingRead[];
  readonly waiting: readonly Waiting[];
  /** Where each question on its way has gone. */
  readonly exchanges: ReadonlyMap<number, Exchange>;
  readonly nextId: number;
  readonly activityAtMs: number;
  readonly checkAtMs: number;
  readonly tickAtMs: number | undefined;
}

/** A coordinator as it comes back from storage. */
export function restoreCoordinator(
  configuration: CoordinatorConfiguration,
  persisted: PersistedState,
): CoordinatorState {
  const defaults = { ...DEFAULT_COORDINATOR_SETTINGS, ...configuration.settings };
  const raft = restore(configuration.raft, withVersions(persisted));
  const cluster = persisted.snapshot === undefined ? EMPTY_CLUSTER : decodeCluster(persisted.snapshot.data);
  return {
    self: configuration.raft.self,
    settings: effectiveSettings(defaults, cluster),
    defaults,
    raft,
    cluster,
    leads: false,
    watches: new Map(),
    proposals: [],
    reads: [],
    waiting: [],
    exchanges: new Map(),
    nextId: 1,
    activityAtMs: Number.NEGATIVE_INFINITY,
    checkAtMs: Number.NEGATIVE_INFINITY,
    tickAtMs: undefined,
  };
}

/** Storage keeps commands and states as bytes, which tell the version that they need. */
function withVersions({ entries, snapshot, ...vote }: PersistedState): PersistedState {
  const versionOf = (bytes: Uint8Array | null) => {
    const version = bytes === null ? VERSION_MIN : versionOfEncoded(bytes);
    return version > VERSION_MIN && { version };
  };
  return {
    ...vote,
    entries: entries.map((entry) => ({ ...entry, ...versionOf(entry.command) })),
    snapshot: snapshot && { ...snapshot, ...versionOf(snapshot.data) },
  };
}

/** What a leader that has just begun knows of an instance. */
export const UNKNOWN_HEALTH: Health = {
  heardAtMs: undefined,
  report: undefined,
  newest: undefined,
  failures: 0,
  failingSinceMs: undefined,
  exchange: undefined,
  askedAtMs: Number.NEGATIVE_INFINITY,
  forgotten: false,
};
