/** Conditions on a shortest path: which of them can be part of the search. Source: Neo4j, "Shortest path planning". */
import type { Expression } from '../cypher/ast.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import { GraphError } from '../error.ts';

interface StepCondition {
  readonly on: 'node' | 'relationship';
  readonly variable: string;
  readonly predicate: Expression;
}

/** What `all(x IN nodes(p) WHERE …)` and `none(…)` ask of each step; undefined for any other condition. */
export function conditionOnSteps(
  expression: Expression,
  names: { readonly path: string | undefined; readonly relationships: string },
): StepCondition | undefined {
  if (expression.type !== 'quantifier') return undefined;
  const { quantifier, list, variable, where, span } = expression;
  if (quantifier !== 'all' && quantifier !== 'none') return undefined;
  const on = stepsIn(list, names);
  const free = freeVariables(where);
  if (on === undefined || free.has(names.relationships) || (names.path !== undefined && free.has(names.path))) {
    return undefined;
  }
  return { on, variable, predicate: quantifier === 'all' ? where : { type: 'not', operand: where, span } };
}

function stepsIn(
  list: Expression,
  names: { readonly path: string | undefined; readonly relationships: string },
): StepCondition['on'] | undefined {
  if (list.type === 'variable') return list.name === names.relationships ? 'relationship' : undefined;
  if (list.type !== 'call') return undefined;
  const [argument] = list.arguments;
  if (argument?.type !== 'variable' || argument.name !== names.path) return undefined;
  if (list.name === 'nodes') return 'node';
  return list.name === 'relationships' ? 'relationship' : undefined;
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
    'Of a shortest path the WHERE of its MATCH may ask all(…) and none(…) of its nodes and relationships, and an upper bound of its length. Put a WITH before any other condition: then it is asked of the path that was found.',
    { position: span },
  );
}
