import { describe, expect, test } from 'vitest';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { emptyWorld, expanded, onNodes, seek, valueIndex, worldOfAltitudes, write } from './fixture.ts';

describe('a snapshot', () => {
  test('sees its own state while writers commit', () => {
    const { store, airport, closed, flight, name } = emptyWorld();
    const [node, other, relationship] = write(store, (writer) => {
      const node = writer.createNode();
      const other = writer.createNode();
      writer.addLabel(node, airport);
      writer.setNodeProperty(node, name, 'Zürich');
      return [node, other, writer.createRelationship(flight, node, other)];
    });
    const snapshot = store.openSnapshot();
    const before = snapshot.checksum();

    write(store, (writer) => {
      writer.addLabel(node, closed);
      writer.setNodeProperty(node, name, 'Kloten');
    });
    write(store, (writer) => writer.detachDeleteNode(node));

    expect(snapshot.nodeLabels(node)).toEqual([airport]);
    expect(snapshot.nodeProperty(node, name)).toBe('Zürich');
    expect(expanded(snapshot, other, 'incoming', flight)).toEqual([relationship]);
    expect(snapshot.checksum()).toBe(before);
    expect(store.newest.nodeExists(node)).toBe(false);
  });

  test('knows the labels that all nodes have while nothing changes', () => {
    const { store, airport, closed } = emptyWorld();
    const [first] = write(store, (writer) => {
      const nodes = [writer.createNode(), writer.createNode()] as const;
      for (const node of nodes) writer.addLabel(node, airport);
      return nodes;
    });
    const alike = store.openSnapshot();
    const common = alike.commonLabels();
    const labelled = alike.labelledNodes(airport)?.has(first);

    write(store, (writer) => writer.addLabel(first, closed));

    expect([common, labelled]).toEqual([[airport], true]);
    expect([alike.commonLabels(), alike.labelledNodes(closed)]).toEqual([undefined, undefined]);
    expect(store.openSnapshot().commonLabels()).toBeUndefined();
  });

  test('does not see what an open writer does, and the newest view does', () => {
    const { store, airport } = emptyWorld();
    const snapshot = store.openSnapshot();
    const writer = store.begin();

    const node = writer.createNode();
    writer.addLabel(node, airport);

    expect(snapshot.nodeExists(node)).toBe(false);
    expect(snapshot.scanLabel(airport, 0, new Int32Array(4)).count).toBe(0);
    expect(store.newest.scanLabel(airport, 0, new Int32Array(4)).count).toBe(1);
  });

  test('stands at the acknowledged lsn, below what is committed', () => {
    const { store } = emptyWorld();
    const writer = store.begin();
    const node = writer.createNode();
    writer.commit(1);

    const early = store.openSnapshot();
    store.acknowledge(2);
    const late = store.openSnapshot();

    expect([early.lsn, late.lsn]).toEqual([1, 2]);
    expect([early.nodeExists(node), late.nodeExists(node)]).toEqual([false, true]);
  });

  test('sees a relationship that is gone though its id is borne by another, as a REPLICA may be told', () => {
    const { store, flight } = emptyWorld();
    write(store, (writer) => {
      for (let count = 0; count < 3; count += 1) writer.createNode();
      writer.createRelationship(flight, 0, 1);
    });
    const snapshot = store.openSnapshot();

    store.apply({ epoch: 1, lsn: 3, deltas: [{ type: 'deleteRelationship', relationship: 0 }] });
    store.apply({
      epoch: 1,
      lsn: 4,
      deltas: [{ type: 'createRelationship', relationship: 0, relationshipType: flight, start: 2, end: 1 }],
    });

    expect(snapshot.relationshipStart(0)).toBe(0);
    expect(expanded(snapshot, 0, 'outgoing', flight)).toEqual([0]);
    expect(expanded(snapshot, 2, 'outgoing', flight)).toEqual([]);
    expect(snapshot.degree(1, 'incoming', flight)).toBe(1);
    expect(expanded(store.newest, 2, 'outgoing', flight)).toEqual([0]);
  });

  test('finds through an index what was there, also when the index is dropped or was made later', () => {
    const { store, airport, altitude, name, index } = worldOfAltitudes([100, 200]);
    const snapshot = store.openSnapshot();
    write(store, (writer) => {
      writer.setNodeProperty(0, altitude, 200);
      writer.setNodeProperty(1, name, 'late');
    });
    write(store, (writer) => writer.createIndex(onNodes('later', airport, name)));

    const kept = seek(snapshot, index, 100);
    write(store, (writer) => writer.dropIndex('altitude'));

    expect(kept).toEqual([0]);
    expect(seek(snapshot, index, 100)).toEqual([0]);
    expect(seek(store.newest, index, 200)).toEqual([0, 1]);
    expect(seek(snapshot, valueIndex(store, 'later'), 'late')).toEqual([]);
  });

  test('tells the tokens and indexes of its lsn', () => {
    const { store, airport, altitude } = emptyWorld();
    const snapshot = store.openSnapshot();
    write(store, (writer) => writer.createIndex(onNodes('later', airport, altitude)));
    write(store, (writer) => writer.token('label', 'Later'));
    write(store, (writer) => writer.dropIndex('later'));

    expect(snapshot.exportTokens('label')).toEqual(['Airport', 'Closed']);
    expect(snapshot.exportIndexes()).toEqual([]);
    const between = store.openSnapshot(2);
    expect(between.exportIndexes()).toEqual([onNodes('later', airport, altitude)]);
  });

  test('holds versions back until it is closed', () => {
    const { store, name } = emptyWorld();
    const node = write(store, (writer) => writer.createNode());
    write(store, (writer) => writer.setNodeProperty(node, name, 'first'));
    const before = store.memoryBytes;
    const snapshot = store.openSnapshot();
    write(store, (writer) => writer.setNodeProperty(node, name, 'other'));

    const held = store.memoryBytes;
    snapshot.close();
    snapshot.close();

    expect(held).toBeGreaterThan(before);
    expect(store.memoryBytes).toBe(before);
  });

  test('cannot be opened where versions have been collected, or ahead of the store', () => {
    const { store } = emptyWorld();
    write(store, (writer) => writer.createNode());

    expect(() => store.openSnapshot(1)).toThrow('are not there');
    expect(() => store.openSnapshot(3)).toThrow('are not there');
  });
});

