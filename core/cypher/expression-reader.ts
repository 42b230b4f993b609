import type { Expression, Query } from './ast.ts';

/** What patterns, operands and clauses need of the expression parser, which needs them in turn. */
export interface ExpressionReader {
  /** Any expression. */
  expression(): Expression;
  /** An expression that ends at a "|" of the brackets around it, so that a label in it may not be one of several. */
  expressionBeforeBar(): Expression;
  /** A map literal, at its `{`. */
  map(): Expression;
  /** A parameter, at its `$`. */
  parameter(): Expression;
  /** A query inside the braces of a subquery: clauses, with UNION between them. */
  query(): Query;
}
