import type { Expression, Query } from './ast.ts';

/** What patterns, operands and clauses need of the expression parser, which needs them in turn. */
export interface ExpressionReader {
  /** Any expression. */
  expression(): Expression;
  /** An expression that ends at a "|" of the brackets around it, so that a label in it may not be one of several. */
  expressionBeforeBar(): Expression;
  /** What is asked of a value that stands before it: `> 3`, `STARTS WITH 'a'`, `IS NULL`. Undefined where no such operator comes. */
  test(subject: Expression): Expression | undefined;
  /** A map literal, at its `{`. */
  map(): Expression;
  /** A parameter, at its `$`. */
  parameter(): Expression;
  /** A query inside the braces of a subquery: clauses, with UNION between them. */
  query(): Query;
}
