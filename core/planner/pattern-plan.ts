/** MATCH and pattern predicates as plans: the steps of the chosen order, each followed by the predicates it makes possible. */

import { assert, unreachable } from '../assert.ts';
import type { Expression, PathPattern } from '../cypher/ast.ts';
import type { Access } from './access.ts';
import { checkPredicates } from './complexity.ts';
import { type Step, selectivityOf, turnedDirection } from './expansion-order.ts';
import { variable } from './expressions.ts';
import type { BoundExpression, IndexAccess, Sought } from './index-access.ts';
import { orderOfMatch } from './join-order.ts';
import type { Plan, RangeBound, ScopedExpression, StepPredicate } from './plan.ts';
import { isQueryExpression, type Planning, type QueryExpression, queryOf } from './planning.ts';
import { mapSearch } from './point-access.ts';
import {
  type Conjunct,
  type GraphRelationship,
  mayCoincide,
  namesBoundBy,
  type QueryGraph,
  queryGraphOf,
  stepPredicate,
} from './query-graph.ts';
import { planRepetition } from './repetition.ts';
import { liftQueries } from './roll-up.ts';
import { conditionOnShortest, conditionOnSteps, sparesLonger } from './shortest-condition.ts';
import type { PlanScope } from './slots.ts';
import { remembered } from './statistics.ts';

export interface MatchPlan {
  readonly plan: Plan;
  /** The scope before it and what its patterns bind. */
  readonly scope: PlanScope;
  /** Slots that it fills. */
  readonly filled: readonly number[];
}

/** Plans the patterns and the predicates on them on top of `input`, whose rows have the variables of `scope`. */
export function planMatch(fields: {
  patterns: readonly PathPattern[];
  where: Expression | undefined;
  scope: PlanScope;
  input: Plan;
  planning: Planning;
}): MatchPlan {
  const { patterns, where, scope, input, planning } = fields;
  const graph = queryGraphOf(patterns, where, scope);
  checkPredicates(graph.conjuncts.length);
  const plan = new MatchBuilder(graph, { scope, planning, input }).build();
  const before = new Set(scope.liveSlots());
  return { plan, scope: graph.scope, filled: graph.scope.liveSlots().filter((slot) => !before.has(slot)) };
}

class MatchBuilder {
  readonly #graph: QueryGraph;
  /** What the graph is a part of; itself, unless it is one side of a join. */
  readonly #whole: QueryGraph;
  readonly #planning: Planning;
  /** What is bound before the MATCH. */
  readonly #outer: PlanScope;
  readonly #bound = new Set<string>();
  readonly #applied = new Set<Conjunct>();
  readonly #placed: GraphRelationship[] = [];
  #plan: Plan;

  constructor(graph: QueryGraph, around: { scope: PlanScope; planning: Planning; input: Plan; whole?: QueryGraph }) {
    this.#graph = graph;
    this.#whole = around.whole ?? graph;
    this.#outer = around.scope;
    this.#planning = around.planning;
    this.#plan = around.input;
    for (const part of [...graph.nodes, ...graph.relationships]) if (part.bound) this.#bound.add(part.name);
  }

  build(): Plan {
    const { steps } = orderOfMatch({
      graph: this.#graph,
      statistics: remembered(this.#planning.statistics),
      rows: this.#plan.estimatedRows,
    });
    this.#refuseNulls();
    this.#follow(steps);
    for (const { slot, nodes, relationships } of this.#graph.paths) {
      this.#plan = {
        type: 'constructPath',
        input: this.#plan,
        slot,
        nodes: nodes.map((node) => node.slot),
        relationships: relationships.map((relationship) => relationship.slot),
        estimatedRows: this.#plan.estimatedRows,
      };
      this.#bound.add(this.#graph.scope.slots.nameOf(slot));
    }
    this.#filter();
    assert(this.#applied.size === this.#graph.conjuncts.length, 'every predicate of a MATCH has its place');
    return this.#plan;
  }

  #follow(steps: readonly Step[]): void {
    this.#filter();
    for (const step of steps) {
      this.#take(step);
      const found = this.#plan;
      this.#filter();
      // What the predicates leave in all is better known than what each leaves by itself.
      if (this.#plan !== found) this.#plan = { ...this.#plan, estimatedRows: step.rows };
    }
  }

  /** A bound node that no relationship looks at: the pattern is not there when it is null. */
  #refuseNulls(): void {
    const { nodes, relationships, scope } = this.#graph;
    for (const node of nodes) {
      if (!node.bound || relationships.some(({ from, to }) => from === node || to === node)) continue;
      const operand = variable(node.name, node.span);
      const expression: Expression = { type: 'isNull', operand, negated: true, span: node.span };
      const { estimatedRows } = this.#plan;
      this.#plan = { type: 'filter', input: this.#plan, predicate: { expression, scope }, estimatedRows };
    }
  }

