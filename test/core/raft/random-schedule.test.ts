import { describe, expect, test } from 'vitest';
import { dueAtMs } from '../../../core/raft/state.ts';
import { Group, type Parcel } from './group.ts';
import { RaftInvariants } from './invariants.ts';

// One schedule again: RAFT_SEED=42 RAFT_SEEDS=1 npx vitest run test/core/raft
const FIRST_SEED = Number(process.env.RAFT_SEED ?? 1);
const SEEDS = Number(process.env.RAFT_SEEDS ?? 250);
const STEPS = 1_000;

/** mulberry32: small, fast, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Members that a schedule adds at most. */
const ARRIVALS_MAX = 4;

/** One schedule: loss, repetition, reordering, crashes that lose what was not confirmed, silence, members that come and go. */
class Schedule {
  readonly group: Group;
  readonly invariants: RaftInvariants;
  readonly #random: () => number;
  readonly #founders: number;
  #commands = 0;

  constructor(seed: number) {
    this.#random = generator(seed);
    const options = { compactAfterEntries: 8, appendEntriesMax: 3 };
    this.#founders = seed % 3 === 0 ? 5 : seed % 7 === 0 ? 2 : 3;
    this.group = new Group(this.#founders, options, { confirmsAtOnce: false });
    this.group.random = this.#random;
    this.invariants = new RaftInvariants(this.group);
  }

  step(): void {
    const { group } = this;
    const name = this.#pick(group.names);
    const dice = this.#random();
    if (dice < 0.02) this.#changeMembers(this.#pick(this.#mostlyLeaders()));
    else if (dice < 0.5) this.#deliverOne();
    else if (dice < 0.84) this.#confirmOne();
    else if (dice < 0.88) this.#tickNext();
    else if (dice < 0.95) group.propose(this.#pick(this.#mostlyLeaders()), `c${this.#commands++}`);
    else if (dice < 0.965) this.#read(this.#pick(this.#mostlyLeaders()));
    else if (dice < 0.97) group.give(name, { type: 'sleep' });
    else if (dice < 0.98) group.give(name, { type: 'wake' });
    else if (dice < 0.986) group.crash(name);
    else if (!group.member(name).alive) this.#restart(name);
    this.invariants.check();
  }

  /** Everybody back, nothing lost: the group must work again. */
  heal(): void {
    const { group } = this;
    for (const name of group.names) {
      if (!group.member(name).alive) this.#restart(name);
      group.give(name, { type: 'wake' });
    }
    for (let turn = 0; turn < 80; turn++) {
      this.#drain();
      this.#tickNext();
      this.invariants.check();
    }
    this.#drain();
    for (const name of group.leaders()) group.propose(name, 'last');
    for (let turn = 0; turn < 90; turn++) {
      this.#drain();
      this.#tickNext();
    }
    this.#drain();
    this.invariants.check();
  }

  #drain(): void {
    const { group } = this;
    const isBusy = () =>
      group.network.length > 0 || [...group.members.values()].some((it) => it.unconfirmed.length > 0);
    for (let turn = 0; isBusy(); turn++) {
      if (turn > 5_000) throw new Error('the group does not come to rest');
      for (const name of group.names) while (group.member(name).unconfirmed.length > 0) group.confirm(name);
      const parcels = group.network.splice(0);
      for (const parcel of parcels) group.deliver(parcel);
    }
  }

  #confirmOne(): void {
    const waiting = this.group.names.filter((name) => this.group.member(name).unconfirmed.length > 0);
    if (waiting.length === 0) return;
    const name = this.#pick(waiting);
    const turns = Math.ceil(this.#random() * this.group.member(name).unconfirmed.length);
    for (let turn = 0; turn < turns; turn++) this.group.confirm(name);
  }

  #deliverOne(): void {
    const { network } = this.group;
    if (network.length === 0) {
      this.#tickNext();
      return;
    }
    const position = Math.floor(this.#random() * Math.min(network.length, 12));
    const dice = this.#random();
    const parcel: Parcel | undefined = network[position];
    // A repeated message stays in the network, to come again later.
    if (dice >= 0.1) network.splice(position, 1);
    if (parcel !== undefined && (dice < 0.1 || dice >= 0.2)) this.group.deliver(parcel);
  }

  #tickNext(): void {
    const { group } = this;
    const due = group.names.flatMap((name) => {
      const { alive, state } = group.member(name);
      const atMs = alive ? dueAtMs(state) : undefined;
      return atMs === undefined ? [] : [{ name, atMs }];
    });
    const next = due.sort((a, b) => a.atMs - b.atMs)[0];
    if (next === undefined) return;
    group.nowMs = Math.max(group.nowMs, next.atMs);
    group.give(next.name, { type: 'tick' });
  }

  #changeMembers(name: string): void {
    const { group } = this;
    const { members } = group.state(name).configuration;
    const arrived = group.names.length - this.#founders;
    // A member alone commits what is not confirmed yet, and says so only behind its output gate: here it would count too early.
    const mayRemove = group.state(name).voters.length > 2;
    if (mayRemove && this.#random() < 0.5) return group.change(name, { type: 'remove', id: this.#pick(members).id });
    if (members.length < 6 && arrived < ARRIVALS_MAX) group.add(name, `N${arrived + 1}`);
  }

  /** Whoever belongs to the group at the end. */
  members(): readonly string[] {
    const { group } = this;
    const newest = group.names.toSorted(
      (one, other) => group.state(other).configuration.index - group.state(one).configuration.index,
    )[0];
    return newest === undefined ? [] : group.state(newest).configuration.members.map(({ id }) => id);
  }

  #read(name: string): void {
    const id = `r${this.#commands++}`;
    this.invariants.asks(id);
    this.group.give(name, { type: 'readIndex', id });
  }

  #mostlyLeaders(): readonly string[] {
    const leaders = this.group.leaders();
    return leaders.length > 0 && this.#random() < 0.8 ? leaders : this.group.names;
  }

  #restart(name: string): void {
    this.group.restart(name);
    this.invariants.forget(name);
  }

  #pick<Item>(items: readonly Item[]): Item {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}

describe('figure 3: what is true at all times', () => {
  test(`holds in ${SEEDS} random schedules, and each group works again when it heals`, () => {
    const total = { leaders: 0, commits: 0, snapshotsInstalled: 0, truncations: 0, reads: 0, rests: 0, changes: 0 };
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const schedule = new Schedule(seed);
      try {
        for (let step = 0; step < STEPS; step++) schedule.step();
        schedule.heal();
        const applied = schedule.members().map((name) => schedule.group.member(name).applied);
        expect(applied[0]?.at(-1)).toBe('last');
        for (const other of applied) expect(other).toEqual(applied[0]);
      } catch (error) {
        throw new Error(`RAFT_SEED=${seed} RAFT_SEEDS=1`, { cause: error });
      }
      for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += schedule.invariants.seen[key];
    }

    // A schedule in which nothing happens proves nothing.
    if (SEEDS < 100) return;
    expect(total.leaders).toBeGreaterThan(SEEDS * 2);
    expect(total.commits).toBeGreaterThan(SEEDS * 20);
    expect(total.snapshotsInstalled).toBeGreaterThan(SEEDS / 10);
    expect(total.truncations).toBeGreaterThan(SEEDS / 20);
    expect(total.reads).toBeGreaterThan(SEEDS / 2);
    expect(total.rests).toBeGreaterThan(0);
    expect(total.changes).toBeGreaterThan(SEEDS);
  });
});
