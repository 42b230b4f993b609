/** WITH and RETURN: their columns, grouping, ordering, and what may be seen after them. Source: reference/cypher.md §6. */
import type { Expression, ProjectionClause, ProjectionItem } from './ast.ts';
import { type Checker, COLUMN, CONSTANT, type Place, PREDICATE } from './checker.ts';
import { shown } from './error-text.ts';
import { childrenOf, ExpressionIdentities, patternVariables } from './expression-tree.ts';
import { findFunction } from './function-table.ts';
import { Scope } from './scope.ts';
import type { StaticType } from './static-type.ts';

/** A column of a projection. */
export interface ResultColumn {
  readonly name: string;
  readonly type: StaticType;
  /** Whether an aggregation stands in it. */
  readonly aggregate: boolean;
}

export interface Projection {
  /** Of RETURN all columns; of WITH those that are written out. */
  readonly columns: readonly ResultColumn[];
  /** What the next clause sees. */
  readonly scope: Scope;
}

/** Checks WITH or RETURN in the scope before it. With `*`, that scope itself goes on, and grows. */
export function checkProjection(checker: Checker, clause: ProjectionClause, scope: Scope): Projection {
  if (clause.star && scope.size === 0 && clause.type === 'return') {
    const message = 'RETURN * needs at least one variable';
    throw checker.error(clause.span, { message, detail: 'NoVariablesInScope' });
  }
  if (clause.type === 'with') for (const item of clause.items) checkAlias(checker, item);
  const items = clause.items.map((item) => column(checker, item, scope));
  const grouped = items.some((item) => item.aggregate);
  if (grouped) checkGrouping(checker, clause, scope);
  const repeated = grouped || clause.distinct ? new RepeatedColumns(clause, items) : undefined;
  const before =
    clause.star && clause.type === 'return'
      ? [...scope.entries()].map(([name, type]) => ({ name, type, aggregate: false }))
      : [];
  const after = clause.star ? scope : new Scope();
  defineColumns(checker, { clause, items, scope: after });
  // Without grouping and DISTINCT a row before is a row after, and its old variables can still be seen.
  const behind = repeated || clause.star ? after : overlay(items, scope);
  for (const { expression } of clause.orderBy) checkSortItem(checker, { expression, scope: behind, repeated, grouped });
  for (const count of [clause.skip, clause.limit]) if (count) checkCount(checker, count);
  if (clause.where) checker.require(clause.where, ['boolean'], behind, PREDICATE);
  return { columns: clause.type === 'return' ? [...before, ...items] : items, scope: after };
}

function defineColumns(
  checker: Checker,
  { clause, items, scope }: { clause: ProjectionClause; items: readonly ResultColumn[]; scope: Scope },
): void {
  for (const [position, { name, type }] of items.entries()) {
    if (scope.typeOf(name) !== undefined) {
      const at = clause.items[position]?.expression.span ?? clause.span;
      throw checker.error(at, { message: `Two columns have the name ${shown(name)}`, detail: 'ColumnNameConflict' });
    }
    scope.define(name, type);
  }
}

function column(checker: Checker, item: ProjectionItem, scope: Scope): ResultColumn {
  const before = checker.aggregationCount;
  const type = checker.typeOf(item.expression, scope, COLUMN);
  return { name: item.name, type, aggregate: checker.aggregationCount > before };
}

function checkAlias(checker: Checker, item: ProjectionItem): void {
  if (item.aliased || item.expression.type === 'variable') return;
  const message = 'An expression in WITH needs a name';
  throw checker.error(item.expression.span, { message, detail: 'NoExpressionAlias', hint: 'Add AS and a name.' });
}

function overlay(columns: readonly ResultColumn[], outer: Scope): Scope {
  const scope = new Scope(outer);
  for (const { name, type } of columns) scope.define(name, type);
  return scope;
}

/** SKIP and LIMIT: an integer from 0, known before the first row. */
function checkCount(checker: Checker, count: Expression): void {
  checker.require(count, ['integer'], new Scope(), CONSTANT);
  if (count.type !== 'literal' || typeof count.value !== 'object' || count.value === null) return;
  if ('integer' in count.value && count.value.integer < 0n) {
    const message = 'SKIP and LIMIT take no negative numbers';
    throw checker.error(count.span, { message, detail: 'NegativeIntegerArgument' });
  }
}

