/**
 * A Durable Object as the platform gives it: one event at a time with a frozen clock, memory that a crash takes away,
 * and storage behind an output gate. What a turn says is held until the writes before it are confirmed, and dies with a
 * crash; of unconfirmed writes a crash keeps some first part, as a real one may.
 */
import { InvariantError } from '../../core/assert.ts';
import { VERSION } from '../../core/version.ts';
import type { Receiver } from './network.ts';
import { between } from './random.ts';
import type { World } from './world.ts';

interface Turn<Image> {
  readonly image: Image;
  readonly releases: (() => void)[];
}

/** Every so many writes storage is remembered, and so many times. */
const PAST_EVERY = 5;
const PAST_MAX = 12;

export abstract class SimObject<Image> {
  readonly name: string;
  alive = true;
  frozen = false;
  /** Counts restarts: what an earlier incarnation waited for is nothing to this one. */
  incarnation = 0;
  /** The newest version that its build understands. */
  newest: number;
  /** Whether another object has this one's name and storage by now. It goes on from memory until it writes. */
  isSuperseded = false;
  protected readonly world: World;
  /** Its memory is gone, and whatever comes next wakes it. */
  #isEvicted = false;
  /** Nothing brings it back before its region has power again. */
  #isPowerless = false;
  /** This object's clock is off by so much, and by so much more since it was set on or back. */
  readonly #skewMs: number;
  #jumpedMs = 0;
  /** Writes fail until this moment; and the next one does, whenever it comes. */
  #failsUntilMs = 0;
  #failsOnce = false;
  #durable: Image;
  /** Some of what storage held earlier, oldest first. */
  #past: Image[] = [];
  #confirmedCount = 0;
  #unconfirmed: Turn<Image>[] = [];
  #confirmAtMs = 0;
  /** Everything that arrives while the object is frozen. */
  #inbox: (() => void)[] = [];
  #releases: (() => void)[] = [];
  /** Storage as the object itself sees it: its own unconfirmed writes included. */
  protected image: Image;

  /** The object that this one has replaced, and that does not know it: some of what is asked still reaches that one. */
  readonly #predecessor: SimObject<Image> | undefined;

  constructor(world: World, name: string, storage: { readonly empty: Image; readonly predecessor?: SimObject<Image> }) {
    this.world = world;
    this.name = name;
    this.#predecessor = storage.predecessor;
    this.#durable = storage.predecessor?.durable ?? storage.empty;
    this.image = this.#durable;
    this.newest = storage.predecessor?.newest ?? world.rollOut?.ofNewObjects ?? VERSION;
    this.#skewMs = between(world.dice.hosts, -200, 200);
  }

  /** What would be there after a crash, at least. */
  get durable(): Image {
    return this.#durable;
  }

  /** Whether everything that it has written is confirmed. */
  get isSettled(): boolean {
    return this.#unconfirmed.length === 0;
  }

  /** Milliseconds since 1970 by this object's clock. */
  get nowMs(): number {
    return 1_000_000_000_000 + this.world.schedule.nowMs + this.#skewMs + this.#jumpedMs;
  }

  /** What the network knows it by: one that was replaced goes on where it was, and may be somewhere else than the new one. */
  get address(): string {
    return this.isSuperseded ? `${this.name} (replaced)` : this.name;
  }

  /** Who answers somebody: now and then it is an object that has been replaced; in a network that is split, the one on the same side. */
  seenBy(asker: Receiver): this {
    const { dice, network } = this.world;
    const stale = this.#predecessor;
    if (stale === undefined || !stale.alive) return this;
    const isApart = [stale, this].map((object) => network.isApart(asker, object));
    const isStale = isApart[0] === isApart[1] ? dice.hosts() < 0.5 : !isApart[0];
    if (!isStale) return this;
    this.world.counts.staleAnswers += 1;
    // It is of the same kind: only such a one hands on its storage.
    return stale as this;
  }

  /** Sets the clock on, or back. Timers that run already go on. */
  shiftClock(ms: number): void {
    this.#jumpedMs += ms;
  }

  correctClock(): void {
    this.#jumpedMs = 0;
  }

  /** Falls, and stays down whatever else would bring it back. */
  cutPower(): void {
    this.crash();
    this.#isEvicted = false;
    this.#isPowerless = true;
  }

