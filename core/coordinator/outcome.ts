/** What a command in the log comes to. */
import type { Assignment } from '../replication/assignment.ts';
import type { ClusterState, CommandRefusal, CommandResult, Database } from './cluster-state.ts';

export interface Outcome {
  readonly state: ClusterState;
  readonly result: CommandResult;
}

/** The database is changed. */
export function set(state: ClusterState, database: Database): Outcome {
  const databases = new Map(state.databases).set(database.assignment.database, database);
  return { state: { ...state, databases }, result: { done: true, database } };
}

/** Nothing is changed. */
export function refuse(state: ClusterState, refusal: CommandRefusal, database: Database | undefined): Outcome {
  return { state, result: { done: false, refusal, database } };
}

/** Names of the database's instances, each once, in the order of its instances. */
export function namesInOrder(assignment: Assignment, names: readonly string[]): readonly string[] {
  return assignment.instances.map(({ name }) => name).filter((name) => names.includes(name));
}

/** The database with a changed assignment, of which MAIN has to hear. */
export function amend(database: Database, change: Partial<Assignment>): Database {
  const version = database.assignment.version + 1;
  return { ...database, assignment: { ...database.assignment, ...change, version }, unconfirmedVersion: version };
}
