/** What an instance replied, as the doors need it; and what is told when it did not. */
import { fromErrorRecord, GraphError } from '../core/error.ts';
import { decodeResult } from '../core/value/codec.ts';
import type {
  StatementAnswer,
  StatementFailure,
  StatementResult,
  TransactionAnswer as TransactionReply,
} from '../durable/protocol.ts';
import type { Answer, Failure, Result, TransactionAnswer } from './answer.ts';
import type { StorageFailure } from './storage-failure.ts';

export function toAnswer(answer: StatementAnswer): Answer {
  if (!answer.ok) return toFailure(answer);
  const { bookmark, notifications, servedBy } = answer;
  return { ok: true, ...toResult(answer), bookmarks: [bookmark], notifications, server: servedBy };
}

export function toTransactionAnswer(answer: TransactionReply): TransactionAnswer {
  if (!answer.ok) return toFailure(answer);
  const { result, transaction, bookmark, notifications, servedBy } = answer;
  const bookmarks = bookmark === undefined ? [] : [bookmark];
  return { ok: true, result: result && toResult(result), transaction, bookmarks, notifications, server: servedBy };
}

function toResult({ rows, counters, queryType, plan }: StatementResult): Result {
  return { ...decodeResult(rows), counters, queryType, plan };
}

function toFailure({ error, servedBy }: StatementFailure): Failure {
  return { ok: false, error: fromErrorRecord(error), server: servedBy };
}

/** The platform refused the call for the object's queue; such a call is never delivered. */
export function isOverloaded(error: unknown): boolean {
  return error instanceof Error && 'overloaded' in error && error.overloaded === true;
}

/** `told`: what is known of why. */
export function unavailable(database: string, told?: string): GraphError {
  const message = `No instance of '${database}' can take the statement now. It was not executed.`;
  return new GraphError(
    'Neo.TransientError.General.DatabaseUnavailable',
    told === undefined ? message : `${message} ${told}`,
  );
}

/** `failure`: what MAIN's storage said when the object ended, if it was that. */
export function unknownOutcome(failure?: StorageFailure): GraphError {
  return new GraphError(
    'Neo.DatabaseError.Transaction.TransactionCommitFailed',
    `${lossOf(failure)}: the statement may or may not have been executed.`,
  );
}

function lossOf(failure: StorageFailure | undefined): string {
  switch (failure?.kind) {
    case undefined:
      return 'The connection to MAIN was lost before its answer came';
    case 'full':
      return "MAIN's storage is full. It stores nothing more until there is room, and goes on answering reads";
    case 'damaged':
      return `MAIN's storage is damaged (${failure.words})`;
    case 'newer':
    case 'failed':
      return `MAIN could not store it (${failure.words}), and has begun anew with what is on disk`;
  }
}

/** What the runtime says of an object that it could not begin or go on with: no more than where its log tells of it. */
export function endOf(database: string, instance: string, error: unknown): GraphError | undefined {
  if (!(error instanceof Error) || !error.message.startsWith('internal error')) return undefined;
  return new GraphError(
    'Neo.TransientError.General.DatabaseUnavailable',
    `The runtime has ended '${database}@${instance}', or could not open its storage: its log tells why (${error.message.slice(0, 100)}).`,
  );
}

/** A newer build has written what the object found: nothing is lost, nothing was executed, and nothing will be until one is deployed. */
export function newerStorage(database: string, instance: string, words: string): GraphError {
  return new GraphError(
    'Neo.TransientError.General.DatabaseUnavailable',
    `'${database}@${instance}' was written by a newer build: ${words} The statement was not executed.`,
  );
}

/** The object of an instance could not begin: nothing was executed, and nothing will be until somebody has done something about it. */
export function damagedStorage(database: string, instance: string, words: string): GraphError {
  return new GraphError(
    'Neo.DatabaseError.General.StorageDamageDetected',
    `The storage of '${database}@${instance}' cannot be read: ${words}. The statement was not executed. What only this instance held is lost, unless there is a copy of its file; what other instances hold goes on, and fills it again once the file is away.`,
  );
}

/** An id that no instance has given. */
export function noSuchTransaction(id: string): GraphError {
  const shown = JSON.stringify(id.slice(0, 80));
  return new GraphError('Neo.ClientError.Transaction.TransactionNotFound', `There is no transaction ${shown}.`);
}

/** Nothing has been committed of it, as no commit was sent. */
export function lostTransaction(): GraphError {
  return new GraphError(
    'Neo.TransientError.Transaction.LeaseExpired',
    'The connection to the instance on which the transaction was open is lost. It is rolled back; begin it again.',
  );
}
