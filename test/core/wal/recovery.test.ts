import { beforeAll, describe, expect, test } from 'vitest';
import type { Transaction } from '../../../core/graph/delta.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { type EncodedRecord, GENESIS } from '../../../core/wal/record.ts';
import { type Recovery, recover } from '../../../core/wal/recovery.ts';
import { packRows, type StoredRow } from '../../../core/wal/row.ts';
import { type SnapshotCopy, snapshotOf } from './graph-fixtures.ts';
import { chain, transaction, transactions } from './wal-fixtures.ts';

const COUNT = 12;

/** A history of twelve transactions, the epoch changing at lsn 7; row n holds lsn n; snapshots at lsn 4 and 8. */
let history: Transaction[];
let records: EncodedRecord[];
let rows: StoredRow[];
let snapshots: Map<number, SnapshotCopy>;
/** Checksum of the graph at each lsn. */
let checksums: bigint[];

beforeAll(() => {
  history = Array.from({ length: COUNT }, (_, index) => {
    const lsn = index + 1;
    return lsn === 7 ? { epoch: 3, lsn, deltas: [] } : transaction(lsn, { epoch: lsn < 7 ? 1 : 3, bytes: 40 });
  });
  records = chain(history);
  rows = records.flatMap((record) => packRows([record], { firstRow: record.lsn }));
  snapshots = new Map();
  const store = new GraphStore();
  checksums = [store.checksum()];
  for (const next of history) {
    store.apply(next);
    store.acknowledge(next.lsn);
    checksums.push(store.checksum());
    if (next.lsn % 4 === 0 && next.lsn < COUNT) snapshots.set(next.lsn, snapshotAt(store, next.lsn));
  }
});

function snapshotAt(store: GraphStore, lsn: number): SnapshotCopy {
  const { epoch, hash } = records[lsn - 1]!;
  const epochHistory = [
    { epoch: 1, firstLsn: 1 },
    { epoch: 3, firstLsn: 7 },
  ].filter((start) => start.firstLsn <= lsn);
  return snapshotOf(store, { position: { lsn, epoch, hash }, epochHistory });
}

function newestFirst(...lsns: number[]): SnapshotCopy[] {
  return lsns.map((lsn) => snapshots.get(lsn)!);
}

function damagedSnapshot(lsn: number): SnapshotCopy {
  return { ...snapshots.get(lsn)!, read: () => undefined };
}

function replaced(row: number, bytes: Uint8Array): StoredRow[] {
  return rows.map((stored) => (stored.row === row ? { row, bytes } : stored));
}

/** The graph is that of `lsn`, and so is everything that is said about it. */
function expectState(recovery: Recovery, lsn: number): void {
  expect(recovery.position.lsn).toBe(lsn);
  expect(recovery.store.lsn).toBe(lsn);
  expect(recovery.store.checksum()).toBe(checksums[lsn]);
  const record = records[lsn - 1];
  if (record) expect(recovery.position).toEqual({ lsn, epoch: record.epoch, hash: record.hash });
  expect(recovery.index.last).toEqual(recovery.position);
  expect(recovery.epochHistory.at(-1)?.epoch).toBe(record?.epoch);
}

describe('recovery of sound storage', () => {
  test('of nothing is an empty graph', () => {
    const recovery = recover({ snapshots: [], rows: [] });

    expectState(recovery, 0);
    expect(recovery.position).toEqual(GENESIS);
    expect(recovery).toMatchObject({ cut: undefined, harmless: [], snapshot: undefined });
  });

  test.each([
    { name: 'the log alone', use: [], from: 1 },
    { name: 'an older snapshot and the log after it', use: [4], from: 5 },
    { name: 'the newest of two snapshots', use: [8, 4], from: 5 },
    { name: 'a snapshot and the whole log', use: [8], from: 1 },
  ])('from $name is the graph as it was', ({ use, from }) => {
    const recovery = recover({ snapshots: newestFirst(...use), rows: rows.slice(from - 1) });

    expectState(recovery, COUNT);
    expect(recovery.cut).toBeUndefined();
    expect(recovery.harmless).toEqual([]);
    expect(recovery.snapshot?.lsn).toBe(use[0]);
    expect(recovery.epochHistory).toEqual([
      { epoch: 1, firstLsn: 1 },
      { epoch: 3, firstLsn: 7 },
    ]);
  });

  test('from a snapshot without a log stands where the snapshot does', () => {
    const recovery = recover({ snapshots: newestFirst(8), rows: [] });

    expectState(recovery, 8);
    expect(recovery.index.base).toEqual(recovery.position);
  });

  test('indexes every retained record, those before the snapshot too', () => {
    const { index } = recover({ snapshots: newestFirst(8), rows: rows.slice(5) });

    expect(index.base).toEqual({ lsn: 5, epoch: 1, hash: records[4]!.hash });
    for (let lsn = 6; lsn <= COUNT; lsn++) {
      const { epoch, hash } = records[lsn - 1]!;
      expect(index.at(lsn)).toEqual({ lsn, epoch, hash });
    }
  });

  test('lets readers see what was acknowledged, and keeps the rest for later', () => {
    const { store } = recover({ snapshots: newestFirst(8), rows, acknowledgedLsn: 10 });

    expect(store.lsn).toBe(COUNT);
    expect(store.acknowledgedLsn).toBe(10);
    expect(store.openSnapshot().checksum()).toBe(checksums[10]);
  });
});

