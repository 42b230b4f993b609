/** What a Worker asks of the coordinators, and what it gets. */
import type { ErrorCode } from '../error.ts';
import type { ReplicationMode } from '../replication/assignment.ts';
import type { CoordinatorGroup } from '../replication/coordinator-group.ts';

export type WorkerRequest =
  | {
      readonly type: 'createDatabase';
      readonly name: string;
      readonly ifNotExists: boolean;
      /** Location hints; the first is MAIN's. A region may come more than once. */
      readonly regions: readonly string[];
      /** Mode of every instance, as text: it is checked here. Undefined: SYNC. */
      readonly mode?: string | undefined;
      /** Goes before `mode`: a list that goes with `regions`, or a mode for each region named. */
      readonly modes?: readonly string[] | ReadonlyMap<string, string> | undefined;
      /** `manual`: roles are given by hand, and the coordinators only keep the names. Undefined: they give them. */
      readonly replication?: string | undefined;
      /** A fresh random id from the host. */
      readonly clusterId: string;
    }
  | { readonly type: 'dropDatabase'; readonly name: string; readonly ifExists: boolean }
  | { readonly type: 'showDatabases' }
  /** Asks the instances themselves, so it takes up to a second when one is silent. `database` undefined: all. */
  | { readonly type: 'showInstances'; readonly database: string | undefined }
  | { readonly type: 'topology'; readonly database: string }
  /** A table about the cluster. `database` undefined: all of them, where the table may be about all. */
  | {
      readonly type: 'show';
      readonly what: ShownTable;
      readonly database: string | undefined;
      readonly instance?: string;
    }
  /** What an operator wants done. `database` undefined: it does not concern one database. */
  | { readonly type: 'operate'; readonly database: string | undefined; readonly command: OperatorCommand }
  /** MAIN (or another instance) could not be reached, or says that it is not what `topology` said. */
  | {
      readonly type: 'reportUnreachable';
      readonly database: string;
      readonly instance: string;
      readonly epoch: number;
    };

export type ShownTable =
  | 'replicas'
  | 'replicationRole'
  | 'replicationLag'
  | 'instance'
  | 'routingTable'
  | 'settings'
  | 'failovers';

/** Names and values are as the operator wrote them: they are checked here. */
export type OperatorCommand =
  | { readonly type: 'switchover' | 'setMain' | 'demote' | 'unregister'; readonly instance: string }
  | {
      readonly type: 'register';
      readonly instance: string;
      readonly mode: string | undefined;
      readonly config: ReadonlyMap<string, string>;
    }
  | { readonly type: 'updateConfig'; readonly instance: string; readonly config: ReadonlyMap<string, string> }
  | {
      readonly type: 'addCoordinator' | 'updateCoordinator';
      readonly coordinator: number;
      readonly config: ReadonlyMap<string, string>;
    }
  | { readonly type: 'removeCoordinator'; readonly coordinator: number }
  | { readonly type: 'setSetting'; readonly name: string; readonly value: string }
  | { readonly type: 'yieldLeadership' }
  | { readonly type: 'forceReset' };

/** A value of a table, as structured clone carries it. */
export type Cell = string | number | boolean | null | readonly Cell[] | ReadonlyMap<string, Cell>;

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

export interface DatabaseRow {
  readonly name: string;
  readonly clusterId: string;
  readonly status: 'online' | 'failing over' | 'dropping';
  /** Null where roles are given by hand, and so is the epoch. */
  readonly main: string | null;
  readonly epoch: number | null;
  readonly instances: readonly { readonly name: string; readonly region: string; readonly mode: ReplicationMode }[];
}

/** Columns of Memgraph's SHOW INSTANCES, and what is Skein's own after them. */
export interface InstanceRow {
  readonly name: string;
  readonly bolt_server: string;
  readonly coordinator_server: string;
  readonly management_server: string;
  readonly health: 'up' | 'down' | 'unknown';
  /** `learner`: a coordinator that was added and is not level with the others yet. */
  readonly role: 'leader' | 'follower' | 'learner' | 'main' | 'replica' | 'unknown';
  readonly last_succ_resp_ms: number | null;
  /** Null for coordinators, as everything below. Mode, membership of the in-sync set and lag are null where roles are given by hand. */
  readonly database: string | null;
  readonly region: string | null;
  readonly mode: ReplicationMode | null;
  readonly in_sync: boolean | null;
  readonly epoch: number | null;
  readonly lsn: number | null;
  /** Transactions behind MAIN; null where it is not known. */
  readonly lag: number | null;
  /** The newest version that it understands, and the oldest that understands all that it has stored (core/version.ts); null: not heard. */
  readonly version: number | null;
  readonly needs_version: number | null;
}

export interface TopologyInstance {
  readonly name: string;
  readonly region: string;
  readonly mode: ReplicationMode;
  readonly inSync: boolean;
  readonly health: 'up' | 'down' | 'unknown';
  readonly lag: number | undefined;
  /** Whether reads go there, by the settings enabled_reads_on_main and max_replica_read_lag. */
  readonly reads: boolean;
}

export interface Topology {
  readonly database: string;
  readonly cluster: string;
  readonly epoch: number;
  readonly version: number;
  /** Where writes go. Undefined while a failover runs, and where roles are given by hand. */
  readonly main: string | undefined;
  /** Present when roles are given by hand: a client has to name the instance. */
  readonly manual?: true;
  readonly instances: readonly TopologyInstance[];
}

/** What a coordinator answers, and which coordinators there are, unless they are those that the group began with. */
export type WorkerResponse = Answer & { readonly coordinators?: CoordinatorGroup };

type Answer =
  | { readonly type: 'created'; readonly created: boolean; readonly topology: Topology }
  | { readonly type: 'dropped'; readonly dropped: boolean }
  | { readonly type: 'databases'; readonly rows: readonly DatabaseRow[] }
  | { readonly type: 'instances'; readonly rows: readonly InstanceRow[] }
  | { readonly type: 'topology'; readonly topology: Topology }
  | ({ readonly type: 'table' } & Table)
  /** The report is noted. */
  | { readonly type: 'noted' }
  /** Ask `leader`; undefined: none is known, try another coordinator. */
  | { readonly type: 'notLeader'; readonly leader: string | undefined }
  | { readonly type: 'error'; readonly code: ErrorCode; readonly message: string };
