/**
 * Values to JSON text and back. `plain` is Neo4j's `application/json`, which tells less than a value holds; `typed` is
 * its `application/vnd.neo4j.query`, in which every value is `{"$type": …, "_value": …}` and none loses anything; `live`
 * is sub.v1's, plain except for values that JSON cannot carry, which are typed. Text is built directly, because
 * JSON.stringify can write neither 64-bit integers nor 1.0.
 * Source: Neo4j Query API v2; docs of sub.v1 in durable/live-protocol.ts.
 */
import { GraphError } from '../core/error.ts';
import { parsePointText, pointText } from '../core/value/spatial/point.ts';
import { PointValue } from '../core/value/spatial/point-value.ts';
import { parseDuration } from '../core/value/temporal/duration-parser.ts';
import { formatTemporal } from '../core/value/temporal/format.ts';
import {
  parseDate,
  parseDateTime,
  parseLocalDateTime,
  parseLocalTime,
  parseTime,
} from '../core/value/temporal/parser.ts';
import {
  DateTimeValue,
  DateValue,
  DurationValue,
  isTemporalOrDuration,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
} from '../core/value/temporal/temporal-value.ts';
import { UTC } from '../core/value/temporal/zone.ts';
import {
  Float,
  NodeRecord,
  PathRecord,
  RelationshipRecord,
  type ResultValue,
  type Value,
  type ValueMap,
} from '../core/value/value.ts';

/** A FLOAT as Java and JavaScript write it. */
const FLOAT_TEXT = /^(?:NaN|[+-]?(?:Infinity|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?))$/;

/** UTF-16 units of an unknown type's name that an error shows. */
const TYPE_SHOWN_MAX = 40;

export type JsonForm = 'plain' | 'typed' | 'live';

/** One value as JSON text. */
export function encodeJsonValue(value: ResultValue, form: JsonForm): string {
  switch (typeof value) {
    case 'boolean':
      return whole('Boolean', String(value), form);
    case 'number':
      return form === 'typed' ? typed('Integer', `"${value}"`) : String(value);
    case 'string':
      return whole('String', JSON.stringify(value), form);
    case 'bigint':
      return form === 'plain' ? String(value) : typed('Integer', `"${value}"`);
    default:
      return value === null ? whole('Null', 'null', form) : encodeObject(value, form);
  }
}

/** A value that JSON carries as it is, and that therefore has a type only where all have. */
function whole(type: string, text: string, form: JsonForm): string {
  return form === 'typed' ? typed(type, text) : text;
}

/** Rows as a JSON array of arrays. */
export function encodeJsonRow(row: readonly ResultValue[], form: JsonForm): string {
  return `[${row.map((value) => encodeJsonValue(value, form)).join(',')}]`;
}

function encodeObject(value: Exclude<ResultValue, null | boolean | number | bigint | string>, form: JsonForm): string {
  if (value instanceof Float) return encodeFloat(value.value, form);
  if (value instanceof NodeRecord) return encodeNode(value, form);
  if (value instanceof RelationshipRecord) return encodeRelationship(value, form);
  if (value instanceof PathRecord) return encodePath(value, form);
  if (value instanceof Map) return encodeMap(value, form);
  if (isTemporalOrDuration(value)) return encodeText(typeOfTemporal(value), formatTemporal(value), form);
  if (value instanceof PointValue) return encodeText('Point', pointText(value), form);
  // All that is left of the union is a list, which Array.isArray does not tell for readonly arrays.
  return whole('List', encodeJsonRow(value as readonly ResultValue[], form), form);
}

function encodeText(type: string, text: string, form: JsonForm): string {
  return form === 'plain' ? JSON.stringify(text) : typed(type, JSON.stringify(text));
}

/** The names that the Query API has for the types. */
function typeOfTemporal(value: Temporal | DurationValue): string {
  if (value instanceof DateValue) return 'Date';
  if (value instanceof LocalTimeValue) return 'LocalTime';
  if (value instanceof LocalDateTimeValue) return 'LocalDateTime';
  if (value instanceof DurationValue) return 'Duration';
  if (value instanceof DateTimeValue) return value.zone === undefined ? 'OffsetDateTime' : 'ZonedDateTime';
  return 'Time';
}

function encodeFloat(float: number, form: JsonForm): string {
  // JSON has no such numbers; Neo4j's plain JSON writes them as strings.
  if (!Number.isFinite(float)) return form === 'plain' ? `"${float}"` : typed('Float', `"${float}"`);
  const text = Object.is(float, -0) ? '-0' : String(float);
  const float64 = /^-?\d+$/.test(text) ? `${text}.0` : text;
  return form === 'typed' ? typed('Float', `"${float64}"`) : float64;
}

function encodeNode(node: NodeRecord, form: JsonForm): string {
  const elementId = JSON.stringify(node.elementId);
  const labels = JSON.stringify(node.labels);
  const properties = encodeEntries(node.properties, form);
  if (form === 'plain') return `{"elementId":${elementId},"labels":${labels},"properties":${properties}}`;
  return typed('Node', `{"_element_id":${elementId},"_labels":${labels},"_properties":${properties}}`);
}

