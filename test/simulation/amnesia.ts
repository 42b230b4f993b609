/**
 * What an object held is not there any more, and it does not know: its storage is empty, or as it was some time ago, or a log ends too
 * early. It happens to one object while the others are well, and nothing else goes wrong until it is whole again: of two at once there
 * might be nobody left who knows.
 */
import type { PersistedState } from '../../core/raft/state.ts';
import type { SimCoordinator } from './coordinator-object.ts';
import { EMPTY_IMAGE, type InstanceImage, truncateAfter } from './instance-image.ts';
import { SimInstance } from './instance-object.ts';
import { between, pick, type Random } from './random.ts';
import type { World } from './world.ts';

const EMPTY_LOG: PersistedState = { term: 0, votedFor: undefined, entries: [], snapshot: undefined };

/** What went wrong before is over by then: a member that MAIN was about to give up has answered, or has been given up. */
const SETTLE_MS = 4_000;
/** Who has lost what it held is whole again within this time. */
const RECOVERY_MS_MAX = 30_000;
/** How often a command is tried again that found no leader. */
const COMMIT_EVERY_MS = 300;
/** How often that is looked at. */
const LOOK_EVERY_MS = 100;

interface Circumstances {
  readonly dice: Random;
  /** The time of trouble has ended. */
  isOver(): boolean;
  /** It is whole again, or nobody could be hit. */
  whole(): void;
}

export class Amnesia {
  readonly #world: World;
  readonly #circumstances: Circumstances;
  /** The coordinator that is out of touch until the other one comes back. */
  #behind: string | undefined;

  constructor(world: World, circumstances: Circumstances) {
    this.#world = world;
    this.#circumstances = circumstances;
  }

