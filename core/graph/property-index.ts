import type { StoredValue } from '../value/value.ts';
import type { IndexDefinition } from './indexes.ts';

/** One property index: node ids by value, for equality and for ranges. Read it through a GraphView. */
export declare class PropertyIndex {
  readonly definition: IndexDefinition;
  /** Nodes in the index, and distinct values, in the newest state: for the planner. */
  readonly entryCount: number;
  readonly valueCount: number;
  /** Whether a value may bound a range seek: a number, a string or a boolean. */
  static supportsRange(value: StoredValue): boolean;
}
