/** Writes a graph as a snapshot, slice by slice, while writes go on beside it. restore-snapshot.ts reads it. */
import { assert } from '../assert.ts';
import type { GraphView } from '../graph/graph-view.ts';
import { checksum } from './checksum.ts';
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
  #kind = 0;
  #nextId = 0;
  #nodeCount = 0;
  #relationshipCount = 0;
  #manifest: Uint8Array | undefined;
  // Of the segment that is being written:
  #blocks: Uint8Array[] = [];
  #blockBytes = 0;
  #parts = 0;
  #segmentBytes = 0;
  #segmentChecksum = 0;

  constructor(options: SnapshotOptions) {
    assert(options.view.lsn === options.position.lsn, 'the view stands where the snapshot says');
    this.#options = options;
  }

  /**
   * Goes on for about `workBudget` ids and returns the chunks that are finished, often none. Every chunk is below 1 MiB. The
   * snapshot is done when `manifest` is there.
   */
  next(workBudget: number): SnapshotChunk[] {
    const chunks: SnapshotChunk[] = [];
    let budget = workBudget;
    while (budget > 0 && this.#kind < SEGMENT_KINDS.length) {
      this.#step(SEGMENT_KINDS[this.#kind]!, chunks);
      budget -= IDS_PER_BLOCK;
    }
    if (this.#kind === SEGMENT_KINDS.length) this.#manifest ??= this.#encodeManifest();
    return chunks;
  }

  /** The manifest, to be stored after all chunks, at once with what makes this snapshot the newest; undefined until done. */
  get manifest(): Uint8Array | undefined {
    return this.#manifest;
  }

  #step(kind: SegmentKind, chunks: SnapshotChunk[]): void {
    const from = this.#nextId;
    const blockIds = Math.min(IDS_PER_BLOCK, idsPerSegment(kind));
    for (const block of encodeBlock(this.#options.view, kind, { from, to: from + blockIds })) {
      this.#blocks.push(block);
      this.#blockBytes += block.length;
    }
    this.#nextId += blockIds;
    const isLast = this.#nextId >= this.#idLimit(kind);
    const segmentEnds = isLast || this.#nextId % idsPerSegment(kind) === 0;
    this.#cutChunks(kind, Math.floor(from / idsPerSegment(kind)), segmentEnds, chunks);
    if (!isLast) return;
    this.#kind++;
    this.#nextId = 0;
  }
}
