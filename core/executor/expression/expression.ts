/**
 * What the planner and the operators see of expressions: a tree of ast.ts goes in, closures over batches come out.
 * A compiled expression holds no state of an execution, so a cached plan may be run by several statements in turns.
 */
import type { Expression } from '../../cypher/ast.ts';
import type { GraphView } from '../../graph/graph-view.ts';
import type { Tokens } from '../../graph/tokens.ts';
import type { QueryExpression } from '../../planner/planning.ts';
import type { Value } from '../../value/value.ts';
import type { Batch, Vector } from '../batch.ts';
import { compileOperand } from './compiler.ts';

/** A statement's parameters by name. What converts them may do so when it is asked. */
export interface Parameters {
  /** Undefined for one that was not given. */
  get(name: string): Value | undefined;
}

/** What an expression may ask while it is evaluated. One object an execution. */
export interface EvaluationContext {
  readonly view: GraphView;
  readonly parameters: Parameters;
  readonly tokens: Tokens;
  /** The statement's time, in milliseconds since 1970. */
  readonly nowMs: number;
  /** The next number in [0, 1) from the statement's seed. */
  readonly random: () => number;
  readonly elementId: (kind: 'node' | 'relationship', id: number) => string;
  /** The type token of a relationship that the statement has deleted: it can still be asked for, unlike a property. */
  typeOfDeleted(relationship: number): number;
  /** Counts work beyond a row's own, such as the elements of a list that is looked through. Throws past the budget. */
  spend(work: number): void;
  /** Bytes of the values that have been made for the batch so far. */
  madeBytes: number;
  /** Counts the bytes of a value that is made. Throws past the budget. */
  make(bytes: number): void;
}

export interface CompiledExpression {
  /** Its value for each row of the batch. */
  evaluate(batch: Batch, context: EvaluationContext): Vector;
  /** Its value for one row. */
  valueAt(batch: Batch, row: number, context: EvaluationContext): Value;
}

export type SlotKind = 'node' | 'relationship' | 'path' | 'value';

/** Where the variables in scope stand in a batch. */
export interface Scope {
  slotOf(variable: string): number | undefined;
  kindOf(slot: number): SlotKind;
}

/** What only the planner can compile. */
export interface ExpressionHooks {
  /** Plans a query inside an expression. `locals`: the variables of comprehensions that it names. */
  query(expression: QueryExpression, scope: Scope, locals: readonly string[]): CompiledQuery;
}

/** A query inside an expression. The variables of comprehensions that it names are put into `localSlots`, in their order. */
export interface CompiledQuery {
  readonly value: CompiledExpression;
  readonly localSlots: readonly number[];
}

/** Writes the numbers of the rows for which it is true into `out`, ascending, and returns how many. */
export type CompiledPredicate = (batch: Batch, context: EvaluationContext, out: Int32Array) => number;

/** Compiles an expression without aggregations. Errors: SyntaxError for a variable or function that is not there. */
export function compileExpression(expression: Expression, scope: Scope, hooks: ExpressionHooks): CompiledExpression {
  return compileOperand(expression, { scope, hooks, locals: new Map() });
}

/** Compiles a WHERE: null counts as false, and any other value that is not a boolean is a TypeError. */
export function compilePredicate(expression: Expression, scope: Scope, hooks: ExpressionHooks): CompiledPredicate {
  const operand = compileOperand(expression, { scope, hooks, locals: new Map() });
  return (batch, context, out) => operand.select(batch, { rows: undefined, count: batch.rowCount }, context, true, out);
}
