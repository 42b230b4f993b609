/** Types of columns, and a field as JSON of the typed form (docs/HTTP.md), in which every value can be written. */
import { jsonFault } from './json-slices.ts';
import { pointJson } from './point.ts';

/** Names of neo4j-admin, those of the mapping, and `value`: JSON as the lines of NDJSON have it. */
const KINDS = new Map<string, Kind>([
  ...kind('string', 'string', 'char'),
  ...kind('integer', 'integer', 'int', 'long', 'short', 'byte'),
  ...kind('float', 'float', 'double'),
  ...kind('boolean', 'boolean'),
  ...kind('date', 'date'),
  ...kind('localtime', 'localtime'),
  ...kind('time', 'time'),
  ...kind('localdatetime', 'localdatetime'),
  ...kind('datetime', 'datetime', 'zoneddatetime'),
  ...kind('duration', 'duration'),
  ...kind('point', 'point'),
  ...kind('value', 'value'),
]);

type Kind =
  | 'string'
  | 'integer'
  | 'float'
  | 'boolean'
  | 'date'
  | 'localtime'
  | 'time'
  | 'localdatetime'
  | 'datetime'
  | 'duration'
  | 'point'
  | 'value';

export interface ColumnType {
  readonly kind: Kind;
  readonly isList: boolean;
}

function kind(name: Kind, ...names: readonly string[]): [string, Kind][] {
  return names.map((other) => [other, name]);
}

export const COLUMN_TYPES = [...KINDS.keys()].join(', ');

/** `int`, `string[]`; undefined when there is no such type. */
export function parseColumnType(text: string): ColumnType | undefined {
  const isList = text.endsWith('[]');
  const found = KINDS.get((isList ? text.slice(0, -2) : text).toLowerCase());
  return found && !(isList && found === 'value') ? { kind: found, isList } : undefined;
}

/** A field that is not of its column's type. */
export class FieldFault extends Error {
  override readonly name = 'FieldFault';
}

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;
/** Neither rounded as a JS number nor written with a zero in front. */
const PLAIN_INTEGER = /^(?:0|-?[1-9]\d{0,14})$/;
const INTEGER = /^[+-]?\d{1,40}$/;
const FLOAT = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const FIELD_SHOWN_MAX = 80;

const DATE = String.raw`[+-]?\d{4,9}(?:-?(?:\d{2}(?:-?\d{2})?|W\d{2}(?:-?\d)?|Q\d(?:-?\d{1,2})?|\d{3}))?`;
const TIME = String.raw`\d{2}(?::?\d{2}(?::?\d{2}(?:[.,]\d{1,9})?)?)?`;
const ZONE = String.raw`(?:Z|[+-]\d{2}(?::?\d{2}(?::?\d{2})?)?)?(?:\[[\w/+-]+\])?`;

/** What the text of a temporal type looks like; the server looks at it again. */
const SHAPES = {
  date: new RegExp(`^${DATE}$`),
  localtime: new RegExp(`^${TIME}$`),
  time: new RegExp(`^${TIME}${ZONE}$`),
  localdatetime: new RegExp(`^${DATE}(?:T${TIME})?$`),
  datetime: new RegExp(`^${DATE}(?:T${TIME})?${ZONE}$`),
  duration: /^[+-]?P(?=.)[\dYMWDTHS.,:+-]+$/i,
} as const;

const TYPE_NAMES = {
  date: 'Date',
  localtime: 'LocalTime',
  time: 'Time',
  localdatetime: 'LocalDateTime',
  duration: 'Duration',
} as const;

export interface FieldOptions {
  readonly type: ColumnType;
  readonly arrayDelimiter: string;
}

/** A field that is there, as JSON. Throws FieldFault. */
export function fieldJson(field: string, { type, arrayDelimiter }: FieldOptions): string {
  if (!type.isList) return oneJson(field, type.kind);
  if (field === '') return '[]';
  return `[${field
    .split(arrayDelimiter)
    .map((item) => oneJson(item, type.kind))
    .join(',')}]`;
}

function oneJson(field: string, type: Kind): string {
  switch (type) {
    case 'string':
      return JSON.stringify(field);
    case 'integer':
      return integerJson(field);
    case 'float':
      return floatJson(field);
    case 'boolean':
      return booleanJson(field);
    case 'point':
      return pointJson(field) ?? fail(field, type);
    case 'value': {
      const fault = jsonFault(field);
      if (fault !== undefined) throw new FieldFault(`the JSON is wrong: ${fault}`);
      return field;
    }
    default:
      return temporalJson(field.trim(), type);
  }
}

function integerJson(field: string): string {
  if (PLAIN_INTEGER.test(field)) return field;
  const text = field.trim();
  if (!INTEGER.test(text)) return fail(field, 'integer');
  const integer = BigInt(text.replace('+', ''));
  if (integer < INTEGER_MIN || integer > INTEGER_MAX) {
    throw new FieldFault(`${text} does not fit an INTEGER of 64 bits`);
  }
  return String(integer);
}

/** The server takes a number without point and exponent for an INTEGER. */
function floatJson(field: string): string {
  const text = field.trim();
  if (!FLOAT.test(text)) return /^(?:NaN|-?Infinity)$/.test(text) ? typed('Float', text) : fail(field, 'float');
  const number = Number(text);
  if (!Number.isFinite(number)) throw new FieldFault(`${text.slice(0, FIELD_SHOWN_MAX)} is too large for a FLOAT`);
  const json = Object.is(number, -0) ? '-0' : String(number);
  return /^-?\d+$/.test(json) ? `${json}.0` : json;
}

function booleanJson(field: string): string {
  if (/^(?:true|t|yes|y)$/i.test(field)) return 'true';
  if (/^(?:false|f|no|n)$/i.test(field)) return 'false';
  return fail(field, 'boolean');
}

function temporalJson(field: string, type: keyof typeof SHAPES): string {
  if (!SHAPES[type].test(field)) return fail(field, type);
  if (type !== 'datetime') return typed(TYPE_NAMES[type], field);
  return typed(field.endsWith(']') ? 'ZonedDateTime' : 'OffsetDateTime', field);
}

/** A value of the typed form whose value is text. */
export function typed(type: string, text: string): string {
  return `{"$type":"${type}","_value":${JSON.stringify(text)}}`;
}

function fail(field: string, type: string): never {
  throw new FieldFault(`'${field.slice(0, FIELD_SHOWN_MAX)}' is not of type ${type}`);
}
