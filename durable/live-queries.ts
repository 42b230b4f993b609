/**
 * The standing queries of one instance: one group for each statement with its parameters, evaluated on the instance's own
 * graph. The machine of core/subscription says what to send; this shell evaluates, slice by slice, and hands messages on.
 */
import { unreachable } from '../core/assert.ts';
import type { Engine } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { GraphError, toErrorRecord } from '../core/error.ts';
import type { Transaction } from '../core/graph/delta.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { Snapshot } from '../core/graph/graph-view.ts';
import { type Footprint, footprintOf, touches } from '../core/subscription/footprint.ts';
import {
  type StandingQuery,
  type StandingQueryEffect,
  type StandingQueryEvent,
  standingQuery,
  step,
} from '../core/subscription/standing-query.ts';
import { encodeValue } from '../core/value/codec.ts';
import type { Value } from '../core/value/value.ts';
import { Machine } from './machine.ts';
import { SLICE_WORK } from './turn.ts';

/** Different standing queries on one instance; a memory of results each. */
const GROUPS_MAX = 200;
/** What the results of all of them may take, in bytes. */
const RESULT_BYTES_MAX = 16 * 1024 * 1024;
/** Commits that wait to become visible. Beyond, every query is evaluated again. */
const PENDING_MAX = 1_000;

/** What a subscriber asked for. Equal ones share a group. */
export interface LiveStatement {
  readonly statement: string;
  readonly parameters: ReadonlyMap<string, Value>;
  readonly squashMs: number;
  /** Equal for equal statements, parameters and squashing. */
  readonly key: string;
}

/** A statement to be kept live, with the key that equal ones share. */
export function liveStatement(
  statement: string,
  parameters: LiveStatement['parameters'],
  squashMs: number,
): LiveStatement {
  return { statement, parameters, squashMs, key: `${squashMs}\n${statement}\n${encodeValue(parameters).join(',')}` };
}

export type LiveMessage = Exclude<StandingQueryEffect, { type: 'evaluate' }>;

/** Who asks, under which name, and how. */
export interface LiveSubscriber {
  readonly id: string;
  readonly credit: number;
  readonly ordered: boolean;
}

interface Group {
  readonly live: LiveStatement;
  readonly footprint: Footprint;
  readonly machine: Machine<StandingQuery, StandingQueryEvent, StandingQueryEffect>;
  /** Of commits up to here it is not known what they touch: they came before the group, or were too many to be kept. */
  blindThroughLsn: number;
  evaluatedAtMs: number;
  /** Bytes of its result in the sum of all. */
  countedBytes: number;
}

export interface LiveQueriesHost {
  store(): GraphStore;
  engine(): Engine;
  deliver(message: LiveMessage): void;
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Runs something in a turn of its own, so many milliseconds from now. */
  later(ms: number, run: () => void): void;
}

/** An evaluation that is under way. */
interface Evaluation {
  readonly group: Group;
  /** The graph that it reads, which may be replaced by another one. */
  readonly store: GraphStore;
  readonly snapshot: Snapshot;
  execution: Execution | undefined;
}

export class LiveQueries {
  readonly #host: LiveQueriesHost;
  readonly #groups = new Map<string, Group>();
  /** Committed or applied, not visible yet. */
  #pending: Transaction[] = [];
  #resultBytes = 0;

  constructor(host: LiveQueriesHost) {
    this.#host = host;
  }

  /** Adds a subscriber. A statement that cannot be kept live is a GraphError. */
  subscribe(live: LiveStatement, subscriber: LiveSubscriber): void {
    const group = this.#groupOf(live);
    this.#feed(group, { type: 'subscribe', ...subscriber, visibleLsn: this.#host.store().acknowledgedLsn });
  }

  /**
   * Adds a subscriber whose socket slept and who was last sent the result at `lsn`. If that state can still be read it gets
   * the difference, else everything anew, as if it had just come.
   */
  wake(live: LiveStatement, subscriber: LiveSubscriber, lsn: number): void {
    const store = this.#host.store();
    const visibleLsn = store.acknowledgedLsn;
    if (lsn > 0 && visibleLsn <= lsn && lsn <= store.lsn) {
      return this.#feed(this.#groupOf(live), { type: 'resume', ...subscriber, lsn, visibleLsn });
    }
    this.#host.deliver({ type: 'reset', to: subscriber.id, why: 'moved' });
    this.subscribe(live, subscriber);
  }

  addCredit(id: string, rows: number): void {
    for (const group of this.#groups.values()) {
      if (group.machine.state.subscribers.has(id)) this.#feed(group, { type: 'credit', id, rows });
    }
  }

  unsubscribe(id: string): void {
    for (const group of this.#groups.values()) {
      if (group.machine.state.subscribers.has(id)) this.#feed(group, { type: 'unsubscribe', id });
    }
  }

