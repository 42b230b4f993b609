/**
 * What a simulated instance has in storage: its small record, its log, one snapshot, and what was set aside. The graph is
 * the list of the transactions that led to it (sim-graph.ts builds a real one of that); a snapshot is that list, in chunks. All of it is a value, so that a
 * crash is an assignment.
 */

import type { Delta } from '../../core/graph/delta.ts';
import { type EpochStart, extendHistory } from '../../core/replication/epoch-history.ts';
import type { PersistedInstance } from '../../core/replication/instance-state.ts';
import type { LogPosition, LogReader, LogRecord, SnapshotDescription } from '../../core/replication/log.ts';
import { VERSION_MIN } from '../../core/version.ts';
import { GENESIS_HASH, hashText, sameHash } from '../../core/wal/checksum.ts';
import { encodeRecord, readRecordHead, versionOfRecord } from '../../core/wal/record.ts';

export interface StoredSnapshot {
  readonly description: SnapshotDescription;
  readonly chunks: readonly Uint8Array[];
}

export interface InstanceImage {
  readonly persisted: PersistedInstance | undefined;
  /** Every transaction that led to the graph, the compacted ones included. */
  readonly positions: readonly LogPosition[];
  /** The log: the records that are still there, up to the end of `positions`. */
  readonly records: readonly LogRecord[];
  readonly history: readonly EpochStart[];
  readonly snapshot: StoredSnapshot | undefined;
  readonly arriving: StoredSnapshot | undefined;
  readonly aside: readonly LogRecord[];
  /** What a start finds broken: the log cannot be read past its end here, though it once went further. */
  readonly damage: string | undefined;
  /** The oldest version that understands all that was ever in the log. */
  readonly needs: number;
}

export const EMPTY_IMAGE: InstanceImage = {
  persisted: undefined,
  positions: [],
  records: [],
  history: [],
  snapshot: undefined,
  arriving: undefined,
  aside: [],
  damage: undefined,
  needs: VERSION_MIN,
};

const GENESIS_POSITION: LogPosition = { lsn: 0, epoch: 0, hash: GENESIS_HASH };

export function endOf(image: InstanceImage): LogPosition {
  return image.positions.at(-1) ?? GENESIS_POSITION;
}

/** The transaction at `lsn`; undefined when this graph does not reach so far. */
export function positionAt(image: InstanceImage, lsn: number): LogPosition | undefined {
  return lsn === 0 ? GENESIS_POSITION : image.positions[lsn - 1];
}

/** What came with this version, and what a text that has it ends with. */
const NEWS: Delta = {
  ...{ type: 'createIndex', name: 'words', kind: 'fulltext', entity: 'node', token: 0, keys: [0] },
  fullText: { analyzer: 'standard', eventuallyConsistent: false },
};
export const NEWS_MARK = '!';

export function isNews(text: string): boolean {
  return text.endsWith(NEWS_MARK);
}

/** A new record at the log's end; without deltas, the record that opens an epoch. */
export function newRecord(image: InstanceImage, epoch: number, deltas: readonly Delta[]): LogRecord {
  const end = endOf(image);
  return encodeRecord({ epoch, lsn: end.lsn + 1, previousHash: end.hash, deltas });
}

/** What stands for a write where there is no graph: a delta that carries `text`, and one that needs this version if it has the mark. */
export function textDeltas(image: InstanceImage, text: string): readonly Delta[] {
  const delta: Delta = { type: 'defineToken', kind: 'label', token: endOf(image).lsn + 1, name: text };
  return isNews(text) ? [delta, NEWS] : [delta];
}

/** Appends, and checks as recovery would that each record continues the chain. Returns what is wrong as text. */
export function append(image: InstanceImage, records: readonly LogRecord[]): InstanceImage | string {
  let end = endOf(image);
  let { history } = image;
  for (const record of records) {
    const head = readRecordHead(record.bytes);
    if (record.lsn !== end.lsn + 1) return `lsn ${record.lsn} after ${end.lsn}`;
    if (record.epoch < end.epoch) return `epoch ${record.epoch} after ${end.epoch} at lsn ${record.lsn}`;
    if (!sameHash(head.previousHash, end.hash)) return `lsn ${record.lsn} does not continue the chain`;
    if (!sameHash(head.hash, record.hash)) return `lsn ${record.lsn} is not what it says`;
    end = { lsn: record.lsn, epoch: record.epoch, hash: record.hash };
    history = extendHistory(history, record);
  }
  const positions = [...image.positions, ...records.map(({ lsn, epoch, hash }) => ({ lsn, epoch, hash }))];
  const needs = Math.max(image.needs, ...records.map(({ bytes }) => versionOfRecord(bytes)));
  return { ...image, positions, records: [...image.records, ...records], history, needs };
}

