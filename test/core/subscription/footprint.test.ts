import { describe, expect, test } from 'vitest';
import { parse } from '../../../core/cypher/parser.ts';
import type { Delta } from '../../../core/graph/delta.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { footprintOf, touches } from '../../../core/subscription/footprint.ts';

/** Tokens are numbered in the order of these lists. */
const LABELS = ['A', 'B'];
const TYPES = ['R', 'S'];
const KEYS = ['x', 'y'];
const tokens = tokensOf();

const CHANGES = {
  'a new node': [{ type: 'createNode', node: 9 }],
  'a new node with label A': [
    { type: 'createNode', node: 9 },
    { type: 'addLabel', node: 9, label: 0 },
  ],
  'label A taken away': [{ type: 'removeLabel', node: 1, label: 0 }],
  'label B put on': [{ type: 'addLabel', node: 1, label: 1 }],
  'a node deleted': [{ type: 'deleteNode', node: 1 }],
  'x of a node': [{ type: 'setNodeProperty', node: 1, key: 0, value: 1 }],
  'y of a node': [{ type: 'setNodeProperty', node: 1, key: 1, value: null }],
  'x of a relationship': [{ type: 'setRelationshipProperty', relationship: 1, key: 0, value: 1 }],
  'a new R': [{ type: 'createRelationship', relationship: 9, relationshipType: 0, start: 1, end: 2 }],
  'a new S': [{ type: 'createRelationship', relationship: 9, relationshipType: 1, start: 1, end: 2 }],
  'a relationship deleted': [{ type: 'deleteRelationship', relationship: 1 }],
  'a new index': [{ type: 'createIndex', name: 'i', kind: 'range', entity: 'node', token: 0, keys: [0] }],
  nothing: [],
} satisfies Record<string, readonly Delta[]>;

type Change = keyof typeof CHANGES;

describe('a query is touched by', () => {
  test.each<[text: string, touching: readonly Change[], others: readonly Change[]]>([
    [
      'MATCH (n:A) RETURN n.x',
      ['a new node with label A', 'label A taken away', 'a node deleted', 'x of a node'],
      ['a new node', 'label B put on', 'y of a node', 'a new R', 'a relationship deleted', 'a new index', 'nothing'],
    ],
    [
      'MATCH (n) RETURN count(*) AS c',
      ['a new node', 'a node deleted'],
      ['x of a node', 'label B put on', 'a new R', 'a relationship deleted'],
    ],
    [
      'MATCH (n:A) RETURN n',
      ['x of a node', 'y of a node', 'label B put on', 'a new node with label A'],
      ['a new R', 'a new node'],
    ],
    ['MATCH (n:A) RETURN *', ['y of a node', 'label B put on'], ['a new R']],
    ['MATCH (n:A) WITH n AS m RETURN m', ['y of a node', 'label B put on'], ['a new R']],
    ['MATCH (n:A) RETURN collect(n)[0] AS first', ['y of a node', 'label B put on'], ['a new R']],
    ['MATCH (n:A) WITH {node: n} AS m RETURN m.node', ['y of a node', 'label B put on'], ['a new R']],
    ['MATCH (n:A) UNWIND [{n: n}] AS n2 RETURN n2.n AS n', ['y of a node'], ['a new R']],
    ['MATCH (n:A) RETURN [m IN [{n: n}] | m.n] AS ns', ['y of a node'], ['a new R']],
    ['MATCH (n:A) RETURN CASE WHEN n.x THEN n END AS c', ['y of a node'], ['a new R']],
    ['MATCH (n:A)-[r:R*]->(:B) RETURN r', ['x of a relationship', 'a new R', 'a relationship deleted'], ['a new S']],
    ['MATCH p = (:A)-[:R]->(:B) RETURN p', ['y of a node', 'a new R', 'x of a relationship'], ['a new S']],
    [
      'MATCH (a:A)-[:R]->(b:B) RETURN a.x',
      ['a new R', 'a relationship deleted', 'x of a node'],
      ['a new S', 'y of a node', 'a new node'],
    ],
    ['MATCH (a:A)-->(b:B) RETURN a.x', ['a new R', 'a new S'], ['y of a node']],
    ['MATCH (a:A {y: 1}) RETURN a.x', ['y of a node'], ['a new R']],
    ['MATCH (a:A) WHERE a.y > 1 RETURN a.x', ['y of a node'], ['a new R']],
    ['MATCH (a:A) WHERE a:B RETURN a.x', ['label B put on'], ['y of a node']],
    ['MATCH (a:A) WHERE (a)-[:S]->(:B) RETURN a.x', ['a new S', 'label B put on'], ['a new R', 'y of a node']],
    ['MATCH (a:A) WHERE EXISTS { (a)-[:S {y: 1}]->() } RETURN a.x', ['a new S', 'y of a node'], ['a new R']],
    ['MATCH (a:A) RETURN labels(a) AS l', ['label B put on'], ['y of a node']],
    ['MATCH (a:A) RETURN keys(a) AS k', ['y of a node'], ['label B put on']],
    ['MATCH (a:A) RETURN a[$key] AS v', ['y of a node'], ['a new R']],
    ['MATCH (a:A) RETURN a.x AS x ORDER BY a.y', ['y of a node'], ['a new R']],
    ['MATCH (a:A) WITH a.x AS x, count(a.y) AS c RETURN x ORDER BY c', ['y of a node'], ['a new R']],
    ['MATCH (a:A) RETURN a.x AS x UNION MATCH (b:B) RETURN b.y AS x', ['y of a node', 'label B put on'], ['a new R']],
    ['RETURN 1 AS x', [], ['a new node', 'a node deleted', 'x of a node', 'a new R']],
  ])('%s', (text, touching, others) => {
    const footprint = footprintOf(parse(text));

    const found = (changes: readonly Change[]) =>
      changes.filter((change) => touches(footprint, CHANGES[change], tokens));

    expect(found(touching)).toEqual(touching);
    expect(found(others)).toEqual([]);
  });
});

function tokensOf() {
  const store = new GraphStore();
  const writer = store.begin();
  for (const name of LABELS) writer.token('label', name);
  for (const name of TYPES) writer.token('relationshipType', name);
  for (const name of KEYS) writer.token('propertyKey', name);
  writer.commit(1);
  return store.tokens;
}
