/**
 * Where it does not matter how often a row comes, only that it does (under DISTINCT, and under aggregations that count a
 * value once), a chain of expansions is asked only for the nodes at its end: each is then found once, however many trails
 * lead to it.
 */
import type { Expression } from '../cypher/ast.ts';
import { childrenOf, freeVariables } from '../cypher/expression-tree.ts';
import type {
  AggregatePlan,
  DistinctPlan,
  ExpandPlan,
  ExpandVariablePlan,
  FilterPlan,
  Plan,
  ProducePlan,
  ScopedExpression,
  TrailEndsStep,
} from './plan.ts';
import { isQueryExpression } from './planning.ts';
import { typesOverlap } from './query-graph.ts';

/** Steps that a chain has at most: the executor keeps a bit for each. */
const STEPS_MAX = 6;

/** The plan with the trails pruned that nobody can tell apart. `writes`: whether the query changes the graph. */
export function pruneTrails(plan: Plan, options: { readonly writes: boolean }): Plan {
  switch (plan.type) {
    case 'once':
    case 'argument':
    case 'union':
      return plan;
    case 'distinct':
      return distinct({ ...plan, input: pruneTrails(plan.input, options) }, options.writes);
    case 'aggregate':
      return aggregate({ ...plan, input: pruneTrails(plan.input, options) });
    default:
      return { ...plan, input: pruneTrails(plan.input, options) };
  }
}

function distinct(plan: DistinctPlan, writes: boolean): Plan {
  const input = withoutRepeats(plan.input, new Set(plan.slots));
  const keys = writes || input.type !== 'produce' ? plan.slots : independentSlots(plan.slots, input);
  return keys.length === plan.slots.length ? { ...plan, input } : { ...plan, input, keys };
}

/** Without the properties of nodes and relationships that are among the slots themselves: the entity settles them. */
function independentSlots(slots: readonly number[], { items }: ProducePlan): readonly number[] {
  return slots.filter((slot) => {
    const item = items.find((each) => each.slot === slot);
    if (item?.expression.type !== 'property' || item.expression.subject.type !== 'variable') return true;
    const subject = item.scope.slotOf(item.expression.subject.name);
    if (subject === undefined || !slots.includes(subject)) return true;
    const kind = item.scope.kindOf(subject);
    return kind !== 'node' && kind !== 'relationship';
  });
}

function aggregate(plan: AggregatePlan): Plan {
  const { keys, aggregations } = plan;
  if (!aggregations.every(({ name, distinct }) => distinct || name === 'min' || name === 'max')) return plan;
  const given = aggregations.flatMap(({ argument, second }) => [argument, second]);
  const expressions = [...keys, ...given.filter((expression) => expression !== undefined)];
  if (!expressions.every(isSimple)) return plan;
  return { ...plan, input: withoutRepeats(plan.input, new Set(expressions.flatMap(slotsIn))) };
}

/** A plan with the same rows but for how often they come. `needed`: the slots that are looked at above. */
function withoutRepeats(plan: Plan, needed: ReadonlySet<number>): Plan {
  switch (plan.type) {
    case 'produce': {
      if (!plan.items.every(isSimple)) return plan;
      // What nobody looks at is not worked out, unless it could fail.
      const items = plan.items.filter((item) => needed.has(item.slot) || mayFail(item));
      const keep = plan.keep.filter((slot) => needed.has(slot));
      const input = withoutRepeats(plan.input, new Set([...keep, ...items.flatMap(slotsIn)]));
      return { ...plan, items, keep, input };
    }
    case 'filter': {
      if (!isSimple(plan.predicate)) return plan;
      return { ...plan, input: withoutRepeats(plan.input, union(needed, slotsIn(plan.predicate))) };
    }
    case 'expandInto': {
      const own = [plan.from, plan.to, ...plan.distinctFrom];
      return { ...plan, input: withoutRepeats(plan.input, union(needed, own)) };
    }
    case 'expandVariable':
      return expandVariable(plan, needed);
    case 'expand':
      return expand(plan, needed);
    default:
      return plan;
  }
}

function expandVariable(plan: ExpandVariablePlan, needed: ReadonlySet<number>): Plan {
  const { from, to, types, typeExpression, direction, min, max, estimatedRows } = plan;
  const named = plan.relationship !== undefined && needed.has(plan.relationship);
  const isPlain = plan.properties.length === 0 && plan.steps.length === 0 && plan.filter === undefined;
  if (named || plan.into || plan.distinctFrom.length > 0 || !isPlain) {
    return { ...plan, input: withoutRepeats(plan.input, union(needed, slotsOf(plan))) };
  }
  const input = withoutRepeats(plan.input, union(needed, [from]));
  if (min === 0 || min === 1) {
    return { type: 'reachable', input, from, to, types, typeExpression, direction, min, max, estimatedRows };
  }
  if (max === undefined || max > STEPS_MAX || min > max) return { ...plan, input };
  const step: TrailEndsStep = { types, typeExpression, direction, slot: to, predicates: [] };
  return { type: 'trailEnds', input, from, to, steps: Array.from({ length: max }, () => step), min, estimatedRows };
}

