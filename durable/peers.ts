/** What an instance says to other objects of its database and to the coordinators, as core's messages. */
import type { InstanceEffect } from '../core/replication/instance-event.ts';
import type {
  CoordinatorAddress as CoordinatorDestination,
  CoordinatorReply,
  CoordinatorRequest,
  InstanceAddress,
  InstanceReply,
  InstanceRequest,
} from '../core/replication/message.ts';
import type { CoordinatorAddress } from './names.ts';
import type { Transport } from './transport.ts';
import { type CoordinatorAnswer, decodeWire, encodeWire } from './wire.ts';

/** A message that has not been answered by then is as good as lost. */
const MESSAGE_DEADLINE_MS = 5_000;

/** Longer: a coordinator answers when its Raft log has taken the change, or when its leadership is confirmed. */
const COORDINATOR_DEADLINE_MS = 10_000;

export class Peers {
  readonly #transport: Transport;
  readonly #seeds: readonly CoordinatorAddress[];

  /** `seeds`: the coordinators that the deployment began with. */
  constructor(transport: Transport, seeds: readonly CoordinatorAddress[]) {
    this.#transport = transport;
    this.#seeds = seeds;
  }

  /** Sends a message and resolves with the answer; throws when none comes. */
  ask({ to, message }: Extract<InstanceEffect, { type: 'send' }>): Promise<InstanceReply | CoordinatorReply> {
    return to.kind === 'instance'
      ? this.#askInstance(to, message as InstanceRequest) // what is sent to an instance, as the address says
      : this.#askCoordinator(to, message as CoordinatorRequest); // and to a coordinator
  }

  async #askInstance(to: InstanceAddress, request: InstanceRequest): Promise<InstanceReply> {
    const address = { database: to.database, instance: to.name, region: to.region };
    return decodeWire(await this.#transport.toInstance(address, encodeWire(request), MESSAGE_DEADLINE_MS));
  }

  async #askCoordinator(to: CoordinatorDestination, request: CoordinatorRequest): Promise<CoordinatorReply> {
    const { name, region = this.#seeds.find((seed) => seed.name === name)?.region } = to;
    if (region === undefined) throw new Error(`there is no coordinator ${name}`);
    const coordinator = { name, region };
    const bytes = encodeWire({ kind: 'request', request });
    const answer = decodeWire<CoordinatorAnswer>(
      await this.#transport.toCoordinator(coordinator, bytes, COORDINATOR_DEADLINE_MS),
    );
    if (answer.kind !== 'reply') throw new Error('a coordinator answered something else');
    return answer.reply;
  }
}
