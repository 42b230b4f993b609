/** Which expressions aggregate, and how a projection is split into grouping, aggregation and what follows. */
import type { Expression, Span } from '../cypher/ast.ts';
import { childrenOf } from '../cypher/expression-tree.ts';
import { findFunction } from '../cypher/function-table.ts';
import { mapChildren, sameExpression, variable } from './expressions.ts';

/** Whether the expression itself is an aggregation. */
export function isAggregation(
  expression: Expression,
): expression is Extract<Expression, { type: 'call' | 'countStar' }> {
  if (expression.type === 'countStar') return true;
  return expression.type === 'call' && findFunction(expression.name)?.aggregate === true;
}

/** Whether there is an aggregation anywhere in the expression. */
export function containsAggregation(expression: Expression): boolean {
  return isAggregation(expression) || childrenOf(expression).some(containsAggregation);
}

/** An expression that gets a variable of its own. */
export interface Named {
  readonly name: string;
  readonly expression: Expression;
}

/** Replaces what is worked out already (keys, projected items) by its variable, outermost first. */
export function replaceKnown(expression: Expression, known: readonly Named[]): Expression {
  const match = known.find((entry) => sameExpression(entry.expression, expression));
  if (match) return variable(match.name, expression.span);
  return mapChildren(expression, (child) => replaceKnown(child, known));
}

/** Replaces each aggregation by the variable that `nameOf` gives it. */
export function replaceAggregations(
  expression: Expression,
  nameOf: (aggregation: Extract<Expression, { type: 'call' | 'countStar' }>, span: Span) => string,
): Expression {
  if (isAggregation(expression)) return variable(nameOf(expression, expression.span), expression.span);
  return mapChildren(expression, (child) => replaceAggregations(child, nameOf));
}
