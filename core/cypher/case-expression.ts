/**
 * CASE with a subject. With one value after each WHEN the tree holds it as it is written. Where several stand there, or operators
 * as in `WHEN > 3`, it is a CASE with conditions on the subject's value, which is worked out once: the one element of a list.
 */
import type { Expression, Span } from './ast.ts';

/** A value that the subject may equal, or what is asked of `caseSubject`. */
export type WrittenWhen = { readonly value: Expression } | { readonly test: Expression };

export interface WrittenBranch {
  readonly whens: readonly WrittenWhen[];
  readonly then: Expression;
}

/** The variable for the subject's value; no text can write it without backticks. */
const SUBJECT = ' subject';

export function caseSubject(span: Span): Expression {
  return { type: 'variable', name: SUBJECT, span };
}

export function caseOf(fields: {
  readonly subject: Expression | undefined;
  readonly branches: readonly WrittenBranch[];
  readonly otherwise: Expression | undefined;
  readonly span: Span;
}): Expression {
  const { subject, branches, otherwise, span } = fields;
  const plain = branches.flatMap(({ whens: [when, ...more], then }) => {
    return when && 'value' in when && more.length === 0 ? [{ when: when.value, then }] : [];
  });
  if (subject === undefined || plain.length === branches.length) {
    return { type: 'case', subject, branches: plain, otherwise, span };
  }
  const conditions = branches.map(({ whens, then }) => {
    const when = anyOf(whens.map(conditionOf));
    return { when, then };
  });
  const project: Expression = { type: 'case', subject: undefined, branches: conditions, otherwise, span };
  const list: Expression = { type: 'list', items: [subject], span: subject.span };
  const each: Expression = { type: 'listComprehension', variable: SUBJECT, list, where: undefined, project, span };
  return { type: 'call', name: 'head', distinct: false, arguments: [each], span };
}

/** Joined two by two, so that many of them make no high tree. */
function anyOf(conditions: readonly Expression[]): Expression {
  const [first, second] = conditions;
  if (second === undefined) return first!;
  const middle = conditions.length >> 1;
  const [left, right] = [anyOf(conditions.slice(0, middle)), anyOf(conditions.slice(middle))];
  return { type: 'or', left, right, span: left.span };
}

function conditionOf(when: WrittenWhen): Expression {
  if ('test' in when) return when.test;
  const { value } = when;
  return { type: 'comparison', operators: ['='], operands: [caseSubject(value.span), value], span: value.span };
}
