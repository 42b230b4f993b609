/**
 * In which order the nodes and relationships of a MATCH are found. Each possible first step is followed by the cheapest
 * next one until everything is bound; the order that makes the fewest rows on the way wins.
 */
import type { PathPattern } from '../cypher/ast.ts';
import { type Access, bestAccess, bestSeek } from './access.ts';
import { type Conjunct, type GraphNode, type GraphRelationship, namesBoundBy, type QueryGraph } from './query-graph.ts';
import { HOPS_WHEN_UNBOUNDED, SELECTIVITY, type Statistics } from './statistics.ts';

/** Of a pattern with more parts than this, only the most promising first steps are followed to the end. */
const LARGE_PATTERN_PARTS = 20;
const STARTS_TRIED_MAX = 4;

export type Step = { readonly rows: number } & (
  | { readonly type: 'leaf'; readonly node: GraphNode; readonly access: Access }
  | { readonly type: 'expand'; readonly relationship: GraphRelationship; readonly reversed: boolean }
  /** Both ends are bound. */
  | { readonly type: 'connect'; readonly relationship: GraphRelationship }
  /** The relationship is bound. */
  | { readonly type: 'endpoints'; readonly relationship: GraphRelationship }
);

export interface OrderQuestion {
  readonly graph: QueryGraph;
  readonly statistics: Statistics;
  /** Rows before the MATCH. */
  readonly rows: number;
}

/** The steps of the cheapest order found. `rows` of each: rows after it and after the predicates that it makes possible. */
export function orderOfExpansion(question: OrderQuestion): Step[] {
  const { nodes, relationships } = question.graph;
  const options = new Search(question).options().sort((left, right) => left.step.rows - right.step.rows);
  const tried = nodes.length + relationships.length > LARGE_PATTERN_PARTS ? STARTS_TRIED_MAX : options.length;
  let best: Search | undefined;
  for (const option of options.slice(0, tried)) {
    const search = new Search(question);
    search.take(option);
    search.finish();
    if (!best || search.cost < best.cost) best = search;
  }
  return best?.steps ?? [];
}

/** A step that could come next: the rows it makes, and those that remain after its predicates. */
interface Option {
  readonly step: Step;
  readonly made: number;
}

class Search {
  readonly steps: Step[] = [];
  cost = 0;
  readonly #graph: QueryGraph;
  readonly #statistics: Statistics;
  readonly #bound = new Set<string>();
  readonly #applied = new Set<Conjunct>();
  readonly #open: Set<GraphRelationship>;
  #rows: number;

  constructor({ graph, statistics, rows }: OrderQuestion) {
    this.#graph = graph;
    this.#statistics = statistics;
    this.#rows = rows;
    this.#open = new Set(graph.relationships);
    for (const part of [...graph.nodes, ...graph.relationships]) if (part.bound) this.#bound.add(part.name);
    for (const conjunct of this.#newlyPossible([])) this.#applied.add(conjunct);
  }

  finish(): void {
    for (let options = this.options(); options.length > 0; options = this.options()) {
      this.take(options.reduce((best, option) => (option.step.rows < best.step.rows ? option : best)));
    }
  }

  take({ step, made }: Option): void {
    const names = step.type === 'leaf' ? [step.node.name] : namesBoundBy(step.relationship);
    for (const conjunct of this.#newlyPossible(names)) this.#applied.add(conjunct);
    if (step.type !== 'leaf') this.#open.delete(step.relationship);
    for (const name of names) this.#bound.add(name);
    this.cost += made + step.rows;
    this.#rows = step.rows;
    this.steps.push(step);
  }

  /** What can come next. A relationship whose ends are both bound only takes rows away, so it goes before all else. */
  options(): Option[] {
    for (const relationship of this.#open) {
      if (relationship.bound && this.#tellsItsEnds(relationship))
        return [this.#option({ type: 'endpoints', relationship }, relationship, 1)];
    }
    for (const relationship of this.#open) {
      if (this.#isBound(relationship.from) && this.#isBound(relationship.to)) return [this.#connect(relationship)];
    }
    const expands = this.#expands();
    const unbound = this.#graph.nodes.filter((node) => !this.#isBound(node));
    const seeks = unbound.flatMap((node) => this.#leaf(node, bestSeek(this.#question(node))));
    if (expands.length > 0) return [...expands, ...seeks];
    return unbound.flatMap((node) => this.#leaf(node, bestAccess(this.#question(node))));
  }

  /** A list of relationships may be empty, and then says nothing about where it starts. */
  #tellsItsEnds({ hops, from, to }: GraphRelationship): boolean {
    return hops === undefined || hops.min > 0 || this.#isBound(from) || this.#isBound(to);
  }

  #expands(): Option[] {
    return [...this.#open].flatMap((relationship) => {
      if (relationship.shortest) return [];
      const options: Option[] = [];
      if (this.#isBound(relationship.from)) options.push(this.#expand(relationship, false));
      if (this.#isBound(relationship.to)) options.push(this.#expand(relationship, true));
      return options;
    });
  }

  #expand(relationship: GraphRelationship, reversed: boolean): Option {
    const fanout = expectedFanout({ relationship, reversed, statistics: this.#statistics });
    return this.#option({ type: 'expand', relationship, reversed }, relationship, fanout);
  }

  #connect(relationship: GraphRelationship): Option {
    const fanout = expectedFanout({ relationship, reversed: false, statistics: this.#statistics });
    const share = relationship.shortest ? 1 : fanout / Math.max(1, this.#statistics.nodeCount);
    const { step } = this.#option({ type: 'connect', relationship }, relationship, Math.min(1, share));
    // Trails are walked to find those that end where they should, however few these are.
    const walked = relationship.hops !== undefined && !relationship.shortest ? fanout : Math.min(1, share);
    return { step, made: this.#rows * walked };
  }

  #option(
    step:
      | { type: 'expand'; relationship: GraphRelationship; reversed: boolean }
      | { type: 'connect' | 'endpoints'; relationship: GraphRelationship },
    relationship: GraphRelationship,
    fanout: number,
  ): Option {
    const made = this.#rows * fanout;
    return { step: { ...step, rows: made * this.#selectivity(namesBoundBy(relationship), []) }, made };
  }

  #leaf(node: GraphNode, access: Access | undefined): Option[] {
    if (!access) return [];
    const made = this.#rows * access.fanout;
    return [
      { step: { type: 'leaf', node, access, rows: made * this.#selectivity([node.name], access.consumed) }, made },
    ];
  }

  #selectivity(names: readonly string[], consumed: readonly Conjunct[]): number {
    return this.#newlyPossible(names)
      .filter((conjunct) => !consumed.includes(conjunct))
      .reduce((share, conjunct) => share * selectivityOf(conjunct, this.#statistics), 1);
  }

  #newlyPossible(names: readonly string[]): Conjunct[] {
    const isBound = (name: string) => this.#bound.has(name) || names.includes(name);
    return this.#graph.conjuncts.filter(
      (conjunct) => !this.#applied.has(conjunct) && [...conjunct.needs].every(isBound),
    );
  }

  #isBound(node: GraphNode): boolean {
    return this.#bound.has(node.name);
  }

  #question(node: GraphNode) {
    return { graph: this.#graph, node, bound: this.#bound, statistics: this.#statistics };
  }
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
  return fanoutOfWalk(hops, first, next);
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
