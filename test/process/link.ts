/** A directed link between two processes: a small proxy that can cut, hold and delay what passes. Source: Toxiproxy's kinds of faults. */
import { rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What becomes of a link's bytes. `held` keeps connections open and lets nothing through, as a silent network does. */
export type LinkState = 'open' | 'cut' | 'held';

export class Link {
  readonly #listen: string;
  readonly #to: string;
  #state: LinkState = 'open';
  #server: Server | undefined;
  readonly #sockets = new Set<Socket>();
  /** Pauses between a byte's arrival and its leaving, in milliseconds, in both directions. */
  delayMs = 0;

  /** From a socket's path to another one. */
  constructor(listen: string, to: string) {
    this.#listen = listen;
    this.#to = to;
  }

  async open(): Promise<void> {
    rmSync(this.#listen, { force: true });
    const server = createServer((socket) => this.#join(socket));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#listen, resolve));
  }

  set(state: LinkState): void {
    this.#state = state;
    for (const socket of this.#sockets) {
      if (state === 'cut') socket.destroy();
      else if (state === 'held') socket.pause();
      else socket.resume();
    }
  }

  async close(): Promise<void> {
    this.set('cut');
    await new Promise((resolve) => this.#server?.close(resolve) ?? resolve(undefined));
  }

  #join(near: Socket): void {
    if (this.#state === 'cut') {
      near.destroy();
      return;
    }
    const far = connect(this.#to);
    this.#pass(near, far);
    this.#pass(far, near);
  }

  /** Everything that one socket reads is written to the other; when one ends, both do. */
  #pass(from: Socket, to: Socket): void {
    this.#sockets.add(from);
    const end = () => {
      this.#sockets.delete(from);
      to.destroy();
    };
    from.on('data', (bytes) => {
      if (this.delayMs > 0) setTimeout(() => to.write(bytes), this.delayMs);
      else to.write(bytes);
    });
    from.on('error', end);
    from.on('close', end);
    if (this.#state === 'held') from.pause();
  }
}
