import type { PropertyIndex } from './property-index.ts';

/** An index over one property of the nodes with one label. `label` and `key` are tokens. */
export interface IndexDefinition {
  readonly name: string;
  readonly label: number;
  readonly key: number;
}

/** The property indexes of a graph, in its newest state. */
export declare class Indexes {
  /** Definitions in the order of their names. */
  list(): IndexDefinition[];
  /** The index on a label's property. */
  find(label: number, key: number): PropertyIndex | undefined;
  /** The index of a name. */
  byName(name: string): PropertyIndex | undefined;
}
