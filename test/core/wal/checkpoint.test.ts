/** Snapshots that build on older ones: what they write, what they leave, and that nothing is missing whatever happened before. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GraphStore } from '../../../core/graph/graph-store.ts';
import { ALL_TYPES } from '../../../core/graph/graph-view.ts';
import type { Writer } from '../../../core/graph/writer.ts';
import { decodePacked, encodePacked } from '../../../core/value/message-pack.ts';
import { CHECKSUM_BYTES, seal } from '../../../core/wal/checksum.ts';
import { decodeManifest } from '../../../core/wal/manifest.ts';
import { Instance } from './instance.ts';

const NODES_PER_SEGMENT = 2_048;
const RELATIONSHIPS_PER_SEGMENT = 8_192;

/** A graph of three segments of nodes and two of relationships. */
function filled(): Instance {
  const instance = new Instance();
  instance.write((writer) => {
    const key = writer.token('propertyKey', 'size');
    const type = writer.token('relationshipType', 'NEXT');
    for (let node = 0; node < 2.5 * NODES_PER_SEGMENT; node++) writer.setNodeProperty(writer.createNode(), key, node);
    for (let count = 0; count < 1.5 * RELATIONSHIPS_PER_SEGMENT; count++) {
      writer.createRelationship(type, count % (2 * NODES_PER_SEGMENT), 0);
    }
  });
  return instance;
}

describe('a checkpoint', () => {
  test('writes all of a graph twice, since two snapshots that are kept share nothing, and then only what has changed', () => {
    const instance = filled();
    const everything = ['tokens/0', 'nodes/0', 'nodes/1', 'nodes/2', 'relationships/0', 'relationships/1'];

    expect(instance.checkpoint()).toEqual(everything);
    expect(instance.checkpoint()).toEqual(everything);
    expect(instance.checkpoint()).toEqual([]);
    instance.write((writer) => writer.setNodeProperty(NODES_PER_SEGMENT, 0, -1));
    expect(instance.checkpoint()).toEqual(['nodes/1']);
    instance.write((writer) => writer.deleteRelationship(0));
    expect(instance.checkpoint()).toEqual(['nodes/1', 'relationships/0']);
    expect(instance.checkpoint()).toEqual(['relationships/0']);
    expect(instance.checkpoint()).toEqual([]);
  });

  test('after a restart writes what has changed since its base, however long ago that was written', () => {
    const instance = filled();
    instance.checkpoint();
    instance.write((writer) => writer.setNodeProperty(0, 0, -1));
    instance.checkpoint();
    instance.write((writer) => writer.setRelationshipProperty(RELATIONSHIPS_PER_SEGMENT, 0, 1));
    instance.restart(false);

    expect(instance.checkpoint()).toEqual(['nodes/0', 'relationships/1']);
  });

  test('leaves out a segment whose last entity is gone, and knows it when it comes back', () => {
    const instance = new Instance();
    instance.write((writer) => writer.createNode());
    instance.checkpoint();
    instance.checkpoint();
    instance.write((writer) => writer.deleteNode(0));
    instance.checkpoint();
    instance.restart(false);
    // Its base still has the node, and the snapshot that the graph was restored from no longer says a word of the segment.
    instance.checkpoint();
    instance.restart(false);

    expect(instance.store.nodeCount).toBe(0);
    instance.write((writer) => writer.createNode());
    expect(instance.checkpoint()).toContain('nodes/0');
    instance.restart(false);
    expect(instance.store.nodeCount).toBe(1);
  });

  test('does not build on a manifest of the first format, which is read all the same', () => {
    const instance = filled();
    instance.checkpoint();
    const { manifest } = instance.kept[0]!;
    const old = asFirstFormat(manifest);

    const found = decodeManifest(old);

    expect(found.segments[1]).toEqual({
      ...decodeManifest(manifest).segments[1],
      entityCount: undefined,
      changedLsn: instance.position.lsn,
    });
    instance.kept = [
      { ...instance.kept[0]!, manifest: old },
      { ...instance.kept[0]!, manifest: old },
    ];
    instance.restart(false);
    expect(instance.checkpoint()).toHaveLength(6);
  });
});

test('a graph is the same after any writes, checkpoints, restarts and lost snapshots', () => {
  // Ids in several segments each; small graphs would have one of everything.
  const place = fc.tuple(fc.nat({ max: 4 * NODES_PER_SEGMENT }), fc.nat({ max: 3 }));
  const action = fc.oneof(
    { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('set', 'delete', 'connect', 'label'), place }) },
    { weight: 1, arbitrary: fc.record({ type: fc.constantFrom('grow', 'index'), place }) },
    { weight: 3, arbitrary: fc.record({ type: fc.constantFrom('checkpoint', 'restart', 'damage'), place }) },
  );

  fc.assert(
    fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
      const instance = new Instance();
      instance.write((writer) => grow(writer, 100));
      for (const { type, place: at } of actions) {
        const change = (writer: Writer) => perform(writer, type, at, instance.store);
        if (type === 'checkpoint')
          instance.checkpoint(() => instance.write((writer) => perform(writer, 'set', at, instance.store)));
        else if (type === 'restart' || type === 'damage') {
          const before = instance.store.checksum();
          instance.restart(type === 'damage' && instance.kept.length > 1);
          expect(instance.store.checksum()).toBe(before);
        } else instance.write(change);
      }
      const before = instance.store.checksum();
      instance.checkpoint();
      instance.records = instance.records.slice(-1);
      instance.restart(false);
      expect(instance.store.checksum()).toBe(before);
    }),
    { numRuns: 150 },
  );
});

function grow(writer: Writer, count: number): void {
  const key = writer.token('propertyKey', 'size');
  for (let added = 0; added < count; added++) writer.setNodeProperty(writer.createNode(), key, added);
}

function perform(writer: Writer, type: string, [position, number]: [number, number], store: GraphStore): void {
  const node = Math.floor((position / (4 * NODES_PER_SEGMENT + 1)) * writer.view.nodeIdLimit);
  if (type === 'grow') return grow(writer, 1_500);
  if (type === 'index') {
    const name = `index_${number}`;
    if (store.indexes.byName(name)) return writer.dropIndex(name);
    return writer.createIndex({
      name,
      kind: 'range',
      entity: 'node',
      token: writer.token('label', `L${number}`),
      keys: [writer.token('propertyKey', 'size')],
    });
  }
  if (!writer.view.nodeExists(node)) return;
  if (type === 'set') return writer.setNodeProperty(node, writer.token('propertyKey', `key${number}`), position);
  if (type === 'label') {
    writer.addLabel(node, writer.token('label', `L${number}`));
    return;
  }
  if (type === 'connect') {
    const relationship = writer.createRelationship(writer.token('relationshipType', 'T'), node, node);
    return writer.setRelationshipProperty(relationship, writer.token('propertyKey', 'size'), number);
  }
  if (writer.view.degree(node, 'both', ALL_TYPES) === 0) writer.deleteNode(node);
}

/** The manifest as the first version wrote it. */
function asFirstFormat(manifest: Uint8Array): Uint8Array {
  const packed = decodePacked(manifest.subarray(0, -CHECKSUM_BYTES)) as unknown[]; // what encodeManifest packs
  const segments = (packed[4] as unknown[]).filter((_, index) => index % 7 < 5);
  const first = [1, ...packed.slice(1, 4), segments, ...packed.slice(5)];
  return seal(encodePacked(first, { before: 0, after: CHECKSUM_BYTES }));
}
