/**
 * What the coordinators' Raft log holds: the databases, who is MAIN of each in which epoch, and the in-sync sets. Commands
 * are applied in the log's order on every coordinator and give the same state and the same result everywhere.
 */
import { unreachable } from '../assert.ts';
import type { Assignment, InstanceDescription } from '../replication/assignment.ts';

/** `failingOver`: the epoch is being ended, and the in-sync set stands still until the next MAIN is chosen. */
export type DatabaseStatus =
  | { readonly type: 'online' }
  | { readonly type: 'failingOver'; readonly toEpoch: number; readonly from: string }
  | { readonly type: 'dropping' };

export interface Database {
  readonly assignment: Assignment;
  readonly status: DatabaseStatus;
  /** Instances that have confirmed the current epoch; while dropping: those that have forgotten everything. */
  readonly told: readonly string[];
}

export interface ClusterState {
  /** By name, in the order of creation. */
  readonly databases: ReadonlyMap<string, Database>;
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
    }
  | { readonly type: 'dropDatabase'; readonly database: string; readonly cluster: string }
  /** Instances have confirmed the epoch (`assigned`), or have forgotten everything (`dropped`). */
  | {
      readonly type: 'told';
      readonly what: 'assigned' | 'dropped';
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
  | {
      readonly type: 'beginFailover';
      readonly database: string;
      readonly cluster: string;
      readonly epoch: number;
      readonly toEpoch: number;
    }
  | {
      readonly type: 'completeFailover';
      readonly database: string;
      readonly cluster: string;
      readonly epoch: number;
      readonly main: string;
      readonly inSync: readonly string[];
    };

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
  | 'async';

export type CommandResult =
  | { readonly done: true; readonly database: Database | undefined }
  | { readonly done: false; readonly refusal: CommandRefusal; readonly database: Database | undefined };

export const EMPTY_CLUSTER: ClusterState = { databases: new Map() };

interface Outcome {
  readonly state: ClusterState;
  readonly result: CommandResult;
}

/** Applies a command. Deterministic: every coordinator gets the same state and the same result. */
export function apply(state: ClusterState, command: Command): Outcome {
  const database = state.databases.get(command.database);
  if (command.type === 'createDatabase') return createDatabase(state, command, database);
  if (database === undefined || database.assignment.cluster !== command.cluster) {
    return refuse(state, 'unknownDatabase', undefined);
  }
  switch (command.type) {
    case 'dropDatabase':
      if (database.status.type === 'dropping') return refuse(state, 'dropping', database);
      return set(state, { ...database, status: { type: 'dropping' }, told: [] });
    case 'told':
      return noteTold(state, command, database);
    case 'changeInSync':
      return changeInSync(state, command, database);
    case 'beginFailover':
      return beginFailover(state, command, database);
    case 'completeFailover':
      return completeFailover(state, command, database);
    default:
      return unreachable(command);
  }
}

type CommandOf<Type extends Command['type']> = Extract<Command, { type: Type }>;

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
  const inSync = instances.filter(({ name, mode }) => name === main.name || mode === 'SYNC').map(({ name }) => name);
  const assignment = { database, cluster, epoch: 1, version: 1, main: main.name, instances, inSync, coordinators };
  return set(state, { assignment, status: { type: 'online' }, told: [] });
}

function noteTold(state: ClusterState, command: CommandOf<'told'>, database: Database): Outcome {
  const { assignment, status } = database;
  if ((status.type === 'dropping') !== (command.what === 'dropped')) return refuse(state, 'dropping', database);
  if (command.epoch !== assignment.epoch) return refuse(state, 'epoch', database);
  const told = namesInOrder(assignment, [...database.told, ...command.instances]);
  if (status.type === 'dropping' && told.length === assignment.instances.length) {
    const databases = new Map(state.databases);
    databases.delete(assignment.database);
    return { state: { databases }, result: { done: true, database: undefined } };
  }
  return set(state, { ...database, told });
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
  if (change === 'add' && description.mode !== 'SYNC') return refuse(state, 'async', database);
  const names =
    change === 'add' ? [...assignment.inSync, instance] : assignment.inSync.filter((name) => name !== instance);
  const inSync = namesInOrder(assignment, names);
  // The version moves on even when the set stays as it is: a late change that rests on the old version is then void.
  return set(state, { ...database, assignment: { ...assignment, inSync, version: assignment.version + 1 } });
}

function beginFailover(state: ClusterState, command: CommandOf<'beginFailover'>, database: Database): Outcome {
  const { assignment, status } = database;
  if (status.type !== 'online') return refuse(state, status.type, database);
  if (command.epoch !== assignment.epoch || command.toEpoch <= command.epoch) return refuse(state, 'epoch', database);
  const { toEpoch } = command;
  return set(state, { ...database, status: { type: 'failingOver', toEpoch, from: assignment.main } });
}

function completeFailover(state: ClusterState, command: CommandOf<'completeFailover'>, database: Database): Outcome {
  const { assignment, status } = database;
  if (status.type !== 'failingOver') return refuse(state, 'notFailingOver', database);
  if (command.epoch !== status.toEpoch) return refuse(state, 'epoch', database);
  const { main, epoch } = command;
  // Only members hold everything that was acknowledged.
  const inSync = namesInOrder(assignment, [main, ...command.inSync]);
  if (!inSync.every((name) => assignment.inSync.includes(name))) return refuse(state, 'unknownInstance', database);
  const next = { ...assignment, epoch, main, inSync, version: assignment.version + 1 };
  return set(state, { assignment: next, status: { type: 'online' }, told: [] });
}

/** Names of the database's instances, each once, in the order of its instances. */
function namesInOrder(assignment: Assignment, names: readonly string[]): readonly string[] {
  return assignment.instances.map(({ name }) => name).filter((name) => names.includes(name));
}

function set(state: ClusterState, database: Database): Outcome {
  const databases = new Map(state.databases).set(database.assignment.database, database);
  return { state: { databases }, result: { done: true, database } };
}

function refuse(state: ClusterState, refusal: CommandRefusal, database: Database | undefined): Outcome {
  return { state, result: { done: false, refusal, database } };
}
