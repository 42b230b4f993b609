/**
 * The end of a transaction of several statements, in the form of a statement that has run: whoever commits statements, in their
 * turn and several in a group, commits it in the same way.
 */
import type { StatementKind } from '../cypher/classify.ts';
import { type Counters, NO_CHANGES } from '../executor/counters.ts';
import type { Delta, Transaction } from '../graph/delta.ts';
import type { WriteTransaction } from '../graph/write-transaction.ts';
import type { Execution } from './execution.ts';

export class TransactionCommit implements Execution {
  readonly columns: readonly string[] = [];
  readonly kind: StatementKind = 'write';
  readonly rows: readonly [] = [];
  readonly hasObjects = false;
  /** Its statements have told theirs. */
  readonly counters: Counters = NO_CHANGES;
  readonly plan = undefined;
  readonly #transaction: WriteTransaction;

  /** To be committed in the same turn. Fails, and rolls back, when a constraint does not let the changes be. */
  constructor(transaction: WriteTransaction) {
    this.#transaction = transaction;
    transaction.prepare();
  }

  get deltas(): readonly Delta[] {
    return this.#transaction.deltas;
  }

  next(_workBudget?: number): 'done' {
    return 'done';
  }

  commit(epoch: number): Transaction | undefined {
    return this.#transaction.commit(epoch);
  }

  cancel(): void {
    this.#transaction.rollback();
  }
}
