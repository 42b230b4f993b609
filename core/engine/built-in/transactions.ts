/** SHOW TRANSACTIONS and TERMINATE TRANSACTIONS. Source of names and columns: Neo4j. */
import { SHOW_TRANSACTIONS, TERMINATE_TRANSACTIONS } from '../../cypher/transaction-signature.ts';
import { GraphError } from '../../error.ts';
import type { Procedure } from '../../executor/procedure.ts';
import { isList } from '../../value/equality.ts';
import { momentAt } from '../../value/temporal/construction.ts';
import { durationOf } from '../../value/temporal/duration.ts';
import { formatTemporal } from '../../value/temporal/format.ts';
import { dateTimeAt, UTC } from '../../value/temporal/zone.ts';
import type { Value } from '../../value/value.ts';
import type { StorageHost } from '../storage-host.ts';
import type { TransactionInfo } from '../transaction-host.ts';
import { atOnce } from './rows.ts';

/** There is one user. */
const USERNAME = 'admin';

interface Place {
  readonly database: string | undefined;
  /** Undefined where no transactions of several requests are kept. */
  readonly storage: StorageHost | undefined;
}

export function transactionProcedures({ database = '', storage }: Place): Procedure[] {
  const transactions = () => storage?.transactions;
  return [
    atOnce(SHOW_TRANSACTIONS, ([, given], context) => {
      const ids = idsOf(given);
      const wanted = (transactions()?.transactions() ?? []).filter(({ id }) => ids === undefined || ids.includes(id));
      return wanted.map((one) => rowOf(one, { database, nowMs: context.nowMs }));
    }),
    atOnce(TERMINATE_TRANSACTIONS, ([, given]) =>
      (idsOf(given) ?? []).map((id) =>
        transactions()?.terminate(id)
          ? [id, USERNAME, 'Transaction terminated.']
          : [id, null, 'Transaction not found.'],
      ),
    ),
  ];
}

function rowOf(one: TransactionInfo, { database, nowMs }: { database: string; nowMs: number }): Value[] {
  const { id, accessMode, statement, beganAtMs, expiresAtMs, changeCount, bytes, lsn } = one;
  const elapsedMs = Math.max(0, nowMs - beganAtMs);
  const elapsed = durationOf({ seconds: Math.floor(elapsedMs / 1_000), nanoseconds: (elapsedMs % 1_000) * 1_000_000 });
  return [
    database,
    id,
    '',
    '',
    '',
    USERNAME,
    statement ?? '',
    timeOf(beganAtMs),
    statement === undefined ? 'Idle' : 'Running',
    elapsed,
    bytes,
    accessMode,
    changeCount,
    lsn,
    timeOf(expiresAtMs),
  ];
}

function timeOf(ms: number): string {
  return formatTemporal(dateTimeAt(UTC, momentAt(ms)));
}

/** One id or several. Undefined: all that there are. */
function idsOf(given: Value | undefined): readonly string[] | undefined {
  if (given === null || given === undefined) return undefined;
  const ids = isList(given) ? given : [given];
  return ids.map((id) => {
    if (typeof id === 'string') return id;
    throw new GraphError('Neo.ClientError.Statement.TypeError', 'The id of a transaction must be a string.');
  });
}