  #take(step: Step): void {
    switch (step.type) {
      case 'leaf':
        for (const conjunct of step.access.consumed) this.#applied.add(conjunct);
        this.#plan = this.#leaf(step.node.slot, step.access);
        this.#bound.add(step.node.name);
        return;
      case 'join':
        return this.#join(step);
      case 'expand':
      case 'connect':
        this.#plan = this.#expansion(step);
        break;
      case 'seekRelationship':
        for (const conjunct of step.access.consumed) this.#applied.add(conjunct);
        this.#plan = this.#seek(step.relationship.slot, step.access);
        this.#plan = this.#endpoints(step.relationship);
        break;
      case 'endpoints':
        this.#plan = this.#endpoints(step.relationship);
        break;
      default:
        unreachable(step);
    }
    const { relationship } = step;
    this.#placed.push(relationship);
    for (const name of namesBoundBy(relationship)) this.#bound.add(name);
    if (relationship.path !== undefined) this.#bound.add(this.#graph.scope.slots.nameOf(relationship.path));
  }

  #leaf(slot: number, access: Access): Plan {
    const input = this.#plan;
    const estimatedRows = input.estimatedRows * access.fanout;
    switch (access.type) {
      case 'all':
        return { type: 'scanAll', input, slot, estimatedRows };
      case 'label':
        return { type: 'scanAllByLabel', input, slot, label: access.label, estimatedRows };
      case 'labels':
        return { type: 'scanAllByLabels', input, slot, labels: access.labels, estimatedRows };
      case 'seek':
      case 'range':
      case 'points':
        return this.#seek(slot, access);
      default:
        return unreachable(access);
    }
  }

  #seek(slot: number, access: IndexAccess): Plan {
    const input = this.#plan;
    const { scope } = this.#graph;
    const { entity, token, keys } = access;
    const estimatedRows = input.estimatedRows * access.fanout;
    const scoped = (sought: readonly Sought<Expression>[]) =>
      sought.map(({ value, each }) => ({ value: { expression: value, scope }, each }));
    if (access.type === 'seek') {
      const type = entity === 'node' ? 'nodeIndexSeek' : 'relationshipIndexSeek';
      return { type, input, slot, token, keys, values: scoped(access.values), estimatedRows };
    }
    if (access.type === 'points') {
      const type = entity === 'node' ? 'nodePointSeek' : 'relationshipPointSeek';
      const search = mapSearch(access.search, (expression) => ({ expression, scope }));
      return { type, input, slot, token, keys, search, estimatedRows };
    }
    const bound = (given: BoundExpression | undefined): RangeBound | undefined =>
      given && { value: { expression: given.value, scope }, inclusive: given.inclusive };
    const type = entity === 'node' ? 'nodeIndexSeekByRange' : 'relationshipIndexSeekByRange';
    const [from, to] = [bound(access.from), bound(access.to)];
    const beginning = access.beginning && { expression: access.beginning, scope };
    return { type, input, slot, token, keys, prefix: scoped(access.prefix), from, to, beginning, estimatedRows };
  }

  #join(step: Extract<Step, { type: 'join' }>): void {
    const { graph, steps, inputKey, innerKey, conjunct, made } = step;
    const input: Plan = { type: 'once', estimatedRows: 1 };
    const inner = new MatchBuilder(graph, {
      scope: this.#outer,
      planning: this.#planning,
      input,
      whole: this.#whole,
    });
    inner.#follow(steps);
    const { scope } = graph;
    this.#plan = {
      type: 'hashJoin',
      input: this.#plan,
      inner: inner.#plan,
      inputKey: { expression: inputKey, scope },
      innerKey: { expression: innerKey, scope },
      slots: inner.#filled().filter((slot) => !this.#bound.has(scope.slots.nameOf(slot))),
      estimatedRows: made,
    };
    if (conjunct !== undefined) this.#applied.add(conjunct);
    for (const applied of inner.#applied) this.#applied.add(applied);
    for (const name of inner.#bound) this.#bound.add(name);
    this.#holdApart(inner.#placed);
    this.#placed.push(...inner.#placed);
  }

  /** Slots of what it has found. */
  #filled(): number[] {
    const relationships = this.#placed.filter((relationship) => this.#isAskedFor(relationship));
    return [...this.#graph.nodes, ...relationships].map(({ slot }) => slot);
  }

  /** Relationships of two sides of a join know nothing of each other, and must differ all the same. */
  #holdApart(others: readonly GraphRelationship[]): void {
    const { scope } = this.#graph;
    for (const one of this.#placed) {
      for (const other of others) {
        if (!mayCoincide(one, other)) continue;
        const { span } = one.from;
        const operands = [variable(one.name, span), variable(other.name, span)];
        const predicate = { expression: { type: 'comparison', operators: ['<>'], operands, span } as const, scope };
        this.#plan = { type: 'filter', input: this.#plan, predicate, estimatedRows: this.#plan.estimatedRows };
      }
    }
  }

  #expansion(step: Extract<Step, { type: 'expand' | 'connect' }>): Plan {
    const { relationship } = step;
    const reversed = step.type === 'expand' && step.reversed;
    const [from, to] = reversed ? [relationship.to, relationship.from] : [relationship.from, relationship.to];
    const into = step.type === 'connect';
    const ends = {
      input: this.#plan,
      from: from.slot,
      to: to.slot,
      relationship: this.#isAskedFor(relationship) ? relationship.slot : undefined,
    };
    const distinctFrom = this.#placed.filter((other) => mayCoincide(relationship, other)).map((other) => other.slot);
    if (relationship.repeated) {
      const { min, max } = relationship.hops ?? { min: 1, max: 1 };
      const walk = { ...ends, min, max, into, reversed, distinctFrom, estimatedRows: step.made };
      return planRepetition({ walk, repeated: relationship.repeated, outer: this.#outer, plan: this.#planInside });
    }
    const common = {
      ...ends,
      types: relationship.types,
      typeExpression: relationship.typeExpression,
      direction: reversed ? turnedDirection(relationship.direction) : relationship.direction,
      distinctFrom,
      estimatedRows: step.made,
    };
    const { properties, hops, path } = relationship;
    if (relationship.shortest) {
      const { steps, conditions } = this.#conditionsOnPath(relationship);
      const { min, max } = hops ?? { min: 1, max: 1 };
      return {
        type: 'shortestPath',
        ...common,
        all: relationship.shortest === 'all',
        path,
        min,
        max,
        properties,
        steps: [...relationship.steps, ...steps],
        conditions,
      };
    }
    const { steps, traversal } = relationship;
    if (hops && traversal && traversal.algorithm !== 'depthFirst') {
      const { algorithm, filter, weight, count } = traversal;
      const total = traversal.total?.slot;
      const bounds = { min: hops.min, max: hops.max, into };
      return { type: 'traverse', ...common, ...bounds, algorithm, filter, weight, total, count, properties };
    }
    if (hops) {
      const ways = { min: hops.min, max: hops.max, into, reversed };
      return { type: 'expandVariable', ...common, ...ways, properties, steps, filter: traversal?.filter };
    }
    return { type: into ? 'expandInto' : 'expand', ...common };
  }

  /**
   * What the WHERE asks of a shortest path. What holds for each step of it is part of the search. What is asked of the whole path
   * may pass over the shortest one to a longer one, which may go through its ends again: then no step spares the ends either.
   */
  #conditionsOnPath(relationship: GraphRelationship): { steps: StepPredicate[]; conditions: ScopedExpression[] } {
    const { conjunctsOn, scope } = this.#graph;
    const path = relationship.path === undefined ? undefined : scope.slots.nameOf(relationship.path);
    const names = [relationship.name, ...(path === undefined ? [] : [path])];
    const conjuncts = [...new Set(names.flatMap((name) => conjunctsOn.get(name) ?? []))]
      .filter(({ expression }) => !sparesLonger(expression, names))
      .map((conjunct) => {
        return { conjunct, step: conditionOnSteps(conjunct.expression, { path, relationships: relationship.name }) };
      });
    const isAskedWhole = conjuncts.some(({ step }) => step === undefined);
    const steps: StepPredicate[] = [];
    const conditions: ScopedExpression[] = [];
    for (const { conjunct, step } of conjuncts) {
      const { expression, needs } = conjunct;
      if (![...needs].every((name) => names.includes(name) || this.#bound.has(name)))
        throw conditionOnShortest(expression);
      this.#applied.add(conjunct);
      if (step === undefined || (isAskedWhole && step.spares)) conditions.push({ expression, scope });
      else steps.push(stepPredicate({ ...step, scope }));
    }
    return { steps, conditions };
  }

  /** Plans one time through a quantified path pattern. */
  readonly #planInside = (pattern: PathPattern, scope: PlanScope): MatchPlan => {
    const input: Plan = { type: 'argument', estimatedRows: 1 };
    return planMatch({ patterns: [pattern], where: undefined, scope, input, planning: this.#planning });
  };

  #endpoints(relationship: GraphRelationship): Plan {
    const { from, to, types, typeExpression, direction, slot, hops, properties, steps } = relationship;
    const common = {
      input: this.#plan,
      relationship: slot,
      from: from.slot,
      to: to.slot,
      fromBound: this.#bound.has(from.name),
      toBound: this.#bound.has(to.name),
      types,
      typeExpression,
      direction,
      distinctFrom: this.#placed.filter((other) => mayCoincide(relationship, other)).map((other) => other.slot),
      estimatedRows: this.#plan.estimatedRows,
    };
    if (!hops) return { type: 'projectEndpoints', ...common };
    return { type: 'projectTrail', ...common, min: hops.min, max: hops.max, properties, steps };
  }

  #isAskedFor(relationship: GraphRelationship): boolean {
    if (relationship.named || this.#whole.conjuncts.some(({ needs }) => needs.has(relationship.name))) return true;
    return this.#whole.relationships.some((other) => mayCoincide(relationship, other));
  }

  /** Applies the predicates that have become possible: those on values before those on patterns. */
  #filter(): void {
    const possible = this.#graph.conjuncts.filter(
      (conjunct) => !this.#applied.has(conjunct) && [...conjunct.needs].every((name) => this.#bound.has(name)),
    );
    for (const conjunct of possible) {
      this.#applied.add(conjunct);
      if (!existenceOf(conjunct.expression)) this.#plan = this.#filtered(conjunct);
    }
    for (const conjunct of possible) if (existenceOf(conjunct.expression)) this.#plan = this.#semiApplied(conjunct);
  }

  #filtered(conjunct: Conjunct): Plan {
    return filter({
      input: this.#plan,
      predicate: { expression: conjunct.expression, scope: this.#graph.scope },
      share: selectivityOf(conjunct, this.#planning.statistics),
      planning: this.#planning,
    });
  }

  #semiApplied(conjunct: Conjunct): Plan {
    const found = existenceOf(conjunct.expression);
    assert(found, 'the conjunct asks whether something is there');
    return semiApply({
      input: this.#plan,
      ...found,
      scope: this.#graph.scope,
      planning: this.#planning,
    });
  }
}

