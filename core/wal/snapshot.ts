/**
 * Writes a graph as a snapshot, slice by slice, while writes go on beside it: all of it, or only the segments that have changed
 * since an older snapshot, whose other segments the new one goes on using. restore-snapshot.ts reads it.
 */
import { assert } from '../assert.ts';
import type { GraphView } from '../graph/graph-view.ts';
import { VERSION_MIN } from '../version.ts';
import { checksum, join } from './checksum.ts';
import { versionOfIndex } from './index-codec.ts';
import type { EpochStart } from './log-index.ts';
import { encodeManifest, type SegmentSummary, type SnapshotManifest } from './manifest.ts';
import type { LogPosition } from './record.ts';
import {
  type Block,
  encodeBlock,
  encodeChunk,
  IDS_PER_BLOCK,
  idsPerSegment,
  PAYLOAD_BYTES_MAX,
  SEGMENT_KINDS,
  type SegmentKind,
  type SegmentName,
  type SnapshotChunk,
  segmentText,
} from './segment.ts';
import type { SegmentChanges } from './segment-changes.ts';

export interface SnapshotOptions {
  /** A view that stays as it is until the snapshot is done: not `newest`. */
  readonly view: GraphView;
  /** Where the view stands; never past the acknowledged lsn. */
  readonly position: LogPosition;
  readonly epochHistory: readonly EpochStart[];
  /** GraphView.checksum, for a host that takes the time to work it out; restoring takes that time again. */
  readonly graphChecksum?: bigint | undefined;
  /** Of the view's graph. Transactions after the view may be in it. */
  readonly changes: SegmentChanges;
  /**
   * An older snapshot of the same history, whose segments stay where they are in storage for as long as this one is kept. Those that
   * have not changed since are named in the manifest and not written again. One of the first format is of no use here.
   */
  readonly base?: SnapshotManifest | undefined;
}

export class SnapshotEncoder {
  readonly #options: SnapshotOptions;
  /** Segments of the base by their names; undefined without one. */
  readonly #base: ReadonlyMap<string, SegmentSummary> | undefined;
  readonly #summaries: SegmentSummary[] = [];
  readonly #counts = { tokens: 0, nodes: 0, relationships: 0, indexes: 0, constraints: 0, options: 0 };
  #kind = 0;
  #nextId = 0;
  #segment: SegmentWriter | undefined;
  #manifest: Uint8Array | undefined;

  constructor(options: SnapshotOptions) {
    assert(options.view.lsn === options.position.lsn, 'the view stands where the snapshot says');
    this.#options = options;
    const { base } = options;
    const isUsable = base?.segments.every(({ entityCount }) => entityCount !== undefined);
    if (isUsable) this.#base = new Map(base?.segments.map((summary) => [segmentText(summary.segment), summary]));
  }

  /** The manifest, to be stored after all chunks, at once with what makes this snapshot the newest; undefined until done. */
  get manifest(): Uint8Array | undefined {
    return this.#manifest;
  }

