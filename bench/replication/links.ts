/**
 * What lies between the instances of a bench: links with a delay, on a clock of their own, and a coordinator near MAIN that grants what is
 * asked. Messages go through the wire's encoding, and one link keeps their order. Computing takes no time on this clock.
 */
import type { Assignment } from '../../core/replication/assignment.ts';
import type { InstanceEffect } from '../../core/replication/instance-event.ts';
import type {
  CoordinatorReply,
  CoordinatorReplyBody,
  CoordinatorRequest,
  InstanceReply,
  InstanceRequest,
} from '../../core/replication/message.ts';
import { decodeMessage, encodeMessage } from '../../core/value/codec.ts';
import type { Message } from '../../core/value/packing.ts';
import { roundTripMs } from '../../durable/regions.ts';
import { BenchInstance } from './bench-instance.ts';

const COORDINATOR = 'coordinator-1';
const LEASE_MS = 5_000;

interface Planned {
  readonly atMs: number;
  readonly run: () => void;
}

export interface LinkOptions {
  readonly assignment: Assignment;
  /** Without distances every message arrives at once. */
  readonly hasDistances: boolean;
}

export class Links {
  nowMs = 1_000_000;
  /** Messages sent, answers included. */
  messages = 0;
  bytes = 0;
  assignment: Assignment;
  /** An instance that nothing reaches. */
  cut: string | undefined;
  readonly instances: ReadonlyMap<string, BenchInstance>;
  readonly #hasDistances: boolean;
  #planned: Planned[] = [];
  #next = 0;

  constructor({ assignment, hasDistances }: LinkOptions) {
    this.assignment = assignment;
    this.#hasDistances = hasDistances;
    this.instances = new Map(
      assignment.instances.map(({ name, region }) => [name, new BenchInstance(this, name, region)]),
    );
  }

  /** Makes the database known to everybody, MAIN last. */
  start(): void {
    const { assignment } = this;
    const envelope = {
      ...{ version: 1, database: assignment.database, cluster: assignment.cluster, epoch: assignment.epoch },
      from: { name: COORDINATOR, region: this.main.region },
    };
    for (const instance of [...this.instances.values()].reverse()) {
      const deadlineMs = this.nowMs + 1_000;
      instance.answer({
        envelope: { ...envelope, deadlineMs },
        body: { type: 'assign', assignment, created: true },
      });
    }
  }

  get main(): BenchInstance {
    return this.instance(this.assignment.main);
  }

  get replicas(): readonly BenchInstance[] {
    return [...this.instances.values()].filter((instance) => instance !== this.main);
  }

  instance(name: string): BenchInstance {
    const instance = this.instances.get(name);
    if (instance === undefined) throw new Error(`there is no ${name}`);
    return instance;
  }

  after(delayMs: number, run: () => void): void {
    const planned = { atMs: this.nowMs + delayMs, run };
    let position = this.#planned.length;
    while (position > this.#next && (this.#planned[position - 1]?.atMs ?? 0) > planned.atMs) position -= 1;
    this.#planned.splice(position, 0, planned);
  }

  /** Lets so much time pass, or less if `done` comes true first. False: it did not. */
  run(ms: number, done: () => boolean = () => false): boolean {
    const untilMs = this.nowMs + ms;
    while (!done()) {
      const planned = this.#planned[this.#next];
      if (planned === undefined || planned.atMs > untilMs) {
        this.nowMs = untilMs;
        return false;
      }
      this.#next += 1;
      if (this.#next === 1_024) {
        this.#planned = this.#planned.slice(this.#next);
        this.#next = 0;
      }
      this.nowMs = planned.atMs;
      planned.run();
    }
    return true;
  }

  /** Brings a message to whom it is for, and the answer back. */
  send(from: BenchInstance, { exchange, to, message }: Extract<InstanceEffect, { type: 'send' }>): void {
    const region = to.kind === 'instance' ? to.region : this.main.region;
    const oneWayMs = this.#hasDistances ? roundTripMs(from.region, region) / 2 : 0;
    if (to.kind === 'instance' && to.name === this.cut) {
      return this.after(2 * oneWayMs + 1, () => from.handle({ type: 'unreachable', exchange }));
    }
    const sent = this.#encode(message);
    this.after(oneWayMs, () => {
      const reply =
        to.kind === 'instance'
          ? this.instance(to.name).answer(decodeMessage(sent) as unknown as InstanceRequest)
          : this.#coordinate(decodeMessage(sent) as unknown as CoordinatorRequest);
      const answered = this.#encode(reply);
      this.after(oneWayMs, () => {
        // What an instance or the coordinator answers is a reply of theirs.
        const decoded = decodeMessage(answered) as unknown as InstanceReply | CoordinatorReply;
        from.handle({ type: 'reply', exchange, reply: decoded });
      });
    });
  }

  #encode(message: InstanceRequest | CoordinatorRequest | InstanceReply | CoordinatorReply): Uint8Array {
    const bytes = encodeMessage(message as unknown as Message); // plain data, which is what a Message is
    this.messages += 1;
    this.bytes += bytes.length;
    return bytes;
  }

  #coordinate({ envelope, body }: CoordinatorRequest): CoordinatorReply {
    return {
      envelope: { ...envelope, from: { name: COORDINATOR, region: this.main.region }, deadlineMs: this.nowMs + 5_000 },
      body: this.#decide(body),
    };
  }

  #decide(body: CoordinatorRequest['body']): CoordinatorReplyBody {
    const { assignment } = this;
    if (body.type === 'renewLease') return { type: 'lease', granted: true, leaseMs: LEASE_MS, assignment };
    if (body.type === 'releaseLease') return { type: 'leaseReleased' };
    if (body.type === 'abort') throw new Error('nothing is aborted in a bench');
    const others = assignment.inSync.filter((name) => name !== body.instance);
    const inSync = body.change === 'add' ? [...others, body.instance] : others;
    this.assignment = { ...assignment, inSync, version: assignment.version + 1 };
    return { type: 'inSyncChanged', changed: true, reason: undefined, assignment: this.assignment };
  }
}
