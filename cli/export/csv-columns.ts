/** Which columns a CSV file needs, found out from the values that are to stand in it. */
import { itemsOf, jsonOf, pointOf, type TypedValue } from './typed-value.ts';

const ARRAY_DELIMITER = ';';

/** Column types by the types of values. */
const TYPES: ReadonlyMap<string, string> = new Map([
  ['String', 'string'],
  ['Integer', 'long'],
  ['Float', 'double'],
  ['Boolean', 'boolean'],
  ['Date', 'date'],
  ['Time', 'time'],
  ['LocalTime', 'localtime'],
  ['LocalDateTime', 'localdatetime'],
  ['OffsetDateTime', 'datetime'],
  ['ZonedDateTime', 'datetime'],
  ['Duration', 'duration'],
  ['Point', 'point'],
]);
/** Holds anything; see docs/IMPORT.md. */
const ANY = 'value';
/** An empty list, which is of any list type. */
const EMPTY = 'empty';

export class CsvColumns {
  readonly #types = new Map<string, string>();

  /** A value is to stand in the column of that key. */
  see(key: string, value: TypedValue): void {
    const type = typeOf(value);
    const known = this.#types.get(key);
    if (known === undefined || known === EMPTY) this.#types.set(key, known === EMPTY && !isList(type) ? ANY : type);
    else if (known !== type && !(type === EMPTY && isList(known))) this.#types.set(key, ANY);
  }

  /** `name:string` and so on. */
  header(): string[] {
    return this.#entries().map(([key, type]) => csvField(`${key}:${type}`));
  }

  /** The fields of a row. */
  fields(properties: ReadonlyMap<string, TypedValue>): string[] {
    return this.#entries().map(([key, type]) => {
      const value = properties.get(key);
      if (value === undefined) return '';
      return csvField(type === ANY ? jsonOf(value) : fieldText(value));
    });
  }

  #entries(): [string, string][] {
    return [...this.#types].map(([key, type]) => [key, type === EMPTY ? 'string[]' : type]);
  }
}

/** A field in quotes where it needs them; one without text does, or it would be no value. */
export function csvField(text: string): string {
  return text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isList(type: string): boolean {
  return type === EMPTY || type.endsWith('[]');
}

function typeOf(value: TypedValue): string {
  if (value.$type !== 'List') return TYPES.get(value.$type) ?? ANY;
  const items = itemsOf(value);
  if (items.length === 0) return EMPTY;
  const types = new Set(items.map((item) => TYPES.get(item.$type) ?? ANY));
  const [type = ANY] = types;
  // Within a field nothing can be quoted, and a list of one empty text would be an empty list.
  const isWritable = items.every((item) => item.$type !== 'String' || /^[^;]+$/u.test(String(item._value)));
  return types.size === 1 && type !== ANY && isWritable ? `${type}[]` : ANY;
}

function fieldText(value: TypedValue): string {
  if (value.$type === 'List') return itemsOf(value).map(fieldText).join(ARRAY_DELIMITER);
  return value.$type === 'Point' ? pointText(value) : String(value._value);
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [4326, 'wgs-84'],
  [4979, 'wgs-84-3d'],
  [7203, 'cartesian'],
  [9157, 'cartesian-3d'],
]);

function pointText(value: TypedValue): string {
  const { srid, coordinates } = pointOf(value);
  const isGeographic = srid === 4326 || srid === 4979;
  const names = isGeographic ? ['longitude', 'latitude', 'height'] : ['x', 'y', 'z'];
  const parts = coordinates.map((number, index) => `${names[index]}: ${number}`);
  return `{${parts.join(', ')}, crs: ${NAMES.get(srid) ?? srid}}`;
}
