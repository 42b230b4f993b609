/** Predicates that tell of a property that it is a point near another one, or in a box. */
import type { ComparisonOperator, Expression } from '../cypher/ast.ts';

/** Where points are looked for. */
export type PointSearch<Value> =
  | { readonly type: 'distance'; readonly center: Value; readonly distance: Value }
  | { readonly type: 'box'; readonly lowerLeft: Value; readonly upperRight: Value };

interface SoughtPoint {
  /** Of the property that is the point. */
  readonly property: Expression;
  readonly search: PointSearch<Expression>;
}

/** The searches that a predicate stands for: either point of a distance may be the property. */
export function pointSearchesOf(expression: Expression): SoughtPoint[] {
  if (expression.type === 'call' && expression.name === 'point.withinbbox') {
    const [property, lowerLeft, upperRight] = expression.arguments;
    return property && lowerLeft && upperRight ? [{ property, search: { type: 'box', lowerLeft, upperRight } }] : [];
  }
  if (expression.type !== 'comparison' || expression.operators.length !== 1) return [];
  const [operator] = expression.operators;
  const [left, right] = expression.operands;
  if (left && right && isBelow(operator)) return distancesOf(left, right);
  return left && right && isAbove(operator) ? distancesOf(right, left) : [];
}

/** `point.distance(one, other)`, which is at most `distance`. */
function distancesOf(call: Expression, distance: Expression): SoughtPoint[] {
  if (call.type !== 'call' || call.name !== 'point.distance') return [];
  const [one, other] = call.arguments;
  if (one === undefined || other === undefined) return [];
  return [
    { property: one, search: { type: 'distance', center: other, distance } },
    { property: other, search: { type: 'distance', center: one, distance } },
  ];
}

function isBelow(operator: ComparisonOperator | undefined): boolean {
  return operator === '<' || operator === '<=';
}

function isAbove(operator: ComparisonOperator | undefined): boolean {
  return operator === '>' || operator === '>=';
}

/** The expressions of a search. */
export function partsOf<Value>(search: PointSearch<Value>): [Value, Value] {
  return search.type === 'distance' ? [search.center, search.distance] : [search.lowerLeft, search.upperRight];
}

/** The same search with other values. */
export function mapSearch<Value, Other>(search: PointSearch<Value>, map: (value: Value) => Other): PointSearch<Other> {
  if (search.type === 'distance') return { ...search, center: map(search.center), distance: map(search.distance) };
  return { ...search, lowerLeft: map(search.lowerLeft), upperRight: map(search.upperRight) };
}
