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

/** SQLite could not write: the object has ended with what is on disk, and begins anew from that. */
export function isStorageFull(error: unknown): boolean {
  return error instanceof Error && error.message.includes('SQLITE_FULL');
}

export function unavailable(database: string): GraphError {
  return new GraphError(
    'Neo.TransientError.General.DatabaseUnavailable',
    `No instance of '${database}' can take the statement now. It was not executed.`,
  );
}

export function unknownOutcome(storageFull = false): GraphError {
  const cause = storageFull
    ? "MAIN's storage is full. It stores nothing more until there is room, and goes on answering reads"
    : 'The connection to MAIN was lost before its answer came';
  return new GraphError(
    'Neo.DatabaseError.Transaction.TransactionCommitFailed',
    `${cause}: the statement may or may not have been executed.`,
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
