/** Bounds on how large a statement may be, so that planning takes milliseconds and no tree is too deep to walk. */
import type { Query } from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import type { Plan } from './plan.ts';

/** Clauses of one statement, all parts of a UNION together. */
const CLAUSES_MAX = 1_000;

/** Nodes and relationships of one MATCH or MERGE. */
const MATCH_PARTS_MAX = 150;

/** Operators in a row, each the input of the next. */
const PLAN_DEPTH_MAX = 1_500;

/** Errors: ArgumentError, `StatementTooComplex`. */
export function tooComplex(what: string, limit: number): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', `A statement may have at most ${limit} ${what}.`, {
    detail: 'StatementTooComplex',
  });
}

export function checkClauses(query: Query): void {
  const clauses = query.parts.reduce((sum, part) => sum + part.clauses.length, 0);
  if (clauses > CLAUSES_MAX) throw tooComplex('clauses', CLAUSES_MAX);
}

export function checkMatchParts(count: number): void {
  if (count > MATCH_PARTS_MAX) throw tooComplex('nodes and relationships in one MATCH', MATCH_PARTS_MAX);
}

/** Looks at the longest way down. Subplans are shallow: their patterns are bounded. */
export function checkDepth(root: Plan): void {
  let depth = 0;
  for (let plan: Plan | undefined = root; plan; plan = 'input' in plan ? plan.input : undefined) depth++;
  if (depth > PLAN_DEPTH_MAX) throw tooComplex('operators in its plan', PLAN_DEPTH_MAX);
}
