/**
 * A coordinator: the thin shell around core/coordinator. It feeds what arrives to the machine, carries out what the
 * machine wants, and decides nothing.
 */
import { DurableObject } from 'cloudflare:workers';
import { unreachable } from '../core/assert.ts';
import { handle } from '../core/coordinator/coordinator.ts';
import type { CoordinatorEffect, CoordinatorEvent } from '../core/coordinator/coordinator-event.ts';
import { type CoordinatorState, restoreCoordinator } from '../core/coordinator/coordinator-state.ts';
import type { WorkerRequest, WorkerResponse } from '../core/coordinator/request.ts';
import { regionOfMember } from '../core/raft/configuration.ts';
import type { Member, RaftMessage } from '../core/raft/message.ts';
import type { CoordinatorReply, CoordinatorRequest, InstanceReply } from '../core/replication/message.ts';
import { beginning } from './beginning.ts';
import { CoordinatorStorage } from './coordinator-storage.ts';
import { type Environment, newestVersion } from './environment.ts';
import { FaultGate } from './fault-gate.ts';
import { Machine } from './machine.ts';
import { type CoordinatorAddress, coordinatorAddresses } from './names.ts';
import type { Caller, ClusterCall, CoordinatorRpc, DevelopmentCommand, ObjectDescription } from './protocol.ts';
import { Timer } from './timer.ts';
import { Transport, withDeadline } from './transport.ts';
import { type CoordinatorAnswer, type CoordinatorCall, decodeWire, encodeWire, NO_ANSWER } from './wire.ts';

/** A message that has not been answered by then is as good as lost. */
const MESSAGE_DEADLINE_MS = 3_000;
/** How long somebody who asks is kept waiting: an answer never comes when leadership is lost meanwhile. */
const ANSWER_DEADLINE_MS = 12_000;

/** An event without what the shell adds to each: the clock and a random number. */
type Happening<Event> = Event extends unknown ? Omit<Event, 'nowMs' | 'random'> : never;

