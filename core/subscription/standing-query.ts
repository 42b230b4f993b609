/**
 * A standing query: one statement with its parameters, evaluated once for all who subscribe to it. After a commit that
 * touches what it reads it is evaluated again, and each subscriber gets the difference from what it was last sent. A
 * subscriber that has no credit left is sent nothing; the difference grows into one (it is squashed) until credit comes.
 * Invariant: what was sent to a subscriber, applied in order, is the query's result at `toLsn`.
 */
import { assert } from '../assert.ts';
import type { ErrorRecord } from '../error.ts';
import type { Step } from '../step.ts';
import type { ResultValue } from '../value/value.ts';
import { costOf, difference, type RowChange } from './difference.ts';
import { type KeyedResult, keyRows } from './keyed-result.ts';

/** Rows of a result that is kept live. A larger one is an error for its subscribers. */
export const LIVE_ROWS_MAX = 10_000;
/** Rows in one message. */
export const ROWS_PER_MESSAGE = 500;
/** Subscribers of one query on one instance. */
export const SUBSCRIBERS_MAX = 10_000;
/** Older results kept for subscribers without credit. Whoever holds the oldest beyond this starts over. */
export const OLD_RESULTS_MAX = 4;

export interface Subscriber {
  /** Chosen by the host. */
  readonly id: string;
  readonly credit: number;
  readonly ordered: boolean;
  /** The result it has been sent, as of `toLsn`; undefined before its first one is complete, and after a reset. */
  readonly sent: KeyedResult | undefined;
  readonly toLsn: number;
  /** Where the first result stands, while credit lets only part of it through. */
  readonly partial: { readonly result: KeyedResult; readonly lsn: number; readonly rowCount: number } | undefined;
}

export interface StandingQuery {
  readonly columns: readonly string[];
  /** For each column: its value comes out of an aggregation. */
  readonly aggregated: readonly boolean[];
  /** The newest result, which is the answer at every lsn from `evaluatedLsn` to `lsn`. */
  readonly result: KeyedResult | undefined;
  readonly lsn: number;
  /** An evaluation is on its way. */
  readonly evaluating: boolean;
  /** A commit since that evaluation began makes another one necessary. */
  readonly stale: boolean;
  readonly subscribers: ReadonlyMap<string, Subscriber>;
}

export type StandingQueryEvent =
  | { readonly type: 'subscribe'; readonly id: string; readonly credit: number; readonly ordered: boolean }
  /** A subscriber whose socket slept has the result as of this lsn, which is the one just evaluated. */
  | { readonly type: 'resume'; readonly id: string; readonly credit: number; readonly ordered: boolean }
  | { readonly type: 'credit'; readonly id: string; readonly rows: number }
  | { readonly type: 'unsubscribe'; readonly id: string }
  /** Commits up to `lsn` are visible. `touched`: one of them may have changed the answer. */
  | { readonly type: 'advanced'; readonly lsn: number; readonly touched: boolean }
  | { readonly type: 'evaluated'; readonly lsn: number; readonly rows: readonly (readonly ResultValue[])[] }
  | { readonly type: 'failed'; readonly error: ErrorRecord }
  /** The graph has been replaced by another one: nothing that was sent need be part of its history. */
  | { readonly type: 'replaced' };

export type StandingQueryEffect =
  /** Run the statement on the visible state, and hand in `evaluated` or `failed`. */
  | { readonly type: 'evaluate' }
  | { readonly type: 'columns'; readonly to: string; readonly columns: readonly string[] }
  | {
      readonly type: 'rows';
      readonly to: string;
      readonly rows: readonly (readonly [string, readonly ResultValue[]])[];
    }
  | { readonly type: 'live'; readonly to: string; readonly lsn: number; readonly rowCount: number }
  | {
      readonly type: 'difference';
      readonly to: string;
      readonly fromLsn: number;
      readonly toLsn: number;
      readonly changes: readonly RowChange[];
    }
  /** Nothing changed for the subscriber, but its resume point may move. */
  | { readonly type: 'level'; readonly to: string; readonly lsn: number }
  | { readonly type: 'reset'; readonly to: string; readonly why: 'lag' | 'moved' }
  | { readonly type: 'error'; readonly to: string; readonly error: ErrorRecord };

