/** What goes wrong: crashes, freezes, cuts, bad weather and slow storage, one after another and on top of each other. */
import { damageAfter } from './instance-image.ts';
import { FAIR_WEATHER } from './network.ts';
import { between, diceOfFault, pick, type Random } from './random.ts';
import type { World } from './world.ts';

export class Faults {
  /** Clients begin nothing before this moment. */
  lullUntilMs = 0;
  /** And writers, not readers, before this one. */
  lullOfWritesUntilMs = 0;
  /** Faults so far, by number from 1; those of the world's `skip` are left out. */
  count = 0;
  readonly #world: World;
  #active = false;
  #paused = false;
  #stall = 0;
  /** Dice of the fault that is being dealt. */
  #dice: Random = () => 0;

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    this.#active = true;
    this.#stall = this.#world.dice.faults() < 0.3 ? 0.01 : 0;
    this.#next();
  }

  /** Everything is well again: everybody back, nothing lost, and nothing slow. */
  heal(): void {
    this.#active = false;
    this.#stall = 0;
    this.lullUntilMs = 0;
    this.#repair();
  }

  /** Everybody is back and reached, and nothing more goes wrong until `resume`. */
  pause(): void {
    this.#paused = true;
    this.#repair();
  }

  resume(): void {
    this.#paused = false;
  }

  /** Probability that a write takes long to be confirmed. */
  get storageStall(): number {
    return this.#paused ? 0 : this.#stall;
  }

  get isPaused(): boolean {
    return this.#paused;
  }

  #repair(): void {
    const { network, objects } = this.#world;
    network.weather = FAIR_WEATHER;
    network.cuts.clear();
    for (const object of objects()) {
      object.thaw();
      object.restart();
    }
  }

  #next(): void {
    const { dice, schedule } = this.#world;
    schedule.after(between(dice.faults, 200, 2_500), () => {
      if (!this.#active) return;
      this.count += 1;
      this.#dice = diceOfFault(this.#world.seed, this.count);
      if (!this.#paused && !this.#world.skip.has(this.count)) this.#strike();
      this.#next();
    });
  }

  #strike(): void {
    const faults = this.#dice;
    const dice = faults();
    if (dice < 0.2) this.#crash(between(faults, 50, 9_000));
    else if (dice < 0.3) this.#crashAgainAndAgain();
    else if (dice < 0.45) this.#freeze();
    else if (dice < 0.54) this.#isolate();
    else if (dice < 0.62) this.#withdraw();
    else if (dice < 0.76) this.#cutOneWay();
    else if (dice < 0.9) this.#storm();
    else if (dice < 0.95) this.#damage();
    else this.#lull();
  }

  /** MAIN and the leader are hit more often than the others: that is where it hurts. */
  #victim() {
    const world = this.#world;
    const { leader, committed } = world.invariants;
    const main = committed?.assignment.main;
    const dice = this.#dice();
    if (main !== undefined && dice < 0.3) return world.instance(main);
    if (leader !== undefined && dice < 0.5) return world.coordinator(leader);
    return pick(this.#dice, world.objects());
  }

  /** Nobody asks anything for a while, so that the cluster falls silent. */
  #lull(): void {
    const { schedule } = this.#world;
    this.lullUntilMs = schedule.nowMs + between(this.#dice, 5_000, 9_000);
    this.#world.note('clients', 'LULL', []);
  }

  #crash(downMs: number, victim = this.#victim()): void {
    if (!victim.alive || this.#paused) return;
    victim.crash();
    this.#world.counts.crashes += 1;
    this.#world.note(victim.name, 'CRASH', []);
    this.#undo(downMs, () => {
      this.#world.note(victim.name, 'RESTART', []);
      victim.restart();
    });
  }

  /** An object that comes back only to fall again: what a start does is interrupted at any point. */
  #crashAgainAndAgain(): void {
    const faults = this.#dice;
    const victim = this.#victim();
    let atMs = 0;
    for (let time = between(faults, 2, 5); time > 0; time--) {
      const downMs = between(faults, 20, 400);
      this.#undo(atMs, () => this.#crash(downMs, victim));
      atMs += downMs + between(faults, 20, 1_200);
    }
    this.#undo(atMs, () => this.#crash(between(faults, 2_000, 9_000), victim));
  }

  /**
   * Storage of an instance goes bad while it is down. Not of two at a time, and not of MAIN nor while a new one is chosen: then
   * there might be nobody left who has everything.
   */
  #damage(): void {
    const { invariants, counts, instances } = this.#world;
    const { assignment, status } = invariants.committed ?? {};
    if (status?.type !== 'online' || instances().some(({ memory, durable }) => memory.damage ?? durable.damage)) return;
    const candidates = instances().filter(({ name, alive, durable }) => {
      const isMember = assignment?.instances.some((instance) => instance.name === name);
      return isMember && name !== assignment?.main && alive && durable.positions.length > 1;
    });
    if (candidates.length === 0) return;
    const victim = pick(this.#dice, candidates);
    this.#crash(between(this.#dice, 50, 5_000), victim);
    const share = this.#dice();
    victim.tamper((image) => damageAfter(image, Math.floor(share * image.positions.length)));
    counts.damages += 1;
    this.#world.note(victim.name, 'DAMAGE', []);
  }

  #freeze(): void {
    const { counts } = this.#world;
    const victim = this.#victim();
    victim.freeze();
    counts.freezes += 1;
    this.#world.note(victim.name, 'FREEZE', []);
    this.#undo(between(this.#dice, 500, 12_000), () => {
      this.#world.note(victim.name, 'THAW', []);
      victim.thaw();
    });
  }

  #isolate(): void {
    const { name } = this.#victim();
    this.#cut([`${name}>*`, `*>${name}`]);
  }

  /** Cut off from every other object, and from no client: a MAIN that has been deposed without knowing it goes on being asked. */
  #withdraw(): void {
    const { name } = this.#victim();
    const others = this.#world.objects().filter((object) => object.name !== name);
    this.#cut(others.flatMap((other) => [`${name}>${other.name}`, `${other.name}>${name}`]));
  }

  #cutOneWay(): void {
    this.#cut([`${this.#victim().name}>${pick(this.#dice, this.#world.objects()).name}`]);
  }

  #cut(directions: readonly string[]): void {
    const { network, counts } = this.#world;
    for (const direction of directions) network.cuts.add(direction);
    counts.cuts += 1;
    this.#world.note('network', `CUT ${directions.join(' ')}`, []);
    this.#undo(between(this.#dice, 500, 10_000), () => {
      for (const direction of directions) network.cuts.delete(direction);
      this.#world.note('network', `MEND ${directions.join(' ')}`, []);
    });
  }

  #storm(): void {
    const { network, counts } = this.#world;
    const loss = between(this.#dice, 0.02, 0.3);
    counts.storms += 1;
    network.weather = { loss, repetition: 0.1, delayMs: { min: 1, max: between(this.#dice, 40, 400) } };
    this.#world.note('network', 'STORM', []);
    this.#undo(between(this.#dice, 1_000, 6_000), () => {
      network.weather = FAIR_WEATHER;
    });
  }

  #undo(afterMs: number, undo: () => void): void {
    this.#world.schedule.after(afterMs, () => {
      if (this.#active) undo();
    });
  }
}
