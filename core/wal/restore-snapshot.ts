/** Reads what snapshot.ts wrote. */
import { InvariantError } from '../assert.ts';
import { GraphError } from '../error.ts';
import type { GraphStore, GraphStoreOptions } from '../graph/graph-store.ts';
import { GraphRestore } from '../graph/restore.ts';
import { checksum, damage, join } from './checksum.ts';
import { decodeManifest, type SegmentSummary, type SnapshotManifest } from './manifest.ts';
import { decodeChunk, restoreSegment, type SegmentName, segmentText } from './segment.ts';

/** Reads a chunk from storage; undefined when it is not there. */
export type ChunkReader = (segment: SegmentName, part: number) => Uint8Array | undefined;

/** A graph out of a snapshot, and what the manifest says about it. */
export interface RestoredSnapshot {
  readonly store: GraphStore;
  readonly manifest: SnapshotManifest;
}

/**
 * Restores a store, some segments at a time, so that an object that gets a snapshot from a peer can answer in between.
 * Chunks that are missing, exchanged, stale or damaged are a GraphError `StorageDamageDetected` that names them; the
 * decoder is of no use after it.
 */
export class SnapshotDecoder {
  readonly manifest: SnapshotManifest;
  readonly #read: ChunkReader;
  readonly #restore: GraphRestore;
  #nextSegment = 0;
  #store: GraphStore | undefined;

  constructor(manifest: Uint8Array, read: ChunkReader, options?: GraphStoreOptions) {
    this.manifest = decodeManifest(manifest);
    this.#read = read;
    this.#restore = new GraphRestore(options);
  }

  /** What the graph takes so far. */
  get memoryBytes(): number {
    return this.#store?.memoryBytes ?? this.#restore.memoryBytes;
  }

  /** Restores `segmentBudget` segments; returns the store when there are no more. */
  next(segmentBudget: number): GraphStore | undefined {
    const end = Math.min(this.manifest.segments.length, this.#nextSegment + segmentBudget);
    for (; this.#nextSegment < end; this.#nextSegment++)
      this.#restoreSegment(this.manifest.segments[this.#nextSegment]!);
    if (end === this.manifest.segments.length) this.#store ??= this.#finish();
    return this.#store;
  }

  #restoreSegment(summary: SegmentSummary): void {
    const bytes = this.#readSegment(summary);
    try {
      restoreSegment(bytes, summary.segment.kind, this.#restore);
    } catch (error) {
      // The store refuses what contradicts itself by an assertion. It is thrown away, and an older snapshot may do.
      if (!(error instanceof GraphError || error instanceof InvariantError)) throw error;
      throw damage(`${segmentText(summary.segment)} cannot be restored: ${error.message}`, error);
    }
  }

  #readSegment({ segment, parts, bytes: length, checksum: expected }: SegmentSummary): Uint8Array {
    const payloads: Uint8Array[] = [];
    let found = 0;
    for (let part = 0; part < parts; part++) {
      const chunk = this.#read(segment, part);
      if (!chunk) throw damage(`part ${part} of ${segmentText(segment)} is missing`);
      const payload = decodeChunk(segment, part, chunk);
      payloads.push(payload);
      found += payload.length;
    }
    // Most segments are one chunk, which need not be copied.
    const bytes = payloads.length === 1 ? payloads[0]! : join(payloads, found);
    if (found !== length || checksum(bytes) !== expected) {
      throw damage(`${segmentText(segment)} is sound but not of this snapshot`);
    }
    return bytes;
  }

  #finish(): GraphStore {
    const { position, nodeCount, relationshipCount, graphChecksum } = this.manifest;
    const store = this.#restore.finish(position.lsn);
    if (store.nodeCount !== nodeCount || store.relationshipCount !== relationshipCount) {
      throw damage(
        `the snapshot has ${store.nodeCount} nodes and ${store.relationshipCount} relationships, ` +
          `but its manifest says ${nodeCount} and ${relationshipCount}`,
      );
    }
    if (graphChecksum !== undefined && store.checksum() !== graphChecksum) {
      throw damage('the restored graph does not agree with the checksum in its manifest');
    }
    return store;
  }
}

/** Restores a snapshot in one go. Errors as SnapshotDecoder. */
export function restoreSnapshot(
  manifest: Uint8Array,
  read: ChunkReader,
  options?: GraphStoreOptions,
): RestoredSnapshot {
  const decoder = new SnapshotDecoder(manifest, read, options);
  let store: GraphStore | undefined;
  while (!store) store = decoder.next(decoder.manifest.segments.length);
  return { store, manifest: decoder.manifest };
}
