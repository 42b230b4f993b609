/**
 * The doors of live queries (sub.v1): WebSockets, accepted with the hibernation API, so that an idle one keeps nothing in
 * memory. What a socket has subscribed to lies in storage, how far each subscription is in the socket's attachment.
 */
import { unreachable } from '../core/assert.ts';
import type { Engine } from '../core/engine/engine.ts';
import { GraphError, toErrorRecord } from '../core/error.ts';
import type { Transaction } from '../core/graph/delta.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import { bookmarkAt } from '../core/replication/bookmark.ts';
import type { InstanceState } from '../core/replication/instance-state.ts';
import { LIVE_ROWS_MAX } from '../core/subscription/standing-query.ts';
import { isAdminToken } from './credentials.ts';
import type { Environment } from './environment.ts';
import { LiveDelivery } from './live-delivery.ts';
import {
  AUTHENTICATION_TIMEOUT_MS,
  CLOSE_CODES,
  type ClientMessage,
  type CloseReason,
  LIVE_FRAME_LENGTH_MAX,
  LIVE_SUBPROTOCOL,
  PING_FRAME,
  PONG_FRAME,
  parseClientFrame,
  type Subscribe,
} from './live-protocol.ts';
import { LiveQueries, liveStatement } from './live-queries.ts';
import { LiveSocket, type Subscription } from './live-socket.ts';
import type { InstanceAddress } from './names.ts';
import { SubscriptionTable } from './subscription-table.ts';
import type { Tables } from './tables.ts';

/** Sockets on one instance. The platform takes 32,768; each costs time at every commit that it hears of. */
const SOCKETS_MAX = 5_000;
const SUBSCRIPTIONS_PER_SOCKET_MAX = 32;

export interface LiveSocketsHost {
  readonly ctx: DurableObjectState;
  readonly environment: Environment;
  readonly address: InstanceAddress;
  readonly tables: Tables;
  state(): InstanceState;
  store(): GraphStore;
  engine(): Engine;
  activity(): void;
  /** Resolves when the bookmarks are visible here, or throws a GraphError. */
  awaitBookmarks(bookmarks: readonly string[]): Promise<void>;
}

export class LiveSockets {
  readonly #host: LiveSocketsHost;
  readonly #queries: LiveQueries;
  readonly #delivery: LiveDelivery;
  readonly #table: SubscriptionTable;
  /** Open sockets by id. */
  readonly #sockets = new Map<string, LiveSocket>();
  /** What closes a socket that does not authenticate. A timer keeps the object awake, so none outlives its use. */
  readonly #strangers = new Map<string, ReturnType<typeof setTimeout>>();

