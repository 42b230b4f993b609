/** Three coordinators, and instances that answer as the test says, joined by a network without delay. */
import { handle } from '../../../core/coordinator/coordinator.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '../../../core/coordinator/coordinator-event.ts';
import {
  type CoordinatorSettings,
  type CoordinatorState,
  restoreCoordinator,
} from '../../../core/coordinator/coordinator-state.ts';
import type { WorkerRequest, WorkerResponse } from '../../../core/coordinator/request.ts';
import type { PersistedState } from '../../../core/raft/state.ts';
import type {
  CoordinatorReplyBody,
  CoordinatorRequestBody,
  InstanceReply,
  InstanceReplyBody,
  InstanceReport,
  InstanceRequest,
  InstanceRequestBody,
} from '../../../core/replication/message.ts';
import { VERSION } from '../../../core/version.ts';
import { GENESIS } from '../../../core/wal/record.ts';

type Timeless<Event> = Event extends unknown ? Omit<Event, 'nowMs' | 'random'> : never;

export const MEMBERS = ['c-1', 'c-2', 'c-3'];
const REGIONS = ['weur', 'enam', 'apac'];

/** An instance with no machine behind it: it does what it is told, and has the log that the test gives it. */
export class ScriptedInstance {
  readonly name: string;
  cluster: string | undefined;
  epoch = 0;
  role: InstanceReport['role'] = 'none';
  sealedEpoch = 0;
  lsn = 0;
  logEpoch = 0;
  quarantine: string | undefined;
  version = 0;
  acknowledgedLsn: number | undefined;
  drains = 0;
  reachable = true;
  heard: InstanceRequestBody[] = [];

  constructor(name: string) {
    this.name = name;
  }

  get stored() {
    return { lsn: this.lsn, epoch: this.logEpoch, hash: GENESIS.hash };
  }

  report(): InstanceReport {
    const { cluster, epoch, role, stored, quarantine } = this;
    const acknowledgedLsn = this.acknowledgedLsn ?? this.lsn;
    return { cluster, epoch, version: this.version, role, stored, acknowledgedLsn, quarantine, replicas: [] };
  }

  answer({ body, envelope }: InstanceRequest): InstanceReplyBody {
    this.heard.push(body);
    if (body.type === 'seal') {
      this.sealedEpoch = Math.max(this.sealedEpoch, body.epoch - 1);
      if (this.epoch < body.epoch) this.role = this.role === 'main' ? 'none' : this.role;
      const eligible = this.lsn > 0 && this.quarantine === undefined;
      return { type: 'sealed', epoch: body.epoch, stored: this.stored, eligible, reason: undefined };
    }
    if (body.type === 'drain') {
      this.drains += 1;
      return { type: 'draining', report: this.report() };
    }
    if (body.type === 'drop') {
      Object.assign(this, { cluster: undefined, epoch: 0, role: 'none', lsn: 0, sealedEpoch: 0 });
      return { type: 'dropped' };
    }
    if (body.type === 'assign' && this.quarantine === undefined) {
      const { assignment } = body;
      this.cluster = envelope.cluster;
      const chosen = assignment.main !== this.name || body.created || this.sealedEpoch === assignment.epoch - 1;
      if (chosen && assignment.epoch >= this.epoch) {
        this.epoch = assignment.epoch;
        this.version = assignment.version;
        this.role = assignment.main === this.name ? 'main' : 'replica';
        if (this.role === 'main' && this.logEpoch < this.epoch) this.write();
      }
    }
    return { type: body.type === 'probe' ? 'probed' : 'assigned', report: this.report() };
  }

  write(count = 1): void {
    this.lsn += count;
    this.logEpoch = this.epoch;
  }
}

const NOTHING: PersistedState = { term: 0, votedFor: undefined, entries: [], snapshot: undefined };

export class Group {
  nowMs = 5_000_000;
  readonly settings: Partial<CoordinatorSettings>;
  readonly states = new Map<string, CoordinatorState>();
  readonly stored = new Map<string, PersistedState>();
  readonly instances = new Map<string, ScriptedInstance>();
  readonly responses = new Map<string, WorkerResponse>();
  readonly replies = new Map<string, CoordinatorReplyBody>();
  /** The newest versions that coordinators of older builds understand, from their next restart on. */
  readonly newest = new Map<string, number>();
  /** Coordinators that no message reaches, and that hear of no time. */
  cut = new Set<string>();
  /** How often anybody has said anything. */
  sent = 0;
  /** What coordinators have done, in order. */
  log: (readonly [member: string, type: CoordinatorEffect['type']])[] = [];
  #queue: (() => void)[] = [];
  #nextId = 1;
  #random = 0;

  constructor(settings: Partial<CoordinatorSettings> = {}) {
    this.settings = settings;
    for (const member of MEMBERS) this.restart(member);
  }

  /** Memory is lost; what was stored comes back. */
  restart(member: string): void {
    const persisted = this.stored.get(member) ?? NOTHING;
    this.stored.set(member, persisted);
    const members = MEMBERS.map((id, position) => ({ id, votes: true, region: REGIONS[position] ?? 'weur' }));
    const raft = { self: member, members, newest: this.newest.get(member) ?? VERSION };
    this.states.set(member, restoreCoordinator({ raft, settings: this.settings }, persisted));
  }

  state(member: string): CoordinatorState {
    const state = this.states.get(member);
    if (state === undefined) throw new Error(`there is no ${member}`);
    return state;
  }

  get leader(): string | undefined {
    return [...this.states.keys()].find((member) => !this.cut.has(member) && this.state(member).raft.role === 'leader');
  }

