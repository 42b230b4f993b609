/** How a node can be found when nothing leads to it yet: by an index, by its label, or by looking at all nodes. */
import type { ComparisonOperator, Expression, LabelExpression } from '../cypher/ast.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import type { Conjunct, GraphNode, QueryGraph } from './query-graph.ts';
import { SELECTIVITY, type Statistics } from './statistics.ts';

export interface BoundExpression {
  readonly value: Expression;
  readonly inclusive: boolean;
}

export type Access = {
  /** Nodes it gives for one row, on average. */
  readonly fanout: number;
  /** Conjuncts that hold for all it gives. */
  readonly consumed: readonly Conjunct[];
} & (
  | { readonly type: 'all' }
  | { readonly type: 'label'; readonly label: string }
  | { readonly type: 'labels'; readonly labels: readonly string[] }
  | {
      readonly type: 'seek';
      readonly label: string;
      readonly key: string;
      readonly value: Expression;
      readonly each: boolean;
    }
  | {
      readonly type: 'range';
      readonly label: string;
      readonly key: string;
      readonly from: BoundExpression | undefined;
      readonly to: BoundExpression | undefined;
    }
);

/** Elements that a list in `n.key IN list` is taken to have. */
const LIST_LENGTH_ASSUMED = 10;

export interface AccessQuestion {
  readonly graph: QueryGraph;
  readonly node: GraphNode;
  /** Variables of this MATCH that are bound already; values for a seek may be made of these. */
  readonly bound: ReadonlySet<string>;
  readonly statistics: Statistics;
}

/** The access that gives the fewest nodes; an index when there is nothing between them, as the graph may grow. */
export function bestAccess(question: AccessQuestion): Access {
  const accesses = [...indexAccesses(question), ...labelAccesses(question), ...alternativeLabels(question)];
  const all: Access = { type: 'all', fanout: question.statistics.nodeCount, consumed: [] };
  return accesses.reduce((best, access) => (access.fanout < best.fanout ? access : best), accesses[0] ?? all);
}

function labelAccesses({ graph, node, statistics }: AccessQuestion): Access[] {
  return [...node.labels].map((label) => ({
    type: 'label',
    label,
    fanout: statistics.labelCount(label),
    consumed: conjunctsOn(node, graph).filter((conjunct) => isLabelOf(conjunct, node, label)),
  }));
}

/** `(n:A|B)`: the nodes of one label after those of the other. */
function alternativeLabels({ graph, node, statistics }: AccessQuestion): Access[] {
  return conjunctsOn(node, graph).flatMap((conjunct): Access[] => {
    const { expression } = conjunct;
    if (expression.type !== 'hasLabels' || expression.labels.length > 0) return [];
    const { subject, labelExpression } = expression;
    if (subject.type !== 'variable' || subject.name !== node.name) return [];
    const labels = labelExpression && alternativesOf(labelExpression);
    if (labels === undefined) return [];
    const fanout = labels.reduce((sum, label) => sum + statistics.labelCount(label), 0);
    return [{ type: 'labels', labels, fanout, consumed: [conjunct] }];
  });
}

/** The names of `A|B|C`, each once; undefined for any other expression. */
function alternativesOf(expression: LabelExpression): string[] | undefined {
  if (expression.type === 'name') return [expression.name];
  if (expression.type !== 'or') return undefined;
  const left = alternativesOf(expression.left);
  const right = alternativesOf(expression.right);
  return left && right && [...new Set([...left, ...right])];
}

function isLabelOf(conjunct: Conjunct, node: GraphNode, label: string): boolean {
  return conjunct.label?.node === node.name && conjunct.label.label === label;
}

function indexAccesses(question: AccessQuestion): Access[] {
  const { graph, node, statistics } = question;
  const accesses: Access[] = [];
  for (const label of node.labels) {
    const labels = conjunctsOn(node, graph).filter((conjunct) => isLabelOf(conjunct, node, label));
    const ranges = new Map<string, { from: BoundExpression | undefined; to: BoundExpression | undefined }>();
    for (const conjunct of conjunctsOn(node, graph)) {
      const found = usableFor(conjunct.expression, question);
      if (!found) continue;
      const perValue = statistics.nodesPerIndexedValue(label, found.key);
      if (perValue === undefined) continue;
      if (found.type === 'range') {
        const range = ranges.get(found.key) ?? { from: undefined, to: undefined };
        ranges.set(found.key, { from: range.from ?? found.from, to: range.to ?? found.to });
        continue;
      }
      const all = statistics.labelCount(label);
      const fanout = Math.min(all, found.each ? perValue * LIST_LENGTH_ASSUMED : perValue);
      accesses.push({ ...found, label, fanout, consumed: [conjunct, ...labels] });
    }
    for (const [key, range] of ranges) {
      // The bounds are checked once more by a filter: a list can be compared too, but no index is in its order.
      const share = range.from && range.to ? SELECTIVITY.range ** 2 : SELECTIVITY.range;
      accesses.push({
        type: 'range',
        label,
        key,
        ...range,
        fanout: statistics.labelCount(label) * share,
        consumed: labels,
      });
    }
  }
  return accesses;
}

type Usable =
  | { readonly type: 'seek'; readonly key: string; readonly value: Expression; readonly each: boolean }
  | {
      readonly type: 'range';
      readonly key: string;
      readonly from: BoundExpression | undefined;
      readonly to: BoundExpression | undefined;
    };

/** What an index on the property could do for this predicate. */
function usableFor(expression: Expression, question: AccessQuestion): Usable | undefined {
  if (expression.type === 'in') {
    const key = keyOf(expression.left, question.node);
    if (key === undefined || !isKnown(expression.right, question)) return undefined;
    return { type: 'seek', key, value: expression.right, each: true };
  }
  if (expression.type !== 'comparison') return undefined;
  const { operators, operands } = expression;
  const middle = operands.findIndex((operand) => keyOf(operand, question.node) !== undefined);
  const key = middle < 0 ? undefined : keyOf(operands[middle]!, question.node);
  if (key === undefined || operands.some((operand, i) => i !== middle && !isKnown(operand, question))) return undefined;
  if (operators.length === 1 && operators[0] === '=') {
    return { type: 'seek', key, value: operands[1 - middle]!, each: false };
  }
  const below = middle > 0 ? boundOf(operators[middle - 1]!, operands[middle - 1]!, false) : undefined;
  const above = middle < operators.length ? boundOf(operators[middle]!, operands[middle + 1]!, true) : undefined;
  const from = [below, above].find((bound) => bound?.side === 'from');
  const to = [below, above].find((bound) => bound?.side === 'to');
  return from || to ? { type: 'range', key, from: from?.bound, to: to?.bound } : undefined;
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

function keyOf(expression: Expression, node: GraphNode): string | undefined {
  if (expression.type !== 'property' || expression.subject.type !== 'variable') return undefined;
  return expression.subject.name === node.name ? expression.key : undefined;
}

/** Whether the value is there before the node is found: parameters, outer variables, what is bound already. */
function isKnown(expression: Expression, { graph, bound }: AccessQuestion): boolean {
  for (const name of freeVariables(expression)) if (graph.ownNames.has(name) && !bound.has(name)) return false;
  return true;
}

/** A node that is bound already has no variable of this MATCH, and is not looked for. */
function conjunctsOn(node: GraphNode, graph: QueryGraph): readonly Conjunct[] {
  return graph.conjunctsOn.get(node.name) ?? [];
}