  constructor(host: LiveSocketsHost) {
    this.#host = host;
    this.#table = new SubscriptionTable(host.tables);
    const time = {
      nowMs: () => Date.now(),
      later: (ms: number, run: () => void) => {
        setTimeout(run, ms);
      },
    };
    this.#delivery = new LiveDelivery({
      ...time,
      sockets: this.#sockets,
      bookmark: (lsn) => bookmarkAt(host.state(), lsn) ?? '',
      unsubscribe: (socket, id) => this.#unsubscribe(socket, id),
    });
    this.#queries = new LiveQueries({
      ...time,
      store: () => host.store(),
      engine: () => host.engine(),
      deliver: (message) => this.#delivery.deliver(message),
    });
    host.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING_FRAME, PONG_FRAME));
  }

  /** After a start: sockets that slept get back what they subscribed to. */
  restore(): void {
    for (const webSocket of this.#host.ctx.getWebSockets()) {
      const socket = new LiveSocket(webSocket);
      this.#sockets.set(socket.id, socket);
      if (!socket.authenticated) this.#awaitAuthentication(socket);
    }
    this.#table.keepOnly([...this.#sockets.keys()]);
    if (this.#host.state().quarantine !== undefined) return this.closeAll();
    for (const socket of this.#sockets.values()) {
      for (const subscription of socket.subscriptions) this.#wake(socket, subscription);
    }
  }

  /** Answers the upgrade. */
  accept(request: Request): Response {
    if (request.headers.get('upgrade')?.toLowerCase() !== 'websocket') {
      return new Response('a live query is a WebSocket', { status: 426, headers: { upgrade: 'websocket' } });
    }
    const { 0: client, 1: server } = new WebSocketPair();
    const offered = (request.headers.get('sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
    if (!offered.includes(LIVE_SUBPROTOCOL)) {
      server.accept();
      server.close(CLOSE_CODES.subprotocol, `offer the subprotocol ${LIVE_SUBPROTOCOL}`);
      return new Response(null, { status: 101, webSocket: client });
    }
    if (this.#sockets.size >= SOCKETS_MAX) {
      return new Response('this instance has as many sockets as it takes', {
        status: 503,
        headers: { 'retry-after': '5' },
      });
    }
    this.#host.ctx.acceptWebSocket(server);
    const socket = LiveSocket.attach(server, crypto.randomUUID());
    this.#sockets.set(socket.id, socket);
    this.#awaitAuthentication(socket);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'sec-websocket-protocol': LIVE_SUBPROTOCOL },
    });
  }

  /** Takes a frame from a client. */
  async receive(webSocket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const id = LiveSocket.idOf(webSocket);
    const socket = this.#sockets.get(id);
    if (!socket) return;
    const parsed = parseClientFrame(frame);
    if (!parsed.ok) return this.#close(socket, parsed.close, parsed.reason);
    const { message } = parsed;
    if (message.type === 'ping') return socket.send({ type: 'pong' });
    if (message.type === 'authenticate') return this.#authenticate(socket, message.credentials);
    if (!socket.authenticated) return this.#close(socket, 'unauthenticated', 'the first frame has to be auth');
    return this.#take(socket, message);
  }

  /** The client has closed its side, or is gone. */
  closed(webSocket: WebSocket): void {
    const socket = this.#sockets.get(LiveSocket.idOf(webSocket));
    // One that woke the object by closing is not among those that were restored.
    if (socket) this.#forget(socket);
    LiveSocket.answerClose(webSocket);
  }

  /** The instance cannot serve live queries any more, or for now: clients go elsewhere. */
  closeAll(): void {
    for (const socket of [...this.#sockets.values()]) this.#close(socket, 'moving', 'the instance goes away');
  }

  note(transaction: Transaction): void {
    this.#queries.note(transaction);
  }

  advance(lsn: number): void {
    this.#queries.advance(lsn);
  }

  graphReplaced(): void {
    this.#queries.graphReplaced();
  }

  #awaitAuthentication(socket: LiveSocket): void {
    const close = () => this.#close(socket, 'authenticationTimeout', 'no auth frame came');
    this.#strangers.set(socket.id, setTimeout(close, AUTHENTICATION_TIMEOUT_MS));
  }

  #noStrangerAnyMore(socket: LiveSocket): void {
    clearTimeout(this.#strangers.get(socket.id) ?? null);
    this.#strangers.delete(socket.id);
  }

  #authenticate(socket: LiveSocket, credentials: string): void {
    if (!isAdminToken(credentials, this.#host.environment.SKEIN_ADMIN_TOKEN)) {
      return this.#close(socket, 'unauthenticated', 'the credentials are not right');
    }
    this.#noStrangerAnyMore(socket);
    socket.authenticate();
    const { instance } = this.#host.address;
    const max = { subscriptions: SUBSCRIPTIONS_PER_SOCKET_MAX, rows: LIVE_ROWS_MAX, bytes: LIVE_FRAME_LENGTH_MAX };
    socket.send({ type: 'ready', user: 'admin', max, server: instance });
  }

  #take(socket: LiveSocket, message: Exclude<ClientMessage, { type: 'ping' | 'authenticate' }>): void | Promise<void> {
    switch (message.type) {
      case 'subscribe':
        return this.#subscribe(socket, message);
      case 'credit':
        socket.addCredit(message.id, message.rows);
        return this.#queries.addCredit(socket.subscriberId(message.id), message.rows);
      case 'unsubscribe':
        return this.#unsubscribe(socket, message.id);
      default:
        return unreachable(message);
    }
  }

  async #subscribe(socket: LiveSocket, message: Subscribe): Promise<void> {
    const { id, credit, ordered } = message;
    if (socket.subscription(id)) return this.#close(socket, 'duplicateId', `id ${id} is in use`);
    if (socket.subscriptions.length >= SUBSCRIPTIONS_PER_SOCKET_MAX) {
      return this.#close(socket, 'tooMany', `a socket has at most ${SUBSCRIPTIONS_PER_SOCKET_MAX} subscriptions`);
    }
    if (this.#host.state().role === 'none') return this.#close(socket, 'moving', 'the instance serves nobody now');
    socket.add({ id, credit, ordered });
    const subscription = socket.subscription(id);
    try {
      this.#checkDatabase(message.database);
      this.#host.activity();
      await this.#host.awaitBookmarks(message.after);
      // Meanwhile the client may have gone, or have thought better of it.
      const added = this.#sockets.has(socket.id) && socket.subscription(id);
      if (!added || added !== subscription) return;
      const live = liveStatement(message.statement, message.parameters, message.squashMs);
      // Nothing older than what is there is kept, so whoever comes with a resume point starts over.
      if (message.from !== undefined) socket.send({ type: 'reset', id, why: 'retention' });
      this.#table.save({ socket: socket.id, id }, live);
      this.#queries.subscribe(live, { id: socket.subscriberId(id), credit: added.credit, ordered });
    } catch (error) {
      if (socket.subscription(id) === subscription) this.#refuse(socket, id, error);
    }
  }

  #refuse(socket: LiveSocket, id: number, error: unknown): void {
    if (!(error instanceof GraphError)) console.error('a subscription ended with an internal error:', error);
    socket.send({ type: 'error', id, error: toErrorRecord(error), fatal: true });
    this.#unsubscribe(socket, id);
  }

  #checkDatabase(database: string | undefined): void {
    if (database === undefined || database === this.#host.address.database) return;
    throw new GraphError(
      'Neo.ClientError.Database.DatabaseNotFound',
      `This socket is for the database ${this.#host.address.database}. Open another one for ${database}.`,
    );
  }

  #unsubscribe(socket: LiveSocket, id: number): void {
    this.#queries.unsubscribe(socket.subscriberId(id));
    this.#table.delete({ socket: socket.id, id });
    socket.remove(id);
  }

  #wake(socket: LiveSocket, subscription: Readonly<Subscription>): void {
    const { id, credit, ordered, toLsn } = subscription;
    const live = this.#table.load({ socket: socket.id, id });
    // It slept while it still waited for its bookmarks.
    if (!live) return this.#close(socket, 'moving', 'the instance was restarted');
    try {
      this.#queries.wake(live, { id: socket.subscriberId(id), credit, ordered }, toLsn);
    } catch (error) {
      this.#refuse(socket, id, error);
    }
  }

  #close(socket: LiveSocket, reason: CloseReason, text: string): void {
    this.#forget(socket);
    socket.close(reason, text);
  }

  #forget(socket: LiveSocket): void {
    this.#noStrangerAnyMore(socket);
    this.#sockets.delete(socket.id);
    if (socket.subscriptions.length > 0) this.#table.deleteSocket(socket.id);
    for (const { id } of socket.subscriptions) this.#queries.unsubscribe(socket.subscriberId(id));
  }
}
