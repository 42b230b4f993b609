/**
 * An instance's log and snapshots: what is in storage, the newest records in memory too, and the index of hashes over both.
 * This is the port through which the replication machine reads. Nothing here decides; what is written was decided before.
 */
import type { LogPosition, LogReader, LogRecord, SnapshotDescription } from '../core/replication/log.ts';
import type { EpochStart, LogIndex } from '../core/wal/log-index.ts';
import { decodeManifest, type SnapshotManifest } from '../core/wal/manifest.ts';
import type { EncodedRecord } from '../core/wal/record.ts';
import { type StoredSnapshot as RecoverableSnapshot, type Recovery, recover } from '../core/wal/recovery.ts';
import { type SegmentName, segmentText } from '../core/wal/segment.ts';
import { describe, SnapshotTable, type StoredSnapshot } from './snapshot-table.ts';
import { WalTable } from './wal-table.ts';

/** Encoded records kept in memory for replicas, in bytes. Who is further behind is served from storage. */
const RECENT_BYTES_MAX = 4 * 1024 * 1024;

/** Complete snapshots kept: the newest, and one more for the day the newest turns out to be damaged. */
const SNAPSHOTS_KEPT = 2;

export class InstanceLog implements LogReader {
  readonly #wal: WalTable;
  readonly #snapshots: SnapshotTable;
  /** Undefined until `recover`. */
  #index: LogIndex | undefined;
  #recent: LogRecord[] = [];
  #recentBytes = 0;
  #walBytesSinceSnapshot = 0;

  constructor(sql: SqlStorage) {
    this.#wal = new WalTable(sql);
    this.#snapshots = new SnapshotTable(sql);
  }

  /** Reads everything in storage, checks it, and builds the graph from it. */
  recover(acknowledgedLsn: number): Recovery {
    const recovery = recover({
      snapshots: this.#snapshots.list().map((stored) => this.#recoverable(stored)),
      rows: this.#wal.rows(),
      acknowledgedLsn,
    });
    this.#index = recovery.index;
    this.#recent = [];
    this.#recentBytes = 0;
    return recovery;
  }

  /** Stores records that follow the log's end, as one group, in the caller's turn. */
  append(records: readonly EncodedRecord[]): void {
    this.#wal.append(records);
    for (const record of records) {
      this.#loaded.append({ lsn: record.lsn, epoch: record.epoch, hash: record.hash });
      this.#recent.push(record);
      this.#recentBytes += record.bytes.length;
      this.#walBytesSinceSnapshot += record.bytes.length;
    }
    let dropped = 0;
    while (this.#recentBytes > RECENT_BYTES_MAX && dropped < this.#recent.length - 1) {
      this.#recentBytes -= this.#recent[dropped]?.bytes.length ?? 0;
      dropped += 1;
    }
    if (dropped > 0) this.#recent.splice(0, dropped);
  }

  get last(): LogPosition {
    return this.#loaded.last;
  }

  /** The epochs of the log, ascending, each with its first lsn. */
  get epochHistory(): readonly EpochStart[] {
    return this.#loaded.epochHistory;
  }

  /** Bytes of records appended since the last snapshot in this lifetime: tells when the next one is due. */
  get walBytesSinceSnapshot(): number {
    return this.#walBytesSinceSnapshot;
  }

  get divergedRows(): number {
    return this.#wal.divergedRows;
  }

  at(lsn: number): LogPosition | undefined {
    return this.#loaded.at(lsn);
  }

  read(range: { fromLsn: number; throughLsn: number; bytesMax: number; recordsMax: number }): readonly LogRecord[] {
    const { fromLsn, throughLsn, bytesMax, recordsMax } = range;
    const first = this.#recent[0];
    if (!first || fromLsn < first.lsn) return this.#wal.read(range);
    const records: LogRecord[] = [];
    let bytesLeft = bytesMax;
    for (let position = fromLsn - first.lsn; position < this.#recent.length; position += 1) {
      const record = this.#recent[position];
      if (!record || record.lsn > throughLsn) break;
      if (records.length > 0 && (record.bytes.length > bytesLeft || records.length === recordsMax)) break;
      records.push(record);
      bytesLeft -= record.bytes.length;
    }
    return records;
  }

