/**
 * A Raft group in a test's hands: members with storage behind an output gate, a clock, and messages that lie in the
 * network until somebody delivers them. Scenarios read like a script; the random schedule drives the same group.
 */

import type { MemberChange } from '../../../core/raft/configuration.ts';
import type { RaftEffect, RaftEvent } from '../../../core/raft/event.ts';
import type { Entry, MemberId, Member as RaftMember, RaftMessage } from '../../../core/raft/message.ts';
import type { RaftOptions } from '../../../core/raft/options.ts';
import { step } from '../../../core/raft/raft.ts';
import { dueAtMs, initialState, type PersistedState, type RaftState, restore } from '../../../core/raft/state.ts';

export interface Parcel {
  readonly to: MemberId;
  readonly message: RaftMessage;
}

/** What one step wrote and said; nothing of it is real before its write is confirmed. */
interface Turn {
  readonly writes: readonly RaftEffect[];
  readonly parcels: readonly Parcel[];
}

export interface Member {
  state: RaftState;
  stored: PersistedState;
  unconfirmed: Turn[];
  alive: boolean;
  /** What the host's state machine applied since it was last restored: commands as text, no-ops left out. */
  applied: string[];
  /** Every other effect, as text, for scenarios. */
  readonly heard: string[];
}

/** The members of a group that begins with these. */
export function votersNamed(names: readonly MemberId[]): readonly RaftMember[] {
  return names.map((id) => ({ id, votes: true, region: 'weur' }));
}

