/**
 * What an entity was at an lsn: its newest state with every later change taken back. `head` is the newest record of the
 * entity's chain; records come newest first, so the last one met that says something about a matter holds. A transaction's own
 * changes are seen, and lie on top of what its snapshot sees: it may change nothing that others have changed since.
 */
import type { StoredValue } from '../value/value.ts';
import { NO_LABELS } from './label-sets.ts';
import { isUnseen, type Sight } from './stamp.ts';
import type { NodeDeleted, RelationshipDeleted, Undo } from './version-store.ts';

/** Whether the entity existed. */
export function existedAt(head: Undo | undefined, sight: Sight, exists: boolean): boolean {
  let existed = exists;
  for (let undo = head; undo !== undefined && isUnseen(undo.stamp, sight); undo = undo.older) {
    if (undo.type === 'nodeCreated' || undo.type === 'relationshipCreated') existed = false;
    else if (isDeletion(undo)) existed = true;
  }
  return existed;
}

/** The node's label set; without labels when it did not exist. */
export function labelSetAt(head: Undo | undefined, sight: Sight, newest: number): number {
  let set = newest;
  for (let undo = head; undo !== undefined && isUnseen(undo.stamp, sight); undo = undo.older) {
    if (undo.type === 'nodeCreated') set = NO_LABELS;
    else if (undo.type === 'nodeDeleted' || undo.type === 'labelsChanged') set = undo.labelSet;
  }
  return set;
}

/** One property of the entity; null when it did not exist. */
export function propertyAt(
  head: Undo | undefined,
  sight: Sight,
  property: { readonly key: number; readonly newest: StoredValue | null },
): StoredValue | null {
  let value = property.newest;
  for (let undo = head; undo !== undefined && isUnseen(undo.stamp, sight); undo = undo.older) {
    if (undo.type === 'nodeCreated' || undo.type === 'relationshipCreated') value = null;
    else if (isDeletion(undo)) value = undo.properties.get(property.key) ?? null;
    else if (undo.type !== 'labelsChanged' && undo.key === property.key) value = undo.before;
  }
  return value;
}

/**
 * Which of the relationships that have borne an id stood at an lsn: the record of one that has been deleted since,
 * 'newest' for the one that stands now (if any), or 'none'.
 */
export function relationshipAt(head: Undo | undefined, sight: Sight): RelationshipDeleted | 'newest' | 'none' {
  let found: RelationshipDeleted | 'newest' | 'none' = 'newest';
  for (let undo = head; undo !== undefined && isUnseen(undo.stamp, sight); undo = undo.older) {
    if (undo.type === 'relationshipCreated') found = 'none';
    else if (undo.type === 'relationshipDeleted') found = undo;
  }
  return found;
}

/** Whether a relationship that has been deleted stood at an lsn. */
export function stoodAt(deleted: RelationshipDeleted, sight: Sight): boolean {
  return isUnseen(deleted.stamp, sight) && relationshipAt(deleted, sight) === deleted;
}

function isDeletion(undo: Undo): undo is NodeDeleted | RelationshipDeleted {
  return undo.type === 'nodeDeleted' || undo.type === 'relationshipDeleted';
}
