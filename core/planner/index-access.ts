/** How indexes can find the nodes with a label, or the relationships of a type, that predicates ask for. */
import type { ComparisonOperator, Expression } from '../cypher/ast.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import { type PointSearch, partsOf, pointSearchesOf } from './point-access.ts';
import type { Conjunct, QueryGraph } from './query-graph.ts';
import { type EntityKind, type IndexStatistics, SELECTIVITY, type Statistics } from './statistics.ts';

/** What a property is to equal: the value, or each element of it, which is a list then. */
export interface Sought<Value> {
  readonly value: Value;
  readonly each: boolean;
}

export interface BoundExpression {
  readonly value: Expression;
  readonly inclusive: boolean;
}

export type IndexAccess = {
  readonly entity: EntityKind;
  /** The label, or the relationship type. */
  readonly token: string;
  readonly keys: readonly string[];
  /** Entities it gives for one row, on average. */
  readonly fanout: number;
  /** Conjuncts that hold for all it gives. */
  readonly consumed: readonly Conjunct[];
} & (
  | {
      readonly type: 'seek';
      /** What each property equals; one of them at most is gone through. */
      readonly values: readonly Sought<Expression>[];
    }
  | {
      readonly type: 'range';
      /** What the first properties equal; one of them at most is gone through. */
      readonly prefix: readonly Sought<Expression>[];
      /** For the property after these. */
      readonly from: BoundExpression | undefined;
      readonly to: BoundExpression | undefined;
      /** The text that it begins with; there are no other bounds then. */
      readonly beginning: Expression | undefined;
    }
  | { readonly type: 'points'; readonly search: PointSearch<Expression> }
);

/** Elements that a list in `n.key IN list` is taken to have. */
const LIST_LENGTH_ASSUMED = 10;

export interface IndexQuestion {
  readonly graph: QueryGraph;
  readonly entity: EntityKind;
  /** The variable of what is looked for. */
  readonly variable: string;
  readonly token: string;
  /** Conjuncts that the label or type alone makes superfluous. */
  readonly ofToken: readonly Conjunct[];
  /** Variables of this MATCH that are bound already; values for a seek may be made of these. */
  readonly bound: ReadonlySet<string>;
  readonly statistics: Statistics;
}

/** What predicates say about one property. */
interface Known {
  equal: { readonly value: Expression; readonly conjunct: Conjunct } | undefined;
  each: { readonly value: Expression; readonly conjunct: Conjunct } | undefined;
  from: BoundExpression | undefined;
  to: BoundExpression | undefined;
  beginning: Expression | undefined;
}

export function indexAccesses(question: IndexQuestion): IndexAccess[] {
  const indexes = question.statistics.indexesOn(question.entity, question.token);
  if (indexes.length === 0) return [];
  const known = knownProperties(question);
  return indexes.flatMap((index) => accessesBy(index, known, question));
}

/** A Filter looks at each point once more: the boxes of an index are wider than circles. */
function pointAccesses(index: IndexStatistics, question: IndexQuestion): IndexAccess[] {
  const { entity, token, variable, graph, ofToken } = question;
  const { keys, entryCount } = index;
  return (graph.conjunctsOn.get(variable) ?? [])
    .flatMap(({ expression }) => pointSearchesOf(expression))
    .filter(({ property, search }) => {
      return keyOf(property, variable) === keys[0] && partsOf(search).every((part) => isKnown(part, question));
    })
    .map(({ search }) => {
      const fanout = entryCount * SELECTIVITY.point;
      return { type: 'points', entity, token, keys, search, fanout, consumed: ofToken };
    });
}

function accessesBy(index: IndexStatistics, known: ReadonlyMap<string, Known>, question: IndexQuestion): IndexAccess[] {
  if (index.kind === 'point') return pointAccesses(index, question);
  const { keys, entryCount, valueCount } = index;
  const properties = keys.flatMap((key) => known.get(key) ?? []);
  // The index holds what has all of its properties, so that it finds nothing else than what must have all of them.
  if (properties.length < keys.length) return [];
  const leading = leadingOf(properties);
  const values = leading.map(({ value, each }) => ({ value, each }));
  const { entity, token, ofToken } = question;
  const consumed = [...leading.map(({ conjunct }) => conjunct), ...ofToken];
  const place = { entity, token, keys, consumed };
  const lists = leading.some(({ each }) => each) ? LIST_LENGTH_ASSUMED : 1;
  const ofValues = entryCount / Math.max(1, valueCount) ** (values.length / keys.length);
  const fanout = Math.min(entryCount, ofValues * lists);
  const next = properties[values.length];
  if (next === undefined) return [{ ...place, type: 'seek', values, fanout }];
  const { from, to, beginning } = next;
  // The bounds are checked once more by a filter: a list can be compared too, but no index is in its order.
  const range = { ...place, type: 'range', prefix: values } as const;
  if (beginning) {
    const share = SELECTIVITY.beginning;
    return [{ ...range, beginning, from: undefined, to: undefined, fanout: fanout * share }];
  }
  if (values.length === 0 && from === undefined && to === undefined) return [];
  const share = (from ? SELECTIVITY.range : 1) * (to ? SELECTIVITY.range : 1);
  return [{ ...range, beginning, from, to, fanout: fanout * share }];
}

