/**
 * When each segment of the graph was last changed. A checkpoint writes only the segments that have changed since the
 * snapshot whose chunks it goes on using; so this may name a change too late, never too early.
 */
import { unreachable } from '../assert.ts';
import { type Delta, isNote, type Note, type Transaction } from '../graph/delta.ts';
import type { SnapshotManifest } from './manifest.ts';
import { idsPerSegment, type SegmentKind, type SegmentName } from './segment.ts';

export class SegmentChanges {
  /** For segments of which nothing is known: they have not changed after it. */
  readonly #floorLsn: number;
  readonly #lastLsns: Readonly<Record<SegmentKind, Map<number, number>>> = {
    tokens: new Map(),
    nodes: new Map(),
    relationships: new Map(),
    indexes: new Map(),
    constraints: new Map(),
    options: new Map(),
  };

  /** Of a graph that is empty at lsn 0; or of one about which no more is known than that it has not changed after `floorLsn`. */
  constructor(floorLsn = 0) {
    this.#floorLsn = floorLsn;
  }

  /** Of a graph that was restored from a snapshot. A segment that is empty there may have been emptied just before it. */
  static of(manifest: SnapshotManifest): SegmentChanges {
    const changes = new SegmentChanges(manifest.position.lsn);
    for (const { segment, changedLsn } of manifest.segments)
      changes.#lastLsns[segment.kind].set(segment.index, changedLsn);
    return changes;
  }

  /** Takes what a transaction changes, also one that may be taken back later. */
  note({ lsn, deltas }: Transaction): void {
    for (const delta of deltas) {
      if (isNote(delta)) continue;
      const { kind, id } = placeOf(delta);
      this.#lastLsns[kind].set(Math.floor(id / idsPerSegment(kind)), lsn);
    }
  }

  /** The lsn after which the segment has not changed. */
  lastLsn({ kind, index }: SegmentName): number {
    return this.#lastLsns[kind].get(index) ?? this.#floorLsn;
  }
}

/** What a delta changes: `id` is an entity's, or 0 where a kind has one segment only. */
function placeOf(delta: Exclude<Delta, Note>): { readonly kind: SegmentKind; readonly id: number } {
  switch (delta.type) {
    case 'defineToken':
      return { kind: 'tokens', id: 0 };
    case 'createNode':
    case 'deleteNode':
    case 'addLabel':
    case 'removeLabel':
    case 'setNodeProperty':
      return { kind: 'nodes', id: delta.node };
    case 'createRelationship':
    case 'deleteRelationship':
    case 'setRelationshipProperty':
      return { kind: 'relationships', id: delta.relationship };
    case 'createIndex':
    case 'dropIndex':
      return { kind: 'indexes', id: 0 };
    case 'createConstraint':
    case 'dropConstraint':
      return { kind: 'constraints', id: 0 };
    case 'setOption':
      return { kind: 'options', id: 0 };
    default:
      return unreachable(delta);
  }
}