function encodeRelationship(relationship: RelationshipRecord, form: JsonForm): string {
  const elementId = JSON.stringify(relationship.elementId);
  const start = JSON.stringify(relationship.startElementId);
  const end = JSON.stringify(relationship.endElementId);
  const type = JSON.stringify(relationship.relationshipType);
  const properties = encodeEntries(relationship.properties, form);
  if (form === 'plain') {
    return `{"elementId":${elementId},"startNodeElementId":${start},"endNodeElementId":${end},"type":${type},"properties":${properties}}`;
  }
  return typed(
    'Relationship',
    `{"_element_id":${elementId},"_start_node_element_id":${start},"_end_node_element_id":${end},"_type":${type},"_properties":${properties}}`,
  );
}

/** Nodes and relationships take turns. */
function encodePath(path: PathRecord, form: JsonForm): string {
  const parts: string[] = [];
  path.nodes.forEach((node, index) => {
    parts.push(encodeNode(node, form));
    const relationship = path.relationships[index];
    if (relationship) parts.push(encodeRelationship(relationship, form));
  });
  const list = `[${parts.join(',')}]`;
  return form === 'plain' ? list : typed('Path', list);
}

function encodeMap(map: ReadonlyMap<string, ResultValue>, form: JsonForm): string {
  const entries = encodeEntries(map, form);
  // A map of the user's that looks like a typed value has to be told from one.
  return form === 'live' && map.has('$type') ? typed('Map', entries) : whole('Map', entries, form);
}

function encodeEntries(map: ReadonlyMap<string, ResultValue>, form: JsonForm): string {
  const entries: string[] = [];
  for (const [key, value] of map) entries.push(`${JSON.stringify(key)}:${encodeJsonValue(value, form)}`);
  return `{${entries.join(',')}}`;
}

function typed(type: string, value: string): string {
  return `{"$type":"${type}","_value":${value}}`;
}

/**
 * Parameters of the forms `typed` and `live`: values as parseJsonText read them, in which `{"$type": …, "_value": …}`
 * stands for what it says, and what is not typed for itself. Throws Neo.ClientError.Request.InvalidFormat for a type
 * that a parameter cannot have.
 */
export function decodeTypedValue(value: Value): Value {
  if (Array.isArray(value)) return value.map(decodeTypedValue);
  if (!(value instanceof Map)) return value;
  const type = value.get('$type');
  return type === undefined ? decodeEntries(value) : decodeTyped(type, value.get('_value'));
}

/** The values of a map, whose keys mean nothing: parameters by name, and what a typed map holds. */
export function decodeEntries(map: ValueMap): ValueMap {
  return new Map([...map].map(([key, value]) => [key, decodeTypedValue(value)]));
}

function decodeTyped(type: Value, value: Value | undefined): Value {
  switch (type) {
    case 'Null':
      if ((value ?? null) === null) return null;
      break;
    case 'Boolean':
      if (typeof value === 'boolean') return value;
      break;
    case 'String':
      if (typeof value === 'string') return value;
      break;
    case 'Integer':
      if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return decodeInteger(value);
      break;
    case 'Float':
      if (typeof value === 'string' && FLOAT_TEXT.test(value)) return new Float(Number(value));
      break;
    case 'List':
      if (Array.isArray(value)) return value.map(decodeTypedValue);
      break;
    case 'Map':
      if (value instanceof Map) return decodeEntries(value);
      break;
    case 'Base64':
      throw refused('BYTES are not supported: send text or a list of INTEGER');
    case 'Node':
    case 'Relationship':
    case 'Path':
      throw refused(`A parameter cannot be a '${type}': send its element id`);
    default: {
      const parsed = typeof type === 'string' && typeof value === 'string' ? decodeText(type, value) : undefined;
      if (parsed !== undefined) return parsed;
    }
  }
  const name = typeof type === 'string' ? type : 'unknown';
  throw refused(`A parameter's typed value of '${name.slice(0, TYPE_SHOWN_MAX)}' is not valid`);
}

function refused(message: string): GraphError {
  return new GraphError('Neo.ClientError.Request.InvalidFormat', `${message}.`);
}

/** The types that are text in JSON; undefined for another type, or text that is none of it. */
function decodeText(type: string, text: string): Value | undefined {
  try {
    return parseText(type, text);
  } catch (error) {
    if (error instanceof GraphError) return undefined;
    throw error;
  }
}

function parseText(type: string, text: string): Value | undefined {
  switch (type) {
    case 'Date':
      return parseDate(text);
    case 'Time':
      return parseTime(text, 0);
    case 'LocalTime':
      return parseLocalTime(text);
    case 'OffsetDateTime':
    case 'ZonedDateTime':
      return parseDateTime(text, UTC);
    case 'LocalDateTime':
      return parseLocalDateTime(text);
    case 'Duration':
      return parseDuration(text);
    case 'Point':
      return parsePointText(text);
    default:
      return undefined;
  }
}

function decodeInteger(text: string): number | bigint {
  const integer = BigInt(text);
  if (BigInt.asIntN(64, integer) !== integer) {
    throw refused(`The number ${text} does not fit a 64-bit INTEGER`);
  }
  return Number.isSafeInteger(Number(integer)) ? Number(integer) : integer;
}
