/**
 * Snapshots in SQLite: chunks first, the manifest last, so that a snapshot is there when its manifest is. To a replica a
 * snapshot travels as its manifest (chunk 0) and its chunks, and stands aside here until all of it has arrived.
 */
import type { SnapshotDescription } from '../core/replication/log.ts';
import { hashText } from '../core/wal/checksum.ts';
import { decodeManifest, type SnapshotManifest } from '../core/wal/manifest.ts';
import { bufferOf } from './chunks.ts';

/** Chunks of one snapshot have the keys `slot * CHUNKS_MAX + number`, so that one integer key does. */
const CHUNKS_MAX = 2 ** 20;
/** The slot of a snapshot that is arriving from MAIN. Own ones count from 1. */
const ARRIVING_SLOT = 0;

export interface StoredSnapshot {
  readonly slot: number;
  readonly manifest: Uint8Array;
  readonly chunkCount: number;
}

export class SnapshotTable {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** All complete snapshots, newest first. */
  list(): StoredSnapshot[] {
    return this.#sql
      .exec<{ slot: number; manifest: ArrayBuffer; chunk_count: number }>(
        'SELECT slot, manifest, chunk_count FROM snapshot ORDER BY slot DESC',
      )
      .toArray()
      .map((row) => ({ slot: row.slot, manifest: new Uint8Array(row.manifest), chunkCount: row.chunk_count }));
  }

  /** A slot after all others, also after one whose snapshot was never finished. */
  freeSlot(): number {
    return this.#sql
      .exec<{ slot: number }>(
        `SELECT max((SELECT coalesce(max(slot), 0) FROM snapshot), (SELECT coalesce(max(id), 0) / ${CHUNKS_MAX} FROM chunk)) + 1 AS slot`,
      )
      .one().slot;
  }

  saveChunk(place: { readonly slot: number; readonly chunk: number }, bytes: Uint8Array): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO chunk (id, bytes) VALUES (?, ?)',
      place.slot * CHUNKS_MAX + place.chunk,
      bufferOf(bytes),
    );
  }

  chunk(place: { readonly slot: number; readonly chunk: number }): Uint8Array | undefined {
    const row = this.#sql
      .exec<{ bytes: ArrayBuffer }>('SELECT bytes FROM chunk WHERE id = ?', place.slot * CHUNKS_MAX + place.chunk)
      .toArray()[0];
    return row && new Uint8Array(row.bytes);
  }

  /** Makes the snapshot whose chunks are stored a complete one. */
  finish(slot: number, manifest: Uint8Array, chunkCount: number): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO snapshot (slot, manifest, chunk_count) VALUES (?, ?, ?)',
      slot,
      bufferOf(manifest),
      chunkCount,
    );
  }

  delete(slot: number): void {
    this.#sql.exec('DELETE FROM snapshot WHERE slot = ?', slot);
    this.#sql.exec('DELETE FROM chunk WHERE id >= ? AND id < ?', slot * CHUNKS_MAX, (slot + 1) * CHUNKS_MAX);
  }

  /** Deletes the chunks of snapshots that were begun and never finished, an arriving one excepted. */
  deleteUnfinished(): void {
    this.#sql.exec(
      `DELETE FROM chunk WHERE id >= ${CHUNKS_MAX} AND id / ${CHUNKS_MAX} NOT IN (SELECT slot FROM snapshot)`,
    );
  }

  /** Keeps a chunk that MAIN sent: number 0 is the manifest and throws away what an earlier transfer left. */
  saveArriving(chunk: number, bytes: Uint8Array): void {
    if (chunk === 0) this.delete(ARRIVING_SLOT);
    this.saveChunk({ slot: ARRIVING_SLOT, chunk }, bytes);
  }

  /** Puts the snapshot that has arrived in place of all others. */
  installArriving(chunkCount: number): void {
    const manifest = this.chunk({ slot: ARRIVING_SLOT, chunk: 0 });
    if (!manifest) throw new Error('the snapshot that arrived has no manifest');
    decodeManifest(manifest); // Throws when it is damaged, before anything else is thrown away.
    const slot = this.freeSlot();
    for (const old of this.list()) this.delete(old.slot);
    for (let chunk = 1; chunk < chunkCount; chunk += 1) {
      const bytes = this.chunk({ slot: ARRIVING_SLOT, chunk });
      if (bytes) this.saveChunk({ slot, chunk: chunk - 1 }, bytes);
    }
    this.finish(slot, manifest, chunkCount - 1);
    this.delete(ARRIVING_SLOT);
  }
}

/** A stored snapshot as replication names it. */
export function describe(stored: StoredSnapshot, manifest: SnapshotManifest): SnapshotDescription {
  return {
    id: `${manifest.position.lsn}-${hashText(manifest.position.hash)}-${stored.slot}`,
    position: manifest.position,
    history: manifest.epochHistory,
    chunkCount: stored.chunkCount + 1,
  };
}
