/** Aggregations in columns: one state holds all groups of a statement. */
import { GraphError, type Position } from '../../error.ts';
import type { Value } from '../../value/value.ts';
import type { Vector } from '../batch.ts';
import { CollectState } from './aggregate-collect.ts';
import { CountRowsState, CountState } from './aggregate-count.ts';
import { DeviationState } from './aggregate-deviation.ts';
import { DistinctState } from './aggregate-distinct.ts';
import { ExtremumState } from './aggregate-extremum.ts';
import { PercentileState } from './aggregate-percentile.ts';
import { AverageState, SumState } from './aggregate-sum.ts';

export interface AggregateState {
  /**
   * Takes rows 0 to rowCount-1: row r belongs to group `groups[r]`, and its argument stands in `vector`
   * (undefined for count(*)). Groups are numbered from 0 and new ones follow without gaps. `groups` is ONE_GROUP when all
   * rows of the statement are of one group. `second`: a second argument.
   */
  consume(vector: Vector | undefined, groups: Int32Array, rowCount: number, second?: Vector): void;
  /** The group's value. A group that no row belonged to gives the value over no rows. */
  result(group: number): Value;
  /** The values of the groups from one to before another, when all are safe INTEGERs and it is quick to tell. */
  integers?(start: number, end: number): Float64Array | undefined;
  /** Bytes held, estimated; grows as rows are consumed. */
  readonly heldBytes: number;
}

/** A fresh state. `name` in lower case; undefined: count(*). Errors: SyntaxError for what is not an aggregation. */
export function createAggregate(
  name: string | undefined,
  options: { readonly distinct: boolean; readonly position?: Position | undefined },
): AggregateState {
  const { distinct, position } = options;
  // An extremum is the same with or without DISTINCT.
  if (name === 'min' || name === 'max') return new ExtremumState(name);
  const state = createPlain(name, position);
  return distinct && name !== undefined ? new DistinctState(state) : state;
}

function createPlain(name: string | undefined, position: Position | undefined): AggregateState {
  switch (name) {
    case undefined:
      return new CountRowsState();
    case 'count':
      return new CountState();
    case 'sum':
      return new SumState(position);
    case 'avg':
      return new AverageState(position);
    case 'stdev':
      return new DeviationState(true, position);
    case 'stdevp':
      return new DeviationState(false, position);
    case 'percentilecont':
    case 'percentiledisc':
      return new PercentileState(name, position);
    case 'collect':
      return new CollectState();
    default:
      throw new GraphError('Neo.ClientError.Statement.SyntaxError', `${name}() is not an aggregation.`, {
        position,
        detail: 'UnknownFunction',
      });
  }
}
