/**
 * A WAL row is what the host stores under one integer key: several records and parts of records, since a row stays
 * under 1 MiB and a record need not. Fragments as in LevelDB's log. A row's bytes:
 * format (1), row number (8), fragments, CRC-32C of all that (4); a fragment's: kind (1), lsn (8), length (4), bytes.
 */
import { assert } from '../assert.ts';
import { NewerVersionError, VERSION } from '../version.ts';
import { CHECKSUM_BYTES, join, seal, unseal, viewOf } from './checksum.ts';
import { type EncodedRecord, RECORD_BYTES_MAX } from './record.ts';

const FORMAT = 1;
const ROW_HEAD_BYTES = 9;
const FRAGMENT_HEAD_BYTES = 13;

/** How large a row becomes unless told otherwise. Storage takes 2 MB a row, in production and as a hard limit. */
export const ROW_BYTES_MAX = 900 * 1024;

const FRAGMENT = { full: 1, first: 2, middle: 3, last: 4 } as const;

/** A row as the host keeps it: `row` is its key; the lsns are the first and last of which it holds at least a part. */
export interface WalRow {
  readonly row: number;
  readonly firstLsn: number;
  readonly lastLsn: number;
  readonly bytes: Uint8Array;
}

/** A row as it comes out of storage. */
export interface StoredRow {
  readonly row: number;
  readonly bytes: Uint8Array;
}

/**
 * Packs the records of one commit group into rows with the keys `firstRow`, `firstRow + 1`, …, to be stored at once. A row
 * whose `lastLsn` is not needed any more may be deleted, if all rows before it are.
 */
export function packRows(
  records: readonly EncodedRecord[],
  options: { readonly firstRow: number; readonly rowBytesMax?: number },
): WalRow[] {
  const builder = new RowBuilder(options.firstRow, options.rowBytesMax ?? ROW_BYTES_MAX);
  for (const record of records) builder.add(record);
  return builder.finish();
}

interface Fragment {
  readonly kind: number;
  readonly lsn: number;
  readonly bytes: Uint8Array;
}

class RowBuilder {
  readonly #rows: WalRow[] = [];
  readonly #firstRow: number;
  readonly #rowBytesMax: number;
  #fragments: Fragment[] = [];
  #bytesLeft: number;

  constructor(firstRow: number, rowBytesMax: number) {
    const least = ROW_HEAD_BYTES + FRAGMENT_HEAD_BYTES + 1 + CHECKSUM_BYTES;
    assert(rowBytesMax >= least, `a row has at least ${least} bytes`);
    this.#firstRow = firstRow;
    this.#rowBytesMax = rowBytesMax;
    this.#bytesLeft = this.#emptyBytes;
  }

