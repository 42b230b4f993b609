import type { PointBox } from '../value/spatial/box.ts';
import type { StoredValue } from '../value/value.ts';
import type { Similarity } from './vector-store.ts';

export type EntityKind = 'node' | 'relationship';

/**
 * `range` is for equality and ranges; `point` for points in boxes and `vector` for what is most alike, both on one property;
 * `fulltext` for words in texts, of several labels or types and of entities that have one of the properties.
 */
export type IndexKind = 'range' | 'point' | 'vector' | 'fulltext';

/** Numbers in a vector of an index, at most; as in Neo4j. */
export const DIMENSIONS_MAX = 4096;

/** Of an index on vectors. */
export interface VectorSettings {
  readonly dimensions: number;
  readonly similarity: Similarity;
}

/** Of an index on words. */
export interface FullTextSettings {
  /** The name of one of TEXT_ANALYZERS. */
  readonly analyzer: string;
  /** What was asked for: the index is kept up to date by each change anyway. */
  readonly eventuallyConsistent: boolean;
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

/**
 * What an index is on: it holds the entities that have all of the properties (of a full-text index: one of them). There is one
 * index of a kind on a place at most.
 */
export interface IndexPlace extends SchemaPlace {
  readonly kind: IndexKind;
  /** Of a full-text index: labels or types beside the first. */
  readonly moreTokens?: readonly number[] | undefined;
}

export interface IndexDefinition extends IndexPlace {
  readonly name: string;
  /** Of a vector index, and of no other. */
  readonly vector?: VectorSettings | undefined;
  /** Of a full-text index, and of no other. */
  readonly fullText?: FullTextSettings | undefined;
}

/** The labels or types whose entities an index holds. */
export function tokensOf({ token, moreTokens }: Pick<IndexPlace, 'token' | 'moreTokens'>): readonly number[] {
  return moreTokens === undefined ? [token] : [token, ...moreTokens];
}

/** Whether two are on the same properties of the same entities. */
export function isSamePlace(left: SchemaPlace, right: SchemaPlace): boolean {
  return left.entity === right.entity && left.token === right.token && isSameList(left.keys, right.keys);
}

/** Whether two are on the same place, and of one kind. */
export function isSameIndexPlace(left: IndexPlace, right: IndexPlace): boolean {
  if (left.kind !== right.kind || !isSamePlace(left, right)) return false;
  return isSameList(left.moreTokens ?? [], right.moreTokens ?? []);
}

function isSameList(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((item, i) => item === right[i]);
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
