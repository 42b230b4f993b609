import type { PointBox } from '../value/spatial/box.ts';
import type { StoredValue } from '../value/value.ts';
import type { Similarity } from './vector-store.ts';

export type EntityKind = 'node' | 'relationship';

/** `range` is for equality and ranges; `point` for points in boxes and `vector` for what is most alike, both on one property. */
export type IndexKind = 'range' | 'point' | 'vector';

/** Numbers in a vector of an index, at most; as in Neo4j. */
export const DIMENSIONS_MAX = 4096;

/** Of an index on vectors. */
export interface VectorSettings {
  readonly dimensions: number;
  readonly similarity: Similarity;
}

/**
 * Properties of the nodes with a label, or of the relationships of a type. `token` is the label's or the type's, `keys` are the
 * properties', in the order in which they were named.
 */
export interface SchemaPlace {
  readonly entity: EntityKind;
  readonly token: number;
  readonly keys: readonly number[];
}

/** What an index is on: it holds the entities that have all of the properties. There is one index of a kind on a place at most. */
export interface IndexPlace extends SchemaPlace {
  readonly kind: IndexKind;
}

export interface IndexDefinition extends IndexPlace {
  readonly name: string;
  /** Of a vector index, and of no other. */
  readonly vector?: VectorSettings | undefined;
}

/** Whether two are on the same properties of the same entities. */
export function isSamePlace(left: SchemaPlace, right: SchemaPlace): boolean {
  if (left.entity !== right.entity || left.token !== right.token) return false;
  return left.keys.length === right.keys.length && left.keys.every((key, i) => key === right.keys[i]);
}

/**
 * Bounds of a range seek, inclusive unless said otherwise. A bound is a number (INTEGER or FLOAT), a string, a boolean or a
 * temporal value; two of different types enclose nothing. Of an index on several properties, `prefix` is what the first of
 * them equal, and the bounds are for the one after these; without bounds it may have any value. An index on points has boxes and
 * nothing else.
 */
export interface IndexRange {
  readonly prefix?: readonly StoredValue[] | undefined;
  readonly from?: StoredValue | undefined;
  readonly fromExclusive?: boolean | undefined;
  readonly to?: StoredValue | undefined;
  readonly toExclusive?: boolean | undefined;
  readonly boxes?: readonly PointBox[] | undefined;
}
