/**
 * A transaction of several statements, between which others write. It reads its snapshot and its own changes.
 *
 * At most one transaction's changes are in the columns. When somebody else wants to write, they are taken out again and kept as
 * deltas, and made anew at the transaction's next statement: so all else, from counts to snapshots on disk, never meets the
 * changes of two who are open. That they still can be made is what the claims see to. See docs/decisions/transactions.md.
 */
import { assert } from '../assert.ts';
import { GraphError } from '../error.ts';
import type { Guard } from './claims.ts';
import { type Delta, renumbered, type Transaction } from './delta.ts';
import type { Pin } from './graph-store.ts';
import type { GraphView } from './graph-view.ts';
import { OBJECT_BYTES } from './memory.ts';
import { storedBytes } from './stored-value.ts';
import { Writer, type WriterParts } from './writer.ts';

/** What one transaction may change. Its changes are made anew whenever it has had to give way. */
export interface TransactionBounds {
  readonly changesMax: number;
  readonly bytesMax: number;
}

export interface WriteTransactionFields {
  /** With the transaction's guard. */
  readonly parts: WriterParts;
  readonly guard: Guard;
  readonly pin: Pin;
  readonly bounds: TransactionBounds;
  /** Takes out of the columns what another transaction has there. */
  readonly giveWay: () => void;
  /** Opens the writer, and answers what it sees. */
  readonly begin: () => GraphView;
}

export class WriteTransaction {
  readonly #fields: WriteTransactionFields;
  #state: 'idle' | 'running' | 'committed' | 'rolledBack' = 'idle';
  /** While its changes are in the columns. */
  #writer: Writer | undefined;
  /** While they are not. */
  #deltas: readonly Delta[] = [];
  /** What its changes take, of which these many have been counted. */
  #bytes = 0;
  #countedDeltas = 0;
  /** Of the bytes, what the store's counter knows. */
  #heldBytes = 0;

  constructor(fields: WriteTransactionFields) {
    this.#fields = fields;
  }

  get isOpen(): boolean {
    return this.#state === 'idle' || this.#state === 'running';
  }

  get isCommitted(): boolean {
    return this.#state === 'committed';
  }

  /** Whether it waits for its next statement. */
  get isIdle(): boolean {
    return this.#state === 'idle';
  }

  /** From where it reads. */
  get lsn(): number {
    return this.#fields.pin.lsn;
  }

  /** What its changes take while others write: counted at the end of each statement. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What it has changed so far. In the form in which it can be committed only after `prepare`. */
  get deltas(): readonly Delta[] {
    return this.#writer?.deltas ?? this.#deltas;
  }

  /** Begins a statement that writes. `leave` ends it. */
  enter(): Writer {
    assert(this.#state === 'idle', 'a transaction runs one statement at a time');
    this.#resume();
    this.#state = 'running';
    return this.#writer!;
  }

  /** Begins a statement that reads. While the transaction has changed nothing, others may write during it. `leave` ends it. */
  enterToRead(): GraphView {
    if (this.deltas.length > 0) return this.enter().view;
    assert(this.#state === 'idle', 'a transaction runs one statement at a time');
    this.giveWay();
    this.#state = 'running';
    return this.#fields.pin.view;
  }

  /** The statement has done what it was to do. Fails, and rolls back, when the transaction has become too large. */
  leave(): void {
    assert(this.#state === 'running', 'no statement is running');
    this.#state = 'idle';
    const { guard, bounds } = this.#fields;
    const { changesMax, bytesMax } = bounds;
    const { deltas } = this;
    for (; this.#countedDeltas < deltas.length; this.#countedDeltas += 1) {
      this.#bytes += bytesOf(deltas[this.#countedDeltas]!);
    }
    if (deltas.length <= changesMax && guard.count <= changesMax && this.#bytes <= bytesMax) return;
    this.rollback();
    throw new GraphError(
      'Neo.TransientError.General.TransactionMemoryLimit',
      `A transaction of several statements makes at most ${changesMax} changes, of ${bytesMax} bytes. It was rolled back.`,
    );
  }

  /** Takes its changes out of the columns for others to write there. */
  giveWay(): void {
    const writer = this.#writer;
    if (writer === undefined) return;
    assert(this.#state === 'idle', 'a statement is running');
    this.#deltas = writer.deltas;
    this.#writer = undefined;
    writer.rollback();
    const { state } = this.#fields.parts;
    for (const delta of this.#deltas) {
      if (delta.type === 'createNode') state.nodes.ids.reserve(delta.node);
      else if (delta.type === 'createRelationship') state.relationships.ids.reserve(delta.relationship);
    }
    this.#heldBytes = this.#bytes;
    state.memory.bytes += this.#heldBytes;
  }

  /** Readies the changes to be committed in this turn. Fails, and rolls back, when a constraint does not let them be. */
  prepare(): void {
    assert(this.#state === 'idle', 'a transaction is committed between its statements');
    this.#resume();
    try {
      this.#writer!.checkConstraints();
    } catch (error) {
      this.rollback();
      throw error;
    }
  }

  /** Commits what has been prepared; undefined when nothing has been changed. */
  commit(epoch: number): Transaction | undefined {
    const writer = this.#writer;
    assert(this.#state === 'idle' && writer !== undefined, 'what is committed has been prepared');
    if (writer.deltas.length === 0) {
      this.rollback();
      return undefined;
    }
    const transaction = writer.commit(epoch);
    this.#writer = undefined;
    this.#end('committed');
    return transaction;
  }

  /** Ends the transaction without a trace. Does nothing when it has ended. */
  rollback(): void {
    if (!this.isOpen) return;
    this.#writer?.rollback();
    this.#writer = undefined;
    this.#end('rolledBack');
  }

  #resume(): void {
    if (this.#writer !== undefined) return;
    const { parts, begin, giveWay } = this.#fields;
    giveWay();
    parts.state.memory.bytes -= this.#heldBytes;
    this.#heldBytes = 0;
    const view = begin();
    const deltas = renumbered(this.#deltas, parts.state.tokens);
    this.#writer = new Writer({ ...parts, view }, deltas);
  }

  #end(how: 'committed' | 'rolledBack'): void {
    this.#state = how;
    const { parts, guard, pin } = this.#fields;
    const { nodes, relationships, memory } = parts.state;
    memory.bytes -= this.#heldBytes;
    this.#heldBytes = 0;
    for (const delta of this.#deltas) {
      if (delta.type === 'createNode') nodes.ids.return(delta.node);
      else if (delta.type === 'createRelationship') relationships.ids.return(delta.relationship);
    }
    this.#deltas = [];
    guard.release();
    pin.release();
  }
}

const DELTA_BYTES = OBJECT_BYTES + 40;

function bytesOf(delta: Delta): number {
  return DELTA_BYTES + ('value' in delta ? storedBytes(delta.value) : 0);
}