/** Keeps the rows for which the predicate is true. `share`: of how many rows that is expected. */
export function filter(fields: { input: Plan; predicate: ScopedExpression; share: number; planning: Planning }): Plan {
  const { plan, ...predicate } = liftQueries(fields.input, fields.predicate, fields.planning);
  return { type: 'filter', input: plan, predicate, estimatedRows: plan.estimatedRows * fields.share };
}

/** What asks whether a query has a row, or has none, which a join can decide. */
export function existenceOf(expression: Expression): { asked: QueryExpression; negated: boolean } | undefined {
  const negated = expression.type === 'not';
  const asked = negated ? expression.operand : expression;
  return isQueryExpression(asked) && queryOf(asked).answer === 'exists' ? { asked, negated } : undefined;
}

/** Keeps the rows for which the query has a row, or has none. */
export function semiApply(fields: {
  input: Plan;
  asked: QueryExpression;
  negated: boolean;
  scope: PlanScope;
  planning: Planning;
}): Plan {
  const { input, asked, negated, scope, planning } = fields;
  const { slots } = scope;
  const rowSlot = slots.addAnonymous('value');
  const inner = planning.nested(queryOf(asked).query, scope.with([[slots.nameOf(rowSlot), rowSlot]])).root;
  return { type: 'semiApply', input, inner, rowSlot, negated, estimatedRows: input.estimatedRows / 2 };
}