/** A query that nobody subscribes to yet. */
export function standingQuery(columns: readonly string[], aggregated: readonly boolean[]): StandingQuery {
  return {
    columns,
    aggregated,
    result: undefined,
    lsn: 0,
    evaluating: false,
    stale: false,
    subscribers: new Map(),
  };
}

/** Takes one event. */
export function step(state: StandingQuery, event: StandingQueryEvent): Step<StandingQuery, StandingQueryEffect> {
  const turn = new Turn(state);
  switch (event.type) {
    case 'subscribe':
      turn.subscribe(event.id, { credit: event.credit, ordered: event.ordered });
      break;
    case 'resume':
      turn.resume(event.id, { credit: event.credit, ordered: event.ordered });
      break;
    case 'credit':
      turn.addCredit(event.id, event.rows);
      break;
    case 'unsubscribe':
      turn.remove(event.id);
      break;
    case 'advanced':
      turn.advance(event.lsn, event.touched);
      break;
    case 'evaluated':
      turn.takeResult(event.lsn, event.rows);
      break;
    case 'failed':
      turn.fail(event.error);
      break;
    case 'replaced':
      turn.startOver();
      break;
  }
  return turn.finish();
}

class Turn {
  #state: StandingQuery;
  readonly #subscribers: Map<string, Subscriber>;
  readonly #effects: StandingQueryEffect[] = [];

  constructor(state: StandingQuery) {
    this.#state = state;
    this.#subscribers = new Map(state.subscribers);
  }

