/** What a statement came to, whoever answered it: an instance, or the coordinators for the database `system`. */
import type { GraphError } from '../core/error.ts';
import type { ResultValue, Value } from '../core/value/value.ts';
import type { Counters, Notification, PlanDescription, QueryType, ReadLevel } from '../durable/protocol.ts';

/** Who answered, for the header `skein-served-by`. */
export interface Server {
  readonly name: string;
  readonly role: string;
  readonly region: string;
}

export interface StatementCall {
  readonly database: string;
  /** Only this instance may answer: the address was `database@instance`. */
  readonly instance: string | undefined;
  readonly statement: string;
  readonly parameters: ReadonlyMap<string, Value>;
  /** What the client declared; without it the statement decides. */
  readonly accessMode: 'read' | 'write' | undefined;
  readonly bookmarks: readonly string[];
  readonly readLevel: ReadLevel;
  readonly deadlineMs: number;
  /** The caller's region. */
  readonly region: string;
}

/** One request of a transaction that lives over several. */
export interface TransactionCall {
  readonly database: string;
  /** Only this instance may answer: the address was `database@instance`. */
  readonly instance: string | undefined;
  readonly step: TransactionStep;
  /** Without it the step is all there is. */
  readonly statement: string | undefined;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly deadlineMs: number;
  /** The caller's region. */
  readonly region: string;
}

export type TransactionStep =
  | {
      readonly type: 'begin';
      readonly accessMode: 'read' | 'write';
      readonly bookmarks: readonly string[];
      readonly readLevel: ReadLevel;
      readonly lifetimeMs: number | undefined;
    }
  | { readonly type: 'run' | 'commit' | 'rollback'; readonly id: string };

export type TransactionAnswer =
  | {
      readonly ok: true;
      /** Of the statement, if there was one. */
      readonly result: Result | undefined;
      /** While it is open. */
      readonly transaction: { readonly id: string; readonly expiresAtMs: number } | undefined;
      /** Of a commit. */
      readonly bookmarks: readonly string[];
      readonly notifications: readonly Notification[];
      readonly server: Server | undefined;
    }
  | Failure;

/** What a statement came to that succeeded. */
export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ResultValue[])[];
  readonly counters: Counters;
  readonly queryType: QueryType;
  readonly plan: PlanDescription | undefined;
}

export interface Success extends Result {
  readonly ok: true;
  readonly bookmarks: readonly string[];
  readonly notifications: readonly Notification[];
  readonly server: Server | undefined;
}

export interface Failure {
  readonly ok: false;
  readonly error: GraphError;
  readonly server: Server | undefined;
}

export type Answer = Success | Failure;
