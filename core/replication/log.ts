/**
 * An instance's log as the replication machine sees it: positions, hashes, and a port through which it reads what the
 * host holds in memory or storage. The machine never sees inside a record.
 */
import { GENESIS_HASH } from '../wal/checksum.ts';
import type { EpochStart } from './epoch-history.ts';

/** Hash of a record, which stands for all records before it: 8 bytes. Before the first record: GENESIS_HASH. */
export type RecordHash = Uint8Array;

/** The end of a log: its last record. An empty log has lsn 0, epoch 0 and the hash before the first record. */
export interface LogPosition {
  readonly lsn: number;
  readonly epoch: number;
  readonly hash: RecordHash;
}

export function emptyPosition(): LogPosition {
  return { lsn: 0, epoch: 0, hash: GENESIS_HASH };
}

/** One record of the WAL, encoded. The host has checked that `bytes` decode to just this lsn, epoch and hash. */
export interface LogRecord {
  readonly lsn: number;
  readonly epoch: number;
  readonly hash: RecordHash;
  readonly bytes: Uint8Array;
}

/** What a snapshot holds. `id` tells two snapshots apart; a transfer that was begun goes on only with the same one. */
export interface SnapshotDescription {
  readonly id: string;
  readonly position: LogPosition;
  readonly history: readonly EpochStart[];
  readonly chunkCount: number;
}

/**
 * Reads of the instance's own log: synchronous, from memory or storage, as of the end of the effects carried out so far.
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
