/** Constraints in flat arrays, as deltas and snapshots hold them. */
import type { ConstraintDefinition, ConstraintKind } from '../graph/constraint-definition.ts';
import { packStoredValue } from '../value/codec.ts';
import { damage } from './checksum.ts';
import type { SlotReader } from './slot-reader.ts';

/** Stored for ever: a place in the list is never given another meaning. */
const KINDS: readonly ConstraintKind[] = ['unique', 'exists', 'key', 'type'];
const ENTITIES: readonly ConstraintDefinition['entity'][] = ['node', 'relationship'];

/** Added to an entity's place when a list of properties follows; else it is one. */
const SEVERAL_KEYS = 8;

export function packConstraint(constraint: ConstraintDefinition, slots: unknown[]): void {
  const { name, kind, entity, token, keys, types } = constraint;
  const isOnOne = keys.length === 1;
  const place = ENTITIES.indexOf(entity) + (isOnOne ? 0 : SEVERAL_KEYS);
  slots.push(packStoredValue(name), KINDS.indexOf(kind), place, token, ...(isOnOne ? keys : [keys.length, ...keys]));
  slots.push(types.length);
  for (const type of types) slots.push(packStoredValue(type));
}

/** The inverse of packConstraint. What is no constraint is a GraphError. */
export function unpackConstraint(slots: SlotReader): ConstraintDefinition {
  const name = slots.text();
  const kind = KINDS[slots.id()];
  const place = slots.id();
  const entity = ENTITIES[place % SEVERAL_KEYS];
  if (kind === undefined || entity === undefined) throw damage('a constraint is of an unknown kind');
  const token = slots.id();
  const keys = place < SEVERAL_KEYS ? [slots.id()] : slots.list(() => slots.id());
  return { name, kind, entity, token, keys, types: slots.list(() => slots.text()) };
}
