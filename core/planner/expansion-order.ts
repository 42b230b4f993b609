/**
 * In which order the nodes and relationships of a MATCH are found. Each possible first step is followed by the cheapest
 * next one until everything is bound; the order that makes the fewest rows on the way wins.
 */
import type { Expression, PathPattern } from '../cypher/ast.ts';
import { type Access, bestAccess } from './access.ts';
import { type IndexAccess, indexAccesses } from './index-access.ts';
import { type Conjunct, type GraphNode, type GraphRelationship, namesBoundBy, type QueryGraph } from './query-graph.ts';
import { HOPS_WHEN_UNBOUNDED, SELECTIVITY, type Statistics } from './statistics.ts';

/** Of a pattern with more parts than this, only the most promising first steps are followed to the end. */
export const PATTERN_PARTS_FEW = 20;
const STARTS_TRIED_MAX = 4;

/** `made`: the rows that come of it; `rows`: those that the predicates leave which it makes possible. */
export type Step = { readonly made: number; readonly rows: number } & (
  | { readonly type: 'leaf'; readonly node: GraphNode; readonly access: Access }
  | { readonly type: 'expand'; readonly relationship: GraphRelationship; readonly reversed: boolean }
  /** Both ends are bound. */
  | { readonly type: 'connect'; readonly relationship: GraphRelationship }
  /** The relationship is bound. */
  | { readonly type: 'endpoints'; readonly relationship: GraphRelationship }
  /** An index finds the relationship, and so what it joins. */
  | { readonly type: 'seekRelationship'; readonly relationship: GraphRelationship; readonly access: IndexAccess }
  /** Another part of the pattern is found by itself, with the steps, and joined by the keys. `conjunct`: what then holds. */
  | {
      readonly type: 'join';
      readonly graph: QueryGraph;
      readonly steps: readonly Step[];
      readonly inputKey: Expression;
      readonly innerKey: Expression;
      readonly conjunct: Conjunct | undefined;
    }
);

export interface Order {
  readonly steps: readonly Step[];
  /** Rows that come out. */
  readonly rows: number;
  /** Rows that are made on the way. */
  readonly cost: number;
}

export interface OrderQuestion {
  readonly graph: QueryGraph;
  readonly statistics: Statistics;
  /** Rows before the MATCH. */
  readonly rows: number;
}

/** The cheapest order found. */
export function orderOfExpansion(question: OrderQuestion): Order {
  const { nodes, relationships } = question.graph;
  const options = new Search(question).options().sort((left, right) => left.rows - right.rows);
  const tried = nodes.length + relationships.length > PATTERN_PARTS_FEW ? STARTS_TRIED_MAX : options.length;
  let best: Search | undefined;
  for (const option of options.slice(0, tried)) {
    const search = new Search(question);
    search.take(option);
    search.finish();
    if (!best || search.cost < best.cost) best = search;
  }
  return best ?? { steps: [], rows: question.rows, cost: 0 };
}

type StepKind =
  | { readonly type: 'leaf'; readonly node: GraphNode; readonly access: Access }
  | { readonly type: 'expand'; readonly relationship: GraphRelationship; readonly reversed: boolean }
  | { readonly type: 'connect' | 'endpoints'; readonly relationship: GraphRelationship }
  | { readonly type: 'seekRelationship'; readonly relationship: GraphRelationship; readonly access: IndexAccess };

/** A step that could come next: the rows it makes of one, and the share of them that remains after its predicates. */
interface Option {
  readonly step: StepKind;
  readonly fanout: number;
  readonly share: number;
  /** Rows for each row before: the product of the two. */
  readonly rows: number;
}

/**
 * One order in the making. What a step would cost is kept until something is bound that a predicate joins with it, so that many
 * parts that have nothing to do with each other are weighed once and not at each step.
 */
