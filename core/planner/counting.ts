/** Counting what an expansion gives without making a row for each: the degrees are added up instead. */
import type { Expression } from '../cypher/ast.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import { variable } from './expressions.ts';
import type { AggregationItem, ExpandPlan, NodeCounts, Plan, ProduceItem, ScopedExpression } from './plan.ts';
import { anonymousName, type PlanScope } from './slots.ts';

interface Aggregation {
  readonly input: Plan;
  readonly keys: readonly ProduceItem[];
  readonly aggregations: readonly AggregationItem[];
}

/** The aggregation over a count of the expansion; undefined when something asks for more than how many there are. */
export function countingExpansion(fields: Aggregation & { scope: PlanScope }): Aggregation | undefined {
  const { input, keys, aggregations, scope } = fields;
  if (input.type !== 'expand' || input.distinctFrom.length > 0 || aggregations.length === 0) return undefined;
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
