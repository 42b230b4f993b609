/**
 * A client whose history is checked when the world has ended. It has statements run as a Worker's router would: writes and linearizable
 * reads at MAIN, others anywhere; and sends again only what was surely not done.
 */
import { SimCaller } from '../caller.ts';
import { between, pick } from '../random.ts';
import type { SimStatement, StatementAnswer } from '../sim-statements.ts';
import type { World } from '../world.ts';

/** What a statement came to. Of one that only reads, `unknown` means no answer. */
export type Told = Exclude<StatementAnswer, { readonly type: 'refused' }>;

const ATTEMPTS_MAX = 8;
const RETRY_MS = 150;
/** How long a replica may wait for a bookmark before MAIN is asked, and how long MAIN. */
const REPLICA_BOOKMARK_WAIT_MS = 1_000;
const MAIN_BOOKMARK_WAIT_MS = 4_000;

const NOT_DONE: Told = { type: 'failed', code: 'Neo.TransientError.General.DatabaseUnavailable' };

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

  #ask(name: string, statement: SimStatement, answered: (answer: StatementAnswer | undefined) => void): void {
    const instance = this.world.instance(name).seenBy(this);
    this.call<StatementAnswer>(instance, (answer) => instance.run(statement, answer), answered);
  }
}
