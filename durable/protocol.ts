/**
 * What the Worker and the objects say to each other by RPC. Everything here is plain data that structured
 * clone carries; values travel encoded (core/value/codec), so that INTEGER and FLOAT stay apart and an
 * object never sees JSON. A call carries its own deadline, since RPC has none.
 */
import type { WorkerRequest, WorkerResponse } from '../core/coordinator/request.ts';
import type { ErrorRecord } from '../core/error.ts';
import type { ReplicationCommand } from '../core/replication/instance-event.ts';

/** What an object's error begins with when its storage could not be read as it began: of errors only the words come to the Worker. */
export const CANNOT_BEGIN = 'cannot begin: ';

/** Who asks, as it shows in logs and as emulated delays and cuts need it: an object's name, or 'worker'. */
export interface Caller {
  readonly name: string;
  readonly region: string;
}

/** Who answered, as clients see it in the header `skein-served-by`. */
export interface ServedBy {
  /** The instance's name within its database, such as `weur-1`. */
  readonly name: string;
  readonly role: 'main' | 'replica';
  readonly region: string;
}

/**
 * How fresh a read is to be. `nearest`: a prefix of what is acknowledged, which may be a little old. `linearizable`: all that was
 * acknowledged when it was asked for, which only MAIN can tell.
 */
export type ReadLevel = 'nearest' | 'linearizable';

export interface StatementRequest {
  readonly database: string;
  readonly statement: string;
  /** A map of values, as core/value/codec encodes it. */
  readonly parameters: Uint8Array;
  readonly accessMode: 'read' | 'write';
  /** The statement reads no older state than each of these. */
  readonly bookmarks: readonly string[];
  /** How long the instance may wait until it has reached the bookmarks, in milliseconds. */
  readonly bookmarkWaitMs: number;
  /** Absent, as from Workers of the version before: `nearest`. */
  readonly readLevel?: ReadLevel;
  /** How long the caller waits, in milliseconds from arrival; the statement is cancelled and rolled back then. */
  readonly deadlineMs: number;
  readonly from: Caller;
}

/** What a statement changed. Names: Neo4j's Query API. */
export interface Counters {
  readonly nodesCreated: number;
  readonly nodesDeleted: number;
  readonly relationshipsCreated: number;
  readonly relationshipsDeleted: number;
  readonly propertiesSet: number;
  readonly labelsAdded: number;
  readonly labelsRemoved: number;
  readonly indexesAdded: number;
  readonly indexesRemoved: number;
  readonly constraintsAdded: number;
  readonly constraintsRemoved: number;
}

/** Something the client should know about a statement that succeeded. Fields: Neo4j's Query API. */
export interface Notification {
  readonly code: string;
  readonly title: string;
  readonly description: string;
  readonly severity: 'WARNING' | 'INFORMATION';
  readonly category: string;
}

/** One operator of a plan, its inputs as children. */
export interface PlanDescription {
  readonly operatorType: string;
  readonly arguments: ReadonlyMap<string, string | number | boolean>;
  readonly identifiers: readonly string[];
  readonly children: readonly PlanDescription[];
  readonly estimatedRows?: number;
  /** Of PROFILE. */
  readonly rows?: number;
  readonly work?: number;
}

/** Kinds of statements as the Query API names them: read, write, read and write, schema. */
export type QueryType = 'r' | 'w' | 'rw' | 's';

/** What a statement came to. */
export interface StatementResult {
  readonly columns: readonly string[];
  /** Rows of result values, as core/value/codec's encodeResult writes them. */
  readonly rows: Uint8Array;
  readonly counters: Counters;
  readonly queryType: QueryType;
  /** Of EXPLAIN and PROFILE. */
  readonly plan?: PlanDescription;
}

export interface StatementSuccess extends StatementResult {
  readonly ok: true;
  readonly bookmark: string;
  readonly notifications: readonly Notification[];
  readonly servedBy: ServedBy;
}

export interface StatementFailure {
  readonly ok: false;
  readonly error: ErrorRecord;
  readonly servedBy: ServedBy;
  /**
   * Present only when nothing was executed. `notMain`: a write came to an instance that is not MAIN; refresh
   * the topology and send it again. `unreachable`: the instance cannot serve now (cut, warming up, quarantined);
   * ask another one.
   */
  readonly retry?: 'notMain' | 'unreachable';
}

export type StatementAnswer = StatementSuccess | StatementFailure;

