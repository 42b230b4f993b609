/**
 * The WebSockets of live queries (sub.v1), accepted with the hibernation API: an idle socket keeps nothing in memory. What a
 * socket has subscribed to lies in storage, how far each subscription is in the socket's attachment.
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
import { LiveAttachment, type Subscription } from './live-attachment.ts';
import {
  AUTHENTICATION_TIMEOUT_MS,
  CLOSE_CODES,
  type ClientMessage,
  type CloseReason,
  encodeServerMessage,
  LIVE_FRAME_LENGTH_MAX,
  LIVE_SUBPROTOCOL,
  PING_FRAME,
  PONG_FRAME,
  parseClientFrame,
  type ServerMessage,
  type Subscribe,
} from './live-protocol.ts';
import { type LiveMessage, LiveQueries } from './live-queries.ts';
import type { InstanceAddress } from './names.ts';
import type { Faults } from './protocol.ts';
import { liveStatement, SubscriptionTable } from './subscription-table.ts';

/** Sockets on one instance. The platform takes 32,768; each costs time at every commit that it hears of. */
const SOCKETS_MAX = 5_000;
const SUBSCRIPTIONS_PER_SOCKET_MAX = 32;
/** A socket whose subscriptions are all level is told so at most this often. */
const TICK_EVERY_MS = 1_000;

export interface LiveSocketsHost {
  readonly ctx: DurableObjectState;
  readonly environment: Environment;
  readonly address: InstanceAddress;
  state(): InstanceState;
  store(): GraphStore;
  engine(): Engine;
  activity(): void;
  /** Transactions that are in the log after what is visible. */
  unseen(): readonly Transaction[];
  /** Resolves when the bookmarks are visible here, or throws a GraphError. */
  awaitBookmarks(bookmarks: readonly string[]): Promise<void>;
}

export class LiveSockets {
  readonly #host: LiveSocketsHost;
  readonly #queries: LiveQueries;
  readonly #table: SubscriptionTable;
  /** Open sockets by the id in their attachment. */
  readonly #sockets = new Map<string, WebSocket>();
  readonly #level = new Set<string>();
  #ticking = false;

