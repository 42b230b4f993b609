/**
 * Live queries of a simulated instance: what live-sockets.ts of durable/ does with WebSockets, without who may ask. The queries, the
 * protocol, what is delivered and what a socket carries through its sleep are production code.
 */
import { GraphError, toErrorRecord } from '../../core/error.ts';
import type { Transaction } from '../../core/graph/delta.ts';
import { bookmarkAt } from '../../core/replication/bookmark.ts';
import { LiveDelivery } from '../../durable/live-delivery.ts';
import { type CLOSE_CODES, parseClientFrame, type Subscribe } from '../../durable/live-protocol.ts';
import { type LiveQueries, liveStatement } from '../../durable/live-queries.ts';
import { LiveSocket } from '../../durable/live-socket.ts';
import type { Connection } from './connection.ts';
import type { SimStatements, StatementsHost } from './sim-statements.ts';

/** As in durable/. */
const BOOKMARK_WAIT_MS = 10_000;

export class SimSockets {
  readonly #host: StatementsHost;
  readonly #statements: SimStatements;
  readonly #queries: LiveQueries;
  readonly #delivery: LiveDelivery;
  readonly #sockets = new Map<string, LiveSocket>();
  readonly #connections = new Map<string, Connection>();

  constructor(host: StatementsHost, statements: SimStatements) {
    const { graph, world, state } = host;
    this.#host = host;
    this.#statements = statements;
    const time = { nowMs: () => host.nowMs(), later: (ms: number, run: () => void) => host.later(ms, run) };
    this.#delivery = new LiveDelivery({
      ...time,
      sockets: this.#sockets,
      bookmark: (lsn) => bookmarkAt(state(), lsn) ?? '',
      unsubscribe: (socket, id) => this.#unsubscribe(socket, id),
    });
    this.#queries = new world.machines.liveQueries({
      ...time,
      store: () => graph.store,
      engine: () => graph.engine,
      deliver: (message) => this.#delivery.deliver(message),
    });
  }

  get isEmpty(): boolean {
    return this.#sockets.size === 0;
  }

  /** After a start: sockets that slept get back what they subscribed to. */
  restore(connections: Iterable<Connection>): void {
    for (const connection of connections) {
      const socket = new LiveSocket(connection);
      this.#keep(socket, connection);
      if (this.#host.state().quarantine !== undefined) this.#close(socket, 'moving');
      else for (const { id } of socket.subscriptions) this.#wake(socket, id);
    }
  }

  accept(connection: Connection, id: string): void {
    this.#keep(LiveSocket.attach(connection, id), connection);
  }

  receive(connection: Connection, frame: string): void {
    const socket = this.#sockets.get(LiveSocket.idOf(connection));
    const parsed = parseClientFrame(frame);
    if (socket === undefined) return;
    if (!parsed.ok) throw new Error(`the client says ${frame}: ${parsed.reason}`);
    const { message } = parsed;
    if (message.type === 'subscribe') return this.#subscribe(socket, message);
    if (message.type !== 'credit') throw new Error(`the client says ${frame}`);
    socket.addCredit(message.id, message.rows);
    this.#queries.addCredit(socket.subscriberId(message.id), message.rows);
  }

  closed(connection: Connection): void {
    const socket = this.#sockets.get(LiveSocket.idOf(connection));
    if (socket !== undefined) this.#forget(socket);
  }

  closeAll(): void {
    for (const socket of [...this.#sockets.values()]) this.#close(socket, 'moving');
  }

  note(transactions: readonly Transaction[]): void {
    for (const transaction of transactions) this.#queries.note(transaction);
  }

  advance(lsn: number): void {
    this.#queries.advance(lsn);
  }

  graphReplaced(): void {
    this.#queries.graphReplaced();
  }

  #keep(socket: LiveSocket, connection: Connection): void {
    this.#sockets.set(socket.id, socket);
    this.#connections.set(socket.id, connection);
  }

  #subscribe(socket: LiveSocket, message: Subscribe): void {
    const { id, credit, ordered } = message;
    if (this.#host.state().role === 'none') return this.#close(socket, 'moving');
    socket.add({ id, credit, ordered });
    const subscription = socket.subscription(id);
    this.#host.activity();
    this.#statements.awaitBookmarks(message.after, BOOKMARK_WAIT_MS, (error) => {
      const added = this.#sockets.has(socket.id) && socket.subscription(id);
      if (!added || added !== subscription) return;
      this.#orRefuse(socket, id, () => {
        if (error !== undefined) throw error;
        const live = liveStatement(message.statement, message.parameters, message.squashMs);
        if (message.from !== undefined) socket.send({ type: 'reset', id, why: 'retention' });
        this.#connections.get(socket.id)?.statements.set(id, live);
        this.#queries.subscribe(live, { id: socket.subscriberId(id), credit: added.credit, ordered });
      });
    });
  }

  #wake(socket: LiveSocket, id: number): void {
    const subscription = socket.subscription(id);
    const live = this.#connections.get(socket.id)?.statements.get(id);
    if (subscription === undefined || live === undefined) return this.#close(socket, 'moving');
    const { credit, ordered, toLsn } = subscription;
    this.#host.world.counts.liveWakes += 1;
    this.#orRefuse(socket, id, () => this.#queries.wake(live, { id: socket.subscriberId(id), credit, ordered }, toLsn));
  }

  #orRefuse(socket: LiveSocket, id: number, run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      socket.send({ type: 'error', id, error: toErrorRecord(error), fatal: true });
      this.#unsubscribe(socket, id);
    }
  }

  #unsubscribe(socket: LiveSocket, id: number): void {
    this.#queries.unsubscribe(socket.subscriberId(id));
    this.#connections.get(socket.id)?.statements.delete(id);
    socket.remove(id);
  }

  #close(socket: LiveSocket, reason: keyof typeof CLOSE_CODES): void {
    this.#forget(socket);
    socket.close(reason, '');
  }

  #forget(socket: LiveSocket): void {
    this.#sockets.delete(socket.id);
    this.#connections.delete(socket.id);
    for (const { id } of socket.subscriptions) this.#queries.unsubscribe(socket.subscriberId(id));
  }
}
