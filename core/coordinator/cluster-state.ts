/**
 * What the coordinators' Raft log holds: the databases, who is MAIN of each in which epoch, and the in-sync sets. Commands
 * are applied in the log's order on every coordinator and give the same state and the same result everywhere.
 */
import { unreachable } from '../assert.ts';
import type { Assignment, InstanceDescription } from '../replication/assignment.ts';
import { VERSION_MIN } from '../version.ts';
import { applySetting, type SettingName } from './cluster-settings.ts';
import { abort, beginFailover, chooseMain, completeFailover } from './epoch-change.ts';
import { addInstance, noteTold, removeInstance, updateServers } from './instance-change.ts';
import { namesInOrder, type Outcome, refuse, set } from './outcome.ts';

/** Who is to be the next MAIN: the member with the longest log, one that an operator named, or nobody until he names one. */
export type MainChoice =
  | { readonly type: 'best' }
  | { readonly type: 'instance'; readonly name: string }
  | { readonly type: 'nobody' };

export type FailoverReason = 'down' | 'switchover' | 'demotion';

/** `failingOver`: the epoch is being ended, and the in-sync set stands still until the next MAIN is chosen. */
export type DatabaseStatus =
  | { readonly type: 'online' }
  | {
      readonly type: 'failingOver';
      readonly toEpoch: number;
      readonly from: string;
      readonly choice: MainChoice;
      readonly reason: FailoverReason;
      readonly beganAtMs: number;
    }
  | { readonly type: 'dropping' };

export interface Database {
  readonly assignment: Assignment;
  readonly status: DatabaseStatus;
  /** Instances that have confirmed the current epoch; while dropping: those that have forgotten everything. */
  readonly told: readonly string[];
  /** Instances that were unregistered and have not forgotten everything, or of whose going MAIN has not heard. */
  readonly leaving: readonly InstanceDescription[];
  /** The version of the assignment that MAIN has yet to confirm, after instances or settings were changed. */
  readonly unconfirmedVersion: number | undefined;
  /** The last changes of MAIN, oldest first. */
  readonly failovers: readonly Failover[];
}

/** A change of MAIN that is over. */
export interface Failover {
  readonly fromEpoch: number;
  readonly toEpoch: number;
  readonly from: string;
  readonly to: string;
  readonly reason: FailoverReason;
  /** By the clock of the leader that began it, and of the one that ended it. */
  readonly beganAtMs: number;
  readonly endedAtMs: number;
  readonly lost: Loss;
}

/**
 * Transactions in the log of the old MAIN that the new one has not: nobody was told that they were done. `atMost` is null where the
 * old MAIN did not tell how far its log reached.
 */
export interface Loss {
  readonly atLeast: number;
  readonly atMost: number | null;
}

export interface ClusterState {
  /** By name, in the order of creation. */
  readonly databases: ReadonlyMap<string, Database>;
  /** What an operator has set; the others have their defaults. */
  readonly settings: ReadonlyMap<SettingName, string>;
  /** The longest instance_down_timeout_sec there ever was: a lease of that length may still be running. 0: never set. */
  readonly longestDownTimeoutSec: number;
  /** The newest version of which anything was ever used here (core/version.ts): members of an older one cannot follow. */
  readonly version: number;
}

/** Databases one group cares for at most. A group's state travels in one piece. */
export const DATABASES_MAX = 10_000;

export type Command =
  | {
      readonly type: 'createDatabase';
      readonly database: string;
      readonly cluster: string;
      /** The first one is MAIN. */
      readonly instances: readonly InstanceDescription[];
      readonly coordinators: readonly string[];
      /** Roles are given by hand. */
      readonly manual?: true;
    }
  | { readonly type: 'dropDatabase'; readonly database: string; readonly cluster: string }
  /**
   * Instances have confirmed the epoch (`assigned`), or MAIN the `version` of its assignment (`amended`); or they have forgotten
   * everything, with the database (`dropped`) or without (`left`).
   */
  | {
      readonly type: 'told';
      readonly what: 'assigned' | 'amended' | 'dropped' | 'left';
      readonly version?: number;
      readonly database: string;
      readonly cluster: string;
      readonly epoch: number;
      readonly instances: readonly string[];
    }
  | {
      readonly type: 'changeInSync';
      readonly database: string;
      readonly cluster: string;
      readonly epoch: number;
      readonly version: number;
      readonly change: 'add' | 'remove';
      readonly instance: string;
    }
  /** What MAIN wrote after `afterLsn` is void. MAIN goes on in the next epoch. */
  | {
      readonly type: 'abort';
      readonly database: string;
      readonly cluster: string;
      readonly epoch: number;
      readonly version: number;
      readonly afterLsn: number;
    }
  | {
      readonly type: 'beginFailover';
      readonly database: string;
      readonly cluster: string;
      readonly epoch: number;
      readonly toEpoch: number;
      readonly choice: MainChoice;
      readonly reason: FailoverReason;
      readonly atMs: number;
    }
  | {
      readonly type: 'chooseMain';
      readonly database: string;
      readonly cluster: string;
      readonly toEpoch: number;
      readonly choice: MainChoice;
    }
  | {
      readonly type: 'completeFailover';
      readonly database: string;
      readonly cluster: string;
      readonly epoch: number;
      readonly main: string;
      readonly inSync: readonly string[];
      readonly atMs: number;
      readonly lost: Loss;
      /** Present when MAIN is none of the in-sync set: what was written after this is given up, acknowledged or not. */
      readonly givenUpAfterLsn?: number;
    }
  | {
      readonly type: 'addInstance';
      readonly database: string;
      readonly cluster: string;
      readonly instance: InstanceDescription;
    }
  | {
      readonly type: 'removeInstance';
      readonly database: string;
      readonly cluster: string;
      readonly instance: string;
    }
  | {
      readonly type: 'updateServers';
      readonly database: string;
      readonly cluster: string;
      readonly instance: string;
      readonly boltServer: string;
    }
  | { readonly type: 'setSetting'; readonly name: SettingName; readonly value: string };

