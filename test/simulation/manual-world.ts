/**
 * A world in which roles are given by hand: an operator promotes, demotes, registers and drops instances at random, in trouble, and two of
 * them at cross purposes. What has to hold all the same stands in ManualInvariants. In the end he makes one instance MAIN and
 * registers the others with it, and then there is one log, and nothing that a client was told is done has vanished without a trace.
 */
import type { Assignment, ReplicationMode } from '../../core/replication/assignment.ts';
import type { InstanceEffect, InstanceEvent, ReplicationCommand } from '../../core/replication/instance-event.ts';
import { VERSION } from '../../core/version.ts';
import { hashText, sameHash } from '../../core/wal/checksum.ts';
import { SimCaller } from './caller.ts';
import { type InstanceImage, positionAt } from './instance-image.ts';
import type { SimInstance, WriteAnswer } from './instance-object.ts';
import { Invariants } from './invariants.ts';
import { between, pick } from './random.ts';
import { LIVENESS_MS, World } from './world.ts';

const NAMES = ['weur-1', 'enam-1', 'apac-1', 'oc-1'];
const CLIENTS = 4;

/** One MAIN an epoch and one history within it, as everywhere (Invariants); what MAIN says of its in-sync set is true. */
export class ManualInvariants extends Invariants {
  readonly #world: World;
  /** Hashes of what some MAIN has acknowledged: nobody is shown anything else. */
  readonly #acknowledged = new Set<string>();
  /** What was in the snapshots of instances whose whole graph was replaced: it could not be set aside any more. */
  readonly replaced = new Set<string>();

  constructor(world: World) {
    super(world);
    this.#world = world;
  }

  override instanceDecided(instance: SimInstance, _event: InstanceEvent, effects: readonly InstanceEffect[]): void {
    const { state, memory } = instance;
    for (const effect of effects) {
      if (effect.type === 'setVisible' && state.role === 'main') this.#noteAcknowledged(memory, effect.lsn);
      if (effect.type === 'acknowledge') {
        // It may be MAIN no more at the end of the same step.
        this.#noteAcknowledged(memory, effect.upToLsn);
        this.#checkMembers(instance, effect.upToLsn);
      }
      if (effect.type === 'installSnapshot') this.#noteReplaced(memory);
    }
  }

  #noteAcknowledged({ positions }: InstanceImage, lsn: number): void {
    for (let index = lsn - 1; index >= 0; index--) {
      const hash = hashText(positions[index]?.hash ?? new Uint8Array());
      if (this.#acknowledged.has(hash)) return;
      this.#acknowledged.add(hash);
    }
  }

  #noteReplaced({ positions, records }: InstanceImage): void {
    const first = records[0]?.lsn ?? positions.length + 1;
    for (const { hash } of positions.slice(0, first - 1)) this.replaced.add(hashText(hash));
  }

  /** Who is in the set of MAIN, or STRICT_SYNC, holds what is acknowledged, or an operator has taken him away. */
  #checkMembers({ name, state, memory }: SimInstance, upToLsn: number): void {
    const position = positionAt(memory, upToLsn);
    if (position === undefined) this.violate(`${name} acknowledges ${upToLsn}, which it does not have`);
    const { instances = [], inSync = [] } = state.assignment ?? {};
    const strict = instances.filter(({ mode }) => mode === 'STRICT_SYNC').map((instance) => instance.name);
    for (const member of new Set([...inSync, ...strict])) {
      if (member === name) continue;
      const { durable } = this.#world.instance(member);
      const { epoch = 0, sealedEpoch = 0 } = durable.persisted ?? {};
      if (epoch > state.epoch || sealedEpoch >= state.epoch) continue;
      const copy = positionAt(durable, upToLsn);
      if (copy !== undefined && sameHash(copy.hash, position.hash)) continue;
      this.violate(`${name} acknowledges ${upToLsn} in epoch ${state.epoch}, which ${member}, in sync, does not hold`);
    }
  }

  /** What was acknowledged may be lost, so nothing follows from it. */
  override acknowledged(): void {}

  override shown(instance: SimInstance, lsn: number, image: InstanceImage): void {
    if (lsn === 0) return;
    const position = positionAt(image, lsn);
    if (position === undefined) this.violate(`${instance.name} shows ${lsn}, which it does not have`);
    if (!this.#acknowledged.has(hashText(position.hash))) {
      this.violate(`${instance.name} shows ${lsn}, which no MAIN has acknowledged`);
    }
  }

  override epochStarts(): void {
    this.#world.counts.epochsStarted += 1;
  }
}

