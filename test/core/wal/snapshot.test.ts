import { beforeAll, describe, expect, test } from 'vitest';
import { GraphError } from '../../../core/error.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { decodeManifest, encodeManifest, type SnapshotManifest } from '../../../core/wal/manifest.ts';
import type { LogPosition } from '../../../core/wal/record.ts';
import { restoreSnapshot, SnapshotDecoder } from '../../../core/wal/restore-snapshot.ts';
import { SegmentChanges } from '../../../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../../../core/wal/snapshot.ts';
import { type SnapshotCopy, sampleGraph, snapshotOf } from './graph-fixtures.ts';

const HASH = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
const position = (lsn: number): LogPosition => ({ lsn, epoch: 1, hash: HASH });

/** The snapshot with one chunk exchanged for other bytes, or taken away. */
function changed(snapshot: SnapshotCopy, chunk: string, bytes: Uint8Array | undefined): SnapshotCopy {
  const chunks = new Map(snapshot.storage.chunks);
  if (bytes) chunks.set(chunk, bytes);
  else chunks.delete(chunk);
  return { ...snapshot, read: (segment, part) => chunks.get(`${segment.kind}/${segment.index}#${part}`) };
}

describe('a snapshot', () => {
  let store: GraphStore;
  let snapshot: SnapshotCopy;
  beforeAll(() => {
    store = sampleGraph({ nodes: 5_000, relationships: 20_000 });
    snapshot = snapshotOf(store, { position: position(1), graphChecksum: store.checksum() });
  });

  test('gives the same graph back', () => {
    const restored = restoreSnapshot(snapshot.manifest, snapshot.read);

    expect(restored.store.checksum()).toBe(store.checksum());
    expect(restored.store.lsn).toBe(1);
    expect(restored.store.acknowledgedLsn).toBe(1);
    expect(restored.store.nodeCount).toBe(store.nodeCount);
    expect(restored.store.relationshipCount).toBe(store.relationshipCount);
    expect(restored.store.indexes.list()).toEqual(store.indexes.list());
    expect(restored.manifest.position).toEqual(position(1));
    expect(restored.manifest.epochHistory).toEqual([{ epoch: 1, firstLsn: 1 }]);
  });

  test('is cut by ranges of ids', () => {
    expect([...snapshot.storage.chunks.keys()]).toEqual([
      'tokens/0#0',
      'nodes/0#0',
      'nodes/1#0',
      'nodes/2#0',
      'relationships/0#0',
      'relationships/1#0',
      'relationships/2#0',
      'indexes/0#0',
    ]);
  });

  test('of an empty graph has no nodes and gives an empty graph', () => {
    const empty = snapshotOf(new GraphStore(), { position: position(0) });

    expect(restoreSnapshot(empty.manifest, empty.read).store.nodeCount).toBe(0);
  });

  test('is restored segment by segment when others wait', () => {
    const decoder = new SnapshotDecoder(snapshot.manifest, snapshot.read);

    let restored: GraphStore | undefined;
    let turns = 0;
    for (; !restored; turns++) restored = decoder.next(1);

    expect(turns).toBe(decoder.manifest.segments.length);
    expect(restored.checksum()).toBe(store.checksum());
  });

  test('is the same bytes whatever the slices in which it was written', () => {
    const view = store.openSnapshot(1);
    const encoder = new SnapshotEncoder({
      view,
      position: position(1),
      epochHistory: [{ epoch: 1, firstLsn: 1 }],
      graphChecksum: store.checksum(),
      changes: new SegmentChanges(1),
    });
    const chunks = encoder.next(Number.POSITIVE_INFINITY);
    view.close();

    expect(chunks.map((chunk) => chunk.bytes)).toEqual([...snapshot.storage.chunks.values()]);
    expect(encoder.manifest).toEqual(snapshot.manifest);
    expect(encoder.next(1_000)).toEqual([]);
  });

  test.each([
    { chunk: 'tokens/0#0', reason: 'part 0 of tokens/0 is missing' },
    { chunk: 'nodes/2#0', reason: 'part 0 of nodes/2 is missing' },
    { chunk: 'relationships/1#0', reason: 'part 0 of relationships/1 is missing' },
    { chunk: 'indexes/0#0', reason: 'part 0 of indexes/0 is missing' },
  ])('without $chunk names what is missing', ({ chunk, reason }) => {
    const broken = changed(snapshot, chunk, undefined);

    expect(() => restoreSnapshot(broken.manifest, broken.read)).toThrow(reason);
  });

  test('with another chunk in the place of one names both', () => {
    const broken = changed(snapshot, 'nodes/1#0', snapshot.storage.chunks.get('nodes/2#0'));

    expect(() => restoreSnapshot(broken.manifest, broken.read)).toThrow(
      'in the place of part 0 of nodes/1 there is part 0 of nodes/2',
    );
  });

  test('with any bit of a chunk flipped names the chunk', () => {
    const sound = snapshot.storage.chunks.get('tokens/0#0')!;
    for (let bit = 0; bit < sound.length * 8; bit++) {
      const flipped = sound.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      const broken = changed(snapshot, 'tokens/0#0', flipped);

      expect(() => restoreSnapshot(broken.manifest, broken.read)).toThrow('part 0 of tokens/0');
    }
  });

  test('with a sound chunk of another snapshot names the segment', () => {
    const other = snapshotOf(sampleGraph({ nodes: 100, relationships: 10 }), { position: position(1) });
    const broken = changed(snapshot, 'relationships/0#0', other.storage.chunks.get('relationships/0#0'));

    expect(() => restoreSnapshot(broken.manifest, broken.read)).toThrow(
      'relationships/0 is sound but not of this snapshot',
    );
  });

  test('with a damaged manifest is refused, cut off or flipped anywhere', () => {
    const sound = snapshot.manifest;
    for (let length = 0; length < sound.length; length++) {
      expect(() => decodeManifest(sound.subarray(0, length))).toThrow(GraphError);
    }
    for (let byte = 0; byte < sound.length; byte++) {
      const flipped = sound.slice();
      flipped[byte]! ^= 1;
      expect(() => decodeManifest(flipped)).toThrow('manifest');
    }
  });

  test.each([
    { name: 'its counts', change: { nodeCount: 1 }, reason: 'its manifest says 1' },
    { name: 'its graph checksum', change: { graphChecksum: 5n }, reason: 'does not agree with the checksum' },
  ])('that does not agree with $name is refused', ({ change, reason }) => {
    const manifest: SnapshotManifest = { ...decodeManifest(snapshot.manifest), ...change };

    expect(() => restoreSnapshot(encodeManifest(manifest), snapshot.read)).toThrow(reason);
  });

  test('shares every segment that a change did not touch with the snapshot before', () => {
    const before = new Map(snapshot.storage.chunks);
    const writer = store.begin();
    writer.setNodeProperty(2_100, store.tokens.propertyKey.idOf('altitude')!, -1);
    writer.setRelationshipProperty(16_500, store.tokens.propertyKey.idOf('altitude')!, -1);
    writer.commit(1);
    store.acknowledge(2);

    const after = snapshotOf(store, { position: position(2) }).storage.chunks;

    const differing = [...after].filter(([name, bytes]) => !equal(bytes, before.get(name))).map(([name]) => name);
    expect(differing).toEqual(['nodes/1#0', 'relationships/2#0']);
  });
});

