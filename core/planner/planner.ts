/**
 * From the AST of a query to its plan, clause by clause. Between two clauses stands an Eager only where one writes what
 * the other reads or writes: a clause sees the whole effect of those before it and nothing of its own later rows.
 */
import { assert, unreachable } from '../assert.ts';
import type {
  CallClause,
  Clause,
  Expression,
  ForeachClause,
  LoadCsvClause,
  MatchClause,
  ProjectionClause,
  Query,
  SingleQuery,
  SubqueryClause,
  UnwindClause,
} from '../cypher/ast.ts';
import { allColumns } from '../cypher/procedure-check.ts';
import {
  type FieldType,
  NO_PROCEDURES,
  type ProcedureSignature,
  type ProcedureSignatures,
  requiredArguments,
} from '../cypher/procedure-signature.ts';
import { importingWith, isUnit } from '../cypher/subquery-check.ts';
import { checkDepth } from './complexity.ts';
import { collide, mayHoldEntity, Reads, touches, Writes } from './footprint.ts';
import { planMatch } from './pattern-plan.ts';
import type { Plan, ResultColumn } from './plan.ts';
import { isRowByRow, type NestedPlan, type Planning } from './planning.ts';
import { planProjection } from './projection-plan.ts';
import { liftQueries } from './roll-up.ts';
import { PlanScope, Slots } from './slots.ts';
import { SELECTIVITY, type Statistics } from './statistics.ts';
import { pruneTrails } from './trail-pruning.ts';
import { footprintOf } from './update-footprint.ts';
import { planCreate, planDelete, planMerge, planRemove, planSet } from './update-plan.ts';

export interface PlannedQuery {
  readonly root: Plan;
  readonly slots: Slots;
  /** In the order of the text. None: the statement has no RETURN. */
  readonly columns: readonly ResultColumn[];
  readonly writes: boolean;
}

/** Elements that a list is taken to have in an estimate. */
const LIST_LENGTH_ASSUMED = 10;

/** Records that a CSV is taken to have. */
const RECORDS_ASSUMED = 1_000;

/** Rows of a transaction, unless OF … ROWS says how many. */
const TRANSACTION_ROWS = 1_000n;

/** Rows that a procedure is taken to give for a call. */
const PROCEDURE_ROWS_ASSUMED = 10;

/** Plans a query that the semantic check has passed. `procedures`: those that it calls. */
export function planQuery(
  query: Query,
  statistics: Statistics,
  procedures: ProcedureSignatures = NO_PROCEDURES,
): PlannedQuery {
  const slots = new Slots();
  const scope = new PlanScope(slots);
  const leaf: Plan = { type: 'once', estimatedRows: 1 };
  return { slots, ...planParts(query, { slots, statistics, procedures, frameOf: () => ({ scope, leaf, outer: [] }) }) };
}

export interface NestedQuestion {
  /** What the subquery sees of the query around. */
  readonly scope: PlanScope;
  /** Without it, `scope` is seen everywhere inside; else only what a first WITH imports of it is in scope at the start. */
  readonly byImportingWith?: boolean;
  /** Slots that are to come through, under names that no text can hold. */
  readonly carried?: readonly (readonly [string, number])[];
  readonly statistics: Statistics;
  readonly procedures: ProcedureSignatures;
}

/** Plans a query inside another. Its root is fed one row of the outer query at a time, by `argument`. */
export function planNestedQuery(query: Query, question: NestedQuestion): Omit<PlannedQuery, 'slots'> {
  const { scope, byImportingWith = false, carried = [] } = question;
  const leaf: Plan = { type: 'argument', estimatedRows: 1 };
  const frameOf = (part: SingleQuery): Frame => {
    if (!byImportingWith) return { scope: scope.with(carried), leaf, outer: [...scope.entries(), ...carried] };
    const importing = importingWith(part);
    const names = importing?.items.map(({ name }) => name) ?? [];
    const entries = importing?.star ? scope.entries() : scope.entries().filter(([name]) => names.includes(name));
    const clauses = importing ? part.clauses.slice(1) : part.clauses;
    return { scope: scope.only([...entries, ...carried]), leaf, outer: carried, clauses };
  };
  return planParts(query, { ...question, slots: scope.slots, frameOf });
}

