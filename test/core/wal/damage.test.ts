/**
 * Storage that was damaged anyhow: bits turned over, pieces missing, cut off, exchanged, doubled, in rows of the log, chunks and
 * manifests, several at once. Whatever recovery makes of it must be a state that there was, and must say what is lost.
 */
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { EncodedRecord } from '../../../core/wal/record.ts';
import { type Recovery, recover, type StoredSnapshot } from '../../../core/wal/recovery.ts';
import { packRows, type StoredRow } from '../../../core/wal/row.ts';
import { type SegmentName, segmentText } from '../../../core/wal/segment.ts';
import { type SnapshotCopy, snapshotOf } from './graph-fixtures.ts';
import { chain, transaction } from './wal-fixtures.ts';

/** Transactions; snapshots stand at the second third and at the first, and the log goes back to the beginning. */
const COUNT = 12;
const SNAPSHOT_LSNS = [8, 4] as const;

/** Rows so small that a record fills several of them, and several records share others. */
const ROW_BYTES = 160;

let records: EncodedRecord[];
let rows: StoredRow[];
let snapshots: SnapshotCopy[];
/** Checksum of the graph at each lsn. */
let checksums: bigint[];

beforeAll(() => {
  const history = Array.from({ length: COUNT }, (_, i) =>
    transaction(i + 1, { epoch: 1, bytes: i % 3 === 0 ? 300 : 20 }),
  );
  records = chain(history);
  // Groups of two records, as they are committed together.
  rows = [];
  for (let first = 0; first < COUNT; first += 2) {
    const options = { firstRow: rows.length + 1, rowBytesMax: ROW_BYTES };
    rows.push(...packRows(records.slice(first, first + 2), options));
  }
  const store = new GraphStore();
  checksums = [store.checksum()];
  const taken = new Map<number, SnapshotCopy>();
  for (const next of history) {
    store.apply(next);
    store.acknowledge(next.lsn);
    checksums.push(store.checksum());
    const { epoch, hash } = records[next.lsn - 1]!;
    taken.set(next.lsn, snapshotOf(store, { position: { lsn: next.lsn, epoch, hash } }));
  }
  snapshots = SNAPSHOT_LSNS.map((lsn) => taken.get(lsn)!);
});

/** What happens to one of several pieces; `at` and `other` choose pieces, `byte` and `bit` a place in one. */
type Damage = {
  readonly kind: 'flip' | 'miss' | 'cut' | 'exchange' | 'double' | 'empty';
  readonly at: number;
  readonly other: number;
  readonly byte: number;
  readonly bit: number;
};

const damage: fc.Arbitrary<Damage> = fc.record({
  kind: fc.constantFrom('flip', 'miss', 'cut', 'exchange', 'double', 'empty'),
  at: fc.nat(),
  other: fc.nat(),
  byte: fc.nat(),
  bit: fc.nat({ max: 7 }),
});

/** Pieces by their keys, damaged. The key is what SQLite keeps apart, so that only bytes change places. */
function damaged<Key>(pieces: ReadonlyMap<Key, Uint8Array>, damages: readonly Damage[]): Map<Key, Uint8Array> {
  const result = new Map(pieces);
  for (const { kind, at, other, byte, bit } of damages) {
    const keys = [...result.keys()];
    if (keys.length === 0) return result;
    const [key, second] = [keys[at % keys.length]!, keys[other % keys.length]!];
    const bytes = result.get(key)!;
    if (kind === 'miss') result.delete(key);
    if (kind === 'cut') result.set(key, bytes.slice(0, byte % (bytes.length + 1)));
    if (kind === 'empty') result.set(key, new Uint8Array(0));
    if (kind === 'double') result.set(second, bytes);
    if (kind === 'exchange') {
      result.set(key, result.get(second)!);
      result.set(second, bytes);
    }
    if (kind === 'flip' && bytes.length > 0) {
      const flipped = bytes.slice();
      flipped[byte % bytes.length]! ^= 1 << bit;
      result.set(key, flipped);
    }
  }
  return result;
}

function damagedRows(damages: readonly Damage[]): StoredRow[] {
  const pieces = damaged(new Map(rows.map(({ row, bytes }) => [row, bytes])), damages);
  return [...pieces].map(([row, bytes]) => ({ row, bytes }));
}

