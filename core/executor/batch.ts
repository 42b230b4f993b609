/**
 * The unit in which operators hand rows on: about a thousand rows in columns. A batch shares its
 * input's columns through an index vector (`rows`), so an expansion copies only what is new.
 * Decision: docs/decisions/batches-and-slices.md.
 */
import type { Value } from '../value/value.ts';

/** Rows in a full batch. */
export const BATCH_ROWS = 1024;

/** In a node or relationship column: null. */
export const NO_ENTITY = -1;

/** Values of one kind, by position. Columns are never changed once a batch holds them. */
export type Column =
  | { readonly kind: 'node'; readonly ids: Int32Array }
  | { readonly kind: 'relationship'; readonly ids: Int32Array }
  /** INTEGERs that are safe, without nulls. */
  | { readonly kind: 'integer'; readonly values: Float64Array }
  /** FLOATs, without nulls. */
  | { readonly kind: 'float'; readonly values: Float64Array }
  | {
      readonly kind: 'value';
      readonly values: readonly Value[];
      /**
       * For texts, by position: small numbers of which equal texts mostly have the same one, and different texts different
       * ones. So they find a text's place in a table sooner than hashing does, but do not tell texts apart.
       */
      readonly codes?: Int32Array;
    };

/** One slot's values for the rows of a batch: row r stands at position `rows[r]` of the column, or at r without `rows`. */
export interface Vector {
  readonly column: Column;
  readonly rows: Int32Array | undefined;
}

/** Rows in columns. `vectors` is indexed by slot; a slot that no operator below has filled is undefined. */
export interface Batch {
  readonly rowCount: number;
  readonly vectors: readonly (Vector | undefined)[];
}

/** What an operator answers in place of a batch: its slice's work is spent, or there are no more rows. */
export const PAUSE = Symbol('PAUSE');
export const END = Symbol('END');
export type Signal = typeof PAUSE | typeof END;
