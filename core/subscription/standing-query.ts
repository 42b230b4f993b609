/**
 * A standing query: one statement with its parameters, evaluated once for all who subscribe to it. After a commit that
 * touches what it reads it is evaluated again, and each subscriber gets the difference from what it was last sent. A
 * subscriber that has no credit left is sent nothing; the difference grows into one (it is squashed) until credit comes.
 * Invariant: what was sent to a subscriber, applied in order, is the query's result at `toLsn`.
 */
import type { ErrorRecord } from '../error.ts';
import type { Step } from '../step.ts';
import type { ResultValue } from '../value/value.ts';
import { costOf, difference, type RowChange } from './difference.ts';
import { bytesOf, type KeyedResult, keyRows } from './keyed-result.ts';

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
  /** It is shown no older state first: what was visible when it came. */
  readonly fromLsn: number;
  /** Its socket slept: it has the result of this lsn, which is being evaluated. */
  readonly resumesAtLsn: number | undefined;
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
  /** The newest result, which is the answer at every lsn from `resultLsn` to `lsn`. */
  readonly result: KeyedResult | undefined;
  readonly resultLsn: number;
  readonly lsn: number;
  /** What the result takes in memory, roughly. */
  readonly resultBytes: number;
  /** What readers see, as far as the host has told, and the last commit in it that may have changed the answer. */
  readonly visibleLsn: number;
  readonly touchedLsn: number;
  /** An evaluation is on its way: of the state at an lsn, or of the visible state. */
  readonly evaluating: { readonly atLsn: number | undefined } | undefined;
  readonly subscribers: ReadonlyMap<string, Subscriber>;
}

/** What a subscriber asks for. */
interface Wishes {
  readonly credit: number;
  readonly ordered: boolean;
}

export type StandingQueryEvent =
  | ({ readonly type: 'subscribe'; readonly id: string; readonly visibleLsn: number } & Wishes)
  /** A subscriber whose socket slept has the result as of `lsn`. The host can still read that state, or it is the result here. */
  | ({ readonly type: 'resume'; readonly id: string; readonly lsn: number; readonly visibleLsn: number } & Wishes)
  | { readonly type: 'credit'; readonly id: string; readonly rows: number }
  | { readonly type: 'unsubscribe'; readonly id: string }
  /** Commits up to `lsn` are visible. `touched`: one of them may have changed the answer. */
  | { readonly type: 'advanced'; readonly lsn: number; readonly touched: boolean }
  | { readonly type: 'evaluated'; readonly lsn: number; readonly rows: readonly (readonly ResultValue[])[] }
  | { readonly type: 'failed'; readonly error: ErrorRecord }
  /** The graph has been replaced by another one: nothing that was sent need be part of its history. The host evaluates anew. */
  | { readonly type: 'replaced'; readonly visibleLsn: number };

export type StandingQueryEffect =
  /** Run the statement on the visible state, or on that of `atLsn`, and hand in `evaluated` or `failed`. */
  | { readonly type: 'evaluate'; readonly atLsn: number | undefined }
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
    resultLsn: 0,
    lsn: 0,
    resultBytes: 0,
    visibleLsn: 0,
    touchedLsn: 0,
    evaluating: undefined,
    subscribers: new Map(),
  };
}

/** Takes one event. */
export function step(state: StandingQuery, event: StandingQueryEvent): Step<StandingQuery, StandingQueryEffect> {
  const turn = new Turn(state);
  switch (event.type) {
    case 'subscribe':
      turn.subscribe(event);
      break;
    case 'resume':
      turn.resume(event);
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
      turn.startOver(event.visibleLsn);
      break;
  }
  return turn.finish();
}

const NEW_SUBSCRIBER = {
  fromLsn: 0,
  resumesAtLsn: undefined,
  sent: undefined,
  toLsn: 0,
  partial: undefined,
} as const;

