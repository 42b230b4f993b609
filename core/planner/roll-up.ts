/**
 * Queries inside expressions as operators of the plan, wherever each row asks for their answer in any case: there they can be
 * paused, and EXPLAIN shows them. What only some rows ask for (a branch of CASE, the right side of AND), and what is asked
 * for each element of a list, is worked out where it stands.
 */
import type { Expression } from '../cypher/ast.ts';
import { childrenOf, mapChildren } from '../cypher/expression-tree.ts';
import { variable } from './expressions.ts';
import { mayHoldEntity } from './footprint.ts';
import type { Plan, ScopedExpression } from './plan.ts';
import { isQueryExpression, type Planning, type QueryExpression, queryOf, sizeOf } from './planning.ts';
import { anonymousName, type PlanScope } from './slots.ts';

/** A plan with the queries of an expression in it, and that expression over their answers. */
export interface Lifted extends ScopedExpression {
  readonly plan: Plan;
}

/** Puts the queries that all rows ask for into the plan. */
export function liftQueries(plan: Plan, { expression, scope }: ScopedExpression, planning: Planning): Lifted {
  const lifting = new Lifting(plan, scope, planning);
  const lifted = lifting.lift(expression);
  return { plan: lifting.plan, scope: lifting.scope, expression: lifted };
}

class Lifting {
  plan: Plan;
  scope: PlanScope;
  readonly #planning: Planning;

  constructor(plan: Plan, scope: PlanScope, planning: Planning) {
    this.plan = plan;
    this.scope = scope;
    this.#planning = planning;
  }

  /** The expression with each query replaced by a variable for its answer. */
  lift(expression: Expression): Expression {
    const size = sizedComprehension(expression);
    if (size) return this.#rollUp(sizeOf(size));
    if (isQueryExpression(expression)) return this.#rollUp(expression);
    const inEachCase = childrenInEachCase(expression);
    if (inEachCase.size === 0) return expression;
    return mapChildren(expression, (child) => (inEachCase.has(child) ? this.lift(child) : child));
  }

  #rollUp(expression: QueryExpression): Expression {
    const { slots } = this.scope;
    const { query, answer } = queryOf(expression);
    const rowSlot = slots.addAnonymous('value');
    const nested = this.#planning.nested(query, this.scope.with([[slots.nameOf(rowSlot), rowSlot]]));
    const name = anonymousName(slots.count);
    const slot = mayHoldEntity(expression, this.scope) ? slots.add(name, 'value') : slots.addPlain(name);
    const { estimatedRows } = this.plan;
    this.plan = { type: 'rollUp', input: this.plan, nested, answer, rowSlot, slot, estimatedRows };
    this.scope = this.scope.with([[name, slot]]);
    return variable(name, expression.span);
  }
}

/** `size([(a)-->(b) | …])`, of which only the number of elements is asked for. */
function sizedComprehension(expression: Expression) {
  if (expression.type !== 'call' || expression.name !== 'size') return undefined;
  const [only] = expression.arguments;
  return only?.type === 'patternComprehension' ? only : undefined;
}

/** The children that are worked out whenever the expression is, and for each row once. */
function childrenInEachCase(expression: Expression): ReadonlySet<Expression> {
  switch (expression.type) {
    case 'and':
    case 'or':
      return new Set([expression.left]);
    case 'case': {
      const first = expression.subject ?? expression.branches[0]?.when;
      return new Set(first ? [first] : []);
    }
    case 'listComprehension':
    case 'quantifier':
    case 'reduce':
      return new Set([expression.list]);
    case 'call':
      return new Set(expression.name === 'coalesce' ? expression.arguments.slice(0, 1) : expression.arguments);
    default:
      return new Set(childrenOf(expression));
  }
}
