/** WITH and RETURN as plans: grouping and aggregation, DISTINCT, order, SKIP and LIMIT, and the WHERE of a WITH. */
import type { Expression, ProjectionClause, ProjectionItem, SortItem } from '../cypher/ast.ts';
import { ExpressionIdentities, freeVariables, holdsAggregation } from '../cypher/expression-tree.ts';
import { type Aggregation, KnownExpressions, replaceAggregations } from './aggregation.ts';
import { countingNodes, countingRelationships } from './counting.ts';
import { conjunctsOf, variable } from './expressions.ts';
import { mayHoldEntity } from './footprint.ts';
import { existenceOf, filter, semiApply } from './pattern-plan.ts';
import type { AggregationItem, Plan, ProduceItem, ResultColumn, ScopedExpression, SortKey } from './plan.ts';
import type { Planning } from './planning.ts';
import { liftQueries } from './roll-up.ts';
import { anonymousName, isAnonymous, type PlanScope } from './slots.ts';
import { SELECTIVITY } from './statistics.ts';

export interface ProjectionPlan {
  readonly plan: Plan;
  readonly scope: PlanScope;
  readonly columns: readonly ResultColumn[];
  /** Whether the whole input is read before the first row comes out. */
  readonly isBarrier: boolean;
}

export interface ProjectionQuestion {
  readonly clause: ProjectionClause;
  readonly input: Plan;
  readonly scope: PlanScope;
  readonly planning: Planning;
  /** Whether the input has side effects, so that LIMIT may not cut them off. */
  readonly inputWrites: boolean;
  /** Variables of the query around, which stay in scope whatever is projected. */
  readonly outer: readonly (readonly [string, number])[];
}

/** Rows that LIMIT, SKIP and a grouping are taken to leave when they are not written as numbers. */
const ROWS_ASSUMED = 100;

/** Plans a projection on top of `input`. */
export function planProjection(question: ProjectionQuestion): ProjectionPlan {
  const { clause } = question;
  const items = itemsOf(question);
  const aggregates = items.some((item) => holdsAggregation(item.expression));
  const projected = aggregates ? aggregated(question, items) : plain(question, items);
  const ordered = finish(question, projected);
  const columns = items.map(({ name }) => ({ name, slot: slotIn(projected.scope, name) }));
  return {
    plan: ordered,
    scope: projected.scope,
    columns,
    isBarrier: aggregates || clause.orderBy.length > 0,
  };
}

/** `*` gives all variables that have a name, in the order of their names, but for those of the query around. */
function itemsOf({ clause, scope, outer }: ProjectionQuestion): ProjectionItem[] {
  if (!clause.star) return [...clause.items];
  const hidden = new Set(outer.map(([name]) => name));
  const names = scope.entries().flatMap(([name]) => (isAnonymous(name) || hidden.has(name) ? [] : [name]));
  const all = names.sort().map((name) => ({ name, aliased: false, expression: variable(name, clause.span) }));
  return [...all, ...clause.items];
}

/** What comes out of the items: the plan so far, the new scope, and what ORDER BY and WHERE may name. */
interface Projected {
  readonly plan: Plan;
  readonly scope: PlanScope;
  readonly innerScope: PlanScope;
  readonly sortKeys: readonly SortKey[];
  readonly where: Expression | undefined;
}

function plain(question: ProjectionQuestion, items: readonly ProjectionItem[]): Projected {
  const { clause, scope, input, planning } = question;
  const produced: ProduceItem[] = [];
  const entries = items.map(({ name, expression }): [string, number] => {
    const bound = expression.type === 'variable' ? scope.slotOf(expression.name) : undefined;
    if (bound !== undefined) return [name, bound];
    const slot = addSlot(scope, name, expression);
    produced.push({ slot, expression, scope });
    return [name, slot];
  });
  const after = scope.only([...question.outer, ...entries]);
  const innerScope = clause.distinct ? after : scope.with(entries);
  const known = computed(items);
  const sorting = sortKeysOf(clause.orderBy, innerScope, (expression) => known.replace(expression));
  const needsOld = !clause.distinct && (clause.where !== undefined || sorting.items.length > 0);
  // A key may be a variable of before, which is not projected.
  const sorted = clause.distinct ? [] : sorting.keys.map(({ slot }) => slot);
  const keep = needsOld ? innerScope.liveSlots() : [...new Set([...after.liveSlots(), ...sorted])];
  let plan = produce({ input, items: produced, keep, planning });
  if (clause.distinct) plan = distinct(plan, slotsOf(entries));
  if (sorting.items.length > 0)
    plan = produce({ input: plan, items: sorting.items, keep: innerScope.liveSlots(), planning });
  const where = clause.where && (clause.distinct ? known.replace(clause.where) : clause.where);
  return { plan, scope: after, innerScope, sortKeys: sorting.keys, where };
}