  constructor(host: LiveSocketsHost) {
    this.#host = host;
    this.#table = new SubscriptionTable(host.ctx.storage.sql);
    this.#queries = new LiveQueries({
      store: () => host.store(),
      engine: () => host.engine(),
      deliver: (message) => this.#deliver(message),
    });
    host.ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING_FRAME, PONG_FRAME));
  }

  /** After a start: sockets that slept get back what they subscribed to. */
  restore(): void {
    for (const socket of this.#host.ctx.getWebSockets()) {
      const attachment = LiveAttachment.of(socket);
      this.#sockets.set(attachment.id, socket);
      for (const subscription of attachment.subscriptions) this.#wake(socket, attachment, subscription);
    }
    this.#table.keepOnly([...this.#sockets.keys()]);
    for (const transaction of this.#host.unseen()) this.#queries.note(transaction);
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
    const attachment = LiveAttachment.fresh(crypto.randomUUID());
    attachment.save(server);
    this.#sockets.set(attachment.id, server);
    setTimeout(() => {
      if (!LiveAttachment.of(server).authenticated) this.#close(server, 'authenticationTimeout', 'no auth frame came');
    }, AUTHENTICATION_TIMEOUT_MS);
    return new Response(null, {
      status: 101,
      webSocket: client,
      headers: { 'sec-websocket-protocol': LIVE_SUBPROTOCOL },
    });
  }

  /** Takes a frame from a client. */
  async receive(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    const parsed = parseClientFrame(frame);
    if (!parsed.ok) return this.#close(socket, parsed.close, parsed.reason);
    const { message } = parsed;
    if (message.type === 'ping') return this.#send(socket, { type: 'pong' });
    if (message.type === 'authenticate') return this.#authenticate(socket, message);
    if (!LiveAttachment.of(socket).authenticated) {
      return this.#close(socket, 'unauthenticated', 'the first frame has to be auth');
    }
    const attachment = LiveAttachment.of(socket);
    switch (message.type) {
      case 'subscribe':
        return this.#subscribe(socket, message);
      case 'credit':
        attachment.addCredit(message.id, message.rows);
        attachment.save(socket);
        return this.#queries.addCredit(attachment.subscriberId(message.id), message.rows);
      case 'unsubscribe':
        return this.#unsubscribe(socket, message.id);
      default:
        return unreachable(message);
    }
  }

  closed(socket: WebSocket): void {
    const attachment = LiveAttachment.of(socket);
    this.#sockets.delete(attachment.id);
    this.#table.deleteSocket(attachment.id);
    for (const { id } of attachment.subscriptions) this.#queries.unsubscribe(attachment.subscriberId(id));
  }

  closeAll(): void {
    for (const socket of this.#sockets.values()) this.#close(socket, 'moving', 'the instance goes away');
  }

  /** A cut instance is cut off from its sockets too. */
  setFaults(faults: Faults): void {
    const { database, instance } = this.#host.address;
    if (faults.cut.includes(`${database}/instance/${instance}`)) this.closeAll();
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

  async #authenticate(socket: WebSocket, message: Extract<ClientMessage, { type: 'authenticate' }>): Promise<void> {
    if (!(await isAdminToken(message.credentials, this.#host.environment.SKEIN_ADMIN_TOKEN))) {
      return this.#close(socket, 'unauthenticated', 'the credentials are not right');
    }
    const attachment = LiveAttachment.of(socket);
    attachment.authenticated = true;
    attachment.save(socket);
    const { instance } = this.#host.address;
    const max = { subscriptions: SUBSCRIPTIONS_PER_SOCKET_MAX, rows: LIVE_ROWS_MAX, bytes: LIVE_FRAME_LENGTH_MAX };
    this.#send(socket, { type: 'ready', user: 'admin', max, server: instance });
  }

  async #subscribe(socket: WebSocket, message: Subscribe): Promise<void> {
    const before = LiveAttachment.of(socket);
    if (before.subscription(message.id)) return this.#close(socket, 'duplicateId', `id ${message.id} is in use`);
    if (before.subscriptions.length >= SUBSCRIPTIONS_PER_SOCKET_MAX) {
      return this.#close(socket, 'tooMany', `a socket has at most ${SUBSCRIPTIONS_PER_SOCKET_MAX} subscriptions`);
    }
    try {
      this.#checkDatabase(message.database);
      this.#host.activity();
      await this.#host.awaitBookmarks(message.after);
      const live = liveStatement(message.statement, message.parameters, message.squashMs);
      const attachment = LiveAttachment.of(socket);
      const { id, credit, ordered } = message;
      attachment.add({ id, credit, ordered });
      attachment.save(socket);
      // Nothing older than what is there is kept, so whoever comes with a resume point starts over.
      if (message.from !== undefined) this.#send(socket, { type: 'reset', id, why: 'retention' });
      this.#queries.subscribe(live, { id: attachment.subscriberId(id), credit, ordered });
      this.#table.save({ socket: attachment.id, id }, live);
    } catch (error) {
      if (!(error instanceof GraphError)) console.error('a subscription ended with an internal error:', error);
      this.#send(socket, { type: 'error', id: message.id, error: toErrorRecord(error), fatal: true });
      this.#unsubscribe(socket, message.id);
    }
  }

  #checkDatabase(database: string | undefined): void {
    if (database === undefined || database === this.#host.address.database) return;
    throw new GraphError(
      'Neo.ClientError.Database.DatabaseNotFound',
      `This socket is for the database ${this.#host.address.database}. Open another one for ${database}.`,
    );
  }

  #unsubscribe(socket: WebSocket, id: number): void {
    const attachment = LiveAttachment.of(socket);
    this.#queries.unsubscribe(attachment.subscriberId(id));
    this.#table.delete({ socket: attachment.id, id });
    attachment.remove(id);
    attachment.save(socket);
  }

  #wake(socket: WebSocket, attachment: LiveAttachment, subscription: Subscription): void {
    const live = this.#table.load({ socket: attachment.id, id: subscription.id });
    const { id, credit, ordered, toLsn } = subscription;
    if (!live) return this.#unsubscribe(socket, id);
    this.#queries.wake(live, { id: attachment.subscriberId(id), credit, ordered }, toLsn);
  }

  /** Puts a message of a standing query on its subscriber's socket. */
  #deliver(message: LiveMessage): void {
    const { socketId, id } = LiveAttachment.splitSubscriberId(message.to);
    const socket = this.#sockets.get(socketId);
    if (!socket) return;
    const attachment = LiveAttachment.of(socket);
    switch (message.type) {
      case 'columns':
        return this.#send(socket, { type: 'columns', id, columns: message.columns, fingerprint: 'admin' });
      case 'rows':
        attachment.addCredit(id, -message.rows.length);
        attachment.save(socket);
        return this.#send(socket, { type: 'rows', id, rows: message.rows });
      case 'live':
        attachment.setLsn(id, message.lsn);
        attachment.save(socket);
        return this.#send(socket, {
          type: 'live',
          id,
          at: this.#bookmark(message.lsn),
          timestampMs: Date.now(),
          rowCount: message.rowCount,
        });
      case 'difference':
        return this.#deliverDifference(socket, attachment, id, message);
      case 'level':
        return this.#tickSoon(socketId, attachment, id, message.lsn);
      case 'reset':
        return this.#send(socket, { type: 'reset', id, why: message.why });
      case 'error':
        this.#send(socket, { type: 'error', id, error: message.error, fatal: true });
        return this.#unsubscribe(socket, id);
      default:
        return unreachable(message);
    }
  }

  #deliverDifference(
    socket: WebSocket,
    attachment: LiveAttachment,
    id: number,
    message: Extract<LiveMessage, { type: 'difference' }>,
  ): void {
    const { toLsn, changes } = message;
    // Where the client is by what it has been told, which may be behind where nothing changed.
    const from = this.#bookmark(attachment.subscription(id)?.toLsn ?? message.fromLsn);
    attachment.addCredit(id, -changes.filter((change) => change.type !== 'removed').length);
    attachment.setLsn(id, toLsn);
    attachment.save(socket);
    this.#send(socket, { type: 'diff', id, from, to: this.#bookmark(toLsn), timestampMs: Date.now(), changes });
  }

  /** Remembers that a subscription is level; ticks go out together, and only for sockets that are level as a whole. */
  #tickSoon(socketId: string, attachment: LiveAttachment, id: number, lsn: number): void {
    attachment.setLevel(id, lsn);
    this.#level.add(socketId);
    if (this.#ticking) return;
    this.#ticking = true;
    setTimeout(() => this.#tick(), TICK_EVERY_MS);
  }

  #tick(): void {
    this.#ticking = false;
    for (const socketId of this.#level) {
      const socket = this.#sockets.get(socketId);
      if (!socket) continue;
      const attachment = LiveAttachment.of(socket);
      const lsn = attachment.commonLevelLsn;
      if (lsn === undefined) continue;
      for (const { id } of attachment.subscriptions) attachment.setLsn(id, lsn);
      attachment.save(socket);
      this.#send(socket, { type: 'tick', to: this.#bookmark(lsn), timestampMs: Date.now() });
    }
    this.#level.clear();
  }

  #bookmark(lsn: number): string {
    return bookmarkAt(this.#host.state(), lsn) ?? '';
  }

  #send(socket: WebSocket, message: ServerMessage): void {
    try {
      socket.send(encodeServerMessage(message));
    } catch {
      // The socket is gone already; its close event follows.
    }
  }

  #close(socket: WebSocket, reason: CloseReason, text: string): void {
    this.closed(socket);
    try {
      socket.close(CLOSE_CODES[reason], text.slice(0, CLOSE_TEXT_LENGTH_MAX));
    } catch {
      // Closed by the other side in the same moment.
    }
  }
}

/** A close frame carries 123 bytes of reason at most. */
const CLOSE_TEXT_LENGTH_MAX = 100;