export type CommandRefusal =
  | 'exists'
  | 'dropping'
  | 'tooMany'
  | 'unknownDatabase'
  | 'epoch'
  | 'version'
  | 'failingOver'
  | 'notFailingOver'
  | 'unknownInstance'
  | 'main'
  | 'async'
  | 'mixedModes'
  | 'upstream'
  | 'leaving'
  | 'notInSync';

export type CommandResult =
  | { readonly done: true; readonly database: Database | undefined }
  | { readonly done: false; readonly refusal: CommandRefusal; readonly database: Database | undefined };

export const EMPTY_CLUSTER: ClusterState = {
  databases: new Map(),
  settings: new Map(),
  longestDownTimeoutSec: 0,
  version: VERSION_MIN,
};

/** Applies a command. Deterministic: every coordinator gets the same state and the same result. */
export function apply(state: ClusterState, command: Command): Outcome {
  if (command.type === 'setSetting') return applySetting(state, command);
  const database = state.databases.get(command.database);
  if (command.type === 'createDatabase') return createDatabase(state, command, database);
  if (database === undefined || database.assignment.cluster !== command.cluster) {
    return refuse(state, 'unknownDatabase', undefined);
  }
  switch (command.type) {
    case 'dropDatabase':
      if (database.status.type === 'dropping') return refuse(state, 'dropping', database);
      return set(state, dropping(database));
    case 'told':
      return noteTold(state, command, database);
    case 'changeInSync':
      return changeInSync(state, command, database);
    case 'abort':
      return abort(state, command, database);
    case 'beginFailover':
      return beginFailover(state, command, database);
    case 'chooseMain':
      return chooseMain(state, command, database);
    case 'addInstance':
      return addInstance(state, command, database);
    case 'removeInstance':
      return removeInstance(state, command, database);
    case 'updateServers':
      return updateServers(state, command, database);
    case 'completeFailover':
      return completeFailover(state, command, database);
    default:
      return unreachable(command);
  }
}

/** Who was leaving goes with the others. */
function dropping(database: Database): Database {
  const { assignment, leaving } = database;
  const instances = [...assignment.instances, ...leaving];
  return { ...database, assignment: { ...assignment, instances }, leaving: [], status: { type: 'dropping' }, told: [] };
}

export type CommandOf<Type extends Command['type']> = Extract<Command, { type: Type }>;

function createDatabase(
  state: ClusterState,
  command: CommandOf<'createDatabase'>,
  existing: Database | undefined,
): Outcome {
  if (existing !== undefined) {
    return refuse(state, existing.status.type === 'dropping' ? 'dropping' : 'exists', existing);
  }
  if (state.databases.size >= DATABASES_MAX) return refuse(state, 'tooMany', undefined);
  const { database, cluster, instances, coordinators } = command;
  const main = instances[0];
  if (main === undefined) return refuse(state, 'unknownInstance', undefined);
  // All of them are empty, so each holds everything that has been acknowledged.
  const inSync = instances.filter(({ name, mode }) => name === main.name || mode !== 'ASYNC').map(({ name }) => name);
  const readOnly = state.settings.get('global_read_only') === 'true' && !command.manual;
  const members = instances.map(({ name, region }) => ({ name, region }));
  const assignment = {
    ...{ database, cluster, epoch: 1, version: 1, main: main.name, instances, inSync, coordinators },
    ...(readOnly && { readOnly }),
    ...(command.manual && { members }),
  };
  return set(state, {
    assignment,
    status: { type: 'online' },
    told: [],
    leaving: [],
    unconfirmedVersion: undefined,
    failovers: [],
  });
}

/** The in-sync set stands still during a failover: nobody may be let go, and so nothing be acknowledged without him. */
function changeInSync(state: ClusterState, command: CommandOf<'changeInSync'>, database: Database): Outcome {
  const { assignment, status } = database;
  const { instance, change } = command;
  if (status.type !== 'online') return refuse(state, status.type, database);
  if (command.epoch !== assignment.epoch) return refuse(state, 'epoch', database);
  if (command.version !== assignment.version) return refuse(state, 'version', database);
  const description = assignment.instances.find(({ name }) => name === instance);
  if (description === undefined) return refuse(state, 'unknownInstance', database);
  if (instance === assignment.main) return refuse(state, 'main', database);
  if (change === 'add' && description.mode === 'ASYNC') return refuse(state, 'async', database);
  const names =
    change === 'add' ? [...assignment.inSync, instance] : assignment.inSync.filter((name) => name !== instance);
  const inSync = namesInOrder(assignment, names);
  // The version moves on even when the set stays as it is: a late change that rests on the old version is then void.
  return set(state, { ...database, assignment: { ...assignment, inSync, version: assignment.version + 1 } });
}
