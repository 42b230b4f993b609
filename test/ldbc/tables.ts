/** The data set in test/data/ldbc-snb-tiny as rows with typed fields. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Papa from 'papaparse';

const FOLDER = join(import.meta.dirname, '../data/ldbc-snb-tiny');

export type Field = string | number | readonly string[] | null;
export type TableRow = Readonly<Record<string, Field>>;

const NUMBERS = /^(id|.*Id[12]?|.*[dD]ate|birthday|classYear|workFrom)$/;
const LISTS: ReadonlySet<string> = new Set(['language', 'email']);

/** Rows of one file, by column; each a number, a text, a list of texts, or null where the field is empty. */
export function table(name: string): readonly TableRow[] {
  const text = gunzipSync(readFileSync(join(FOLDER, `${name}.csv.gz`))).toString('utf8');
  const { data, errors } = Papa.parse<Record<string, string>>(text, {
    header: true,
    delimiter: ',',
    skipEmptyLines: true,
  });
  if (errors[0]) throw new Error(`${name}: ${errors[0].message}`);
  return data.map((row) => Object.fromEntries(Object.entries(row).map(([key, field]) => [key, typed(key, field)])));
}

function typed(column: string, field: string): Field {
  if (LISTS.has(column)) return field === '' ? [] : field.split(';');
  if (field === '') return null;
  return NUMBERS.test(column) ? Number(field) : field;
}