  finish(): Step<StandingQuery, StandingQueryEffect> {
    return { state: { ...this.#state, subscribers: this.#subscribers }, effects: this.#effects };
  }

  subscribe(id: string, options: { credit: number; ordered: boolean }): void {
    if (this.#subscribers.size >= SUBSCRIBERS_MAX && !this.#subscribers.has(id)) {
      const message = `This instance keeps ${SUBSCRIBERS_MAX} subscribers of one query.`;
      const error: ErrorRecord = { code: 'Neo.TransientError.General.DatabaseUnavailable', message };
      this.#effects.push({ type: 'error', to: id, error });
      return;
    }
    const subscriber: Subscriber = { id, ...options, sent: undefined, toLsn: 0, partial: undefined };
    this.#subscribers.set(id, subscriber);
    this.#effects.push({ type: 'columns', to: id, columns: this.#state.columns });
    if (this.#state.result && !this.#state.stale) this.#serve(subscriber);
    else this.#evaluate();
  }

  resume(id: string, options: { credit: number; ordered: boolean }): void {
    const { result, lsn } = this.#state;
    assert(result, 'a subscriber resumes after the evaluation');
    this.#subscribers.set(id, { id, ...options, sent: result, toLsn: lsn, partial: undefined });
  }

  addCredit(id: string, rows: number): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber) this.#serve({ ...subscriber, credit: subscriber.credit + rows });
  }

  remove(id: string): void {
    this.#subscribers.delete(id);
  }

  advance(lsn: number, touched: boolean): void {
    const { evaluating } = this.#state;
    if (this.#state.result && lsn <= this.#state.lsn) return;
    if (touched) {
      if (evaluating) this.#state = { ...this.#state, stale: true };
      else this.#evaluate();
      return;
    }
    if (evaluating || !this.#state.result) return;
    this.#state = { ...this.#state, lsn };
    for (const subscriber of this.#subscribers.values()) this.#serve(subscriber);
  }

  takeResult(lsn: number, rows: readonly (readonly ResultValue[])[]): void {
    if (rows.length > LIVE_ROWS_MAX) {
      const message = `A live query has at most ${LIVE_ROWS_MAX} rows; this one has ${rows.length}. Give it a LIMIT.`;
      return this.fail({ code: 'Neo.ClientError.Statement.ArgumentError', message });
    }
    const again = this.#state.stale;
    const result = keyRows(rows, this.#state.aggregated);
    this.#state = { ...this.#state, result, lsn, evaluating: false, stale: false };
    for (const subscriber of this.#subscribers.values()) this.#serve(subscriber);
    this.#boundOldResults();
    if (again) this.#evaluate();
  }

  fail(error: ErrorRecord): void {
    // The old result is let go: whoever comes next must not be shown what was true before the failure.
    this.#state = { ...this.#state, result: undefined, evaluating: false, stale: false };
    for (const id of this.#subscribers.keys()) this.#effects.push({ type: 'error', to: id, error });
    this.#subscribers.clear();
  }

  startOver(): void {
    for (const subscriber of this.#subscribers.values()) this.#reset(subscriber, 'moved');
    this.#state = { ...this.#state, result: undefined, lsn: 0 };
    if (this.#subscribers.size > 0) this.#evaluate();
  }

  #evaluate(): void {
    if (this.#state.evaluating) {
      this.#state = { ...this.#state, stale: true };
      return;
    }
    this.#state = { ...this.#state, evaluating: true, stale: false };
    this.#effects.push({ type: 'evaluate' });
  }

  /** Sends a subscriber what it lacks, as far as its credit goes. */
  #serve(subscriber: Subscriber): void {
    const { result, lsn } = this.#state;
    this.#subscribers.set(subscriber.id, subscriber);
    if (!result) return;
    if (!subscriber.sent) return this.#serveFirst(subscriber, subscriber.partial ?? { result, lsn, rowCount: 0 });
    if (subscriber.sent === result) {
      if (lsn === subscriber.toLsn) return;
      this.#subscribers.set(subscriber.id, { ...subscriber, toLsn: lsn });
      this.#effects.push({ type: 'level', to: subscriber.id, lsn });
      return;
    }
    const changes = difference(subscriber.sent, result, subscriber.ordered);
    const cost = costOf(changes);
    // A commit's changes are never split, so the last of the credit may be overdrawn: a change of more rows than a
    // subscriber ever grants at once would otherwise never be sent.
    if (cost > 0 && subscriber.credit <= 0) return;
    const { toLsn: fromLsn } = subscriber;
    this.#subscribers.set(subscriber.id, { ...subscriber, credit: subscriber.credit - cost, sent: result, toLsn: lsn });
    if (changes.length === 0) this.#effects.push({ type: 'level', to: subscriber.id, lsn });
    else this.#effects.push({ type: 'difference', to: subscriber.id, fromLsn, toLsn: lsn, changes });
  }

  /** The first result goes out in pieces; what has been begun is finished, even when there is a newer one by now. */
  #serveFirst(subscriber: Subscriber, begun: NonNullable<Subscriber['partial']>): void {
    const { result, lsn } = begun;
    const rows = [...result.values()].slice(begun.rowCount, begun.rowCount + Math.max(0, subscriber.credit));
    for (let start = 0; start < rows.length; start += ROWS_PER_MESSAGE) {
      const part = rows.slice(start, start + ROWS_PER_MESSAGE).map(({ key, values }) => [key, values] as const);
      this.#effects.push({ type: 'rows', to: subscriber.id, rows: part });
    }
    const rowCount = begun.rowCount + rows.length;
    const credit = subscriber.credit - rows.length;
    if (rowCount < result.size) {
      this.#subscribers.set(subscriber.id, { ...subscriber, credit, partial: { result, lsn, rowCount } });
      return;
    }
    this.#effects.push({ type: 'live', to: subscriber.id, lsn, rowCount });
    this.#serve({ ...subscriber, credit, partial: undefined, sent: result, toLsn: lsn });
  }

  #boundOldResults(): void {
    const old = new Set<KeyedResult>();
    const holders = [...this.#subscribers.values()].sort((left, right) => right.toLsn - left.toLsn);
    for (const subscriber of holders) {
      const held = subscriber.partial?.result ?? subscriber.sent;
      if (!held || held === this.#state.result) continue;
      if (old.size === OLD_RESULTS_MAX && !old.has(held)) this.#reset(subscriber, 'lag');
      else old.add(held);
    }
  }

  #reset(subscriber: Subscriber, why: 'lag' | 'moved'): void {
    this.#effects.push({ type: 'reset', to: subscriber.id, why });
    this.#subscribers.set(subscriber.id, { ...subscriber, sent: undefined, partial: undefined, toLsn: 0 });
  }
}
