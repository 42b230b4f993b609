/** How a node can be found when nothing leads to it yet: by an index, by its label, or by looking at all nodes. */
import type { LabelExpression } from '../cypher/ast.ts';
import { type IndexAccess, indexAccesses } from './index-access.ts';
import type { Conjunct, GraphNode, QueryGraph } from './query-graph.ts';
import type { Statistics } from './statistics.ts';

export type Access =
  | IndexAccess
  | ({
      /** Nodes it gives for one row, on average. */
      readonly fanout: number;
      /** Conjuncts that hold for all it gives. */
      readonly consumed: readonly Conjunct[];
    } & (
      | { readonly type: 'all' }
      | { readonly type: 'label'; readonly label: string }
      | { readonly type: 'labels'; readonly labels: readonly string[] }
    ));

export interface AccessQuestion {
  readonly graph: QueryGraph;
  readonly node: GraphNode;
  /** Variables of this MATCH that are bound already; values for a seek may be made of these. */
  readonly bound: ReadonlySet<string>;
  readonly statistics: Statistics;
}

/** The access that gives the fewest nodes; an index when there is nothing between them, as the graph may grow. */
export function bestAccess(question: AccessQuestion): Access {
  const accesses = [...indexesOf(question), ...labelAccesses(question), ...alternativeLabels(question)];
  const all: Access = { type: 'all', fanout: question.statistics.nodeCount, consumed: [] };
  return accesses.reduce((best, access) => (access.fanout < best.fanout ? access : best), accesses[0] ?? all);
}

function indexesOf({ graph, node, bound, statistics }: AccessQuestion): IndexAccess[] {
  return [...node.labels].flatMap((label) => {
    const ofToken = conjunctsOn(node, graph).filter((conjunct) => isLabelOf(conjunct, node, label));
    return indexAccesses({ graph, entity: 'node', variable: node.name, token: label, ofToken, bound, statistics });
  });
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

/** A node that is bound already has no variable of this MATCH, and is not looked for. */
function conjunctsOn(node: GraphNode, graph: QueryGraph): readonly Conjunct[] {
  return graph.conjunctsOn.get(node.name) ?? [];
}
