/** Requests of transactions that live over several, for all doors: what in them no instance answers is answered here. */
import { GraphError } from '../core/error.ts';
import type { Answer, Result, TransactionAnswer, TransactionCall } from './answer.ts';
import type { Coordinators } from './coordinators.ts';
import type { Router } from './router.ts';
import type { StatementKind } from './statement-kind.ts';
import { runSystemQuery, SYSTEM_DATABASE } from './system-query.ts';

interface Parts {
  readonly router: Router;
  readonly coordinators: Coordinators;
  kindOf(statement: string): StatementKind;
}

/** Takes one step. A failure of any kind is in the answer, or thrown as GraphError when nobody answered. */
export async function runTransaction(call: TransactionCall, parts: Parts): Promise<TransactionAnswer> {
  const { database, statement } = call;
  if (database === SYSTEM_DATABASE) {
    throw new GraphError(
      'Neo.ClientError.Statement.NotSupported',
      `There are no transactions of several requests on the database '${SYSTEM_DATABASE}'. Send each statement on its own.`,
    );
  }
  const kind = statement === undefined ? undefined : kindOf(statement, call, parts);
  switch (kind?.type) {
    case 'system':
      return rollBack(call, parts, commandInTransaction());
    case 'show':
      return show(call, kind.table, parts);
    default:
      return parts.router.transact(call);
  }
}

/** A statement that does not parse ends its transaction like any other that fails, so the instance is to find that out. */
function kindOf(statement: string, { step }: TransactionCall, parts: Parts): StatementKind | undefined {
  try {
    return parts.kindOf(statement);
  } catch (error) {
    if (step.type === 'begin') throw error;
    return undefined;
  }
}

/** What the coordinators know: the transaction only learns that it goes on. */
async function show(call: TransactionCall, table: string, parts: Parts): Promise<TransactionAnswer> {
  const { step, statement = '' } = call;
  const answer = await runSystemQuery(
    { ...call, statement, accessMode: 'read', bookmarks: [], readLevel: 'nearest' },
    table,
    parts.coordinators,
  ).catch((error: unknown): Answer => {
    if (error instanceof GraphError) return { ok: false, error, server: undefined };
    throw error;
  });
  if (!answer.ok) return step.type === 'begin' ? answer : rollBack(call, parts, answer.error);
  const { columns, rows, counters, queryType, plan } = answer;
  const result: Result = { columns, rows, counters, queryType, plan };
  const taken = await parts.router.transact({ ...call, statement: undefined });
  return taken.ok ? { ...taken, result } : taken;
}

/** The statement fails before it comes to an instance, where its transaction ends for that. */
async function rollBack(call: TransactionCall, { router }: Parts, error: GraphError): Promise<TransactionAnswer> {
  const { step } = call;
  if (step.type === 'begin') throw error;
  const ended = await router.transact({ ...call, step: { type: 'rollback', id: step.id }, statement: undefined });
  return ended.ok ? { ok: false, error, server: ended.server } : ended;
}

function commandInTransaction(): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    'Commands about databases and the cluster are sent on their own, and not in a transaction.',
  );
}
