/** How expressions are rewritten over what an aggregation or projection has worked out. */
import type { Expression } from '../cypher/ast.ts';
import {
  ExpressionIdentities,
  freeVariables,
  isAggregation,
  isOutside,
  mapChildren,
  ownVariables,
} from '../cypher/expression-tree.ts';
import { variable } from './expressions.ts';

export type Aggregation = Extract<Expression, { type: 'call' | 'countStar' }>;

/** An expression that has a variable of its own. */
export interface Named {
  readonly name: string;
  readonly expression: Expression;
}

const NOTHING: ReadonlySet<string> = new Set();

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
    return this.#replace(expression, NOTHING);
  }

  /** `hidden`: variables of comprehensions around. What names one is another expression, though it is written the same. */
  #replace(expression: Expression, hidden: ReadonlySet<string>): Expression {
    const name = this.#names.get(this.#identities.idOf(expression));
    if (name !== undefined && !(hidden.size > 0 && namesOneOf(expression, hidden))) {
      return variable(name, expression.span);
    }
    const own = ownVariables(expression);
    const inner = own.length === 0 ? hidden : new Set([...hidden, ...own]);
    return mapChildren(expression, (child) => this.#replace(child, isOutside(child, expression) ? hidden : inner));
  }
}

function namesOneOf(expression: Expression, names: ReadonlySet<string>): boolean {
  for (const free of freeVariables(expression)) if (names.has(free)) return true;
  return false;
}

/** Replaces each aggregation by the variable that `nameOf` gives it. Those of subqueries are their own. */
export function replaceAggregations(expression: Expression, nameOf: (aggregation: Aggregation) => string): Expression {
  if (isAggregation(expression)) return variable(nameOf(expression), expression.span);
  if (expression.type === 'subqueryExpression') return expression;
  return mapChildren(expression, (child) => replaceAggregations(child, nameOf));
}
