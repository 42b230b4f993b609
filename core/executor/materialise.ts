/** References become records: what a client gets of nodes, relationships and paths. */
import type { GraphView } from '../graph/graph-view.ts';
import type { Tokens } from '../graph/tokens.ts';
import { isList, isMap } from '../value/equality.ts';
import {
  Float,
  NodeRecord,
  NodeReference,
  PathRecord,
  PathReference,
  RelationshipRecord,
  RelationshipReference,
  type ResultValue,
  type StoredValue,
  type Value,
} from '../value/value.ts';
import type { VirtualEntities } from './virtual-entities.ts';

export type ElementIdOf = (kind: 'node' | 'relationship', id: number) => string;

export interface MaterialiseContext {
  readonly view: GraphView;
  readonly tokens: Tokens;
  readonly elementId: ElementIdOf;
  /** What procedures have made up in this statement. */
  readonly virtual?: VirtualEntities | undefined;
}

/** Element ids of a cluster's graph: `4:<clusterId>:<id>` for nodes, `5:<clusterId>:<id>` for relationships. */
export function elementIds(clusterId: string): ElementIdOf {
  return (kind, id) => `${kind === 'node' ? 4 : 5}:${clusterId}:${id}`;
}

/**
 * A value as it leaves the engine. What the statement has deleted becomes a record with its element id and nothing else.
 */
export function materialise(value: Value, context: MaterialiseContext): ResultValue {
  if (typeof value !== 'object' || value === null || value instanceof Float) return value;
  if (value instanceof NodeReference) return nodeRecord(value.id, context);
  if (value instanceof RelationshipReference) return relationshipRecord(value.id, context);
  if (value instanceof PathReference) return pathRecord(value, context);
  if (isList(value)) return value.map((element) => materialise(element, context));
  if (!isMap(value)) return value;
  return new Map([...value].map(([key, entry]) => [key, materialise(entry, context)]));
}

function nodeRecord(id: number, { view, tokens, elementId, virtual }: MaterialiseContext): NodeRecord {
  const made = virtual?.node(id);
  if (made) return new NodeRecord(elementId('node', id), made.labels, made.properties);
  const labels = view.nodeLabels(id).map((label) => tokens.label.nameOf(label));
  const properties = new Map<string, StoredValue>();
  for (const key of view.nodeKeys(id)) {
    const value = view.nodeProperty(id, key);
    if (value !== null) properties.set(tokens.propertyKey.nameOf(key), value);
  }
  return new NodeRecord(elementId('node', id), labels, properties);
}

function relationshipRecord(id: number, context: MaterialiseContext): RelationshipRecord {
  const { view, tokens, elementId, virtual } = context;
  const made = virtual?.relationship(id);
  if (made) {
    return new RelationshipRecord({
      elementId: elementId('relationship', id),
      startElementId: elementId('node', made.start),
      endElementId: elementId('node', made.end),
      relationshipType: made.type,
      properties: made.properties,
    });
  }
  const type = view.relationshipType(id);
  const properties = new Map<string, StoredValue>();
  for (const key of view.relationshipKeys(id)) {
    const value = view.relationshipProperty(id, key);
    if (value !== null) properties.set(tokens.propertyKey.nameOf(key), value);
  }
  const nodeElementId = (node: number): string => (node < 0 ? '' : elementId('node', node));
  return new RelationshipRecord({
    elementId: elementId('relationship', id),
    startElementId: nodeElementId(view.relationshipStart(id)),
    endElementId: nodeElementId(view.relationshipEnd(id)),
    relationshipType: type < 0 ? '' : tokens.relationshipType.nameOf(type),
    properties,
  });
}

function pathRecord(path: PathReference, context: MaterialiseContext): PathRecord {
  return new PathRecord(
    path.nodes.map((id) => nodeRecord(id, context)),
    path.relationships.map((id) => relationshipRecord(id, context)),
  );
}
