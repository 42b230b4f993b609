/** What clients are told of statements: results, failures, and who answered. */
import type { PreparedStatement } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { GraphError, toErrorRecord } from '../core/error.ts';
import type { SyncReplicationFailure } from '../core/replication/instance-event.ts';
import { decodeValue, encodeResult } from '../core/value/codec.ts';
import type { Value } from '../core/value/value.ts';
import type { Notification, QueryType, ServedBy, StatementFailure, StatementResult } from './protocol.ts';

/** The instance does nothing for clients now; another one may. */
export class NotServing extends GraphError {
  constructor(
    reason: string,
    code:
      | 'Neo.TransientError.General.DatabaseUnavailable'
      | 'Neo.DatabaseError.General.StorageDamageDetected' = 'Neo.TransientError.General.DatabaseUnavailable',
  ) {
    super(code, reason);
  }
}

export function resultOf(execution: Execution): StatementResult {
  const { columns, rows, counters, plan } = execution;
  return {
    columns,
    rows: encodeResult({ columns, rows }),
    counters,
    queryType: queryTypeOf(execution),
    ...(plan && { plan }),
  };
}

/** What went wrong, and whether somebody else should be asked instead. */
export function failureOf(error: unknown, servedBy: ServedBy): StatementFailure {
  if (!(error instanceof GraphError)) console.error('a statement ended with an internal error:', error);
  const failure: StatementFailure = { ok: false, error: toErrorRecord(error), servedBy };
  if (error instanceof NotServing) return { ...failure, retry: 'unreachable' };
  const isNotMain = error instanceof GraphError && error.code === 'Neo.ClientError.Cluster.NotALeader';
  return isNotMain ? { ...failure, retry: 'notMain' } : failure;
}

/** Whether only MAIN can do it. */
export function needsMain({ kind, explain }: PreparedStatement): boolean {
  return !explain && (kind === 'write' || kind === 'schema');
}

export function writeInReadMode(): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.AccessMode',
    'The statement writes, and was sent with access mode READ. Nothing was changed.',
  );
}

export function decodeParameters(bytes: Uint8Array): ReadonlyMap<string, Value> {
  const parameters = decodeValue(bytes);
  if (parameters instanceof Map) return parameters;
  throw new GraphError('Neo.ClientError.Request.InvalidFormat', 'The parameters are not a map.');
}

export function replicationNotification(failure: SyncReplicationFailure): Notification {
  return {
    code: 'SyncReplicationFailure',
    title: 'A SYNC replica did not confirm the transaction',
    description: failure.message,
    severity: 'WARNING',
    category: 'TOPOLOGY',
  };
}

function queryTypeOf({ kind, counters, columns }: Execution): QueryType {
  if (kind === 'schema') return 's';
  const isChanged = Object.values(counters).some((count) => count > 0);
  if (kind === 'read' || !isChanged) return 'r';
  return columns.length > 0 ? 'rw' : 'w';
}
