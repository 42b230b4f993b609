/**
 * Records of a CSV file, as RFC 4180 has them, chunk by chunk. The package papaparse, which the tests hold this against, is not used
 * because a loader has to know what it does not tell: the line of each record, whether an empty field stood in quotes, and an
 * end to a quote that is never closed.
 */
import { CommandFailure } from '../failure.ts';
import { readText } from './text-reader.ts';

/** UTF-16 units of one record. A longer one is a quote that was never closed, or no CSV at all. */
export const RECORD_LENGTH_MAX = 4 * 1024 * 1024;

export interface CsvRecord {
  /** Where it begins, from 1. */
  readonly line: number;
  /** A field without anything in it is null, `""` is an empty text. */
  readonly fields: readonly (string | null)[];
  /** As it stands in the file, without the end of the line. */
  readonly text: string;
  /** What is wrong with it, and in which column of the text, from 1. */
  readonly fault?: { readonly reason: string; readonly column: number };
}

export interface CsvOptions {
  /** One character. */
  readonly delimiter: string;
  readonly advance: (bytes: number) => void;
}

/** The records of a file that are not blank, in lists of those that came together. */
export async function* readCsv(path: string, options: CsvOptions): AsyncGenerator<CsvRecord[], void> {
  const splitter = new CsvSplitter(options.delimiter, (reason) => new CommandFailure('usage', `${path}, ${reason}`));
  for await (const text of readText(path, options.advance)) yield splitter.push(text);
  yield splitter.end();
}

/** Cuts text into records. Throws what `fail` makes of a record that does not end. */
export class CsvSplitter {
  readonly #delimiter: string;
  readonly #fail: (reason: string) => Error;
  /** What has come and is not a whole record yet. */
  #rest = '';
  #line = 1;

  constructor(delimiter: string, fail: (reason: string) => Error) {
    this.#delimiter = delimiter;
    this.#fail = fail;
  }

  /** The records that `text` completes. */
  push(text: string): CsvRecord[] {
    return this.#split(this.#rest + text, false);
  }

  /** What is left when the file has ended. */
  end(): CsvRecord[] {
    return this.#split(this.#rest, true);
  }

  #split(text: string, isLast: boolean): CsvRecord[] {
    const records: CsvRecord[] = [];
    let start = 0;
    // Looked for again only when it has been passed: a chunk without quotes is walked over once and not for each record.
    let quote = text.indexOf('"');
    while (start < text.length) {
      if (quote >= 0 && quote < start) quote = text.indexOf('"', start);
      const end = this.#endOfRecord(text, { start, quote, isLast });
      if (end === undefined) break;
      const record = this.#record(text.slice(start, isBeforeReturn(text, end) ? end - 1 : end));
      if (record.text !== '') records.push(record);
      this.#line += (quote >= start && quote < end ? newlines(text, start, end) : 0) + 1;
      start = end + 1;
    }
    this.#rest = text.slice(start);
    if (this.#rest.length > RECORD_LENGTH_MAX) throw this.#endless();
    if (isLast && this.#rest.length > 0) throw this.#endless();
    return records;
  }

  /** Where the record ends: at a newline outside of quotes. Undefined when that has not come yet. */
  #endOfRecord(
    text: string,
    { start, quote, isLast }: { start: number; quote: number; isLast: boolean },
  ): number | undefined {
    const newline = text.indexOf('\n', start);
    const lineEnd = newline < 0 ? text.length : newline;
    if (quote < 0 || quote >= lineEnd) return newline >= 0 || isLast ? lineEnd : undefined;
    let at = start;
    let nextNewline = newline;
    for (;;) {
      if (text[at] === '"') {
        at = afterQuoted(text, at);
        if (at < 0) return undefined;
      }
      const nextDelimiter = text.indexOf(this.#delimiter, at);
      if (nextNewline >= 0 && nextNewline < at) nextNewline = text.indexOf('\n', at);
      if (nextDelimiter >= 0 && (nextNewline < 0 || nextDelimiter < nextNewline)) at = nextDelimiter + 1;
      else if (nextNewline >= 0) return nextNewline;
      else return isLast ? text.length : undefined;
    }
  }

  #record(text: string): CsvRecord {
    const line = this.#line;
    if (text.includes('"')) return { line, text, ...quotedFields(text, this.#delimiter) };
    const fields: (string | null)[] = text.split(this.#delimiter);
    for (let index = 0; index < fields.length; index += 1) if (fields[index] === '') fields[index] = null;
    return { line, text, fields };
  }

  #endless(): Error {
    const column = this.#rest.indexOf('"') + 1;
    return column > 0
      ? this.#fail(
          `line ${this.#line}, column ${column}: the record with this quote does not end; is a quote not closed?`,
        )
      : this.#fail(`line ${this.#line}: the line is longer than ${RECORD_LENGTH_MAX} characters; is this a CSV file?`);
  }
}

/** The place behind the quote that ends what the one at `open` begins, or -1. */
function afterQuoted(text: string, open: number): number {
  for (let at = open + 1; ; at += 2) {
    at = text.indexOf('"', at);
    if (at < 0 || text[at + 1] !== '"') return at < 0 ? -1 : at + 1;
  }
}

/** The fields of a record with quotes in it. A quote within a field that does not begin with one is part of it. */
function quotedFields(text: string, delimiter: string): Pick<CsvRecord, 'fields' | 'fault'> {
  const fields: (string | null)[] = [];
  let at = 0;
  for (;;) {
    const isQuoted = text[at] === '"';
    const from = isQuoted ? afterQuoted(text, at) : at;
    const found = text.indexOf(delimiter, from);
    const end = found < 0 ? text.length : found;
    if (isQuoted && end > from) {
      return { fields, fault: { reason: 'there is text behind the closing quote', column: from + 1 } };
    }
    if (isQuoted) fields.push(text.slice(at + 1, from - 1).replaceAll('""', '"'));
    else fields.push(end > at ? text.slice(at, end) : null);
    if (found < 0) return { fields };
    at = end + 1;
  }
}

function isBeforeReturn(text: string, end: number): boolean {
  return text.charCodeAt(end - 1) === 0x0d;
}

function newlines(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
