import { describe, expect, test } from 'vitest';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { ALL_TYPES } from '../../../core/graph/graph-view.ts';
import { Float } from '../../../core/value/value.ts';
import { emptyWorld, expanded, onNodes, write } from './fixture.ts';

describe('changes', () => {
  test('are noted as deltas with their ids, in order', () => {
    const writer = new GraphStore().begin();

    const label = writer.token('label', 'Airport');
    const node = writer.createNode();
    writer.addLabel(node, label);
    const transaction = writer.commit(7);

    expect(transaction).toEqual({
      epoch: 7,
      lsn: 1,
      deltas: [
        { type: 'defineToken', kind: 'label', token: 0, name: 'Airport' },
        { type: 'createNode', node: 0 },
        { type: 'addLabel', node: 0, label: 0 },
      ],
    });
  });

  test('that alter nothing are not noted', () => {
    const { store, airport, altitude, name } = emptyWorld();
    const node = write(store, (writer) => {
      const node = writer.createNode();
      writer.addLabel(node, airport);
      writer.setNodeProperty(node, altitude, [1, new Float(2)]);
      return node;
    });
    const writer = store.begin();

    writer.token('label', 'Airport');
    writer.addLabel(node, airport);
    writer.setNodeProperty(node, altitude, [1, new Float(2)]);
    writer.setNodeProperty(node, name, null);

    expect(writer.deltas).toEqual([]);
  });

  test('from 1 to 1.0 alter the value, since INTEGER and FLOAT are apart', () => {
    const { store, altitude } = emptyWorld();
    const node = write(store, (writer) => {
      const node = writer.createNode();
      writer.setNodeProperty(node, altitude, 1);
      return node;
    });

    write(store, (writer) => writer.setNodeProperty(node, altitude, new Float(1)));

    expect(store.newest.nodeProperty(node, altitude)).toEqual(new Float(1));
  });

  test('copy a list, so that the caller may go on to change his own', () => {
    const { store, altitude } = emptyWorld();
    const list = [1, 2];
    const node = write(store, (writer) => {
      const node = writer.createNode();
      writer.setNodeProperty(node, altitude, list);
      return node;
    });

    list.push(3);

    expect(store.newest.nodeProperty(node, altitude)).toEqual([1, 2]);
  });

  test('of a deleted entity are refused', () => {
    const { store, airport, flight, altitude } = emptyWorld();
    const writer = store.begin();
    const node = writer.createNode();
    const other = writer.createNode();
    const relationship = writer.createRelationship(flight, other, other);
    writer.deleteNode(node);
    writer.deleteRelationship(relationship);

    const attempts = [
      () => writer.addLabel(node, airport),
      () => writer.removeLabel(node, airport),
      () => writer.setNodeProperty(node, altitude, 1),
      () => writer.deleteNode(node),
      () => writer.createRelationship(flight, node, other),
      () => writer.setRelationshipProperty(relationship, altitude, 1),
      () => writer.deleteRelationship(relationship),
    ];

    for (const attempt of attempts) {
      expect(attempt).toThrow(expect.objectContaining({ code: 'Neo.ClientError.Statement.EntityNotFound' }));
    }
  });
});

describe('deleting a node', () => {
  test('is refused while it has relationships', () => {
    const { store, flight } = emptyWorld();
    const writer = store.begin();
    const node = writer.createNode();
    writer.createRelationship(flight, writer.createNode(), node);

    const attempt = () => writer.deleteNode(node);

    expect(attempt).toThrow(expect.objectContaining({ detail: 'DeleteConnectedNode' }));
  });

  test('and detaching it takes its relationships along, loops once', () => {
    const { store, flight } = emptyWorld();
    const writer = store.begin();
    const hub = writer.createNode();
    const other = writer.createNode();
    writer.createRelationship(flight, hub, other);
    writer.createRelationship(flight, other, hub);
    writer.createRelationship(flight, hub, hub);

    const count = writer.detachDeleteNode(hub);

    expect(count).toBe(3);
    expect(store.relationshipCount).toBe(0);
    expect(expanded(store.newest, other, 'both', ALL_TYPES)).toEqual([]);
  });
});

