/** What the parts of the planner share: what they ask of the graph, and how they plan a query inside an expression. */
import type { Expression, MatchClause, PathPattern, Query, Span } from '../cypher/ast.ts';
import { childrenOf } from '../cypher/expression-tree.ts';
import type { Plan, ResultColumn } from './plan.ts';
import type { PlanScope } from './slots.ts';
import type { Statistics } from './statistics.ts';

/** A query inside another. Its root is fed one row of the outer query at a time. */
export interface NestedPlan {
  readonly root: Plan;
  readonly columns: readonly ResultColumn[];
  /** When only the number of its rows is asked for: a plan of fewer rows, and the slot that says how often each counts. */
  readonly count?: { readonly root: Plan; readonly multiplicity: number };
}

export interface Planning {
  readonly statistics: Statistics;
  /** Plans a query that sees all of the scope. */
  nested(query: Query, scope: PlanScope): NestedPlan;
}

/**
 * Whether each row of a subplan belongs to one row that it is fed, and they come in the order of those: it may then be fed many
 * at once.
 */
export function isRowByRow(plan: Plan): boolean {
  switch (plan.type) {
    case 'argument':
      return true;
    case 'once':
    case 'union':
    case 'aggregate':
    case 'distinct':
    case 'orderBy':
    case 'top':
    case 'skip':
    case 'limit':
    case 'eager':
    case 'recall':
      return false;
    default:
      return isRowByRow(plan.input);
  }
}

/** The most rows that any operator of a subplan is expected to make of the one that it is fed. */
export function largestEstimate(plan: Plan): number {
  let largest = 0;
  for (let at: Plan | undefined = plan; at; at = 'input' in at ? at.input : undefined) {
    largest = Math.max(largest, at.estimatedRows);
  }
  return largest;
}

/** Up to this length trails are about as many as is expected; beyond it a few hubs and loops make any number of them. */
const SHORT_TRAIL = 2;

/** Whether a subplan walks long trails. */
export function walksFar(plan: Plan): boolean {
  for (let at: Plan | undefined = plan; at; at = 'input' in at ? at.input : undefined) {
    if (at.type !== 'expandVariable' && at.type !== 'repeat') continue;
    if (at.max === undefined || at.max > SHORT_TRAIL) return true;
  }
  return false;
}

/** An expression that is answered by running a query. */
export type QueryExpression = Extract<
  Expression,
  { type: 'patternPredicate' | 'patternComprehension' | 'shortestPath' | 'subqueryExpression' }
>;

export function isQueryExpression(expression: Expression): expression is QueryExpression {
  switch (expression.type) {
    case 'patternPredicate':
    case 'patternComprehension':
    case 'shortestPath':
    case 'subqueryExpression':
      return true;
    default:
      return false;
  }
}

/** Whether a query is asked somewhere in an expression. */
export function asksQuery(expression: Expression): boolean {
  return isQueryExpression(expression) || childrenOf(expression).some(asksQuery);
}

/** What is made of the query's rows: is there one, how many, all values of its column, or the first of them. */
export type QueryAnswer = 'exists' | 'count' | 'collect' | 'first';

/** The query that answers an expression. */
export function queryOf(expression: QueryExpression): { readonly query: Query; readonly answer: QueryAnswer } {
  const { span } = expression;
  switch (expression.type) {
    case 'patternPredicate':
      return { query: queryOfClauses([match(expression.pattern, undefined, span)]), answer: 'exists' };
    case 'patternComprehension': {
      const { pattern, where, project } = expression;
      return { query: matchAndReturn(match(pattern, where, span), project), answer: 'collect' };
    }
    case 'shortestPath': {
      const { pattern } = expression;
      const path = { ...pattern, variable: PATH };
      const project: Expression = { type: 'variable', name: PATH, span };
      return {
        query: matchAndReturn(match(path, undefined, span), project),
        answer: pattern.shortest === 'all' ? 'collect' : 'first',
      };
    }
    case 'subqueryExpression':
      return { query: expression.query, answer: expression.kind };
  }
}

/** `COUNT { … }` of what a pattern comprehension goes through: its size, without its elements. */
export function sizeOf({
  pattern,
  where,
  span,
}: Extract<Expression, { type: 'patternComprehension' }>): QueryExpression {
  const query = queryOfClauses([match(pattern, where, span)]);
  return { type: 'subqueryExpression', kind: 'count', query, span };
}

function match(pattern: PathPattern, where: Expression | undefined, span: Span): MatchClause {
  return { type: 'match', optional: false, patterns: [pattern], where, span };
}

function matchAndReturn(clause: MatchClause, project: Expression): Query {
  const { span } = project;
  return queryOfClauses([
    clause,
    {
      type: 'return',
      distinct: false,
      star: false,
      items: [{ expression: project, name: VALUE, aliased: true }],
      orderBy: [],
      skip: undefined,
      limit: undefined,
      where: undefined,
      span,
    },
  ]);
}

function queryOfClauses(clauses: Query['parts'][number]['clauses']): Query {
  return { type: 'query', parts: [{ clauses }], all: false };
}

/** Names that no text can hold, as they start with a blank. */
const PATH = ' path';
const VALUE = ' value';