  restorePower(): void {
    if (!this.#isPowerless) return;
    this.#isPowerless = false;
    this.restart();
  }

  /** Starts from storage; called at the first event after a crash, as the platform does. */
  protected abstract boot(): void;

  crash(): void {
    if (!this.alive) return;
    this.alive = false;
    this.frozen = false;
    this.#inbox = [];
    const kept = Math.floor(this.world.dice.storage() * (this.#unconfirmed.length + 1));
    this.#durable = this.#unconfirmed[kept - 1]?.image ?? this.#durable;
    this.#unconfirmed = [];
    this.incarnation += 1;
  }

  restart(): void {
    if (this.alive || this.#isPowerless || this.isSuperseded) return;
    this.alive = true;
    this.#isEvicted = false;
    this.image = this.#durable;
    this.boot();
  }

  /** Loses its memory, as an idle object does. What comes next wakes it, from storage. */
  evict(): void {
    if (!this.alive) return;
    this.crash();
    this.#isEvicted = true;
  }

  /** Writes fail from now on, until this moment of the schedule or once: an object whose write fails is ended, and begins anew. */
  failWrites(untilMs: number | 'once'): void {
    this.#failsOnce = untilMs === 'once';
    if (untilMs !== 'once') this.#failsUntilMs = untilMs;
  }

  /** What storage held earlier: `share` from 0, as long ago as is known, up to 1. Undefined when nothing is known. */
  past(share: number): Image | undefined {
    return this.#past[Math.floor(share * this.#past.length)];
  }

  /** Changes what is in storage behind the back of an object that is down. */
  tamper(change: (image: Image) => Image): void {
    if (!this.alive) this.#durable = change(this.#durable);
  }

  freeze(): void {
    if (this.alive) this.frozen = true;
  }

  thaw(): void {
    if (!this.frozen) return;
    this.frozen = false;
    for (const arrival of this.#inbox.splice(0)) this.arrive(arrival);
  }

  /** Something reaches the object: false when nobody is there. */
  arrive(run: () => void): boolean {
    if (this.#isEvicted) this.restart();
    if (!this.alive) return false;
    if (this.frozen) this.#inbox.push(run);
    else run();
    return true;
  }

  /** Plans `run` on this object's timer; forgotten at a crash. Timers are a little late, and sometimes very. */
  protected later(delayMs: number, run: () => void): void {
    const { incarnation } = this;
    const { hosts } = this.world.dice;
    const lateMs = hosts() < 0.02 ? hosts() * 500 : hosts() * 5;
    this.world.schedule.after(delayMs + lateMs, () => {
      if (this.incarnation === incarnation) this.arrive(run);
    });
  }

  /** One event: `run` works on the image; what it said leaves when the gate opens. */
  protected turn(run: () => void): void {
    const before = this.image;
    this.#releases = [];
    try {
      run();
    } catch (error) {
      if (error instanceof InvariantError) this.world.invariants.violate(`${this.name} asserts: ${error.message}`);
      throw error;
    }
    const releases = this.#releases;
    this.#releases = [];
    const last = this.#unconfirmed.at(-1);
    if (this.image !== before) this.#write({ image: this.image, releases });
    else if (!this.world.hasOutputGate) for (const release of releases) release();
    else if (last !== undefined) last.releases.push(...releases);
    else for (const release of releases) release();
  }

  /** Says something to the outside: happens when all writes up to now are confirmed. */
  protected release(say: () => void): void {
    this.#releases.push(say);
  }

  #write(turn: Turn<Image>): void {
    const { schedule, dice, faults, hasOutputGate } = this.world;
    // Storage belongs to another object by now: this is how one that was replaced learns of it.
    if (this.isSuperseded) return this.crash();
    if (this.#failsOnce || schedule.nowMs < this.#failsUntilMs) return this.#breakDown();
    if (!hasOutputGate) for (const release of turn.releases.splice(0)) release();
    this.#unconfirmed.push(turn);
    this.world.storageWrites += 1;
    const slow = dice.storage() < faults.storageStall ? between(dice.storage, 200, 2_500) : 0;
    const confirmAtMs = schedule.nowMs + between(dice.storage, 1, 12) + slow;
    this.#confirmAtMs = Math.max(this.#confirmAtMs, confirmAtMs);
    const { incarnation } = this;
    schedule.after(this.#confirmAtMs - schedule.nowMs, () => {
      if (this.incarnation === incarnation) this.#confirmThrough(turn);
    });
  }

  /** A write has failed: memory is ahead of storage, so the platform ends the object and lets nothing out of it. */
  #breakDown(): void {
    const { schedule, dice, counts } = this.world;
    this.#failsOnce = false;
    counts.failedWrites += 1;
    this.world.note(this.name, 'WRITE FAILS', []);
    this.crash();
    const { incarnation } = this;
    schedule.after(between(dice.storage, 5, 100), () => {
      if (this.incarnation === incarnation) this.restart();
    });
  }

  /** Keeps what storage holds now and then, so that a rewind has somewhere to go. */
  #remember(image: Image): void {
    this.#confirmedCount += 1;
    if (this.#confirmedCount % PAST_EVERY !== 0) return;
    this.#past.push(image);
    if (this.#past.length > PAST_MAX) this.#past.shift();
  }

  #confirmThrough(turn: Turn<Image>): void {
    if (!this.#unconfirmed.includes(turn)) return;
    for (;;) {
      const next = this.#unconfirmed.shift();
      if (next === undefined) return;
      this.#durable = next.image;
      this.#remember(next.image);
      for (const release of next.releases) release();
      if (next === turn) return;
    }
  }
}