  snapshot(): SnapshotDescription | undefined {
    return this.#sound()?.description;
  }

  snapshotChunk(id: string, chunk: number): Uint8Array | undefined {
    const sound = this.#sound();
    if (sound?.description.id !== id) return undefined;
    return chunk === 0 ? sound.stored.manifest : this.#snapshots.chunk({ slot: sound.stored.slot, chunk: chunk - 1 });
  }

  /** Moves the records after `lsn` out of the log, where they can still be read. `recover` has to follow. */
  setAsideAfter(lsn: number): void {
    this.#wal.truncateAfter(lsn, true);
  }

  /** See SnapshotTable.saveArriving. */
  saveArrivingChunk(chunk: number, bytes: Uint8Array): void {
    this.#snapshots.saveArriving(chunk, bytes);
  }

  /** Puts the snapshot that has arrived in place of log and snapshots. `recover` has to follow. */
  installArriving(chunkCount: number, keepAsideAfterLsn: number | undefined): void {
    if (keepAsideAfterLsn !== undefined) this.#wal.truncateAfter(keepAsideAfterLsn, true);
    this.#wal.truncateAfter(0, false);
    this.#snapshots.installArriving(chunkCount);
    this.#walBytesSinceSnapshot = 0;
  }

  /** The slot for a new snapshot's chunks. */
  beginSnapshot(): number {
    this.#walBytesSinceSnapshot = 0;
    this.#snapshots.deleteUnfinished();
    return this.#snapshots.freeSlot();
  }

  saveSnapshotChunk(place: { readonly slot: number; readonly chunk: number }, bytes: Uint8Array): void {
    this.#snapshots.saveChunk(place, bytes);
  }

  /** Completes a snapshot. Older ones than SNAPSHOTS_KEPT go, and the log that neither they nor `neededFromLsn` need. */
  finishSnapshot(slot: number, manifest: Uint8Array, chunkCount: number, neededFromLsn: number): void {
    this.#snapshots.finish(slot, manifest, chunkCount);
    const all = this.#snapshots.list();
    for (const old of all.slice(SNAPSHOTS_KEPT)) this.#snapshots.delete(old.slot);
    const oldest = all.slice(0, SNAPSHOTS_KEPT).at(-1);
    if (!oldest || all.length < SNAPSHOTS_KEPT) return;
    const through = Math.min(decodeManifest(oldest.manifest).position.lsn, neededFromLsn - 1);
    if (through <= this.#loaded.base.lsn) return;
    this.#wal.forgetThrough(through);
    this.#loaded.forgetThrough(through);
  }

  get #loaded(): LogIndex {
    if (!this.#index) throw new Error('the log has not been recovered');
    return this.#index;
  }

  #sound(): { readonly stored: StoredSnapshot; readonly description: SnapshotDescription } | undefined {
    const stored = this.#snapshots.list()[0];
    return stored && { stored, description: describe(stored, decodeManifest(stored.manifest)) };
  }

  #recoverable(stored: StoredSnapshot): RecoverableSnapshot {
    let firstChunks: ReadonlyMap<string, number> | undefined;
    const read = (segment: SegmentName, part: number): Uint8Array | undefined => {
      firstChunks ??= firstChunksOf(decodeManifest(stored.manifest));
      const first = firstChunks.get(segmentText(segment));
      return first === undefined ? undefined : this.#snapshots.chunk({ slot: stored.slot, chunk: first + part });
    };
    return { name: `snapshot ${stored.slot}`, manifest: stored.manifest, read };
  }
}

/** Chunks are stored in the order in which the manifest names the segments. */
function firstChunksOf(manifest: SnapshotManifest): ReadonlyMap<string, number> {
  const first = new Map<string, number>();
  let chunk = 0;
  for (const { segment, parts } of manifest.segments) {
    first.set(segmentText(segment), chunk);
    chunk += parts;
  }
  return first;
}
