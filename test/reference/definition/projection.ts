/** WITH and RETURN: columns, grouping, DISTINCT, ORDER BY, SKIP, LIMIT and WHERE, in this order. */
import type { Expression, ProjectionClause } from '../../../core/cypher/ast.ts';
import { holdsAggregation } from '../../../core/cypher/expression-tree.ts';
import { isList } from '../../../core/value/equality.ts';
import { equivalenceKey } from '../../../core/value/equivalence.ts';
import { compareOrder } from '../../../core/value/order.ts';
import type { Value } from '../../../core/value/value.ts';
import { argumentError, type Evaluation, extended, type Place, type Row, typeError } from './evaluation.ts';

/** A row that has been projected, and where ORDER BY and WHERE are worked out for it. */
interface Projected {
  readonly row: Row;
  readonly behind: Place;
}

export function project(evaluation: Evaluation, clause: ProjectionClause, rows: readonly Row[]): Row[] {
  let projected = projectedRows(evaluation, clause, rows);
  if (clause.distinct) projected = distinctBy(projected, ({ row }) => rowKey(row));
  if (clause.orderBy.length > 0) projected = ordered(evaluation, clause, projected);
  const skip = clause.skip ? count(evaluation, clause.skip) : 0;
  const limit = clause.limit ? count(evaluation, clause.limit) : Number.POSITIVE_INFINITY;
  projected = projected.slice(skip, skip + limit);
  const { where } = clause;
  if (where) projected = projected.filter(({ behind }) => evaluation.value(where, behind) === true);
  return projected.map(({ row }) => row);
}

function projectedRows(evaluation: Evaluation, clause: ProjectionClause, rows: readonly Row[]): Projected[] {
  const { items, distinct } = clause;
  const written = items.map(({ expression }) => textOf(expression));
  const knownIn = (row: Row) => (expression: Expression) => {
    const position = written.indexOf(textOf(expression));
    return position < 0 ? undefined : row.get(items[position]!.name);
  };
  const isGrouped = items.some(({ expression }) => holdsAggregation(expression));
  if (!isGrouped) {
    return rows.map((row) => {
      const after = columnsOf(evaluation, clause, { row });
      const behind = distinct ? { row: after, known: knownIn(after) } : { row: extended(row, after) };
      return { row: after, behind };
    });
  }
  return groupsOf(evaluation, clause, rows).map((group) => {
    const after = columnsOf(evaluation, clause, { row: group[0] ?? new Map(), group });
    return { row: after, behind: { row: after, known: knownIn(after) } };
  });
}

function columnsOf(evaluation: Evaluation, { star, items }: ProjectionClause, place: Place): Row {
  const all = star ? [...place.row].sort(([one], [other]) => (one < other ? -1 : 1)) : [];
  const own = items.map(({ name, expression }) => [name, evaluation.value(expression, place)] as const);
  return new Map([...all, ...own]);
}

function groupsOf(evaluation: Evaluation, { star, items }: ProjectionClause, rows: readonly Row[]): Row[][] {
  const keys = items.filter(({ expression }) => !holdsAggregation(expression));
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const own = keys.map(({ name, expression }) => [name, evaluation.value(expression, { row })] as const);
    const key = rowKey(new Map(star ? [...row, ...own] : own));
    const group = groups.get(key);
    if (group) group.push(row);
    else groups.set(key, [row]);
  }
  // Without keys all rows are one group, even when there is none.
  return groups.size === 0 && keys.length === 0 && !star ? [[]] : [...groups.values()];
}

function ordered(evaluation: Evaluation, { orderBy }: ProjectionClause, rows: readonly Projected[]): Projected[] {
  return rows
    .map((one) => ({ one, keys: orderBy.map(({ expression }) => evaluation.value(expression, one.behind)) }))
    .sort((left, right) => {
      for (const [i, { descending }] of orderBy.entries()) {
        const order = compareOrder(left.keys[i]!, right.keys[i]!);
        if (order !== 0) return descending ? -order : order;
      }
      return 0;
    })
    .map(({ one }) => one);
}

function count(evaluation: Evaluation, expression: Expression): number {
  const value = evaluation.value(expression, { row: new Map() });
  if (typeof value !== 'number') throw typeError('SKIP and LIMIT take INTEGERs.');
  if (value < 0) throw argumentError('SKIP and LIMIT take no negative numbers.');
  return value;
}

/** The first of those that share a key. */
export function distinctBy<Item>(items: readonly Item[], keyOf: (item: Item) => unknown): Item[] {
  const first = new Map<unknown, Item>();
  for (const item of items) if (!first.has(keyOf(item))) first.set(keyOf(item), item);
  return [...first.values()];
}

/** Equal for rows whose values are equivalent, column by column. */
export function rowKey(row: Row): string {
  return JSON.stringify([...row.values()].map((value: Value) => keyText(value)));
}

function keyText(value: Value): string {
  // A list's own key takes in its elements' keys already.
  const key = equivalenceKey(value);
  return `${isList(value) ? 'list' : typeof key} ${String(key)}`;
}

const texts = new WeakMap<Expression, string>();

/** An expression as it is written, but for where it stands. */
function textOf(expression: Expression): string {
  const known = texts.get(expression);
  if (known !== undefined) return known;
  const text = JSON.stringify(expression, (name, value) => {
    if (name === 'span') return undefined;
    return typeof value === 'bigint' ? `${value}n` : value;
  });
  texts.set(expression, text);
  return text;
}
