/** Which parameters a statement names, so that a missing one is told before anything runs. */
import type { Expression, Statement } from '../cypher/ast.ts';
import { childrenOf, clauseExpressions } from '../cypher/expression-tree.ts';
import { type ProcedureSignatures, requiredArguments } from '../cypher/procedure-signature.ts';
import { GraphError, type Position } from '../error.ts';
import type { Parameters } from '../executor/expression/expression.ts';

/**
 * The statement's parameters, each with the first place where it stands. A call without parentheses names those that the
 * procedure must be given.
 */
export function parametersOf({ body }: Statement, procedures: ProcedureSignatures): ReadonlyMap<string, Position> {
  const found = new Map<string, Position>();
  if (body.type !== 'query') return found;
  for (const clause of body.parts.flatMap((part) => part.clauses)) {
    for (const expression of clauseExpressions(clause)) collect(expression, found);
    const called = clause.type === 'call' && !clause.arguments ? procedures.find(clause.name) : undefined;
    for (const { name } of called?.arguments.slice(0, requiredArguments(called)) ?? []) found.set(name, clause.span);
  }
  return found;
}

function collect(expression: Expression, found: Map<string, Position>): void {
  if (expression.type === 'parameter' && !found.has(expression.name)) found.set(expression.name, expression.span);
  for (const child of childrenOf(expression)) collect(child, found);
}

/** A name, and the first place where it stands. */
export type RequiredParameter = readonly [name: string, position: Position];

/** Errors: ParameterMissing, which names the first parameter that was not given. */
export function checkParameters(required: readonly RequiredParameter[], given: Parameters): void {
  for (let i = 0; i < required.length; i++) {
    const parameter = required[i]!;
    if (given.get(parameter[0]) === undefined) throw missing(parameter);
  }
}

function missing([name, position]: RequiredParameter): GraphError {
  return new GraphError('Neo.ClientError.Statement.ParameterMissing', `The parameter $${name} was not given.`, {
    position,
    detail: 'MissingParameter',
  });
}
