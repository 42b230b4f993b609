/** What a snapshot consists of. A snapshot is there when its manifest is, so the host stores the manifest last. */
import { GraphError } from '../error.ts';
import { decodePacked, encodePacked } from '../value/message-pack.ts';
import { NewerVersionError, VERSION, VERSION_MIN } from '../version.ts';
import { CHECKSUM_BYTES, damage, HASH_BYTES, seal, unseal } from './checksum.ts';
import type { EpochStart } from './log-index.ts';
import type { LogPosition } from './record.ts';
import { type SegmentName, segmentKindNumber, segmentKindOf } from './segment.ts';
import { SlotReader } from './slot-reader.ts';

/** The third format is the second, of a snapshot that builds of version 1 do not understand (core/version.ts). */
const FORMAT = 3;
const FORMAT_OF_VERSION_1 = 2;

/** Without `entityCount` and `changedLsn`: what the first snapshots were written in. They are read, and nothing builds on them. */
const FORMAT_OF_FULL_SNAPSHOTS = 1;

/** A segment as the snapshot has it. */
export interface SegmentSummary {
  readonly segment: SegmentName;
  readonly parts: number;
  /** Bytes of all payloads together. */
  readonly bytes: number;
  /** CRC-32C of all payloads together. */
  readonly checksum: number;
  /** Nodes or relationships in it; undefined in the first format. */
  readonly entityCount: number | undefined;
  /** The segment has not changed after this lsn. */
  readonly changedLsn: number;
}

export interface SnapshotManifest {
  /** The last record that the snapshot holds. */
  readonly position: LogPosition;
  readonly epochHistory: readonly EpochStart[];
  readonly nodeCount: number;
  readonly relationshipCount: number;
  /** In the order in which they are restored. Ranges of ids without an entity have none. */
  readonly segments: readonly SegmentSummary[];
  /** The oldest version that understands the segments. */
  readonly version: number;
  /** GraphView.checksum at the position, where the host asked for it. */
  readonly graphChecksum?: bigint | undefined;
}

/** A manifest as bytes, sealed with its checksum. */
export function encodeManifest(manifest: SnapshotManifest): Uint8Array {
  const { position, graphChecksum } = manifest;
  const segments = manifest.segments.flatMap(({ segment, parts, bytes, checksum, entityCount, changedLsn }) => [
    segmentKindNumber(segment.kind),
    segment.index,
    parts,
    bytes,
    checksum,
    entityCount ?? 0,
    changedLsn,
  ]);
  const packed = [
    manifest.version > VERSION_MIN ? FORMAT : FORMAT_OF_VERSION_1,
    [position.epoch, position.lsn, position.hash],
    manifest.epochHistory.flatMap((start) => [start.epoch, start.firstLsn]),
    [manifest.nodeCount, manifest.relationshipCount],
    segments,
    // Signed, because that is what INTEGER is.
    graphChecksum === undefined ? null : BigInt.asIntN(64, graphChecksum),
  ];
  return seal(encodePacked(packed, { before: 0, after: CHECKSUM_BYTES }));
}

/** The inverse of encodeManifest. Anything else is a GraphError `StorageDamageDetected`. */
export function decodeManifest(bytes: Uint8Array): SnapshotManifest {
  const body = unseal(bytes);
  if (!body) throw damage('the manifest does not agree with its checksum');
  try {
    return readManifest(decodePacked(body));
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw damage(`the manifest cannot be read: ${error.message}`, error);
  }
}

function readManifest(packed: unknown): SnapshotManifest {
  if (!Array.isArray(packed)) throw damage('it is not a list');
  const [format, position, history, counts, segments, checksum]: unknown[] = packed;
  if (typeof format !== 'number' || format < FORMAT_OF_FULL_SNAPSHOTS) {
    throw damage(`its format is ${String(format)}, and there is none such`);
  }
  if (format > FORMAT) throw new NewerVersionError(`a snapshot of format ${format}`, VERSION + 1, VERSION);
  const historySlots = slotsOf(history);
  const segmentSlots = slotsOf(segments);
  const epochHistory: EpochStart[] = [];
  while (!historySlots.atEnd) epochHistory.push({ epoch: historySlots.count(), firstLsn: historySlots.count() });
  const place = readPosition(slotsOf(position));
  const summaries: SegmentSummary[] = [];
  while (!segmentSlots.atEnd) {
    const summary = readSummary(segmentSlots);
    const isFull = format === FORMAT_OF_FULL_SNAPSHOTS;
    const more = isFull
      ? { entityCount: undefined, changedLsn: place.lsn }
      : { entityCount: segmentSlots.count(), changedLsn: segmentSlots.count() };
    summaries.push({ ...summary, ...more });
  }
  const countSlots = slotsOf(counts);
  return {
    position: place,
    epochHistory,
    nodeCount: countSlots.count(),
    relationshipCount: countSlots.count(),
    segments: summaries,
    version: format === FORMAT ? VERSION : VERSION_MIN,
    graphChecksum: checksum === null ? undefined : readChecksum(checksum),
  };
}

function readPosition(slots: SlotReader): LogPosition {
  const epoch = slots.count();
  const lsn = slots.count();
  const hash = slots.bytes();
  if (hash.length !== HASH_BYTES) throw damage('its hash does not have 8 bytes');
  return { epoch, lsn, hash: hash.slice() };
}

function readSummary(slots: SlotReader): Omit<SegmentSummary, 'entityCount' | 'changedLsn'> {
  const segment = { kind: segmentKindOf(slots.id()), index: slots.id() };
  return { segment, parts: slots.id(), bytes: slots.count(), checksum: slots.id() };
}

function readChecksum(packed: unknown): bigint {
  if (typeof packed !== 'number' && typeof packed !== 'bigint') throw damage('its graph checksum is not a number');
  return BigInt.asUintN(64, BigInt(packed));
}

function slotsOf(packed: unknown): SlotReader {
  if (!Array.isArray(packed)) throw damage('a list is missing');
  return new SlotReader(packed);
}
