/**
 * What is wrong with a statement that parses: names that are not there, clauses in the wrong order, types
 * that can never fit. Errors carry openCypher's names as `detail`. Afterwards the planner need not ask again.
 */
import type { Position } from '../error.ts';
import type {
  Clause,
  ForeachClause,
  LabelsItem,
  ProjectionClause,
  Query,
  RemoveItem,
  SetItem,
  SingleQuery,
  Span,
  Statement,
  SubqueryClause,
} from './ast.ts';
import { type Checker, PREDICATE, ROW_VALUE } from './checker.ts';
import { isWriting } from './classify.ts';
import { shown } from './error-text.ts';
import { ExpressionChecker } from './expression-check.ts';
import { checkCreated, checkDynamicNames, checkMatched, checkMerged } from './pattern-check.ts';
import { checkCall } from './procedure-check.ts';
import { NO_PROCEDURES, type ProcedureSignatures } from './procedure-signature.ts';
import { checkCount, checkProjection, type ResultColumn } from './projection-check.ts';
import { Scope } from './scope.ts';
import { LIST, MAP, type StaticType, type TypeKind, typeName } from './static-type.ts';
import {
  checkReturnedNames,
  importedScope,
  importingWith,
  isUnit,
  scopeOfImport,
  transactionalIn,
} from './subquery-check.ts';

/**
 * Checks a statement. Errors: SyntaxError with a position and openCypher's name for the failure; TypeError for a
 * property of something that has none; NotSupported for functions that this version does not have.
 * Answers the columns of the result, with what is known of their types; none for commands and without RETURN.
 */
export function check(statement: Statement, procedures: ProcedureSignatures = NO_PROCEDURES): readonly ResultColumn[] {
  if (statement.body.type !== 'query') return [];
  return new QueryCheck(statement.text, procedures).statement(statement.body);
}

/** Where a query stands, and what it sees of what is around. */
interface Surroundings {
  /** `expression`: in EXISTS { … } and its kind, where nothing is written and RETURN may be missing. */
  readonly place: 'statement' | 'call' | 'expression';
  /** Variables that are seen everywhere inside and cannot be defined anew. */
  readonly visible: Scope | undefined;
  /** Variables that a first WITH may import, in CALL { … } without a scope clause. */
  readonly importable: Scope | undefined;
}

const ENTITY: readonly TypeKind[] = ['node', 'relationship'];

class QueryCheck {
  readonly #checker: Checker;
  readonly #procedures: ProcedureSignatures;

  constructor(text: string, procedures: ProcedureSignatures) {
    this.#checker = new ExpressionChecker(text, (query, scope) => this.inExpression(query, scope));
    this.#procedures = procedures;
  }

