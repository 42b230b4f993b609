/** Writes a graph as a snapshot, slice by slice, while writes go on beside it. restore-snapshot.ts reads it. */
import { assert } from '../assert.ts';
import type { GraphView } from '../graph/graph-view.ts';
import { checksum, join } from './checksum.ts';
import type { EpochStart } from './log-index.ts';
import { encodeManifest, type SegmentSummary } from './manifest.ts';
import type { LogPosition } from './record.ts';
import {
  encodeBlock,
  encodeChunk,
  IDS_PER_BLOCK,
  idsPerSegment,
  PAYLOAD_BYTES_MAX,
  SEGMENT_KINDS,
  type SegmentKind,
  type SegmentName,
  type SnapshotChunk,
} from './segment.ts';

export interface SnapshotOptions {
  /** A view that stays as it is until the snapshot is done: not `newest`. */
  readonly view: GraphView;
  /** Where the view stands; never past the acknowledged lsn. */
  readonly position: LogPosition;
  readonly epochHistory: readonly EpochStart[];
  /** GraphView.checksum, for a host that takes the time to work it out; restoring takes that time again. */
  readonly graphChecksum?: bigint | undefined;
}

export class SnapshotEncoder {
  readonly #options: SnapshotOptions;
  readonly #summaries: SegmentSummary[] = [];
  readonly #counts = { tokens: 0, nodes: 0, relationships: 0, indexes: 0, constraints: 0 };
  #kind = 0;
  #nextId = 0;
  #segment: SegmentWriter | undefined;
  #manifest: Uint8Array | undefined;

  constructor(options: SnapshotOptions) {
    assert(options.view.lsn === options.position.lsn, 'the view stands where the snapshot says');
    this.#options = options;
  }

  /** The manifest, to be stored after all chunks, at once with what makes this snapshot the newest; undefined until done. */
  get manifest(): Uint8Array | undefined {
    return this.#manifest;
  }

  /**
   * Goes on for about `workBudget` ids and returns the chunks that are finished, often none. Every chunk is below 1 MiB. The
   * snapshot is done when `manifest` is there.
   */
  next(workBudget: number): SnapshotChunk[] {
    const chunks: SnapshotChunk[] = [];
    for (let spent = 0; spent < workBudget && this.#kind < SEGMENT_KINDS.length; spent += IDS_PER_BLOCK) {
      this.#encodeBlock(SEGMENT_KINDS[this.#kind]!, chunks);
    }
    if (this.#kind === SEGMENT_KINDS.length) this.#manifest ??= this.#encodeManifest();
    return chunks;
  }

  #encodeBlock(kind: SegmentKind, chunks: SnapshotChunk[]): void {
    const segmentIds = idsPerSegment(kind);
    const from = this.#nextId;
    const to = from + Math.min(IDS_PER_BLOCK, segmentIds);
    this.#segment ??= new SegmentWriter({ kind, index: Math.floor(from / segmentIds) });
    const block = encodeBlock(this.#options.view, kind, { from, to });
    this.#counts[kind] += block.entityCount;
    chunks.push(...this.#segment.add(block.bytes));

    const kindEnds = to >= this.#idLimit(kind);
    if (kindEnds || to % segmentIds === 0) {
      chunks.push(...this.#segment.end());
      if (this.#segment.summary.parts > 0) this.#summaries.push(this.#segment.summary);
      this.#segment = undefined;
    }
    this.#nextId = kindEnds ? 0 : to;
    if (kindEnds) this.#kind++;
  }

  #idLimit(kind: SegmentKind): number {
    if (kind === 'nodes') return this.#options.view.nodeIdLimit;
    return kind === 'relationships' ? this.#options.view.relationshipIdLimit : 1;
  }

  #encodeManifest(): Uint8Array {
    const { position, epochHistory, graphChecksum } = this.#options;
    return encodeManifest({
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

  constructor(name: SegmentName) {
    this.#name = name;
  }

  get summary(): SegmentSummary {
    return { segment: this.#name, parts: this.#parts, bytes: this.#bytes, checksum: this.#checksum };
  }

  /** Takes a block and returns the chunks that it fills. */
  add(block: Uint8Array): SnapshotChunk[] {
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
