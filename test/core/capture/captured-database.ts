/** A graph with a log in memory under it, so that its changes can be followed. Each transaction goes through bytes, as in an object. */
import type { ChangeLog } from '../../../core/engine/change-log.ts';
import { Engine } from '../../../core/engine/engine.ts';
import type { StorageHost } from '../../../core/engine/storage-host.ts';
import type { Transaction } from '../../../core/graph/delta.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { ResultValue, Value } from '../../../core/value/value.ts';
import { hashText } from '../../../core/wal/checksum.ts';
import { decodeRecord, type EncodedRecord, encodeRecord, GENESIS } from '../../../core/wal/record.ts';

const START_MS = 1_000;
const COMMIT_MS = 2_000;

export class CapturedDatabase {
  readonly store = new GraphStore();
  readonly engine: Engine;
  /** What is in the log, by lsn - 1; forgotten ones are undefined. */
  readonly records: (EncodedRecord | undefined)[] = [];
  mayLag = false;

  constructor(databaseId = 'test') {
    const changes = this.#log(databaseId);
    const storage: Partial<StorageHost> = { changes, info: () => [] };
    this.engine = new Engine(this.store, {
      clusterId: databaseId,
      database: 'flights',
      // Nothing that is tested asks for snapshots.
      storage: storage as StorageHost,
    });
  }

  run(text: string, parameters: Readonly<Record<string, Value>> = {}): readonly (readonly ResultValue[])[] {
    const options = { seed: 1, nowMs: 0 };
    const execution = this.engine.start(text, new Map(Object.entries(parameters)), options);
    while (execution.next(50) !== 'done') {
      // Changes are told in slices too.
    }
    if (execution.deltas.length > 0) {
      const times = { startMs: START_MS, commitMs: COMMIT_MS };
      const deltas = [...execution.deltas, ...this.store.notesOn(execution.deltas, times)];
      const previousHash = this.records.at(-1)?.hash ?? GENESIS.hash;
      this.records.push(encodeRecord({ epoch: 1, lsn: this.store.lsn + 1, previousHash, deltas }));
      execution.commit(1);
      this.store.acknowledge(this.store.lsn);
      this.store.populateIndexes(Number.POSITIVE_INFINITY);
    } else {
      execution.commit(1);
    }
    return execution.rows;
  }

  /** What the log holds. */
  transactions(): Transaction[] {
    return this.records.flatMap((record) => (record ? [decodeRecord(record.bytes)] : []));
  }

  /** As a checkpoint does with what nobody needs any more. */
  forgetThrough(lsn: number): void {
    for (let i = 0; i < lsn; i += 1) this.records[i] = undefined;
  }

  #log(databaseId: string): ChangeLog {
    const { records } = this;
    const database = this;
    return {
      databaseId,
      serverId: 'weur-1',
      get mayLag() {
        return database.mayLag;
      },
      get firstLsn() {
        return 1 + records.findIndex((record) => record !== undefined);
      },
      hashAt: (lsn) => (lsn === 0 ? hashText(GENESIS.hash) : records[lsn - 1] && hashText(records[lsn - 1]!.hash)),
      read(fromLsn, throughLsn) {
        // A few at a time, as from storage.
        const found = records.slice(fromLsn - 1, Math.min(throughLsn, fromLsn + 1));
        return found.flatMap((record) => (record ? [decodeRecord(record.bytes)] : []));
      },
    };
  }
}
