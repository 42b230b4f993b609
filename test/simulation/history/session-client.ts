/**
 * A client with bookmarks: writes to a key of its own, reads all keys at any instance after what it has written and seen, and now and then
 * gets the bookmark of another client, and with it what that one knows.
 */
import type { Mark, SessionOperation } from '../../core/history/session.ts';
import { pick } from '../random.ts';
import type { Rows } from '../sim-statements.ts';
import type { World } from '../world.ts';
import { HistoryClient, markOf, type Told } from './history-client.ts';

/** One whose outcome is unknown may be done late, after those that came later: it must not undo them. */
const WRITE = 'MERGE (s:Session {name: $name}) WITH s WHERE coalesce(s.n, 0) < $n SET s.n = $n';
const READ = 'MATCH (s:Session) RETURN s.name, s.n';

/** What all sessions did, and bookmarks of which one was told that one at least is of what was lost. */
export class SessionHistory {
  readonly operations: SessionOperation[] = [];
  readonly lost: (readonly Mark[])[] = [];
  readonly clients: SessionClient[] = [];
}

export class SessionClient extends HistoryClient {
  readonly #history: SessionHistory;
  #bookmarks: readonly string[] = [];
  #floor = new Map<string, number>();
  #written = 0;

  constructor(world: World, name: string, history: SessionHistory) {
    super(world, name);
    this.#history = history;
    history.clients.push(this);
  }

  protected override act(done: () => void): void {
    const dice = this.world.dice.histories();
    if (dice < 0.1) this.#takeOver(pick(this.world.dice.histories, this.#history.clients));
    if (dice < 0.4) this.#write(done);
    else this.readAnywhere(done);
  }

  /** Somebody has handed on a bookmark. */
  #takeOver(other: SessionClient): void {
    this.#bookmarks = [...new Set([...this.#bookmarks, ...other.#bookmarks])];
    for (const [key, value] of other.#floor) this.#know(key, value);
  }

  #know(key: string, value: number): void {
    this.#floor.set(key, Math.max(value, this.#floor.get(key) ?? 0));
  }

  #write(done: () => void): void {
    const { name } = this;
    const value = ++this.#written;
    const statement = { text: WRITE, parameters: { name, n: value }, writes: true, bookmarks: this.#bookmarks };
    this.atMain(statement, (told) => {
      const mark = told.type === 'ok' ? markOf(told.bookmark) : undefined;
      this.#history.operations.push({ type: 'write', key: name, value, outcome: told.type, mark });
      if (told.type === 'ok') {
        this.#bookmarks = [told.bookmark];
        this.#know(name, value);
        this.world.counts.sessionWrites += 1;
      }
      this.#hear(told);
      done();
    });
  }

  /** Reads what there is at any instance, after what this session knows. Tells whether there was an answer. */
  readAnywhere(done: (isAnswered: boolean) => void): void {
    const bookmarks = this.#bookmarks;
    const floor = new Map(this.#floor);
    this.anywhere({ text: READ, parameters: {}, writes: false, bookmarks }, (told) => {
      const mark = told.type === 'ok' ? markOf(told.bookmark) : undefined;
      if (told.type === 'ok' && mark !== undefined) {
        const seen = seenIn(told.rows);
        const after = bookmarks.flatMap((bookmark) => markOf(bookmark) ?? []);
        this.#history.operations.push({ type: 'read', session: this.name, after, floor, mark, seen });
        this.#bookmarks = [told.bookmark];
        for (const [key, value] of seen) this.#know(key, value);
        this.world.counts.sessionReads += 1;
      }
      this.#hear(told);
      done(told.type === 'ok');
    });
  }

  /** A bookmark that was lost is of no more use, and nor is what was seen under it. */
  #hear(told: Told): void {
    if (told.type !== 'failed' || told.code !== 'Neo.ClientError.Transaction.InvalidBookmark') return;
    this.#history.lost.push(this.#bookmarks.flatMap((bookmark) => markOf(bookmark) ?? []));
    this.#bookmarks = [];
    this.#floor = new Map();
    this.world.counts.lostBookmarks += 1;
  }
}

function seenIn(rows: Rows): Map<string, number> {
  return new Map(rows.map(([name, n]) => [String(name), Number(n)]));
}