  /**
   * Goes on for about `workBudget` ids and returns the chunks that are finished, often none. Every chunk is below 1 MiB. A segment
   * that stays as it is counts as one block. The snapshot is done when `manifest` is there.
   */
  next(workBudget: number): SnapshotChunk[] {
    const chunks: SnapshotChunk[] = [];
    for (let spent = 0; spent < workBudget && this.#kind < SEGMENT_KINDS.length; spent += IDS_PER_BLOCK) {
      const kind = SEGMENT_KINDS[this.#kind]!;
      if (!this.#reuseSegment(kind)) this.#encodeBlock(kind, chunks);
    }
    if (this.#kind === SEGMENT_KINDS.length) this.#manifest ??= this.#encodeManifest();
    return chunks;
  }

  /** Takes the segment that comes next over from the base, if it has not changed since. It may be one without an entity. */
  #reuseSegment(kind: SegmentKind): boolean {
    const { base, changes } = this.#options;
    if (!base || !this.#base || this.#segment) return false;
    const name = { kind, index: Math.floor(this.#nextId / idsPerSegment(kind)) };
    if (changes.lastLsn(name) > base.position.lsn) return false;
    const summary = this.#base.get(segmentText(name));
    if (summary) this.#addSummary(summary);
    this.#moveTo(kind, this.#nextId + idsPerSegment(kind));
    return true;
  }

  #encodeBlock(kind: SegmentKind, chunks: SnapshotChunk[]): void {
    const segmentIds = idsPerSegment(kind);
    const from = this.#nextId;
    const to = from + Math.min(IDS_PER_BLOCK, segmentIds);
    this.#segment ??= new SegmentWriter({ kind, index: Math.floor(from / segmentIds) });
    chunks.push(...this.#segment.add(encodeBlock(this.#options.view, kind, { from, to })));
    if (to >= this.#idLimit(kind) || to % segmentIds === 0) {
      chunks.push(...this.#segment.end());
      this.#endSegment(this.#segment);
    }
    this.#moveTo(kind, to);
  }

  #endSegment(segment: SegmentWriter): void {
    this.#segment = undefined;
    if (segment.summary.parts === 0) return;
    const changedLsn = Math.min(this.#options.changes.lastLsn(segment.summary.segment), this.#options.position.lsn);
    this.#addSummary({ ...segment.summary, changedLsn });
  }

  #addSummary(summary: SegmentSummary): void {
    this.#summaries.push(summary);
    this.#counts[summary.segment.kind] += summary.entityCount ?? 0;
  }

  #moveTo(kind: SegmentKind, id: number): void {
    const kindEnds = id >= this.#idLimit(kind);
    this.#nextId = kindEnds ? 0 : id;
    if (kindEnds) this.#kind++;
  }

  #idLimit(kind: SegmentKind): number {
    if (kind === 'nodes') return this.#options.view.nodeIdLimit;
    return kind === 'relationships' ? this.#options.view.relationshipIdLimit : 1;
  }

  #encodeManifest(): Uint8Array {
    const { view, position, epochHistory, graphChecksum } = this.#options;
    return encodeManifest({
      version: Math.max(VERSION_MIN, ...view.exportIndexes().map(versionOfIndex)),
      position,
      epochHistory,
      nodeCount: this.#counts.nodes,
      relationshipCount: this.#counts.relationships,
      segments: this.#summaries,
      graphChecksum,
    });
  }
}

/** Cuts the blocks of one segment into chunks. */
class SegmentWriter {
  readonly #name: SegmentName;
  #blocks: Uint8Array[] = [];
  #pendingBytes = 0;
  #parts = 0;
  #bytes = 0;
  #checksum = 0;
  #entityCount = 0;

  constructor(name: SegmentName) {
    this.#name = name;
  }

  get summary(): Omit<SegmentSummary, 'changedLsn'> {
    return {
      segment: this.#name,
      parts: this.#parts,
      bytes: this.#bytes,
      checksum: this.#checksum,
      entityCount: this.#entityCount,
    };
  }

  /** Takes a block and returns the chunks that it fills. */
  add({ bytes: block, entityCount }: Block): SnapshotChunk[] {
    this.#entityCount += entityCount;
    if (block.length > 0) this.#blocks.push(block);
    this.#pendingBytes += block.length;
    return this.#pendingBytes >= PAYLOAD_BYTES_MAX ? this.#cut(PAYLOAD_BYTES_MAX) : [];
  }

  /** The last chunk, if something is left for it. */
  end(): SnapshotChunk[] {
    return this.#cut(1);
  }

  /** Cuts off chunks for as long as there are `bytesMin` bytes. */
  #cut(bytesMin: number): SnapshotChunk[] {
    const chunks: SnapshotChunk[] = [];
    const pending = join(this.#blocks, this.#pendingBytes);
    let offset = 0;
    while (pending.length - offset >= bytesMin) {
      const payload = pending.subarray(offset, offset + PAYLOAD_BYTES_MAX);
      chunks.push(encodeChunk(this.#name, this.#parts++, payload));
      this.#checksum = checksum(payload, this.#checksum);
      this.#bytes += payload.length;
      offset += payload.length;
    }
    this.#blocks = offset < pending.length ? [pending.subarray(offset)] : [];
    this.#pendingBytes = pending.length - offset;
    return chunks;
  }
}
