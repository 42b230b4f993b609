import { TransactionCommit } from '../../../core/engine/transaction-commit.ts';
import type { WriteTransaction } from '../../../core/graph/write-transaction.ts';
import { type Database, type Parameters, plain } from './database.ts';

const BOUNDS = { changesMax: 1_000, bytesMax: 100_000 };

/** A transaction of several statements, as a client would use it. */
export class OpenTransaction {
  readonly #database: Database;
  readonly #transaction: WriteTransaction;
  isCommitted = false;

  constructor(database: Database) {
    this.#database = database;
    this.#transaction = database.store.openTransaction(BOUNDS);
  }

  get isOpen(): boolean {
    return this.#transaction.isOpen;
  }

  start(text: string, parameters: Parameters = {}) {
    const options = { seed: 1, nowMs: 0, transaction: this.#transaction };
    return this.#database.engine.start(text, new Map(Object.entries(parameters)), options);
  }

  rows(text: string, parameters: Parameters = {}): unknown[][] {
    const execution = this.start(text, parameters);
    while (execution.next(Number.POSITIVE_INFINITY) !== 'done');
    return execution.rows.map((row) => row.map(plain));
  }

  /** Commits and acknowledges. Answers with the lsn, if there was something to commit. */
  commit(): number | undefined {
    const transaction = new TransactionCommit(this.#transaction).commit(1);
    this.isCommitted = true;
    if (transaction) this.#database.store.acknowledge(transaction.lsn);
    return transaction?.lsn;
  }

  rollback(): void {
    this.#transaction.rollback();
  }
}
