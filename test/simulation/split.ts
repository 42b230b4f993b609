/**
 * A world whose network splits in the middle of the coordinators' leader: the platform has begun it anew in the other half, with its storage, and
 * the old one does not know it. It is on MAIN's side, where another coordinator still listens to it; on the other side a new leader is
 * elected with the vote of the one that has its name, and is told that MAIN cannot be reached. Nobody writes meanwhile, so that nothing tells
 * the old one; only readers keep MAIN at work. What must not happen is that MAIN goes on under its lease when there is another one.
 */
import { SimCaller } from './caller.ts';
import { between, pick } from './random.ts';
import { World, type WorldOptions } from './world.ts';

const SPLIT_AFTER_MS = { min: 2_000, max: 6_000 };
const SPLIT_MS = { min: 4_000, max: 9_000 };
const COMPLAIN_EVERY_MS = 300;
/** Of ordinary faults there are none. */
const ALL_FAULTS = new Set(Array.from({ length: 200 }, (_, index) => index + 1));

/** A Worker on the other side than MAIN. */
class FarCaller extends SimCaller {
  readonly address = 'far away';
  readonly #main: string;

  constructor(world: World, main: string) {
    super(world, 'far-worker', world.dice.calamities);
    this.#main = main;
  }

  complain(): void {
    const { network, schedule } = this.world;
    if (!network.halves.has(this.address)) return;
    this.forgetMain(this.#main, this.world.invariants.committed?.assignment.epoch);
    schedule.after(COMPLAIN_EVERY_MS, () => this.complain());
  }
}

export class SplitWorld extends World {
  /** Splits in which the old leader was still there at the end, and those that gave the database another MAIN. */
  survivals = 0;
  failovers = 0;

  constructor(seed: number, options: Partial<WorldOptions> = {}) {
    super(seed, { variant: ['SYNC', 'ASYNC'], troubleMs: 20_000, skip: ALL_FAULTS, ...options });
  }

  override create(): void {
    super.create();
    this.schedule.after(between(this.dice.calamities, SPLIT_AFTER_MS.min, SPLIT_AFTER_MS.max), () => this.#split());
  }

  #split(): void {
    const { invariants, network, schedule, faults, coordinatorNames, dice } = this;
    const splitMs = between(dice.calamities, SPLIT_MS.min, SPLIT_MS.max);
    faults.lullOfWritesUntilMs = schedule.nowMs + splitMs;
    // What is on its way is answered first: then nothing is left that would have to be written down.
    schedule.after(500, () => {
      const { leader } = invariants;
      const { main, epoch } = invariants.committed?.assignment ?? {};
      if (leader === undefined || main === undefined || !this.coordinator(leader).isSettled) return this.#split();
      const stale = this.supersede(this.coordinator(leader));
      const listener = pick(
        dice.calamities,
        coordinatorNames.filter((name) => name !== leader),
      );
      for (const { address } of this.objects()) network.halves.set(address, [main, listener].includes(address) ? 1 : 2);
      network.halves.set(stale.address, 1);
      const worker = new FarCaller(this, main);
      network.halves.set(worker.address, 2);
      worker.complain();
      this.note('network', `SPLIT, with ${listener} on the side of ${stale.address}`, []);
      schedule.after(splitMs, () => {
        if (stale.alive) this.survivals += 1;
        if (invariants.committed?.assignment.epoch !== epoch) this.failovers += 1;
        network.halves.clear();
        stale.crash();
      });
    });
  }
}
