import { describe, expect, test } from 'vitest';
import type { IndexRange } from '../../../core/graph/index-definition.ts';
import { IdList } from '../../../core/graph/result-lists.ts';
import { Float, type StoredValue } from '../../../core/value/value.ts';
import { seek, worldOfAltitudes, write } from './fixture.ts';

describe('equality', () => {
  test.each<{ stored: StoredValue; sought: StoredValue; found: boolean }>([
    { stored: 1, sought: new Float(1), found: true },
    { stored: new Float(1), sought: 1, found: true },
    { stored: new Float(-0), sought: 0, found: true },
    { stored: 2n ** 62n, sought: new Float(2 ** 62), found: true },
    { stored: 2n ** 62n + 1n, sought: new Float(2 ** 62), found: false },
    { stored: 1, sought: '1', found: false },
    { stored: 1, sought: true, found: false },
    { stored: [1, 'a'], sought: [new Float(1), 'a'], found: true },
    { stored: [1], sought: 1, found: false },
    { stored: new Float(Number.NaN), sought: new Float(Number.NaN), found: false },
    { stored: '', sought: '', found: true },
    { stored: '\u0000a', sought: '\u0000a', found: true },
  ])('$sought sought where $stored is stored: $found', ({ stored, sought, found }) => {
    const { store, index } = worldOfAltitudes([stored]);

    expect(seek(store.newest, index, sought)).toEqual(found ? [0] : []);
  });

  test('follows labels, values and nodes as they change', () => {
    const { store, airport, altitude, index } = worldOfAltitudes([5, 5, 5]);

    write(store, (writer) => {
      writer.removeLabel(0, airport);
      writer.setNodeProperty(1, altitude, null);
      writer.deleteNode(2);
      const node = writer.createNode();
      writer.setNodeProperty(node, altitude, 5);
      writer.addLabel(node, airport);
    });

    expect(seek(store.newest, index, 5)).toEqual([3]);
    expect([index.entryCount, index.valueCount]).toEqual([1, 1]);
  });

  test('is kept for a value that most nodes have, and that they lose again', () => {
    const { store, altitude, index } = worldOfAltitudes(Array.from({ length: 1000 }, () => true));
    const all = seek(store.newest, index, true);

    write(store, (writer) => {
      for (let node = 0; node < 999; node += 1) writer.setNodeProperty(node, altitude, false);
    });

    expect(all).toHaveLength(1000);
    expect(seek(store.newest, index, true)).toEqual([999]);
    expect(seek(store.newest, index, false)).toHaveLength(999);
  });
});

describe('ranges', () => {
  const stored = [
    10,
    new Float(10.5),
    11,
    2n ** 60n,
    'a',
    'b',
    'ba',
    '\u0000',
    true,
    false,
    [1],
    new Float(Number.NaN),
  ];

  test.each<{ range: IndexRange; found: number[] }>([
    { range: { from: 10 }, found: [0, 1, 2, 3] },
    { range: { from: 10, fromExclusive: true }, found: [1, 2, 3] },
    { range: { to: new Float(10.5) }, found: [0, 1] },
    { range: { to: 11, toExclusive: true }, found: [0, 1] },
    { range: { from: new Float(10.2), to: 2n ** 61n }, found: [1, 2, 3] },
    { range: { from: 'b' }, found: [5, 6] },
    { range: { from: 'a', to: 'b' }, found: [4, 5] },
    { range: { to: 'a' }, found: [4, 7] },
    { range: { from: true }, found: [8] },
    { range: { to: true, toExclusive: true }, found: [9] },
    { range: { from: 1, to: 'b' }, found: [] },
    { range: { from: new Float(Number.NaN) }, found: [] },
  ])('$range holds $found', ({ range, found }) => {
    const { store, index } = worldOfAltitudes(stored);
    const out = new IdList();

    store.newest.rangeIndex(index, range, out);

    expect([...out.ids.subarray(0, out.count)].sort((left, right) => left - right)).toEqual(found);
  });

  test('see values that come and go between two seeks', () => {
    const { store, altitude, index } = worldOfAltitudes([1, 3, 5, 7, 9]);
    const out = new IdList();
    store.newest.rangeIndex(index, { from: 0 }, out);

    write(store, (writer) => {
      writer.setNodeProperty(0, altitude, 4);
      writer.setNodeProperty(1, altitude, null);
      writer.setNodeProperty(2, altitude, 6);
      writer.setNodeProperty(2, altitude, 5);
    });
    store.newest.rangeIndex(index, { from: 0, to: 7 }, out);

    expect([...out.ids.subarray(0, out.count)]).toEqual([0, 2, 3]);
  });
});
