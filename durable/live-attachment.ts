/**
 * What a socket carries through hibernation: who it is and how far each subscription has been sent. Small, as the platform
 * wants it; statements and parameters lie in storage (subscription-table.ts).
 */

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

interface Carried {
  readonly id: string;
  readonly authenticated: boolean;
  /** id, ordered, credit, toLsn */
  readonly subscriptions: readonly (readonly [number, boolean, number, number])[];
}

const open = new WeakMap<WebSocket, LiveAttachment>(); // per socket, and a socket is one object's

export class LiveAttachment {
  readonly id: string;
  authenticated: boolean;
  #subscriptions: Subscription[];

  private constructor(id: string, authenticated: boolean, subscriptions: Subscription[]) {
    this.id = id;
    this.authenticated = authenticated;
    this.#subscriptions = subscriptions;
  }

  static fresh(id: string): LiveAttachment {
    return new LiveAttachment(id, false, []);
  }

  /** The socket's attachment, from memory or from what it carried through hibernation. */
  static of(socket: WebSocket): LiveAttachment {
    const known = open.get(socket);
    if (known) return known;
    const carried = socket.deserializeAttachment() as Carried; // save() is the only writer
    const subscriptions = carried.subscriptions.map(([id, ordered, credit, toLsn]) => ({
      id,
      ordered,
      credit,
      toLsn,
      levelLsn: toLsn,
    }));
    const attachment = new LiveAttachment(carried.id, carried.authenticated, subscriptions);
    open.set(socket, attachment);
    return attachment;
  }

  /** The name of a subscription among all sockets of the instance. */
  subscriberId(id: number): string {
    return `${this.id}/${id}`;
  }

  static splitSubscriberId(subscriberId: string): { readonly socketId: string; readonly id: number } {
    const [socketId = '', id = ''] = subscriberId.split('/');
    return { socketId, id: Number(id) };
  }

  get subscriptions(): readonly Subscription[] {
    return this.#subscriptions;
  }

  subscription(id: number): Subscription | undefined {
    return this.#subscriptions.find((subscription) => subscription.id === id);
  }

  add(subscription: { readonly id: number; readonly ordered: boolean; readonly credit: number }): void {
    this.#subscriptions.push({ ...subscription, toLsn: 0, levelLsn: 0 });
  }

  remove(id: number): void {
    this.#subscriptions = this.#subscriptions.filter((subscription) => subscription.id !== id);
  }

  addCredit(id: number, rows: number): void {
    const subscription = this.subscription(id);
    if (subscription) subscription.credit += rows;
  }

  /** The client has been told that it is at `lsn`. */
  setLsn(id: number, lsn: number): void {
    const subscription = this.subscription(id);
    if (!subscription) return;
    subscription.toLsn = lsn;
    subscription.levelLsn = lsn;
  }

  setLevel(id: number, lsn: number): void {
    const subscription = this.subscription(id);
    if (subscription) subscription.levelLsn = lsn;
  }

  /** The lsn at which what each subscription was sent still is the answer, if there is one that is news to all. */
  get commonLevelLsn(): number | undefined {
    const level = Math.min(...this.#subscriptions.map(({ levelLsn }) => levelLsn));
    return Number.isFinite(level) && this.#subscriptions.every(({ toLsn }) => toLsn > 0 && toLsn < level)
      ? level
      : undefined;
  }

  save(socket: WebSocket): void {
    open.set(socket, this);
    const subscriptions = this.#subscriptions.map(
      ({ id, ordered, credit, toLsn }) => [id, ordered, credit, toLsn] as const,
    );
    const carried: Carried = { id: this.id, authenticated: this.authenticated, subscriptions };
    socket.serializeAttachment(carried);
  }
}
