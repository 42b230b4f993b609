import { describe, expect, test } from 'vitest';
import { NewerVersionError } from '../../../core/version.ts';
import { seal } from '../../../core/wal/checksum.ts';
import { decodeRecord } from '../../../core/wal/record.ts';
import { packRows, ROW_BYTES_MAX, RowUnpacker, type StoredRow } from '../../../core/wal/row.ts';
import { chain, transaction, transactions } from './wal-fixtures.ts';

/** What a row file tells: lsns of the records that were found, and the faults between them. */
function read(rows: readonly StoredRow[]): (number | string)[] {
  const unpacker = new RowUnpacker();
  const found = rows.flatMap((row) => unpacker.take(row));
  const end = unpacker.end();
  return [...found, ...(end ? [end] : [])].map((item) =>
    item.type === 'record' ? decodeRecord(item.bytes).lsn : item.reason,
  );
}

function without(rows: readonly StoredRow[], row: number): StoredRow[] {
  return rows.filter((stored) => stored.row !== row);
}

function replaced(rows: readonly StoredRow[], row: number, bytes: Uint8Array): StoredRow[] {
  return rows.map((stored) => (stored.row === row ? { row, bytes } : stored));
}

describe('rows', () => {
  test('hold many small records', () => {
    const rows = packRows(chain(transactions(100)), { firstRow: 7 });

    expect(rows.map(({ row, firstLsn, lastLsn }) => ({ row, firstLsn, lastLsn }))).toEqual([
      { row: 7, firstLsn: 1, lastLsn: 100 },
    ]);
    expect(read(rows)).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  });

  test('stay below their size, and a large record goes through many of them', () => {
    const records = chain([transaction(1), transaction(2, { bytes: 3_000_000 }), transaction(3)]);

    const rows = packRows(records, { firstRow: 1 });

    expect(rows).toHaveLength(4);
    for (const row of rows) expect(row.bytes.length).toBeLessThanOrEqual(ROW_BYTES_MAX);
    expect(rows.map((row) => [row.firstLsn, row.lastLsn])).toEqual([
      [1, 2],
      [2, 2],
      [2, 2],
      [2, 3],
    ]);
    expect(read(rows)).toEqual([1, 2, 3]);
  });

  test.each([27, 28, 40, 64, 100, 101, 102, 500])('of %i bytes at most give every record back', (rowBytesMax) => {
    const records = chain(transactions(8, { bytes: 60 }));

    const rows = packRows(records, { firstRow: 1, rowBytesMax });

    for (const row of rows) expect(row.bytes.length).toBeLessThanOrEqual(rowBytesMax);
    expect(read(rows)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  test('of one commit group after another make one log', () => {
    const records = chain(transactions(4));

    const first = packRows(records.slice(0, 2), { firstRow: 1 });
    const second = packRows(records.slice(2), { firstRow: 2 });

    expect(read([...first, ...second])).toEqual([1, 2, 3, 4]);
  });

  test('of no records are none', () => {
    expect(packRows([], { firstRow: 1 })).toEqual([]);
  });
});

describe('damage in rows', () => {
  // Two records a group and a row of its own for each group: rows 1 to 3 hold the lsns 1 2, 3 4, 5 6.
  const records = chain(transactions(6));
  const rows = [0, 1, 2].flatMap((group) => packRows(records.slice(group * 2, group * 2 + 2), { firstRow: group + 1 }));

  test('any flipped bit costs just its row', () => {
    const sound = rows[1]!.bytes;
    for (let bit = 0; bit < sound.length * 8; bit++) {
      const flipped = sound.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);

      expect(read(replaced(rows, 2, flipped))).toEqual([1, 2, 'row 2 does not agree with its checksum', 5, 6]);
    }
  });

  test('a row cut off anywhere costs just that row', () => {
    const sound = rows[1]!.bytes;
    for (let length = 0; length < sound.length; length++) {
      const cut = sound.subarray(0, length);

      expect(read(replaced(rows, 2, cut))).toEqual([1, 2, 'row 2 does not agree with its checksum', 5, 6]);
    }
  });

  test.each([
    { name: 'nothing', bytes: new Uint8Array(4) },
    { name: 'half a head', bytes: seal(Uint8Array.of(1, 0, 0, 0, 0, 0, 0)) },
  ])('a row with a sound checksum and $name in it is refused', ({ bytes }) => {
    expect(read(replaced(rows, 2, bytes))).toEqual([1, 2, 'row 2 has no format', 5, 6]);
  });

  test('a row of a later format is no damage, and nothing is read past it', () => {
    const bytes = seal(Uint8Array.from([2, ...new Uint8Array(12)]));

    expect(() => read(replaced(rows, 2, bytes))).toThrow(NewerVersionError);
  });

  test('a missing row is named', () => {
    expect(read(without(rows, 2))).toEqual([1, 2, 'row 3 stands where row 2 belongs', 5, 6]);
  });

  test('rows whose contents were exchanged are both named', () => {
    const exchanged = replaced(replaced(rows, 2, rows[2]!.bytes), 3, rows[1]!.bytes);

    expect(read(exchanged)).toEqual([1, 2, 'row 2 holds what belongs in row 3', 'row 3 holds what belongs in row 2']);
  });

  test('a record without its end is named', () => {
    const long = packRows(chain([transaction(1), transaction(2, { bytes: 300 })]), { firstRow: 1, rowBytesMax: 200 });

    expect(long).toHaveLength(3);
    expect(read(long.slice(0, 2))).toEqual([1, 'the record of lsn 2 is cut off before its end']);
  });

  test('a record without its middle is not put together from the rest', () => {
    const long = packRows(chain([transaction(1, { bytes: 500 }), transaction(2)]), { firstRow: 1, rowBytesMax: 200 });

    expect(read(without(long, 2))).toEqual([
      'row 3 stands where row 2 belongs',
      'row 3 has a part of lsn 1 without its beginning',
      'row 4 has a part of lsn 1 without its beginning',
      2,
    ]);
  });

  test('a record without its beginning is named', () => {
    const long = packRows(chain([transaction(1, { bytes: 300 }), transaction(2)]), { firstRow: 1, rowBytesMax: 250 });

    expect(read(long.slice(1))).toEqual(['row 2 has a part of lsn 1 without its beginning', 2]);
  });
});
