/**
 * One WebSocket of live queries. It carries through hibernation who it is and how far each subscription has been sent: small,
 * as the platform wants it; statements and parameters lie in storage (subscription-table.ts).
 */
import { CLOSE_CODES, type CloseReason, encodeServerMessage, type ServerMessage } from './live-protocol.ts';

/** RFC 6455 §7.4.1. */
const NORMAL_CLOSURE = 1000;

/** A close frame carries 123 bytes of reason at most. */
const CLOSE_TEXT_LENGTH_MAX = 100;

/** One subscription of a socket. `id` is the client's. */
export interface Subscription {
  readonly id: number;
  readonly ordered: boolean;
  credit: number;
  /** The client was told that what it has is the answer at this lsn; 0 before its first result is complete. */
  toLsn: number;
  /** It still is the answer at this lsn, which the client has not been told. Not carried through hibernation. */
  levelLsn: number;
}

/** What the attachment holds. */
interface Carried {
  readonly id: string;
  readonly authenticated: boolean;
  /** id, ordered, credit, toLsn */
  readonly subscriptions: readonly (readonly [number, boolean, number, number])[];
}

/** What is needed of a WebSocket which the platform keeps while the object sleeps. */
export interface KeptSocket {
  send(text: string): void;
  close(code: number, reason: string): void;
  serializeAttachment(attachment: unknown): void;
  deserializeAttachment(): unknown;
}

export class LiveSocket {
  /** Unique, also among sockets that closed long ago. */
  readonly id: string;
  readonly #webSocket: KeptSocket;
  #authenticated: boolean;
  #subscriptions: Subscription[];
  /** What every subscription was sent is the answer at this lsn; 0: at none that is known. */
  #commonLsn = 0;

  /** The socket as its attachment tells. */
  constructor(webSocket: KeptSocket) {
    const carried = webSocket.deserializeAttachment() as Carried; // #save() and attach() are the only writers
    this.id = carried.id;
    this.#webSocket = webSocket;
    this.#authenticated = carried.authenticated;
    this.#subscriptions = carried.subscriptions.map(([id, ordered, credit, toLsn]) => ({
      id,
      ordered,
      credit,
      toLsn,
      levelLsn: toLsn,
    }));
  }

  /** Makes a new socket one that can be read back. */
  static attach(webSocket: KeptSocket, id: string): LiveSocket {
    const carried: Carried = { id, authenticated: false, subscriptions: [] };
    webSocket.serializeAttachment(carried);
    return new LiveSocket(webSocket);
  }

  /** The id of the socket that an event is about. */
  static idOf(webSocket: KeptSocket): string {
    return (webSocket.deserializeAttachment() as Carried).id; // see above
  }

  get authenticated(): boolean {
    return this.#authenticated;
  }

  authenticate(): void {
    this.#authenticated = true;
    this.#save();
  }

  get subscriptions(): readonly Readonly<Subscription>[] {
    return this.#subscriptions;
  }

  subscription(id: number): Readonly<Subscription> | undefined {
    return this.#find(id);
  }

  /** The name of a subscription among all sockets of the instance. */
  subscriberId(id: number): string {
    return `${this.id}/${id}`;
  }

  static splitSubscriberId(subscriberId: string): { readonly socketId: string; readonly id: number } {
    const [socketId = '', id = ''] = subscriberId.split('/');
    return { socketId, id: Number(id) };
  }

  add(subscription: { readonly id: number; readonly ordered: boolean; readonly credit: number }): void {
    this.#subscriptions.push({ ...subscription, toLsn: 0, levelLsn: 0 });
    this.#commonLsn = 0;
    this.#save();
  }

  remove(id: number): void {
    this.#subscriptions = this.#subscriptions.filter((subscription) => subscription.id !== id);
    this.#noteCommon();
    this.#save();
  }

  addCredit(id: number, rows: number): void {
    const subscription = this.#find(id);
    if (!subscription) return;
    subscription.credit += rows;
    this.#save();
  }

  /** The client is told that it is at `lsn`; 0: that it has to start over. */
  setLsn(id: number, lsn: number): void {
    const subscription = this.#find(id);
    if (!subscription) return;
    subscription.toLsn = lsn;
    subscription.levelLsn = lsn;
    this.#commonLsn = 0;
    this.#noteCommon();
    this.#save();
  }

  /** What the client has still is the answer at `lsn`. */
  setLevel(id: number, lsn: number): void {
    const subscription = this.#find(id);
    if (!subscription) return;
    subscription.levelLsn = lsn;
    this.#noteCommon();
  }

  /** A result that is the answer at two points need not be so between them: only where all are level at one lsn is that common to them. */
  #noteCommon(): void {
    const [first] = this.#subscriptions;
    if (first !== undefined && this.#subscriptions.every(({ levelLsn }) => levelLsn === first.levelLsn)) {
      this.#commonLsn = first.levelLsn;
    }
  }

  /** The lsn at which what every subscription was sent is the answer, if that is news to one of them. */
  get tickLsn(): number | undefined {
    const lsn = this.#commonLsn;
    const isCommon = this.#subscriptions.every(({ toLsn }) => toLsn > 0 && toLsn <= lsn);
    return isCommon && this.#subscriptions.some(({ toLsn }) => toLsn < lsn) ? lsn : undefined;
  }

  /** The client is told that all subscriptions are at `lsn`. What is known of one beyond that stays known. */
  setAllLsn(lsn: number): void {
    for (const subscription of this.#subscriptions) {
      subscription.toLsn = lsn;
      subscription.levelLsn = Math.max(subscription.levelLsn, lsn);
    }
    this.#save();
  }

  send(message: ServerMessage): void {
    try {
      this.#webSocket.send(encodeServerMessage(message));
    } catch {
      // The socket is gone already; its close event follows.
    }
  }

  close(reason: CloseReason, text: string): void {
    close(this.#webSocket, CLOSE_CODES[reason], text.slice(0, CLOSE_TEXT_LENGTH_MAX));
  }

  /** Answers a client that closes: without it the client would wait for many seconds. */
  static answerClose(webSocket: KeptSocket): void {
    close(webSocket, NORMAL_CLOSURE, '');
  }

  #find(id: number): Subscription | undefined {
    return this.#subscriptions.find((subscription) => subscription.id === id);
  }

  #save(): void {
    const subscriptions = this.#subscriptions.map(
      ({ id, ordered, credit, toLsn }) => [id, ordered, credit, toLsn] as const,
    );
    const carried: Carried = { id: this.id, authenticated: this.#authenticated, subscriptions };
    this.#webSocket.serializeAttachment(carried);
  }
}

function close(webSocket: KeptSocket, code: number, text: string): void {
  try {
    webSocket.close(code, text);
  } catch {
    // Closed by the other side in the same moment.
  }
}