/** One request of a transaction that lives over several: its beginning, a statement in it, its end. */
export interface TransactionRequest {
  readonly database: string;
  readonly step: TransactionStep;
  /** Is run after the beginning and before the end; without it the step is all there is, or keeps the transaction open. */
  readonly statement?: TransactionStatement;
  /** How long the caller waits, in milliseconds from arrival; the transaction is rolled back then. */
  readonly deadlineMs: number;
  readonly from: Caller;
}

export type TransactionStep =
  | {
      readonly type: 'begin';
      readonly accessMode: 'read' | 'write';
      readonly bookmarks: readonly string[];
      readonly bookmarkWaitMs: number;
      readonly readLevel?: ReadLevel;
      /** The transaction may not be open for longer, whatever is done in it, in milliseconds; the instance has a bound of its own. */
      readonly lifetimeMs: number | undefined;
    }
  | { readonly type: 'run' | 'commit' | 'rollback'; readonly id: string };

export interface TransactionStatement {
  readonly text: string;
  /** A map of values, as core/value/codec encodes it. */
  readonly parameters: Uint8Array;
}

export interface TransactionSuccess {
  readonly ok: true;
  /** Of the statement, if there was one. */
  readonly result?: StatementResult;
  /** While it is open: when it is rolled back if nothing more is heard of it, in milliseconds since 1970. */
  readonly transaction?: { readonly id: string; readonly expiresAtMs: number };
  /** When it has been committed. */
  readonly bookmark?: string;
  readonly notifications: readonly Notification[];
  readonly servedBy: ServedBy;
}

export type TransactionAnswer = TransactionSuccess | StatementFailure;

/** Development faults of the transport between objects. Objects are named in full: `flights/instance/weur-1`. */
export interface Faults {
  /** Objects that nobody reaches and that reach nobody, the Worker included. */
  readonly cut: readonly string[];
  /** Objects whose messages in both directions are held back until they are thawed. */
  readonly frozen: readonly string[];
  /** Multiplies the delays between regions (durable/regions.ts); 0 is no delay. */
  readonly delayFactor: number;
  /** Share of messages between objects that is lost, 0 to 1. */
  readonly dropRate: number;
}

export const NO_FAULTS: Faults = { cut: [], frozen: [], delayFactor: 0, dropRate: 0 };

/** Orders that reach an object whatever faults are set. Only with SKEIN_DEVELOPMENT. */
export type DevelopmentCommand =
  | { readonly type: 'faults'; readonly faults: Faults }
  /** The object aborts itself: memory is lost, storage stays. */
  | { readonly type: 'kill' }
  | { readonly type: 'describe' };

/** What an object tells about itself; `details` is for people. */
export interface ObjectDescription {
  readonly name: string;
  readonly region: string;
  readonly role: string;
  readonly faults: Faults;
  readonly details: Readonly<Record<string, string | number | boolean>>;
}

/** What an operator asks of one instance, where roles are given by hand. */
export interface ReplicationRequest {
  readonly command: ReplicationCommand | { readonly type: 'showReplicas' | 'showRole' };
  readonly from: Caller;
}

export type ReplicationAnswer =
  | {
      readonly ok: true;
      readonly columns: readonly string[];
      /** As core/value/codec's encodeResult writes them. */
      readonly rows: Uint8Array;
      readonly servedBy: ServedBy;
    }
  | StatementFailure;

/** A message between objects, with what the transport needs to know of it. */
export interface ClusterCall {
  readonly from: Caller;
  /** What the state machines exchange, as core/value/codec's encodeMessage writes it. */
  readonly message: Uint8Array;
}

/** What InstanceObject answers. */
export interface InstanceRpc {
  run(request: StatementRequest): Promise<StatementAnswer>;
  transact(request: TransactionRequest): Promise<TransactionAnswer>;
  /** The WebSocket upgrade of a live query; the socket ends in the object. The header `skein-database` names the database. */
  fetch(request: Request): Promise<Response>;
  /** SHOW DIVERGED: rows with the columns of durable/diverged-rows.ts, as encodeResult writes them. */
  diverged(from: Caller): Promise<Uint8Array>;
  /** Roles given by hand. */
  replication(request: ReplicationRequest): Promise<ReplicationAnswer>;
  /** A message of the cluster: replication or coordination. */
  receive(call: ClusterCall): Promise<Uint8Array>;
  development(command: DevelopmentCommand): Promise<ObjectDescription>;
}

/** What CoordinatorObject answers. */
export interface CoordinatorRpc {
  ask(request: WorkerRequest): Promise<WorkerResponse>;
  receive(call: ClusterCall): Promise<Uint8Array>;
  development(command: DevelopmentCommand): Promise<ObjectDescription>;
}
