/** Counting what an expansion gives without making a row for each: the degrees are added up instead. */
import type { Expression } from '../cypher/ast.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import { turnedDirection } from './expansion-order.ts';
import { variable } from './expressions.ts';
import type { AggregationItem, ExpandPlan, NodeCounts, Plan, ProduceItem, ScopedExpression } from './plan.ts';
import { anonymousName, type PlanScope } from './slots.ts';
import type { Statistics } from './statistics.ts';

interface Aggregation {
  readonly input: Plan;
  readonly keys: readonly ProduceItem[];
  readonly aggregations: readonly AggregationItem[];
}

/** The aggregation over a count of relationships, instead of one over each; undefined when it asks for more than how many there are. */
export function countingRelationships(
  fields: Aggregation & { readonly scope: PlanScope; readonly statistics: Statistics },
): Aggregation | undefined {
  const { plan: input, labels } = withoutLabelTests(fields.input);
  if (input.type !== 'expand') return undefined;
  const [label, ...others] = labels.get(input.to) ?? [];
  if (others.length > 0 || labels.size > (label === undefined ? 0 : 1)) return undefined;
  return (
    countingExpansion({ ...fields, input, endLabel: label }) ??
    countingFromFarEnd({ ...fields, input, farLabel: label })
  );
}

/**
 * Of all relationships of the nodes of a scan, grouped by what stands at the far ends: the same from there, where each node is given once
 * with how many lead to it. Undefined when it is something else, or when there are fewer relationships than far ends.
 */
function countingFromFarEnd(
  fields: Aggregation & {
    readonly input: ExpandPlan;
    readonly farLabel: string | undefined;
    readonly scope: PlanScope;
    readonly statistics: Statistics;
  },
): Aggregation | undefined {
  const { input: expand, farLabel, keys, scope, statistics } = fields;
  const near = expand.input;
  if (near.type !== 'scanAll' && near.type !== 'scanAllByLabel') return undefined;
  if (near.input.type !== 'once' || near.slot !== expand.from || keys.length === 0) return undefined;
  const hidden = [expand.from, ...(expand.relationship === undefined ? [] : [expand.relationship])];
  if (keys.some(({ expression }) => namesOneOf(expression, hidden, scope))) return undefined;
  const farCount = farLabel === undefined ? statistics.nodeCount : statistics.labelCount(farLabel);
  if (farCount > expand.estimatedRows) return undefined;
  const scan = { input: near.input, slot: expand.to, estimatedRows: Math.max(1, farCount) } as const;
  const turned: ExpandPlan = {
    ...expand,
    input: farLabel === undefined ? { type: 'scanAll', ...scan } : { type: 'scanAllByLabel', label: farLabel, ...scan },
    from: expand.to,
    to: expand.from,
    direction: turnedDirection(expand.direction),
  };
  const endLabel = near.type === 'scanAllByLabel' ? near.label : undefined;
  return countingExpansion({ ...fields, input: turned, endLabel });
}

/** A plan without the tests of labels that stand on top of it, and those labels by slot. */
function withoutLabelTests(plan: Plan): {
  readonly plan: Plan;
  readonly labels: ReadonlyMap<number, readonly string[]>;
} {
  const labels = new Map<number, string[]>();
  let below = plan;
  while (below.type === 'filter') {
    const { expression, scope } = below.predicate;
    if (expression.type !== 'hasLabels' || expression.labelExpression || expression.subject.type !== 'variable') break;
    const slot = scope.slotOf(expression.subject.name);
    if (slot === undefined) break;
    labels.set(slot, [...(labels.get(slot) ?? []), ...expression.labels]);
    below = below.input;
  }
  return { plan: below, labels };
}

function countingExpansion(
  fields: Aggregation & {
    readonly input: ExpandPlan;
    readonly scope: PlanScope;
    readonly endLabel: string | undefined;
  },
): Aggregation | undefined {
  const { input, keys, aggregations, scope, endLabel } = fields;
  if (input.distinctFrom.length > 0 || aggregations.length === 0) return undefined;
  if (keys.some(({ expression }) => namesOneOf(expression, newSlotsOf(input), scope))) return undefined;
  if (!aggregations.every((item) => countsRows(item, input))) return undefined;
  const name = anonymousName(scope.slots.count);
  const multiplicity = scope.slots.addPlain(name);
  const inner = scope.with([[name, multiplicity]]);
  return {
    input: {
      type: 'expandCount',
      input: input.input,
      from: input.from,
      types: input.types,
      typeExpression: input.typeExpression,
      direction: input.direction,
      endLabel,
      multiplicity,
      estimatedRows: input.input.estimatedRows,
    },
    keys,
    aggregations: aggregations.map((item) => ({
      ...item,
      name: 'sum',
      argument: { expression: variable(name, item.span), scope: inner },
    })),
  };
}

/** What the aggregations count, when they count all nodes that a scan gives, or those with a property; undefined otherwise. */
export function countingNodes({ input, keys, aggregations }: Aggregation): NodeCounts | undefined {
  const isScan = input.type === 'scanAllByLabel' || input.type === 'scanAll';
  if (!isScan || input.input.type !== 'once' || keys.length > 0 || aggregations.length === 0) return undefined;
  const label = input.type === 'scanAllByLabel' ? input.label : undefined;
  const counted: (string | undefined)[] = [];
  for (const { name, distinct, argument } of aggregations) {
    if (distinct || (name !== undefined && name !== 'count')) return undefined;
    const key = name === undefined || argument === undefined ? undefined : countedKey(argument, input.slot);
    if (key === null || (key !== undefined && label === undefined)) return undefined;
    counted.push(key);
  }
  return { label, keys: counted };
}

/** The key of a property of the node in the slot, undefined for the node itself; null for anything else. */
function countedKey({ expression, scope }: ScopedExpression, slot: number): string | undefined | null {
  const node = expression.type === 'property' ? expression.subject : expression;
  if (node.type !== 'variable' || scope.slotOf(node.name) !== slot) return null;
  return expression.type === 'property' ? expression.key : undefined;
}

function newSlotsOf(plan: ExpandPlan): number[] {
  return plan.relationship === undefined ? [plan.to] : [plan.to, plan.relationship];
}

function namesOneOf(expression: Expression, slots: readonly number[], scope: PlanScope): boolean {
  return [...freeVariables(expression)].some((name) => {
    const slot = scope.slotOf(name);
    return slot !== undefined && slots.includes(slot);
  });
}

/** count(*), or count of what the expansion binds, which is never null. */
function countsRows(item: AggregationItem, input: ExpandPlan): boolean {
  if (item.name === undefined) return true;
  const { argument } = item;
  if (item.name !== 'count' || item.distinct || argument?.expression.type !== 'variable') return false;
  const slot = argument.scope.slotOf(argument.expression.name);
  return slot !== undefined && newSlotsOf(input).includes(slot);
}
