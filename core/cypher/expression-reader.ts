import type { Expression } from './ast.ts';

/** What patterns and operands need of the expression parser, which needs them in turn. */
export interface ExpressionReader {
  /** Any expression. */
  expression(): Expression;
  /** A map literal, at its `{`. */
  map(): Expression;
  /** A parameter, at its `$`. */
  parameter(): Expression;
}
