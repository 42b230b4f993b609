/** Index definitions in flat arrays, as deltas and snapshots hold them. */
import type { EntityKind, IndexDefinition, IndexKind } from '../graph/index-definition.ts';
import { packStoredValue } from '../value/codec.ts';
import { damage } from './checksum.ts';
import type { SlotReader } from './slot-reader.ts';

/** Stored for ever: a place in the lists is never given another meaning. */
const KINDS: readonly IndexKind[] = ['range', 'point'];
const ENTITIES: readonly EntityKind[] = ['node', 'relationship'];

/** A range index on one property of nodes has the form that was there before all others: its name first. */
export function packIndex({ name, kind, entity, token, keys }: IndexDefinition, slots: unknown[]): void {
  if (kind === 'range' && entity === 'node' && keys.length === 1) slots.push(packStoredValue(name), token, keys[0]);
  else slots.push(KINDS.indexOf(kind), ENTITIES.indexOf(entity), packStoredValue(name), token, keys.length, ...keys);
}

/** The inverse of packIndex. What is no index is a GraphError. */
export function unpackIndex(slots: SlotReader): IndexDefinition {
  if (slots.atText) return { name: slots.text(), kind: 'range', entity: 'node', token: slots.id(), keys: [slots.id()] };
  const kind = KINDS[slots.id()];
  const entity = ENTITIES[slots.id()];
  if (kind === undefined || entity === undefined) throw damage('an index is of an unknown kind');
  return { name: slots.text(), kind, entity, token: slots.id(), keys: slots.list(() => slots.id()) };
}
