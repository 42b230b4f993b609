/**
 * A client whose history is checked when the world has ended. It has statements run as a Worker's router would: writes and linearizable
 * reads at MAIN, others anywhere; and sends again only what was surely not done.
 */
import { decodeBookmark } from '../../../core/replication/bookmark.ts';
import type { Mark } from '../../core/history/session.ts';
import { SimCaller } from '../caller.ts';
import { between, pick } from '../random.ts';
import type { Rows, SimStatement, StatementAnswer } from '../sim-statements.ts';
import type { World } from '../world.ts';

/** What a statement came to. Of one that only reads, `unknown` means no answer. */
export type Told = Exclude<StatementAnswer, { readonly type: 'refused' }>;

/** A transaction of several statements: each is made when the one before has been answered. */
export interface Script {
  /** Whether MAIN has to run it. */
  readonly writes: boolean;
  /** The next statement, by the rows of those before; undefined: now it is to be committed. */
  next(results: readonly Rows[]): SimStatement | undefined;
}

const ATTEMPTS_MAX = 8;
const RETRY_MS = 150;
/** How long a replica may wait for a bookmark before MAIN is asked, and how long MAIN. */
const REPLICA_BOOKMARK_WAIT_MS = 1_000;
const MAIN_BOOKMARK_WAIT_MS = 4_000;

const NOT_DONE: Told = { type: 'failed', code: 'Neo.TransientError.General.DatabaseUnavailable' };

interface OpenScript {
  readonly name: string;
  readonly id: string;
  readonly script: Script;
  readonly done: (told: Told) => void;
}

export abstract class HistoryClient extends SimCaller {
  /** It goes on as long as this is so. */
  active = true;
  #isBusy = false;

  constructor(world: World, name: string) {
    super(world, name, world.dice.histories);
  }

  /** Whether it waits for something. */
  get isBusy(): boolean {
    return this.#isBusy;
  }

  /** Acts again and again, with pauses, and not while clients have a lull. */
  start(pauseMs: { readonly min: number; readonly max: number }): void {
    const { schedule, dice, faults } = this.world;
    const lullMs = Math.max(0, faults.lullUntilMs - schedule.nowMs);
    schedule.after(lullMs + between(dice.histories, pauseMs.min, pauseMs.max), () => {
      if (!this.active) return;
      this.#isBusy = true;
      this.act(() => {
        this.#isBusy = false;
        this.start(pauseMs);
      });
    });
  }

  /** One operation, or several that belong together. */
  protected abstract act(done: () => void): void;

  protected get nowMs(): number {
    return this.world.schedule.nowMs;
  }

  /** A number from 0 up to `limit`. */
  protected below(limit: number): number {
    return Math.floor(this.world.dice.histories() * limit);
  }

  /** At MAIN, whoever that is. What was refused is sent again. */
  protected atMain(statement: SimStatement, done: (told: Told) => void, attempt = 1): void {
    const again = () => {
      if (attempt >= ATTEMPTS_MAX) return done(NOT_DONE);
      this.world.schedule.after(RETRY_MS * attempt, () => this.atMain(statement, done, attempt + 1));
    };
    this.findMain((main) => {
      if (main === undefined) return again();
      const timed = { bookmarkWaitMs: MAIN_BOOKMARK_WAIT_MS, ...statement };
      this.#ask(main, timed, (answer) => {
        if (answer !== undefined && answer.type !== 'refused') return done(answer);
        this.forgetMain(main);
        if (answer !== undefined || this.world.retriesUnknown) again();
        else done({ type: 'unknown' });
      });
    });
  }

  /** At any instance, for a statement that reads. MAIN is asked for what a replica does not have in time. */
  protected anywhere(statement: SimStatement, done: (told: Told) => void): void {
    this.findInstances((names) => {
      if (names.length === 0) return done({ type: 'unknown' });
      const timed = { bookmarkWaitMs: REPLICA_BOOKMARK_WAIT_MS, ...statement };
      this.#ask(pick(this.world.dice.histories, names), timed, (answer) => {
        if (answer?.type === 'failed' && answer.code === 'Neo.TransientError.Transaction.BookmarkTimeout') {
          this.world.counts.bookmarkTimeouts += 1;
          return this.atMain(statement, done);
        }
        if (answer !== undefined && answer.type !== 'refused') return done(answer);
        this.forgetTopology();
        done({ type: 'unknown' });
      });
    });
  }

  /** Runs a transaction of several statements. As long as its commit has not been sent, it is certain that nothing was done. */
  protected inTransaction(script: Script, done: (told: Told) => void): void {
    const begin = (name: string | undefined) => {
      if (name === undefined) return done(NOT_DONE);
      const instance = this.world.instance(name).seenBy(this);
      this.call<StatementAnswer>(
        instance,
        (answer) => instance.begin({ writes: script.writes }, answer),
        (answer) => {
          if (answer?.type === 'ok') return this.#step({ name, id: answer.transaction ?? '', script, done }, []);
          if (script.writes) this.forgetMain(name);
          else this.forgetTopology();
          done(answer?.type === 'failed' ? answer : NOT_DONE);
        },
      );
    };
    if (script.writes) this.findMain(begin);
    else this.findInstances((names) => begin(names.length > 0 ? pick(this.world.dice.histories, names) : undefined));
  }

  #step(open: OpenScript, results: readonly Rows[]): void {
    const { name, id, script, done } = open;
    const statement = script.next(results);
    if (statement === undefined) return this.#commit(open);
    this.#ask(name, { ...statement, transaction: id }, (answer) => {
      if (answer?.type === 'ok') this.#step(open, [...results, answer.rows]);
      else done(answer?.type === 'failed' ? answer : NOT_DONE);
    });
  }

  #commit({ name, id, script, done }: OpenScript): void {
    const instance = this.world.instance(name).seenBy(this);
    this.call<StatementAnswer>(
      instance,
      (answer) => instance.commit(id, answer),
      (answer) => {
        if (answer !== undefined && answer.type !== 'refused') return done(answer);
        if (script.writes) this.forgetMain(name);
        done(answer === undefined ? { type: 'unknown' } : NOT_DONE);
      },
    );
  }

  #ask(name: string, statement: SimStatement, answered: (answer: StatementAnswer | undefined) => void): void {
    const instance = this.world.instance(name).seenBy(this);
    this.call<StatementAnswer>(instance, (answer) => instance.run(statement, answer), answered);
  }
}

/** The place in the log that a bookmark names. */
export function markOf(bookmark: string): Mark | undefined {
  const decoded = decodeBookmark(bookmark);
  return decoded && { epoch: decoded.epoch, lsn: decoded.lsn };
}