  begin(): void {
    // Coordinators of the version before do not answer one that has come back and asks where they stand.
    const isCoordinator = this.#dice() < 0.4 && !this.#world.rollOut?.hasOldCoordinators;
    const mend = isCoordinator && this.#dice() < 0.7 ? this.#leaveBehind() : () => {};
    this.#world.schedule.after(SETTLE_MS, () => {
      if (this.#circumstances.isOver()) return mend();
      if (isCoordinator) this.#forgetCoordinator(this.#world.coordinator(this.#victim), mend);
      else this.#forgetInstance();
    });
  }

  get #dice(): Random {
    return this.#circumstances.dice;
  }

  /** A coordinator that is in touch with the leader, or leads. */
  get #victim(): string {
    const names = this.#world.coordinatorNames.filter((name) => name !== this.#behind);
    return pick(this.#dice, names);
  }

  /**
   * A coordinator that does not lead is out of touch while the others go on, and comes back together with the one that has forgotten: the
   * two are a majority, and neither knows what was committed.
   */
  #leaveBehind(): () => void {
    const { network, coordinatorNames, invariants } = this.#world;
    const behind = pick(
      this.#dice,
      coordinatorNames.filter((name) => name !== invariants.leader),
    );
    this.#behind = behind;
    const directions = [`${behind}>*`, `*>${behind}`];
    for (const direction of directions) network.cuts.add(direction);
    this.#world.note('network', `CUT ${behind}`, []);
    this.#commitSomething();
    return () => {
      for (const direction of directions) network.cuts.delete(direction);
      this.#world.note('network', `MEND ${behind}`, []);
    };
  }

  /** Has the coordinators put something into their log that changes nothing, until one of them has. */
  #commitSomething(): void {
    const { clients, database, schedule } = this.#world;
    const command = { type: 'setSetting', name: 'global_read_only', value: 'false' } as const;
    clients[0]?.askCoordinators({ type: 'operate', database, command }, (response) => {
      const isDone = response?.type === 'table' || this.#circumstances.isOver();
      if (!isDone && this.#behind !== undefined) schedule.after(COMMIT_EVERY_MS, () => this.#commitSomething());
    });
  }

  /** Those of whose log some other instance has everything that was acknowledged. */
  #forgetfulInstances(): readonly SimInstance[] {
    const { invariants, instances } = this.#world;
    const { assignment, status } = invariants.committed ?? {};
    if (assignment === undefined || status?.type !== 'online') return [];
    if (instances().some(({ memory, durable, state }) => memory.damage ?? durable.damage ?? state.quarantine))
      return [];
    const { inSync } = assignment;
    return assignment.instances
      .filter(({ name }) => inSync.some((member) => member !== name))
      .map(({ name }) => this.#world.instance(name))
      .filter(({ durable }) => durable.positions.length > 1);
  }

  #forgetInstance(): void {
    const { invariants, counts } = this.#world;
    const candidates = this.#forgetfulInstances();
    if (candidates.length === 0) return this.#circumstances.whole();
    // MAIN is the one that could do harm.
    const main = candidates.find(({ state }) => state.role === 'main');
    const victim = main !== undefined && this.#dice() < 0.5 ? main : pick(this.#dice, candidates);
    const { acknowledgedLsn } = invariants;
    if (invariants.committed?.assignment.main === victim.name) counts.forgetfulMains += 1;
    const [kind, share] = [this.#dice(), this.#dice()];
    const after = (image: InstanceImage) => {
      if (kind < 0.3) return this.#withoutTail(image, share);
      return kind < 0.5 ? this.#lost(EMPTY_IMAGE) : this.#rewound(victim.past(share) ?? image);
    };
    const held = victim.durable.positions.length;
    const epoch = invariants.committed?.assignment.epoch ?? 0;
    const isMember = () => invariants.committed?.assignment.instances.some(({ name }) => name === victim.name);
    this.#await(victim, {
      forget: () => victim.tamper(after),
      isWhole: () => {
        if (!isMember()) return true;
        const { length } = victim.memory.positions;
        // What nobody had acknowledged may be gone: in a later epoch, or when that much has been written anew.
        const isLater = (invariants.committed?.assignment.epoch ?? 0) > epoch && victim.state.role === 'replica';
        const hasEnough =
          length >= (isLater ? acknowledgedLsn : held) && invariants.holdsThrough(victim, acknowledgedLsn);
        return victim.alive && victim.state.role !== 'none' && hasEnough;
      },
    });
  }

  #forgetCoordinator(victim: SimCoordinator, mend: () => void): void {
    const { commitIndex } = victim.state.raft;
    this.#world.counts.forgetfulCoordinators += 1;
    const [kind, share] = [this.#dice(), this.#dice()];
    this.#await(victim, {
      forget: () =>
        victim.tamper((image) => (kind < 0.4 ? this.#lost(EMPTY_LOG) : this.#rewound(victim.past(share) ?? image))),
      isWhole: () => victim.alive && victim.state.raft.commitIndex >= commitIndex,
      back: () => {
        mend();
        this.#behind = undefined;
      },
    });
  }

  #withoutTail(image: InstanceImage, share: number): InstanceImage {
    this.#world.counts.lostTails += 1;
    const { length } = image.positions;
    // Often only the last few, which is what is noticed least.
    const lost = share < 0.5 ? Math.ceil(share * 8) : Math.floor((share - 0.5) * length);
    return { ...truncateAfter(image, Math.max(0, length - lost)), aside: image.aside };
  }

  #lost<Image>(empty: Image): Image {
    this.#world.counts.losses += 1;
    return empty;
  }

  #rewound<Image>(past: Image): Image {
    this.#world.counts.rewinds += 1;
    return past;
  }

  /** It falls, forgets while it is down, and is looked after until it is whole. */
  #await(
    victim: SimCoordinator | SimInstance,
    { forget, isWhole, back }: { forget: () => void; isWhole: () => boolean; back?: () => void },
  ): void {
    const { schedule, invariants } = this.#world;
    this.#world.note(victim.name, 'FORGETS', []);
    victim.crash();
    invariants.forgotSome(victim.name, victim instanceof SimInstance ? victim.durable.positions : []);
    forget();
    const downMs = between(this.#dice, 20, 3_000);
    schedule.after(downMs, () => {
      back?.();
      victim.restart();
    });
    const deadlineMs = schedule.nowMs + RECOVERY_MS_MAX;
    const look = () => {
      if (this.#circumstances.isOver()) return;
      if (isWhole()) {
        invariants.isWhole(victim.name);
        this.#circumstances.whole();
      } else if (schedule.nowMs > deadlineMs) {
        invariants.violate(`${victim.name} has lost what it held, and is not whole again`);
      } else schedule.after(LOOK_EVERY_MS, look);
    };
    schedule.after(downMs + LOOK_EVERY_MS, look);
  }
}
