/**
 * Deltas in the form that a record stores: one flat array, [operation, field, …, operation, field, …], so that a
 * transaction of hundreds of thousands of deltas is one array for the encoder and not one for each.
 */
import { unreachable } from '../assert.ts';
import type { CommitNote, Delta, TokenKind } from '../graph/delta.ts';
import { packStoredValue } from '../value/codec.ts';
import type { StoredValue } from '../value/value.ts';
import { VERSION_MIN } from '../version.ts';
import { damage } from './checksum.ts';
import { packConstraint, unpackConstraint } from './constraint-codec.ts';
import { packIndex, unpackIndex, versionOfIndex } from './index-codec.ts';
import { packProperties, unpackProperties } from './property-codec.ts';
import { SlotReader } from './slot-reader.ts';

/** Stored for ever: a number is never given another meaning. */
const OPERATION = {
  defineToken: 0,
  createNode: 1,
  deleteNode: 2,
  addLabel: 3,
  removeLabel: 4,
  setNodeProperty: 5,
  createRelationship: 6,
  deleteRelationship: 7,
  setRelationshipProperty: 8,
  createIndex: 9,
  dropIndex: 10,
  createConstraint: 11,
  dropConstraint: 12,
  setOption: 13,
  noteCommit: 14,
  noteNode: 15,
  noteRelationship: 16,
} as const;

const TOKEN_KINDS: readonly TokenKind[] = ['label', 'relationshipType', 'propertyKey'];
const NOTE_MODES: readonly CommitNote['mode'][] = ['DIFF', 'FULL'];

/** The flat form of deltas. A property's value that nests too deep is a GraphError. */
export function packDeltas(deltas: readonly Delta[]): unknown[] {
  const slots: unknown[] = [];
  for (const delta of deltas) packDelta(delta, slots);
  return slots;
}

/** The oldest version that understands deltas. */
export function versionOfDeltas(deltas: readonly Delta[]): number {
  let version = VERSION_MIN;
  for (const delta of deltas) if (delta.type === 'createIndex') version = Math.max(version, versionOfIndex(delta));
  return version;
}

function packDelta(delta: Delta, slots: unknown[]): void {
  switch (delta.type) {
    case 'defineToken':
      slots.push(OPERATION.defineToken, TOKEN_KINDS.indexOf(delta.kind), delta.token, packStoredValue(delta.name));
      return;
    case 'createNode':
      slots.push(OPERATION.createNode, delta.node);
      return;
    case 'deleteNode':
      slots.push(OPERATION.deleteNode, delta.node);
      return;
    case 'addLabel':
      slots.push(OPERATION.addLabel, delta.node, delta.label);
      return;
    case 'removeLabel':
      slots.push(OPERATION.removeLabel, delta.node, delta.label);
      return;
    case 'setNodeProperty':
      slots.push(OPERATION.setNodeProperty, delta.node, delta.key, packProperty(delta.value));
      return;
    case 'createRelationship':
      slots.push(OPERATION.createRelationship, delta.relationship, delta.relationshipType, delta.start, delta.end);
      return;
    case 'deleteRelationship':
      slots.push(OPERATION.deleteRelationship, delta.relationship);
      return;
    case 'setRelationshipProperty':
      slots.push(OPERATION.setRelationshipProperty, delta.relationship, delta.key, packProperty(delta.value));
      return;
    case 'createIndex':
      slots.push(OPERATION.createIndex);
      packIndex(delta, slots);
      return;
    case 'dropIndex':
      slots.push(OPERATION.dropIndex, packStoredValue(delta.name));
      return;
    case 'createConstraint':
      slots.push(OPERATION.createConstraint);
      packConstraint(delta, slots);
      return;
    case 'dropConstraint':
      slots.push(OPERATION.dropConstraint, packStoredValue(delta.name));
      return;
    case 'setOption':
      slots.push(OPERATION.setOption, packStoredValue(delta.name), packProperty(delta.value));
      return;
    case 'noteCommit':
      slots.push(OPERATION.noteCommit, NOTE_MODES.indexOf(delta.mode), delta.startMs, delta.commitMs);
      return;
    case 'noteNode':
      slots.push(OPERATION.noteNode, delta.node, delta.labels.length, ...delta.labels);
      packProperties(delta, slots);
      return;
    case 'noteRelationship':
      slots.push(OPERATION.noteRelationship, delta.relationship, delta.relationshipType, delta.start, delta.end);
      packProperties(delta, slots);
      return;
    default:
      unreachable(delta);
  }
}

function packProperty(value: StoredValue | null): unknown {
  return value === null ? null : packStoredValue(value);
}

function tokenKind(number: number): TokenKind {
  const kind = TOKEN_KINDS[number];
  if (kind === undefined) throw damage('a token is of an unknown kind');
  return kind;
}

function noteMode(number: number): CommitNote['mode'] {
  const mode = NOTE_MODES[number];
  if (mode === undefined) throw damage('a note is of an unknown mode');
  return mode;
}

/** The inverse of packDeltas. What is not deltas is a GraphError. */
export function unpackDeltas(slots: readonly unknown[]): Delta[] {
  const reader = new SlotReader(slots);
  const deltas: Delta[] = [];
  while (!reader.atEnd) deltas.push(unpackDelta(reader));
  return deltas;
}

function unpackDelta(slots: SlotReader): Delta {
  const operation = slots.id();
  switch (operation) {
    case OPERATION.defineToken:
      return { type: 'defineToken', kind: tokenKind(slots.id()), token: slots.id(), name: slots.text() };
    case OPERATION.createNode:
      return { type: 'createNode', node: slots.id() };
    case OPERATION.deleteNode:
      return { type: 'deleteNode', node: slots.id() };
    case OPERATION.addLabel:
      return { type: 'addLabel', node: slots.id(), label: slots.id() };
    case OPERATION.removeLabel:
      return { type: 'removeLabel', node: slots.id(), label: slots.id() };
    case OPERATION.setNodeProperty:
      return { type: 'setNodeProperty', node: slots.id(), key: slots.id(), value: slots.property() };
    case OPERATION.createRelationship:
      return {
        type: 'createRelationship',
        relationship: slots.id(),
        relationshipType: slots.id(),
        start: slots.id(),
        end: slots.id(),
      };
    case OPERATION.deleteRelationship:
      return { type: 'deleteRelationship', relationship: slots.id() };
    case OPERATION.setRelationshipProperty:
      return { type: 'setRelationshipProperty', relationship: slots.id(), key: slots.id(), value: slots.property() };
    case OPERATION.createIndex:
      return { type: 'createIndex', ...unpackIndex(slots) };
    case OPERATION.dropIndex:
      return { type: 'dropIndex', name: slots.text() };
    case OPERATION.createConstraint:
      return { type: 'createConstraint', ...unpackConstraint(slots) };
    case OPERATION.dropConstraint:
      return { type: 'dropConstraint', name: slots.text() };
    case OPERATION.setOption:
      return { type: 'setOption', name: slots.text(), value: slots.textOrNull() };
    case OPERATION.noteCommit:
      return { type: 'noteCommit', mode: noteMode(slots.id()), startMs: slots.count(), commitMs: slots.count() };
    case OPERATION.noteNode:
      return { type: 'noteNode', node: slots.id(), labels: slots.list(() => slots.id()), ...unpackProperties(slots) };
    case OPERATION.noteRelationship:
      return {
        type: 'noteRelationship',
        relationship: slots.id(),
        relationshipType: slots.id(),
        start: slots.id(),
        end: slots.id(),
        ...unpackProperties(slots),
      };
    default:
      throw damage(`a delta has the unknown operation ${operation}`);
  }
}
