/** Index definitions in flat arrays, as deltas and snapshots hold them. */
import type { IndexDefinition } from '../graph/index-definition.ts';
import { packStoredValue } from '../value/codec.ts';
import { damage } from './checksum.ts';
import type { SlotReader } from './slot-reader.ts';

/** Stored for ever: a number is never given another meaning. */
const FORM = { nodes: 0, relationships: 1 } as const;

/** An index on one property of nodes has the form that was there before all others: its name first. */
export function packIndex({ name, entity, token, keys }: IndexDefinition, slots: unknown[]): void {
  if (entity === 'node' && keys.length === 1) {
    slots.push(packStoredValue(name), token, keys[0]);
    return;
  }
  const form = entity === 'node' ? FORM.nodes : FORM.relationships;
  slots.push(form, packStoredValue(name), token, keys.length, ...keys);
}

/** The inverse of packIndex. What is no index is a GraphError. */
export function unpackIndex(slots: SlotReader): IndexDefinition {
  if (slots.atText) return { name: slots.text(), entity: 'node', token: slots.id(), keys: [slots.id()] };
  const form = slots.id();
  if (form !== FORM.nodes && form !== FORM.relationships) throw damage('an index is of an unknown kind');
  const entity = form === FORM.nodes ? 'node' : 'relationship';
  return { name: slots.text(), entity, token: slots.id(), keys: slots.list(() => slots.id()) };
}
