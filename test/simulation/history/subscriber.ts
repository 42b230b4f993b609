/**
 * A client with live queries on one connection. When that breaks, or for no reason, it goes to another instance, and wants to see no less than
 * it has seen. A slow one gives credit for a few rows at a time, and late.
 */
import { CREDIT_DEFAULT, PING_FRAME } from '../../../durable/live-protocol.ts';
import type { Mark } from '../../core/history/session.ts';
import type { LiveStream } from '../../core/history/subscription.ts';
import { SimCaller } from '../caller.ts';
import { Connection, type ConnectionClient } from '../connection.ts';
import { between, pick } from '../random.ts';
import type { World } from '../world.ts';
import { markOf } from './history-client.ts';
import { type LiveFrame, LiveResult } from './live-result.ts';

export interface LiveQuery {
  readonly text: string;
  readonly parameters: Readonly<Record<string, string>>;
  readonly isOrdered: boolean;
}

/** Rows that are nodes, rows that are aggregated, rows in an order, and one that is looked for. */
export const LIVE_QUERIES: readonly LiveQuery[] = [
  { text: 'MATCH (a:Account) RETURN a', parameters: {}, isOrdered: false },
  { text: 'MATCH (a:Account) RETURN count(a) AS n, sum(a.balance) AS total', parameters: {}, isOrdered: false },
  { text: 'MATCH (s:Session) RETURN s.name AS name, s.n AS n ORDER BY n DESC, name', parameters: {}, isOrdered: true },
  { text: 'MATCH (r:Register {key: $key}) RETURN r.value AS value', parameters: { key: 'x' }, isOrdered: false },
];

/** What all subscribers were told, by query, and bookmarks of which one was told that one at least is of what was lost. */
export class LiveHistory {
  readonly streams: readonly LiveStream[][] = LIVE_QUERIES.map(() => []);
  readonly lost: (readonly Mark[])[] = [];
}

/** Codes that a subscriber may be told: it asks again, elsewhere. */
const TRANSIENT: readonly string[] = [
  'Neo.TransientError.Transaction.BookmarkTimeout',
  'Neo.TransientError.General.DatabaseUnavailable',
];
const CREDIT_OF_SLOW = 8;
/** And for how long: enough for more results to come by than are kept for it. */
const SLOW_MS = { min: 4_000, max: 12_000 };
const SQUASH_MS = 300;
const LOOK_EVERY_MS = { min: 1_500, max: 5_000 };
const SILENCE_MS_MAX = 8_000;

export class Subscriber extends SimCaller implements ConnectionClient {
  readonly #history: LiveHistory;
  readonly #isSlow: boolean;
  /** The queries that it subscribes to, by number; one may come several times. */
  readonly #queries: readonly number[];
  readonly #results = new Map<number, LiveResult>();
  #bookmarks = new Map<number, string>();
  #connection: Connection | undefined;
  #connections = 0;
  #heardAtMs = 0;
  #hasAsked = false;
  /** It stays where it is. */
  isSettled = false;

  constructor(
    world: World,
    name: string,
    options: { history: LiveHistory; isSlow: boolean; queries: readonly number[] },
  ) {
    super(world, name, world.dice.histories);
    this.#history = options.history;
    this.#isSlow = options.isSlow;
    this.#queries = options.queries;
  }

  start(): void {
    this.#connect();
    this.#look();
  }

