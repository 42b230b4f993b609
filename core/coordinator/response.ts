/** Answers to Workers that say that something is done, or why not. */
import type { ErrorCode } from '../error.ts';
import type { Assignment } from '../replication/assignment.ts';
import type { WorkerResponse } from './request.ts';

/** It is done, and there is nothing to tell. */
export const DONE: WorkerResponse = { type: 'table', columns: [], rows: [] };

export function errorResponse(code: ErrorCode, message: string): WorkerResponse {
  return { type: 'error', code, message };
}

/** What was asked for makes no sense. `message` is a sentence without its end. */
export function argumentError(message: string): WorkerResponse {
  return errorResponse('Neo.ClientError.Statement.ArgumentError', `${message}.`);
}

/** It may go well at another time. */
export function unavailable(message: string): WorkerResponse {
  return errorResponse('Neo.TransientError.General.DatabaseUnavailable', `${message}. Try again.`);
}

/** The coordinators have no say in it. */
export function manualDatabase({ database, instances }: Pick<Assignment, 'database' | 'instances'>): WorkerResponse {
  return errorResponse('Neo.ClientError.Statement.NotSupported', manualMessage(database, instances));
}

/** What is told to who does not name an instance where roles are given by hand, or wants them given by the coordinators. */
export function manualMessage(database: string, instances: readonly { readonly name: string }[]): string {
  const addresses = instances.map(({ name }) => `${database}@${name}`).join(', ');
  return `Roles in '${database}' are given by hand, by SET REPLICATION ROLE, REGISTER REPLICA and DROP REPLICA. Name the instance that is asked: ${addresses}.`;
}

export function notFound(name: string): WorkerResponse {
  return errorResponse('Neo.ClientError.Database.DatabaseNotFound', `There is no database '${name}'.`);
}