type Input = RaftEvent extends infer Event
  ? Event extends RaftEvent
    ? Omit<Event, 'nowMs' | 'random'>
    : never
  : never;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export class Group {
  nowMs = 0;
  readonly members = new Map<MemberId, Member>();
  /** Everybody there is; those that were added later stand last. */
  names: readonly MemberId[];
  readonly #initialMembers: readonly RaftMember[];
  network: Parcel[] = [];
  /** Members whose messages, in and out, are lost. */
  readonly cut = new Set<MemberId>();
  /** Called for each effect as it is carried out. */
  onEffect: (name: MemberId, effect: RaftEffect) => void = () => {};
  random: () => number = () => 0.5;
  readonly #options: Partial<RaftOptions>;
  readonly #confirmsAtOnce: boolean;

  constructor(size: number, options: Partial<RaftOptions> = {}, { confirmsAtOnce = true } = {}) {
    this.names = ['A', 'B', 'C', 'D', 'E'].slice(0, size);
    this.#options = options;
    this.#confirmsAtOnce = confirmsAtOnce;
    this.#initialMembers = votersNamed(this.names);
    for (const name of this.names) this.#make(name);
  }

  #make(name: MemberId): void {
    const state = initialState({ self: name, members: this.#initialMembers, options: this.#options });
    const stored: PersistedState = { term: 0, votedFor: undefined, entries: [], snapshot: undefined };
    this.members.set(name, { state, stored, unconfirmed: [], alive: true, applied: [], heard: [] });
  }

  /** One more member, which knows nothing yet, and of which nobody knows. */
  arrive(name: MemberId): void {
    this.names = [...this.names, name];
    this.#make(name);
  }

  change(name: MemberId, change: MemberChange): void {
    const id = `${change.type} ${change.type === 'add' ? change.member.id : change.id}`;
    this.give(name, { type: 'changeMembers', id, change });
  }

  /** Has the leader take in a new member, as a learner. */
  add(leader: MemberId, name: MemberId): void {
    if (!this.members.has(name)) this.arrive(name);
    this.change(leader, { type: 'add', member: { id: name, region: 'weur' } });
  }

  /** The members by a member's log: voters, and learners in brackets. */
  configuration(name: MemberId): string {
    const { members } = this.state(name).configuration;
    return members.map(({ id, votes }) => (votes ? id : `(${id})`)).join(' ');
  }

  member(name: MemberId): Member {
    const member = this.members.get(name);
    if (member === undefined) throw new Error(`no member ${name}`);
    return member;
  }

  state(name: MemberId): RaftState {
    return this.member(name).state;
  }

  /** One event at one member. */
  give(name: MemberId, input: Input): void {
    const member = this.member(name);
    if (!member.alive) return;
    // The spread of a union loses which member it was; the parameter's type has checked it.
    const event = { ...input, nowMs: this.nowMs, random: this.random() } as RaftEvent;
    const { state, effects } = step(member.state, event);
    member.state = state;
    const isWrite = (effect: RaftEffect) => effect.type === 'persist' || effect.type === 'saveSnapshot';
    const parcels = effects.flatMap((effect) => (effect.type === 'send' ? [effect] : []));
    member.unconfirmed.push({ writes: effects.filter(isWrite), parcels });
    for (const effect of effects) this.#carryOut(name, effect);
    // A turn that wrote nothing waits only for the writes before it.
    const nothingToWait = member.unconfirmed.length === 1 && member.unconfirmed[0]?.writes.length === 0;
    if (this.#confirmsAtOnce || nothingToWait) this.confirm(name);
  }

  propose(name: MemberId, command: string): void {
    this.give(name, { type: 'propose', id: command, command: encoder.encode(command) });
  }

  /** The oldest unconfirmed write reaches storage, and the messages that waited for it leave. */
  confirm(name: MemberId): void {
    const member = this.member(name);
    const turn = member.unconfirmed.shift();
    if (turn === undefined) return;
    for (const write of turn.writes) member.stored = stored(member.stored, write);
    for (const { to, message } of turn.parcels) this.network.push({ to, message });
  }

  deliver(parcel: Parcel): void {
    if (this.cut.has(parcel.to) || this.cut.has(parcel.message.from)) return;
    this.give(parcel.to, { type: 'message', message: parcel.message });
  }

  /** Delivers everything, and what that brings about, until the network is empty. */
  settle(): void {
    for (let turn = 0; this.network.length > 0; turn++) {
      if (turn > 10_000) throw new Error('the group does not come to rest');
      const parcels = this.network;
      this.network = [];
      for (const parcel of parcels) this.deliver(parcel);
    }
  }

  /** Lets time pass, with every message delivered at once. */
  pass(ms: number): void {
    const endMs = this.nowMs + ms;
    this.settle();
    for (;;) {
      const due = this.names.flatMap((name) => this.#dueAtMs(name) ?? []);
      const nextMs = Math.min(...due);
      if (nextMs > endMs) break;
      this.nowMs = Math.max(this.nowMs, nextMs);
      for (const name of this.names)
        if ((this.#dueAtMs(name) ?? Infinity) <= this.nowMs) this.give(name, { type: 'tick' });
      this.settle();
    }
    this.nowMs = endMs;
  }

  /** Memory is gone, and what was not confirmed with it. */
  crash(name: MemberId): void {
    const member = this.member(name);
    member.alive = false;
    member.unconfirmed = [];
  }

  restart(name: MemberId): void {
    const member = this.member(name);
    member.alive = true;
    member.state = restore({ self: name, members: this.#initialMembers, options: this.#options }, member.stored);
    member.applied = applied(member.stored.snapshot?.data);
  }

  /** Makes `name` the leader, by letting only its timer run. */
  elect(name: MemberId): void {
    this.give(name, { type: 'wake' });
    this.nowMs = this.#dueAtMs(name) ?? this.nowMs;
    this.give(name, { type: 'tick' });
    this.settle();
  }

  leaders(): MemberId[] {
    return this.names.filter((name) => this.member(name).alive && this.state(name).role === 'leader');
  }

  /** The log as the paper draws it: the terms of its entries. */
  terms(name: MemberId): number[] {
    return this.state(name).entries.map((entry) => entry.term);
  }

  /** Commands in the log, `-` for a no-op. */
  commands(name: MemberId): string[] {
    return this.state(name).entries.map((entry) => text(entry) ?? '-');
  }

  /** Puts a member into a situation of the paper: its term, and a log given by the terms of its entries. */
  put(name: MemberId, { term, log, votedFor }: { term: number; log: readonly number[]; votedFor?: MemberId }): void {
    const member = this.member(name);
    const entries = log.map((of, position) => ({ index: position + 1, term: of, command: encoder.encode(`${of}`) }));
    member.stored = { term, votedFor, entries, snapshot: undefined };
    this.restart(name);
  }

  #dueAtMs(name: MemberId): number | undefined {
    const member = this.member(name);
    return member.alive ? dueAtMs(member.state) : undefined;
  }

  #carryOut(name: MemberId, effect: RaftEffect): void {
    const member = this.member(name);
    this.onEffect(name, effect);
    if (effect.type === 'commit') member.applied.push(...effect.entries.flatMap((entry) => text(entry) ?? []));
    else if (effect.type === 'installSnapshot') member.applied = applied(effect.snapshot.data);
    else if (effect.type === 'takeSnapshot') {
      const data = encoder.encode(JSON.stringify(member.applied));
      this.give(name, { type: 'snapshotTaken', index: effect.index, data });
    }
    if (effect.type !== 'commit' && effect.type !== 'send' && effect.type !== 'persist' && effect.type !== 'timer') {
      member.heard.push(describe(effect));
    }
  }
}

function describe(effect: RaftEffect): string {
  switch (effect.type) {
    case 'proposed':
      return `proposed ${effect.id} at ${effect.index}`;
    case 'refused':
      return `refused ${effect.id} (${effect.reason}), leader ${effect.leader ?? 'unknown'}`;
    case 'readReady':
      return `read ${effect.id} at ${effect.index}`;
    case 'becameLeader':
      return `leads term ${effect.term}`;
    case 'becameFollower':
      return `follows ${effect.leader ?? 'nobody'} in term ${effect.term}`;
    default:
      return effect.type;
  }
}

function text(entry: Entry): string | undefined {
  return entry.command === null ? undefined : decoder.decode(entry.command);
}

function applied(data: Uint8Array | undefined): string[] {
  return data === undefined ? [] : JSON.parse(decoder.decode(data));
}

function stored(before: PersistedState, write: RaftEffect): PersistedState {
  if (write.type === 'persist') {
    const { term, votedFor, truncateFrom = Infinity } = write;
    const kept = before.entries.filter((entry) => entry.index < truncateFrom);
    return { ...before, term, votedFor, entries: [...kept, ...write.entries] };
  }
  if (write.type !== 'saveSnapshot') return before;
  const entries = before.entries.filter((entry) => entry.index > write.snapshot.index);
  return { ...before, snapshot: write.snapshot, entries };
}
