/**
 * A client that writes through MAIN, and keeps what became of each
 * write: ok, failed (certainly not done) or unknown. A write is sent again only after an answer that it was not done.
 */
import { SimCaller } from './caller.ts';
import { NEWS_MARK } from './instance-image.ts';
import type { WriteAnswer } from './instance-object.ts';
import { between } from './random.ts';
import type { World } from './world.ts';

export type Outcome = 'pending' | 'ok' | 'failed' | 'unknown';

const ATTEMPTS_MAX = 8;
const RETRY_MS = 150;

export class SimClient extends SimCaller {
  /** By the text of the write. */
  readonly outcomes = new Map<string, Outcome>();
  writing = true;
  #count = 0;

  constructor(world: World, name: string) {
    super(world, name, world.dice.clients);
  }

  /** Writes one after another, with pauses; longer ones when the last write did not go well. */
  start(pauseMs = 0): void {
    const { schedule, dice, faults } = this.world;
    const lullMs = Math.max(0, Math.max(faults.lullUntilMs, faults.lullOfWritesUntilMs) - schedule.nowMs);
    schedule.after(lullMs + pauseMs + between(dice.clients, 10, 300), () => {
      if (!this.writing) return;
      const news = this.world.rollOut?.wantsNews() ? NEWS_MARK : '';
      const text = `${this.name}-${++this.#count}${news}`;
      this.outcomes.set(text, 'pending');
      this.#attempt(text, 1);
    });
  }

  #attempt(text: string, attempt: number): void {
    this.findMain((main) => {
      if (main === undefined) this.#again(text, attempt);
      else this.#write(text, attempt, main);
    });
  }

  #write(text: string, attempt: number, main: string): void {
    const instance = this.world.instance(main).seenBy(this);
    this.call<WriteAnswer>(
      instance,
      (answer) => instance.write(text, answer),
      (answer) => {
        if (answer?.type === 'ok') this.#end(text, 'ok');
        else if (answer?.type === 'aborted') this.#end(text, 'failed');
        else if (answer?.type === 'refused') {
          this.forgetMain(main);
          this.#again(text, attempt);
        } else {
          this.forgetMain(main);
          this.#end(text, 'unknown');
        }
      },
    );
  }

  #again(text: string, attempt: number): void {
    if (attempt >= ATTEMPTS_MAX) this.#end(text, 'failed');
    else this.world.schedule.after(RETRY_MS * attempt, () => this.#attempt(text, attempt + 1));
  }

  #end(text: string, outcome: Outcome): void {
    this.world.note(this.name, `${text} is ${outcome}`, []);
    this.world.counts[outcome === 'ok' ? 'ok' : outcome === 'failed' ? 'failed' : 'unknown'] += 1;
    this.outcomes.set(text, outcome);
    this.start(outcome === 'ok' ? 0 : RETRY_MS);
  }
}
