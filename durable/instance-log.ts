/**
 * An instance's log and snapshots: what is in storage, the newest records in memory too, and the index of hashes over both.
 * This is the port through which the replication machine reads. Nothing here decides; what is written was decided before.
 */
import type { SnapshotInfo } from '../core/engine/storage-host.ts';
import { GraphError } from '../core/error.ts';
import type { LogPosition, LogReader, LogRecord, SnapshotDescription } from '../core/replication/log.ts';
import { type LastCommitted, lastCommittedBy } from '../core/wal/commit-times.ts';
import type { EpochStart, LogIndex } from '../core/wal/log-index.ts';
import { decodeManifest, type SnapshotManifest } from '../core/wal/manifest.ts';
import { PastGraph } from '../core/wal/past-graph.ts';
import { commitTimeOf, decodeRecord, type EncodedRecord } from '../core/wal/record.ts';
import {
  type StoredSnapshot as RecoverableSnapshot,
  type Recovery,
  type RecoveryInput,
  recover,
} from '../core/wal/recovery.ts';
import { type SegmentName, type SnapshotChunk, segmentText } from '../core/wal/segment.ts';
import { describe, type SnapshotDraft, SnapshotTable, type StoredSnapshot } from './snapshot-table.ts';
import type { Tables } from './tables.ts';
import { WalTable } from './wal-table.ts';

/** Encoded records kept in memory for replicas, in bytes. Who is further behind is served from storage. */
const RECENT_BYTES_MAX = 4 * 1024 * 1024;

