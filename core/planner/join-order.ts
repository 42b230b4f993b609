/**
 * Where a MATCH is better found in two parts that are joined than step by step: parts that only an equality holds together, and ways that
 * meet in a node with few rows at both ends and many in the middle. One part is kept in a table by the key, the other streams past it.
 */
import type { Expression } from '../cypher/ast.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import {
  type Order,
  type OrderQuestion,
  orderOfExpansion,
  PATTERN_PARTS_FEW,
  selectivityOf,
} from './expansion-order.ts';
import { variable } from './expressions.ts';
import {
  byVariable,
  type Conjunct,
  type GraphNode,
  type GraphRelationship,
  mayCoincide,
  namesBoundBy,
  type QueryGraph,
} from './query-graph.ts';
import { SELECTIVITY } from './statistics.ts';
import { isSettled } from './trail-pruning.ts';

/** An order of fewer rows than this is as good as any. */
const WORTHWHILE_COST = 2_000;

/** What putting a row into the table costs, where looking at one costs 1. */
const STORE_COST = 2;

/** How much less a join must cost: its table takes memory, and estimates are rough. */
const GAIN_MIN = 2;

/** The order of a MATCH, with joins where they win. `cost`: rows made on the way. */
export function orderOfMatch(question: OrderQuestion): Order {
  const stepwise = orderOfExpansion(question);
  const { nodes, relationships } = question.graph;
  if (stepwise.cost < WORTHWHILE_COST || nodes.length + relationships.length > PATTERN_PARTS_FEW) return stepwise;
  let best: JoinedOrder | undefined;
  for (const split of splitsOf(question.graph)) {
    const joined = joinedOrder(split, question, orderOfExpansion);
    if (best === undefined || joined.order.cost < best.order.cost) best = joined;
  }
  if (best === undefined || best.order.cost * GAIN_MIN > stepwise.cost) return stepwise;
  // Either part may have joins in it in its turn.
  return joinedOrder(best.split, question, orderOfMatch).order;
}

/** A MATCH in two parts. */
interface Split {
  /** What is found first, on top of the rows before the MATCH. */
  readonly rest: QueryGraph;
  /** What goes into the table. It needs nothing from outside. */
  readonly side: QueryGraph;
  readonly inputKey: Expression;
  readonly innerKey: Expression;
  /** The equality that holds when the keys are equal; undefined where the parts meet in a node. */
  readonly conjunct: Conjunct | undefined;
  /** The predicates that need both parts. */
  readonly across: readonly Conjunct[];
}

interface JoinedOrder {
  readonly split: Split;
  readonly order: Order;
}

function joinedOrder(
  split: Split,
  { statistics, rows }: OrderQuestion,
  orderOf: (question: OrderQuestion) => Order,
): JoinedOrder {
  const rest = orderOf({ graph: split.rest, statistics, rows });
  const side = orderOf({ graph: split.side, statistics, rows: 1 });
  const keyShare = split.conjunct === undefined ? 1 / Math.max(1, statistics.nodeCount) : SELECTIVITY.equality;
  const made = rest.rows * side.rows * keyShare;
  const joined = split.across.reduce((left, conjunct) => left * selectivityOf(conjunct, statistics), made);
  const { side: graph, inputKey, innerKey, conjunct } = split;
  const step = { type: 'join', made, rows: joined, graph, steps: side.steps, inputKey, innerKey, conjunct } as const;
  const cost = rest.cost + side.cost + rest.rows + STORE_COST * side.rows + made + joined;
  return { split, order: { steps: [...rest.steps, step], rows: joined, cost } };
}

function* splitsOf(graph: QueryGraph): Generator<Split> {
  for (const component of componentsOf(graph, undefined)) yield* valueSplits(graph, component);
  for (const node of graph.nodes) {
    if (node.bound) continue;
    const components = componentsOf(graph, node);
    const ways = components.filter((component) => waysFrom(graph, component).some((way) => touches(way, node)));
    if (ways.length < 2) continue;
    for (const way of ways) yield* nodeSplit(graph, way, node);
  }
}

/** Sets of nodes that relationships join, those of one node left out. */
function componentsOf({ nodes, relationships }: QueryGraph, without: GraphNode | undefined): Set<GraphNode>[] {
  const components = new Map<GraphNode, Set<GraphNode>>();
  for (const node of nodes) if (node !== without) components.set(node, new Set([node]));
  for (const { from, to } of relationships) {
    const [one, other] = [components.get(from), components.get(to)];
    if (one === undefined || other === undefined || one === other) continue;
    for (const node of other) {
      one.add(node);
      components.set(node, one);
    }
  }
  return [...new Set(components.values())];
}

function waysFrom({ relationships }: QueryGraph, component: ReadonlySet<GraphNode>): GraphRelationship[] {
  return relationships.filter(({ from, to }) => component.has(from) || component.has(to));
}

