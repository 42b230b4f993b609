/**
 * DESIGN §13 as far as election, replication and failover go, checked at every event from outside the machines. What an
 * object has decided counts at once where it binds itself; what it told others counts when its output gate has opened.
 */
import type { Database } from '../../core/coordinator/cluster-state.ts';
import { termAt } from '../../core/raft/state.ts';
import type { InstanceEffect, InstanceEvent } from '../../core/replication/instance-event.ts';
import type { InstanceRole, InstanceState } from '../../core/replication/instance-state.ts';
import type { LogPosition } from '../../core/replication/log.ts';
import { hashText, sameHash } from '../../core/wal/checksum.ts';
import type { SimCoordinator } from './coordinator-object.ts';
import { GroupInvariants } from './group-invariants.ts';
import { type InstanceImage, positionAt } from './instance-image.ts';
import type { SimInstance } from './instance-object.ts';
import type { World } from './world.ts';

export class Violation extends Error {
  override readonly name = 'Violation';
}

export class Invariants {
  readonly #world: World;
  readonly group: GroupInvariants;
  readonly #leaderOfTerm = new Map<number, string>();
  readonly #raftCommitOf = new Map<SimCoordinator, number>();
  readonly #raftTermAt = new Map<number, number>();
  /** The database as the newest committed entry has it. */
  #committed: { readonly index: number; readonly database: Database } | undefined;
  readonly #mainOfEpoch = new Map<number, string>();
  /** Every transaction that ever left a gate, by epoch and lsn: within an epoch there is one history. */
  readonly #hashOf = new Map<string, string>();
  /** What clients were told is done, by lsn - 1. */
  readonly #acknowledged: LogPosition[] = [];
  #acknowledgedAtFailover: number | undefined;
  readonly #released = new Map<string, { positions: readonly LogPosition[]; epoch: number; sealedEpoch: number }>();
  /** Instances that are forgetting everything: a crash may keep that and lose the answer. */
  readonly #forgetting = new Set<string>();
  /** Objects that have lost something and are not whole again, and the logs of instances as they were before a loss. */
  readonly #forgetful = new Set<string>();
  readonly #held = new Map<string, readonly LogPosition[]>();
  /** Epochs that a MAIN has begun. */
  readonly #begun = new Set<number>();
  /** What a MAIN wrote that had lost the end of its log. */
  readonly #forks = new Set<string>();
  /** The epoch to which an instance has answered a seal: it stores nothing from an earlier one. */
  readonly #sealedTo = new Map<string, number>();

  constructor(world: World) {
    this.#world = world;
    this.group = new GroupInvariants(world);
  }

  violate(what: string): never {
    throw new Violation(what);
  }

  /** The newest committed state of the database; undefined before it exists. */
  get committed(): Database | undefined {
    return this.#committed?.database;
  }

  /** The coordinator that leads the highest term so far. */
  get leader(): string | undefined {
    return this.#leaderOfTerm.get(Math.max(...this.#leaderOfTerm.keys()));
  }

  get acknowledgedLsn(): number {
    return this.#acknowledged.length;
  }