/** Items that are worked out, by their new names; a mere variable is its own name. */
function computed(items: readonly ProjectionItem[]): KnownExpressions {
  return new KnownExpressions(
    items.filter(({ expression }) => expression.type !== 'variable' && expression.type !== 'literal'),
  );
}

function aggregated(question: ProjectionQuestion, items: readonly ProjectionItem[]): Projected {
  const { clause, scope, input, planning, outer: outerEntries } = question;
  const registry = new AggregationRegistry(scope);
  const keyItems = items.filter((item) => !holdsAggregation(item.expression));
  const keys = keyItems.map(({ name, expression }): ProduceItem & { name: string } => {
    const bound = expression.type === 'variable' ? scope.slotOf(expression.name) : undefined;
    return { name, expression, scope, slot: bound ?? addSlot(scope, name, expression) };
  });
  const grouped = new KnownExpressions(keyItems);
  const known = computed(items);
  const afterAggregation = (expression: Expression) => grouped.replace(registry.replace(expression));
  const outer = items.flatMap(({ name, expression }) =>
    holdsAggregation(expression) ? [{ name, expression: afterAggregation(expression) }] : [],
  );
  const sortItems = clause.orderBy.map(({ expression, descending }) => ({
    expression: afterAggregation(known.replace(expression)),
    descending,
  }));
  const keyEntries = keys.map(({ name, slot }): [string, number] => [name, slot]);
  const inner = scope.only([...outerEntries, ...keyEntries, ...registry.entries()]);
  const produced: ProduceItem[] = [];
  const slots = new Map(keys.map(({ name, slot }) => [name, slot]));
  for (const { name, expression } of outer) {
    const bound = expression.type === 'variable' ? inner.slotOf(expression.name) : undefined;
    const slot = bound ?? addSlot(inner, name, expression);
    if (bound === undefined) produced.push({ slot, expression, scope: inner });
    slots.set(name, slot);
  }
  const columns = items.map(({ name }): [string, number] => [name, slots.get(name)!]);
  const after = scope.only([...outerEntries, ...columns]);
  const innerScope = inner.with(after.entries());
  const sorting = sortKeysOf(sortItems, innerScope, (expression) => expression);
  let plan = aggregate({ input, keys, aggregations: registry.items(), scope, planning });
  if (outerEntries.length > 0) {
    const { estimatedRows } = plan;
    plan = { type: 'recall', input: plan, slots: outerEntries.map(([, slot]) => slot), estimatedRows };
  }
  if (produced.length > 0) plan = produce({ input: plan, items: produced, keep: innerScope.liveSlots(), planning });
  if (clause.distinct) plan = distinct(plan, slotsOf(columns));
  if (sorting.items.length > 0)
    plan = produce({ input: plan, items: sorting.items, keep: innerScope.liveSlots(), planning });
  const where = clause.where && known.replace(clause.where);
  return { plan, scope: after, innerScope, sortKeys: sorting.keys, where };
}

/** The aggregations of a projection: each is worked out once, however often it is written. */
class AggregationRegistry {
  readonly #scope: PlanScope;
  readonly #identities = new ExpressionIdentities();
  /** By identity of the aggregation. */
  readonly #items = new Map<number, AggregationItem>();

  constructor(scope: PlanScope) {
    this.#scope = scope;
  }

  /** The expression with each aggregation replaced by its variable. */
  replace(expression: Expression): Expression {
    return replaceAggregations(expression, (aggregation) => {
      const identity = this.#identities.idOf(aggregation);
      const item = this.#items.get(identity) ?? this.#item(aggregation);
      this.#items.set(identity, item);
      return this.#scope.slots.nameOf(item.slot);
    });
  }

