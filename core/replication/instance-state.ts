/**
 * The state of one instance, whatever its role, and what of it comes back after a restart. All of it is a value: the
 * machine hands back a new one for each event.
 */

import { VERSION, VERSION_MIN } from '../version.ts';
import { GENESIS, type LogPosition } from '../wal/record.ts';
import {
  type Assignment,
  type InstanceDescription,
  isManual,
  type ReplicationMode,
  versionOfAssignment,
} from './assignment.ts';
import type { CoordinatorGroup } from './coordinator-group.ts';
import type { EpochStart } from './epoch-history.ts';
import type { SnapshotDescription } from './log.ts';
import { DEFAULT_SETTINGS, type ReplicationSettings } from './settings.ts';

/** The small record that the host stores whole at `persistState`, and hands back at `loaded`. Plain data. */
export interface PersistedInstance {
  /** The cluster it belongs to, once it has been assigned to one; then for ever, until it is dropped. */
  readonly cluster: string | undefined;
  readonly assignment: Assignment | undefined;
  /** Highest epoch that this instance has lived in. */
  readonly epoch: number;
  /** This epoch and all earlier ones are over for this instance, for ever. 0 at first. */
  readonly sealedEpoch: number;
  /** The newest epoch for which it has told the coordinators how far its log reaches. Absent in the records of the first version. */
  readonly sealAnswered?: number;
  /** Everything up to here is acknowledged, and readers see just this much. In storage it may be a little old. */
  readonly acknowledgedLsn: number;
  /** An instance that MAIN asked the coordinators to add, resting on `version` of the assignment; the answer is not known. */
  readonly asked: { readonly name: string; readonly version: number } | undefined;
  /**
   * MAIN asked the coordinators to abort what follows `afterLsn`, resting on `version` of the assignment; the answer is not known, so
   * nothing is acknowledged. Absent in the records of the first version.
   */
  readonly aborting?: { readonly afterLsn: number; readonly version: number } | undefined;
  /** Why the instance takes part in nothing; undefined when it is sound. */
  readonly quarantine: string | undefined;
  /**
   * In quarantine because storage is damaged, and for nothing that casts doubt on others: MAIN may replace all that is here. What was
   * damaged stays until a whole snapshot has arrived. Absent in the records of the first version.
   */
  readonly refillable?: boolean;
  /** The coordinators, when they are not those in the assignment any more. Absent in the records of the first version. */
  readonly coordinators?: CoordinatorGroup | undefined;
  /** The highest epoch that it has heard of, where roles are given by hand: what it opens itself lies above. */
  readonly heardEpoch?: number | undefined;
  /** The newest versions that other instances have told of themselves. Absent: none has. */
  readonly told?: readonly ToldVersion[];
  /** The oldest version that understands this record. Absent: the oldest there is. */
  readonly version?: number;
}

/** An instance understands versions up to this one, as it said last. */
export interface ToldVersion {
  readonly name: string;
  readonly newest: number;
}

export type InstanceRole = 'main' | 'replica' | 'none';

/** A message on its way to a replica. */
export interface Flight {
  readonly exchange: number;
  readonly sentAtMs: number;
  /** The record before the first that it carries, and the last that it carries (or again the one before). */
  readonly previousLsn: number;
  readonly throughLsn: number;
  /** What MAIN knew that the replica had stored, when it sent this. */
  readonly storedLsnThen: number;
  readonly acknowledgedLsn: number;
  /** The chunk of a snapshot that it carries, in place of records. */
  readonly chunk: { readonly number: number; readonly bytes: number } | undefined;
}