describe('recovery of damaged storage', () => {
  test('keeps nothing of what was before an acknowledged transaction, and all of what was before another one', () => {
    const versionBytes = (acknowledgedLsn: number) =>
      recover({ snapshots: [], rows, acknowledgedLsn }).store.versionBytes;

    expect(versionBytes(COUNT)).toBe(0);
    expect(versionBytes(COUNT - 1)).toBeGreaterThan(0);
  });

  test.each(Array.from({ length: COUNT }, (_, index) => index + 1))(
    'without row %i ends just before it and says where the log resumes',
    (row) => {
      const recovery = recover({ snapshots: [], rows: rows.filter((stored) => stored.row !== row) });

      expectState(recovery, row === COUNT ? COUNT - 1 : row - 1);
      // That the last row is missing can only be told by somebody who knows how long the log was.
      if (row === COUNT) return expect(recovery.cut).toBeUndefined();
      expect(recovery.cut).toMatchObject({ place: 'middle', lastSoundLsn: row - 1, resumesAtLsn: row + 1 });
      return undefined;
    },
  );

  test('a flipped bit in any byte of the last row is a damaged tail', () => {
    const sound = rows.at(-1)!.bytes;
    for (let byte = 0; byte < sound.length; byte++) {
      const flipped = sound.slice();
      flipped[byte]! ^= 1 << (byte & 7);

      const recovery = recover({ snapshots: newestFirst(8), rows: replaced(COUNT, flipped) });

      expectState(recovery, COUNT - 1);
      expect(recovery.cut).toEqual({
        place: 'tail',
        row: COUNT,
        lastSoundLsn: COUNT - 1,
        resumesAtLsn: undefined,
        reason: `row ${COUNT} does not agree with its checksum`,
      });
    }
  });

  test('a flipped bit in any byte of a row in the middle is told apart from a torn tail', () => {
    const sound = rows[9]!.bytes;
    for (let byte = 0; byte < sound.length; byte++) {
      const flipped = sound.slice();
      flipped[byte]! ^= 1 << (byte & 7);

      const recovery = recover({ snapshots: newestFirst(8), rows: replaced(10, flipped) });

      expectState(recovery, 9);
      expect(recovery.cut).toEqual({
        place: 'middle',
        row: 10,
        lastSoundLsn: 9,
        resumesAtLsn: 11,
        reason: 'row 10 does not agree with its checksum',
      });
    }
  });

  test('rows that were exchanged end the log before the first of them', () => {
    const exchanged = replaced(10, rows[10]!.bytes).map((row) =>
      row.row === 11 ? { row: 11, bytes: rows[9]!.bytes } : row,
    );

    const recovery = recover({ snapshots: newestFirst(8), rows: exchanged });

    expectState(recovery, 9);
    expect(recovery.cut).toMatchObject({
      place: 'middle',
      row: 10,
      resumesAtLsn: 12,
      reason: 'row 10 holds what belongs in row 11',
    });
  });

  test('a damaged row that the snapshot makes up for costs nothing and is told', () => {
    const recovery = recover({ snapshots: newestFirst(8), rows: replaced(3, new Uint8Array(20)) });

    expectState(recovery, COUNT);
    expect(recovery.cut).toBeUndefined();
    expect(recovery.harmless).toEqual([{ where: 'row 3', reason: 'row 3 does not agree with its checksum' }]);
    expect(recovery.index.base.lsn).toBe(3);
  });

  test('a record with a sound row around it and a damaged inside ends the log', () => {
    const record = records[9]!;
    const bytes = record.bytes.slice();
    bytes[20]! ^= 1;
    const [row] = packRows([{ ...record, bytes }], { firstRow: 10 });

    const recovery = recover({ snapshots: newestFirst(8), rows: replaced(10, row!.bytes) });

    expectState(recovery, 9);
    expect(recovery.cut).toMatchObject({ place: 'middle', row: 10, resumesAtLsn: 11 });
    expect(recovery.cut?.reason).toContain('the record of lsn 10 is damaged');
  });

  test('records of another history are not applied', () => {
    const other = chain(transactions(COUNT, { bytes: 41 }));
    const foreign = other.slice(9).flatMap((record) => packRows([record], { firstRow: record.lsn }));

    const recovery = recover({ snapshots: newestFirst(8), rows: [...rows.slice(0, 9), ...foreign] });

    expectState(recovery, 9);
    expect(recovery.cut).toMatchObject({ place: 'middle', row: 10, lastSoundLsn: 9, resumesAtLsn: 10 });
  });

  test('a snapshot of another history than the log is told', () => {
    const other = chain(transactions(8, { bytes: 41 })).flatMap((record) =>
      packRows([record], { firstRow: record.lsn }),
    );

    const recovery = recover({ snapshots: newestFirst(8), rows: other });

    expectState(recovery, 8);
    expect(recovery.harmless).toEqual([{ where: 'row 8', reason: 'lsn 8 is not the one that the snapshot ends with' }]);
  });

  test('a damaged snapshot is made up for by an older one and the log', () => {
    const recovery = recover({ snapshots: [damagedSnapshot(8), ...newestFirst(4)], rows: rows.slice(4) });

    expectState(recovery, COUNT);
    expect(recovery.snapshot?.lsn).toBe(4);
    expect(recovery.cut).toBeUndefined();
    expect(recovery.harmless).toEqual([{ where: 'snapshot 8', reason: 'part 0 of tokens/0 is missing' }]);
  });

  test('a damaged manifest likewise', () => {
    const broken = { ...snapshots.get(8)!, manifest: snapshots.get(8)!.manifest.subarray(1) };

    const recovery = recover({ snapshots: [broken, ...newestFirst(4)], rows });

    expectState(recovery, COUNT);
    expect(recovery.snapshot?.lsn).toBe(4);
  });

  test('without any sound snapshot and without the beginning of the log nothing is left, and that is said', () => {
    const recovery = recover({ snapshots: [damagedSnapshot(8), damagedSnapshot(4)], rows: rows.slice(4) });

    expectState(recovery, 0);
    expect(recovery.harmless).toHaveLength(2);
    expect(recovery.cut).toMatchObject({ place: 'middle', lastSoundLsn: 0, resumesAtLsn: 5 });
  });
});

