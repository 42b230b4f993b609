/**
 * Snapshots in SQLite: chunks first, the manifest last, so that a snapshot is there when its manifest is. A snapshot may take
 * chunks over from the one that it replaces, but two that are kept never share one: each is whole when the other is damaged.
 * To a replica a snapshot travels as its manifest (chunk 0) and its chunks, and stands aside here until all of it has arrived.
 */
import { assert } from '../core/assert.ts';
import { GraphError } from '../core/error.ts';
import type { SnapshotDescription } from '../core/replication/log.ts';
import { VERSION_MIN } from '../core/version.ts';
import { hashText } from '../core/wal/checksum.ts';
import { decodeManifest, type SnapshotManifest } from '../core/wal/manifest.ts';
import { type SegmentName, type SnapshotChunk, segmentText } from '../core/wal/segment.ts';
import { bufferOf } from './chunks.ts';

/** Snapshots from before chunks were shared: those of one slot stand one after the other from `slot * CHUNKS_PER_SLOT` on. */
const CHUNKS_PER_SLOT = 2 ** 20;

/** A complete snapshot. */
export interface StoredSnapshot {
  readonly slot: number;
  /** The manifest as it is stored. */
  readonly bytes: Uint8Array;
  /** For each segment of the manifest the id of its first chunk; the others follow it. */
  readonly places: readonly number[];
  /** When it was completed here, in milliseconds since 1970; undefined for one of an earlier version. */
  readonly createdMs: number | undefined;
}

/** A snapshot that is being written: where the segments are that it does not take over. */
export class SnapshotDraft {
  readonly #firstIds = new Map<string, number>();
  #nextId: number;

  constructor(nextId: number) {
    this.#nextId = nextId;
  }

  /** The id for the chunk that is finished now. */
  place({ segment, part }: SnapshotChunk): number {
    if (part === 0) this.#firstIds.set(segmentText(segment), this.#nextId);
    return this.#nextId++;
  }

  firstId(segment: SegmentName): number | undefined {
    return this.#firstIds.get(segmentText(segment));
  }
}

