/**
 * What is wrong with a statement that parses: names that are not there, clauses in the wrong order, types
 * that can never fit. Errors carry openCypher's names as `detail`. Afterwards the planner need not ask again.
 */
import type { Position } from '../error.ts';
import type { Clause, ProjectionClause, Query, RemoveItem, SetItem, SingleQuery, Span, Statement } from './ast.ts';
import { type Checker, PREDICATE, ROW_VALUE } from './checker.ts';
import { isWriting } from './classify.ts';
import { shown } from './error-text.ts';
import { ExpressionChecker } from './expression-check.ts';
import { checkCreated, checkMatched, checkMerged } from './pattern-check.ts';
import { checkProjection, type ResultColumn } from './projection-check.ts';
import { Scope } from './scope.ts';
import { type StaticType, type TypeKind, typeName } from './static-type.ts';

/**
 * Checks a statement. Errors: SyntaxError with a position and openCypher's name for the failure; TypeError for a
 * property of something that has none; NotSupported for functions that this version does not have.
 * Answers the columns of the result, with what is known of their types; none for commands and without RETURN.
 */
export function check(statement: Statement): readonly ResultColumn[] {
  if (statement.body.type !== 'query') return [];
  return new QueryCheck(statement.text).query(statement.body);
}

const ENTITY: readonly TypeKind[] = ['node', 'relationship'];

class QueryCheck {
  readonly #checker: Checker;

  constructor(text: string) {
    this.#checker = new ExpressionChecker(text);
  }

  query(query: Query): readonly ResultColumn[] {
    const columns = query.parts.map((part) => this.#singleQuery(part));
    const first = columns[0] ?? [];
    for (const [position, part] of query.parts.entries()) {
      const names = columns[position] ?? [];
      if (names.length === first.length && names.every((column, at) => column.name === first[at]?.name)) continue;
      throw this.#checker.error(part.clauses.at(-1)?.span ?? START, {
        message: 'All parts of a UNION return columns of the same names, in the same order',
        detail: 'DifferentColumnsInUnion',
      });
    }
    return first;
  }

  #singleQuery(query: SingleQuery): readonly ResultColumn[] {
    this.#checkComposition(query.clauses);
    let scope = new Scope();
    let columns: readonly ResultColumn[] = [];
    for (const clause of query.clauses) {
      if (isProjection(clause)) {
        const projection = checkProjection(this.#checker, clause, scope);
        scope = projection.scope;
        columns = projection.columns;
      } else this.#clause(clause, scope);
    }
    return query.clauses.at(-1)?.type === 'return' ? columns : [];
  }

  /** RETURN comes last; a query ends by returning or writing; between writing and reading stands WITH. */
  #checkComposition(clauses: readonly Clause[]): void {
    let hasWritten = false;
    for (const [position, clause] of clauses.entries()) {
      const word = clause.type.toUpperCase();
      const previous = clauses[position - 1];
      if (previous?.type === 'return') throw this.#misplaced(clause.span, `${word} may not follow RETURN`);
      if (clause.type === 'with') hasWritten = false;
      else if (isWriting(clause)) hasWritten = true;
      else if (hasWritten && clause.type !== 'return') {
        const message = `Between ${previous?.type.toUpperCase()} and ${word} a WITH is needed`;
        throw this.#misplaced(clause.span, message);
      }
    }
    const last = clauses.at(-1);
    if (last === undefined || last.type === 'return' || isWriting(last)) return;
    const message = `A query may not end with ${last.type.toUpperCase()}`;
    throw this.#misplaced(last.span, message, 'Did you forget RETURN?');
  }

  #misplaced(at: Position, message: string, hint?: string) {
    return this.#checker.error(at, { message, detail: 'InvalidClauseComposition', hint });
  }

  #clause(clause: Exclude<Clause, ProjectionClause>, scope: Scope): void {
    const checker = this.#checker;
    switch (clause.type) {
      case 'match':
        checkMatched(checker, clause.patterns, scope);
        if (clause.where) checker.require(clause.where, ['boolean'], scope, PREDICATE);
        return;
      case 'unwind': {
        const list = checker.typeOf(clause.list, scope, ROW_VALUE);
        this.#define(clause.variable, elementType(list), scope, clause.span);
        return;
      }
      case 'create':
        return checkCreated(checker, clause.patterns, scope);
      case 'merge':
        checkMerged(checker, clause.pattern, scope);
        for (const item of [...clause.onCreate, ...clause.onMatch]) this.#setItem(item, scope);
        return;
      case 'set':
        for (const item of clause.items) this.#setItem(item, scope);
        return;
      case 'remove':
        for (const item of clause.items) this.#removeItem(item, scope);
        return;
      case 'delete':
        for (const target of clause.targets) {
          if (target.type === 'hasLabels') {
            const message = 'DELETE takes nodes, relationships and paths, not labels';
            throw checker.error(target.span, { message, detail: 'InvalidDelete', hint: 'REMOVE takes a label away.' });
          }
          checker.require(target, ['node', 'relationship', 'path'], scope, ROW_VALUE);
        }
    }
  }

  #define(name: string, type: StaticType, scope: Scope, at: Position): void {
    if (scope.typeOf(name) !== undefined) {
      throw this.#checker.error(at, {
        message: `The variable ${shown(name)} is defined already`,
        detail: 'VariableAlreadyBound',
      });
    }
    scope.define(name, type);
  }

  #setItem(item: SetItem, scope: Scope): void {
    const checker = this.#checker;
    switch (item.type) {
      case 'property':
        checker.require(item.target, ENTITY, scope, ROW_VALUE);
        checker.typeOf(item.value, scope, ROW_VALUE);
        return;
      case 'replace':
      case 'merge':
        this.#requireVariable(item.variable, ENTITY, scope, item.span);
        checker.require(item.value, ['map', ...ENTITY], scope, ROW_VALUE);
        return;
      case 'labels':
        this.#requireVariable(item.variable, ['node'], scope, item.span);
    }
  }

  #removeItem(item: RemoveItem, scope: Scope): void {
    if (item.type === 'labels') this.#requireVariable(item.variable, ['node'], scope, item.span);
    else this.#checker.require(item.target, ENTITY, scope, ROW_VALUE);
  }

  #requireVariable(name: string, kinds: readonly TypeKind[], scope: Scope, span: Span): void {
    const type = this.#checker.variable(name, span, scope, ROW_VALUE);
    if (kinds.includes(type.kind) || type.kind === 'any' || type.kind === 'null') return;
    const message = `Expected ${kinds.join(' or ').toUpperCase()}, found ${typeName(type)}`;
    throw this.#checker.error(span, { message, detail: 'InvalidArgumentType' });
  }
}

function isProjection(clause: Clause): clause is ProjectionClause {
  return clause.type === 'with' || clause.type === 'return';
}

const START: Position = { offset: 0, line: 1, column: 1 };

/** UNWIND takes a list apart; what is no list counts as a list of one. */
function elementType(list: StaticType): StaticType {
  if (list.kind === 'list') return list.element ?? { kind: 'any' };
  return list;
}
