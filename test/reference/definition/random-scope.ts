/** What a random query knows at a place. */

/** `scalar`: a string, boolean, number or short list, or null. `bag`: a list of scalars whose order is open. */
export type Kind =
  | 'node'
  | 'relationship'
  | 'relationships'
  | 'nodes'
  | 'path'
  | 'number'
  | 'scalar'
  | 'bag'
  | 'predicate';

export interface Variable {
  readonly name: string;
  readonly kind: Kind;
  /** Never null. */
  readonly sure?: boolean;
}

export type Scope = Variable[];

/** Kinds whose values have an order that rests on nothing else. */
export const ORDERED_VALUES: ReadonlySet<Kind> = new Set(['number', 'scalar']);

/** With those whose order is that of their ids. */
export const ORDERED: ReadonlySet<Kind> = new Set([...ORDERED_VALUES, 'node', 'relationship']);
