/** Evaluates expressions given as text, over one row or a batch, with the real parser and a real graph. */
import type { Expression } from '../../../../core/cypher/ast.ts';
import { parse } from '../../../../core/cypher/parser.ts';
import { GraphError } from '../../../../core/error.ts';
import type { Batch, Column, Vector } from '../../../../core/executor/batch.ts';
import {
  type CompiledExpression,
  compileExpression,
  compilePredicate,
  type EvaluationContext,
  type ExpressionHooks,
  type Scope,
} from '../../../../core/executor/expression/expression.ts';
import { vectorValue } from '../../../../core/executor/expression/operand.ts';
import { elementIds } from '../../../../core/executor/materialise.ts';
import { GraphStore } from '../../../../core/graph/graph-store.ts';
import type { Value } from '../../../../core/value/value.ts';

/** The expression behind RETURN. */
export function parseExpression(text: string): Expression {
  const { body } = parse(`RETURN ${text}`);
  const clause = body.type === 'query' ? body.parts[0]?.clauses[0] : undefined;
  const item = clause?.type === 'return' ? clause.items[0] : undefined;
  if (item === undefined) throw new Error(`${text} is no expression`);
  return item.expression;
}

/** A context over a store's newest state, or over an empty graph. */
export function contextOver(
  store: GraphStore = new GraphStore(),
  overrides: Partial<EvaluationContext> = {},
): EvaluationContext {
  return {
    view: store.newest,
    parameters: new Map(),
    tokens: store.tokens,
    nowMs: 1_700_000_000_000,
    random: () => 0.5,
    elementId: elementIds('test'),
    typeOfDeleted: () => -1,
    spend: () => {},
    madeBytes: 0,
    make: () => {},
    ...overrides,
  };
}

const HOOKS: ExpressionHooks = {
  query: () => {
    throw new Error('there is no planner in these tests');
  },
};

/** A scope in which the variables stand in slots 0, 1, 2, … */
export function scopeOf(variables: readonly string[]): Scope {
  return {
    slotOf: (variable) => {
      const slot = variables.indexOf(variable);
      return slot < 0 ? undefined : slot;
    },
    kindOf: () => 'value',
  };
}

export function compile(text: string, variables: readonly string[] = [], hooks = HOOKS): CompiledExpression {
  return compileExpression(parseExpression(text), scopeOf(variables), hooks);
}

/** A batch of vectors; a column stands for itself without an index vector. */
export function batchOf(rowCount: number, ...vectors: (Column | Vector)[]): Batch {
  return {
    rowCount,
    vectors: vectors.map((vector) => ('column' in vector ? vector : { column: vector, rows: undefined })),
  };
}

export function valueColumn(...values: Value[]): Column {
  return { kind: 'value', values };
}

/** The value of an expression for one row, in which the variables have these values. */
export function evaluate(
  text: string,
  variables: Readonly<Record<string, Value>> = {},
  context: EvaluationContext = contextOver(),
): Value {
  const compiled = compile(text, Object.keys(variables));
  const batch = batchOf(1, ...Object.values(variables).map((value) => valueColumn(value)));
  return compiled.valueAt(batch, 0, context);
}

/** Its value for each row of a batch. */
export function evaluateAll(
  text: string,
  variables: readonly string[],
  batch: Batch,
  context: EvaluationContext = contextOver(),
): Value[] {
  const vector = compile(text, variables).evaluate(batch, context);
  return Array.from({ length: batch.rowCount }, (_, row) => vectorValue(vector, row));
}

/** The rows for which it is true. */
export function selectRows(
  text: string,
  variables: readonly string[],
  batch: Batch,
  context: EvaluationContext = contextOver(),
): number[] {
  const predicate = compilePredicate(parseExpression(text), scopeOf(variables), HOOKS);
  const out = new Int32Array(batch.rowCount);
  return [...out.subarray(0, predicate(batch, context, out))];
}

/** The GraphError that `run` fails with. */
export function failureOf(run: () => unknown): GraphError {
  try {
    run();
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
  throw new Error('it did not fail');
}
