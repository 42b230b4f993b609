/** Values as text: what toString() gives, how error messages write a value, and the names of types. */
import { isList, isMap } from './equality.ts';
import { formatPoint } from './spatial/point.ts';
import { PointValue } from './spatial/point-value.ts';
import { formatTemporal } from './temporal/format.ts';
import {
  DateTimeValue,
  DateValue,
  type DurationValue,
  isTemporalOrDuration,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from './temporal/temporal-value.ts';
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
      if (isList(value)) return 'LIST';
      if (value instanceof PointValue) return 'POINT';
      return isTemporalOrDuration(value) ? TEMPORAL_NAMES[temporalFunction(value)] : 'MAP';
  }
}

const TEMPORAL_NAMES = {
  date: 'DATE',
  localtime: 'LOCAL TIME',
  time: 'ZONED TIME',
  localdatetime: 'LOCAL DATETIME',
  datetime: 'ZONED DATETIME',
  duration: 'DURATION',
} as const;

/** The function that makes values of this type. */
function temporalFunction(value: Temporal | DurationValue): keyof typeof TEMPORAL_NAMES {
  if (value instanceof DateValue) return 'date';
  if (value instanceof LocalTimeValue) return 'localtime';
  if (value instanceof TimeValue) return 'time';
  if (value instanceof LocalDateTimeValue) return 'localdatetime';
  return value instanceof DateTimeValue ? 'datetime' : 'duration';
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

/** A value as a Cypher expression; nodes, relationships and paths, which have none, as their type's name. */
export function render(value: Value): string {
  if (typeof value === 'string') return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  if (value instanceof Float) return renderFloat(value.value);
  if (isList(value)) return `[${value.map(render).join(', ')}]`;
  if (isMap(value)) return `{${[...value].map(([key, entry]) => `${key}: ${render(entry)}`).join(', ')}}`;
  if (isTemporalOrDuration(value)) return `${temporalFunction(value)}('${formatTemporal(value)}')`;
  if (value instanceof PointValue) return formatPoint(value);
  return typeof value === 'object' && value !== null ? typeName(value) : String(value);
}

/** A value and its type for an error message, such as `INTEGER 12`: cut short, and without what lists and maps hold. */
export function describe(value: Value): string {
  const name = typeName(value);
  if (isTemporalOrDuration(value)) return `${name} ${formatTemporal(value)}`;
  if (value === null || (typeof value === 'object' && !(value instanceof Float))) return name;
  const text = typeof value === 'string' ? render(value.slice(0, QUOTE_LENGTH_MAX)) : render(value);
  return `${name} ${text}`;
}