/** Writes to whoever takes himself for MAIN, or to anybody. */
class ManualClient extends SimCaller {
  readonly outcomes = new Map<string, 'ok' | 'other'>();
  writing = true;
  #count = 0;

  start(): void {
    const { schedule, dice } = this.world;
    schedule.after(between(dice.clients, 10, 300), () => {
      if (!this.writing) return;
      const text = `${this.name}-${++this.#count}`;
      const mains = this.world.instances().filter(({ alive, state }) => alive && state.role === 'main');
      const target = pick(dice.clients, mains.length > 0 && dice.clients() < 0.9 ? mains : this.world.instances());
      const done = (answer: WriteAnswer | undefined) => {
        const isOk = answer?.type === 'ok';
        this.outcomes.set(text, isOk ? 'ok' : 'other');
        this.world.counts[isOk ? 'ok' : 'failed'] += 1;
        this.start();
      };
      this.call<WriteAnswer>(target, (answer) => target.write(text, answer), done);
    });
  }
}

/** Somebody who gives orders to instances, and does not always hear what came of them. */
class ManualOperator extends SimCaller {
  readonly #mode: ReplicationMode;
  active = true;

  constructor(world: World, name: string, mode: ReplicationMode) {
    super(world, name, world.dice.operator);
    this.#mode = mode;
  }

  start(): void {
    const { dice, schedule } = this.world;
    schedule.after(between(dice.operator, 500, 5_000), () => {
      if (!this.active) return;
      this.#act();
      this.start();
    });
  }

  #act(): void {
    const { operator } = this.world.dice;
    const instances = this.world.instances();
    const mains = instances.filter(({ state }) => state.role === 'main');
    const main = pick(operator, mains.length > 0 ? mains : instances);
    const other = pick(operator, instances);
    const dice = operator();
    if (dice < 0.15) this.order(other, { type: 'becomeMain' });
    else if (dice < 0.25) this.order(main, { type: 'becomeReplica' });
    else if (dice < 0.32) this.order(main, { type: 'dropReplica', name: other.name });
    else this.register(main, other, operator() < 0.75 ? this.#mode : 'ASYNC');
  }

  register(main: SimInstance, replica: SimInstance, mode: ReplicationMode = this.#mode): void {
    this.order(main, { type: 'registerReplica', name: replica.name, mode, endpoint: replica.name });
  }

  order(instance: SimInstance, command: ReplicationCommand): void {
    this.world.note(this.name, `${command.type} ${'name' in command ? command.name : ''} at ${instance.name}`, []);
    this.call<string>(
      instance,
      (answer) => instance.operate(command, (error) => answer(error ?? '')),
      (answer) => {
        if (answer === '') this.world.counts.orders += 1;
        this.world.note(this.name, `${command.type} at ${instance.name}: ${answer ?? 'no answer'}`, []);
        // Somebody is higher: this one climbs above, as the error says.
        if (answer?.includes('later epoch') && !this.active) this.order(instance, { type: 'becomeReplica' });
      },
    );
  }
}

/** The world of a seed: one in three is of STRICT_SYNC replicas. */
export class ManualWorld extends World {
  override readonly objects = () => this.instances();
  readonly #operators: readonly ManualOperator[];
  readonly #writers: readonly ManualClient[];
  /** Writes that were `ok` and are in the log at the end, that were set aside, and that were in a snapshot which was replaced. */
  readonly fates = { kept: 0, aside: 0, replaced: 0 };