describe('apply', () => {
  test('refuses a transaction that does not follow the last one', () => {
    const store = new GraphStore();

    expect(() => store.apply({ epoch: 1, lsn: 2, deltas: [] })).toThrow('does not follow');
  });

  test('takes a transaction without deltas, which opens an epoch', () => {
    const store = new GraphStore();

    store.apply({ epoch: 2, lsn: 1, deltas: [] });

    expect(store.lsn).toBe(1);
  });

  test('ends when a delta does not fit the graph', () => {
    const store = new GraphStore();

    expect(() => store.apply({ epoch: 1, lsn: 1, deltas: [{ type: 'deleteNode', node: 0 }] })).toThrow('no node 0');
  });
});

test('the checksum names tokens, so that their numbers have no say', () => {
  const [one, other] = [
    ['A', 'B'],
    ['B', 'A'],
  ].map((names) => {
    const store = new GraphStore();
    write(store, (writer) => {
      for (const name of names) writer.token('label', name);
      writer.addLabel(writer.createNode(), writer.token('label', 'A'));
    });
    return store;
  });

  expect(one!.checksum()).toBe(other!.checksum());
});

test('statistics follow the newest state', () => {
  const { store, airport, flight } = emptyWorld();
  write(store, (writer) => {
    for (let count = 0; count < 10; count += 1) writer.createNode();
    writer.addLabel(3, airport);
    for (let end = 0; end < 5; end += 1) writer.createRelationship(flight, 3, end);
  });

  expect([store.nodeCount, store.relationshipCount, store.labelCount(airport)]).toEqual([10, 5, 1]);
  expect(store.relationshipTypeCount(flight)).toBe(5);
  expect(store.averageDegree(flight, 'outgoing')).toBe(0.5);
  expect(store.averageDegree(flight, 'both')).toBe(1);
  expect(store.averageDegree(flight, 'outgoing', airport)).toBe(5);
});
