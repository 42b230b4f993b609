/** One event being handled by a coordinator: the state as it becomes, and the effects so far. */

import { committedConfiguration, type MemberChange, regionOfMember } from '../raft/configuration.ts';
import type { RaftEffect, RaftEvent } from '../raft/event.ts';
import { step } from '../raft/raft.ts';
import { isEstablishedLeader } from '../raft/state.ts';
import type { Assignment } from '../replication/assignment.ts';
import type { CoordinatorGroup } from '../replication/coordinator-group.ts';
import {
  type CoordinatorReplyBody,
  type CoordinatorRequest,
  type Envelope,
  type InstanceRequestBody,
  versionOf,
} from '../replication/message.ts';
import type { Step } from '../step.ts';
import type { Command, Database } from './cluster-state.ts';
import { encodeCommand, versionOfCommand } from './command-codec.ts';
import type { CoordinatorEffect } from './coordinator-event.ts';
import { type CoordinatorState, type Health, type Proposal, UNKNOWN_HEALTH, type Watch } from './coordinator-state.ts';
import type { WorkerResponse } from './request.ts';

type Timeless<Event> = Event extends unknown ? Omit<Event, 'nowMs' | 'random'> : never;

export class CoordinatorTurn {
  readonly nowMs: number;
  readonly #random: number;
  #state: CoordinatorState;
  readonly #effects: CoordinatorEffect[] = [];
  /** Raft's effects that are not carried out yet. */
  readonly #pending: RaftEffect[] = [];
  /** Databases about which something has changed. */
  readonly #touched = new Set<string>();

  constructor(options: { state: CoordinatorState; nowMs: number; random: number }) {
    this.#state = options.state;
    this.nowMs = options.nowMs;
    this.#random = options.random;
  }

  get state(): CoordinatorState {
    return this.#state;
  }

  update(change: Partial<CoordinatorState>): void {
    this.#state = { ...this.#state, ...change };
  }

  emit(effect: CoordinatorEffect): void {
    this.#effects.push(effect);
  }