describe('a snapshot of a graph that is being written to', () => {
  test('is the graph as it was when the snapshot began', () => {
    const store = sampleGraph({ nodes: 3_000, relationships: 3_000 });
    const checksumBefore = store.checksum();
    const view = store.openSnapshot(1);
    const encoder = new SnapshotEncoder({
      view,
      position: position(1),
      epochHistory: [],
      changes: new SegmentChanges(1),
    });
    const chunks = encoder.next(1_000);

    const writer = store.begin();
    writer.token('propertyKey', 'new');
    writer.setNodeProperty(2_500, 0, 'changed');
    writer.deleteRelationship(2_000);
    writer.addLabel(writer.createNode(), writer.token('label', 'New'));
    writer.dropIndex('airport_name');
    writer.commit(1);
    store.acknowledge(2);
    while (!encoder.manifest) chunks.push(...encoder.next(1_000));
    view.close();

    const bySegment = new Map(
      chunks.map((chunk) => [`${chunk.segment.kind}/${chunk.segment.index}#${chunk.part}`, chunk]),
    );
    const restored = restoreSnapshot(
      encoder.manifest,
      (segment, part) => bySegment.get(`${segment.kind}/${segment.index}#${part}`)?.bytes,
    ).store;
    expect(restored.checksum()).toBe(checksumBefore);
    expect(restored.tokens.propertyKey.idOf('new')).toBeUndefined();
    expect(restored.indexes.list()).toHaveLength(4);
  });
});

test('a sound chunk of the same segment and length in an older snapshot is told from the new one', () => {
  const store = sampleGraph({ nodes: 10, relationships: 0 });
  const older = snapshotOf(store, { position: position(1) });
  const writer = store.begin();
  writer.setNodeProperty(1, store.tokens.propertyKey.idOf('altitude')!, 100);
  writer.commit(1);
  store.acknowledge(2);
  const newer = snapshotOf(store, { position: position(2) });

  const broken = changed(newer, 'nodes/0#0', older.storage.chunks.get('nodes/0#0'));

  expect(() => restoreSnapshot(broken.manifest, broken.read)).toThrow('nodes/0 is sound but not of this snapshot');
});

test('a segment larger than a chunk travels in several, each below 1 MiB', () => {
  const store = sampleGraph({ nodes: 10, relationships: 0 });
  const writer = store.begin();
  for (let node = 0; node < 5; node++) writer.setNodeProperty(node, 0, String(node).repeat(600_000));
  writer.commit(1);
  store.acknowledge(2);

  const snapshot = snapshotOf(store, { position: position(2) });

  const names = [...snapshot.storage.chunks.keys()].filter((name) => name.startsWith('nodes/'));
  expect(names).toEqual(['nodes/0#0', 'nodes/0#1', 'nodes/0#2', 'nodes/0#3']);
  for (const bytes of snapshot.storage.chunks.values()) expect(bytes.length).toBeLessThan(1024 * 1024);
  expect(restoreSnapshot(snapshot.manifest, snapshot.read).store.checksum()).toBe(store.checksum());
});

function equal(one: Uint8Array, other: Uint8Array | undefined): boolean {
  return other !== undefined && one.length === other.length && one.every((byte, index) => byte === other[index]);
}