function damagedSnapshot(
  copy: SnapshotCopy,
  inChunks: readonly Damage[],
  inManifest: readonly Damage[],
): StoredSnapshot {
  const chunks = damaged(copy.storage.chunks, inChunks);
  const manifests = damaged(
    new Map(snapshots.map(({ name, manifest }) => [name, manifest])),
    inManifest.map((one) => ({ ...one, at: snapshots.indexOf(copy) })),
  );
  const read = (segment: SegmentName, part: number) => chunks.get(`${segmentText(segment)}#${part}`);
  return { name: copy.name, manifest: manifests.get(copy.name) ?? new Uint8Array(0), read };
}

function isSame(stored: readonly StoredRow[]): boolean {
  return (
    stored.length === rows.length &&
    stored.every(({ row, bytes }, i) => row === rows[i]!.row && Buffer.compare(bytes, rows[i]!.bytes) === 0)
  );
}

/** A state that there was; and if it is not the last one, the reason why, or the log ends there without a trace of more. */
function expectHonest(recovery: Recovery, stored: readonly StoredRow[]): void {
  const { lsn, hash } = recovery.position;
  expect(recovery.store.lsn).toBe(lsn);
  expect(recovery.store.checksum()).toBe(checksums[lsn]);
  if (lsn > 0) expect(hash).toEqual(records[lsn - 1]!.hash);
  if (lsn === COUNT) return;
  // Only the high-water mark that others know tells of rows that are missing at the end and left nothing behind.
  const { cut } = recovery;
  if (cut) expect(cut.lastSoundLsn).toBe(lsn);
  else expect(stored.at(-1)?.row ?? 0).toBeLessThan(rows.at(-1)!.row);
  if (cut?.resumesAtLsn !== undefined) expect(cut.resumesAtLsn).toBeGreaterThan(lsn);
}

test('any damage to the log ends it at a sound state, with the place; sound storage is read whole', () => {
  fc.assert(
    fc.property(fc.array(damage, { maxLength: 4 }), fc.boolean(), (damages, withSnapshots) => {
      const stored = damagedRows(damages);

      const recovery = recover({ snapshots: withSnapshots ? snapshots : [], rows: stored });

      expectHonest(recovery, stored);
      if (withSnapshots) expect(recovery.position.lsn).toBeGreaterThanOrEqual(SNAPSHOT_LSNS[0]);
      if (isSame(stored)) expect(recovery).toMatchObject({ cut: undefined, harmless: [], position: { lsn: COUNT } });
    }),
    { numRuns: 400 },
  );
});

test('any damage to snapshots costs nothing while the log is whole, and is told', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.array(damage, { maxLength: 2 }), fc.array(damage, { maxLength: 1 })), {
        minLength: 2,
        maxLength: 2,
      }),
      (damages) => {
        const stored = snapshots.map((copy, i) => damagedSnapshot(copy, ...damages[i]!));

        const recovery = recover({ snapshots: stored, rows });

        expectHonest(recovery, rows);
        expect(recovery.position.lsn).toBe(COUNT);
        expect(recovery.cut).toBeUndefined();
        const unused = recovery.snapshot
          ? stored.findIndex(({ name }) => name === recovery.snapshot?.name)
          : stored.length;
        expect(recovery.harmless.map(({ where }) => where)).toEqual(stored.slice(0, unused).map(({ name }) => name));
      },
    ),
    { numRuns: 400 },
  );
});

test('damage to log and snapshots together is never silent', () => {
  fc.assert(
    fc.property(
      fc.array(damage, { minLength: 1, maxLength: 3 }),
      fc.array(damage, { minLength: 1, maxLength: 2 }),
      fc.nat({ max: 8 }),
      (inRows, inChunks, forgotten) => {
        // The log reaches back to somewhere between the two snapshots, as it does when an older one has been replaced.
        const stored = damagedRows(inRows).filter(({ row }) => row > forgotten);
        const damagedSnapshots = snapshots.map((copy) => damagedSnapshot(copy, inChunks, []));

        expectHonest(recover({ snapshots: damagedSnapshots, rows: stored }), stored);
      },
    ),
    { numRuns: 400 },
  );
});
