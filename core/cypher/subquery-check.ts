/** Subqueries in braces: what they import, and what they may hold. */
import type { Clause, ProjectionClause, Query, SingleQuery, SubqueryClause } from './ast.ts';
import { type Checker, ROW_VALUE } from './checker.ts';
import { shown } from './error-text.ts';
import { Scope } from './scope.ts';

/** The outer variables that `CALL (…)` names, which are seen everywhere inside. */
export function importedScope(checker: Checker, clause: SubqueryClause, scope: Scope): Scope {
  const imported = new Scope();
  const imports = clause.imports === '*' ? everything(scope) : (clause.imports ?? []);
  for (const { name, span } of imports) {
    if (imported.owns(name)) {
      const message = `The variable ${shown(name)} is imported twice`;
      throw checker.error(span ?? clause.span, { message, detail: 'VariableAlreadyBound' });
    }
    const type = scope.typeOf(name) ?? checker.variable(name, span ?? clause.span, scope, ROW_VALUE);
    imported.define(name, type);
  }
  return imported;
}

/**
 * The WITH at the start of a subquery without a scope clause that imports variables: nothing but their names, or `*`. Any
 * other WITH is an ordinary one, which sees nothing of what is around.
 */
export function importingWith(part: SingleQuery): ProjectionClause | undefined {
  const first = part.clauses[0];
  if (first?.type !== 'with' || first.distinct || first.orderBy.length > 0) return undefined;
  if (first.skip || first.limit || first.where) return undefined;
  const plain = first.items.every(({ expression, name }) => expression.type === 'variable' && expression.name === name);
  return plain ? first : undefined;
}

/** What a part of a subquery sees at its start, when its first WITH imports. */
export function scopeOfImport(checker: Checker, clause: ProjectionClause, outer: Scope): Scope {
  const scope = new Scope();
  if (clause.star) for (const { name } of everything(outer)) scope.define(name, outer.typeOf(name)!);
  for (const { name, expression } of clause.items) {
    const type = checker.typeOf(expression, outer, ROW_VALUE);
    if (!scope.owns(name)) scope.define(name, type);
  }
  return scope;
}

function everything(scope: Scope): { name: string; span?: undefined }[] {
  return [...new Set(scope.names())].map((name) => ({ name }));
}

/** Whether a query gives no rows of its own: it ends without RETURN. */
export function isUnit(query: Query): boolean {
  return query.parts.every((part) => part.clauses.at(-1)?.type !== 'return');
}

/** Columns of a subquery become variables, so each has to have a name. */
export function checkReturnedNames(checker: Checker, query: Query): void {
  const clauses = query.parts.flatMap((part) => part.clauses);
  for (const item of clauses.flatMap((clause) => (clause.type === 'return' ? clause.items : []))) {
    if (item.aliased || item.expression.type === 'variable') continue;
    const message = 'An expression that a subquery returns needs a name';
    throw checker.error(item.expression.span, { message, detail: 'NoExpressionAlias', hint: 'Add AS and a name.' });
  }
}

/** The subqueries of clauses that run in transactions of their own, however deep. */
export function transactionalIn(clauses: readonly Clause[]): SubqueryClause[] {
  return clauses.flatMap((clause) => {
    if (clause.type !== 'subquery') return [];
    const inner = clause.query.parts.flatMap((part) => transactionalIn(part.clauses));
    return clause.inTransactions ? [clause, ...inner] : inner;
  });
}
