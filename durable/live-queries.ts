/**
 * The standing queries of one instance: one group for each statement with its parameters, evaluated on the instance's own
 * graph. The machine of core/subscription says what to send; this shell evaluates, slice by slice, and hands messages on.
 */
import { unreachable } from '../core/assert.ts';
import type { Statement } from '../core/cypher/ast.ts';
import type { Engine } from '../core/engine/engine.ts';
import { GraphError, toErrorRecord } from '../core/error.ts';
import type { Transaction } from '../core/graph/delta.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { Snapshot } from '../core/graph/graph-view.ts';
import { containsAggregation } from '../core/planner/aggregation.ts';
import { type Footprint, footprintOf, touches } from '../core/subscription/footprint.ts';
import {
  type StandingQuery,
  type StandingQueryEffect,
  type StandingQueryEvent,
  standingQuery,
  step,
} from '../core/subscription/standing-query.ts';
import type { Value } from '../core/value/value.ts';
import { Machine } from './machine.ts';
import { nextTurn, SLICE_WORK } from './turn.ts';

/** Different standing queries on one instance; a memory of results each. */
const GROUPS_MAX = 200;
/** Commits that wait to become visible. Beyond, every query is evaluated again. */
const PENDING_MAX = 10_000;

/** What a subscriber asked for. Equal ones share a group. */
export interface LiveStatement {
  readonly statement: string;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly squashMs: number;
  /** Equal for equal statements, parameters and squashing. */
  readonly key: string;
}

export type LiveMessage = Exclude<StandingQueryEffect, { type: 'evaluate' }>;

interface Group {
  readonly live: LiveStatement;
  readonly footprint: Footprint;
  readonly machine: Machine<StandingQuery, StandingQueryEvent, StandingQueryEffect>;
  /** The state that subscribers who slept were last sent; the first evaluation is of it. */
  baseline: Snapshot | undefined;
  sleepers: { readonly id: string; readonly credit: number; readonly ordered: boolean }[];
  evaluatedAtMs: number;
}

export interface LiveQueriesHost {
  store(): GraphStore;
  engine(): Engine;
  deliver(message: LiveMessage): void;
}

export class LiveQueries {
  readonly #host: LiveQueriesHost;
  readonly #groups = new Map<string, Group>();
  /** Committed or applied, not visible yet. */
  #pending: Transaction[] = [];
  #overflow = false;

  constructor(host: LiveQueriesHost) {
    this.#host = host;
  }

  get isEmpty(): boolean {
    return this.#groups.size === 0;
  }

  /** Adds a subscriber. A statement that cannot be kept live is a GraphError. */
  subscribe(
    live: LiveStatement,
    subscriber: { readonly id: string; readonly credit: number; readonly ordered: boolean },
  ): void {
    const group = this.#groupOf(live);
    group.machine.feed({ type: 'subscribe', ...subscriber });
  }

  /**
   * Adds a subscriber whose socket slept and who was last sent the result at `lsn`. If that state can still be read it gets
   * the difference, else everything anew, as if it had just come.
   */
  wake(
    live: LiveStatement,
    subscriber: { readonly id: string; readonly credit: number; readonly ordered: boolean },
    lsn: number,
  ): void {
    const store = this.#host.store();
    const group = this.#groupOf(live);
    if (!group.machine.state.result && !group.baseline && lsn >= store.acknowledgedLsn && lsn <= store.lsn) {
      group.baseline = store.openSnapshot(lsn);
    }
    if (group.baseline?.lsn !== lsn) {
      this.#host.deliver({ type: 'reset', to: subscriber.id, why: 'moved' });
      group.machine.feed({ type: 'subscribe', ...subscriber });
      return;
    }
    group.sleepers.push(subscriber);
    if (group.sleepers.length === 1) void this.#evaluate(group);
  }

  addCredit(id: string, rows: number): void {
    for (const { machine } of this.#groups.values()) {
      if (machine.state.subscribers.has(id)) machine.feed({ type: 'credit', id, rows });
    }
  }

  unsubscribe(id: string): void {
    for (const [key, group] of this.#groups) {
      group.sleepers = group.sleepers.filter((sleeper) => sleeper.id !== id);
      if (group.machine.state.subscribers.has(id)) group.machine.feed({ type: 'unsubscribe', id });
      if (group.machine.state.subscribers.size === 0 && group.sleepers.length === 0) this.#groups.delete(key);
    }
  }