/** What is read of the log in one go for a graph of the past. */
const PAST_BYTES_MAX = 256 * 1024;
const PAST_RECORDS_MAX = 256;

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
  recover(options: Pick<RecoveryInput, 'acknowledgedLsn' | 'store' | 'newest'>): Recovery {
    const recovery = this.#tables.exist
      ? recover({
          snapshots: this.#snapshots.list().map((stored) => this.#recoverable(stored)),
          rows: this.#wal.recover(),
          ...options,
        })
      : recover({ snapshots: [], rows: [], ...options });
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

  /** The time for a record that comes after the last one: by the clock, but never before that one's, whoever's clock it had. */
  timeOfNext(nowMs: number): number {
    const recent = this.#recent.at(-1);
    const lastMs = recent ? commitTimeOf(recent.bytes) : this.#timeOf(this.last.lsn);
    return Math.max(nowMs, lastMs ?? 0);
  }

  /** The last transaction up to `throughLsn` that had been committed at a moment. */
  lastCommittedBy(atMs: number, throughLsn: number): LastCommitted {
    const { firstLsn } = this;
    return lastCommittedBy(atMs, { firstLsn, lastLsn: throughLsn, timeOf: (lsn) => this.#timeOf(lsn) });
  }

  /** When a transaction of the log was committed, as far as its record tells. */
  #timeOf(lsn: number): number | undefined {
    if (!this.#tables.exist) return undefined;
    const [record] = this.read({ fromLsn: lsn, throughLsn: lsn, bytesMax: 0, recordsMax: 1 });
    return record && commitTimeOf(record.bytes);
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

  /** The records that were set aside. */
  diverged(): Iterable<Uint8Array> {
    return this.#tables.exist ? this.#wal.diverged() : [];
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
    if (chunk === 0) return sound.stored.bytes;
    const place = placeOf(sound.manifest, chunk);
    return place && this.#snapshots.chunk(sound.stored, place);
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
  installArriving(keepAsideAfterLsn: number | undefined): void {
    if (keepAsideAfterLsn !== undefined) this.#wal.setAsideAfter(keepAsideAfterLsn);
    this.#wal.clear();
    this.#snapshots.installArriving();
  }

  /**
   * Begins a snapshot. `base` is the one that it takes the place of, and whose chunks it may go on using: the oldest, once there
   * are as many as are kept. So the two that are kept have no chunk in common, and each is written anew where it has changed
   * since its own base.
   */
  beginSnapshot(): { readonly draft: SnapshotDraft; readonly base: StoredSnapshot | undefined } {
    this.#walBytesSinceSnapshot = 0;
    return { draft: this.#snapshots.begin(), base: this.#snapshots.list()[SNAPSHOTS_KEPT - 1] };
  }

  saveSnapshotChunk(draft: SnapshotDraft, chunk: SnapshotChunk): void {
    this.#snapshots.saveChunk(draft, chunk);
  }

  /** Completes a snapshot. Its base goes, and the log that neither those kept nor `neededFromLsn` need. Answers with its name. */
  finishSnapshot(fields: {
    readonly draft: SnapshotDraft;
    readonly base: StoredSnapshot | undefined;
    readonly manifest: Uint8Array;
    readonly createdMs: number;
    readonly neededFromLsn: number;
  }): string {
    const { manifest, neededFromLsn } = fields;
    const slot = this.#snapshots.finish(fields);
    this.#walBytesSinceSnapshot = this.#wal.bytesAfter(decodeManifest(manifest).position.lsn);
    this.#forgetUnneeded(neededFromLsn);
    return nameOf({ slot });
  }

  #forgetUnneeded(neededFromLsn: number): void {
    const all = this.#snapshots.list();
    for (const old of all.slice(SNAPSHOTS_KEPT)) this.#snapshots.delete(old);
    const oldest = all.slice(0, SNAPSHOTS_KEPT).at(-1);
    if (!oldest || all.length < SNAPSHOTS_KEPT) return;
    const through = Math.min(decodeManifest(oldest.bytes).position.lsn, neededFromLsn - 1);
    if (through <= this.#loaded.base.lsn) return;
    this.#wal.forgetThrough(through);
    this.#loaded.forgetThrough(through);
  }

  /** The complete snapshots, newest first. */
  snapshots(): SnapshotInfo[] {
    if (!this.#tables.exist) return [];
    return this.#snapshots.list().map((stored) => {
      const { lsn } = decodeManifest(stored.bytes).position;
      return { path: nameOf(stored), lsn, createdMs: stored.createdMs, bytes: this.#snapshots.bytes(stored) };
    });
  }

  /** The graph as it was after transaction `lsn`, to be built. Which transactions are within reach, `reach` tells. */
  past(lsn: number, bytesMax: number): PastGraph {
    const stored = this.#tables.exist ? this.#snapshots.list() : [];
    const snapshots = stored
      .map((each) => ({ ...this.#recoverable(each), lsn: decodeManifest(each.bytes).position.lsn }))
      .filter((snapshot) => snapshot.lsn <= lsn);
    const read = (fromLsn: number, throughLsn: number) => {
      const records = this.read({ fromLsn, throughLsn, bytesMax: PAST_BYTES_MAX, recordsMax: PAST_RECORDS_MAX });
      return records.map(({ bytes }) => decodeRecord(bytes));
    };
    return new PastGraph({ lsn, snapshots, firstLsn: this.firstLsn, read, bytesMax });
  }

  /** The first transaction whose graph can be built. */
  get reach(): number {
    if (this.firstLsn === 1) return 0;
    return Math.min(...this.snapshots().map(({ lsn }) => lsn), this.last.lsn);
  }

  /** What the next snapshot will be called. */
  get nextSnapshotName(): string {
    return nameOf({ slot: this.#tables.exist ? this.#snapshots.nextSlot() : 1 });
  }

  /** The first transaction that is in the log, or would be next. */
  get firstLsn(): number {
    return this.#loaded.base.lsn + 1;
  }

  /** Bytes of the log's rows. */
  get walBytes(): number {
    return this.#tables.exist ? this.#wal.bytesAfter(0) : 0;
  }

  get #loaded(): LogIndex {
    if (!this.#index) throw new Error('the log has not been recovered');
    return this.#index;
  }

  /** Snapshots that cannot be used are never sent to a replica, built upon, nor counted among those to fall back on. */
  #forgetDamagedSnapshots({ snapshot, position, cut }: Recovery): void {
    // What could not be made up for is kept, for whoever comes to look.
    if (!this.#tables.exist || cut !== undefined || position.lsn === 0) return;
    let isOlder = false;
    for (const stored of this.#snapshots.list()) {
      if (nameOf(stored) === snapshot?.name) isOlder = true;
      // Those that were not needed have not been read, but their manifests have to be whenever they are spoken of.
      else if (!isOlder || !isReadable(stored)) this.#snapshots.delete(stored);
    }
  }

  #sound():
    | {
        readonly stored: StoredSnapshot;
        readonly manifest: SnapshotManifest;
        readonly description: SnapshotDescription;
      }
    | undefined {
    const stored = this.#snapshots.list()[0];
    if (!stored) return undefined;
    const manifest = decodeManifest(stored.bytes);
    return { stored, manifest, description: describe(stored, manifest) };
  }

  #recoverable(stored: StoredSnapshot): RecoverableSnapshot {
    let segments: ReadonlyMap<string, number> | undefined;
    const read = (name: SegmentName, part: number): Uint8Array | undefined => {
      segments ??= new Map(
        decodeManifest(stored.bytes).segments.map(({ segment }, index) => [segmentText(segment), index]),
      );
      const segment = segments.get(segmentText(name));
      return segment === undefined ? undefined : this.#snapshots.chunk(stored, { segment, part });
    };
    return { name: nameOf(stored), manifest: stored.bytes, read };
  }
}

function nameOf({ slot }: { readonly slot: number }): string {
  return `snapshot-${slot}`;
}

/** Which part of which segment travels as a chunk: they are counted from 1 in the manifest's order. */
function placeOf(
  manifest: SnapshotManifest,
  chunk: number,
): { readonly segment: number; readonly part: number } | undefined {
  let part = chunk - 1;
  for (const [segment, { parts }] of manifest.segments.entries()) {
    if (part < parts) return { segment, part };
    part -= parts;
  }
  return undefined;
}

function isReadable({ bytes }: StoredSnapshot): boolean {
  try {
    decodeManifest(bytes);
    return true;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return false;
  }
}
