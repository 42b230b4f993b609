/** Between the engine's values and the kit's notation. */
import { unreachable } from '../../core/assert.ts';
import { formatPoint } from '../../core/value/spatial/point.ts';
import { PointValue } from '../../core/value/spatial/point-value.ts';
import { formatTemporal } from '../../core/value/temporal/format.ts';
import { isTemporalOrDuration } from '../../core/value/temporal/temporal-value.ts';
import {
  Float,
  NodeRecord,
  PathRecord,
  RelationshipRecord,
  type ResultValue,
  type Value,
} from '../../core/value/value.ts';
import type { NodeNotation, Notation, NotationMap, RelationshipNotation } from './notation.ts';

/** What the engine gave, in the kit's notation. */
export function notationOf(value: ResultValue): Notation {
  switch (typeof value) {
    case 'boolean':
      return { kind: 'boolean', value };
    case 'number':
      if (!Number.isSafeInteger(value)) throw new Error(`${value} is no INTEGER, and not boxed as a FLOAT`);
      return { kind: 'integer', value: BigInt(value) };
    case 'bigint':
      return { kind: 'integer', value };
    case 'string':
      return { kind: 'string', value };
    default:
      return value === null ? { kind: 'null' } : objectNotation(value);
  }
}

function objectNotation(value: Exclude<ResultValue, null | boolean | number | bigint | string>): Notation {
  if (value instanceof Float) return { kind: 'float', value: value.value };
  if (value instanceof NodeRecord) return nodeNotation(value);
  if (value instanceof RelationshipRecord) return relationshipNotation(value);
  if (value instanceof PathRecord) return pathNotation(value);
  if (isList(value)) return { kind: 'list', items: value.map(notationOf) };
  if (isMap(value)) return { kind: 'map', entries: mapNotation(value) };
  // To the kit a temporal value is its text.
  if (isTemporalOrDuration(value)) return { kind: 'string', value: formatTemporal(value) };
  if (value instanceof PointValue) return { kind: 'string', value: formatPoint(value) };
  return unreachable(value);
}

function isList(value: ResultValue): value is readonly ResultValue[] {
  return Array.isArray(value);
}

function isMap(value: ResultValue): value is ReadonlyMap<string, ResultValue> {
  return value instanceof Map;
}

function nodeNotation({ labels, properties }: NodeRecord): NodeNotation {
  return { kind: 'node', labels, properties: mapNotation(properties) };
}

function relationshipNotation({ relationshipType, properties }: RelationshipRecord): RelationshipNotation {
  return { kind: 'relationship', type: relationshipType, properties: mapNotation(properties) };
}

function mapNotation(map: ReadonlyMap<string, ResultValue>): NotationMap {
  return new Map([...map].map(([key, value]) => [key, notationOf(value)]));
}

function pathNotation({ nodes, relationships }: PathRecord): Notation {
  const [start, ...others] = nodes;
  if (start === undefined || others.length !== relationships.length) throw new Error('a path whose ends do not meet');
  const hops = relationships.map((relationship, i) => {
    const [from, to] = [nodes[i]!.elementId, others[i]!.elementId];
    const { startElementId, endElementId } = relationship;
    const forward = startElementId === from && endElementId === to;
    if (!forward && !(startElementId === to && endElementId === from)) throw new Error('a path that does not connect');
    return { relationship: relationshipNotation(relationship), forward, node: nodeNotation(others[i]!) };
  });
  return { kind: 'path', start: nodeNotation(start), hops };
}

/** A value of a parameter or of a procedure's table. Errors: entities, which no client can send. */
export function valueOfNotation(notation: Notation): Value {
  switch (notation.kind) {
    case 'null':
      return null;
    case 'boolean':
    case 'string':
      return notation.value;
    case 'integer':
      return Number.isSafeInteger(Number(notation.value)) ? Number(notation.value) : notation.value;
    case 'float':
      return new Float(notation.value);
    case 'list':
      return notation.items.map(valueOfNotation);
    case 'map':
      return new Map([...notation.entries].map(([key, value]) => [key, valueOfNotation(value)]));
    default:
      throw new Error(`a ${notation.kind} cannot be a parameter`);
  }
}