  /** Whether an instance has what was acknowledged up to `lsn`. */
  holdsThrough({ memory }: SimInstance, lsn: number): boolean {
    const [mine, acknowledged] = [positionAt(memory, lsn), this.#acknowledged[lsn - 1]];
    return acknowledged === undefined || (mine !== undefined && sameHash(mine.hash, acknowledged.hash));
  }

  /** Takes back what was acknowledged after an lsn. */
  protected takeBack(afterLsn: number): readonly LogPosition[] {
    return this.#acknowledged.splice(afterLsn);
  }

  coordinatorBooted(coordinator: SimCoordinator): void {
    this.#raftCommitOf.set(coordinator, coordinator.state.raft.commitIndex);
    this.group.booted(coordinator);
  }

  /** One leader a term, one entry an index, and a commit index that never falls. */
  coordinatorStepped(coordinator: SimCoordinator): void {
    const { name, state } = coordinator;
    const { raft, cluster } = state;
    this.group.stepped(coordinator);
    if (raft.role === 'leader') this.#checkLeader(name, raft.term);
    const before = this.#raftCommitOf.get(coordinator) ?? 0;
    if (raft.commitIndex < before) this.violate(`the commit index of ${name} fell`);
    this.#raftCommitOf.set(coordinator, raft.commitIndex);
    for (let index = before + 1; index <= raft.commitIndex; index++) {
      const term = termAt(raft, index);
      const known = this.#raftTermAt.get(index) ?? term;
      if (term !== undefined && term !== known) this.violate(`${name} commits another entry at ${index}`);
      if (term !== undefined) this.#raftTermAt.set(index, term);
    }
    const database = cluster.databases.get(this.#world.database);
    if (database !== undefined && raft.commitIndex > (this.#committed?.index ?? 0)) {
      this.#checkAssignment(database);
      this.#committed = { index: raft.commitIndex, database };
    }
  }

  #checkLeader(name: string, term: number): void {
    const leader = this.#leaderOfTerm.get(term);
    if (leader !== undefined && leader !== name) this.violate(`${leader} and ${name} both lead term ${term}`);
    if (leader === undefined) this.#world.counts.leaders += 1;
    this.#leaderOfTerm.set(term, name);
  }

  /** Epochs and versions only grow; the MAIN of an epoch stays, and is in sync. */
  #checkAssignment({ assignment, failovers, leaving }: Database): void {
    const before = this.#committed?.database.assignment;
    const wasLeaving = this.#committed?.database.leaving.length ?? 0;
    const { epoch, version, main, inSync } = assignment;
    if (!inSync.includes(main)) this.violate(`MAIN ${main} of epoch ${epoch} is not in the in-sync set`);
    if (before === undefined) return;
    if (epoch < before.epoch) this.violate(`the epoch fell from ${before.epoch} to ${epoch}`);
    if (version < before.version) this.violate(`the version fell from ${before.version} to ${version}`);
    if (epoch === before.epoch && main !== before.main) this.violate(`epoch ${epoch} changes its MAIN`);
    const { counts } = this.#world;
    if (assignment.instances.length > before.instances.length) counts.arrivals += 1;
    if (leaving.length < wasLeaving) counts.departures += 1;
    if (epoch > before.epoch && failovers.at(-1)?.toEpoch === epoch) {
      for (const instance of this.#world.instances()) this.#checkLease(instance, epoch);
      counts.failovers += 1;
      if (this.#world.instance(before.main).hasOpenWrites) counts.failoversInFlight += 1;
      if (this.#acknowledgedAtFailover === this.acknowledgedLsn) counts.failoversInARow += 1;
      this.#acknowledgedAtFailover = this.acknowledgedLsn;
      const { reason } = failovers.at(-1) ?? {};
      if (reason === 'switchover') counts.switchovers += 1;
      if (reason === 'demotion') counts.demotions += 1;
    }
    if (epoch === before.epoch && inSync.length < before.inSync.length) counts.removals += 1;
    if (epoch === before.epoch && inSync.length > before.inSync.length) counts.joins += 1;
  }

  instanceBooted(instance: SimInstance): void {
    const { persisted } = instance.memory;
    if (persisted === undefined && this.#forgetting.has(instance.name)) this.forgot(instance);
    this.#forgetting.delete(instance.name);
    const before = this.#released.get(instance.name);
    if (before === undefined) return;
    const { epoch, sealedEpoch } = persisted ?? { epoch: 0, sealedEpoch: 0 };
    if (epoch < before.epoch || sealedEpoch < before.sealedEpoch) {
      this.violate(`${instance.name} comes back in epoch ${epoch}, sealed ${sealedEpoch}, having told more`);
    }
  }

  /** Checked when the machine has decided, before anything is carried out. */
  instanceDecided(instance: SimInstance, event: InstanceEvent, effects: readonly InstanceEffect[]): void {
    // What an object that was replaced says in a turn in which it writes never leaves it.
    const isVoid = instance.isSuperseded && event.type === 'committed';
    for (const effect of effects) {
      if (effect.type === 'acknowledge' && !isVoid) this.#checkAcknowledgement(instance, effect.upToLsn);
      if (effect.type === 'appendWal' || effect.type === 'installSnapshot') this.#checkSealed(instance, event);
    }
  }

  /** It has told the coordinators that it stores nothing more from earlier epochs. */
  sealed({ name }: SimInstance, epoch: number): void {
    this.#sealedTo.set(name, Math.max(this.#sealedTo.get(name) ?? 0, epoch));
  }

  /** Never two MAINs: the next one is chosen when the lease of the one before has run out, or that one has been told. */
  #checkLease({ name, alive, nowMs, state }: SimInstance, epoch: number): void {
    if (!this.#world.clocksAreEven) return;
    if (!alive || state.role !== 'main' || state.epoch >= epoch) return;
    if (nowMs < (state.main?.leaseUntilMs ?? Number.NEGATIVE_INFINITY)) {
      this.violate(`${name} is MAIN under a lease in epoch ${state.epoch}, though ${epoch} has begun`);
    }
  }

  /** Acknowledged ⇒ stored on every in-sync member and on every strict replica, and no later epoch has begun. */
  #checkAcknowledgement(instance: SimInstance, upToLsn: number): void {
    const { assignment } = this.committed ?? {};
    const { epoch } = instance.state;
    if (assignment === undefined || upToLsn <= this.acknowledgedLsn) return;
    if (assignment.epoch > epoch) {
      this.violate(`${instance.name} acknowledges ${upToLsn} in epoch ${epoch}, though ${assignment.epoch} has begun`);
    }
    const position = positionAt(instance.memory, upToLsn);
    if (position === undefined) this.violate(`${instance.name} acknowledges ${upToLsn}, which it does not have`);
    const strict = (instance.state.assignment?.instances ?? []).filter(({ mode }) => mode === 'STRICT_SYNC');
    const known = strict.filter(({ name }) => assignment.instances.some((member) => member.name === name));
    for (const name of new Set([...assignment.inSync, ...known.map((member) => member.name)])) {
      if (name === instance.name) continue;
      // A strict one that takes part in nothing holds up only what clients write (core/replication/strict-sync.ts).
      const isOut = this.#world.instance(name).state.quarantine !== undefined;
      if (isOut && !assignment.inSync.includes(name)) continue;
      if (!this.#holds(name, position)) {
        this.violate(`${instance.name} acknowledges ${upToLsn}, which ${name}, in sync or strict, does not hold`);
      }
    }
  }

  #checkSealed(instance: SimInstance, event: InstanceEvent): void {
    // One that was replaced does not know what the other has promised since, and what it writes is void.
    if (event.type !== 'request' || instance.isSuperseded) return;
    const { epoch } = event.request.envelope;
    const sealedTo = this.#sealedTo.get(instance.name) ?? 0;
    if (epoch < sealedTo) this.violate(`${instance.name}, sealed for epoch ${sealedTo}, stores from epoch ${epoch}`);
  }

  /** The gate has opened: others may know of this state. */
  instanceReleased(instance: SimInstance, state: InstanceState, image: InstanceImage): void {
    // What it says is checked where it counts; it does not know what the one that has replaced it has promised since.
    if (instance.isSuperseded) return;
    const before = this.#released.get(instance.name) ?? { positions: [], epoch: 0, sealedEpoch: 0 };
    const { epoch, sealedEpoch } = state;
    if (state.loaded && (epoch < before.epoch || sealedEpoch < before.sealedEpoch)) {
      this.violate(`the epoch of ${instance.name} fell from ${before.epoch} to ${epoch}, sealed ${sealedEpoch}`);
    }
    const { positions } = image;
    for (let index = positions.length - 1; index >= 0 && positions[index] !== before.positions[index]; index--) {
      this.#checkPosition(instance.name, positions[index]);
    }
    this.#released.set(instance.name, { positions, epoch, sealedEpoch });
  }

  #checkPosition(name: string, position: LogPosition | undefined): void {
    if (position === undefined) return;
    const key = `${position.epoch}:${position.lsn}`;
    const hash = hashText(position.hash);
    if (this.#forks.has(hash)) return;
    const known = this.#hashOf.get(key) ?? hash;
    if (known !== hash) this.violate(`${name} holds another history at epoch ${position.epoch}, lsn ${position.lsn}`);
    this.#hashOf.set(key, hash);
  }

  roleChanged(instance: SimInstance, role: InstanceRole, epoch: number): void {
    if (role !== 'main') return;
    const main = this.#mainOfEpoch.get(epoch) ?? instance.name;
    if (main !== instance.name) this.violate(`${main} and ${instance.name} are both MAIN in epoch ${epoch}`);
    this.#mainOfEpoch.set(epoch, main);
  }

  /** An instance is about to forget everything: not one on which acknowledgements rest. */
  forgets({ name, memory }: SimInstance): void {
    const isMember = this.committed?.assignment.inSync.includes(name);
    if (isMember && memory.positions.length > 0) this.violate(`${name}, in sync, forgets everything`);
    this.#forgetting.add(name);
    this.#sealedTo.delete(name);
  }

  /** Storage of an object, a coordinator perhaps, is not what it was. `held`: the log that an instance had. */
  forgotSome(name: string, held: readonly LogPosition[]): void {
    this.#forgetful.add(name);
    this.#released.delete(name);
    this.#sealedTo.delete(name);
    this.#held.set(name, held);
  }

  /** Whether an object has lost something, and is not whole again. */
  hasForgotten(name: string): boolean {
    return this.#forgetful.has(name);
  }

  /** It has again what it needs. */
  isWhole(name: string): void {
    this.#forgetful.delete(name);
  }

  /**
   * An instance takes part in nothing more: only one whose storage is not what it was does that. It may be late, when a replica comes back
   * that holds what the instance had lost.
   */
  quarantined({ name, memory, isSuperseded }: SimInstance, reason: string): void {
    // It learns that another one has its storage as it writes this down.
    if (isSuperseded) return;
    if (reason !== memory.damage && !this.#held.has(name)) this.violate(`${name} goes into quarantine: ${reason}`);
    this.#world.counts.quarantines += 1;
  }

  /** Whether an instance holds a transaction, or did so before it lost something: what it answered then may arrive late. */
  #holds(name: string, position: LogPosition): boolean {
    const { durable } = this.#world.instance(name);
    if (durable.damage !== undefined) return true;
    const copies = [positionAt(durable, position.lsn), this.#held.get(name)?.[position.lsn - 1]];
    return copies.some((copy) => copy !== undefined && sameHash(copy.hash, position.hash));
  }

  /** What it told before binds it no more. */
  forgot({ name }: SimInstance): void {
    this.#forgetting.delete(name);
    this.#released.delete(name);
  }

  /** A client's write is taken, as the record with this hash. */
  writes({ name, state, isSuperseded }: SimInstance, hash: string): void {
    // It is never confirmed, and nobody is told of it.
    if (isSuperseded) return;
    // It goes on from where its log ends now, and does not know yet that it went further. None of this is ever acknowledged.
    if (this.#forgetful.has(name)) this.#forks.add(hash);
    const { assignment, unconfirmedVersion } = this.committed ?? {};
    const isReadOnly = assignment?.readOnly && unconfirmedVersion === undefined && assignment.epoch === state.epoch;
    // One that has forgotten that hears of it with its lease, without which it acknowledges nothing.
    if (isReadOnly && !this.#forgetful.has(name))
      this.violate(`${name} takes a write, though the cluster is read-only`);
  }

  /** A new MAIN begins: it holds everything that was ever acknowledged. */
  epochStarts(instance: SimInstance, epoch: number): void {
    if (instance.isSuperseded) return;
    const { counts, instances } = this.#world;
    counts.epochsStarted += 1;
    counts.rivals += instances().some(({ name, alive, state }) => {
      return alive && name !== instance.name && state.role === 'main';
    })
      ? 1
      : 0;
    // A deposed leader may say late who was to be MAIN: that one gets no lease and no answers, and lacks what was acknowledged since.
    if (epoch < (this.committed?.assignment.epoch ?? 0)) return;
    // One that had begun it before, and has forgotten that: its lease, and the others, will tell it.
    const isAgain = this.#begun.has(epoch);
    this.#begun.add(epoch);
    if (isAgain && this.#forgetful.has(instance.name)) return;
    this.#checkHoldsAcknowledged(instance, `begins epoch ${epoch}`);
  }

  #checkHoldsAcknowledged(instance: SimInstance, when: string): void {
    for (const { lsn, hash } of this.#acknowledged) {
      const mine = positionAt(instance.memory, lsn);
      if (mine === undefined || !sameHash(mine.hash, hash)) {
        this.violate(`${instance.name} ${when} without the acknowledged transaction ${lsn}`);
      }
    }
  }

  /** Clients have been told: nothing else may ever be acknowledged there. `image` is the storage of the moment in which it was said. */
  acknowledged(instance: SimInstance, told: { epoch: number; upToLsn: number; image: InstanceImage }): void {
    const { epoch, upToLsn, image } = told;
    const last = image.positions[upToLsn - 1];
    if (last === undefined) return;
    const known = this.#acknowledged[last.lsn - 1];
    if (known !== undefined && !sameHash(known.hash, last.hash)) {
      this.violate(`${instance.name} acknowledges another transaction ${last.lsn} in epoch ${epoch}`);
    }
    for (let lsn = this.#acknowledged.length + 1; lsn <= last.lsn; lsn++) {
      const position = positionAt(image, lsn);
      if (position === undefined) this.violate(`${instance.name} acknowledged ${last.lsn} and does not have ${lsn}`);
      this.#acknowledged.push(position);
    }
  }

  /** A linearizable read sees everything that was acknowledged before it was asked for. */
  readFresh(instance: string, read: { readonly lsn: number; readonly acknowledgedLsn: number }): void {
    const { lsn, acknowledgedLsn } = read;
    if (!this.#world.clocksAreEven) return;
    if (lsn < acknowledgedLsn) {
      this.violate(`${instance} answers a fresh read at ${lsn}, though ${acknowledgedLsn} was acknowledged before`);
    }
  }

  /** Nobody is shown what could be taken back. */
  shown(instance: SimInstance, lsn: number, image: InstanceImage): void {
    if (lsn === 0) return;
    const mine = positionAt(image, lsn);
    if (mine === undefined) this.violate(`${instance.name} shows ${lsn}, which it does not have`);
    if (lsn > this.acknowledgedLsn) this.#acknowledgeUnheard(instance, mine, image);
    const acknowledged = this.#acknowledged[lsn - 1];
    if (acknowledged === undefined || !sameHash(mine.hash, acknowledged.hash)) {
      this.violate(`${instance.name} shows ${lsn} of a history that was not acknowledged`);
    }
  }

  /**
   * A crash may keep the write and lose the answers that it would have let out: MAIN has acknowledged, and nobody has
   * heard. It may be shown if it could have been told: every in-sync member holds it.
   */
  #acknowledgeUnheard(instance: SimInstance, last: LogPosition, image: InstanceImage): void {
    for (const name of this.committed?.assignment.inSync ?? []) {
      if (!this.#holds(name, last)) {
        this.violate(`${instance.name} shows ${last.lsn}, which nobody acknowledged`);
      }
    }
    this.acknowledged(instance, { epoch: last.epoch, upToLsn: last.lsn, image });
  }

  /** At the end: the same log everywhere, each write that was `ok` once in it, none that `failed`. */
  checkEnd(instances: readonly SimInstance[], textOf: (position: LogPosition) => string | undefined): void {
    for (const instance of instances) this.#checkHoldsAcknowledged(instance, 'ends');
    const [first] = instances;
    const times = new Map<string, number>();
    for (const position of first?.memory.positions ?? []) {
      const text = textOf(position);
      if (text !== undefined) times.set(text, (times.get(text) ?? 0) + 1);
    }
    for (const client of this.#world.clients) {
      for (const [text, outcome] of client.outcomes) {
        const count = times.get(text) ?? 0;
        if (outcome === 'ok' && count !== 1) this.violate(`${text} was ok, and is there ${count} times`);
        if (outcome === 'unknown') this.#world.counts[count === 0 ? 'unknownLost' : 'unknownKept'] += 1;
        if (outcome === 'failed' && count !== 0) this.violate(`${text} failed, and is there`);
        if (count > 1) this.violate(`${text} is there ${count} times`);
      }
    }
  }
}
