import type { StoredValue } from '../value/value.ts';

/** An index over one property of the nodes with one label. `label` and `key` are tokens. */
export interface IndexDefinition {
  readonly name: string;
  readonly label: number;
  readonly key: number;
}

/**
 * Bounds of a range seek: at least one, inclusive unless said otherwise. A bound is a number (INTEGER or FLOAT), a string
 * or a boolean; two of different types enclose nothing.
 */
export interface IndexRange {
  readonly from?: StoredValue | undefined;
  readonly fromExclusive?: boolean | undefined;
  readonly to?: StoredValue | undefined;
  readonly toExclusive?: boolean | undefined;
}
