/** Points as CSV columns and APOC's JSON have them, as JSON of the typed form. */

const SRIDS = new Map([
  ['wgs-84', 4326],
  ['wgs-84-3d', 4979],
  ['cartesian', 7203],
  ['cartesian-3d', 9157],
]);
const WELL_KNOWN_TEXT = /^SRID=\d+;POINT( Z)? \([^()"\\]+\)$/;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const ENTRY = /^\s*["']?(\w+)["']?\s*:\s*["']?([^"'\s]*)["']?\s*$/;

/** `{latitude: 47.4, longitude: 8.5}`, `{x: 1, y: 2, crs: cartesian}` or `SRID=7203;POINT (1.0 2.0)`. */
export function pointJson(field: string): string | undefined {
  const text = field.trim();
  if (WELL_KNOWN_TEXT.test(text)) return `{"$type":"Point","_value":${JSON.stringify(text)}}`;
  if (!text.startsWith('{') || !text.endsWith('}')) return undefined;
  const parts = new Map<string, string>();
  for (const entry of text.slice(1, -1).split(',')) {
    const [, name, value] = ENTRY.exec(entry) ?? [];
    if (name === undefined || value === undefined || parts.has(name)) return undefined;
    parts.set(name, value);
  }
  return pointOfParts(parts);
}

/** The numbers of a point by their names, as texts. Undefined when they are not those of a point. */
export function pointOfParts(parts: ReadonlyMap<string, string | undefined>): string | undefined {
  const isGeographic = parts.has('latitude') || parts.has('longitude');
  const coordinate = (name: string, geographic: string) => parts.get(isGeographic ? geographic : name);
  const first = coordinate('x', 'longitude');
  const second = coordinate('y', 'latitude');
  const third = parts.get('z') ?? parts.get('height');
  const numbers = third === undefined ? [first, second] : [first, second, third];
  if (!numbers.every((number) => number !== undefined && NUMBER.test(number))) return undefined;
  const srid = sridOf(parts, { isGeographic, is3d: third !== undefined });
  if (srid === undefined) return undefined;
  return `{"$type":"Point","_value":"SRID=${srid};POINT${third === undefined ? '' : ' Z'} (${numbers.join(' ')})"}`;
}

function sridOf(
  parts: ReadonlyMap<string, string | undefined>,
  { isGeographic, is3d }: { isGeographic: boolean; is3d: boolean },
): number | undefined {
  const srid = parts.get('srid');
  if (srid !== undefined) return /^\d{1,6}$/.test(srid) ? Number(srid) : undefined;
  const crs = parts.get('crs')?.toLowerCase() ?? `${isGeographic ? 'wgs-84' : 'cartesian'}${is3d ? '-3d' : ''}`;
  return SRIDS.get(crs);
}
