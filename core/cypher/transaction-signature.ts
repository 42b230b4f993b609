/** What commands about transactions of several requests give: tables, as SHOW INDEXES does. */
import { fieldType, type ProcedureArgument } from './procedure-signature.ts';
import { signature } from './show-signature.ts';

const IDS: readonly ProcedureArgument[] = [{ name: 'ids', type: fieldType('ANY?'), default: null }];

/** Neo4j's columns, as far as there is something to say; the last four are Skein's. */
export const SHOW_TRANSACTIONS = signature({
  name: 'SHOW TRANSACTIONS',
  readsGraph: false,
  arguments: IDS,
  brief: {
    database: 'STRING',
    transactionId: 'STRING',
    currentQueryId: 'STRING',
    connectionId: 'STRING',
    clientAddress: 'STRING',
    username: 'STRING',
    currentQuery: 'STRING',
    startTime: 'STRING',
    status: 'STRING',
    elapsedTime: 'DURATION',
  },
  rest: {
    estimatedUsedHeapMemory: 'INTEGER',
    accessMode: 'STRING',
    changes: 'INTEGER',
    snapshot: 'INTEGER',
    expires: 'STRING',
  },
});

export const TERMINATE_TRANSACTIONS = signature({
  name: 'TERMINATE TRANSACTIONS',
  readsGraph: false,
  arguments: IDS,
  brief: { transactionId: 'STRING', username: 'STRING?', message: 'STRING' },
});

/** Whether a procedure is about the transactions that are open on the one instance that carries it out. */
export function isOfTransactions(procedure: string): boolean {
  return procedure === SHOW_TRANSACTIONS.name || procedure === TERMINATE_TRANSACTIONS.name;
}
