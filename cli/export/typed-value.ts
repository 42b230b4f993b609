/** A value as the typed form of the Query API has it (docs/HTTP.md), and as the texts that files have. */

export interface TypedValue {
  readonly $type: string;
  readonly _value: unknown;
}

export type TypedProperties = readonly (readonly [key: string, value: TypedValue])[];

/** The items of a list. */
export function itemsOf({ _value }: TypedValue): readonly TypedValue[] {
  return _value as readonly TypedValue[]; // the server's own format, checked by its tests
}

/** JSON of NDJSON: as it is where JSON can hold it exactly, else typed. */
export function jsonOf(value: TypedValue): string {
  const { $type: type, _value: content } = value;
  switch (type) {
    case 'Integer':
      return String(content);
    case 'Float':
      return /^-?\d/.test(String(content)) ? String(content) : JSON.stringify(value);
    case 'String':
    case 'Boolean':
      return JSON.stringify(content);
    case 'List':
      return `[${itemsOf(value).map(jsonOf).join(',')}]`;
    default:
      return JSON.stringify(value);
  }
}

export function jsonOfProperties(properties: TypedProperties): string {
  return `{${properties.map(([key, value]) => `${JSON.stringify(key)}:${jsonOf(value)}`).join(',')}}`;
}

const CONSTRUCTORS: ReadonlyMap<string, string> = new Map([
  ['Date', 'date'],
  ['Time', 'time'],
  ['LocalTime', 'localtime'],
  ['LocalDateTime', 'localdatetime'],
  ['OffsetDateTime', 'datetime'],
  ['ZonedDateTime', 'datetime'],
  ['Duration', 'duration'],
]);
/** There are no literals for these. */
const UNWRITTEN_FLOATS: ReadonlyMap<string, string> = new Map([
  ['NaN', '(0.0 / 0.0)'],
  ['Infinity', '(1.0 / 0.0)'],
  ['-Infinity', '(-1.0 / 0.0)'],
]);

/** An expression in Cypher. */
export function cypherOf(value: TypedValue): string {
  const { $type: type, _value: content } = value;
  const text = String(content);
  switch (type) {
    case 'Integer':
    case 'Boolean':
      return text;
    case 'Float':
      return UNWRITTEN_FLOATS.get(text) ?? text;
    case 'String':
      return cypherString(text);
    case 'List':
      return `[${itemsOf(value).map(cypherOf).join(', ')}]`;
    case 'Point': {
      const { srid, coordinates } = pointOf(value);
      const [x, y, z] = coordinates;
      return `point({srid: ${srid}, x: ${x}, y: ${y}${z === undefined ? '' : `, z: ${z}`}})`;
    }
    default: {
      const make = CONSTRUCTORS.get(type);
      if (make === undefined) throw new Error(`a property of type ${type}`);
      return `${make}(${cypherString(text)})`;
    }
  }
}

/** On one line, whatever is in it. */
function cypherString(text: string): string {
  const escaped = text.replace(/["\\]|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (character) => {
    if (character === '"' || character === '\\') return `\\${character}`;
    const code = character.codePointAt(0)!;
    return code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped}"`;
}

/** Source: the well-known text of the Query API, `SRID=9157;POINT Z (1.0 2.0 3.0)`. */
export function pointOf({ _value }: TypedValue): { srid: number; coordinates: string[] } {
  const [, srid, coordinates] = /^SRID=(\d+);POINT(?: Z)? \((.*)\)$/.exec(String(_value)) ?? [];
  if (srid === undefined || coordinates === undefined) throw new Error(`a point that is written ${String(_value)}`);
  return { srid: Number(srid), coordinates: coordinates.split(' ') };
}