/** What planning needs to know beside the query: for the executor too, which plans what stands inside expressions. */
export function planningOf(statistics: Statistics, procedures: ProcedureSignatures = NO_PROCEDURES): Planning {
  return {
    statistics,
    nested: (query, scope): NestedPlan => {
      const { root, columns } = planNestedQuery(query, { scope, statistics, procedures });
      if (root.type !== 'expand' || root.distinctFrom.length > 0) return { root, columns };
      const multiplicity = scope.slots.addAnonymous('value');
      return { root, columns, count: { root: { ...root, type: 'expandCount', multiplicity }, multiplicity } };
    },
  };
}

/** What a single query starts from. */
interface Frame {
  readonly scope: PlanScope;
  readonly leaf: Plan;
  /** Variables that stay in scope whatever is projected. */
  readonly outer: readonly (readonly [string, number])[];
  /** Those of its clauses that are to be planned, when not all are. */
  readonly clauses?: readonly Clause[];
}

interface PartsQuestion {
  readonly slots: Slots;
  readonly statistics: Statistics;
  readonly procedures: ProcedureSignatures;
  readonly frameOf: (part: SingleQuery) => Frame;
}

/** The single queries of a query, and the UNION that joins them. */
function planParts(query: Query, question: PartsQuestion): Omit<PlannedQuery, 'slots'> {
  const { slots, frameOf } = question;
  const parts = query.parts.map((part) => new QueryPlanner(frameOf(part), question).plan(part));
  const writes = parts.some((part) => part.writes);
  for (const part of parts) checkDepth(part.root);
  const [first] = parts;
  assert(first, 'a query has a part');
  if (parts.length === 1) return { root: first.root, columns: first.columns, writes };
  const columns = first.columns.map(({ name }) => ({ name, slot: slots.add(name, 'value') }));
  const union: Plan = {
    type: 'union',
    parts: parts.map((part) => part.root),
    columns: parts.map((part) => slotsInOrder(part.columns, columns)),
    slots: columns.map(({ slot }) => slot),
    estimatedRows: parts.reduce((sum, part) => sum + part.root.estimatedRows, 0),
  };
  const root: Plan = query.all
    ? union
    : { type: 'distinct', input: union, slots: union.slots, estimatedRows: union.estimatedRows };
  return { root, columns, writes };
}

/** The slots of a part's columns, in the order of the result's. */
function slotsInOrder(columns: readonly ResultColumn[], result: readonly ResultColumn[]): number[] {
  const slots = new Map(columns.map(({ name, slot }) => [name, slot]));
  return result.map(({ name }) => {
    const slot = slots.get(name);
    assert(slot !== undefined, 'the parts of a UNION have the same columns');
    return slot;
  });
}

class QueryPlanner {
  readonly #statistics: Statistics;
  readonly #procedures: ProcedureSignatures;
  readonly #planning: Planning;
  readonly #frame: Frame;
  #plan: Plan;
  #scope: PlanScope;
  #columns: readonly ResultColumn[] = [];
  /** What has been read and written since the last operator that reads its whole input before it goes on. */
  #openReads = new Reads();
  #openWrites = new Writes();
  #writes = false;

  constructor(frame: Frame, question: { readonly statistics: Statistics; readonly procedures: ProcedureSignatures }) {
    this.#statistics = question.statistics;
    this.#procedures = question.procedures;
    this.#planning = planningOf(question.statistics, question.procedures);
    this.#frame = frame;
    this.#plan = frame.leaf;
    this.#scope = frame.scope;
  }

