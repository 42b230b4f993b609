/** Transactions that are committed in one turn: one group of records in the log, one message to each replica. */
import type { Execution } from '../core/engine/execution.ts';
import type { Transaction } from '../core/graph/delta.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { CommittedRecord } from '../core/replication/instance-event.ts';
import type { InstanceState } from '../core/replication/instance-state.ts';
import { versionRefusalOf } from '../core/replication/version-need.ts';
import { type EncodedRecord, encodeRecord, versionOfRecord } from '../core/wal/record.ts';
import type { Acknowledgements } from './acknowledgements.ts';
import type { InstanceLog } from './instance-log.ts';
import type { Committed } from './write-queue.ts';

/** What a commit needs of its instance. The graph and the machine's state change under it, so they are asked for anew. */
export interface CommitHost {
  readonly acknowledgements: Acknowledgements;
  readonly log: InstanceLog;
  state(): InstanceState;
  store(): GraphStore;
  /** A transaction has been committed to the graph. */
  noted(transaction: Transaction): void;
  /** Records have been stored in this turn. */
  committed(records: readonly CommittedRecord[]): void;
}

export class CommitGroup {
  readonly #host: CommitHost;
  /** Committed to the graph in this turn, not stored yet. */
  #records: EncodedRecord[] = [];
  /** When the last of them was committed. */
  #commitMs = 0;

  constructor(host: CommitHost) {
    this.#host = host;
  }

  /**
   * Commits to the graph what a finished statement has changed, if anything. A GraphError: it was rolled back. `startMs`: when it
   * began, in milliseconds since 1970.
   */
  commit(execution: Execution, startMs: number): Committed {
    const { acknowledgements } = this.#host;
    const { epoch } = this.#host.state();
    const store = this.#host.store();
    // Encoded first: a transaction that is too large for a record must fail while it can be rolled back.
    const record = this.#encode(execution, { epoch, lsn: store.lsn + 1, startMs });
    const transaction = execution.commit(epoch);
    if (record) this.#records.push(record);
    if (transaction) this.#host.noted(transaction);
    return { lsn: store.lsn, acknowledged: acknowledgements.of(store.lsn) };
  }

  /** Stores the group's records and hands them to replication. In the same turn as the commits. */
  flush(): void {
    const records = this.#records;
    if (records.length === 0) return;
    this.#records = [];
    this.#host.log.append(records);
    this.#host.committed(
      records.map(({ lsn, epoch, hash, bytes }) => ({ lsn, epoch, hash, version: versionOfRecord(bytes) })),
    );
  }

  #encode(
    execution: Execution,
    { epoch, lsn, startMs }: { readonly epoch: number; readonly lsn: number; readonly startMs: number },
  ): EncodedRecord | undefined {
    if (execution.deltas.length === 0) return undefined;
    const { log } = this.#host;
    const isFirst = this.#records.length === 0;
    const commitMs = isFirst ? log.timeOfNext(Date.now()) : Math.max(Date.now(), this.#commitMs);
    this.#commitMs = commitMs;
    const notes = this.#host.store().notesOn(execution.deltas, { startMs, commitMs });
    const deltas = notes.length === 0 ? execution.deltas : [...execution.deltas, ...notes];
    const previousHash = this.#records.at(-1)?.hash ?? log.last.hash;
    try {
      const record = encodeRecord({ epoch, lsn, previousHash, commitMs, deltas });
      const refusal = versionRefusalOf(this.#host.state(), versionOfRecord(record.bytes));
      if (refusal) throw refusal;
      return record;
    } catch (error) {
      execution.cancel();
      throw error;
    }
  }
}
