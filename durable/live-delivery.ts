/**
 * Brings what standing queries say to the sockets of their subscribers, and tells sockets on which nothing has changed how
 * far they are.
 */
import { unreachable } from '../core/assert.ts';
import type { LiveMessage } from './live-queries.ts';
import { LiveSocket } from './live-socket.ts';

/** A socket whose subscriptions are all level is told so at most this often. */
const TICK_EVERY_MS = 1_000;

export interface LiveDeliveryHost {
  /** Open sockets by id. */
  readonly sockets: ReadonlyMap<string, LiveSocket>;
  bookmark(lsn: number): string;
  unsubscribe(socket: LiveSocket, id: number): void;
  /** Milliseconds since 1970. */
  nowMs(): number;
  /** Runs something in a turn of its own, so many milliseconds from now. */
  later(ms: number, run: () => void): void;
}

export class LiveDelivery {
  readonly #host: LiveDeliveryHost;
  /** Ids of sockets that are to be told how far they are. */
  readonly #level = new Set<string>();

  constructor(host: LiveDeliveryHost) {
    this.#host = host;
  }

  /** Puts a message of a standing query on its subscriber's socket. */
  deliver(message: LiveMessage): void {
    const { socketId, id } = LiveSocket.splitSubscriberId(message.to);
    const socket = this.#host.sockets.get(socketId);
    if (!socket) return;
    switch (message.type) {
      case 'columns':
        return socket.send({ type: 'columns', id, columns: message.columns, fingerprint: 'admin' });
      case 'rows':
        socket.addCredit(id, -message.rows.length);
        return socket.send({ type: 'rows', id, rows: message.rows });
      case 'live':
        return this.#sendLive(socket, id, message);
      case 'difference':
        return this.#sendDifference(socket, id, message);
      case 'level':
        socket.setLevel(id, message.lsn);
        return this.#tickSoon(socket);
      case 'reset':
        // Should the socket sleep before the new rows are complete, it must not be taken to have the old ones.
        socket.setLsn(id, 0);
        return socket.send({ type: 'reset', id, why: message.why });
      case 'error':
        socket.send({ type: 'error', id, error: message.error, fatal: true });
        return this.#host.unsubscribe(socket, id);
      default:
        return unreachable(message);
    }
  }

  #sendLive(socket: LiveSocket, id: number, message: Extract<LiveMessage, { type: 'live' }>): void {
    const { lsn, rowCount } = message;
    socket.setLsn(id, lsn);
    socket.send({ type: 'live', id, at: this.#host.bookmark(lsn), timestampMs: this.#host.nowMs(), rowCount });
    this.#tickSoon(socket);
  }

  #sendDifference(socket: LiveSocket, id: number, message: Extract<LiveMessage, { type: 'difference' }>): void {
    const { toLsn, changes } = message;
    // Where the client is by what it has been told, which may be behind where nothing changed.
    const from = this.#host.bookmark(socket.subscription(id)?.toLsn ?? message.fromLsn);
    socket.addCredit(id, -changes.filter((change) => change.type !== 'removed').length);
    socket.setLsn(id, toLsn);
    socket.send({ type: 'diff', id, from, to: this.#host.bookmark(toLsn), timestampMs: this.#host.nowMs(), changes });
    this.#tickSoon(socket);
  }

  /** Ticks go out together, and only to sockets that are level as a whole. */
  #tickSoon(socket: LiveSocket): void {
    if (socket.tickLsn === undefined) return;
    if (this.#level.size === 0) this.#host.later(TICK_EVERY_MS, () => this.#tick());
    this.#level.add(socket.id);
  }

  #tick(): void {
    const ids = [...this.#level];
    this.#level.clear();
    for (const id of ids) {
      const socket = this.#host.sockets.get(id);
      const lsn = socket?.tickLsn;
      if (!socket || lsn === undefined) continue;
      socket.setAllLsn(lsn);
      socket.send({ type: 'tick', to: this.#host.bookmark(lsn), timestampMs: this.#host.nowMs() });
    }
  }
}
