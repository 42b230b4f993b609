import { assert } from '../assert.ts';
import type { Delta, Transaction } from '../graph/delta.ts';
import type { Pin } from '../graph/graph-store.ts';
import type { WriteTransaction } from '../graph/write-transaction.ts';
import type { Writer } from '../graph/writer.ts';

const NO_DELTAS: readonly Delta[] = [];

/** The writer or the state of the graph that an execution holds. Let go of once, whatever happens first; then others may be held. */
export class Holdings {
  #writer: Writer | undefined;
  #pin: Pin | undefined;
  #transaction: WriteTransaction | undefined;

  holdWriter(writer: Writer): void {
    this.#writer = writer;
  }

  /** It has been entered. */
  holdTransaction(transaction: WriteTransaction): void {
    this.#transaction = transaction;
  }

  /** Whether what is written is committed by somebody else. */
  get areShared(): boolean {
    return this.#transaction !== undefined;
  }

  holdPin(pin: Pin): void {
    this.#pin = pin;
  }

  get deltas(): readonly Delta[] {
    return this.#writer?.deltas ?? NO_DELTAS;
  }

  /** Commits what has been written; undefined when nothing has. */
  commit(epoch: number): Transaction | undefined {
    const writer = this.#writer;
    if (writer === undefined || writer.deltas.length === 0) {
      this.release();
      return undefined;
    }
    this.#writer = undefined;
    return writer.commit(epoch);
  }

  /** Rolls the writer back, and holds another one in its place. */
  rollBackAnd(begin: () => Writer): Writer {
    assert(this.#writer, 'a statement that has ended has no transactions');
    this.#writer.rollback();
    this.#writer = begin();
    return this.#writer;
  }

  /** Commits, and holds another writer. Without changes the one that is open goes on. */
  commitAnd(
    begin: () => Writer,
    epoch: number,
  ): { readonly writer: Writer; readonly transaction: Transaction | undefined } {
    assert(this.#writer, 'a statement that commits on its way holds a writer');
    if (this.#writer.deltas.length === 0) return { writer: this.#writer, transaction: undefined };
    const transaction = this.#writer.commit(epoch);
    this.#writer = begin();
    return { writer: this.#writer, transaction };
  }

  release(): void {
    const writer = this.#writer;
    const pin = this.#pin;
    this.#writer = undefined;
    this.#pin = undefined;
    writer?.rollback();
    pin?.release();
    const transaction = this.#transaction;
    this.#transaction = undefined;
    transaction?.leave();
  }

  /** The statement has failed, or is not wanted any more. That ends the transaction which it is part of. */
  giveUp(): void {
    this.#transaction?.rollback();
    this.#transaction = undefined;
    this.release();
  }
}
