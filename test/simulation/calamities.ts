/**
 * What goes wrong rarely: a region that is out, memory that is gone until something wakes the object, an object that another one
 * has replaced, writes that fail, clocks that jump, and storage that is lost or goes back in time. They come on top of the
 * ordinary faults, with dice of their own, so that a world is the same without them.
 */
import { Amnesia } from './amnesia.ts';
import type { SimCoordinator } from './coordinator-object.ts';
import { SimInstance } from './instance-object.ts';
import { between, diceOfFault, pick, type Random } from './random.ts';
import type { World } from './world.ts';

export interface CalamityCounts {
  outages: number;
  /** Outages of the region in which MAIN was. */
  outagesOfMain: number;
  evictions: number;
  /** Alarms that came, late or twice. */
  alarms: number;
  /** Objects that were replaced without knowing it, among them leaders of the coordinators, and what such ones were asked. */
  supersessions: number;
  supersededLeaders: number;
  staleAnswers: number;
  /** Objects that a failed write has ended. */
  failedWrites: number;
  clockJumps: number;
  /** Logs that had lost their end without a trace, storages that were empty, and those that had gone back in time. */
  lostTails: number;
  losses: number;
  rewinds: number;
  /** Instances that took part in nothing until they were filled anew, since storage was not what it should be. */
  quarantines: number;
  /** Among these three: those of MAIN, and those of coordinators. */
  forgetfulMains: number;
  forgetfulCoordinators: number;
}

export function noCalamities(): CalamityCounts {
  return {
    outages: 0,
    outagesOfMain: 0,
    evictions: 0,
    alarms: 0,
    supersessions: 0,
    supersededLeaders: 0,
    staleAnswers: 0,
    failedWrites: 0,
    clockJumps: 0,
    lostTails: 0,
    losses: 0,
    rewinds: 0,
    quarantines: 0,
    forgetfulMains: 0,
    forgetfulCoordinators: 0,
  };
}

/** An alarm stands a minute behind the timer, and comes up to a minute late. */
const ALARM_MS_MAX = 60_000;
/** By how much a clock is set on or back. */
const JUMP_MS_MAX = 8_000;

/** Numbers of these faults in `skip` and in the dice are negative: the ordinary ones count from 1. */
export class Calamities {
  /** So many so far. */
  count = 0;
  readonly #world: World;
  #active = false;
  /** Somebody is recovering from a loss: one of that kind at a time, and nothing else. */
  #isCalm = false;
  #dice: Random = () => 0;
  readonly #stale: (SimCoordinator | SimInstance)[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    this.#active = true;
    this.#next();
  }

  heal(): void {
    this.#active = false;
    this.#repair();
    for (const object of this.#world.objects()) object.correctClock();
  }

  #repair(): void {
    for (const stale of this.#stale.splice(0)) stale.crash();
    for (const object of this.#world.objects()) {
      object.failWrites(0);
      object.restorePower();
    }
  }

  #next(): void {
    const { dice, schedule, seed, skip } = this.#world;
    schedule.after(between(dice.calamities, 1_500, 9_000), () => {
      if (!this.#active) return;
      this.count += 1;
      this.#dice = diceOfFault(seed, -this.count);
      if (!this.#isCalm && !skip.has(-this.count)) this.#strike();
      this.#next();
    });
  }

  #strike(): void {
    const dice = this.#dice();
    if (dice < 0.15) this.#outage();
    else if (dice < 0.35) this.#evict();
    else if (dice < 0.5) this.#supersede();
    else if (dice < 0.65) this.#failWrites();
    else if (dice < 0.72) this.#ring(pick(this.#dice, this.#world.instances()), 0);
    else if (this.#world.clocksAreEven) this.#forget();
    else this.#jump();
  }

  /** All objects of a region lose power, and come back together. */
  #outage(): void {
    const { counts, objects, invariants, schedule } = this.#world;
    const main = invariants.committed?.assignment.main;
    const regions = [...new Set(objects().map(({ region }) => region))];
    const regionOfMain = main === undefined ? undefined : this.#world.instance(main).region;
    const region = regionOfMain !== undefined && this.#dice() < 0.4 ? regionOfMain : pick(this.#dice, regions);
    counts.outages += 1;
    if (region === regionOfMain) counts.outagesOfMain += 1;
    this.#world.note(region, 'OUTAGE', []);
    const victims = objects().filter((object) => object.region === region);
    for (const victim of victims) victim.cutPower();
    schedule.after(between(this.#dice, 5_000, 25_000), () => {
      this.#world.note(region, 'POWER', []);
      for (const victim of victims) victim.restorePower();
    });
  }

  /** Memory is gone. An instance has an alarm behind its timer; a coordinator waits for whoever asks it. */
  #evict(): void {
    const victim = pick(this.#dice, this.#world.objects());
    if (!victim.alive) return;
    this.#world.note(victim.name, 'EVICTED', []);
    victim.evict();
    this.#world.counts.evictions += 1;
    if (victim instanceof SimInstance) this.#ring(victim, ALARM_MS_MAX);
  }

  /** An alarm, which may come late, and twice. */
  #ring(instance: SimInstance, lateMsMax: number): void {
    const { counts, schedule } = this.#world;
    for (let copies = this.#dice() < 0.5 ? 2 : 1; copies > 0; copies--) {
      schedule.after(this.#dice() * lateMsMax, () => {
        counts.alarms += 1;
        instance.ring();
      });
    }
  }

  /** An object comes to life elsewhere, and the one that there was goes on from memory. Of coordinators it is mostly the leader. */
  #supersede(): void {
    const { instances, counts, invariants, objects } = this.#world;
    const isSound = ({ alive, frozen, isSettled }: SimCoordinator | SimInstance) => alive && !frozen && isSettled;
    const candidates = instances().filter(isSound);
    if (candidates.length === 0) return;
    const instance = pick(this.#dice, candidates);
    const leader = objects().find(({ name }) => name === invariants.leader);
    const isLeader = this.#dice() < 0.4 && leader !== undefined && isSound(leader);
    const victim = isLeader ? leader : instance;
    this.#world.note(victim.name, 'SUPERSEDED', []);
    counts.supersessions += 1;
    if (isLeader) counts.supersededLeaders += 1;
    this.#stale.push(this.#world.supersede(victim));
  }

  /** One write fails, or all do for a while, since there is no room. */
  #failWrites(): void {
    const { schedule, objects } = this.#world;
    const victim = pick(this.#dice, objects());
    const isFull = this.#dice() < 0.3;
    this.#world.note(victim.name, isFull ? 'FULL' : 'WRITE WILL FAIL', []);
    victim.failWrites(isFull ? schedule.nowMs + between(this.#dice, 500, 8_000) : 'once');
  }

  #jump(): void {
    const victim = pick(this.#dice, this.#world.objects());
    this.#world.note(victim.name, 'CLOCK JUMPS', []);
    victim.shiftClock(between(this.#dice, -JUMP_MS_MAX, JUMP_MS_MAX));
    this.#world.counts.clockJumps += 1;
  }

  /** One object loses what it held while all others are well, and nothing else goes wrong until it is whole again. */
  #forget(): void {
    const { faults } = this.#world;
    this.#isCalm = true;
    faults.pause();
    this.#repair();
    const isOver = () => !this.#active;
    const whole = () => {
      this.#isCalm = false;
      faults.resume();
    };
    new Amnesia(this.#world, { dice: this.#dice, isOver, whole }).begin();
  }
}