describe('ids', () => {
  test('that have been freed are given again from the lowest on, once no snapshot can see what bore them', () => {
    const { store } = emptyWorld();
    write(store, (writer) => {
      for (let count = 0; count < 100; count += 1) writer.createNode();
    });
    const snapshot = store.openSnapshot();
    write(store, (writer) => {
      writer.deleteNode(40);
      writer.deleteNode(7);
    });

    const whileSeen = write(store, (writer) => writer.createNode());
    snapshot.close();
    const afterwards = write(store, (writer) => [writer.createNode(), writer.createNode(), writer.createNode()]);

    expect(whileSeen).toBe(100);
    expect(afterwards).toEqual([7, 40, 101]);
  });

  test('of a transaction that is rolled back are free again', () => {
    const { store } = emptyWorld();
    const writer = store.begin();
    writer.createNode();
    writer.rollback();

    expect(store.begin().createNode()).toBe(0);
  });
});

describe('rollback', () => {
  test('takes back tokens and indexes too', () => {
    const { store, airport, altitude } = emptyWorld();
    write(store, (writer) => writer.createIndex(onNodes('kept', airport, altitude)));
    const before = store.checksum();
    const writer = store.begin();
    writer.dropIndex('kept');
    writer.createIndex(onNodes('new', writer.token('label', 'New'), altitude));

    writer.rollback();

    expect(store.checksum()).toBe(before);
    expect(store.tokens.label.idOf('New')).toBeUndefined();
    expect(store.indexes.list().map(({ name }) => name)).toEqual(['kept']);
  });

  test('gives back the memory of what it takes back', () => {
    const { store, airport, flight, name } = emptyWorld();
    const change = () => {
      const writer = store.begin();
      for (let count = 0; count < 50; count += 1) {
        const node = writer.createNode();
        writer.addLabel(node, airport);
        writer.setNodeProperty(node, name, `airport ${count}`);
        writer.createRelationship(flight, node, 0);
      }
      writer.rollback();
      return store.memoryBytes;
    };

    const once = change();

    expect(change()).toBe(once);
  });
});

test('a writer that has ended takes no more changes', () => {
  const { store } = emptyWorld();
  const writer = store.begin();
  writer.commit(1);

  expect(() => writer.createNode()).toThrow('the transaction has ended');
  expect(() => writer.rollback()).toThrow('the transaction has ended');
});

test('there is one writer at a time', () => {
  const { store } = emptyWorld();
  store.begin();

  expect(() => store.begin()).toThrow('one write transaction at a time');
});

test('a store at its memory limit refuses to grow, and can be rolled back', () => {
  const store = new GraphStore({ memoryBytesMax: 200_000 });
  const before = store.checksum();
  const writer = store.begin();
  const name = writer.token('propertyKey', 'name');

  const grow = () => {
    for (;;) writer.setNodeProperty(writer.createNode(), name, 'x'.repeat(1000) + writer.deltas.length);
  };

  expect(grow).toThrow(expect.objectContaining({ code: 'Neo.TransientError.General.MemoryPoolOutOfMemoryError' }));
  writer.rollback();
  expect(store.checksum()).toBe(before);
});

describe('indexes', () => {
  test.each([
    { name: 'first', label: 1, key: 1, clash: 'name' },
    { name: 'second', label: 0, key: 0, clash: 'property' },
  ])('a second one with the same $clash is refused', ({ name, label, key }) => {
    const { store } = emptyWorld();
    const writer = store.begin();
    writer.createIndex(onNodes('first', 0, 0));

    expect(() => writer.createIndex(onNodes(name, label, key))).toThrow(
      expect.objectContaining({ code: 'Neo.ClientError.Schema.IndexAlreadyExists' }),
    );
  });

  test('dropping one that is not there is refused', () => {
    const writer = emptyWorld().store.begin();

    expect(() => writer.dropIndex('none')).toThrow(
      expect.objectContaining({ code: 'Neo.ClientError.Schema.IndexNotFound' }),
    );
  });
});
