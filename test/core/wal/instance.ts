import { expect } from 'vitest';
import type { Transaction } from '../../../core/graph/delta.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { Writer } from '../../../core/graph/writer.ts';
import { decodeManifest } from '../../../core/wal/manifest.ts';
import { type EncodedRecord, encodeRecord, GENESIS, type LogPosition } from '../../../core/wal/record.ts';
import { recover } from '../../../core/wal/recovery.ts';
import { packRows } from '../../../core/wal/row.ts';
import { segmentText } from '../../../core/wal/segment.ts';
import { SegmentChanges } from '../../../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../../../core/wal/snapshot.ts';
import { ChunkStorage } from './graph-fixtures.ts';

export interface Kept {
  readonly manifest: Uint8Array;
  readonly storage: ChunkStorage;
}

/** An instance's memory and storage, as far as snapshots are concerned: two are kept, the older one is the next one's base. */
export class Instance {
  store = new GraphStore();
  changes = new SegmentChanges();
  records: EncodedRecord[] = [];
  kept: Kept[] = [];

  write(change: (writer: Writer) => void): void {
    const writer = this.store.begin();
    change(writer);
    if (writer.deltas.length === 0) writer.rollback();
    else this.append(writer.commit(1));
  }

  /** Stores a transaction that has been committed to the graph, and acknowledges it. */
  append(transaction: Transaction): void {
    this.records.push(encodeRecord({ ...transaction, previousHash: this.position.hash }));
    this.changes.note(transaction);
    this.store.acknowledge(transaction.lsn);
  }

  get position(): LogPosition {
    return this.records.at(-1) ?? GENESIS;
  }

  /** Takes a snapshot, and does something else after its first slice. Returns the names of the segments that were written. */
  checkpoint(meanwhile: () => void = () => {}, sliceWork = 1_024): string[] {
    const base = this.kept.length === 2 ? this.kept[1] : undefined;
    const position = this.position;
    const view = this.store.openSnapshot(position.lsn);
    const encoder = new SnapshotEncoder({
      view,
      position,
      epochHistory: [],
      changes: this.changes,
      base: base && decodeManifest(base.manifest),
    });
    const storage = new ChunkStorage();
    for (const [name, bytes] of base?.storage.chunks ?? []) storage.chunks.set(name, bytes);
    const written = new Set<string>();
    for (let slice = 0; !encoder.manifest; slice++) {
      for (const chunk of encoder.next(sliceWork)) {
        storage.put(chunk);
        written.add(segmentText(chunk.segment));
      }
      if (slice === 0) meanwhile();
    }
    view.close();
    this.kept = [{ manifest: encoder.manifest, storage }, ...this.kept.slice(0, 1)];
    return [...written];
  }

  /** Loses the memory; with `damaged` the newest snapshot too. */
  restart(damaged: boolean): void {
    if (damaged) this.kept = this.kept.slice(1);
    const snapshots = this.kept.map(({ manifest, storage }, index) => ({
      name: `${index}`,
      manifest,
      read: storage.read,
    }));
    const recovery = recover({ snapshots, rows: packRows(this.records, { firstRow: 1 }) });
    expect(recovery.harmless).toEqual([]);
    expect(recovery.cut).toBeUndefined();
    this.store = recovery.store;
    this.changes = recovery.changes;
  }
}