/**
 * What the properties from the first one on equal, as far as that is known. Of lists that are gone through only the first is taken: those
 * of two would have to be combined.
 */
function leadingOf(properties: readonly Known[]): (Sought<Expression> & { readonly conjunct: Conjunct })[] {
  const leading: (Sought<Expression> & { readonly conjunct: Conjunct })[] = [];
  for (const { equal, each } of properties) {
    if (equal) leading.push({ ...equal, each: false });
    else if (each && leading.every((one) => !one.each)) leading.push({ ...each, each: true });
    else break;
  }
  return leading;
}

const NOTHING_KNOWN: Known = {
  equal: undefined,
  each: undefined,
  from: undefined,
  to: undefined,
  beginning: undefined,
};

/** By key: the properties that what is looked for must have, because a predicate on them could not be true otherwise. */
function knownProperties(question: IndexQuestion): Map<string, Known> {
  const byKey = new Map<string, Known>();
  for (const conjunct of question.graph.conjunctsOn.get(question.variable) ?? []) {
    const key = requiredKey(conjunct.expression, question.variable);
    if (key === undefined) continue;
    const known = byKey.get(key) ?? { ...NOTHING_KNOWN };
    byKey.set(key, known);
    note(known, conjunct, question);
  }
  return byKey;
}

/** The property without which the predicate is not true. */
function requiredKey(expression: Expression, variable: string): string | undefined {
  switch (expression.type) {
    case 'comparison':
      return expression.operands.map((operand) => keyOf(operand, variable)).find((key) => key !== undefined);
    case 'in':
    case 'string':
      return keyOf(expression.left, variable);
    case 'isNull':
      return expression.negated ? keyOf(expression.operand, variable) : undefined;
    default:
      return undefined;
  }
}

/** Takes what the predicate says, if its values are there before the entity is found. The first to say something is believed. */
function note(known: Known, conjunct: Conjunct, question: IndexQuestion): void {
  const { expression } = conjunct;
  if (expression.type === 'in' && isKnown(expression.right, question)) {
    known.each ??= { value: expression.right, conjunct };
  }
  if (expression.type === 'string' && expression.operator === 'STARTS WITH' && isKnown(expression.right, question)) {
    known.beginning ??= expression.right;
  }
  if (expression.type !== 'comparison') return;
  const { operators, operands } = expression;
  const middle = operands.findIndex((operand) => keyOf(operand, question.variable) !== undefined);
  if (operands.some((operand, i) => i !== middle && !isKnown(operand, question))) return;
  if (operators.length === 1 && operators[0] === '=') {
    known.equal ??= { value: operands[1 - middle]!, conjunct };
    return;
  }
  const below = middle > 0 ? boundOf(operators[middle - 1]!, operands[middle - 1]!, false) : undefined;
  const above = middle < operators.length ? boundOf(operators[middle]!, operands[middle + 1]!, true) : undefined;
  known.from ??= [below, above].find((bound) => bound?.side === 'from')?.bound;
  known.to ??= [below, above].find((bound) => bound?.side === 'to')?.bound;
}

function boundOf(
  operator: ComparisonOperator,
  value: Expression,
  propertyFirst: boolean,
): { side: 'from' | 'to'; bound: BoundExpression } | undefined {
  if (operator === '=' || operator === '<>') return undefined;
  const upper = propertyFirst === (operator === '<' || operator === '<=');
  return { side: upper ? 'to' : 'from', bound: { value, inclusive: operator.length === 2 } };
}

function keyOf(expression: Expression, variable: string): string | undefined {
  if (expression.type !== 'property' || expression.subject.type !== 'variable') return undefined;
  return expression.subject.name === variable ? expression.key : undefined;
}

/** Whether the value is there before the entity is found: parameters, outer variables, what is bound already. */
function isKnown(expression: Expression, { graph, bound }: IndexQuestion): boolean {
  for (const name of freeVariables(expression)) if (graph.ownNames.has(name) && !bound.has(name)) return false;
  return true;
}
