/** What the parts of the semantic check share. */
import type { ErrorCode, GraphError, Position } from '../error.ts';
import type { Expression, Query } from './ast.ts';
import type { DocumentationPart } from './error-text.ts';
import type { ResultColumn } from './projection-check.ts';
import type { Scope } from './scope.ts';
import type { StaticType, TypeKind } from './static-type.ts';

/** What may stand at a place. */
export interface Place {
  /** `nested`: inside the arguments of an aggregation. */
  readonly aggregations: 'allowed' | 'forbidden' | 'nested';
  /** Whether a bare pattern, `(a)-->(b)`, is a predicate here. */
  readonly patterns: boolean;
  /** openCypher's name for the failure when a variable is not there. */
  readonly unknownVariable: 'UndefinedVariable' | 'NonConstantExpression';
  /** Types of whole expressions that need no look inside: after an aggregation, ORDER BY may repeat a column. */
  readonly known?: (expression: Expression) => StaticType | undefined;
}

/** In WHERE, and wherever else a truth value decides. */
export const PREDICATE: Place = { aggregations: 'forbidden', patterns: true, unknownVariable: 'UndefinedVariable' };
/** In UNWIND, SET and property maps: any value, made of one row. */
export const ROW_VALUE: Place = { aggregations: 'forbidden', patterns: false, unknownVariable: 'UndefinedVariable' };
/** In the columns of WITH and RETURN. */
export const COLUMN: Place = { aggregations: 'allowed', patterns: false, unknownVariable: 'UndefinedVariable' };
/** In SKIP and LIMIT, which are worked out before there is a row. */
export const CONSTANT: Place = { aggregations: 'forbidden', patterns: false, unknownVariable: 'NonConstantExpression' };

export interface Checker {
  /** How many aggregations have been seen so far. */
  readonly aggregationCount: number;
  /** Checks an expression and tells its type. */
  typeOf(expression: Expression, scope: Scope, place: Place): StaticType;
  /** Checks an expression that must be of one of these kinds; SyntaxError InvalidArgumentType when it cannot be. */
  require(expression: Expression, kinds: readonly TypeKind[], scope: Scope, place: Place): StaticType;
  /** Checks a query inside an expression, which sees all of the scope, and tells what it returns. */
  subquery(query: Query, scope: Scope): readonly ResultColumn[];
  /** The type of a variable that must be there. */
  variable(name: string, at: Position, scope: Scope, place: Place): StaticType;
  /** A SyntaxError unless `code` is given. */
  error(
    at: Position,
    fields: { message: string; detail: string; hint?: string | undefined; code?: ErrorCode },
  ): GraphError;
  notSupported(at: Position, what: string, part: DocumentationPart): GraphError;
}