export function truncateAfter(image: InstanceImage, lsn: number): InstanceImage {
  return {
    ...image,
    positions: image.positions.slice(0, lsn),
    records: image.records.filter((record) => record.lsn <= lsn),
    history: image.history.filter((start) => start.firstLsn <= lsn),
    aside: [...image.aside, ...image.records.filter((record) => record.lsn > lsn)],
  };
}

const CHUNK_POSITIONS = 32;

/** A snapshot of the graph at `lsn`; log records more than `keptRecords` before it go. */
export function takeSnapshot(image: InstanceImage, lsn: number, keptRecords: number): InstanceImage {
  const position = positionAt(image, lsn);
  if (position === undefined || lsn === 0) return image;
  const chunks: Uint8Array[] = [];
  for (let from = 0; from < lsn; from += CHUNK_POSITIONS) {
    chunks.push(encodePositions(image.positions.slice(from, Math.min(lsn, from + CHUNK_POSITIONS))));
  }
  const history = image.history.filter((start) => start.firstLsn <= lsn);
  const id = `${position.epoch}-${lsn}-${hashText(position.hash)}`;
  const description = { id, position, history, chunkCount: chunks.length, version: image.needs };
  const records = image.records.filter((record) => record.lsn > lsn - keptRecords);
  return { ...image, snapshot: { description, chunks }, records };
}

export function storeChunk(
  image: InstanceImage,
  arrived: { snapshot: SnapshotDescription; chunk: number; bytes: Uint8Array },
): InstanceImage {
  const { snapshot, chunk, bytes } = arrived;
  const before = chunk === 0 ? [] : (image.arriving?.chunks ?? []);
  return { ...image, arriving: { description: snapshot, chunks: [...before.slice(0, chunk), bytes] } };
}

/** Puts the snapshot that has arrived in place of graph and log. Undefined when it is not whole. */
export function installSnapshot(
  image: InstanceImage,
  keepAsideAfterLsn: number | undefined,
): InstanceImage | undefined {
  const { arriving } = image;
  if (arriving === undefined || arriving.chunks.length !== arriving.description.chunkCount) return undefined;
  const { position, history } = arriving.description;
  const positions = arriving.chunks.flatMap(decodePositions);
  const end = positions.at(-1);
  if (end === undefined || end.lsn !== position.lsn || !sameHash(end.hash, position.hash)) return undefined;
  const tail = keepAsideAfterLsn === undefined ? [] : image.records.filter(({ lsn }) => lsn > keepAsideAfterLsn);
  return {
    ...image,
    positions,
    records: [],
    history,
    snapshot: arriving,
    arriving: undefined,
    aside: [...image.aside, ...tail],
    damage: undefined,
    needs: Math.max(image.needs, arriving.description.version ?? VERSION_MIN),
  };
}

/**
 * The log with a bit turned over in the record after `lsn`. A row that is lost or stands in the place of another is the same to the machine: recovery
 * tells how far the log can be followed. That it does so for every kind of damage is for test/core/wal/damage.test.ts and test/object/damage.test.ts.
 */
export function damageAfter(image: InstanceImage, lsn: number): InstanceImage {
  return { ...truncateAfter(image, lsn), aside: image.aside, damage: `the log can be followed to lsn ${lsn}` };
}

/** The log as the machine reads it. */
export function readerOf(image: () => InstanceImage): LogReader {
  return {
    at(lsn) {
      const { records, positions } = image();
      const firstKept = records[0]?.lsn ?? positions.length + 1;
      return lsn >= firstKept - 1 ? positions[lsn - 1] : undefined;
    },
    read({ fromLsn, throughLsn, bytesMax, recordsMax }) {
      const { records } = image();
      const first = records[0]?.lsn ?? Number.POSITIVE_INFINITY;
      if (fromLsn < first) return [];
      const read: LogRecord[] = [];
      let bytes = 0;
      for (const record of records.slice(fromLsn - first, throughLsn - first + 1)) {
        bytes += record.bytes.length;
        if (read.length > 0 && (bytes > bytesMax || read.length >= recordsMax)) break;
        read.push(record);
      }
      return read;
    },
    snapshot: () => image().snapshot?.description,
    snapshotChunk(id, chunk) {
      const { snapshot } = image();
      return snapshot?.description.id === id ? snapshot.chunks[chunk] : undefined;
    },
  };
}

function encodePositions(positions: readonly LogPosition[]): Uint8Array {
  const rows = positions.map(({ lsn, epoch, hash }) => [lsn, epoch, [...hash]]);
  return new TextEncoder().encode(JSON.stringify(rows));
}

function decodePositions(bytes: Uint8Array): LogPosition[] {
  const rows: [number, number, number[]][] = JSON.parse(new TextDecoder().decode(bytes));
  return rows.map(([lsn, epoch, hash]) => ({ lsn, epoch, hash: Uint8Array.from(hash) }));
}
