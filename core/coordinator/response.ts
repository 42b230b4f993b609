/** Answers to Workers that say that something is done, or why not. */
import type { ErrorCode } from '../error.ts';
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

export function notFound(name: string): WorkerResponse {
  return errorResponse('Neo.ClientError.Database.DatabaseNotFound', `There is no database '${name}'.`);
}
