/** A graph to store, and a storage for its snapshots. */
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { Float } from '../../../core/value/value.ts';
import type { EpochStart } from '../../../core/wal/log-index.ts';
import type { LogPosition } from '../../../core/wal/record.ts';
import type { StoredSnapshot } from '../../../core/wal/recovery.ts';
import { type SegmentName, type SnapshotChunk, segmentText } from '../../../core/wal/segment.ts';
import { SegmentChanges } from '../../../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../../../core/wal/snapshot.ts';

export interface GraphSize {
  readonly nodes: number;
  readonly relationships: number;
}

/** A graph with properties of every kind, an index, and holes where entities were deleted; in one transaction, lsn 1. */
export function sampleGraph(size: GraphSize): GraphStore {
  const store = new GraphStore();
  const writer = store.begin();
  const labels = ['Airport', 'City'].map((name) => writer.token('label', name));
  const types = ['ROUTE', 'IN'].map((name) => writer.token('relationshipType', name));
  const keys = ['name', 'altitude', 'latitude', 'tags', 'large', 'open'].map((name) =>
    writer.token('propertyKey', name),
  );
  const nodes: number[] = [];
  for (let count = 0; count < size.nodes; count++) {
    const node = writer.createNode();
    nodes.push(node);
    writer.addLabel(node, labels[count % 2]!);
    writer.setNodeProperty(node, keys[0]!, `node \ud800 ${count}`);
    writer.setNodeProperty(node, keys[1]!, count);
    if (count % 3 === 0) writer.setNodeProperty(node, keys[2]!, new Float(count));
    if (count % 5 === 0) writer.setNodeProperty(node, keys[3]!, ['a', 1, new Float(1)]);
    if (count % 7 === 0) writer.setNodeProperty(node, keys[4]!, 2n ** 62n + BigInt(count));
    if (count % 11 === 0) writer.setNodeProperty(node, keys[5]!, count % 2 === 0);
  }
  for (let count = 0; count < size.relationships; count++) {
    const [start, end] = [nodes[count % size.nodes]!, nodes[(count * 7) % size.nodes]!];
    const relationship = writer.createRelationship(types[count % 2]!, start, end);
    if (count % 2 === 0) writer.setRelationshipProperty(relationship, keys[1]!, count);
    if (count % 10 === 9) writer.deleteRelationship(relationship);
  }
  const lonely = writer.createNode();
  writer.createNode();
  writer.deleteNode(lonely);
  writer.createIndex({ name: 'airport_name', kind: 'range', entity: 'node', token: labels[0]!, keys: [keys[0]!] });
  writer.createIndex({
    name: 'composite',
    kind: 'range',
    entity: 'node',
    token: labels[0]!,
    keys: [keys[1]!, keys[0]!],
  });
  writer.createIndex({
    name: 'of_relationships',
    kind: 'range',
    entity: 'relationship',
    token: types[0]!,
    keys: [keys[1]!],
  });
  writer.createIndex({ name: 'of_points', kind: 'point', entity: 'node', token: labels[0]!, keys: [keys[0]!] });
  writer.commit(1);
  store.acknowledge(1);
  return store;
}

/** Chunks by segment and part, as an object's storage has them. */
export class ChunkStorage {
  readonly chunks = new Map<string, Uint8Array>();

  put(chunk: SnapshotChunk): void {
    this.chunks.set(`${segmentText(chunk.segment)}#${chunk.part}`, chunk.bytes);
  }

  readonly read = (segment: SegmentName, part: number): Uint8Array | undefined =>
    this.chunks.get(`${segmentText(segment)}#${part}`);
}

export interface SnapshotCopy extends StoredSnapshot {
  readonly storage: ChunkStorage;
}

/** A whole snapshot of a store, where its readers read. */
export function snapshotOf(
  store: GraphStore,
  options: { position: LogPosition; epochHistory?: readonly EpochStart[]; graphChecksum?: bigint },
): SnapshotCopy {
  const storage = new ChunkStorage();
  const view = store.openSnapshot(options.position.lsn);
  const encoder = new SnapshotEncoder({
    epochHistory: [{ epoch: 1, firstLsn: 1 }],
    changes: new SegmentChanges(options.position.lsn),
    ...options,
    view,
  });
  while (!encoder.manifest) for (const chunk of encoder.next(1_000)) storage.put(chunk);
  view.close();
  return { name: `snapshot ${options.position.lsn}`, manifest: encoder.manifest, read: storage.read, storage };
}
