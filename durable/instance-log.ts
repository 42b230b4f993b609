/**
 * An instance's log and snapshots: what is in storage, the newest records in memory too, and the index of hashes over both.
 * This is the port through which the replication machine reads. Nothing here decides; what is written was decided before.
 */
import type { GraphStoreOptions } from '../core/graph/graph-store.ts';
import type { LogPosition, LogReader, LogRecord, SnapshotDescription } from '../core/replication/log.ts';
import type { EpochStart, LogIndex } from '../core/wal/log-index.ts';
import { decodeManifest, type SnapshotManifest } from '../core/wal/manifest.ts';
import type { EncodedRecord } from '../core/wal/record.ts';
import { type StoredSnapshot as RecoverableSnapshot, type Recovery, recover } from '../core/wal/recovery.ts';
import { type SegmentName, segmentText } from '../core/wal/segment.ts';
import { describe, SnapshotTable, type StoredSnapshot } from './snapshot-table.ts';
import type { Tables } from './tables.ts';
import { WalTable } from './wal-table.ts';

/** Encoded records kept in memory for replicas, in bytes. Who is further behind is served from storage. */
const RECENT_BYTES_MAX = 4 * 1024 * 1024;

/** Complete snapshots kept: the newest, and one more for the day the newest turns out to be damaged. */
const SNAPSHOTS_KEPT = 2;

export class InstanceLog implements LogReader {
  readonly #tables: Tables;
  readonly #wal: WalTable;
  readonly #snapshots: SnapshotTable;
  /** Undefined until `recover`. */
  #index: LogIndex | undefined;
  #recent: LogRecord[] = [];
  #recentBytes = 0;
  #walBytesSinceSnapshot = 0;

  constructor(tables: Tables) {
    this.#tables = tables;
    this.#wal = new WalTable(tables.sql);
    this.#snapshots = new SnapshotTable(tables.sql);
  }

  /** Reads everything in storage, checks it, and builds the graph from it. */
  recover(acknowledgedLsn: number, store: GraphStoreOptions): Recovery {
    const recovery = this.#tables.exist
      ? recover({
          snapshots: this.#snapshots.list().map((stored) => this.#recoverable(stored)),
          rows: this.#wal.recover(),
          acknowledgedLsn,
          store,
        })
      : recover({ snapshots: [], rows: [], store });
    this.#forgetDamagedSnapshots(recovery);
    this.#index = recovery.index;
    this.#recent = [];
    this.#recentBytes = 0;
    this.#walBytesSinceSnapshot = this.#tables.exist ? this.#wal.bytesAfter(recovery.snapshot?.lsn ?? 0) : 0;
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

  /** Bytes of log since the last snapshot: what a start has to replay. */
  get walBytesSinceSnapshot(): number {
    return this.#walBytesSinceSnapshot;
  }

  get divergedRows(): number {
    return this.#tables.exist ? this.#wal.divergedRows : 0;
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
    this.#wal.setAsideAfter(lsn);
  }

  /** See SnapshotTable.saveArriving. */
  saveArrivingChunk(chunk: number, bytes: Uint8Array): void {
    this.#snapshots.saveArriving(chunk, bytes);
  }

  /** Puts the snapshot that has arrived in place of log and snapshots. `recover` has to follow. */
  installArriving(chunkCount: number, keepAsideAfterLsn: number | undefined): void {
    if (keepAsideAfterLsn !== undefined) this.#wal.setAsideAfter(keepAsideAfterLsn);
    this.#wal.clear();
    this.#snapshots.installArriving(chunkCount);
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
    this.#walBytesSinceSnapshot = this.#wal.bytesAfter(decodeManifest(manifest).position.lsn);
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

  /** Snapshots that could not be used are never sent to a replica, nor counted among those to fall back on. */
  #forgetDamagedSnapshots({ snapshot, position, cut }: Recovery): void {
    // What could not be made up for is kept, for whoever comes to look.
    if (!this.#tables.exist || cut !== undefined || position.lsn === 0) return;
    for (const stored of this.#snapshots.list()) {
      if (nameOf(stored) === snapshot?.name) return;
      this.#snapshots.delete(stored.slot);
    }
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
    return { name: nameOf(stored), manifest: stored.manifest, read };
  }
}

function nameOf({ slot }: StoredSnapshot): string {
  return `snapshot ${slot}`;
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
