/** A coordinator as durable/ runs it: carries out what the machine asks for, in order, and decides nothing. */
import { unreachable } from '../../core/assert.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '../../core/coordinator/coordinator-event.ts';
import { type CoordinatorState, restoreCoordinator } from '../../core/coordinator/coordinator-state.ts';
import type { WorkerRequest, WorkerResponse } from '../../core/coordinator/request.ts';
import type { RaftMessage } from '../../core/raft/message.ts';
import type { PersistedState } from '../../core/raft/state.ts';
import type { CoordinatorReply, CoordinatorRequest, InstanceReply } from '../../core/replication/message.ts';
import { SimObject } from './sim-object.ts';
import type { World } from './world.ts';

type Input = CoordinatorEvent extends infer Event
  ? Event extends CoordinatorEvent
    ? Omit<Event, 'nowMs' | 'random'>
    : never
  : never;

const EMPTY: PersistedState = { term: 0, votedFor: undefined, entries: [], snapshot: undefined };

export class SimCoordinator extends SimObject<PersistedState> {
  readonly region: string;
  #state: CoordinatorState;
  #answers = new Map<string, (answer: CoordinatorReply | WorkerResponse) => void>();
  #nextId = 1;
  #tickId = 0;

  constructor(world: World, name: string, options: { region: string; predecessor?: SimCoordinator }) {
    super(world, name, { empty: EMPTY, ...options });
    this.region = options.region;
    this.#state = this.#restored();
    world.rollOut?.created(this);
    if (options.predecessor !== undefined) this.boot();
  }

  /** Another object has the name and the storage from now on. This one goes on from memory until it writes. */
  supersede(): SimCoordinator {
    this.isSuperseded = true;
    return new SimCoordinator(this.world, this.name, { region: this.region, predecessor: this });
  }

  get state(): CoordinatorState {
    return this.#state;
  }

  receiveRaft(message: RaftMessage): void {
    this.world.rollOut?.heardRaft(this, message);
    this.#handle({ type: 'raft', message });
  }

  serveInstance(request: CoordinatorRequest, answer: (reply: CoordinatorReply) => void): void {
    this.world.rollOut?.heard(this, request);
    const id = `i${this.#nextId++}`;
    // What is answered to an instance's request is a CoordinatorReply: the machine's `reply`.
    this.#answers.set(id, answer as (answer: CoordinatorReply | WorkerResponse) => void);
    this.#handle({ type: 'instanceRequest', id, request });
  }

  serveWorker(request: WorkerRequest, answer: (response: WorkerResponse) => void): void {
    const id = `w${this.#nextId++}`;
    // What is answered to a Worker's request is a WorkerResponse: the machine's `respond`.
    this.#answers.set(id, answer as (answer: CoordinatorReply | WorkerResponse) => void);
    this.#handle({ type: 'workerRequest', id, request });
  }

  protected override boot(): void {
    this.#answers = new Map();
    this.#tickId += 1;
    this.#state = this.#restored();
    this.world.invariants.coordinatorBooted(this);
  }

  #restored(): CoordinatorState {
    const { coordinatorNames, settings } = this.world;
    const members = coordinatorNames.map((id) => ({ id, votes: true, region: 'weur' }));
    const raft = { self: this.name, members, options: settings.raft, newest: this.newest };
    return restoreCoordinator({ raft, settings: settings.coordinator }, this.image);
  }

  #handle(input: Input): void {
    this.turn(() => {
      // The spread of a union loses which member it was; the parameter's type has checked it.
      const event = { ...input, nowMs: this.nowMs, random: this.world.dice.hosts() } as CoordinatorEvent;
      const { state, effects } = this.world.machines.coordinator(this.#state, event);
      if (this.#state.raft.awake && !state.raft.awake && state.raft.role === 'leader') this.world.counts.silences += 1;
      const before = this.#state;
      this.#state = state;
      this.world.note(this.name, () => describe(event), effects);
      for (const effect of effects) this.#carryOut(effect);
      this.world.invariants.coordinatorStepped(this);
      this.world.rollOut?.stepped(this, before);
      this.world.rollOut?.stored(this);
    });
  }

  #carryOut(effect: CoordinatorEffect): void {
    const { world } = this;
    switch (effect.type) {
      case 'persist':
        this.image = persisted(this.image, effect);
        break;
      case 'saveSnapshot': {
        const entries = this.image.entries.filter((entry) => entry.index >= effect.keepFrom);
        this.image = { ...this.image, snapshot: effect.snapshot, entries };
        break;
      }
      case 'sendRaft': {
        this.release(() => {
          const to = world.coordinator(effect.to).seenBy(this);
          world.network.send(this, to, () => to.receiveRaft(effect.message));
        });
        break;
      }
      case 'send':
        this.release(() => this.#ask(effect));
        break;
      case 'reply':
        this.#answer(effect.id, effect.message);
        break;
      case 'respond':
        this.#answer(effect.id, effect.response);
        break;
      case 'requestTick':
        this.#requestTick(effect.atMs);
        break;
      default:
        unreachable(effect);
    }
  }

  #ask({ to, exchange, message }: Extract<CoordinatorEffect, { type: 'send' }>): void {
    const instance = this.world.instance(to.name).seenBy(this);
    const { incarnation } = this;
    const unlessCrashed = (input: Input) => {
      if (this.incarnation === incarnation) this.#handle(input);
    };
    this.world.network.call<InstanceReply>({
      from: this,
      to: instance,
      serve: (answer) => instance.serve(message, answer),
      answered: (reply) => unlessCrashed({ type: 'reply', exchange, reply }),
      failed: () => unlessCrashed({ type: 'unreachable', exchange }),
      repeatable: true,
    });
  }

  #answer(id: string, answer: CoordinatorReply | WorkerResponse): void {
    const send = this.#answers.get(id);
    this.#answers.delete(id);
    if (send !== undefined) this.release(() => send(answer));
  }

  #requestTick(atMs: number | undefined): void {
    const id = ++this.#tickId;
    if (atMs === undefined) return;
    this.later(atMs - this.nowMs, () => {
      if (this.#tickId === id) this.#handle({ type: 'tick' });
    });
  }
}

function describe(event: CoordinatorEvent): string {
  return event.type === 'raft' ? `raft ${event.message.type} of ${event.message.from}` : event.type;
}

function persisted(before: PersistedState, effect: Extract<CoordinatorEffect, { type: 'persist' }>): PersistedState {
  const { term, votedFor, truncateFrom } = effect;
  const kept =
    truncateFrom === undefined ? before.entries : before.entries.filter((entry) => entry.index < truncateFrom);
  return { ...before, term, votedFor, entries: [...kept, ...effect.entries] };
}
