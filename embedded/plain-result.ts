/** Rows of a result in plain JavaScript values. */
import {
  Float,
  NodeRecord,
  PathRecord,
  RelationshipRecord,
  type ResultValue,
  type StoredValue,
} from '../core/value/value.ts';

export type PlainValue = unknown;
export type PlainRow = readonly PlainValue[];

/** A FLOAT becomes a number, a map an object without prototype, a node or relationship an object of its fields. */
export function plainRows(rows: readonly (readonly ResultValue[])[]): PlainRow[] {
  return rows.map((row) => row.map(plainValue));
}

function plainValue(value: ResultValue): PlainValue {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Float) return value.value;
  if (value instanceof NodeRecord) {
    return { elementId: value.elementId, labels: value.labels, properties: plainMap(value.properties) };
  }
  if (value instanceof RelationshipRecord) {
    const { elementId, startElementId, endElementId, relationshipType, properties } = value;
    return { elementId, startElementId, endElementId, type: relationshipType, properties: plainMap(properties) };
  }
  if (value instanceof PathRecord) {
    return { nodes: value.nodes.map(plainValue), relationships: value.relationships.map(plainValue) };
  }
  if (value instanceof Map) return plainMap(value);
  return Array.isArray(value) ? value.map(plainValue) : value;
}

function plainMap(map: ReadonlyMap<string, ResultValue | StoredValue>): Record<string, PlainValue> {
  const plain: Record<string, PlainValue> = Object.create(null);
  for (const [key, value] of map) plain[key] = plainValue(value);
  return plain;
}
