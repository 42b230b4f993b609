/**
 * A new build comes to the objects one after the other, while all else goes on and goes wrong; now and then it is taken back from those
 * of which nothing says that they need it, and comes again. Meanwhile builds of two versions are in one cluster: what only the newer one
 * has is asked for all the time, and may be used only when all who have to understand it have told that they do.
 */
import { versionInUse } from '../../core/coordinator/version-need.ts';
import { type RaftMessage, versionOfEntry, versionOf as versionOfRaft } from '../../core/raft/message.ts';
import { versionOfLog } from '../../core/raft/state.ts';
import { type CoordinatorRequest, type InstanceRequest, versionOf } from '../../core/replication/message.ts';
import { VERSION } from '../../core/version.ts';
import { SimCoordinator } from './coordinator-object.ts';
import type { SimInstance } from './instance-object.ts';
import { between, pick } from './random.ts';
import type { World } from './world.ts';

/** The version that everybody begins with. */
const OLD = VERSION - 1;

type SimObject = SimCoordinator | SimInstance;

export class RollOut {
  readonly #world: World;
  /** The newest version that an object has ever run, where that is not the old one. */
  readonly #hasRun = new Set<string>();
  #active = false;
  #hasBegun = false;
  /** Whether it is being taken back. */
  #isBack = false;

  constructor(world: World) {
    this.#world = world;
  }

  /** The version of an object that comes to be: the old one at first, and the new one as soon as that is rolled out. */
  get ofNewObjects(): number {
    return this.#hasBegun ? VERSION : OLD;
  }

  start(): void {
    this.#active = true;
    this.#next();
  }

  /** In the end all have it. */
  heal(): void {
    this.#active = false;
    for (const object of this.#world.objects()) if (object.newest === OLD) this.#restart(object, VERSION);
  }

  get hasOldCoordinators(): boolean {
    return this.#world.objects().some((object) => object instanceof SimCoordinator && object.newest === OLD);
  }

  /** Whether a client has what it writes need the new version. */
  wantsNews(): boolean {
    return this.#world.dice.rollOut() < 0.15;
  }

  #next(): void {
    const { dice, schedule } = this.#world;
    schedule.after(between(dice.rollOut, 500, 6_000), () => {
      if (!this.#active) return;
      // With one copy lost nothing else may go on.
      if (!this.#world.faults.isPaused) this.#act();
      this.#next();
    });
  }

  #act(): void {
    const { dice, objects, counts } = this.#world;
    this.#hasBegun = true;
    if (dice.rollOut() < 0.1) this.#isBack = !this.#isBack;
    const version = this.#isBack ? OLD : VERSION;
    const candidates = objects().filter((object) => object.newest !== version && !object.isSuperseded);
    if (candidates.length === 0) {
      this.#isBack = false;
      return;
    }
    const object = pick(dice.rollOut, candidates);
    if (this.#restart(object, version)) counts[version === OLD ? 'rollBacks' : 'upgrades'] += 1;
  }

  /** Gives an object another build, which begins from storage. False: that needs the one that it has. */
  #restart(object: SimObject, version: number): boolean {
    const { schedule, dice } = this.#world;
    const wasAlive = object.alive;
    object.crash();
    const isPossible = needsOf(object) <= version;
    if (isPossible) {
      object.newest = version;
      this.#world.note(object.name, `ROLLED TO VERSION ${version}`, []);
    }
    if (version === VERSION) this.#hasRun.add(object.name);
    const { incarnation } = object;
    if (wasAlive) {
      schedule.after(between(dice.rollOut, 5, 400), () => {
        if (object.incarnation === incarnation) object.restart();
      });
    }
    return isPossible;
  }

  /** An object that comes to be with the new version has run it. */
  created(object: { readonly name: string; readonly newest: number }): void {
    if (object.newest === VERSION) this.#hasRun.add(object.name);
  }

  // ── what must hold ──

  /** What a receiver would understand is not said in a way in which it does not. */
  heard(receiver: SimObject, message: InstanceRequest | CoordinatorRequest): void {
    this.#checkStamp(receiver, { stamped: message.envelope.version, needed: versionOf(message.body) });
  }

  heardRaft(receiver: SimCoordinator, message: RaftMessage): void {
    this.#checkStamp(receiver, { stamped: message.protocolVersion, needed: versionOfRaft(message) });
  }

  #checkStamp({ name, newest }: SimObject, { stamped, needed }: { stamped: number; needed: number }): void {
    const { invariants, counts } = this.#world;
    if (stamped <= newest) return;
    counts.refusals += 1;
    if (needed <= newest) invariants.violate(`${name} of version ${newest} refuses what it would understand`);
  }

  /** MAIN writes something that needs the new version: everybody who follows it must have had that. */
  written({ name, state }: SimInstance): void {
    this.#world.counts.newsWritten += 1;
    if (state.logNeeds > OLD) return;
    const others = state.assignment?.instances.map((instance) => instance.name) ?? [];
    this.#checkUse(name, others);
  }

  /** A coordinator has stepped: what it has put into the log before anything needed the new version, all members must have had. */
  stepped({ name, state }: SimCoordinator, before: SimCoordinator['state']): void {
    const { raft } = state;
    const appended = raft.entries.filter(({ index }) => index > (before.raft.entries.at(-1)?.index ?? 0));
    const news = appended.find((entry) => versionOfEntry(entry) > OLD);
    if (news === undefined || raft.role !== 'leader' || versionInUse(before) > OLD) return;
    if (before.raft.entries.some((entry) => versionOfEntry(entry) > OLD)) return;
    // Whoever is removed need not understand it.
    const members = news.group?.members.filter(({ votes }) => votes).map(({ id }) => id) ?? raft.others;
    this.#checkUse(name, members);
  }

  #checkUse(user: string, others: readonly string[]): void {
    const lacking = others.filter((other) => !this.#hasRun.has(other));
    if (lacking.length === 0) return;
    this.#world.invariants.violate(`${user} uses what is new, which ${lacking.join(' and ')} cannot understand`);
  }

  /** Nobody stores what it does not understand. */
  stored(object: SimObject): void {
    if (storageNeedsOf(object) <= object.newest) return;
    this.#world.invariants.violate(`${object.name} of version ${object.newest} has stored what it does not understand`);
  }
}

/** The oldest version that understands what storage would hold after a crash. */
function needsOf(object: SimObject): number {
  return object instanceof SimCoordinator ? versionOfLog(object.durable) : object.durable.needs;
}

/** The same of what the object itself sees. */
function storageNeedsOf(object: SimObject): number {
  return object instanceof SimCoordinator ? versionOfLog(object.state.raft) : object.memory.needs;
}
