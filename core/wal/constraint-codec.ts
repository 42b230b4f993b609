/** Constraints in flat arrays, as deltas and snapshots hold them. */
import type { ConstraintDefinition, ConstraintKind } from '../graph/constraint-definition.ts';
import { packStoredValue } from '../value/codec.ts';
import { damage } from './checksum.ts';
import type { SlotReader } from './slot-reader.ts';

/** Stored for ever: a place in the list is never given another meaning. */
const KINDS: readonly ConstraintKind[] = ['unique', 'exists', 'key', 'type'];
const ENTITIES: readonly ConstraintDefinition['entity'][] = ['node', 'relationship'];

export function packConstraint(constraint: ConstraintDefinition, slots: unknown[]): void {
  const { name, kind, entity, token, key, types } = constraint;
  slots.push(packStoredValue(name), KINDS.indexOf(kind), ENTITIES.indexOf(entity), token, key, types.length);
  for (const type of types) slots.push(packStoredValue(type));
}

/** The inverse of packConstraint. What is no constraint is a GraphError. */
export function unpackConstraint(slots: SlotReader): ConstraintDefinition {
  const name = slots.text();
  const kind = KINDS[slots.id()];
  const entity = ENTITIES[slots.id()];
  if (kind === undefined || entity === undefined) throw damage('a constraint is of an unknown kind');
  return { name, kind, entity, token: slots.id(), key: slots.id(), types: slots.list(() => slots.text()) };
}
