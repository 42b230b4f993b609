/** The network between objects: delay, loss, repetition, reordering (each message has its own delay), and cuts. */
import type { Random } from './random.ts';
import { between } from './random.ts';
import type { Schedule } from './schedule.ts';

export interface Weather {
  /** Probability that a message is lost, and that it comes twice. */
  loss: number;
  repetition: number;
  delayMs: { min: number; max: number };
}

export const FAIR_WEATHER: Weather = { loss: 0, repetition: 0, delayMs: { min: 1, max: 40 } };

/** Whoever can be sent to: false when nobody is there. */
export interface Receiver {
  readonly name: string;
  /** Where it is, if not everywhere. */
  readonly address?: string;
  arrive(run: () => void): boolean;
}

interface SendOptions {
  /** Runs when the network knows that the message does not arrive. */
  readonly lost?: () => void;
  /** Whether the message may come twice. */
  readonly repeatable?: boolean;
}

/** A call between two objects, and what becomes of it at the caller. */
export interface Call<Answer> {
  readonly from: Receiver;
  readonly to: Receiver;
  /** Runs at the receiver, which answers through what it is handed. */
  readonly serve: (answer: (answer: Answer) => void) => void;
  readonly answered: (answer: Answer) => void;
  readonly failed: () => void;
  /** Calls of clients are not: the platform promises not to run them twice. */
  readonly repeatable: boolean;
}

export class Network {
  weather: Weather = FAIR_WEATHER;
  /** Directions that are cut, as `from>to`; `*` stands for everybody. */
  readonly cuts = new Set<string>();
  /** A network that is split: which half each address lies in. Who lies in neither reaches both. */
  readonly halves = new Map<string, 1 | 2>();
  /** Messages that were sent, answers among them. */
  sent = 0;
  readonly #schedule: Schedule;
  readonly #random: Random;

  constructor(schedule: Schedule, random: Random) {
    this.#schedule = schedule;
    this.#random = random;
  }

  /** One way. `deliver` may run twice, or never. */
  send(from: Receiver, to: Receiver, deliver: () => void, options: SendOptions = {}): void {
    const { lost = () => {}, repeatable = true } = options;
    this.sent += 1;
    const random = this.#random;
    const { loss, repetition, delayMs } = this.weather;
    const copies = random() < loss ? 0 : random() < repetition && repeatable ? 2 : 1;
    if (copies === 0) this.#schedule.after(between(random, 10, 3_000), lost);
    for (let copy = 0; copy < copies; copy++) {
      // A few messages are very late: they overtake nothing, and arrive in another epoch.
      const lateMs = random() < loss / 4 ? between(random, 500, 8_000) : 0;
      this.#schedule.after(between(random, delayMs.min, delayMs.max) + lateMs, () => {
        if (this.#isCut(from.name, to.name) || this.isApart(from, to) || !to.arrive(deliver)) lost();
      });
    }
  }

  /** Exactly one of `answered` and `failed` runs at the caller, or neither: some failures are never reported. */
  call<Answer>({ from, to, serve, answered, failed, repeatable }: Call<Answer>): void {
    let settled = false;
    const once = (run: () => void) => {
      if (settled) return;
      settled = true;
      run();
    };
    const isReported = this.#random() < 0.9;
    const lost = () => {
      if (isReported) from.arrive(() => once(failed));
    };
    const answer = (value: Answer) => this.send(to, from, () => once(() => answered(value)), { lost });
    this.send(from, to, () => serve(answer), { lost, repeatable });
  }

  /** Whether the two lie in different halves. */
  isApart(one: Receiver, other: Receiver): boolean {
    const [first, second] = [one, other].map(({ address = '' }) => this.halves.get(address));
    return first !== undefined && second !== undefined && first !== second;
  }

  #isCut(from: string, to: string): boolean {
    return this.cuts.has(`${from}>${to}`) || this.cuts.has(`${from}>*`) || this.cuts.has(`*>${to}`);
  }
}
