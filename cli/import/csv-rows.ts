/** Rows of a CSV file, with fields as JSON text of their column's type. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Papa from 'papaparse';
import { CommandFailure } from '../failure.ts';
import type { ColumnType } from './mapping.ts';

export interface CsvFile {
  readonly file: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Reads a whole file. Every row must have as many fields as the header. */
export function readCsv(folder: string, file: string): CsvFile {
  let text: string;
  try {
    text = readFileSync(join(folder, file), 'utf8');
  } catch (error) {
    throw new CommandFailure('usage', `${join(folder, file)} cannot be read`, { cause: error });
  }
  const { data, errors } = Papa.parse<string[]>(text, { delimiter: ',', skipEmptyLines: true });
  const [first] = errors;
  if (first) throw new CommandFailure('usage', `${file}: ${first.message} (row ${(first.row ?? 0) + 1})`);
  const [header = [], ...rows] = data;
  const short = rows.findIndex((row) => row.length !== header.length);
  if (short >= 0) throw new CommandFailure('usage', `${file}: row ${short + 2} does not have ${header.length} fields`);
  return { file, header, rows };
}

/** Where a column stands. */
export function columnIndex(csv: CsvFile, column: string): number {
  const index = csv.header.indexOf(column);
  if (index < 0) throw new CommandFailure('usage', `${csv.file} has no column '${column}'`);
  return index;
}

/** A field as JSON text, or undefined when it is empty: an empty field is no value. */
export function fieldJson(field: string, type: ColumnType): string | undefined {
  if (field === '') return undefined;
  switch (type) {
    case 'string':
      return JSON.stringify(field);
    case 'integer':
      if (/^-?(?:0|[1-9]\d{0,18})$/.test(field)) return field;
      break;
    case 'float':
      if (Number.isFinite(Number(field))) return floatJson(Number(field));
      break;
    case 'boolean':
      if (/^(?:true|t|yes|y)$/i.test(field)) return 'true';
      if (/^(?:false|f|no|n)$/i.test(field)) return 'false';
      break;
  }
  throw new CommandFailure('usage', `'${field.slice(0, 80)}' is not of type ${type}`);
}

/** The server takes a number without point and exponent for an INTEGER. */
function floatJson(number: number): string {
  const text = String(number);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
