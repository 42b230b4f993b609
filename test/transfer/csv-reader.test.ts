import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import { type CsvRecord, CsvSplitter, RECORD_LENGTH_MAX } from '../../cli/import/csv-reader.ts';

function split(chunks: readonly string[], delimiter = ','): CsvRecord[] {
  const splitter = new CsvSplitter(delimiter, (reason) => new Error(reason));
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

function cut(text: string, at: readonly number[]): string[] {
  const places = [...new Set([0, ...at.map((place) => place % (text.length + 1)), text.length])].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => text.slice(places[index], end));
}

describe('records of a CSV file', () => {
  test('have lines, and tell an empty field from an empty text', () => {
    const records = split(['id,name\r\n1,"a ""b"",\nc"\r\n\r\n2,\n3,""\n4,x"y']);

    expect(records.map(({ line, fields }) => [line, fields])).toEqual([
      [1, ['id', 'name']],
      [2, ['1', 'a "b",\nc']],
      [5, ['2', null]],
      [6, ['3', '']],
      [7, ['4', 'x"y']],
    ]);
  });

  test('are those that papaparse reads, wherever the chunks end', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', ';', '\n', ' ', 'é', '😀', '\u0000', '__proto__') });
    const rows = fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(rows, fc.array(fc.nat(200)), fc.boolean(), (records, cuts, isWindows) => {
        const text = Papa.unparse(records, { quotes: true, newline: isWindows ? '\r\n' : '\n' });

        const fields = split(cut(text, cuts)).map((record) => record.fields);

        expect(fields).toEqual(Papa.parse(text, { delimiter: ',' }).data);
        expect(fields).toEqual(records);
      }),
      { numRuns: 500 },
    );
  });

  test('a fault names the column of the text, and the next record is read', () => {
    const [first, second] = split(['"a" b,1\nc,2\n']);

    expect(first?.fault).toEqual({ reason: 'there is text behind the closing quote', column: 4 });
    expect(second?.fields).toEqual(['c', '2']);
  });

  test('a quote that is not closed ends the reading at a bound, and the error names its place', () => {
    const splitter = new CsvSplitter(',', (reason) => new Error(reason));
    splitter.push('a,b\nc,"d');
    const chunk = 'e\n'.repeat(100_000);

    const push = () => {
      for (let length = 0; length <= RECORD_LENGTH_MAX; length += chunk.length) splitter.push(chunk);
    };

    expect(push).toThrow('line 2, column 3: the record with this quote does not end; is a quote not closed?');
  });

  test('a quote that is not closed at the end of the file is an error', () => {
    expect(() => split(['a\n"b\n'])).toThrow('line 2, column 1');
  });

  test('a line without end is an error', () => {
    expect(() => split(['a'.repeat(RECORD_LENGTH_MAX), 'aa'])).toThrow('is longer than');
  });
});