class Turn {
  #state: StandingQuery;
  readonly #subscribers: Map<string, Subscriber>;
  readonly #effects: StandingQueryEffect[] = [];
  /** From older results to the newest, for all who were sent the same. */
  readonly #differences = {
    ordered: new Map<KeyedResult, readonly RowChange[]>(),
    unordered: new Map<KeyedResult, readonly RowChange[]>(),
  };

  constructor(state: StandingQuery) {
    this.#state = state;
    this.#subscribers = new Map(state.subscribers);
  }

  finish(): Step<StandingQuery, StandingQueryEffect> {
    return { state: { ...this.#state, subscribers: this.#subscribers }, effects: this.#effects };
  }

  subscribe(event: Extract<StandingQueryEvent, { type: 'subscribe' }>): void {
    const { id, credit, ordered, visibleLsn } = event;
    if (!this.#admit(id)) return;
    this.#see(visibleLsn);
    const subscriber: Subscriber = { ...NEW_SUBSCRIBER, id, credit, ordered, fromLsn: visibleLsn };
    this.#subscribers.set(id, subscriber);
    this.#effects.push({ type: 'columns', to: id, columns: this.#state.columns });
    if (this.#state.result) this.#serve(subscriber);
    else this.#evaluate();
  }

  resume(event: Extract<StandingQueryEvent, { type: 'resume' }>): void {
    const { id, credit, ordered, lsn } = event;
    const { result, resultLsn, evaluating } = this.#state;
    const isResult = result !== undefined && resultLsn <= lsn && lsn <= this.#state.lsn;
    const isUnderWay = result === undefined && (evaluating === undefined || evaluating.atLsn === lsn);
    if (!isResult && !isUnderWay) {
      this.#effects.push({ type: 'reset', to: id, why: 'moved' });
      return this.subscribe({ ...event, type: 'subscribe' });
    }
    if (!this.#admit(id)) return;
    this.#see(event.visibleLsn);
    const subscriber: Subscriber = { ...NEW_SUBSCRIBER, id, credit, ordered, resumesAtLsn: lsn };
    if (isResult) return this.#serve({ ...subscriber, resumesAtLsn: undefined, sent: result, toLsn: lsn });
    this.#subscribers.set(id, subscriber);
    this.#evaluate(lsn);
  }

  addCredit(id: string, rows: number): void {
    const subscriber = this.#subscribers.get(id);
    if (subscriber) this.#serve({ ...subscriber, credit: subscriber.credit + rows });
  }

  remove(id: string): void {
    this.#subscribers.delete(id);
  }

  advance(lsn: number, touched: boolean): void {
    if (touched) this.#state = { ...this.#state, touchedLsn: Math.max(this.#state.touchedLsn, lsn) };
    this.#see(lsn);
    this.#serveAll();
  }

  takeResult(lsn: number, rows: readonly (readonly ResultValue[])[]): void {
    if (rows.length > LIVE_ROWS_MAX) {
      const message = `A live query has at most ${LIVE_ROWS_MAX} rows; this one has ${rows.length}. Give it a LIMIT.`;
      return this.fail({ code: 'Neo.ClientError.Statement.ArgumentError', message });
    }
    const result = keyRows(rows, this.#state.aggregated);
    const resultBytes = bytesOf(result);
    this.#state = { ...this.#state, result, resultBytes, resultLsn: lsn, lsn, evaluating: undefined };
    for (const subscriber of this.#subscribers.values()) {
      if (subscriber.resumesAtLsn !== lsn) continue;
      this.#subscribers.set(subscriber.id, { ...subscriber, resumesAtLsn: undefined, sent: result, toLsn: lsn });
    }
    this.#see(lsn);
    this.#serveAll();
    this.#boundOldResults();
  }

  fail(error: ErrorRecord): void {
    // The old result is let go: whoever comes next must not be shown what was true before the failure.
    this.#state = { ...this.#state, result: undefined, resultBytes: 0, evaluating: undefined };
    for (const id of this.#subscribers.keys()) this.#effects.push({ type: 'error', to: id, error });
    this.#subscribers.clear();
  }

  /** An evaluation that is on its way is begun anew by the host, on the new graph. */
  startOver(visibleLsn: number): void {
    for (const subscriber of this.#subscribers.values()) this.#reset(subscriber, 'moved');
    const { evaluating } = this.#state;
    const anew = evaluating && { atLsn: undefined };
    this.#state = { ...this.#state, result: undefined, lsn: 0, visibleLsn, touchedLsn: 0, evaluating: anew };
    if (this.#subscribers.size > 0) this.#evaluate();
  }

  #admit(id: string): boolean {
    if (this.#subscribers.size < SUBSCRIBERS_MAX || this.#subscribers.has(id)) return true;
    const message = `This instance keeps ${SUBSCRIBERS_MAX} subscribers of one query.`;
    this.#effects.push({
      type: 'error',
      to: id,
      error: { code: 'Neo.TransientError.General.DatabaseUnavailable', message },
    });
    return false;
  }

  /** Readers see `lsn`. A result that no commit up to there has touched is the answer there too. */
  #see(lsn: number): void {
    const visibleLsn = Math.max(this.#state.visibleLsn, lsn);
    const { result, touchedLsn } = this.#state;
    const isAnswer = result !== undefined && touchedLsn <= this.#state.lsn;
    this.#state = {
      ...this.#state,
      visibleLsn,
      lsn: isAnswer ? Math.max(this.#state.lsn, visibleLsn) : this.#state.lsn,
    };
  }

  #serveAll(): void {
    for (const subscriber of this.#subscribers.values()) this.#serve(subscriber);
    if (this.#state.result && this.#state.touchedLsn > this.#state.lsn) this.#evaluate();
  }

  #evaluate(atLsn?: number): void {
    if (this.#state.evaluating) return;
    this.#state = { ...this.#state, evaluating: { atLsn } };
    this.#effects.push({ type: 'evaluate', atLsn });
  }

  /** Sends a subscriber what it lacks, as far as its credit goes. */
  #serve(subscriber: Subscriber): void {
    const { result, lsn } = this.#state;
    this.#subscribers.set(subscriber.id, subscriber);
    if (!result || subscriber.resumesAtLsn !== undefined) return;
    if (!subscriber.sent) {
      if (!subscriber.partial && lsn < subscriber.fromLsn) return;
      return this.#serveFirst(subscriber, subscriber.partial ?? { result, lsn, rowCount: 0 });
    }
    if (lsn <= subscriber.toLsn) return;
    const changes = this.#difference(subscriber.sent, result, subscriber.ordered);
    const cost = costOf(changes);
    // A commit's changes are never split, so the last of the credit may be overdrawn: a change of more rows than a
    // subscriber ever grants at once would otherwise never be sent.
    if (cost > 0 && subscriber.credit <= 0) return;
    const { toLsn: fromLsn } = subscriber;
    this.#subscribers.set(subscriber.id, { ...subscriber, credit: subscriber.credit - cost, sent: result, toLsn: lsn });
    if (changes.length === 0) this.#effects.push({ type: 'level', to: subscriber.id, lsn });
    else this.#effects.push({ type: 'difference', to: subscriber.id, fromLsn, toLsn: lsn, changes });
  }

  #difference(sent: KeyedResult, result: KeyedResult, ordered: boolean): readonly RowChange[] {
    if (sent === result) return [];
    const known = ordered ? this.#differences.ordered : this.#differences.unordered;
    const changes = known.get(sent) ?? difference(sent, result, ordered);
    known.set(sent, changes);
    return changes;
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
    const { id, credit, ordered } = subscriber;
    this.#subscribers.set(id, { ...NEW_SUBSCRIBER, id, credit, ordered });
  }
}
