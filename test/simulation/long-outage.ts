/**
 * A world in which a region is without power for many minutes, while everything else goes wrong as usual: what the others hold for it, and how
 * far it is behind when it comes back, is more than in a world of a minute.
 */
import type { SimInstance } from './instance-object.ts';
import { between, diceOfFault, pick } from './random.ts';
import { worldOf } from './seed-run.ts';
import type { World } from './world.ts';

const OUTAGE_MS = { min: 240_000, max: 600_000 };
/** Before the region goes, and at least so much after it is back. */
const BEFORE_MS = 8_000;
const AFTER_MS = 15_000;
/** Numbers of dice that no fault of a world has. */
const DICE = 1_000_000;

export class LongOutage {
  readonly world: World;
  readonly outageMs: number;
  /** Whether MAIN was there. */
  isOfMain = false;
  /** Writes that were acknowledged meanwhile, and how many transactions the instances of the region lacked when they came back. */
  okMeanwhile = 0;
  lag = 0;
  readonly #dice;

  /** The world of a seed, with a long outage, and instances and coordinators that stay members. */
  constructor(seed: number) {
    this.#dice = diceOfFault(seed, DICE);
    this.outageMs = between(this.#dice, OUTAGE_MS.min, OUTAGE_MS.max);
    const ordinary = {
      isOperated: false,
      isRegrouped: false,
      hasCalamities: false,
      clocksJump: false,
      isRolledOut: false,
    };
    this.world = worldOf(seed, { ...ordinary, hasHistories: false, troubleMs: BEFORE_MS + this.outageMs + AFTER_MS });
    this.world.schedule.after(BEFORE_MS, () => this.#begin());
  }

  #begin(): void {
    const { world } = this;
    const { objects, counts, schedule, invariants } = world;
    const main = invariants.committed?.assignment.main;
    // It is made only when the world is run.
    if (main === undefined) return schedule.after(1_000, () => this.#begin());
    const regions = [...new Set(world.instances().map(({ region }) => region))];
    const region = this.#dice() < 0.5 ? world.instance(main).region : pick(this.#dice, regions);
    this.isOfMain = region === world.instance(main).region;
    const victims = objects().filter((object) => object.region === region);
    const okBefore = counts.ok;
    world.note(region, 'LONG OUTAGE', []);
    for (const victim of victims) victim.cutPower();
    schedule.after(this.outageMs, () => {
      world.note(region, 'POWER', []);
      this.okMeanwhile = counts.ok - okBefore;
      for (const victim of victims) victim.restorePower();
      this.lag = Math.max(0, ...world.instances().map((instance) => this.#lagOf(instance, region)));
    });
  }

  #lagOf({ region, state }: SimInstance, out: string): number {
    return region === out ? this.world.invariants.acknowledgedLsn - state.stored.lsn : 0;
  }
}
