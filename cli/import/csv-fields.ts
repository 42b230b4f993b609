/** Fields of a CSV record by what their columns are for. */

import { type ColumnType, FieldFault, fieldJson } from './column-type.ts';
import type { CsvRecord } from './csv-reader.ts';
import type { StepContext } from './plan.ts';

export interface Column {
  readonly name: string;
  readonly index: number;
  readonly type: ColumnType;
}

export interface Reading {
  readonly file: string;
  readonly width: number;
  readonly arrayDelimiter: string;
  readonly bad: StepContext['bad'];
}

/** A record that is as long as it should be; otherwise it is a bad row, and this is false. */
export function isWhole(record: CsvRecord, { file, width, bad }: Reading): boolean {
  const { line, text, fields, fault } = record;
  if (!fault && fields.length === width) return true;
  const counted = `there ${fields.length === 1 ? 'is 1 field' : `are ${fields.length} fields`}, and ${width} columns`;
  bad({ file, line, text, column: fault?.column, reason: fault?.reason ?? counted });
  return false;
}

/** The column's field as JSON; undefined when there is nothing in it. Throws FieldFault that names the column. */
export function columnJson(
  { fields }: CsvRecord,
  { name, index, type }: Column,
  arrayDelimiter: string,
): string | undefined {
  const field = fields[index] ?? null;
  if (field === null) return undefined;
  try {
    return fieldJson(field, { type, arrayDelimiter });
  } catch (error) {
    if (error instanceof FieldFault) throw new FieldFault(`field ${index + 1} ('${name}'): ${error.message}`);
    throw error;
  }
}

/** The properties of a record as JSON, those that it has. Throws FieldFault. */
export function propertiesOf(
  record: CsvRecord,
  columns: readonly Column[],
  arrayDelimiter: string,
): Map<string, string> {
  const properties = new Map<string, string>();
  for (const column of columns) {
    const json = columnJson(record, column, arrayDelimiter);
    if (json !== undefined) properties.set(column.name, json);
  }
  return properties;
}

/** What `read` makes of a record; a FieldFault makes it a bad row. */
export function orBad<Answer>(record: CsvRecord, reading: Reading, read: () => Answer): Answer | undefined {
  if (!isWhole(record, reading)) return undefined;
  try {
    return read();
  } catch (error) {
    if (!(error instanceof FieldFault)) throw error;
    reading.bad({ file: reading.file, line: record.line, text: record.text, reason: error.message });
    return undefined;
  }
}
