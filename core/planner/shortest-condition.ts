/** Conditions on a shortest path: which of them can be part of the search. Source: Neo4j, "Shortest path planning". */
import type { Expression } from '../cypher/ast.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import { GraphError } from '../error.ts';
import type { SparedEnds } from './plan.ts';

interface Steps {
  readonly on: 'node' | 'relationship';
  /** Of nodes: the ends that are left out, as in `tail(nodes(p))`. */
  readonly spares?: SparedEnds;
}

interface StepCondition extends Steps {
  readonly variable: string;
  readonly predicate: Expression;
}

/**
 * What `all(x IN nodes(p) WHERE …)` and `none(…)` ask of each step, or of all nodes but the first or the last as in `tail(nodes(p))`
 * and `nodes(p)[1..-1]`; undefined for any other condition.
 */
export function conditionOnSteps(
  expression: Expression,
  names: { readonly path: string | undefined; readonly relationships: string },
): StepCondition | undefined {
  if (expression.type !== 'quantifier') return undefined;
  const { quantifier, list, variable, where, span } = expression;
  if (quantifier !== 'all' && quantifier !== 'none') return undefined;
  const steps = stepsIn(list, names);
  const free = freeVariables(where);
  if (steps === undefined || free.has(names.relationships) || (names.path !== undefined && free.has(names.path))) {
    return undefined;
  }
  return { ...steps, variable, predicate: quantifier === 'all' ? where : { type: 'not', operand: where, span } };
}

function stepsIn(
  list: Expression,
  names: { readonly path: string | undefined; readonly relationships: string },
): Steps | undefined {
  if (list.type === 'variable') return list.name === names.relationships ? { on: 'relationship' } : undefined;
  if (isNodesOf(list, names.path)) return { on: 'node' };
  const spares = sparedEnds(list, names.path);
  if (spares !== undefined) return { on: 'node', spares };
  return isCallOn(list, 'relationships', names.path) ? { on: 'relationship' } : undefined;
}

function isNodesOf(list: Expression, path: string | undefined): boolean {
  return isCallOn(list, 'nodes', path);
}

function isCallOn(expression: Expression, name: string, variable: string | undefined): boolean {
  if (expression.type !== 'call' || expression.name !== name) return false;
  const [argument] = expression.arguments;
  return argument?.type === 'variable' && argument.name === variable;
}

/** `tail(nodes(p))`, `nodes(p)[1..]`, `nodes(p)[..-1]`, `nodes(p)[1..-1]`. A path has a node at least, so these are all but the ends. */
function sparedEnds(list: Expression, path: string | undefined): SparedEnds | undefined {
  if (list.type === 'call') {
    const [argument] = list.arguments;
    const isTail = list.name === 'tail' && argument !== undefined && isNodesOf(argument, path);
    return isTail ? { first: true, last: false } : undefined;
  }
  if (list.type !== 'slice' || !isNodesOf(list.subject, path)) return undefined;
  const from = list.from === undefined ? 0 : integerOf(list.from);
  const to = list.to === undefined ? 0 : integerOf(list.to);
  if ((from !== 0 && from !== 1) || (to !== 0 && to !== -1)) return undefined;
  if (list.to !== undefined && to === 0) return undefined;
  return { first: from === 1, last: to === -1 };
}

function integerOf(expression: Expression): number | undefined {
  if (expression.type !== 'literal') return undefined;
  const { value } = expression;
  return typeof value === 'object' && value !== null && 'integer' in value ? Number(value.integer) : undefined;
}

/** `length(p) < 5`, `p IS NOT NULL`: if the shortest path does not meet it, no longer one does. */
export function sparesLonger(expression: Expression, names: readonly string[]): boolean {
  if (expression.type === 'isNull') return expression.negated && expression.operand.type === 'variable';
  if (expression.type !== 'comparison' || expression.operators.length !== 1) return false;
  const [left, right] = expression.operands;
  const [operator] = expression.operators;
  const upper =
    operator === '<' || operator === '<=' ? left : operator === '>' || operator === '>=' ? right : undefined;
  const bound = upper === left ? right : left;
  if (upper?.type !== 'call' || bound === undefined || !isIndependent(bound, names)) return false;
  const [argument] = upper.arguments;
  const isMeasure = upper.name === 'length' || upper.name === 'size';
  return isMeasure && argument?.type === 'variable' && names.includes(argument.name);
}

function isIndependent(expression: Expression, names: readonly string[]): boolean {
  return [...freeVariables(expression)].every((name) => !names.includes(name));
}

export function conditionOnShortest({ span }: Expression): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    'A condition on a shortest path cannot name another shortest path, nor a path, of the same MATCH. Put that one into a MATCH before.',
    { position: span },
  );
}
