/**
 * Regular expressions for `=~`. RE2 takes time linear in the text whatever the expression, so that none can bring a statement
 * to a halt; it lacks only what cannot be had at that price, such as back references.
 */
import { RE2JS } from 're2js';
import type { Position } from '../../error.ts';
import { GraphError } from '../../error.ts';

/** Longest expression, in UTF-16 units: a compiled one takes many times the space. */
const EXPRESSION_UNITS_MAX = 1_000;

/** Whether a whole text is of the form that the expression describes. */
export type TextTest = (text: string) => boolean;

/** Errors: a SyntaxError for what is no regular expression. */
export function compileRegularExpression(source: string, position: Position): TextTest {
  if (source.length > EXPRESSION_UNITS_MAX) {
    throw invalid(`A regular expression has at most ${EXPRESSION_UNITS_MAX} characters`, position);
  }
  try {
    const expression = RE2JS.compile(source);
    return (text) => expression.matches(text);
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'This is no regular expression', position);
  }
}

function invalid(message: string, position: Position): GraphError {
  return new GraphError('Neo.ClientError.Statement.SyntaxError', `Invalid regular expression: ${message}.`, {
    position,
    detail: 'InvalidRegularExpression',
  });
}