  statement(query: Query): readonly ResultColumn[] {
    this.#checkTransactions(query);
    const [clause, ...others] = query.parts.flatMap((part) => part.clauses);
    if (clause?.type === 'call' && others.length === 0) {
      const around = { scope: new Scope(), procedures: this.#procedures, standalone: true };
      return checkCall(this.#checker, clause, around);
    }
    return this.#query(query, { place: 'statement', visible: undefined, importable: undefined });
  }

  /** A query inside an expression: it sees all of the scope around, and hides nothing of it. Answers what it returns. */
  inExpression(query: Query, scope: Scope): readonly ResultColumn[] {
    return this.#query(query, { place: 'expression', visible: scope, importable: undefined });
  }

  #query(query: Query, around: Surroundings): readonly ResultColumn[] {
    const columns = query.parts.map((part) => this.#singleQuery(part, around));
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

  #singleQuery(query: SingleQuery, around: Surroundings): readonly ResultColumn[] {
    this.#checkComposition(query.clauses, around.place);
    const { importable } = around;
    const importing = importable && importingWith(query);
    let scope = new Scope(around.visible);
    if (importing) scope = scopeOfImport(this.#checker, importing, importable);
    let columns: readonly ResultColumn[] = [];
    for (const clause of importing ? query.clauses.slice(1) : query.clauses) {
      if (isProjection(clause)) {
        const projection = checkProjection(this.#checker, clause, scope);
        scope = projection.scope;
        columns = projection.columns;
      } else this.#clause(clause, scope);
    }
    return query.clauses.at(-1)?.type === 'return' ? columns : [];
  }

  /** RETURN comes last; a query ends by returning or writing; between writing and reading stands WITH. */
  #checkComposition(clauses: readonly Clause[], place: Surroundings['place']): void {
    let hasWritten = false;
    for (const [position, clause] of clauses.entries()) {
      const word = wordOf(clause);
      const previous = clauses[position - 1];
      if (previous?.type === 'return' || previous?.type === 'finish') {
        throw this.#misplaced(clause.span, `${word} may not follow ${wordOf(previous)}`);
      }
      if (place === 'expression' && isWriting(clause)) {
        throw this.#misplaced(clause.span, `${word} may not stand inside an expression`);
      }
      if (clause.type === 'with') hasWritten = false;
      else if (clause.type !== 'subquery' && isWriting(clause)) hasWritten = true;
      else if (hasWritten && clause.type !== 'return' && clause.type !== 'finish') {
        const message = `Between ${wordOf(previous)} and ${word} a WITH is needed`;
        throw this.#misplaced(clause.span, message);
      }
    }
    const last = clauses.at(-1);
    if (last === undefined || place === 'expression' || this.#mayEnd(last)) return;
    const message = `A query may not end with ${wordOf(last)}`;
    throw this.#misplaced(last.span, message, 'Did you forget RETURN?');
  }

  #mayEnd(last: Clause): boolean {
    if (last.type === 'subquery') return isUnit(last.query);
    if (last.type === 'call') return this.#procedures.find(last.name)?.results.length === 0;
    return last.type === 'return' || last.type === 'finish' || isWriting(last);
  }

  /** CALL { … } IN TRANSACTIONS commits on its way, so nothing may be open around it. */
  #checkTransactions(query: Query): void {
    for (const { clauses } of query.parts) {
      for (const clause of transactionalIn(clauses)) {
        const position = clauses.indexOf(clause);
        const where =
          (query.parts.length > 1 && 'in a UNION') ||
          (position < 0 && 'inside another subquery') ||
          (clauses.some((other) => other !== clause && isWriting(other) && !isInTransactions(other)) &&
            'beside clauses that write');
        if (where) throw this.#misplaced(clause.span, `CALL { … } IN TRANSACTIONS may not stand ${where}`);
      }
    }
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
      case 'loadCsv': {
        checker.require(clause.url, ['string'], scope, ROW_VALUE);
        this.#define(clause.variable, clause.withHeaders ? MAP : LIST, scope, clause.span);
        return;
      }
      case 'call':
        checkCall(checker, clause, { scope, procedures: this.#procedures, standalone: false });
        return;
      case 'subquery':
        return this.#subquery(clause, scope);
      case 'foreach':
        return this.#foreach(clause, scope);
      case 'finish':
        return;
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

  #subquery(clause: SubqueryClause, scope: Scope): void {
    const explicit = clause.imports !== undefined;
    const columns = this.#query(clause.query, {
      place: 'call',
      visible: explicit ? importedScope(this.#checker, clause, scope) : undefined,
      importable: explicit ? undefined : scope,
    });
    checkReturnedNames(this.#checker, clause.query);
    for (const { name, type } of columns) this.#define(name, type, scope, clause.span);
    const { inTransactions } = clause;
    if (inTransactions?.concurrent?.count)
      checkCount(this.#checker, inTransactions.concurrent.count, 'IN … CONCURRENT');
    if (inTransactions?.rows) checkCount(this.#checker, inTransactions.rows, 'OF … ROWS');
    if (inTransactions?.status) this.#define(inTransactions.status.name, MAP, scope, inTransactions.status.span);
  }

  /** What its clauses bind is forgotten after each element. */
  #foreach({ variable, list, clauses, span }: ForeachClause, scope: Scope): void {
    const type = this.#checker.require(list, ['list'], scope, ROW_VALUE);
    const inner = new Scope(scope);
    if (scope.typeOf(variable) !== undefined) this.#define(variable, type, scope, span);
    inner.define(variable, elementType(type));
    for (const clause of clauses) {
      if (isProjection(clause) || !isWriting(clause) || clause.type === 'subquery') {
        throw this.#misplaced(clause.span, `${wordOf(clause)} may not stand inside FOREACH, where all clauses write`);
      }
      this.#clause(clause, inner);
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
      case 'dynamicProperty':
        checker.require(item.target, ENTITY, scope, ROW_VALUE);
        checker.require(item.key, ['string'], scope, ROW_VALUE);
        checker.typeOf(item.value, scope, ROW_VALUE);
        return;
      case 'replace':
      case 'merge':
        this.#requireVariable(item.variable, ENTITY, scope, item.span);
        checker.require(item.value, ['map', ...ENTITY], scope, ROW_VALUE);
        return;
      case 'labels':
        this.#labels(item, scope);
    }
  }

  #labels({ variable, dynamicLabels, span }: LabelsItem, scope: Scope): void {
    this.#requireVariable(variable, ['node'], scope, span);
    checkDynamicNames(this.#checker, dynamicLabels, scope);
  }

  #removeItem(item: RemoveItem, scope: Scope): void {
    if (item.type === 'labels') return this.#labels(item, scope);
    this.#checker.require(item.target, ENTITY, scope, ROW_VALUE);
    if (item.type === 'dynamicProperty') this.#checker.require(item.key, ['string'], scope, ROW_VALUE);
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

function isInTransactions(clause: Clause): boolean {
  return clause.type === 'subquery' && clause.inTransactions !== undefined;
}

/** How a clause begins. */
function wordOf(clause: Clause | undefined): string {
  return clause?.type === 'subquery' ? 'CALL { … }' : (clause?.type.toUpperCase() ?? '');
}

const START: Position = { offset: 0, line: 1, column: 1 };

/** UNWIND takes a list apart; what is no list counts as a list of one. */
function elementType(list: StaticType): StaticType {
  if (list.kind === 'list') return list.element ?? { kind: 'any' };
  return list;
}