function touches({ from, to }: GraphRelationship, node: GraphNode): boolean {
  return from === node || to === node;
}

/** One for each equality between what is in the component and what is not. */
function* valueSplits(graph: QueryGraph, component: ReadonlySet<GraphNode>): Generator<Split> {
  const parts = partsOf(graph, component, undefined);
  if (parts === undefined) return;
  for (const conjunct of parts.across) {
    const keys = keysOf(conjunct, parts.sideNames);
    if (keys === undefined) continue;
    const across = parts.across.filter((other) => other !== conjunct);
    yield { ...parts, ...keys, conjunct, across };
  }
}

function* nodeSplit(graph: QueryGraph, component: ReadonlySet<GraphNode>, meeting: GraphNode): Generator<Split> {
  const parts = partsOf(graph, component, meeting);
  if (parts === undefined) return;
  const key = variable(meeting.name, meeting.span);
  yield { ...parts, inputKey: key, innerKey: key, conjunct: undefined };
}

interface Parts extends Pick<Split, 'rest' | 'side' | 'across'> {
  /** What is bound in the table and not before. */
  readonly sideNames: ReadonlySet<string>;
}

/** The graph as a component, with the node where it meets the rest, and that rest; undefined when it cannot be found by itself. */
function partsOf(
  graph: QueryGraph,
  component: ReadonlySet<GraphNode>,
  meeting: GraphNode | undefined,
): Parts | undefined {
  const ways = waysFrom(graph, component);
  const others = graph.relationships.filter((relationship) => !ways.includes(relationship));
  if ([...component].some(({ bound }) => bound) || !ways.every(standsAlone)) return undefined;
  if (ways.some((way) => others.some((other) => mayCoincide(way, other) && !areSingle(way, other)))) return undefined;
  const sideNames = new Set([...[...component].map(({ name }) => name), ...ways.flatMap(namesBoundBy)]);
  if (meeting !== undefined) sideNames.delete(meeting.name);
  const known = new Set([...sideNames, ...(meeting === undefined ? [] : [meeting.name])]);
  const isInside = ({ needs, expression }: Conjunct) =>
    [...needs].some((name) => sideNames.has(name)) &&
    [...freeVariables(expression)].every((name) => known.has(name)) &&
    isSettled(expression);
  const inside = graph.conjuncts.filter(isInside);
  const before = graph.conjuncts.filter(({ needs }) => ![...needs].some((name) => sideNames.has(name)));
  const across = graph.conjuncts.filter((conjunct) => !inside.includes(conjunct) && !before.includes(conjunct));
  const sideNodes = graph.nodes.filter((node) => component.has(node) || node === meeting);
  const restNodes = graph.nodes.filter((node) => !component.has(node));
  return {
    side: part(graph, sideNodes, ways, inside),
    rest: part(graph, restNodes, others, before),
    across,
    sideNames,
  };
}

function part(
  graph: QueryGraph,
  nodes: readonly GraphNode[],
  relationships: readonly GraphRelationship[],
  conjuncts: readonly Conjunct[],
): QueryGraph {
  return { ...graph, nodes, relationships, conjuncts, conjunctsOn: byVariable(conjuncts), paths: [] };
}

/** Whether a relationship can be walked without anything from outside its part, and is more than one of some shortest ones. */
function standsAlone(relationship: GraphRelationship): boolean {
  const { bound, shortest, repeated, traversal, needs, properties, steps } = relationship;
  const isPlain = shortest === undefined && repeated === undefined && traversal === undefined;
  return isPlain && !bound && needs.size === 0 && properties.length === 0 && steps.length === 0;
}

/** Whether both are one relationship each, so that they can be told apart by `<>`. */
function areSingle(one: GraphRelationship, other: GraphRelationship): boolean {
  return [one, other].every(({ hops, repeated }) => hops === undefined && repeated === undefined);
}

/** The two sides of an equality between what is in the table and what is not. */
function keysOf(
  { expression }: Conjunct,
  sideNames: ReadonlySet<string>,
): { inputKey: Expression; innerKey: Expression } | undefined {
  if (expression.type !== 'comparison' || expression.operators.length !== 1) return undefined;
  if (expression.operators[0] !== '=' || !isSettled(expression)) return undefined;
  const [left, right] = expression.operands;
  if (left === undefined || right === undefined) return undefined;
  if (isOf(left, sideNames) && isApartFrom(right, sideNames)) return { inputKey: right, innerKey: left };
  if (isOf(right, sideNames) && isApartFrom(left, sideNames)) return { inputKey: left, innerKey: right };
  return undefined;
}

function isOf(expression: Expression, names: ReadonlySet<string>): boolean {
  const free = [...freeVariables(expression)];
  return free.length > 0 && free.every((name) => names.has(name));
}

function isApartFrom(expression: Expression, names: ReadonlySet<string>): boolean {
  const free = [...freeVariables(expression)];
  return free.length > 0 && !free.some((name) => names.has(name));
}