  instance(name: string): ScriptedInstance {
    const known = this.instances.get(name) ?? new ScriptedInstance(name);
    this.instances.set(name, known);
    return known;
  }

  do(member: string, event: Timeless<CoordinatorEvent>): void {
    // Whoever is spoken to comes to be, as a Durable Object does.
    if (!this.states.has(member)) this.restart(member);
    // Different for each call, the same in each run.
    this.#random = (this.#random + 0.37) % 1;
    const timed = { ...event, nowMs: this.nowMs, random: this.#random } as CoordinatorEvent;
    const { state, effects } = handle(this.state(member), timed);
    this.states.set(member, state);
    for (const effect of effects) this.#carryOut(member, effect);
  }

  #carryOut(member: string, effect: CoordinatorEffect): void {
    this.log.push([member, effect.type]);
    switch (effect.type) {
      case 'persist': {
        const before = this.stored.get(member);
        const kept = before?.entries.filter(
          ({ index }) => effect.truncateFrom === undefined || index < effect.truncateFrom,
        );
        const entries = [...(kept ?? []), ...effect.entries];
        this.stored.set(member, { term: effect.term, votedFor: effect.votedFor, entries, snapshot: before?.snapshot });
        return;
      }
      case 'saveSnapshot': {
        const before = this.stored.get(member);
        if (before === undefined) return;
        const entries = before.entries.filter(({ index }) => index >= effect.keepFrom);
        this.stored.set(member, { ...before, entries, snapshot: effect.snapshot });
        return;
      }
      case 'sendRaft':
        this.sent++;
        this.#queue.push(() => {
          if (!this.cut.has(member) && !this.cut.has(effect.to))
            this.do(effect.to, { type: 'raft', message: effect.message });
        });
        return;
      case 'send':
        this.sent++;
        this.#queue.push(() => this.#ask(member, effect));
        return;
      case 'reply':
        this.replies.set(effect.id, effect.message.body);
        return;
      case 'respond':
        this.responses.set(effect.id, effect.response);
        return;
      default:
        return;
    }
  }

  #ask(member: string, effect: Extract<CoordinatorEffect, { type: 'send' }>): void {
    const { exchange, to, message } = effect;
    const instance = this.instance(to.name);
    if (!instance.reachable || this.cut.has(member)) return this.do(member, { type: 'unreachable', exchange });
    const envelope = { ...message.envelope, from: { name: to.name, region: to.region } };
    const reply: InstanceReply = { envelope, body: instance.answer(message) };
    this.do(member, { type: 'reply', exchange, reply });
  }

  run(): void {
    for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) next();
  }

  elapse(ms: number, stepMs = 50): void {
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      this.nowMs = Math.min(untilMs, this.nowMs + stepMs);
      for (const [member, { tickAtMs }] of this.states) {
        if (!this.cut.has(member) && tickAtMs !== undefined && tickAtMs <= this.nowMs)
          this.do(member, { type: 'tick' });
      }
      this.run();
    }
  }

  /** Asks one coordinator; undefined: no answer yet. */
  askOne(member: string, request: WorkerRequest): string {
    const id = `w${this.#nextId++}`;
    this.do(member, { type: 'workerRequest', id, request });
    this.run();
    return id;
  }

  /** Asks until the leader answers, as a Worker does. */
  ask(request: WorkerRequest): WorkerResponse {
    for (let turn = 0; turn < 200; turn++) {
      const member = this.leader ?? MEMBERS.filter((name) => !this.cut.has(name))[turn % 2] ?? 'c-1';
      const id = this.askOne(member, request);
      for (let waited = 0; waited < 120 && !this.responses.has(id); waited++) this.elapse(50);
      const response = this.responses.get(id);
      if (response !== undefined && response.type !== 'notLeader') return response;
      this.elapse(100);
    }
    throw new Error('nobody answers');
  }

  /** A MAIN asks the leader. */
  askAsMain(
    instance: string,
    body: CoordinatorRequestBody,
    change: { epoch?: number; to?: string } = {},
  ): CoordinatorReplyBody | undefined {
    const id = `m${this.#nextId++}`;
    const { cluster, epoch } = this.instance(instance);
    const envelope = {
      version: 1,
      database: 'flights',
      cluster: cluster ?? '',
      epoch: change.epoch ?? epoch,
      from: { name: instance, region: 'weur' },
      deadlineMs: this.nowMs + 1_000,
    };
    const to = change.to ?? this.leader ?? 'c-1';
    this.do(to, { type: 'instanceRequest', id, request: { envelope, body } });
    this.run();
    return this.replies.get(id);
  }

  renew(instance: string, change: { epoch?: number; to?: string } = {}): CoordinatorReplyBody | undefined {
    return this.askAsMain(instance, { type: 'renewLease', report: this.instance(instance).report() }, change);
  }

  /** Lets time pass while a MAIN renews its lease each second. */
  elapseWithLease(instance: string, ms: number): void {
    for (let passed = 0; passed < ms; passed += 1_000) {
      this.renew(instance);
      this.elapse(1_000);
    }
  }
}

/** A group with the database `flights`: MAIN in weur, a SYNC replica in enam, an ASYNC one in apac. */
export function groupWithFlights(settings: Partial<CoordinatorSettings> = {}): Group {
  const group = new Group(settings);
  const response = group.ask(FLIGHTS);
  if (response.type !== 'created') throw new Error(JSON.stringify(response));
  return group;
}

export const FLIGHTS = {
  type: 'createDatabase',
  name: 'flights',
  ifNotExists: false,
  regions: ['weur', 'enam', 'apac'],
  modes: ['SYNC', 'SYNC', 'ASYNC'],
  clusterId: 'k1',
} as const;
