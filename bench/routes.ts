/** The flights data in typed arrays, as a program made for just these questions would hold it (CSR both ways). */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';

/** Where a text column has no text. */
export const NO_TEXT = 0;

/** A column of texts, each held once. */
export interface TextColumn {
  /** A code for each airport. */
  readonly codes: Int32Array;
  /** Text by code; the first stands for none. */
  readonly texts: readonly (string | null)[];
}

/** The neighbours of airport `a` are `targets[offsets[a]]` up to, without, `targets[offsets[a + 1]]`. */
export interface Neighbours {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

export interface Routes {
  readonly airportCount: number;
  readonly routeCount: number;
  readonly outgoing: Neighbours;
  readonly incoming: Neighbours;
  readonly names: readonly (string | null)[];
  readonly iata: TextColumn;
  readonly country: TextColumn;
  /** Airport by IATA code. */
  readonly byIata: ReadonlyMap<string, number>;
}

/** Reads airports.csv and routes.csv of a folder. */
export function readRoutes(folder: string): Routes {
  const airports = readCsv(folder, 'airports.csv');
  const routes = readCsv(folder, 'routes.csv');
  const airportOfId = new Map(column(airports, 'id').map((id, airport) => [id, airport]));
  const ends = (name: string) => Int32Array.from(column(routes, name), (id) => airportOfId.get(id) ?? -1);
  const [sources, targets] = [ends('src_airport_id'), ends('dst_airport_id')];
  const airportCount = airports.length;
  const iata = textColumn(column(airports, 'iata'));
  return {
    airportCount,
    routeCount: routes.length,
    outgoing: neighbours(airportCount, sources, targets),
    incoming: neighbours(airportCount, targets, sources),
    names: column(airports, 'name').map((name) => name || null),
    iata,
    country: textColumn(column(airports, 'country')),
    byIata: new Map(iata.texts.flatMap((text, code) => (text === null ? [] : [[text, iata.codes.indexOf(code)]]))),
  };
}

type CsvRows = readonly Readonly<Record<string, string>>[];

function readCsv(folder: string, file: string): CsvRows {
  const text = readFileSync(join(folder, file), 'utf8');
  return Papa.parse<Record<string, string>>(text, { header: true, skipEmptyLines: true }).data;
}

function column(csv: CsvRows, name: string): string[] {
  return csv.map((row) => row[name] ?? '');
}

function textColumn(fields: readonly string[]): TextColumn {
  const codeOf = new Map<string, number>([['', NO_TEXT]]);
  const codes = Int32Array.from(fields, (field) => {
    const code = codeOf.get(field) ?? codeOf.size;
    codeOf.set(field, code);
    return code;
  });
  return { codes, texts: [...codeOf.keys()].map((text) => text || null) };
}

function neighbours(count: number, from: Int32Array, to: Int32Array): Neighbours {
  const offsets = new Int32Array(count + 1);
  for (const airport of from) offsets[airport + 1]! += 1;
  for (let airport = 0; airport < count; airport += 1) offsets[airport + 1]! += offsets[airport]!;
  const targets = new Int32Array(from.length);
  const next = offsets.slice(0, count);
  for (let route = 0; route < from.length; route += 1) {
    const place = next[from[route]!]!;
    targets[place] = to[route]!;
    next[from[route]!] = place + 1;
  }
  return { offsets, targets };
}
