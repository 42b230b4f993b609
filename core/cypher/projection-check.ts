/** WITH and RETURN: their columns, grouping, ordering, and what may be seen after them. Source: reference/cypher.md §6. */
import type { Expression, ProjectionClause, ProjectionItem } from './ast.ts';
import { type Checker, COLUMN, CONSTANT, type Place, PREDICATE } from './checker.ts';
import { shown } from './error-text.ts';
import {
  childrenOf,
  ExpressionIdentities,
  holdsAggregation,
  isAggregation,
  isOutside,
  ownVariables,
  variablesOfPatterns,
} from './expression-tree.ts';
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
      ? [...scope.entries()].map(([name, type]) => ({ name, type, aggregate: false })).sort(byName)
      : [];
  const after = clause.star ? scope : scope.fresh();
  defineColumns(checker, { clause, items, scope: after });
  // Without grouping and DISTINCT a row before is a row after, and its old variables can still be seen.
  const behind = repeated || clause.star ? after : overlay(items, scope);
  for (const { expression } of clause.orderBy) checkSortItem(checker, { expression, scope: behind, repeated, grouped });
  for (const count of [clause.skip, clause.limit]) if (count) checkCount(checker, count);
  if (clause.where) checker.require(clause.where, ['boolean'], behind, wherePlace(repeated));
  return { columns: clause.type === 'return' ? [...before, ...items] : items, scope: after };
}

/** `*` gives the variables in the order of their names. */
function byName(left: ResultColumn, right: ResultColumn): number {
  return left.name < right.name ? -1 : 1;
}

function defineColumns(
  checker: Checker,
  { clause, items, scope }: { clause: ProjectionClause; items: readonly ResultColumn[]; scope: Scope },
): void {
  for (const [position, { name, type }] of items.entries()) {
    if (scope.typeOf(name) !== undefined) {
      const at = clause.items[position]?.expression.span ?? clause.span;
      if (!scope.owns(name)) {
        // The variable of the query around a subquery: it can be named everywhere inside, and so may pass through.
        if (isVariable(clause.items[position]?.expression, name)) continue;
        const message = `The variable ${shown(name)} is defined already around the subquery`;
        throw checker.error(at, { message, detail: 'VariableAlreadyBound' });
      }
      throw checker.error(at, { message: `Two columns have the name ${shown(name)}`, detail: 'ColumnNameConflict' });
    }
    scope.define(name, type);
  }
}

function isVariable(expression: Expression | undefined, name: string): boolean {
  return expression?.type === 'variable' && expression.name === name;
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
export function checkCount(checker: Checker, count: Expression, words = 'SKIP and LIMIT'): void {
  checker.require(count, ['integer'], new Scope(), CONSTANT);
  if (count.type !== 'literal' || typeof count.value !== 'object' || count.value === null) return;
  if ('integer' in count.value && count.value.integer < 0n) {
    const message = `${words} take no negative numbers`;
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
    (expression.type === 'variable' &&
      scope.typeOf(expression.name) !== undefined &&
      // What a subquery sees of the query around is one value for all of its rows.
      (clause.star || !scope.owns(expression.name)));
  for (const expression of aggregating) {
    checkBesideAggregation(expression, new Set(), {
      isKey,
      // What is not in scope has been made by a pattern or subquery inside the expression.
      differs: (variable) => scope.typeOf(variable) !== undefined,
      refuse: (part) => {
        throw ambiguous(checker, part);
      },
    });
  }
}

interface GroupingRules {
  readonly isKey: (expression: Expression) => boolean;
  /** Whether the variable is one of the rows that are grouped. */
  readonly differs: (variable: string) => boolean;
  readonly refuse: (part: Expression) => void;
}

/** `local`: variables of comprehensions around. */
function checkBesideAggregation(expression: Expression, local: ReadonlySet<string>, rules: GroupingRules): void {
  if (isAggregation(expression) || (isSimple(expression) && rules.isKey(expression))) return;
  const isFree = (name: string) => !local.has(name) && rules.differs(name);
  if (expression.type === 'variable' && isFree(expression.name)) rules.refuse(expression);
  for (const name of variablesOfPatterns(expression)) {
    const { span } = expression;
    if (isFree(name) && !rules.isKey({ type: 'variable', name, span })) rules.refuse(expression);
  }
  const inner = new Set([...local, ...ownVariables(expression)]);
  for (const child of childrenOf(expression)) {
    checkBesideAggregation(child, isOutside(child, expression) ? local : inner, rules);
  }
}

function ambiguous(checker: Checker, expression: Expression) {
  return checker.error(expression.span, {
    message: 'This differs between the rows of a group and may not stand beside an aggregation',
    detail: 'AmbiguousAggregationExpression',
    hint: 'Make it a column of its own in a WITH before.',
  });
}

/** What may be a grouping key inside a larger expression: a variable or a property. */
function isSimple(expression: Expression): boolean {
  return expression.type === 'variable' || expression.type === 'property';
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

/** WHERE, too, may repeat the columns after DISTINCT and grouping, though not their aggregations. */
function wherePlace(repeated: RepeatedColumns | undefined): Place {
  if (repeated === undefined) return PREDICATE;
  return { ...PREDICATE, known: (part) => (holdsAggregation(part) ? undefined : repeated.typeOf(part)) };
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