  /** A transaction has reached the graph. It counts when it becomes visible. */
  note(transaction: Transaction): void {
    if (this.#groups.size === 0) return;
    if (this.#pending.length === PENDING_MAX) this.#goBlind(transaction.lsn - 1);
    this.#pending.push(transaction);
  }

  /** Transactions up to `lsn` are visible now. */
  advance(lsn: number): void {
    const visible = this.#pending.filter((transaction) => transaction.lsn <= lsn);
    this.#pending = this.#pending.filter((transaction) => transaction.lsn > lsn);
    const { tokens } = this.#host.store();
    for (const group of this.#groups.values()) {
      const { footprint, blindThroughLsn } = group;
      const { result, lsn: knownLsn } = group.machine.state;
      if (result && knownLsn >= lsn) continue;
      const known = result ? knownLsn : 0;
      const touched =
        known < blindThroughLsn ||
        visible.some((transaction) => transaction.lsn > known && touches(footprint, transaction.deltas, tokens));
      this.#feed(group, { type: 'advanced', lsn, touched });
    }
  }

  /** The graph is another one now. */
  graphReplaced(): void {
    const { lsn, acknowledgedLsn } = this.#host.store();
    this.#goBlind(lsn);
    for (const group of this.#groups.values()) this.#feed(group, { type: 'replaced', visibleLsn: acknowledgedLsn });
  }

  /** Gives up knowing what the commits up to `lsn` touch. */
  #goBlind(lsn: number): void {
    this.#pending = [];
    for (const group of this.#groups.values()) group.blindThroughLsn = lsn;
  }

  /** A query whose machine fails ends with an error for its subscribers, and the instance goes on. */
  #feed(group: Group, event: StandingQueryEvent): void {
    const { machine, live } = group;
    try {
      machine.feed(event);
    } catch (error) {
      this.#groups.delete(live.key);
      const record = toErrorRecord(error);
      for (const id of machine.state.subscribers.keys()) this.#host.deliver({ type: 'error', to: id, error: record });
    }
    this.#count(group);
  }

  /** Lets go of a group that nobody subscribes to any more, and keeps the sum of all results within its bound. */
  #count(group: Group): void {
    const { subscribers, resultBytes } = group.machine.state;
    if (subscribers.size === 0 && this.#isAlive(group)) this.#groups.delete(group.live.key);
    if (this.#groups.size === 0) this.#pending = [];
    const bytes = this.#isAlive(group) ? resultBytes : 0;
    this.#resultBytes += bytes - group.countedBytes;
    group.countedBytes = bytes;
    if (bytes === 0 || this.#resultBytes <= RESULT_BYTES_MAX) return;
    const message = `The results kept live on this instance take more than ${RESULT_BYTES_MAX} bytes. Ask for less.`;
    const error = { code: 'Neo.TransientError.General.DatabaseUnavailable', message } as const;
    this.#feed(group, { type: 'failed', error });
  }

  #isAlive(group: Group): boolean {
    return this.#groups.get(group.live.key) === group;
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
    this.#checkParameters(live);
    const { columns } = prepared;
    const group: Group = {
      live,
      footprint: footprintOf(prepared.statement),
      machine: new Machine({
        state: standingQuery(
          columns.map(({ name }) => name),
          columns.map(({ aggregate }) => aggregate),
        ),
        step,
        carryOut: (effect) => this.#carryOut(group, effect),
        onFailure: (error) => console.error('a standing query ends, because an effect failed:', error),
      }),
      blindThroughLsn: this.#host.store().lsn,
      evaluatedAtMs: Number.NEGATIVE_INFINITY,
      countedBytes: 0,
    };
    this.#groups.set(live.key, group);
    return group;
  }

  /** Plans the statement, which finds a parameter that is missing before anything is promised. */
  #checkParameters(live: LiveStatement): void {
    const snapshot = this.#host.store().openSnapshot();
    try {
      this.#start(live, snapshot).cancel();
    } finally {
      snapshot.close();
    }
  }

  #carryOut(group: Group, effect: StandingQueryEffect): void {
    switch (effect.type) {
      case 'evaluate':
        return this.#evaluate(group, effect.atLsn);
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

  /** Never fails: an error of the statement is its subscribers'. */
  #evaluate(group: Group, atLsn: number | undefined): void {
    if (atLsn !== undefined) {
      // The snapshot has to be opened at once, before more is acknowledged and the state is gone.
      const evaluation = this.#open(group, atLsn);
      return this.#host.later(0, () => this.#runSlice(evaluation));
    }
    // In a turn of its own: many queries that one commit touches must not hold up the next commit.
    const waitMs = group.evaluatedAtMs + group.live.squashMs - this.#host.nowMs();
    this.#host.later(Math.max(0, waitMs), () => {
      if (this.#isAlive(group)) this.#runSlice(this.#open(group, undefined));
    });
  }

  #open(group: Group, atLsn: number | undefined): Evaluation {
    const store = this.#host.store();
    return { group, store, snapshot: store.openSnapshot(atLsn), execution: undefined };
  }

  #runSlice(evaluation: Evaluation): void {
    const { group, store, snapshot } = evaluation;
    const isWanted = this.#isAlive(group) && store === this.#host.store();
    if (isWanted) {
      const event = this.#goOn(evaluation);
      if (event === undefined) return this.#host.later(0, () => this.#runSlice(evaluation));
      this.#feed(group, event);
    } else evaluation.execution?.cancel();
    snapshot.close();
    // What was read is of a graph that has been replaced: again, on the new one.
    if (store !== this.#host.store()) this.#evaluate(group, undefined);
  }

  /** What the evaluation has come to; undefined when it is to go on in another turn. */
  #goOn(evaluation: Evaluation): StandingQueryEvent | undefined {
    const { group, snapshot } = evaluation;
    try {
      evaluation.execution ??= this.#start(group.live, snapshot);
      if (evaluation.execution.next(SLICE_WORK) === 'paused') return undefined;
      group.evaluatedAtMs = this.#host.nowMs();
      return { type: 'evaluated', lsn: snapshot.lsn, rows: evaluation.execution.rows };
    } catch (error) {
      return { type: 'failed', error: toErrorRecord(error) };
    }
  }

  #start(live: LiveStatement, snapshot: Snapshot) {
    return this.#host.engine().start(live.statement, live.parameters, {
      snapshot,
      seed: 0,
      nowMs: this.#host.nowMs(),
    });
  }
}
