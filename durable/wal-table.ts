/** The WAL's rows in SQLite, and the table to which a diverged tail is moved. One row holds a group of commits, or part of one. */
import { assert } from '../core/assert.ts';
import type { LogRecord } from '../core/replication/log.ts';
import { type EncodedRecord, readRecordHead } from '../core/wal/record.ts';
import { type FoundRecord, packRows, RowUnpacker, type StoredRow } from '../core/wal/row.ts';
import { bufferOf } from './chunks.ts';

/** Rows read from storage at a time, so that a long log does not stand in memory whole. */
const ROWS_PER_READ = 8;

interface Range {
  readonly fromLsn: number;
  readonly throughLsn: number;
  readonly bytesMax: number;
  readonly recordsMax: number;
}

export class WalTable {
  readonly #sql: SqlStorage;
  #nextRow = 1;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** All rows in order, for recovery; what is appended next comes after them. */
  recover(): Generator<StoredRow> {
    this.#nextRow = this.#sql.exec<{ next: number }>('SELECT coalesce(max(row), 0) + 1 AS next FROM wal').one().next;
    return this.#rowsFrom(0);
  }

  /** Stores the records of one group. */
  append(records: readonly EncodedRecord[]): void {
    const groupStart = this.#nextRow;
    for (const { row, lastLsn, bytes } of packRows(records, { firstRow: groupStart })) {
      this.#sql.exec(
        'INSERT INTO wal (row, group_start, last_lsn, bytes) VALUES (?, ?, ?, ?)',
        row,
        groupStart,
        lastLsn,
        bufferOf(bytes),
      );
      this.#nextRow = row + 1;
    }
  }

  /** Records from `fromLsn` on, at least one, then up to the bounds; empty when that record is not there. */
  read(range: Range): LogRecord[] {
    const records: LogRecord[] = [];
    let bytesLeft = range.bytesMax;
    for (const found of this.#recordsFrom(this.#rowOf(range.fromLsn))) {
      if (found.lsn < range.fromLsn) continue;
      if (found.lsn > range.throughLsn || found.lsn !== range.fromLsn + records.length) break;
      if (records.length > 0 && (found.bytes.length > bytesLeft || records.length === range.recordsMax)) break;
      const { lsn, epoch, hash } = readRecordHead(found.bytes);
      records.push({ lsn, epoch, hash, bytes: found.bytes });
      bytesLeft -= found.bytes.length;
    }
    return records;
  }

  /** Moves the records after `lsn` to the table `diverged`. */
  setAsideAfter(lsn: number): void {
    const first = this.#sql
      .exec<{ group_start: number }>('SELECT group_start FROM wal WHERE last_lsn > ? ORDER BY row LIMIT 1', lsn)
      .toArray()[0];
    if (!first) return;
    const records = [...this.#recordsFrom(first.group_start)].map(({ bytes }) => ({ ...readRecordHead(bytes), bytes }));
    this.#sql.exec('DELETE FROM wal WHERE row >= ?', first.group_start);
    this.#nextRow = first.group_start;
    this.append(records.filter((record) => record.lsn <= lsn));
    this.#keepAside(records.filter((record) => record.lsn > lsn));
  }

  /** Deletes rows that hold nothing after `lsn`. */
  forgetThrough(lsn: number): void {
    const kept = this.#sql
      .exec<{ group_start: number }>('SELECT group_start FROM wal WHERE last_lsn > ? ORDER BY row LIMIT 1', lsn)
      .toArray()[0];
    // The last row stays, so that row numbers go on from it.
    this.#sql.exec('DELETE FROM wal WHERE row < ? AND last_lsn <= ?', kept?.group_start ?? this.#nextRow - 1, lsn);
  }

  /** Bytes of the rows that hold something after `lsn`: what a start replays on top of a snapshot. */
  bytesAfter(lsn: number): number {
    return this.#sql
      .exec<{ bytes: number }>('SELECT coalesce(sum(length(bytes)), 0) AS bytes FROM wal WHERE last_lsn > ?', lsn)
      .one().bytes;
  }

  /** Deletes the log. */
  clear(): void {
    this.#sql.exec('DELETE FROM wal');
    this.#nextRow = 1;
  }

  /** Number of rows set aside because their records belonged to a history that lost. */
  get divergedRows(): number {
    return this.#sql.exec<{ count: number }>('SELECT count(*) AS count FROM diverged').one().count;
  }

  #keepAside(records: readonly EncodedRecord[]): void {
    const firstRow = this.#sql
      .exec<{ next: number }>('SELECT coalesce(max(row), 0) + 1 AS next FROM diverged')
      .one().next;
    for (const { row, firstLsn, lastLsn, bytes } of packRows(records, { firstRow })) {
      this.#sql.exec(
        'INSERT INTO diverged (row, first_lsn, last_lsn, bytes) VALUES (?, ?, ?, ?)',
        row,
        firstLsn,
        lastLsn,
        bufferOf(bytes),
      );
    }
  }

  /** The records that were set aside, in the order in which that happened. */
  *diverged(): Generator<Uint8Array> {
    const unpacker = new RowUnpacker();
    for (const row of this.#rowsOf('diverged', 0)) {
      // What is damaged is lost to the eye too, and to nothing else.
      for (const found of unpacker.take(row)) if (found.type === 'record') yield found.bytes;
    }
  }

  /** The first row of the group that holds the record at `lsn`. */
  #rowOf(lsn: number): number {
    const row = this.#sql
      .exec<{ group_start: number }>('SELECT group_start FROM wal WHERE last_lsn >= ? ORDER BY row LIMIT 1', lsn)
      .toArray()[0];
    return row?.group_start ?? this.#nextRow;
  }

  /** Rows in order, read as they are asked for. */
  #rowsFrom(fromRow: number): Generator<StoredRow> {
    return this.#rowsOf('wal', fromRow);
  }

  *#rowsOf(table: 'wal' | 'diverged', fromRow: number): Generator<StoredRow> {
    let next = fromRow;
    for (;;) {
      const rows = this.#sql
        .exec<{ row: number; bytes: ArrayBuffer }>(
          `SELECT row, bytes FROM ${table} WHERE row >= ? ORDER BY row LIMIT ?`,
          next,
          ROWS_PER_READ,
        )
        .toArray();
      for (const { row, bytes } of rows) yield { row, bytes: new Uint8Array(bytes) };
      const last = rows.at(-1);
      if (!last) return;
      next = last.row + 1;
    }
  }

  *#recordsFrom(row: number): Generator<FoundRecord> {
    const unpacker = new RowUnpacker();
    for (const stored of this.#rowsFrom(row)) {
      for (const found of unpacker.take(stored)) {
        assert(found.type === 'record', found.type === 'fault' ? `the WAL is damaged: ${found.reason}` : '');
        yield found;
      }
    }
  }
}