  get #emptyBytes(): number {
    return this.#rowBytesMax - ROW_HEAD_BYTES - CHECKSUM_BYTES;
  }

  add(record: EncodedRecord): void {
    const { bytes, lsn } = record;
    let at = 0;
    while (at < bytes.length) {
      if (this.#bytesLeft <= FRAGMENT_HEAD_BYTES) this.#endRow();
      const end = Math.min(bytes.length, at + this.#bytesLeft - FRAGMENT_HEAD_BYTES);
      this.#fragments.push({ kind: kindOf(at === 0, end === bytes.length), lsn, bytes: bytes.subarray(at, end) });
      this.#bytesLeft -= FRAGMENT_HEAD_BYTES + end - at;
      at = end;
    }
  }

  finish(): WalRow[] {
    if (this.#fragments.length > 0) this.#endRow();
    return this.#rows;
  }

  #endRow(): void {
    const fragments = this.#fragments;
    const row = this.#firstRow + this.#rows.length;
    const bytes = new Uint8Array(this.#rowBytesMax - this.#bytesLeft);
    const view = viewOf(bytes);
    view.setUint8(0, FORMAT);
    view.setFloat64(1, row);
    let offset = ROW_HEAD_BYTES;
    for (const fragment of fragments) {
      view.setUint8(offset, fragment.kind);
      view.setFloat64(offset + 1, fragment.lsn);
      view.setUint32(offset + 9, fragment.bytes.length);
      bytes.set(fragment.bytes, offset + FRAGMENT_HEAD_BYTES);
      offset += FRAGMENT_HEAD_BYTES + fragment.bytes.length;
    }
    this.#rows.push({ row, firstLsn: fragments[0]!.lsn, lastLsn: fragments.at(-1)!.lsn, bytes: seal(bytes) });
    this.#fragments = [];
    this.#bytesLeft = this.#emptyBytes;
  }
}

function kindOf(isFirst: boolean, isLast: boolean): number {
  if (isFirst) return isLast ? FRAGMENT.full : FRAGMENT.first;
  return isLast ? FRAGMENT.last : FRAGMENT.middle;
}

/** Something in the rows that is not as it was written. */
export interface RowFault {
  readonly type: 'fault';
  readonly row: number;
  /** The record that it spoils, where that is known. */
  readonly lsn: number | undefined;
  readonly reason: string;
}

/** The bytes of a whole record, not checked yet. `row` is where it ends. */
export interface FoundRecord {
  readonly type: 'record';
  readonly row: number;
  readonly lsn: number;
  readonly bytes: Uint8Array;
}

/** Why the bytes under a key are not that row; undefined when they are. */
function faultOf(row: number, body: Uint8Array | undefined): string | undefined {
  if (!body) return `row ${row} does not agree with its checksum`;
  if (body.length < ROW_HEAD_BYTES || body[0] === 0) return `row ${row} has no format`;
  if (body[0] !== FORMAT) throw new NewerVersionError(`row ${row} of the log`, VERSION + 1, VERSION);
  const found = viewOf(body).getFloat64(1);
  return found === row ? undefined : `row ${row} holds what belongs in row ${found}`;
}

/**
 * Takes rows in the order of their keys and gives back the records in them, in order, and between them what is wrong. After
 * a fault it goes on at the next record that begins: whoever listens decides from the lsns what the fault has cost.
 */
export class RowUnpacker {
  #lastRow: number | undefined;
  #parts: Uint8Array[] = [];
  #partsLsn = 0;
  #partsBytes = 0;

  /** What the next row tells. */
  take(stored: StoredRow): (FoundRecord | RowFault)[] {
    const found: (FoundRecord | RowFault)[] = [];
    const { row, bytes } = stored;
    const expected = this.#lastRow === undefined ? row : this.#lastRow + 1;
    if (row !== expected) found.push(this.#fault(row, `row ${row} stands where row ${expected} belongs`));
    this.#lastRow = row;

    const body = unseal(bytes);
    const fault = faultOf(row, body);
    if (fault) found.push(this.#fault(row, fault));
    else if (body) this.#takeFragments(row, body, found);
    return found;
  }

  /** What is wrong after the last row: a record whose end never came, or nothing. */
  end(): RowFault | undefined {
    if (this.#parts.length === 0) return undefined;
    return this.#cutOff(this.#lastRow ?? 0);
  }

  #takeFragments(row: number, body: Uint8Array, found: (FoundRecord | RowFault)[]): void {
    const view = viewOf(body);
    let offset = ROW_HEAD_BYTES;
    while (offset < body.length) {
      const end =
        offset + FRAGMENT_HEAD_BYTES + (offset + FRAGMENT_HEAD_BYTES <= body.length ? view.getUint32(offset + 9) : 0);
      if (end > body.length) {
        found.push(this.#fault(row, `row ${row} ends in the middle of a fragment`));
        return;
      }
      const lsn = view.getFloat64(offset + 1);
      const bytes = body.subarray(offset + FRAGMENT_HEAD_BYTES, end);
      this.#takeFragment({ kind: view.getUint8(offset), lsn, bytes }, row, found);
      offset = end;
    }
  }

  #takeFragment({ kind, lsn, bytes }: Fragment, row: number, found: (FoundRecord | RowFault)[]): void {
    const begins = kind === FRAGMENT.full || kind === FRAGMENT.first;
    if (begins && this.#parts.length > 0) found.push(this.#cutOff(row));
    if (kind === FRAGMENT.full) {
      found.push({ type: 'record', row, lsn, bytes });
      return;
    }
    const goesOn = kind === FRAGMENT.middle || kind === FRAGMENT.last;
    const fits = goesOn && this.#parts.length > 0 && this.#partsLsn === lsn;
    if ((!begins && !fits) || this.#partsBytes + bytes.length > RECORD_BYTES_MAX) {
      found.push({ ...this.#fault(row, `row ${row} has a part of lsn ${lsn} without its beginning`), lsn });
      return;
    }
    this.#parts.push(bytes);
    this.#partsLsn = lsn;
    this.#partsBytes += bytes.length;
    if (kind === FRAGMENT.last) found.push({ type: 'record', row, lsn, bytes: this.#joined() });
  }

  #joined(): Uint8Array {
    const bytes = join(this.#parts, this.#partsBytes);
    this.#forget();
    return bytes;
  }

  #cutOff(row: number): RowFault {
    return {
      ...this.#fault(row, `the record of lsn ${this.#partsLsn} is cut off before its end`),
      lsn: this.#partsLsn,
    };
  }

  #fault(row: number, reason: string): RowFault {
    this.#forget();
    return { type: 'fault', row, lsn: undefined, reason };
  }

  #forget(): void {
    this.#parts = [];
    this.#partsBytes = 0;
  }
}
