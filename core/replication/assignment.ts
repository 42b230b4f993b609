/**
 * Who does what in a database: decided by the coordinators, committed in their Raft log, and told to every instance.
 * `epoch` grows with each MAIN; `version` grows with every change, and every change names the version it rests on.
 */

/** ASYNC: nothing waits for it. SYNC: while it is in the in-sync set, every acknowledgement waits for it. */
export type ReplicationMode = 'SYNC' | 'ASYNC';

/** Where Memgraph's tools are told to find an instance. Objects are found by name: these are kept and shown, and nothing more. */
export interface Servers {
  readonly bolt_server: string;
  readonly management_server: string;
  readonly replication_server: string;
}

/** One instance of a database. `name` is unique within the database, `region` a Durable Object location hint. */
export interface InstanceDescription {
  readonly name: string;
  readonly region: string;
  readonly mode: ReplicationMode;
  readonly servers?: Servers;
}

export interface Assignment {
  readonly database: string;
  /** Id of the cluster: a database that was dropped and created again has another one. */
  readonly cluster: string;
  readonly epoch: number;
  readonly version: number;
  /** Name of the instance that is MAIN in `epoch`. */
  readonly main: string;
  readonly instances: readonly InstanceDescription[];
  /** The instances that hold every acknowledged write; `main` is among them. In the order of `instances`. */
  readonly inSync: readonly string[];
  /** Names of the coordinators that care for the database. */
  readonly coordinators: readonly string[];
  /** `global_read_only`: MAIN takes no writes from clients. */
  readonly readOnly?: boolean;
}

/** A database without replicas needs neither lease nor coordinators: nobody else could ever be MAIN. */
export function isSingle(assignment: Assignment): boolean {
  return assignment.instances.length === 1;
}

/** Whether `candidate` is news to one who knows `known`. */
export function isNewer(candidate: Assignment, known: Assignment | undefined): boolean {
  if (known === undefined) return true;
  return candidate.epoch > known.epoch || (candidate.epoch === known.epoch && candidate.version > known.version);
}
