/** What planning does with expression trees beside walking them: takes predicates apart and makes new ones. */
import type { Expression, LabelTest, Span } from '../cypher/ast.ts';

/** The parts of a predicate that must all be true. */
export function conjunctsOf(expression: Expression): Expression[] {
  return expression.type === 'and' ? [...conjunctsOf(expression.left), ...conjunctsOf(expression.right)] : [expression];
}

export function variable(name: string, span: Span): Expression {
  return { type: 'variable', name, span };
}

/** `subject.key = value`, for a property map in a pattern. */
export function propertyEquals(fields: { subject: string; key: string; value: Expression }): Expression {
  const { span } = fields.value;
  const property: Expression = { type: 'property', subject: variable(fields.subject, span), key: fields.key, span };
  return { type: 'comparison', operators: ['='], operands: [property, fields.value], span };
}

/** `subject:A:B`, for the labels of a node pattern. */
export function hasLabels(subject: string, test: LabelTest, span: Span): Expression {
  return { type: 'hasLabels', subject: variable(subject, span), ...test, span };
}
