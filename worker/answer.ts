/** What a statement came to, whoever answered it: an instance, or the coordinators for the database `system`. */
import type { GraphError } from '../core/error.ts';
import type { ResultValue, Value } from '../core/value/value.ts';
import type { Counters, Notification, PlanDescription, QueryType } from '../durable/protocol.ts';

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
  readonly deadlineMs: number;
  /** The caller's region. */
  readonly region: string;
}

export type Answer =
  | {
      readonly ok: true;
      readonly columns: readonly string[];
      readonly rows: readonly (readonly ResultValue[])[];
      readonly bookmarks: readonly string[];
      readonly counters: Counters;
      readonly queryType: QueryType;
      readonly notifications: readonly Notification[];
      readonly plan: PlanDescription | undefined;
      readonly server: Server | undefined;
    }
  | { readonly ok: false; readonly error: GraphError; readonly server: Server | undefined };
