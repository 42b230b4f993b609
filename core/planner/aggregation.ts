/** Which expressions aggregate, and how expressions are rewritten over what an aggregation or projection has worked out. */
import type { Expression } from '../cypher/ast.ts';
import { childrenOf, ExpressionIdentities } from '../cypher/expression-tree.ts';
import { findFunction } from '../cypher/function-table.ts';
import { mapChildren, variable } from './expressions.ts';

export type Aggregation = Extract<Expression, { type: 'call' | 'countStar' }>;

/** Whether the expression itself is an aggregation. */
export function isAggregation(expression: Expression): expression is Aggregation {
  if (expression.type === 'countStar') return true;
  return expression.type === 'call' && findFunction(expression.name)?.aggregate === true;
}

/** Whether there is an aggregation anywhere in the expression. */
export function containsAggregation(expression: Expression): boolean {
  return isAggregation(expression) || childrenOf(expression).some(containsAggregation);
}

/** An expression that has a variable of its own. */
export interface Named {
  readonly name: string;
  readonly expression: Expression;
}

/** Replaces what is worked out already (keys, projected items) by its variable, outermost first. */
export class KnownExpressions {
  readonly #identities = new ExpressionIdentities();
  readonly #names = new Map<number, string>();

  constructor(known: readonly Named[]) {
    for (const { name, expression } of known) {
      const id = this.#identities.idOf(expression);
      if (!this.#names.has(id)) this.#names.set(id, name);
    }
  }

  replace(expression: Expression): Expression {
    const name = this.#names.get(this.#identities.idOf(expression));
    if (name !== undefined) return variable(name, expression.span);
    return mapChildren(expression, (child) => this.replace(child));
  }
}

/** Replaces each aggregation by the variable that `nameOf` gives it. */
export function replaceAggregations(expression: Expression, nameOf: (aggregation: Aggregation) => string): Expression {
  if (isAggregation(expression)) return variable(nameOf(expression), expression.span);
  return mapChildren(expression, (child) => replaceAggregations(child, nameOf));
}
