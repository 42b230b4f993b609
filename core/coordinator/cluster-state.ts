/**
 * What the coordinators' Raft log holds: the databases, who is MAIN of each in which epoch, and the in-sync sets. Commands
 * are applied in the log's order on every coordinator and give the same state and the same result everywhere.
 */
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
  /** Instances have confirmed the epoch, or, of a database that is being dropped, have forgotten everything. */
  | {
      readonly type: 'told';
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

/** Applies a command. Deterministic: every coordinator gets the same state and result. */
export declare function apply(
  state: ClusterState,
  command: Command,
): { readonly state: ClusterState; readonly result: CommandResult };