  /** How far it is, for the report. */
  get place(): string {
    const marks = [...this.#results].map(([id, { isComplete, mark }]) => `${id}: ${isComplete} ${mark?.lsn}`);
    return `${this.name} at ${this.#connection?.instance.name} ${marks.join(', ')}`;
  }

  /** Whether it holds the answers at this lsn. */
  isLevel(lsn: number): boolean {
    const results = [...this.#results.values()];
    const areLevel = results.every(({ isComplete, mark }) => isComplete && (mark?.lsn ?? 0) >= lsn);
    return this.#connection !== undefined && results.length === this.#queries.length && areLevel;
  }

  received(text: string): void {
    this.#heardAtMs = this.world.schedule.nowMs;
    this.#hasAsked = false;
    const frame = JSON.parse(text) as LiveFrame; // what the server encodes
    const { counts } = this.world;
    if (frame.t === 'err') return this.#fail(frame);
    if (frame.t === 'diff') counts.liveDifferences += 1;
    if (frame.t === 'reset' && frame.why !== 'retention') counts[frame.why === 'lag' ? 'liveLags' : 'liveMoves'] += 1;
    for (const [id, result] of this.#results) {
      if (frame.id !== undefined && frame.id !== id) continue;
      const rows = result.take(frame);
      if (result.isComplete && result.bookmark !== undefined) this.#bookmarks.set(id, result.bookmark);
      if (rows > 0) this.#pay(id, rows);
    }
  }

  disconnected(): void {
    this.#connection = undefined;
    // The instance may be a member no more.
    this.forgetTopology();
    this.#later(100, 1_000, () => this.#connect());
  }

  #connect(): void {
    if (this.#connection !== undefined) return;
    this.findInstances((names) => {
      // Somebody else has asked meanwhile.
      if (this.#connection !== undefined) return;
      if (names.length === 0) return this.#later(200, 600, () => this.#connect());
      const instance = this.world.instance(pick(this.world.dice.histories, names)).seenBy(this);
      this.#connection = new Connection(this.world, this, { instance, id: `${this.name}:${++this.#connections}` });
      this.#heardAtMs = this.world.schedule.nowMs;
      this.#hasAsked = false;
      this.world.counts.liveConnections += 1;
      this.#results.clear();
      for (const [id, query] of this.#queries.entries()) this.#subscribe(id, query);
    });
  }

  #subscribe(id: number, number: number): void {
    const query = LIVE_QUERIES[number];
    if (query === undefined) return;
    const after = this.#bookmarks.get(id);
    const subscriber = `${this.name}, query ${number} as ${id}, connection ${this.#connections},`;
    const streams = this.#history.streams[number] ?? [];
    this.#results.set(id, new LiveResult({ subscriber, isOrdered: query.isOrdered, streams, after }));
    const frame = {
      ...{ t: 'sub', id, q: query.text, p: query.parameters },
      credit: this.#isSlow ? CREDIT_OF_SLOW : CREDIT_DEFAULT,
      opts: { ordered: query.isOrdered, squashMs: this.#isSlow ? 0 : SQUASH_MS },
      ...(after !== undefined && { after: [after], from: after, fp: 'admin' }),
    };
    this.#connection?.say(JSON.stringify(frame));
  }

  /** Gives back the credit that rows have cost: a slow one when it comes to it. */
  #pay(id: number, rows: number): void {
    const connection = this.#connection;
    const credit = () => {
      if (connection === this.#connection) connection?.say(JSON.stringify({ t: 'credit', id, n: rows }));
    };
    if (this.#isSlow && !this.isSettled) this.#later(SLOW_MS.min, SLOW_MS.max, credit);
    else credit();
  }

  #fail({ code = '', id = 0 }: LiveFrame): void {
    const after = this.#bookmarks.get(id);
    const mark = after === undefined ? undefined : markOf(after);
    if (code === 'Neo.ClientError.Transaction.InvalidBookmark') {
      this.#history.lost.push(mark === undefined ? [] : [mark]);
      this.#bookmarks.delete(id);
    } else if (!TRANSIENT.includes(code)) this.world.invariants.violate(`${this.name} is told ${code}`);
    this.#leave();
  }

  /** Now and then: whether the connection is alive, and whether to go elsewhere. */
  #look(): void {
    this.#later(LOOK_EVERY_MS.min, LOOK_EVERY_MS.max, () => {
      const isSilent = this.world.schedule.nowMs - this.#heardAtMs > SILENCE_MS_MAX;
      const isRestless = !this.isSettled && this.world.dice.histories() < 0.1;
      if ((isSilent && this.#hasAsked) || isRestless) this.#leave();
      else if (isSilent) {
        this.#hasAsked = true;
        this.#heardAtMs = this.world.schedule.nowMs;
        this.#connection?.say(PING_FRAME);
      }
      this.#look();
    });
  }

  #leave(): void {
    const connection = this.#connection;
    if (connection === undefined) return;
    connection.hangUp();
    this.disconnected();
  }

  #later(minMs: number, maxMs: number, run: () => void): void {
    this.world.schedule.after(between(this.world.dice.histories, minMs, maxMs), run);
  }
}