  constructor(seed: number) {
    super(seed, { invariantsOf: (world) => new ManualInvariants(world) });
    const mode = seed % 3 === 0 ? 'STRICT_SYNC' : 'SYNC';
    this.#operators = [1, 2].map((number) => new ManualOperator(this, `operator-${number}`, mode));
    this.#writers = Array.from(
      { length: CLIENTS },
      (_, number) => new ManualClient(this, `writer-${number + 1}`, this.dice.clients),
    );
  }

  override run(): void {
    this.#found();
    this.#runUntil(this.schedule.nowMs + 1_000, () => false);
    const [first, second] = this.instances();
    const [operator] = this.#operators;
    if (first && second) operator?.register(first, second);
    for (const writer of this.#writers) writer.start();
    for (const each of this.#operators) each.start();
    this.faults.start();
    this.#runUntil(this.schedule.nowMs + 45_000, () => false);
    this.note('world', 'HEALED', []);
    this.faults.heal();
    for (const each of this.#operators) each.active = false;
    this.#settle();
  }

  /** Tells every instance of its database, as the coordinators would. */
  #found(): void {
    const members = NAMES.map((name) => ({ name, region: name.replace(/-\d+$/, '') }));
    const assignment: Assignment = {
      database: this.database,
      cluster: 'c1',
      epoch: 1,
      version: 1,
      main: NAMES[0] ?? '',
      instances: members.map((member) => ({ ...member, mode: 'SYNC' as const })),
      inSync: NAMES.slice(0, 1),
      coordinators: [],
      members,
    };
    for (const name of NAMES) {
      const instance = this.instance(name);
      const envelope = {
        version: VERSION,
        database: this.database,
        cluster: 'c1',
        epoch: 1,
        from: { name: 'coordinator-1', region: 'weur' },
        deadlineMs: instance.nowMs + 5_000,
      };
      instance.serve({ envelope, body: { type: 'assign', assignment, created: true } }, () => {});
    }
  }

  /** One instance is made MAIN and feeds all others: writes go on, and then every log is the same. */
  #settle(): void {
    const chosen = pick(this.dice.operator, this.instances());
    const [operator] = this.#operators;
    const step = () => {
      const others = this.instances().filter((instance) => instance !== chosen);
      const rival = others.find(({ state }) => state.role === 'main');
      const registered = chosen.state.assignment?.instances.map(({ name }) => name) ?? [];
      const missing = others.find(({ name }) => !registered.includes(name));
      if (rival !== undefined) operator?.order(rival, { type: 'becomeReplica' });
      else if (chosen.state.role !== 'main') operator?.order(chosen, { type: 'becomeMain' });
      else if (missing !== undefined) operator?.register(chosen, missing);
      this.schedule.after(500, step);
    };
    step();
    const deadlineMs = this.schedule.nowMs + LIVENESS_MS;
    if (!this.#runUntil(deadlineMs, () => this.#isFed(chosen))) {
      this.invariants.violate(`${chosen.name} does not become MAIN of all: ${this.#describe()}`);
    }
    const before = this.counts.ok;
    if (!this.#runUntil(deadlineMs, () => this.counts.ok >= before + 5)) {
      this.invariants.violate(`no writes are accepted by ${chosen.name}: ${this.#describe()}`);
    }
    for (const writer of this.#writers) writer.writing = false;
    if (!this.#runUntil(deadlineMs, () => this.#isLevel(chosen))) {
      this.invariants.violate(`the replicas do not become level: ${this.#describe()}`);
    }
    this.#checkFates(chosen);
  }

  #isFed(chosen: SimInstance): boolean {
    const { role, assignment } = chosen.state;
    return role === 'main' && assignment?.instances.length === NAMES.length;
  }

  #isLevel({ state: { stored, acknowledgedLsn }, hasOpenWrites }: SimInstance): boolean {
    if (hasOpenWrites || acknowledgedLsn !== stored.lsn) return false;
    return this.instances().every(({ state, visibleLsn }) => {
      return sameHash(state.stored.hash, stored.hash) && visibleLsn === stored.lsn;
    });
  }

  /** Whatever was `ok` is in the log, or set aside where it was, or was in a snapshot that gave way to another one. */
  #checkFates(chosen: SimInstance): void {
    const textsOf = (hashes: Iterable<string>) => new Set([...hashes].map((hash) => this.texts.get(hash)));
    const kept = textsOf(chosen.memory.positions.map(({ hash }) => hashText(hash)));
    const aside = textsOf(this.instances().flatMap(({ memory }) => memory.aside.map(({ hash }) => hashText(hash))));
    const { invariants } = this;
    const replaced = textsOf(invariants instanceof ManualInvariants ? invariants.replaced : []);
    for (const [text, outcome] of this.#writers.flatMap(({ outcomes }) => [...outcomes])) {
      if (outcome !== 'ok') continue;
      if (kept.has(text)) this.fates.kept += 1;
      else if (aside.has(text)) this.fates.aside += 1;
      else if (replaced.has(text)) this.fates.replaced += 1;
      else this.invariants.violate(`${text} was ok, and has vanished`);
    }
  }

  #runUntil(endMs: number, done: () => boolean): boolean {
    while (this.schedule.nowMs < endMs) {
      if (done()) return true;
      if (!this.schedule.step()) return done();
    }
    return done();
  }

  #describe(): string {
    return this.instances()
      .map(({ name, state }) => `${name} ${state.role} epoch ${state.epoch} lsn ${state.stored.lsn}`)
      .join('; ');
  }
}