/** What MAIN knows of a replica. */
export interface Replica {
  readonly name: string;
  /** What people call it. */
  readonly shownAs: string;
  readonly region: string;
  readonly mode: ReplicationMode;
  /** The replica that feeds it while that can; undefined: MAIN does. And whether that has said that it does. */
  readonly upstream: string | undefined;
  readonly relayed: boolean;
  /** Every acknowledgement waits for it: it is in the in-sync set, or about to be. */
  readonly awaited: boolean;
  /** A SYNC replica that left the set is not waited for again before this moment, so that a slow one does not come and go. */
  readonly joinAtMs: number;
  /** Its log is known to be the same as MAIN's up to here. */
  readonly storedLsn: number;
  /** Last record sent to it. */
  readonly sentLsn: number;
  /** What it has been told is acknowledged. */
  readonly toldLsn: number;
  readonly flights: readonly Flight[];
  /** When something was last sent; -Infinity: never. */
  readonly sentAtMs: number;
  /** When it last answered; undefined: not in this tenure, and then `storedLsn` means nothing yet. */
  readonly heardAtMs: number | undefined;
  /** Since when it has been waited for: it stored something new then, or was level until then. */
  readonly progressAtMs: number;
  /** Failures in a row, and when it may be tried again. */
  readonly failures: number;
  readonly retryAtMs: number;
  /** It answered that it lacks what it had confirmed: it must leave the in-sync set whatever else happens. */
  readonly lost: boolean;
  /** It is in quarantine: it gets heartbeats only. */
  readonly diverged: boolean;
  /** Its storage was damaged, and what it had stored counts for nothing until a snapshot has taken its place. */
  readonly damaged: boolean;
  /** A snapshot on its way; the replica has all chunks before `nextChunk`. */
  readonly transfer: { readonly snapshot: SnapshotDescription; readonly nextChunk: number } | undefined;
}

/** A question to the coordinators that has not been answered. */
export interface Asking {
  readonly exchange: number;
  readonly sentAtMs: number;
}

/** The transaction `lsn` was committed at this moment. */
export interface CommitTime {
  readonly lsn: number;
  readonly atMs: number;
}

/** Replicas that MAIN has another one feed. */
export interface Relay {
  readonly main: string;
  /** When MAIN last said so. */
  readonly heardAtMs: number;
  readonly replicas: readonly Replica[];
}

/** A replica that is being registered by hand. */
export interface Registration {
  readonly id: number;
  readonly exchange: number;
  readonly sentAtMs: number;
  readonly instance: InstanceDescription;
}

export interface MainState {
  readonly replicas: readonly Replica[];
  /** MAIN may acknowledge before this moment. -Infinity: no lease. */
  readonly leaseUntilMs: number;
  readonly leaseAsking: Asking | undefined;
  /** When the next lease renewal is due. */
  readonly renewAtMs: number;
  readonly changeAsking: Asking | undefined;
  /** When a change of the in-sync set may be asked for again. */
  readonly changeAtMs: number;
  /** The coordinator to ask next: the leader as far as known. */
  readonly coordinator: string | undefined;
  readonly coordinatorFailures: number;
  /**
   * End of the log when it took office: all of it may have been acknowledged, since storage does not know of the last
   * acknowledgements. A replica that lacks any of it does not join the in-sync set.
   */
  readonly inheritedLsn: number;
  /** The record that opens the epoch has been written. */
  readonly epochStarted: boolean;
  /** Another instance is to be MAIN: writes of clients are refused until this moment. -Infinity: they are not. */
  readonly drainingUntilMs: number;
  readonly isDraining: boolean;
  /** When transactions were committed, for the lag in milliseconds: a few of them, ascending. */
  readonly commitTimes: readonly CommitTime[];
  /** How often the lease is renewed, as the coordinators want it. */
  readonly renewEveryMs: number;
  /** Linearizable reads that wait until the lease holds. */
  readonly freshReads: readonly number[];
  /** An operator has this MAIN become a replica: answered when everything in its log is acknowledged. */
  readonly demotionId: number | undefined;
  /** An operator registers a replica by hand, which has been asked whether it follows. */
  readonly registration: Registration | undefined;
  /** Nobody asks: no lease, no heartbeats, no ticks until the next commit or `activity`. */
  readonly silent: boolean;
}

