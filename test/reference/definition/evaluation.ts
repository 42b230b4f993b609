/** What the parts of the reference evaluator share: one query over one graph. */
import type { Expression, Query } from '../../../core/cypher/ast.ts';
import { GraphError } from '../../../core/error.ts';
import type { Value } from '../../../core/value/value.ts';
import type { ReferenceGraph } from './reference-graph.ts';

/** The variables that are known, by name. */
export type Row = ReadonlyMap<string, Value>;

/** Where an expression is worked out: in a row, and in WITH and RETURN for a group of rows. */
export interface Place {
  readonly row: Row;
  readonly group?: readonly Row[];
  /** Values of whole expressions that are known already, by their text; ORDER BY may repeat a column. */
  readonly known?: (expression: Expression) => Value | undefined;
}

export interface Evaluation {
  readonly graph: ReferenceGraph;
  readonly parameters: ReadonlyMap<string, Value>;
  value(expression: Expression, place: Place): Value;
  /** The rows that a query gives when it starts at a row; those of its last clause where it has no RETURN. */
  rowsOf(query: Query, row: Row): readonly Row[];
  /** Counts a step of the search, and gives up when there are too many. */
  step(): void;
}

/** There is more to look at than is worth it: the case is left out. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}

export function typeError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.TypeError', message);
}

export function argumentError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}

/** A row with more variables. */
export function extended(row: Row, entries: Iterable<readonly [string, Value]>): Row {
  return new Map([...row, ...entries]);
}