  plan(part: SingleQuery): { root: Plan; columns: readonly ResultColumn[]; writes: boolean } {
    for (const clause of this.#frame.clauses ?? part.clauses) {
      this.#separate(clause);
      this.#clause(clause);
    }
    const writes = this.#writes;
    return { root: pruneTrails(this.#plan, { writes }), columns: this.#columns, writes };
  }

  /** Puts an Eager before a clause that must not be mixed with those before it. */
  #separate(clause: Clause): void {
    const { reads, writes } = footprintOf(clause, this.#scope, this.#procedures);
    if (touches(this.#openWrites, reads) || touches(writes, this.#openReads) || collide(this.#openWrites, writes)) {
      const keep = this.#scope.liveSlots();
      this.#plan = { type: 'eager', input: this.#plan, keep, estimatedRows: this.#plan.estimatedRows };
      this.#passBarrier();
    }
    this.#openReads.add(reads);
    this.#openWrites.add(writes);
    this.#writes ||= !writes.isEmpty;
  }

  #passBarrier(): void {
    this.#openReads = new Reads();
    this.#openWrites = new Writes();
  }

  #clause(clause: Clause): void {
    const input = this.#plan;
    switch (clause.type) {
      case 'match':
        return clause.optional ? this.#optionalMatch(clause) : this.#match(clause);
      case 'unwind':
        return this.#unwind(clause);
      case 'loadCsv':
        return this.#loadCsv(clause);
      case 'call':
        return this.#call(clause);
      case 'subquery':
        return this.#subquery(clause);
      case 'with':
      case 'return':
        return this.#projection(clause);
      case 'create': {
        const created = planCreate(clause, input, this.#scope);
        this.#plan = created.plan;
        this.#scope = created.scope;
        return;
      }
      case 'merge': {
        const merged = planMerge(clause, input, this.#scope, this.#planning);
        this.#plan = merged.plan;
        this.#scope = merged.scope;
        return;
      }
      case 'set':
        this.#plan = planSet(clause, input, this.#scope);
        return;
      case 'remove':
        this.#plan = planRemove(clause, input, this.#scope);
        return;
      case 'delete':
        this.#plan = planDelete(clause, input, this.#scope);
        return;
      case 'foreach':
        return this.#foreach(clause);
      case 'finish':
        return;
      default:
        return unreachable(clause);
    }
  }

  #match({ patterns, where }: MatchClause): void {
    const planning = this.#planning;
    const match = planMatch({ patterns, where, scope: this.#scope, input: this.#plan, planning });
    this.#plan = match.plan;
    this.#scope = match.scope;
  }

  #optionalMatch({ patterns, where }: MatchClause): void {
    const argument: Plan = { type: 'argument', estimatedRows: 1 };
    const planning = this.#planning;
    const match = planMatch({ patterns, where, scope: this.#scope, input: argument, planning });
    this.#plan = {
      type: 'optional',
      input: this.#plan,
      inner: match.plan,
      rowSlot: this.#scope.slots.addAnonymous('value'),
      slots: match.filled,
      estimatedRows: this.#plan.estimatedRows * Math.max(1, match.plan.estimatedRows),
    };
    this.#scope = match.scope;
  }

  #unwind({ list, variable }: UnwindClause): void {
    const scope = this.#scope;
    const slot = mayHoldEntity(list, scope) ? scope.slots.add(variable, 'value') : scope.slots.addPlain(variable);
    const length = list.type === 'list' ? list.items.length : LIST_LENGTH_ASSUMED;
    const estimatedRows = this.#plan.estimatedRows * length;
    const { plan, ...over } = liftQueries(this.#plan, { expression: list, scope }, this.#planning);
    this.#plan = { type: 'unwind', input: plan, list: over, slot, estimatedRows };
    this.#scope = scope.with([[variable, slot]]);
  }

  #loadCsv({ url, variable, withHeaders, terminator }: LoadCsvClause): void {
    const scope = this.#scope;
    const slot = scope.slots.addPlain(variable);
    const estimatedRows = this.#plan.estimatedRows * RECORDS_ASSUMED;
    const { plan, ...over } = liftQueries(this.#plan, { expression: url, scope }, this.#planning);
    this.#plan = { type: 'loadCsv', input: plan, url: over, withHeaders, terminator, slot, estimatedRows };
    this.#scope = scope.with([[variable, slot]]);
  }

  /** Its clauses see each other's effects element by element, unless none reads what another writes. */
  #foreach(clause: ForeachClause): void {
    const { variable, list, clauses } = clause;
    const scope = this.#scope;
    const { reads, writes } = footprintOf(clause, scope, this.#procedures);
    const slot = mayHoldEntity(list, scope) ? scope.slots.add(variable, 'value') : scope.slots.addPlain(variable);
    const inner = new QueryPlanner(
      { scope: scope.with([[variable, slot]]), leaf: { type: 'argument', estimatedRows: 1 }, outer: [] },
      { statistics: this.#statistics, procedures: this.#procedures },
    ).plan({ clauses });
    this.#plan = {
      type: 'foreach',
      input: this.#plan,
      inner: inner.root,
      list: { expression: list, scope },
      slot,
      byElement: clauses.length > 1 || touches(writes, reads),
      estimatedRows: this.#plan.estimatedRows,
    };
  }

  #call(clause: CallClause): void {
    const signature = this.#procedures.find(clause.name);
    assert(signature, 'the semantic check has found the procedure');
    const scope = this.#scope;
    const items = Array.isArray(clause.yield) ? clause.yield : allColumns(clause, signature);
    const columns = items.map(({ column: name, variable }) => {
      const column = signature.results.findIndex((field) => field.name === name);
      const { slots } = scope;
      const slot = isScalar(signature.results[column]!.type) ? slots.addPlain(variable) : slots.add(variable, 'value');
      return { column, slot, name: variable };
    });
    const given = clause.arguments ?? implicitArguments(clause, signature);
    this.#plan = {
      type: 'callProcedure',
      input: this.#plan,
      name: clause.name,
      arguments: given.map((expression) => ({ expression, scope })),
      columns,
      optional: clause.optional,
      estimatedRows: this.#plan.estimatedRows * (columns.length === 0 ? 1 : PROCEDURE_ROWS_ASSUMED),
    };
    this.#scope = scope.with(columns.map(({ name, slot }) => [name, slot]));
    this.#columns = columns;
    if (!clause.where) return;
    const predicate = { expression: clause.where, scope: this.#scope };
    const estimatedRows = this.#plan.estimatedRows * SELECTIVITY.other;
    this.#plan = { type: 'filter', input: this.#plan, predicate, estimatedRows };
  }

  #subquery(clause: SubqueryClause): void {
    const outer = this.#scope;
    const { imports } = clause;
    const names = imports === undefined || imports === '*' ? undefined : imports.map(({ name }) => name);
    const rowSlot = outer.slots.addAnonymous('value');
    const inner = planNestedQuery(clause.query, {
      carried: [[outer.slots.nameOf(rowSlot), rowSlot]],
      scope: names ? outer.only(outer.entries().filter(([name]) => names.includes(name))) : outer,
      byImportingWith: imports === undefined,
      statistics: this.#statistics,
      procedures: this.#procedures,
    });
    const { slots } = outer;
    const columns = inner.columns.map(({ name, slot: from }) => {
      const to = slots.isPlain(from) ? slots.addPlain(name) : slots.add(name, slots.kindOf(from));
      return { from, to, name };
    });
    const unit = isUnit(clause.query);
    const apply = {
      input: this.#plan,
      inner: inner.root,
      columns,
      optional: clause.optional,
      unit,
      rowSlot: clause.optional || inner.writes || !isRowByRow(inner.root) ? undefined : rowSlot,
      estimatedRows: this.#plan.estimatedRows * (unit ? 1 : inner.root.estimatedRows),
    };
    this.#scope = outer.with(columns.map(({ name, to }) => [name, to]));
    const { inTransactions } = clause;
    if (inTransactions === undefined) {
      this.#plan = { type: 'apply', ...apply };
      return;
    }
    const { status, onError, span } = inTransactions;
    const statusSlot = status && slots.addPlain(status.name);
    const size: Expression = { type: 'literal', value: { integer: TRANSACTION_ROWS }, span };
    const rows = { expression: inTransactions.rows ?? size, scope: outer.only([]) };
    this.#plan = { type: 'applyInTransactions', ...apply, rowSlot: undefined, rows, onError, status: statusSlot };
    if (status && statusSlot !== undefined) this.#scope = this.#scope.with([[status.name, statusSlot]]);
  }

  #projection(clause: ProjectionClause): void {
    const { reads } = footprintOf(clause, this.#scope, this.#procedures);
    const projection = planProjection({
      clause,
      input: this.#plan,
      scope: this.#scope,
      planning: this.#planning,
      inputWrites: this.#writes,
      outer: this.#frame.outer,
    });
    this.#plan = projection.plan;
    this.#scope = projection.scope;
    if (projection.isBarrier) {
      // What stands behind the barrier, such as WHERE, is read as the rows come out.
      this.#passBarrier();
      this.#openReads.add(reads);
    }
    if (clause.type === 'return') this.#columns = projection.columns;
  }
}

/** A call alone in its statement, without parentheses: the parameters of the same names. */
function implicitArguments(clause: CallClause, signature: ProcedureSignature): Expression[] {
  return signature.arguments
    .slice(0, requiredArguments(signature))
    .map(({ name }) => ({ type: 'parameter', name, span: clause.span }));
}

/** Whether values of the type never hold a node, relationship or path. */
function isScalar({ type }: Pick<FieldType, 'type'>): boolean {
  if (type.kind === 'list') return type.element !== undefined && isScalar({ type: type.element });
  return !['any', 'null', 'map', 'node', 'relationship', 'path'].includes(type.kind);
}
