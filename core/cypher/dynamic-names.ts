/** Labels and types that are worked out, `$(expression)`, as the expressions that tell whether a node or relationship has them. */
import type { DynamicNames, Expression, Span } from './ast.ts';

/** The variable for one of the names; no text can write it without backticks. */
const NAME = ' name';

/** True when the node has all of the labels, or one of them. */
export function hasDynamicLabels(subject: Expression, names: DynamicNames): Expression {
  const { span } = names.expression;
  const labels: Expression = { type: 'call', name: 'labels', distinct: false, arguments: [subject], span };
  return quantified(names, { type: 'in', left: { type: 'variable', name: NAME, span }, right: labels, span });
}

/** True when the relationship is of the type, or of one of them. */
export function hasDynamicType(subject: Expression, names: DynamicNames): Expression {
  const { span } = names.expression;
  const type: Expression = { type: 'call', name: 'type', distinct: false, arguments: [subject], span };
  const operands: Expression[] = [{ type: 'variable', name: NAME, span }, type];
  return quantified(names, { type: 'comparison', operators: ['='], operands, span });
}

/** The labels of a test that stands in an expression, and the test that is left without them. */
export function withDynamicLabels(
  test: Extract<Expression, { type: 'hasLabels' }>,
  dynamic: readonly DynamicNames[],
): Expression {
  const parts = dynamic.map((names) => hasDynamicLabels(test.subject, names));
  const hasOthers = test.labels.length > 0 || test.labelExpression !== undefined;
  return [...(hasOthers ? [test] : []), ...parts].reduce((left, right) => ({
    type: 'and',
    left,
    right,
    span: test.span,
  }));
}

function quantified({ quantifier, expression }: DynamicNames, where: Expression): Expression {
  const span: Span = expression.span;
  // A text is a list of one: in Cypher [] + 'A' is ['A'], and [] + ['A'] too.
  const empty: Expression = { type: 'list', items: [], span };
  const list: Expression = { type: 'arithmetic', operator: '+', left: empty, right: expression, span };
  return { type: 'quantifier', quantifier, variable: NAME, list, where, span };
}