function expand(plan: ExpandPlan, needed: ReadonlySet<number>): Plan {
  const chain = chainTo(plan, needed);
  if (chain.length < 2) return { ...plan, input: withoutRepeats(plan.input, union(needed, slotsOf(plan))) };
  const first = chain[0]!.expand;
  const predicates = chain.flatMap((link) => link.filters.map(({ predicate }) => predicate));
  const input = withoutRepeats(first.input, union(needed, [first.from, ...predicates.flatMap(slotsIn)]));
  const steps = chain.map(({ expand: { types, typeExpression, direction, to }, filters }): TrailEndsStep => {
    return { types, typeExpression, direction, slot: to, predicates: filters.map(({ predicate }) => predicate) };
  });
  const { from } = first;
  return { type: 'trailEnds', input, from, to: plan.to, steps, min: steps.length, estimatedRows: plan.estimatedRows };
}

/** An expansion of a chain, and the filters on the node that it leads to. */
interface Link {
  readonly expand: ExpandPlan;
  readonly filters: readonly FilterPlan[];
}

/** The longest chain of expansions, first to last, that ends with this one and of which nobody needs what lies between. */
function chainTo(last: ExpandPlan, needed: ReadonlySet<number>): Link[] {
  const links: Link[] = [{ expand: last, filters: [] }];
  for (let length = 1; length < STEPS_MAX; length++) {
    const next = linkBefore(links[0]!.expand);
    if (next === undefined) break;
    links.unshift(next);
  }
  // A chain that does not do may do without its first links, as long as it still is one.
  for (; links.length >= 2; links.shift()) if (isClosed(links, needed)) return links;
  return links;
}

function linkBefore({ input, from }: ExpandPlan): Link | undefined {
  const filters: FilterPlan[] = [];
  let plan = input;
  for (; plan.type === 'filter'; plan = plan.input) {
    if (!isSimple(plan.predicate)) return undefined;
    filters.push(plan);
  }
  return plan.type === 'expand' && plan.to === from ? { expand: plan, filters } : undefined;
}

/** Whether nothing outside the chain knows what is inside, and the chain has to differ from nothing outside. */
function isClosed(links: readonly Link[], needed: ReadonlySet<number>): boolean {
  const between = links.slice(0, -1).map(({ expand: { to } }) => to);
  const relationships = links.flatMap(({ expand: { relationship } }) => relationship ?? []);
  const hidden = new Set([...between, ...relationships]);
  if ([...hidden].some((slot) => needed.has(slot))) return false;
  if (!isTrail(links)) return false;
  return links.every(({ expand: { to, distinctFrom }, filters }) => {
    if (distinctFrom.some((slot) => !relationships.includes(slot))) return false;
    return filters.every(({ predicate }) => slotsIn(predicate).every((slot) => slot === to || !hidden.has(slot)));
  });
}

/** Whether each step has to differ from all before it. Those of several MATCH clauses need not. */
function isTrail(links: readonly Link[]): boolean {
  return links.every(({ expand: later }, i) =>
    links.slice(0, i).every(({ expand: earlier }) => {
      if (!typesOverlap(earlier.types, later.types)) return true;
      return earlier.relationship !== undefined && later.distinctFrom.includes(earlier.relationship);
    }),
  );
}

function slotsOf({ from, to, relationship, distinctFrom }: ExpandPlan | ExpandVariablePlan): number[] {
  return [from, to, ...(relationship === undefined ? [] : [relationship]), ...distinctFrom];
}

function slotsIn({ expression, scope }: ScopedExpression): number[] {
  return [...freeVariables(expression)].flatMap((name) => scope.slotOf(name) ?? []);
}

function isSimple({ expression }: ScopedExpression): boolean {
  return isSettled(expression);
}

/** Whether an expression has the same value whenever its variables have, and runs no query of its own. */
export function isSettled(expression: Expression): boolean {
  if (isQueryExpression(expression)) return false;
  if (expression.type === 'call' && (expression.name === 'rand' || expression.name === 'randomuuid')) return false;
  return childrenOf(expression).every(isSettled);
}

/** Whether an expression could be an error: anything but a literal, a variable, and a property of a node or relationship. */
function mayFail({ expression, scope }: ScopedExpression): boolean {
  if (expression.type === 'literal' || expression.type === 'variable') return false;
  if (expression.type !== 'property' || expression.subject.type !== 'variable') return true;
  const slot = scope.slotOf(expression.subject.name);
  const kind = slot === undefined ? undefined : scope.kindOf(slot);
  return kind !== 'node' && kind !== 'relationship';
}

function union(slots: ReadonlySet<number>, more: readonly number[]): ReadonlySet<number> {
  return new Set([...slots, ...more]);
}
