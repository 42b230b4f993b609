/**
 * The faults that development sets, enforced by the object itself on whatever comes in and goes out: cuts, frozen
 * objects, lost messages, delays by distance. Without the binding SKEIN_DEVELOPMENT there is no gate at all.
 */
import type { Caller, Faults } from './protocol.ts';
import { NO_FAULTS } from './protocol.ts';
import { roundTripMs } from './regions.ts';

/** A message that did not pass. To the caller it looks like a lost connection. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
}

export class FaultGate {
  readonly #self: Caller;
  #faults: Faults = NO_FAULTS;
  #held: (() => void)[] = [];

  /** `saved` is what `JSON.stringify` made of the faults set before this object last lost its memory. */
  constructor(self: Caller, saved: string | undefined) {
    this.#self = self;
    if (saved !== undefined) this.#faults = { ...NO_FAULTS, ...(JSON.parse(saved) as Partial<Faults>) };
  }

  get faults(): Faults {
    return this.#faults;
  }

  set(faults: Faults): void {
    this.#faults = faults;
    if (faults.frozen.includes(this.#self.name)) return;
    const held = this.#held;
    this.#held = [];
    for (const release of held) release();
  }

  /** Lets a message through between this object and `other`, after its delay; throws LinkError when it is lost. */
  async pass(other: Caller): Promise<void> {
    const faults = this.#faults;
    if (faults === NO_FAULTS) return;
    this.#refuse(other);
    const delayMs = (roundTripMs(this.#self.region, other.region) / 2) * faults.delayFactor;
    if (delayMs > 0) await scheduler.wait(delayMs);
    if (this.#faults.frozen.includes(this.#self.name)) await new Promise<void>((resolve) => this.#held.push(resolve));
    this.#refuse(other);
  }

  /** The same for a request and its answer: undefined when either is lost. */
  async passBoth<Answer>(other: Caller, answer: () => Answer | Promise<Answer>): Promise<Answer | undefined> {
    try {
      await this.pass(other);
      const given = await answer();
      await this.pass(other);
      return given;
    } catch (error) {
      if (error instanceof LinkError) return undefined;
      throw error;
    }
  }

  /** The sender's half: a cut object is not heard, a frozen one speaks when it thaws. The receiver's gate delays. */
  async passOut(other: Caller): Promise<void> {
    this.#refuse(other);
    if (this.#faults.frozen.includes(this.#self.name)) await new Promise<void>((resolve) => this.#held.push(resolve));
    this.#refuse(other);
  }

  #refuse(other: Caller): void {
    const { cut, dropRate } = this.#faults;
    if (cut.includes(this.#self.name) || cut.includes(other.name)) {
      throw new LinkError(`the link between ${this.#self.name} and ${other.name} is cut`);
    }
    if (dropRate > 0 && Math.random() < dropRate) throw new LinkError('the message was lost');
  }
}
