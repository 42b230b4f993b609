import type { StoredValue } from '../value/value.ts';

export type EntityKind = 'node' | 'relationship';

/**
 * An index over properties of the nodes with a label, or of the relationships of a type. It holds the entities that have all of the
 * properties. `token` is the label's or the type's, `keys` are the properties', in the order in which they were named.
 */
export interface IndexDefinition {
  readonly name: string;
  readonly entity: EntityKind;
  readonly token: number;
  readonly keys: readonly number[];
}

/** What an index is on; of a kind, there is one index on it at most. */
export type IndexPlace = Omit<IndexDefinition, 'name'>;

/** Whether two indexes are on the same properties of the same entities. */
export function isSamePlace(left: IndexPlace, right: IndexPlace): boolean {
  if (left.entity !== right.entity || left.token !== right.token) return false;
  return left.keys.length === right.keys.length && left.keys.every((key, i) => key === right.keys[i]);
}

/**
 * Bounds of a range seek, inclusive unless said otherwise. A bound is a number (INTEGER or FLOAT), a string, a boolean or a
 * temporal value; two of different types enclose nothing. Of an index on several properties, `prefix` is what the first of
 * them equal, and the bounds are for the one after these; without bounds it may have any value.
 */
export interface IndexRange {
  readonly prefix?: readonly StoredValue[] | undefined;
  readonly from?: StoredValue | undefined;
  readonly fromExclusive?: boolean | undefined;
  readonly to?: StoredValue | undefined;
  readonly toExclusive?: boolean | undefined;
}
