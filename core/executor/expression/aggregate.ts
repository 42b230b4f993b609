/** Aggregations in columns: one state holds all groups of a statement. */

import type { Position } from '../../error.ts';
import type { Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';

export type AggregateName = 'count' | 'sum' | 'avg' | 'min' | 'max' | 'collect';

export interface AggregateState {
  /**
   * Takes rows 0 to rowCount-1: row r belongs to group `groups[r]`, and its argument stands in `vector`
   * (undefined for count(*)). Groups are numbered from 0 and new ones follow without gaps.
   */
  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number): void;
  /** The group's value. A group that no row belonged to gives the value over no rows. */
  result(group: number): Value;
  /** Bytes held, estimated; grows as rows are consumed. */
  readonly heldBytes: number;
}

/** A fresh state. `name` undefined: count(*). */
export declare function createAggregate(
  name: AggregateName | undefined,
  options: { readonly distinct: boolean; readonly position?: Position | undefined },
): AggregateState;

/** Whether a call of this (lower-case) name is an aggregation. */
export declare function isAggregate(name: string): name is AggregateName;
