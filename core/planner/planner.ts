/**
 * From the AST of a query to its plan, clause by clause. Between two clauses stands an Eager only where one writes what
 * the other reads or writes: a clause sees the whole effect of those before it and nothing of its own later rows.
 */
import { assert, unreachable } from '../assert.ts';
import type { Clause, MatchClause, ProjectionClause, Query, SingleQuery, UnwindClause } from '../cypher/ast.ts';
import { checkDepth } from './complexity.ts';
import { collide, mayHoldEntity, Reads, touches, Writes } from './footprint.ts';
import { planMatch } from './pattern-plan.ts';
import type { Plan, ResultColumn } from './plan.ts';
import { planProjection } from './projection-plan.ts';
import { PlanScope, Slots } from './slots.ts';
import type { Statistics } from './statistics.ts';
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

/** Plans a query that the semantic check has passed. */
export function planQuery(query: Query, statistics: Statistics): PlannedQuery {
  const slots = new Slots();
  const parts = query.parts.map((part) => new QueryPlanner(slots, statistics).plan(part));
  const writes = parts.some((part) => part.writes);
  for (const part of parts) checkDepth(part.root);
  const [first] = parts;
  assert(first, 'a query has a part');
  if (parts.length === 1) return { root: first.root, slots, columns: first.columns, writes };
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
  return { root, slots, columns, writes };
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
  #plan: Plan = { type: 'once', estimatedRows: 1 };
  #scope: PlanScope;
  #columns: readonly ResultColumn[] = [];
  /** What has been read and written since the last operator that reads its whole input before it goes on. */
  #openReads = new Reads();
  #openWrites = new Writes();
  #writes = false;

  constructor(slots: Slots, statistics: Statistics) {
    this.#statistics = statistics;
    this.#scope = new PlanScope(slots);
  }

  plan(part: SingleQuery): { root: Plan; columns: readonly ResultColumn[]; writes: boolean } {
    for (const clause of part.clauses) {
      this.#separate(clause);
      this.#clause(clause);
    }
    return { root: this.#plan, columns: this.#columns, writes: this.#writes };
  }

  /** Puts an Eager before a clause that must not be mixed with those before it. */
  #separate(clause: Clause): void {
    const { reads, writes } = footprintOf(clause, this.#scope);
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
        const merged = planMerge(clause, input, this.#scope, this.#statistics);
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
      default:
        return unreachable(clause);
    }
  }

  #match({ patterns, where }: MatchClause): void {
    const statistics = this.#statistics;
    const match = planMatch({ patterns, where, scope: this.#scope, input: this.#plan, statistics });
    this.#plan = match.plan;
    this.#scope = match.scope;
  }

  #optionalMatch({ patterns, where }: MatchClause): void {
    const argument: Plan = { type: 'argument', estimatedRows: 1 };
    const statistics = this.#statistics;
    const match = planMatch({ patterns, where, scope: this.#scope, input: argument, statistics });
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
    this.#plan = { type: 'unwind', input: this.#plan, list: { expression: list, scope }, slot, estimatedRows };
    this.#scope = scope.with([[variable, slot]]);
  }

  #projection(clause: ProjectionClause): void {
    const { reads } = footprintOf(clause, this.#scope);
    const projection = planProjection({
      clause,
      input: this.#plan,
      scope: this.#scope,
      statistics: this.#statistics,
      inputWrites: this.#writes,
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
