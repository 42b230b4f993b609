/**
 * Bounds on a plan, so that planning takes milliseconds and no tree is too deep to walk. The parser bounds the text's
 * clauses, patterns and nesting; these are what follows from them in combination.
 */
import { GraphError } from '../error.ts';
import type { Plan } from './plan.ts';

/** Labels, properties and parts of a WHERE joined by AND, of one MATCH. */
const PREDICATES_MAX = 500;

/** Operators in a row, each the input of the next. */
const PLAN_DEPTH_MAX = 1_500;

/** Errors: ArgumentError, `StatementTooComplex`. */
function tooComplex(what: string, limit: number): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', `A statement may have at most ${limit} ${what}.`, {
    detail: 'StatementTooComplex',
  });
}

export function checkPredicates(count: number): void {
  if (count > PREDICATES_MAX) throw tooComplex('predicates on one MATCH', PREDICATES_MAX);
}

/** Looks at the longest way down. Subplans of patterns are shallow, as patterns are bounded; subqueries are looked into. */
export function checkDepth(root: Plan): void {
  if (depthOf(root) > PLAN_DEPTH_MAX) throw tooComplex('operators in its plan', PLAN_DEPTH_MAX);
}

function depthOf(root: Plan): number {
  let depth = 0;
  let deepest = 0;
  for (let plan: Plan | undefined = root; plan; plan = 'input' in plan ? plan.input : undefined) {
    depth++;
    const inside = subplansOf(plan);
    for (const inner of inside) deepest = Math.max(deepest, depth + depthOf(inner));
  }
  return Math.max(depth, deepest);
}

function subplansOf(plan: Plan): readonly Plan[] {
  switch (plan.type) {
    case 'apply':
    case 'applyInTransactions':
    case 'foreach':
    case 'hashJoin':
    case 'semiApply':
      return [plan.inner];
    case 'rollUp':
      return [plan.nested.root];
    case 'union':
      return plan.parts;
    default:
      return [];
  }
}
