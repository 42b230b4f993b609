import { expect, test } from 'vitest';
import { PastGraph } from '../../../core/wal/past-graph.ts';
import { failureOf } from '../engine/database.ts';
import { sampleGraph, snapshotOf } from './graph-fixtures.ts';

test('a snapshot for which there is no room is given up while it is read, and not when all of it is in memory', () => {
  const store = sampleGraph({ nodes: 10_000, relationships: 100 });
  const snapshot = snapshotOf(store, { position: { epoch: 1, lsn: 1, hash: new Uint8Array(8) } });
  const segments = new Set<string>();
  const graph = new PastGraph({
    lsn: 1,
    snapshots: [
      {
        ...snapshot,
        lsn: 1,
        read: (segment, part) => {
          segments.add(`${segment.kind}/${segment.index}`);
          return snapshot.read(segment, part);
        },
      },
    ],
    firstLsn: 2,
    read: () => [],
    bytesMax: store.memoryBytes / 4,
  });

  const { code } = failureOf(() => {
    while (graph.next() === undefined);
  });

  expect(code).toBe('Neo.TransientError.General.MemoryPoolOutOfMemoryError');
  expect([...segments]).toEqual(['tokens/0', 'nodes/0', 'nodes/1']);
});
