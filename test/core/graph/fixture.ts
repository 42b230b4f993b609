import { assert } from '../../../core/assert.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { GraphView } from '../../../core/graph/graph-view.ts';
import type { IndexDefinition } from '../../../core/graph/index-definition.ts';
import { Expansion, IdList } from '../../../core/graph/result-lists.ts';
import { ValueIndex } from '../../../core/graph/value-index.ts';
import type { Writer } from '../../../core/graph/writer.ts';
import type { StoredValue } from '../../../core/value/value.ts';

/** An index on one property of the nodes with a label. */
export function onNodes(name: string, token: number, key: number): IndexDefinition {
  return { name, kind: 'range', entity: 'node', token, keys: [key] };
}

/** Runs one write transaction, acknowledges it, and puts the indexes online that it has made. */
export function write<Result>(store: GraphStore, change: (writer: Writer) => Result): Result {
  const writer = store.begin();
  const result = change(writer);
  store.acknowledge(writer.commit(1).lsn);
  store.populateIndexes(Number.POSITIVE_INFINITY);
  return result;
}

/** The tokens of a small world: airports, joined by flights. */
export interface World {
  readonly store: GraphStore;
  readonly airport: number;
  readonly closed: number;
  readonly flight: number;
  readonly name: number;
  readonly altitude: number;
}

export function emptyWorld(): World {
  const store = new GraphStore();
  return write(store, (writer) => ({
    store,
    airport: writer.token('label', 'Airport'),
    closed: writer.token('label', 'Closed'),
    flight: writer.token('relationshipType', 'FLIGHT'),
    name: writer.token('propertyKey', 'name'),
    altitude: writer.token('propertyKey', 'altitude'),
  }));
}

/** A world with an airport for each value of `altitude`, indexed; node ids count from 0. */
export function worldOfAltitudes(altitudes: readonly StoredValue[]): World & { readonly index: ValueIndex } {
  const world = emptyWorld();
  write(world.store, (writer) => {
    writer.createIndex(onNodes('altitude', world.airport, world.altitude));
    for (const altitude of altitudes) {
      const node = writer.createNode();
      writer.addLabel(node, world.airport);
      writer.setNodeProperty(node, world.altitude, altitude);
    }
  });
  return { ...world, index: valueIndex(world.store, 'altitude') };
}

export function valueIndex(store: GraphStore, name: string): ValueIndex {
  const index = store.indexes.byName(name);
  assert(index instanceof ValueIndex, `${name} finds values`);
  return index;
}

export function seek(view: GraphView, index: ValueIndex, value: StoredValue): number[] {
  const out = new IdList();
  view.seekIndex(index, value, out);
  return [...out.ids.subarray(0, out.count)];
}

/** Relationship ids of an expansion, in the order in which they come. */
export function expanded(
  view: GraphView,
  node: number,
  direction: 'outgoing' | 'incoming' | 'both',
  type: number,
): number[] {
  const out = new Expansion();
  view.expand(node, direction, type, out);
  return [...out.relationships.subarray(0, out.count)];
}