/** Beside an aggregation may stand only what is the same for all rows of a group. */
function checkGrouping(checker: Checker, clause: ProjectionClause, scope: Scope): void {
  const identities = new ExpressionIdentities();
  const keys = new Set<number>();
  const aggregating: Expression[] = [];
  for (const { expression } of clause.items) {
    if (holdsAggregation(expression)) aggregating.push(expression);
    else if (isSimple(expression)) keys.add(identities.idOf(expression));
  }
  const isKey = (expression: Expression) =>
    keys.has(identities.idOf(expression)) ||
    (clause.star && expression.type === 'variable' && scope.typeOf(expression.name) !== undefined);
  for (const expression of aggregating) checkBesideAggregation(checker, expression, isKey, new Set());
}

/** `local`: variables that the expression itself makes. */
function checkBesideAggregation(
  checker: Checker,
  expression: Expression,
  isKey: (expression: Expression) => boolean,
  local: ReadonlySet<string>,
): void {
  if (isAggregation(expression) || (isSimple(expression) && isKey(expression))) return;
  if (expression.type === 'variable' && !local.has(expression.name)) throw ambiguous(checker, expression);
  const inner = new Set([...local, ...ownVariables(expression)]);
  for (const child of childrenOf(expression)) checkBesideAggregation(checker, child, isKey, inner);
}

function ambiguous(checker: Checker, expression: Expression) {
  return checker.error(expression.span, {
    message: 'This differs between the rows of a group and may not stand beside an aggregation',
    detail: 'AmbiguousAggregationExpression',
    hint: 'Make it a column of its own in a WITH before.',
  });
}

/** Variables that an expression makes for what stands inside it. */
function ownVariables(expression: Expression): readonly string[] {
  switch (expression.type) {
    case 'listComprehension':
    case 'quantifier':
      return [expression.variable];
    case 'reduce':
      return [expression.variable, expression.accumulator];
    case 'patternPredicate':
      return expression.patterns.flatMap(patternVariables);
    default:
      return [];
  }
}

/** What may be a grouping key inside a larger expression: a variable or a property. */
function isSimple(expression: Expression): boolean {
  return expression.type === 'variable' || expression.type === 'property';
}

function isAggregation(expression: Expression): boolean {
  if (expression.type === 'countStar') return true;
  return expression.type === 'call' && findFunction(expression.name)?.aggregate === true;
}

function holdsAggregation(expression: Expression): boolean {
  return isAggregation(expression) || childrenOf(expression).some(holdsAggregation);
}

/** The columns of a projection by what is written in them: after DISTINCT or grouping, ORDER BY may repeat those. */
class RepeatedColumns {
  readonly #identities = new ExpressionIdentities();
  readonly #types = new Map<number, StaticType>();

  constructor(clause: ProjectionClause, columns: readonly ResultColumn[]) {
    for (const [position, item] of clause.items.entries()) {
      const type = columns[position]?.type;
      if (type !== undefined) this.#types.set(this.#identities.idOf(item.expression), type);
    }
  }

  typeOf(expression: Expression): StaticType | undefined {
    return this.#types.get(this.#identities.idOf(expression));
  }
}

interface SortCheck {
  readonly expression: Expression;
  readonly scope: Scope;
  readonly repeated: RepeatedColumns | undefined;
  readonly grouped: boolean;
}

function checkSortItem(checker: Checker, { expression, scope, repeated, grouped }: SortCheck): void {
  if (repeated === undefined) {
    checker.typeOf(expression, scope, { ...COLUMN, aggregations: 'forbidden' });
    return;
  }
  const mixed = grouped && holdsAggregation(expression) && repeated.typeOf(expression) === undefined;
  const place: Place = {
    ...COLUMN,
    aggregations: 'forbidden',
    known: (part) => {
      const type = repeated.typeOf(part);
      if (type === undefined || !mixed || isSimple(part) || holdsAggregation(part) || childrenOf(part).length === 0) {
        return type;
      }
      throw ambiguous(checker, part);
    },
  };
  checker.typeOf(expression, scope, place);
}