  /** Whether this coordinator may decide: it leads, and has applied everything that was committed before. */
  get decides(): boolean {
    return isEstablishedLeader(this.#state.raft);
  }

  /** Hands Raft an event. Its effects wait for `takeRaftEffect`. */
  raft(event: Timeless<RaftEvent>): void {
    // The spread of a union loses which member it was; the parameter's type has checked it.
    const timed = { ...event, nowMs: this.nowMs, random: this.#random } as RaftEvent;
    const { state, effects } = step(this.#state.raft, timed);
    this.update({ raft: state });
    this.#pending.push(...effects);
  }

  /** Has storage written to before anything that is said from now on: it leaves only if storage is this object's own. */
  touchStorage(): void {
    this.raft({ type: 'touch' });
    for (const effect of this.#pending.splice(0)) {
      if (effect.type === 'persist') this.emit(effect);
      else this.#pending.push(effect);
    }
  }

  takeRaftEffect(): RaftEffect | undefined {
    return this.#pending.shift();
  }

  touch(database: string): void {
    this.#touched.add(database);
  }

  takeTouched(): readonly string[] {
    const touched = [...this.#touched];
    this.#touched.clear();
    return touched;
  }

  takeId(): string {
    const id = this.#state.nextId;
    this.update({ nextId: id + 1 });
    return `${this.#state.self}:${id}`;
  }

  /** Puts a command into the log. `purpose` says who hears of its end. */
  propose(command: Command, purpose: Proposal['purpose']): void {
    const id = this.takeId();
    const database = 'database' in command ? command.database : undefined;
    this.update({
      proposals: [...this.#state.proposals, { id, index: undefined, term: undefined, database, purpose }],
    });
    this.raft({ type: 'propose', id, command: encodeCommand(command), version: versionOfCommand(command) });
  }

  /** Changes the coordinators' group. `purpose` says who hears of its end. */
  changeMembers(change: MemberChange, purpose: Proposal['purpose']): void {
    const id = this.takeId();
    this.update({
      proposals: [...this.#state.proposals, { id, index: undefined, term: undefined, database: undefined, purpose }],
    });
    this.raft({ type: 'changeMembers', id, change });
  }

  /** Puts a command of the leader's own into the log, one at a time for each database. */
  decide(command: Command & { readonly database: string }): void {
    if (this.watch(command.database).proposing) return;
    this.updateWatch(command.database, { proposing: true });
    this.propose(command, { type: 'own' });
  }

  database(name: string): Database | undefined {
    return this.#state.cluster.databases.get(name);
  }

  watch(database: string): Watch {
    const known = this.#state.watches.get(database);
    if (known !== undefined) return known;
    return {
      instances: new Map(),
      leaseUntilMs: this.#inheritedLeaseUntilMs(),
      active: false,
      suspectedAtMs: undefined,
      acknowledgedLsn: 0,
      sealed: new Map(),
      sealedAtMs: undefined,
      proposing: false,
      handover: undefined,
      refused: false,
    };
  }

  /**
   * The end of every lease that a leader before this one may have granted. A lease counts from a moment at which a majority
   * still confirmed its leader; one of them has voted for this one, and has told when that can have been at the latest.
   */
  #inheritedLeaseUntilMs(): number {
    const { raft, settings } = this.#state;
    return raft.lastLeaderAtMs + Math.max(settings.leaseMs, settings.longestLeaseMs) + settings.leaseMarginMs;
  }

  updateWatch(database: string, change: Partial<Watch>): void {
    const watches = new Map(this.#state.watches).set(database, { ...this.watch(database), ...change });
    this.update({ watches });
  }

  /** A leader keeps watch; on the others there is nothing to update. */
  updateWatchIfKnown(database: string, change: Partial<Watch>): void {
    if (this.#state.watches.has(database)) this.updateWatch(database, change);
  }

  /** The instance is another one from now on, or none. */
  forgetHealth(database: string, instance: string): void {
    if (!this.#state.watches.has(database)) return;
    const instances = new Map(this.watch(database).instances);
    if (instances.delete(instance)) this.updateWatch(database, { instances });
  }

  health(database: string, instance: string): Health {
    return this.watch(database).instances.get(instance) ?? UNKNOWN_HEALTH;
  }

  updateHealth(database: string, instance: string, change: Partial<Health>): void {
    const instances = new Map(this.watch(database).instances);
    this.updateWatch(database, {
      instances: instances.set(instance, { ...this.health(database, instance), ...change }),
    });
  }

  /** Asks an instance, unless a question to it is on its way. Returns the exchange that will answer. */
  ask(assignment: Assignment, name: string, body: InstanceRequestBody): number | undefined {
    const { database } = assignment;
    const leaving = this.database(database)?.leaving ?? [];
    const description = [...assignment.instances, ...leaving].find((instance) => instance.name === name);
    if (description === undefined) return undefined;
    const known = this.health(database, name).exchange;
    if (known !== undefined) return known;
    const exchange = this.#state.nextId;
    const sent = { database, name, epoch: assignment.epoch, sentAtMs: this.nowMs };
    this.update({ nextId: exchange + 1, exchanges: new Map(this.#state.exchanges).set(exchange, sent) });
    this.updateHealth(database, name, { exchange, askedAtMs: this.nowMs });
    const { epoch, cluster } = assignment;
    const about = { version: versionOf(body), database, cluster, epoch };
    const envelope = this.#envelope(about, this.#state.settings.exchangeTimeoutMs);
    const to = { database, name, region: description.region };
    this.emit({ type: 'send', exchange, to, message: { envelope, body } });
    return exchange;
  }

  /** Answers a MAIN. */
  reply(id: string, request: CoordinatorRequest, body: CoordinatorReplyBody): void {
    const { database, cluster } = request.envelope;
    const epoch = this.database(database)?.assignment.epoch ?? request.envelope.epoch;
    const about = { version: versionOf(body), database, cluster, epoch };
    const envelope = this.#envelope(about, this.#state.settings.exchangeTimeoutMs);
    this.emit({ type: 'reply', id, message: { envelope, body } });
  }

  /** Answers a Worker. */
  respond(id: string, response: WorkerResponse): void {
    this.emit({ type: 'respond', id, response: { ...response, ...this.#group() } });
  }

  finish(): Step<CoordinatorState, CoordinatorEffect> {
    return { state: this.#state, effects: this.#effects };
  }

  #envelope(about: Pick<Envelope, 'version' | 'database' | 'cluster' | 'epoch'>, timeoutMs: number): Envelope {
    return {
      ...about,
      newest: this.#state.raft.newest,
      from: { name: this.#state.self, region: regionOfMember(this.#state.raft, this.#state.self) ?? '' },
      deadlineMs: this.nowMs + timeoutMs,
      ...this.#group(),
    };
  }

  /** Which coordinators there are, unless they are those that everybody knows from the beginning. */
  #group(): { readonly coordinators?: CoordinatorGroup } {
    const { index, members } = committedConfiguration(this.#state.raft);
    if (index === 0) return {};
    const voters = members.filter(({ votes }) => votes);
    return { coordinators: { index, members: voters.map(({ id: name, region }) => ({ name, region })) } };
  }
}