export interface InstanceState extends PersistedInstance {
  readonly name: string;
  readonly region: string;
  /** The newest version that it understands. */
  readonly newest: number;
  /** The oldest version that understands its log, and was seen to be needed since it was loaded. */
  readonly logNeeds: number;
  readonly settings: ReplicationSettings;
  /** Nothing is answered before `loaded`. */
  readonly loaded: boolean;
  readonly role: InstanceRole;
  /** The end of the log and the epochs it is made of. */
  readonly stored: LogPosition;
  readonly history: readonly EpochStart[];
  readonly main: MainState | undefined;
  /** REPLICA: those that it feeds; in memory only, since MAIN says it with each message. */
  readonly relay: Relay | undefined;
  /** REPLICA: the snapshot whose chunks are arriving. */
  readonly arriving: { readonly snapshotId: string; readonly nextChunk: number } | undefined;
  /** When something was last asked of this instance. */
  readonly activityAtMs: number;
  readonly nextExchange: number;
  /** The tick the host has been asked for; undefined when there is none. */
  readonly tickAtMs: number | undefined;
  /** The acknowledged lsn in storage, and when it was stored. */
  readonly savedLsn: number;
  readonly savedAtMs: number;
  /** Where the log ended when it was loaded (recovered-tail.ts). */
  readonly recoveredLsn: number;
  /**
   * Where the log of a MAIN ended when it restarted in its epoch, until those that are waited for have answered: should storage not be
   * what it was, what is written from there on is not what the others hold.
   */
  readonly unverified: LogPosition | undefined;
  /** REPLICA: when a reader last made it wake MAIN. */
  readonly wokeMainAtMs: number;
}

/** An instance before its storage has been read. */
export function initialState(options: {
  readonly name: string;
  readonly region: string;
  readonly settings?: Partial<ReplicationSettings>;
  /** Absent: this build's. */
  readonly newest?: number;
}): InstanceState {
  return {
    name: options.name,
    region: options.region,
    newest: options.newest ?? VERSION,
    logNeeds: VERSION_MIN,
    settings: { ...DEFAULT_SETTINGS, ...options.settings },
    ...newInstance(),
    loaded: false,
    role: 'none',
    stored: GENESIS,
    history: [],
    main: undefined,
    arriving: undefined,
    relay: undefined,
    activityAtMs: Number.NEGATIVE_INFINITY,
    nextExchange: 1,
    tickAtMs: undefined,
    savedLsn: 0,
    recoveredLsn: 0,
    unverified: undefined,
    wokeMainAtMs: Number.NEGATIVE_INFINITY,
    savedAtMs: Number.NEGATIVE_INFINITY,
  };
}

/** The record of an instance that has never stored anything. */
export function newInstance(): PersistedInstance {
  return {
    cluster: undefined,
    assignment: undefined,
    epoch: 0,
    sealedEpoch: 0,
    sealAnswered: 0,
    acknowledgedLsn: 0,
    asked: undefined,
    aborting: undefined,
    quarantine: undefined,
    coordinators: undefined,
    heardEpoch: undefined,
    told: [],
  };
}

/** What goes to storage. */
export function persistedOf(state: InstanceState): PersistedInstance {
  const { cluster, assignment, epoch, sealedEpoch, acknowledgedLsn, asked, aborting, quarantine } = state;
  const { refillable = false, sealAnswered = sealedEpoch + 1, coordinators, heardEpoch, told = [] } = state;
  const version = assignment === undefined ? VERSION_MIN : versionOfAssignment(assignment);
  return {
    ...{ cluster, assignment, epoch, sealedEpoch, sealAnswered, acknowledgedLsn },
    ...{ asked, aborting, quarantine, refillable },
    ...(coordinators !== undefined && { coordinators }),
    ...(heardEpoch !== undefined && { heardEpoch }),
    ...(told.length > 0 && { told }),
    ...(version > VERSION_MIN && { version }),
  };
}

/** Names of the coordinators, as far as is known here; none where roles are given by hand, and nobody else decides. */
export function coordinatorsOf({ coordinators, assignment }: PersistedInstance): readonly string[] {
  if (isManual(assignment)) return [];
  return coordinators?.members.map(({ name }) => name) ?? assignment?.coordinators ?? [];
}
