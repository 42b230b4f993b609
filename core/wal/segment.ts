/**
 * A snapshot cuts the graph into segments by ranges of ids, so that a segment is written in the same bytes for as long as
 * nothing in its range has changed, whatever happens elsewhere. A segment's bytes are blocks (length in 4 bytes, then
 * MessagePack of one flat array), and travel in chunks of less than 1 MiB that say what they are.
 */
import { unreachable } from '../assert.ts';
import type { TokenKind } from '../graph/delta.ts';
import type { ExportedNode, ExportedRelationship, GraphView } from '../graph/graph-view.ts';
import type { GraphRestore } from '../graph/restore.ts';
import { packStoredValue } from '../value/codec.ts';
import { decodePacked, encodePacked } from '../value/message-pack.ts';
import { NewerVersionError, VERSION } from '../version.ts';
import { CHECKSUM_BYTES, damage, seal, unseal, viewOf } from './checksum.ts';
import { packConstraint, unpackConstraint } from './constraint-codec.ts';
import { packIndex, unpackIndex } from './index-codec.ts';
import { packProperties, unpackProperties } from './property-codec.ts';
import { SlotReader } from './slot-reader.ts';

/** Ids in one segment, decided for ever: a snapshot that cuts differently shares nothing with an older one. */
const NODES_PER_SEGMENT = 2_048;
const RELATIONSHIPS_PER_SEGMENT = 8_192;

/** Ids that are encoded in one go, which is the smallest piece of work. Divides both of the above. */
export const IDS_PER_BLOCK = 256;

/** The most bytes of a chunk. */
const CHUNK_BYTES_MAX = 900 * 1024;

const FORMAT = 1;
const LENGTH_BYTES = 4;
const CHUNK_HEAD_BYTES = 10;

/** The most payload of a chunk. */
export const PAYLOAD_BYTES_MAX = CHUNK_BYTES_MAX - CHUNK_HEAD_BYTES - CHECKSUM_BYTES;

/** In the order in which a store is restored. A kind's place in the list is how it is stored. */
export const SEGMENT_KINDS = ['tokens', 'nodes', 'relationships', 'indexes', 'constraints', 'options'] as const;
export type SegmentKind = (typeof SEGMENT_KINDS)[number];

const TOKEN_KINDS: readonly TokenKind[] = ['label', 'relationshipType', 'propertyKey'];

/** Which segment: `index` counts ranges of ids. */
export interface SegmentName {
  readonly kind: SegmentKind;
  readonly index: number;
}

/** A segment's name for keys and for people, such as `nodes/3`. */
export function segmentText(name: SegmentName): string {
  return `${name.kind}/${name.index}`;
}

export function segmentKindNumber(kind: SegmentKind): number {
  return SEGMENT_KINDS.indexOf(kind);
}

export function segmentKindOf(number: number): SegmentKind {
  const kind = SEGMENT_KINDS[number];
  if (kind === undefined) throw damage(`there is a segment of the unknown kind ${number}`);
  return kind;
}

/** Ids in a segment of a kind; what else there is has one segment for each kind. */
export function idsPerSegment(kind: SegmentKind): number {
  if (kind === 'nodes') return NODES_PER_SEGMENT;
  return kind === 'relationships' ? RELATIONSHIPS_PER_SEGMENT : 1;
}

/** What a view has in a range of ids. `bytes` is empty when there is nothing. */
export interface Block {
  readonly entityCount: number;
  readonly bytes: Uint8Array;
}

/** Encodes what a view has from one id to before another (of what is one segment: all there are). */
export function encodeBlock(view: GraphView, kind: SegmentKind, ids: { from: number; to: number }): Block {
  const slots: unknown[] = [];
  const entityCount = packEntities(view, kind, ids, slots);
  if (slots.length === 0) return { entityCount, bytes: new Uint8Array(0) };
  const bytes = encodePacked(slots, { before: LENGTH_BYTES, after: 0 });
  viewOf(bytes).setUint32(0, bytes.length - LENGTH_BYTES);
  return { entityCount, bytes };
}

function packEntities(view: GraphView, kind: SegmentKind, ids: { from: number; to: number }, slots: unknown[]): number {
  switch (kind) {
    case 'tokens':
      for (const tokenKind of TOKEN_KINDS) packTokens(view.exportTokens(tokenKind), slots);
      return TOKEN_KINDS.length;
    case 'nodes': {
      const nodes = view.exportNodes(ids.from, ids.to);
      for (const node of nodes) packNode(node, slots);
      return nodes.length;
    }
    case 'relationships': {
      const relationships = view.exportRelationships(ids.from, ids.to);
      for (const relationship of relationships) packRelationship(relationship, slots);
      return relationships.length;
    }
    case 'indexes': {
      const indexes = view.exportIndexes();
      for (const index of indexes) packIndex(index, slots);
      return indexes.length;
    }
    case 'constraints': {
      const constraints = view.exportConstraints();
      for (const constraint of constraints) packConstraint(constraint, slots);
      return constraints.length;
    }
    case 'options': {
      const options = view.exportOptions();
      for (const { name, value, sinceLsn } of options)
        slots.push(packStoredValue(name), packStoredValue(value), sinceLsn);
      return options.length;
    }
    default:
      return unreachable(kind);
  }
}