describe('recovery of a record that goes through several rows', () => {
  const long = [transaction(1), transaction(2, { bytes: 500 }), transaction(3)];

  test.each([
    { name: 'all of them', from: 1, to: 9, lsn: 3, cut: undefined },
    { name: 'only the first of them', from: 1, to: 1, lsn: 1, cut: { place: 'tail', lastSoundLsn: 1 } },
    { name: 'all but the last of them', from: 1, to: 2, lsn: 1, cut: { place: 'tail', lastSoundLsn: 1 } },
    { name: 'all but the first of them', from: 2, to: 9, lsn: 0, cut: { place: 'middle', lastSoundLsn: 0 } },
  ])('with $name', ({ from, to, lsn, cut }) => {
    const parts = packRows(chain(long), { firstRow: 1, rowBytesMax: 250 });

    const recovery = recover({ snapshots: [], rows: parts.filter(({ row }) => row >= from && row <= to) });

    expect(parts.length).toBeGreaterThan(2);
    expect(recovery.position.lsn).toBe(lsn);
    if (cut) expect(recovery.cut).toMatchObject(cut);
    else expect(recovery.cut).toBeUndefined();
  });

  test('whose beginning was deleted because a snapshot holds it is no damage', () => {
    const store = new GraphStore();
    for (const next of long.slice(0, 2)) store.apply(next);
    store.acknowledge(2);
    const all = chain(long);
    const { epoch, hash } = all[1]!;
    const snapshot = snapshotOf(store, { position: { lsn: 2, epoch, hash } });
    const parts = packRows(all.slice(0, 2), { firstRow: 1, rowBytesMax: 250 });

    const recovery = recover({ snapshots: [snapshot], rows: parts.slice(-1) });

    expect(recovery.position.lsn).toBe(2);
    expect(recovery.cut).toBeUndefined();
  });
});