export class SnapshotTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** All complete snapshots, newest first. */
  list(): StoredSnapshot[] {
    return this.#sql
      .exec<{ slot: number; manifest: ArrayBuffer; places: ArrayBuffer | null; created: number | null }>(
        'SELECT slot, manifest, places, created_ms AS created FROM snapshot ORDER BY slot DESC',
      )
      .toArray()
      .map(({ slot, manifest, places, created }) => {
        const bytes = new Uint8Array(manifest);
        const chunkPlaces = places ? [...new Float64Array(places)] : placesInSlot(slot, bytes);
        return { slot, bytes, places: chunkPlaces, createdMs: created ?? undefined };
      });
  }

  /** Begins to write a snapshot. What an earlier one has left that was never finished goes. */
  begin(): SnapshotDraft {
    return new SnapshotDraft(this.#deleteUnused());
  }

  saveChunk(draft: SnapshotDraft, chunk: SnapshotChunk): void {
    this.#saveAt(draft.place(chunk), chunk.bytes);
  }

  /** The chunk with a part of a segment; undefined when it is not there. */
  chunk(stored: StoredSnapshot, place: { readonly segment: number; readonly part: number }): Uint8Array | undefined {
    const first = stored.places[place.segment];
    return first === undefined ? undefined : this.#chunkAt(first + place.part);
  }

  /**
   * Makes the snapshot whose chunks are stored a complete one, in one turn. Segments without chunks of their own are those of `base`,
   * which is no snapshot any more then. Answers with its slot.
   */
  finish(fields: {
    readonly draft: SnapshotDraft;
    readonly manifest: Uint8Array;
    readonly createdMs: number;
    readonly base: StoredSnapshot | undefined;
  }): number {
    const { draft, manifest: bytes, createdMs, base } = fields;
    const baseSegments = base ? decodeManifest(base.bytes).segments : [];
    const basePlaces = new Map(
      baseSegments.map(({ segment }, index) => [segmentText(segment), base?.places[index]] as const),
    );
    const places = decodeManifest(bytes).segments.map(({ segment }) => {
      const place = draft.firstId(segment) ?? basePlaces.get(segmentText(segment));
      assert(place !== undefined, `${segmentText(segment)} has a place`);
      return place;
    });
    const slot = this.#insert(bytes, places, createdMs);
    if (base) this.delete(base);
    return slot;
  }

  /** Deletes a snapshot, and the chunks that no other one has taken over. */
  delete({ slot }: StoredSnapshot): void {
    this.#sql.exec('DELETE FROM snapshot WHERE slot = ?', slot);
    this.#deleteUnused();
  }

  /** Keeps a chunk that MAIN sent: number 0 is the manifest and throws away what an earlier transfer left. */
  saveArriving(chunk: number, bytes: Uint8Array): void {
    if (chunk === 0) this.#sql.exec('DELETE FROM arriving');
    this.#sql.exec('INSERT OR REPLACE INTO arriving (chunk, bytes) VALUES (?, ?)', chunk, bufferOf(bytes));
  }

  /** Puts the snapshot that has arrived in place of all others. */
  installArriving(): void {
    const bytes = this.#arriving(0);
    if (!bytes) throw new Error('the snapshot that arrived has no manifest');
    const { segments } = decodeManifest(bytes); // Throws when it is damaged, before anything else is thrown away.
    this.#sql.exec('DELETE FROM snapshot');
    let id = this.#deleteUnused();
    let arrived = 1;
    const places: number[] = [];
    for (const { parts } of segments) {
      places.push(id);
      for (let part = 0; part < parts; part++) {
        const chunk = this.#arriving(arrived++);
        if (chunk) this.#saveAt(id, chunk);
        id += 1;
      }
    }
    this.#insert(bytes, places, Date.now());
    this.#sql.exec('DELETE FROM arriving');
  }

  #insert(manifest: Uint8Array, places: readonly number[], createdMs: number): number {
    const slot = this.nextSlot();
    this.#sql.exec(
      'INSERT INTO snapshot (slot, manifest, places, created_ms) VALUES (?, ?, ?, ?)',
      slot,
      bufferOf(manifest),
      bufferOf(new Uint8Array(Float64Array.from(places).buffer)),
      createdMs,
    );
    return slot;
  }

  /** The slot of the snapshot that is completed next. */
  nextSlot(): number {
    return this.#sql.exec<{ slot: number }>('SELECT coalesce(max(slot), 0) + 1 AS slot FROM snapshot').one().slot;
  }

  /** Bytes of a snapshot's manifest and chunks. */
  bytes(stored: StoredSnapshot): number {
    const chunks = rangesOf(stored).map(
      ({ from, to }) =>
        this.#sql
          .exec<{ bytes: number }>(
            'SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM chunk WHERE id >= ? AND id < ?',
            from,
            to,
          )
          .one().bytes,
    );
    return chunks.reduce((sum, bytes) => sum + bytes, stored.bytes.length);
  }

  /** Deletes the chunks that are part of no complete snapshot, and returns an id after all others. */
  #deleteUnused(): number {
    let end = 0;
    for (const range of this.list()
      .flatMap(rangesOf)
      .sort((one, other) => one.from - other.from)) {
      if (range.from > end) this.#sql.exec('DELETE FROM chunk WHERE id >= ? AND id < ?', end, range.from);
      end = Math.max(end, range.to);
    }
    this.#sql.exec('DELETE FROM chunk WHERE id >= ?', end);
    return Math.max(end, 1);
  }

  #saveAt(id: number, bytes: Uint8Array): void {
    this.#sql.exec('INSERT OR REPLACE INTO chunk (id, bytes) VALUES (?, ?)', id, bufferOf(bytes));
  }

  #chunkAt(id: number): Uint8Array | undefined {
    const row = this.#sql.exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM chunk WHERE id = ?', id).toArray()[0];
    return row && new Uint8Array(row.bytes);
  }

  #arriving(chunk: number): Uint8Array | undefined {
    const row = this.#sql
      .exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM arriving WHERE chunk = ?', chunk)
      .toArray()[0];
    return row && new Uint8Array(row.bytes);
  }
}

/** The ids of a snapshot's chunks, segment by segment. A manifest that is damaged leads to none. */
function rangesOf({ bytes, places }: StoredSnapshot): { readonly from: number; readonly to: number }[] {
  return segmentsOf(bytes).flatMap(({ parts }, index) => {
    const from = places[index];
    return from === undefined ? [] : { from, to: from + parts };
  });
}

function placesInSlot(slot: number, bytes: Uint8Array): number[] {
  let next = slot * CHUNKS_PER_SLOT;
  return segmentsOf(bytes).map(({ parts }) => {
    const place = next;
    next += parts;
    return place;
  });
}

function segmentsOf(bytes: Uint8Array): SnapshotManifest['segments'] {
  try {
    return decodeManifest(bytes).segments;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return [];
  }
}

/** A stored snapshot as replication names it. */
export function describe(stored: StoredSnapshot, manifest: SnapshotManifest): SnapshotDescription {
  const chunkCount = manifest.segments.reduce((count, { parts }) => count + parts, 0);
  return {
    id: `${manifest.position.lsn}-${hashText(manifest.position.hash)}-${stored.slot}`,
    position: manifest.position,
    history: manifest.epochHistory,
    chunkCount: chunkCount + 1,
    ...(manifest.version > VERSION_MIN && { version: manifest.version }),
  };
}