  entries(): [string, number][] {
    return this.items().map(({ slot }) => [this.#scope.slots.nameOf(slot), slot]);
  }

  items(): AggregationItem[] {
    return [...this.#items.values()];
  }

  #item(aggregation: Aggregation): AggregationItem {
    const isCall = aggregation.type === 'call';
    const [argument, second] = isCall ? aggregation.arguments : [];
    return {
      slot: addSlot(this.#scope, anonymousName(this.#scope.slots.count), aggregation),
      name: isCall ? aggregation.name : undefined,
      distinct: isCall && aggregation.distinct,
      argument: argument && { expression: argument, scope: this.#scope },
      second: second && { expression: second, scope: this.#scope },
      span: aggregation.span,
    };
  }
}

function aggregate(fields: {
  input: Plan;
  keys: readonly ProduceItem[];
  aggregations: readonly AggregationItem[];
  scope: PlanScope;
  planning: Planning;
}): Plan {
  const { statistics } = fields.planning;
  const counted = countingRelationships({ ...fields, statistics }) ?? fields;
  let { input } = counted;
  const lift = (item: ScopedExpression): ScopedExpression => {
    const { plan, ...over } = liftQueries(input, item, fields.planning);
    input = plan;
    return over;
  };
  const keys = counted.keys.map(({ slot, ...item }) => ({ slot, ...lift(item) }));
  const aggregations = counted.aggregations.map((item) => ({
    ...item,
    argument: item.argument && lift(item.argument),
    second: item.second && lift(item.second),
  }));
  const estimatedRows = keys.length === 0 ? 1 : Math.max(1, Math.sqrt(input.estimatedRows));
  return { type: 'aggregate', input, keys, aggregations, nodeCounts: countingNodes(counted), estimatedRows };
}

/** Slots to sort by, and what has to be worked out for it. */
function sortKeysOf(
  orderBy: readonly SortItem[],
  scope: PlanScope,
  resolve: (expression: Expression) => Expression,
): { keys: SortKey[]; items: ProduceItem[] } {
  const items: ProduceItem[] = [];
  const keys = orderBy.map(({ expression, descending }) => {
    const resolved = resolve(expression);
    const known = resolved.type === 'variable' ? scope.slotOf(resolved.name) : undefined;
    if (known !== undefined) return { slot: known, descending };
    const slot = scope.slots.addPlain(anonymousName(scope.slots.count));
    items.push({ slot, expression: resolved, scope });
    return { slot, descending };
  });
  return { keys, items };
}

/** ORDER BY, SKIP, LIMIT and WHERE, in this order. */
function finish(question: ProjectionQuestion, projected: Projected): Plan {
  const { clause, planning, inputWrites, scope } = question;
  const { scope: after, innerScope, sortKeys, where } = projected;
  let { plan } = projected;
  const nothing = scope.only([]);
  const limit = clause.limit && { expression: clause.limit, scope: nothing };
  const skip = clause.skip && { expression: clause.skip, scope: nothing };
  const limitRows = rowsOf(clause.limit);
  if (sortKeys.length > 0) {
    const keep = [...new Set([...after.liveSlots(), ...slotsNamedIn(where, innerScope)])];
    const { estimatedRows } = plan;
    plan = limit
      ? {
          type: 'top',
          input: plan,
          keys: sortKeys,
          keep,
          limit,
          skip,
          estimatedRows: Math.min(estimatedRows, limitRows),
        }
      : { type: 'orderBy', input: plan, keys: sortKeys, keep, estimatedRows };
  }
  if (skip)
    plan = {
      type: 'skip',
      input: plan,
      count: skip,
      estimatedRows: Math.max(0, plan.estimatedRows - rowsOf(clause.skip)),
    };
  if (limit && sortKeys.length === 0) {
    const estimatedRows = Math.min(plan.estimatedRows, limitRows);
    plan = { type: 'limit', input: plan, count: limit, exhaustive: inputWrites, estimatedRows };
  }
  return where ? filterBy({ input: plan, where, scope: innerScope, planning }) : plan;
}

/** The predicates of a WHERE, those on patterns last. */
function filterBy(fields: { input: Plan; where: Expression; scope: PlanScope; planning: Planning }): Plan {
  const { where, scope, planning } = fields;
  let plan = fields.input;
  const conjuncts = conjunctsOf(where);
  for (const expression of conjuncts) {
    if (existenceOf(expression)) continue;
    plan = filter({ input: plan, predicate: { expression, scope }, share: SELECTIVITY.range, planning });
  }
  for (const expression of conjuncts) {
    const found = existenceOf(expression);
    if (found) plan = semiApply({ input: plan, ...found, scope, planning });
  }
  return plan;
}

function produce(fields: {
  input: Plan;
  items: readonly ProduceItem[];
  keep: readonly number[];
  planning: Planning;
}): Plan {
  const { items, keep, planning } = fields;
  let { input } = fields;
  const lifted = items.map(({ slot, ...item }): ProduceItem => {
    const { plan, ...over } = liftQueries(input, item, planning);
    input = plan;
    return { slot, ...over };
  });
  return { type: 'produce', input, items: lifted, keep, estimatedRows: input.estimatedRows };
}

function distinct(input: Plan, slots: readonly number[]): Plan {
  return { type: 'distinct', input, slots, estimatedRows: Math.max(1, input.estimatedRows / 2) };
}

/** Each slot once: two columns may be the same variable. */
function slotsOf(entries: readonly (readonly [string, number])[]): number[] {
  return [...new Set(entries.map(([, slot]) => slot))];
}

function addSlot(scope: PlanScope, name: string, expression: Expression): number {
  return mayHoldEntity(expression, scope) ? scope.slots.add(name, 'value') : scope.slots.addPlain(name);
}

function slotIn(scope: PlanScope, name: string): number {
  return scope.slotOf(name)!;
}

function slotsNamedIn(expression: Expression | undefined, scope: PlanScope): number[] {
  if (!expression) return [];
  return [...freeVariables(expression)].flatMap((name) => scope.slotOf(name) ?? []);
}

function rowsOf(count: Expression | undefined): number {
  if (count?.type !== 'literal' || typeof count.value !== 'object' || count.value === null) return ROWS_ASSUMED;
  return 'integer' in count.value ? Number(count.value.integer) : ROWS_ASSUMED;
}
