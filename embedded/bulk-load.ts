/** A graph from lists of nodes and relationships, built as a restored snapshot is. */

import { asStored } from '../core/executor/stored-property.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import { GraphRestore } from '../core/graph/restore.ts';
import type { StoredValue } from '../core/value/value.ts';
import { toValue } from './plain-value.ts';

/** A node's properties. */
export type BulkNode = Readonly<Record<string, unknown>>;

/** Relationship i leads from the node whose key is `src[i]` to the one whose key is `dst[i]`. */
export interface BulkEdges {
  readonly src: ArrayLike<string | number>;
  readonly dst: ArrayLike<string | number>;
}

/** Names for what is loaded. The defaults are those of the Pokec graph, which comparisons of graph databases use. */
export interface BulkOptions {
  readonly label?: string;
  readonly type?: string;
  /** The property that nodes are known by; it gets an index. */
  readonly key?: string;
}

export function bulkLoad(nodes: Iterable<BulkNode>, edges: BulkEdges, options: BulkOptions = {}): GraphStore {
  const { label = 'User', type = 'Friend', key = 'id' } = options;
  const list = [...nodes];
  const names = [...new Set([key, ...list.flatMap((node) => Object.keys(node))])];
  const tokens = new Map(names.map((name, token) => [name, token]));
  const restore = new GraphRestore();
  restore.tokens('label', [label]);
  restore.tokens('relationshipType', [type]);
  restore.tokens('propertyKey', names);
  const ids = new Map<unknown, number>();
  list.forEach((node, id) => {
    ids.set(node[key], id);
    restore.node({ id, labels: [0], ...propertiesOf(node, tokens) });
  });
  const idOf = (name: string | number): number => {
    const id = ids.get(name);
    if (id === undefined) throw new Error(`there is no node whose ${key} is ${name}`);
    return id;
  };
  for (let id = 0; id < edges.src.length; id += 1) {
    const [start, end] = [idOf(edges.src[id]!), idOf(edges.dst[id]!)];
    restore.relationship({ id, type: 0, start, end, keys: [], values: [] });
  }
  restore.index({ name: `index_${label}_${key}`, kind: 'range', entity: 'node', token: 0, keys: [0] });
  const store = restore.finish(0);
  store.populateIndexes(Number.POSITIVE_INFINITY);
  return store;
}

function propertiesOf(node: BulkNode, tokens: ReadonlyMap<string, number>): { keys: number[]; values: StoredValue[] } {
  const keys: number[] = [];
  const values: StoredValue[] = [];
  for (const [name, plain] of Object.entries(node)) {
    const value = toValue(plain);
    if (value === null) continue;
    const stored = asStored(value);
    if (stored === undefined) throw new TypeError(`${name} cannot be stored as a property`);
    keys.push(tokens.get(name)!);
    values.push(stored);
  }
  return { keys, values };
}
