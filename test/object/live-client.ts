/** A client of live queries over a real WebSocket: puts together what it is sent, and checks that it fits together. */
import { SELF } from 'cloudflare:test';
import { expect } from 'vitest';
import { LIVE_SUBPROTOCOL } from '../../durable/live-protocol.ts';
import { eventually } from './cluster.ts';

/** A frame from the server, as far as tests look into it. */
export interface Frame {
  readonly t: string;
  readonly id?: number;
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  readonly n?: number;
  readonly why?: string;
  readonly code?: string;
  readonly cols?: readonly string[];
  readonly rows?: readonly (readonly [string, readonly unknown[]])[];
  readonly ch?: readonly (readonly [0 | 1 | 2, string, (readonly unknown[])?, (string | null)?])[];
}

/** What a client holds of one subscription. */
class Held {
  rows = new Map<string, readonly unknown[]>();
  /** The bookmark that the rows stand for; undefined before they are complete. */
  at: string | undefined;
  diffCount = 0;
}

export class LiveClient {
  readonly frames: Frame[] = [];
  closed: { code: number; reason: string } | undefined;
  readonly #socket: WebSocket;
  readonly #held = new Map<number, Held>();

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.addEventListener('message', ({ data }) => this.#take(JSON.parse(String(data)) as Frame));
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
    });
    socket.accept();
  }

  /** Opens a socket at `database` or `database@instance`, without a word on it. */
  static async open(address: string, protocol: string = LIVE_SUBPROTOCOL): Promise<LiveClient> {
    const response = await SELF.fetch(`http://skein.test/db/${address}/live`, {
      headers: { upgrade: 'websocket', 'sec-websocket-protocol': protocol },
    });
    if (!response.webSocket) throw new Error(`no socket, but ${response.status}`);
    return new LiveClient(response.webSocket);
  }

  /** Opens a socket and authenticates. */
  static async connect(address: string): Promise<LiveClient> {
    const client = await LiveClient.open(address);
    client.authenticate();
    await client.heard((frame) => frame.t === 'ready');
    return client;
  }

  authenticate(credentials = 'test-token'): void {
    this.send({ t: 'auth', scheme: 'bearer', credentials });
  }

  send(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  sendText(text: string): void {
    this.#socket.send(text);
  }

  /** Subscribes, and waits for the first rows to be complete. */
  async subscribe(id: number, q: string, options: object = {}): Promise<void> {
    this.send({ t: 'sub', id, q, ...options });
    await this.heard((frame) => frame.t === 'live' && frame.id === id);
  }

  /** The first frame since the `from`th that fits; waits for it. */
  heard(fits: (frame: Frame) => boolean, from = 0): Promise<Frame> {
    return eventually(async () => {
      const found = this.frames.slice(from).find(fits);
      expect(found, `heard only ${JSON.stringify(this.frames.slice(-8))}, closed ${this.closed?.code}`).toBeDefined();
      return found!;
    });
  }

  /** Waits until the subscription shows these rows, in any order. */
  shows(id: number, rows: readonly (readonly unknown[])[]): Promise<void> {
    return eventually(async () => expect(sorted(this.rows(id))).toEqual(sorted(rows)));
  }

  rows(id: number): (readonly unknown[])[] {
    return [...this.#of(id).rows.values()];
  }

  at(id: number): string | undefined {
    return this.#of(id).at;
  }

  diffCount(id: number): number {
    return this.#of(id).diffCount;
  }

  async isClosed(): Promise<{ code: number; reason: string }> {
    return eventually(async () => {
      expect(this.closed).toBeDefined();
      return this.closed!;
    });
  }

  close(): void {
    this.#socket.close(1000, 'done');
  }

  #take(frame: Frame): void {
    this.frames.push(frame);
    switch (frame.t) {
      case 'rows':
        for (const [key, row] of frame.rows ?? []) this.#of(frame.id).rows.set(key, row);
        return;
      case 'live':
        expect(frame.at).toMatch(/^skein1:/);
        expect(this.#of(frame.id).rows.size).toBe(frame.n);
        this.#of(frame.id).at = frame.at;
        return;
      case 'diff':
        return this.#change(this.#of(frame.id), frame);
      case 'tick':
        for (const held of this.#held.values()) held.at = frame.to;
        return;
      case 'reset':
        this.#held.set(frame.id ?? 0, new Held());
        return;
    }
  }

  #change(held: Held, frame: Frame): void {
    expect(frame.from).toBe(held.at);
    held.at = frame.to;
    held.diffCount += 1;
    for (const [kind, key, row, before] of frame.ch ?? []) {
      expect(held.rows.has(key)).toBe(kind !== 0);
      if (kind === 2) held.rows.delete(key);
      else if (before === undefined) held.rows.set(key, row!);
      else held.rows = inserted(held.rows, { key, row: row!, before });
    }
  }

  #of(id = 0): Held {
    const held = this.#held.get(id) ?? new Held();
    this.#held.set(id, held);
    return held;
  }
}

/** The rows with one of them put after the row `before`. */
function inserted(
  rows: ReadonlyMap<string, readonly unknown[]>,
  change: { key: string; row: readonly unknown[]; before: string | null },
): Map<string, readonly unknown[]> {
  const entries = [...rows].filter(([key]) => key !== change.key);
  const place = change.before === null ? 0 : entries.findIndex(([key]) => key === change.before) + 1;
  return new Map(entries.toSpliced(place, 0, [change.key, change.row]));
}

function sorted(rows: readonly (readonly unknown[])[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
