/**
 * A WebSocket between a client and an instance: frames arrive in order, or the connection breaks and both sides learn of it, the client a
 * little later. The platform keeps the instance's side, with what is attached to it, while the instance sleeps.
 */
import { PING_FRAME, PONG_FRAME } from '../../durable/live-protocol.ts';
import type { LiveStatement } from '../../durable/live-queries.ts';
import type { KeptSocket } from '../../durable/live-socket.ts';
import type { SimInstance } from './instance-object.ts';
import type { Receiver } from './network.ts';
import { between } from './random.ts';
import type { World } from './world.ts';

/** The client's side. */
export interface ConnectionClient extends Receiver {
  received(frame: string): void;
  /** `code`: that with which the instance has closed it; undefined when it just broke. */
  disconnected(code: number | undefined): void;
}

/** What a lost packet costs until it has been sent again, and how long a client may not learn that a connection broke. */
const RESEND_MS = { min: 200, max: 2_000 };
const NOTICE_MS = { min: 5, max: 2_000 };

export class Connection implements KeptSocket {
  isOpen = true;
  /** The rows of the subscription table, by the subscription's id. */
  readonly statements = new Map<number, LiveStatement>();
  readonly instance: SimInstance;
  readonly #world: World;
  readonly #client: ConnectionClient;
  #attachment: unknown;
  readonly #lastMs = { up: 0, down: 0 };

  constructor(world: World, client: ConnectionClient, to: { readonly instance: SimInstance; readonly id: string }) {
    this.#world = world;
    this.#client = client;
    this.instance = to.instance;
    this.#transmit('up', () => this.instance.connect(this, to.id));
  }

  /** The client says something. */
  say(frame: string): void {
    const pong = () => {
      if (this.instance.isConnected(this)) this.#transmit('down', () => this.#client.received(PONG_FRAME));
      else this.break();
    };
    // The platform answers this one, and lets the object sleep.
    if (frame === PING_FRAME) this.#transmit('up', pong, true);
    else this.#transmit('up', () => this.instance.hear(this, frame));
  }

  send(frame: string): void {
    this.instance.sayOutside(() => this.#transmit('down', () => this.#client.received(frame)));
  }

  close(code: number): void {
    this.instance.sayOutside(() => this.#transmit('down', () => this.#end(code)));
  }

  serializeAttachment(attachment: unknown): void {
    this.#attachment = structuredClone(attachment);
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment);
  }

  /** The client closes it. */
  hangUp(): void {
    this.isOpen = false;
    this.#world.schedule.after(between(this.#world.dice.histories, NOTICE_MS.min, NOTICE_MS.max), () =>
      this.instance.disconnect(this),
    );
  }

  /** It is gone. The client learns of it, sooner or later. */
  break(): void {
    if (!this.isOpen) return;
    this.instance.disconnect(this);
    this.#world.schedule.after(between(this.#world.dice.histories, NOTICE_MS.min, NOTICE_MS.max), () =>
      this.#end(undefined),
    );
  }

  #end(code: number | undefined): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#client.disconnected(code);
  }

  /** Nothing overtakes what was sent before. */
  #transmit(way: 'up' | 'down', deliver: () => void, isForPlatform = false): void {
    const { schedule, network, dice } = this.#world;
    const { loss, delayMs } = network.weather;
    const againMs = dice.histories() < loss ? between(dice.histories, RESEND_MS.min, RESEND_MS.max) : 0;
    const atMs = schedule.nowMs + between(dice.histories, delayMs.min, delayMs.max) + againMs;
    this.#lastMs[way] = Math.max(this.#lastMs[way], atMs);
    const [from, to] = way === 'up' ? [this.#client, this.instance] : [this.instance, this.#client];
    schedule.after(this.#lastMs[way] - schedule.nowMs, () => {
      if (!this.isOpen) return;
      if (!network.reaches(from, to)) this.break();
      else if (isForPlatform) deliver();
      else if (!to.arrive(deliver)) this.break();
    });
  }
}
