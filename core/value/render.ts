/** Values as text: what toString() gives, how error messages write a value, and the names of types. */
import { isList, isMap } from './equality.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value } from './value.ts';

/** Characters of a value that an error message quotes at most. */
const QUOTE_LENGTH_MAX = 60;

/** The name of a value's type, as openCypher writes it. */
export function typeName(value: Value): string {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return 'INTEGER';
    case 'string':
      return 'STRING';
    case 'boolean':
      return 'BOOLEAN';
    default:
      if (value === null) return 'NULL';
      if (value instanceof Float) return 'FLOAT';
      if (value instanceof NodeReference) return 'NODE';
      if (value instanceof RelationshipReference) return 'RELATIONSHIP';
      if (value instanceof PathReference) return 'PATH';
      return isList(value) ? 'LIST' : 'MAP';
  }
}

/** A FLOAT as text, in the manner of Java: always with a point, and with an exponent below 0.001 and from ten million. */
export function renderFloat(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Object.is(value, -0)) return '-0.0';
  const magnitude = Math.abs(value);
  if (magnitude !== 0 && (magnitude < 1e-3 || magnitude >= 1e7)) {
    const [digits = '', exponent = ''] = value.toExponential().split('e');
    return `${withPoint(digits)}E${Number(exponent)}`;
  }
  return withPoint(String(value));
}

function withPoint(digits: string): string {
  return digits.includes('.') ? digits : `${digits}.0`;
}

/** A value as a Cypher literal; nodes, relationships and paths, which have none, as their type's name. */
export function render(value: Value): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (value instanceof Float) return renderFloat(value.value);
  if (isList(value)) return `[${value.map(render).join(', ')}]`;
  if (isMap(value)) return `{${[...value].map(([key, entry]) => `${key}: ${render(entry)}`).join(', ')}}`;
  return typeof value === 'object' && value !== null ? typeName(value) : String(value);
}

/** A value and its type for an error message, such as `INTEGER 12`: cut short, and without what lists and maps hold. */
export function describe(value: Value): string {
  const name = typeName(value);
  if (value === null || (typeof value === 'object' && !(value instanceof Float))) return name;
  const text = typeof value === 'string' ? render(value.slice(0, QUOTE_LENGTH_MAX)) : render(value);
  return `${name} ${text}`;
}
