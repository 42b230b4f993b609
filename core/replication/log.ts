/**
 * An instance's log as the replication machine sees it: positions, hashes, and a port through which it reads what the
 * host holds in memory or storage. The machine never sees inside a record.
 */
import type { EncodedRecord, LogPosition } from '../wal/record.ts';
import type { EpochStart } from './epoch-history.ts';

/** Where a log ends: its last record. The empty log is at `GENESIS` (core/wal/record.ts). */
export type { LogPosition };

/** Hash of a record, which stands for all records before it. */
export type RecordHash = LogPosition['hash'];

/** One record of the WAL as it travels. The receiving host has checked that `bytes` decode to just this lsn, epoch and hash. */
export type LogRecord = EncodedRecord;

/** What a snapshot holds. `id` tells two snapshots apart; a transfer that was begun goes on only with the same one. */
export interface SnapshotDescription {
  readonly id: string;
  readonly position: LogPosition;
  readonly history: readonly EpochStart[];
  readonly chunkCount: number;
  /** The oldest version that understands it, where that is not the oldest there is. */
  readonly version?: number;
}

/**
 * Reads of the instance's own log: synchronous, from memory or storage, as it is before the step's effects.
 * Handed to the machine with each event, so that its state stays small.
 */
export interface LogReader {
  /**
   * The record at `lsn`, 1 or more; undefined when it is not retained. Answers also for the record just before the
   * first retained one (its hash stands in the snapshot's manifest).
   */
  at(lsn: number): LogPosition | undefined;
  /** Records from `fromLsn` on, in order; at least one, then up to the bounds. Empty when `fromLsn` is not retained. */
  read(range: { fromLsn: number; throughLsn: number; bytesMax: number; recordsMax: number }): readonly LogRecord[];
  /** The newest sound snapshot; undefined when there is none. */
  snapshot(): SnapshotDescription | undefined;
  /** A chunk of the snapshot `id`; undefined when that snapshot is gone. */
  snapshotChunk(id: string, chunk: number): Uint8Array | undefined;
}

/** The log with the records that the effects of this step will append: who passes them on need not wait for the next event. */
export function withRecords(log: LogReader, records: readonly LogRecord[]): LogReader {
  const firstLsn = records[0]?.lsn ?? Number.POSITIVE_INFINITY;
  return {
    at(lsn) {
      const record = records[lsn - firstLsn];
      return record === undefined ? log.at(lsn) : { lsn, epoch: record.epoch, hash: record.hash };
    },
    read(range) {
      const { fromLsn, throughLsn } = range;
      // One message brought them, so one message takes them on.
      if (fromLsn >= firstLsn) return records.filter(({ lsn }) => lsn >= fromLsn && lsn <= throughLsn);
      return log.read({ ...range, throughLsn: Math.min(throughLsn, firstLsn - 1) });
    },
    snapshot: () => log.snapshot(),
    snapshotChunk: (id, chunk) => log.snapshotChunk(id, chunk),
  };
}