function packTokens(names: readonly string[], slots: unknown[]): void {
  slots.push(names.length);
  for (const name of names) slots.push(packStoredValue(name));
}

function packNode(node: ExportedNode, slots: unknown[]): void {
  slots.push(node.id, node.labels.length, ...node.labels);
  packProperties(node, slots);
}

function packRelationship(relationship: ExportedRelationship, slots: unknown[]): void {
  slots.push(relationship.id, relationship.type, relationship.start, relationship.end);
  packProperties(relationship, slots);
}

/** Hands what a segment holds to a store that is being restored. Bytes that hold something else are a GraphError. */
export function restoreSegment(bytes: Uint8Array, kind: SegmentKind, restore: GraphRestore): void {
  const view = viewOf(bytes);
  let offset = 0;
  while (offset < bytes.length) {
    const end = offset + LENGTH_BYTES + (offset + LENGTH_BYTES <= bytes.length ? view.getUint32(offset) : 0);
    if (end > bytes.length) throw damage('a block ends early');
    const slots = decodePacked(bytes.subarray(offset + LENGTH_BYTES, end));
    if (!Array.isArray(slots)) throw damage('a block is not a list');
    restoreBlock(new SlotReader(slots), kind, restore);
    offset = end;
  }
}

function restoreBlock(slots: SlotReader, kind: SegmentKind, restore: GraphRestore): void {
  switch (kind) {
    case 'tokens':
      for (const tokenKind of TOKEN_KINDS)
        restore.tokens(
          tokenKind,
          slots.list(() => slots.text()),
        );
      break;
    case 'nodes':
      while (!slots.atEnd) restore.node(readNode(slots));
      break;
    case 'relationships':
      while (!slots.atEnd) restore.relationship(readRelationship(slots));
      break;
    case 'indexes':
      while (!slots.atEnd) restore.index(unpackIndex(slots));
      break;
    case 'constraints':
      while (!slots.atEnd) restore.constraint(unpackConstraint(slots));
      break;
    case 'options':
      while (!slots.atEnd) restore.option({ name: slots.text(), value: slots.text(), sinceLsn: slots.count() });
      break;
    default:
      unreachable(kind);
  }
}

function readNode(slots: SlotReader): ExportedNode {
  const id = slots.id();
  const labels = slots.list(() => slots.id());
  return { id, labels, ...unpackProperties(slots) };
}

function readRelationship(slots: SlotReader): ExportedRelationship {
  return { id: slots.id(), type: slots.id(), start: slots.id(), end: slots.id(), ...unpackProperties(slots) };
}

/** A part of a segment as it is stored and sent. `part` counts from 0. */
export interface SnapshotChunk {
  readonly segment: SegmentName;
  readonly part: number;
  readonly bytes: Uint8Array;
}

/** A chunk around a payload: format (1), kind (1), index (4), part (4), payload, CRC-32C (4). */
export function encodeChunk(segment: SegmentName, part: number, payload: Uint8Array): SnapshotChunk {
  const bytes = new Uint8Array(CHUNK_HEAD_BYTES + payload.length + CHECKSUM_BYTES);
  const view = viewOf(bytes);
  view.setUint8(0, FORMAT);
  view.setUint8(1, segmentKindNumber(segment.kind));
  view.setUint32(2, segment.index);
  view.setUint32(6, part);
  bytes.set(payload, CHUNK_HEAD_BYTES);
  return { segment, part, bytes: seal(bytes) };
}

/** The payload of the chunk that must be this part of this segment. Anything else is a GraphError that names it. */
export function decodeChunk(segment: SegmentName, part: number, bytes: Uint8Array): Uint8Array {
  const name = `part ${part} of ${segmentText(segment)}`;
  const body = unseal(bytes);
  if (!body || body.length < CHUNK_HEAD_BYTES) throw damage(`${name} does not agree with its checksum`);
  const view = viewOf(body);
  const format = view.getUint8(0);
  if (format === 0) throw damage(`${name} has no format`);
  if (format !== FORMAT) throw new NewerVersionError(`${name} of a snapshot`, VERSION + 1, VERSION);
  const found = { kind: segmentKindOf(view.getUint8(1)), index: view.getUint32(2) };
  if (found.kind !== segment.kind || found.index !== segment.index || view.getUint32(6) !== part) {
    throw damage(`in the place of ${name} there is part ${view.getUint32(6)} of ${segmentText(found)}`);
  }
  return body.subarray(CHUNK_HEAD_BYTES);
}