class Search {
  readonly steps: Step[] = [];
  cost = 0;
  readonly #graph: QueryGraph;
  readonly #statistics: Statistics;
  readonly #bound = new Set<string>();
  readonly #applied = new Set<Conjunct>();
  readonly #openNodes: Set<GraphNode>;
  readonly #openRelationships: Set<GraphRelationship>;
  /** By node or relationship: the options to find it. */
  readonly #options = new Map<GraphNode | GraphRelationship, readonly Option[]>();
  #rows: number;

  get rows(): number {
    return this.#rows;
  }

  constructor({ graph, statistics, rows }: OrderQuestion) {
    this.#graph = graph;
    this.#statistics = statistics;
    this.#rows = rows;
    this.#openNodes = new Set(graph.nodes.filter((node) => !node.bound));
    this.#openRelationships = new Set(graph.relationships);
    for (const part of [...graph.nodes, ...graph.relationships]) if (part.bound) this.#bound.add(part.name);
    for (const conjunct of graph.conjuncts) if (this.#isPossible(conjunct, [])) this.#applied.add(conjunct);
  }

  finish(): void {
    for (let options = this.options(); options.length > 0; options = this.options()) {
      this.take(options.reduce((best, option) => (option.rows < best.rows ? option : best)));
    }
  }

  take({ step, fanout, share }: Option): void {
    const names = step.type === 'leaf' ? [step.node.name] : namesBoundBy(step.relationship);
    for (const conjunct of this.#newlyPossible(names)) this.#applied.add(conjunct);
    if (step.type !== 'leaf') this.#openRelationships.delete(step.relationship);
    for (const name of names) this.#bound.add(name);
    for (const node of this.#openNodes) if (this.#isBound(node)) this.#openNodes.delete(node);
    this.#forget(names);
    const made = this.#rows * fanout;
    this.#rows = made * share;
    this.cost += made + this.#rows;
    this.steps.push({ ...step, made, rows: this.#rows });
  }

  /**
   * What can come next. A relationship whose ends are both bound goes before all else if it only takes rows away: one of variable
   * length may walk any number of trails first.
   */
  options(): Option[] {
    const expands: Option[] = [];
    const leaves: Option[] = [];
    for (const relationship of this.#openRelationships) {
      const options = this.#optionsOf(relationship);
      if (options.some(({ step, fanout }) => holdsAgainstEachOther(step) && fanout <= 1)) return [...options];
      for (const option of options) (option.step.type === 'seekRelationship' ? leaves : expands).push(option);
    }
    leaves.push(...[...this.#openNodes].flatMap((node) => this.#optionsOf(node)));
    if (expands.length === 0) return leaves;
    return [...expands, ...leaves.filter(({ step }) => 'access' in step && step.access.type === 'seek')];
  }

  #optionsOf(part: GraphNode | GraphRelationship): readonly Option[] {
    const known = this.#options.get(part);
    if (known) return known;
    const options = 'labels' in part ? [this.#leaf(part)] : this.#waysAlong(part);
    this.#options.set(part, options);
    return options;
  }

  /** Options that may have changed, as these variables are bound now. */
  #forget(names: readonly string[]): void {
    const touched = new Set(names);
    for (const name of names) {
      for (const { needs } of this.#graph.conjunctsOn.get(name) ?? []) for (const other of needs) touched.add(other);
    }
    for (const part of this.#options.keys()) {
      const own = 'labels' in part ? [part.name] : [...namesBoundBy(part), ...part.needs];
      if (own.some((name) => touched.has(name))) this.#options.delete(part);
    }
  }

  #leaf(node: GraphNode): Option {
    const question = { graph: this.#graph, node, bound: this.#bound, statistics: this.#statistics };
    const access = bestAccess(question);
    const share = this.#share([node.name], access.consumed);
    return { step: { type: 'leaf', node, access }, fanout: access.fanout, share, rows: access.fanout * share };
  }

  #waysAlong(relationship: GraphRelationship): Option[] {
    for (const name of relationship.needs) if (!this.#bound.has(name)) return [];
    if (relationship.bound && this.#tellsItsEnds(relationship)) {
      return [this.#along({ type: 'endpoints', relationship }, 1)];
    }
    const from = this.#isBound(relationship.from);
    const to = this.#isBound(relationship.to);
    if (from && to) return [this.#connect(relationship)];
    if (!from && !to) return this.#seeks(relationship);
    if (relationship.shortest || relationship.bound || relationship.traversal?.algorithm === 'kShortest') return [];
    const options: Option[] = [];
    for (const [isKnown, reversed] of [
      [from, false],
      [to, true],
    ] as const) {
      // A traversal goes from the node that is written first: its functions are asked of steps in that direction.
      if (!isKnown || (reversed && relationship.traversal)) continue;
      const fanout = expectedFanout({ relationship, reversed, statistics: this.#statistics });
      options.push(this.#along({ type: 'expand', relationship, reversed }, fanout));
    }
    return options;
  }

  /** Ways to find a relationship of which neither end is known. */
  #seeks(relationship: GraphRelationship): Option[] {
    const { name, types, typeExpression, hops, repeated, shortest, direction } = relationship;
    const type = types.length === 1 && typeExpression === undefined ? types[0] : undefined;
    if (type === undefined || relationship.bound || hops || repeated || shortest) return [];
    const about = { graph: this.#graph, bound: this.#bound, statistics: this.#statistics };
    const accesses = indexAccesses({ ...about, entity: 'relationship', variable: name, token: type, ofToken: [] });
    return accesses.map((access) => {
      const fanout = access.fanout * (direction === 'both' ? 2 : 1);
      const share = this.#share(namesBoundBy(relationship), access.consumed);
      return { step: { type: 'seekRelationship', relationship, access }, fanout, share, rows: fanout * share };
    });
  }

  #along(step: Exclude<StepKind, { type: 'leaf' }>, fanout: number): Option {
    const names = namesBoundBy(step.relationship);
    const share = step.type === 'expand' ? this.#shareAtEnd(step, names) : this.#share(names, []);
    return { step, fanout, share, rows: fanout * share };
  }

  /** As #share, but relationships lead to the nodes of some labels more often than to others. */
  #shareAtEnd(step: Extract<StepKind, { type: 'expand' }>, names: readonly string[]): number {
    const { relationship, reversed } = step;
    const end = reversed ? relationship.from : relationship.to;
    const labels = relationship.hops ? [] : this.#newlyPossible(names).filter(({ label }) => label?.node === end.name);
    return labels.reduce(
      (share, { label }) => {
        return share * labelShareAtEnd({ relationship, reversed, label: label!.label, statistics: this.#statistics });
      },
      this.#share(names, labels),
    );
  }

  #connect(relationship: GraphRelationship): Option {
    const option = this.#along({ type: 'connect', relationship }, this.#fanoutBetween(relationship));
    if (relationship.hops === undefined || relationship.shortest) return option;
    // All trails are walked to find those that end where they should, however few these are.
    const fanout = Math.max(1, expectedFanout({ relationship, reversed: false, statistics: this.#statistics }));
    return { ...option, fanout, share: option.rows / fanout };
  }

  /** Rows that holding two bound nodes against each other leaves of one. */
  #fanoutBetween(relationship: GraphRelationship): number {
    if (relationship.shortest) return 1;
    const fanout = expectedFanout({ relationship, reversed: false, statistics: this.#statistics });
    return Math.min(1, fanout / Math.max(1, this.#statistics.nodeCount));
  }

  /** A list of relationships may be empty, and then says nothing about where it starts. */
  #tellsItsEnds({ hops, from, to }: GraphRelationship): boolean {
    return hops === undefined || hops.min > 0 || this.#isBound(from) || this.#isBound(to);
  }

  #share(names: readonly string[], consumed: readonly Conjunct[]): number {
    return this.#newlyPossible(names)
      .filter((conjunct) => !consumed.includes(conjunct))
      .reduce((share, conjunct) => share * selectivityOf(conjunct, this.#statistics), 1);
  }

  /** Conjuncts that can be applied as soon as these variables are bound, and not before. */
  #newlyPossible(names: readonly string[]): Conjunct[] {
    const found = new Set<Conjunct>();
    for (const name of names) {
      for (const conjunct of this.#graph.conjunctsOn.get(name) ?? []) {
        if (!this.#applied.has(conjunct) && this.#isPossible(conjunct, names)) found.add(conjunct);
      }
    }
    return [...found];
  }

  #isPossible({ needs }: Conjunct, names: readonly string[]): boolean {
    for (const name of needs) if (!this.#bound.has(name) && !names.includes(name)) return false;
    return true;
  }

  #isBound(node: GraphNode): boolean {
    return this.#bound.has(node.name);
  }
}

/** Whether the step finds nothing new, but looks whether what is known fits together. */
function holdsAgainstEachOther({ type }: StepKind): boolean {
  return type === 'connect' || type === 'endpoints';
}

/** Rows that expanding one row makes. */
export function expectedFanout(fields: {
  relationship: GraphRelationship;
  reversed: boolean;
  statistics: Statistics;
}): number {
  const { relationship, reversed, statistics } = fields;
  const { types, hops, direction, repeated } = relationship;
  const from = reversed ? relationship.to : relationship.from;
  const label = [...from.labels].sort((a, b) => statistics.labelCount(a) - statistics.labelCount(b))[0];
  const turned = reversed ? turnedDirection(direction) : direction;
  const first = statistics.averageDegree(types, turned, label);
  if (!hops) return first;
  const next = repeated
    ? fanoutInside(repeated.pattern, reversed, statistics)
    : statistics.averageDegree(types, turned, undefined);
  if (repeated) return fanoutOfWalk(hops, next, next);
  const rows = fanoutOfWalk(hops, first, next);
  return relationship.traversal ? Math.min(rows, Math.max(1, statistics.nodeCount)) : rows;
}

/** The share of relationships that lead to a node of a label. */
function labelShareAtEnd(fields: {
  relationship: GraphRelationship;
  reversed: boolean;
  label: string;
  statistics: Statistics;
}): number {
  const { relationship, reversed, label, statistics } = fields;
  const { types, direction } = relationship;
  const back = reversed ? direction : turnedDirection(direction);
  const all = statistics.nodeCount * statistics.averageDegree(types, back, undefined);
  const labelled = statistics.labelCount(label) * statistics.averageDegree(types, back, label);
  return all === 0 ? 1 : Math.min(1, labelled / all);
}

/** Rows of a walk whose first hop makes `first` of one, and each further one `next`. */
function fanoutOfWalk(hops: { min: number; max: number | undefined }, first: number, next: number): number {
  const max = Math.min(hops.max ?? hops.min + HOPS_WHEN_UNBOUNDED, hops.min + HOPS_WHEN_UNBOUNDED);
  let rows = 0;
  for (let length = hops.min; length <= max; length++) rows += length === 0 ? 1 : first * next ** (length - 1);
  return rows;
}

/** Rows that one time through a quantified path pattern makes. */
function fanoutInside(pattern: PathPattern, reversed: boolean, statistics: Statistics): number {
  return pattern.relationships.reduce((rows, { types, direction }) => {
    return rows * statistics.averageDegree(types, reversed ? turnedDirection(direction) : direction, undefined);
  }, 1);
}

export function turnedDirection(direction: GraphRelationship['direction']): GraphRelationship['direction'] {
  if (direction === 'both') return 'both';
  return direction === 'outgoing' ? 'incoming' : 'outgoing';
}

/** The share of rows that a predicate keeps. */
export function selectivityOf(conjunct: Conjunct, statistics: Statistics): number {
  if (conjunct.label) return statistics.labelCount(conjunct.label.label) / Math.max(1, statistics.nodeCount);
  const { expression } = conjunct;
  switch (expression.type) {
    case 'comparison':
      return expression.operators.every((operator) => operator === '=') ? SELECTIVITY.equality : SELECTIVITY.range;
    case 'in':
    case 'string':
      return SELECTIVITY.equality;
    case 'patternPredicate':
    case 'subqueryExpression':
      return SELECTIVITY.pattern;
    default:
      return SELECTIVITY.other;
  }
}