export class CoordinatorObject extends DurableObject<Environment> implements CoordinatorRpc {
  readonly #self: Caller;
  readonly #storage: CoordinatorStorage;
  readonly #gate: FaultGate | undefined;
  readonly #transport: Transport;
  readonly #machine: Machine<CoordinatorState, CoordinatorEvent, CoordinatorEffect>;
  readonly #timer: Timer;
  /** Who waits for the `reply` or `respond` with an id. */
  readonly #waiting = new Map<string, (answer: CoordinatorReply | WorkerResponse) => void>();
  /** Raft messages to the member whose call is being handled ride back on its answer. */
  #answers: { readonly to: string; readonly messages: RaftMessage[] } | undefined;
  #lastId = 0;

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    const { name = '' } = ctx.id;
    const region = () => regionOfMember(this.#machine.state.raft, name) ?? '';
    // One that was added later learns from the log where it stands.
    const self = {
      name,
      get region() {
        return region();
      },
    };
    this.#self = self;
    this.#storage = beginning(ctx, name, () => new CoordinatorStorage(ctx.storage.sql));
    this.#gate = env.SKEIN_DEVELOPMENT ? new FaultGate(self, this.#storage.faults()) : undefined;
    this.#transport = new Transport(env, self, this.#gate);
    const founders = this.#storage.founders(coordinatorAddresses(env.SKEIN_COORDINATORS));
    this.#timer = new Timer(() => this.#feed({ type: 'tick' }));
    this.#machine = new Machine({
      state: beginning(ctx, name, () => {
        const raft = { self: name, members: founders.map(memberOf), newest: newestVersion(env) };
        return restoreCoordinator({ raft }, this.#storage.load());
      }),
      step: handle,
      carryOut: (effect) => this.#carryOut(effect),
      onFailure: (error) => {
        console.error(`${self.name} ends, because an effect failed:`, error);
        ctx.abort('an effect failed');
      },
    });
  }

  async ask(request: WorkerRequest): Promise<WorkerResponse> {
    // The Worker keeps what it learns here, so no distance is emulated for it.
    const worker = { name: 'worker', region: this.#self.region };
    const answer = () => this.#answered((id) => this.#feed({ type: 'workerRequest', id, request }));
    const given = this.#gate ? await this.#gate.passBoth(worker, answer) : await answer();
    // `respond` carries nothing else. One that cannot be reached knows no leader.
    return (given as WorkerResponse | undefined) ?? { type: 'notLeader', leader: undefined };
  }

  async receive(call: ClusterCall): Promise<Uint8Array> {
    const message = decodeWire<CoordinatorCall>(call.message);
    const answer = () =>
      message.kind === 'raft' ? this.#takeRaft(call.from, message.messages) : this.#takeRequest(message.request);
    const given = this.#gate ? await this.#gate.passBoth(call.from, answer) : await answer();
    return given ? encodeWire(given) : NO_ANSWER;
  }

  async development(command: DevelopmentCommand): Promise<ObjectDescription> {
    if (!this.#gate) throw new Error('development commands need SKEIN_DEVELOPMENT');
    if (command.type === 'kill') this.ctx.abort('killed by a development command');
    if (command.type === 'faults') {
      this.#storage.saveFaults(JSON.stringify(command.faults));
      this.#gate.set(command.faults);
    }
    const { raft } = this.#machine.state;
    return {
      name: this.#self.name,
      region: this.#self.region,
      role: raft.role,
      faults: this.#gate.faults,
      details: { term: raft.term, leader: raft.leader ?? 'unknown', commitIndex: raft.commitIndex, awake: raft.awake },
    };
  }

  #takeRaft(from: Caller, messages: readonly RaftMessage[]): CoordinatorAnswer {
    const answers: RaftMessage[] = [];
    this.#answers = { to: from.name, messages: answers };
    for (const message of messages) this.#feed({ type: 'raft', message });
    this.#answers = undefined;
    return { kind: 'raft', messages: answers };
  }

  async #takeRequest(request: CoordinatorRequest): Promise<CoordinatorAnswer> {
    const reply = await this.#answered((id) => this.#feed({ type: 'instanceRequest', id, request }));
    return { kind: 'reply', reply: reply as CoordinatorReply }; // `reply` carries nothing else
  }

  /** Asks the machine under a fresh id, and waits for what it answers to that id, in this step or a later one. */
  async #answered(ask: (id: string) => void): Promise<CoordinatorReply | WorkerResponse> {
    this.#lastId += 1;
    const id = String(this.#lastId);
    const answer = new Promise<CoordinatorReply | WorkerResponse>((resolve) => this.#waiting.set(id, resolve));
    try {
      ask(id);
      return await withDeadline(answer, ANSWER_DEADLINE_MS);
    } finally {
      this.#waiting.delete(id);
    }
  }

  #feed(event: Happening<CoordinatorEvent>): void {
    // The union's members each lack just these two fields.
    this.#machine.feed({ ...event, nowMs: Date.now(), random: Math.random() } as CoordinatorEvent);
  }

  #carryOut(effect: CoordinatorEffect): void {
    switch (effect.type) {
      case 'persist':
        return this.#storage.persist(effect);
      case 'saveSnapshot':
        return this.#storage.saveSnapshot(effect);
      case 'sendRaft':
        return this.#sendRaft(effect);
      case 'send':
        return this.#send(effect);
      case 'reply':
        return this.#waiting.get(effect.id)?.(effect.message);
      case 'respond':
        return this.#waiting.get(effect.id)?.(effect.response);
      case 'requestTick':
        return this.#timer.set(effect.atMs);
      default:
        return unreachable(effect);
    }
  }

  #sendRaft({ to, region, message }: Extract<CoordinatorEffect, { type: 'sendRaft' }>): void {
    if (this.#answers?.to === to) {
      this.#answers.messages.push(message);
      return;
    }
    if (region === undefined) return;
    const address = { name: to, region };
    this.#transport.toCoordinator(address, encodeWire({ kind: 'raft', messages: [message] }), MESSAGE_DEADLINE_MS).then(
      (bytes) => {
        const answer = decodeWire<CoordinatorAnswer>(bytes);
        if (answer.kind === 'raft') for (const raft of answer.messages) this.#feed({ type: 'raft', message: raft });
      },
      () => undefined, // Raft repeats what matters.
    );
  }

  #send(effect: Extract<CoordinatorEffect, { type: 'send' }>): void {
    const { exchange, to, message } = effect;
    const address = { database: to.database, instance: to.name, region: to.region };
    this.#transport.toInstance(address, encodeWire(message), MESSAGE_DEADLINE_MS).then(
      (bytes) => this.#feed({ type: 'reply', exchange, reply: decodeWire<InstanceReply>(bytes) }),
      () => this.#feed({ type: 'unreachable', exchange }),
    );
  }
}

function memberOf({ name, region }: CoordinatorAddress): Member {
  return { id: name, votes: true, region };
}