  /** A transaction has reached the graph. It counts when it becomes visible. */
  note(transaction: Transaction): void {
    if (this.isEmpty) return;
    if (this.#pending.length < PENDING_MAX) this.#pending.push(transaction);
    else this.#overflow = true;
  }

  /** Transactions up to `lsn` are visible now. */
  advance(lsn: number): void {
    if (this.isEmpty) return;
    const visible = this.#pending.filter((transaction) => transaction.lsn <= lsn);
    this.#pending = this.#pending.filter((transaction) => transaction.lsn > lsn);
    const { tokens } = this.#host.store();
    for (const { machine, footprint } of this.#groups.values()) {
      if (machine.state.lsn >= lsn && machine.state.result) continue;
      const known = machine.state.result ? machine.state.lsn : 0;
      const touched =
        this.#overflow ||
        visible.some((transaction) => transaction.lsn > known && touches(footprint, transaction.deltas, tokens));
      machine.feed({ type: 'advanced', lsn, touched });
    }
    if (this.#pending.length === 0) this.#overflow = false;
  }

  /** The graph is another one now. */
  graphReplaced(): void {
    this.#pending = [];
    for (const group of this.#groups.values()) {
      group.baseline?.close();
      group.baseline = undefined;
      group.machine.feed({ type: 'replaced' });
    }
  }

  #groupOf(live: LiveStatement): Group {
    const existing = this.#groups.get(live.key);
    if (existing) return existing;
    if (this.#groups.size >= GROUPS_MAX) {
      throw new GraphError(
        'Neo.TransientError.General.DatabaseUnavailable',
        `This instance keeps ${GROUPS_MAX} different queries live already.`,
      );
    }
    const prepared = this.#host.engine().prepare(live.statement);
    if (prepared.kind !== 'read' || prepared.explain) {
      throw new GraphError('Neo.ClientError.Statement.ArgumentError', 'Only a statement that reads can be kept live.');
    }
    const columns = this.#columnsOf(live);
    const group: Group = {
      live,
      footprint: footprintOf(prepared.statement),
      machine: new Machine({
        state: standingQuery(columns, aggregatedColumns(prepared.statement, columns.length)),
        step,
        carryOut: (effect) => this.#carryOut(group, effect),
        onFailure: (error) => console.error('a standing query ends, because an effect failed:', error),
      }),
      baseline: undefined,
      sleepers: [],
      evaluatedAtMs: Number.NEGATIVE_INFINITY,
    };
    this.#groups.set(live.key, group);
    return group;
  }

  /** Plans the statement, which also finds a parameter that is missing. */
  #columnsOf(live: LiveStatement): readonly string[] {
    const snapshot = this.#host.store().openSnapshot();
    try {
      const execution = this.#start(live, snapshot);
      const { columns } = execution;
      execution.cancel();
      return columns;
    } finally {
      snapshot.close();
    }
  }

  #carryOut(group: Group, effect: StandingQueryEffect): void {
    switch (effect.type) {
      case 'evaluate':
        void this.#evaluateWhenDue(group);
        return;
      case 'columns':
      case 'rows':
      case 'live':
      case 'difference':
      case 'level':
      case 'reset':
      case 'error':
        return this.#host.deliver(effect);
      default:
        return unreachable(effect);
    }
  }

  async #evaluateWhenDue(group: Group): Promise<void> {
    const waitMs = group.evaluatedAtMs + group.live.squashMs - Date.now();
    if (waitMs > 0) await scheduler.wait(waitMs);
    await this.#evaluate(group);
  }

  async #evaluate(group: Group): Promise<void> {
    const snapshot = group.baseline ?? this.#host.store().openSnapshot();
    try {
      const execution = this.#start(group.live, snapshot);
      while (execution.next(SLICE_WORK) === 'paused') await nextTurn();
      group.evaluatedAtMs = Date.now();
      group.machine.feed({ type: 'evaluated', lsn: snapshot.lsn, rows: execution.rows });
    } catch (error) {
      group.machine.feed({ type: 'failed', error: toErrorRecord(error) });
    } finally {
      snapshot.close();
    }
    if (snapshot === group.baseline) this.#resumeSleepers(group);
  }

  /** The first evaluation was of what the sleepers have; what has happened since is made up for at once. */
  #resumeSleepers(group: Group): void {
    group.baseline = undefined;
    const { sleepers } = group;
    group.sleepers = [];
    for (const sleeper of sleepers) group.machine.feed({ type: 'resume', ...sleeper });
    const visibleLsn = this.#host.store().acknowledgedLsn;
    // What was noted since may have been taken for visible already, before there was a result to compare with.
    if (visibleLsn > group.machine.state.lsn) group.machine.feed({ type: 'advanced', lsn: visibleLsn, touched: true });
  }

  #start(live: LiveStatement, snapshot: Snapshot) {
    return this.#host.engine().start(live.statement, live.parameters, { snapshot, seed: 0, nowMs: Date.now() });
  }
}

/** For each column whether it comes out of an aggregation. What `*` stands for comes first and does not. */
function aggregatedColumns(statement: Statement, columnCount: number): boolean[] {
  const last = statement.body.type === 'query' ? statement.body.parts[0]?.clauses.at(-1) : undefined;
  const items = last?.type === 'return' ? last.items : [];
  const starCount = columnCount - items.length;
  return Array.from({ length: columnCount }, (_, column) => {
    const item = items[column - starCount];
    return item !== undefined && containsAggregation(item.expression);
  });
}
