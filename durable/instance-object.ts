/**
 * An instance: the thin shell around core/replication and core/engine. It feeds what arrives to the machine, carries out
 * what the machine wants, runs statements slice by slice, and decides nothing about the cluster.
 */
import { DurableObject } from 'cloudflare:workers';
import { unreachable } from '../core/assert.ts';
import { Engine } from '../core/engine/engine.ts';
import { GraphError } from '../core/error.ts';
import type { Transaction } from '../core/graph/delta.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import { handle } from '../core/replication/instance.ts';
import type { InstanceEffect, InstanceEvent } from '../core/replication/instance-event.ts';
import { type InstanceState, initialState } from '../core/replication/instance-state.ts';
import type {
  CoordinatorReply,
  CoordinatorRequest,
  InstanceReply,
  InstanceRequest,
  InstanceAddress as PeerAddress,
} from '../core/replication/message.ts';
import { decodeRecord, encodeRecord } from '../core/wal/record.ts';
import type { Recovery } from '../core/wal/recovery.ts';
import { Acknowledgements } from './acknowledgements.ts';
import type { Environment } from './environment.ts';
import { FaultGate } from './fault-gate.ts';
import { InstanceLog } from './instance-log.ts';
import { LiveSockets } from './live-sockets.ts';
import { Machine } from './machine.ts';
import { type CoordinatorAddress, coordinatorAddresses, type InstanceAddress, instanceAddress } from './names.ts';
import type {
  Caller,
  ClusterCall,
  DevelopmentCommand,
  InstanceRpc,
  ObjectDescription,
  StatementAnswer,
  StatementRequest,
} from './protocol.ts';
import { checkRecords } from './record-check.ts';
import { SnapshotTaker } from './snapshot-taker.ts';
import { StateTable } from './state-table.ts';
import { StatementRunner } from './statement-runner.ts';
import { Timer } from './timer.ts';
import { Transport } from './transport.ts';
import { type CoordinatorAnswer, decodeWire, encodeWire } from './wire.ts';

/** A message that has not been answered by then is as good as lost. */
const MESSAGE_DEADLINE_MS = 5_000;

/** Longer: a coordinator answers when its Raft log has taken the change, or when its leadership is confirmed. */
const COORDINATOR_DEADLINE_MS = 10_000;

/** How long a live query waits for the bookmarks that it wants to see. */
const BOOKMARK_WAIT_MS = 10_000;

/** Bytes of log read at a time after a start, for live queries that slept. */
const UNSEEN_BYTES = 1024 * 1024;

/** Transactions of log that MAIN keeps for a replica that is behind. */
const RECORDS_KEPT_FOR_REPLICAS = 100_000;

/** The answer to the coordinator leaves first. */
const ABORT_AFTER_DROP_MS = 100;

/**
 * While the machine wants ticks, an alarm stands behind the timer: should the object lose its memory, it wakes and goes on.
 * Alarms cost a row each and may be late, so this one is far away and set again only when it has passed.
 */
const BACKSTOP_MS = 60_000;

/** An event without the clock, which the shell adds. */
type Happening<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;

export class InstanceObject extends DurableObject<Environment> implements InstanceRpc {
  readonly #address: InstanceAddress;
  readonly #self: Caller;
  readonly #coordinators: readonly CoordinatorAddress[];
  readonly #state: StateTable;
  readonly #gate: FaultGate | undefined;
  readonly #transport: Transport;
  readonly #timer: Timer;
  readonly #acknowledgements = new Acknowledgements();
  readonly #snapshots: SnapshotTaker;
  readonly #statements: StatementRunner;
  readonly #sockets: LiveSockets;
  readonly #log: InstanceLog;
  #store: GraphStore;
  #engine: Engine;
  /** The cluster that the engine puts into element ids. */
  #cluster: string | undefined;
  #machine: Machine<InstanceState, InstanceEvent, InstanceEffect>;
  /** The answer to the request being handled. */
  #reply: InstanceReply | undefined;
  #wiped = false;
  #backstopAtMs = 0;

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    const name = ctx.id.name ?? '';
    this.#address = instanceAddress(name);
    this.#self = { name, region: this.#address.region };
    this.#coordinators = coordinatorAddresses(env.SKEIN_COORDINATORS);
    this.#state = new StateTable(ctx.storage.sql);
    this.#gate = env.SKEIN_DEVELOPMENT ? new FaultGate(this.#self, this.#state.faults()) : undefined;
    this.#transport = new Transport(env, this.#self, this.#gate);
    this.#timer = new Timer(() => this.#feed({ type: 'tick' }));
    this.#log = new InstanceLog(ctx.storage.sql);

    const persisted = this.#state.load();
    const recovery = this.#log.recover(persisted?.acknowledgedLsn ?? 0);
    this.#store = recovery.store;
    this.#engine = this.#newEngine(persisted?.cluster);
    this.#machine = this.#newMachine();
    const shell = this;
    this.#snapshots = new SnapshotTaker({
      log: this.#log,
      get store() {
        return shell.#store;
      },
      neededFromLsn: () => this.#neededFromLsn(),
    });
    this.#statements = new StatementRunner({
      address: this.#address,
      acknowledgements: this.#acknowledgements,
      log: this.#log,
      state: () => this.#machine.state,
      store: () => this.#store,
      engine: () => this.#engine,
      activity: () => this.#feed({ type: 'activity' }),
      noted: (transaction) => this.#sockets.note(transaction),
      committed: (records) => this.#feed({ type: 'committed', records }),
    });
    this.#sockets = new LiveSockets({
      ctx,
      environment: env,
      address: this.#address,
      state: () => this.#machine.state,
      store: () => this.#store,
      engine: () => this.#engine,
      activity: () => this.#feed({ type: 'activity' }),
      unseen: () => this.#unseen(),
      awaitBookmarks: (bookmarks) => this.#statements.awaitBookmarks(bookmarks, BOOKMARK_WAIT_MS),
    });
    this.#sockets.restore();
    this.#feed({
      type: 'loaded',
      persisted,
      position: recovery.position,
      history: recovery.epochHistory,
      damage: damageOf(recovery),
    });
  }

  async run(request: StatementRequest): Promise<StatementAnswer> {
    try {
      await this.#gate?.pass(request.from);
    } catch {
      // Nothing has arrived, as if the connection had been refused.
      return this.#statements.refuse('unreachable', 'The instance cannot be reached.');
    }
    const answer = await this.#statements.run(request);
    await this.#gate?.pass(request.from);
    void this.#snapshots.takeIfDue();
    return answer;
  }

  override async fetch(request: Request): Promise<Response> {
    await this.#gate?.pass({ name: 'worker', region: this.#self.region });
    return this.#sockets.accept(request);
  }

  override webSocketMessage(socket: WebSocket, frame: string | ArrayBuffer): Promise<void> {
    return this.#sockets.receive(socket, frame);
  }

  override webSocketClose(socket: WebSocket): void {
    this.#sockets.closed(socket);
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.closed(socket);
  }

  override alarm(): void {
    this.#backstopAtMs = 0;
    this.#feed({ type: 'tick' });
  }

  async receive(call: ClusterCall): Promise<Uint8Array> {
    await this.#gate?.pass(call.from);
    if (this.#wiped) throw new Error('the database has been dropped');
    const request = decodeWire<InstanceRequest>(call.message);
    if (request.body.type === 'append') checkRecords(request.body.records);
    this.#feed({ type: 'request', request });
    const reply = this.#reply;
    this.#reply = undefined;
    if (!reply) throw new Error('the machine did not answer');
    if (this.#wiped) await this.#forgetEverything();
    const bytes = encodeWire(reply);
    await this.#gate?.pass(call.from);
    void this.#snapshots.takeIfDue();
    return bytes;
  }

  async development(command: DevelopmentCommand): Promise<ObjectDescription> {
    if (!this.#gate) throw new Error('development commands need SKEIN_DEVELOPMENT');
    if (command.type === 'kill') this.ctx.abort('killed by a development command');
    if (command.type === 'faults') {
      this.#state.saveFaults(JSON.stringify(command.faults));
      this.#gate.set(command.faults);
      this.#sockets.setFaults(command.faults);
    }
    const { role, epoch, stored, acknowledgedLsn } = this.#machine.state;
    return {
      name: this.#self.name,
      region: this.#self.region,
      role,
      faults: this.#gate.faults,
      details: {
        epoch,
        storedLsn: stored.lsn,
        acknowledgedLsn,
        nodes: this.#store.nodeCount,
        relationships: this.#store.relationshipCount,
        memoryBytes: this.#store.memoryBytes,
        checksum: this.#store.checksum().toString(16),
        divergedRows: this.#log.divergedRows,
      },
    };
  }

  #newMachine(): Machine<InstanceState, InstanceEvent, InstanceEffect> {
    return new Machine({
      state: initialState({ name: this.#address.instance, region: this.#address.region }),
      step: (state, event) => handle(state, event, this.#log),
      carryOut: (effect) => this.#carryOut(effect),
      onFailure: (error) => {
        console.error(`${this.#self.name} ends, because an effect failed:`, error);
        this.ctx.abort('an effect failed');
      },
    });
  }

  #newEngine(cluster: string | undefined): Engine {
    this.#cluster = cluster;
    return new Engine(this.#store, { clusterId: cluster ?? '' });
  }

  #feed(event: Happening<InstanceEvent>): void {
    // The union's members each lack just this field.
    this.#machine.feed({ ...event, nowMs: Date.now() } as InstanceEvent);
  }

  #carryOut(effect: InstanceEffect): void {
    switch (effect.type) {
      case 'persistState':
        return this.#persist(effect.record);
      case 'appendWal':
        return this.#log.append(effect.records);
      case 'apply':
        return this.#apply(effect);
      case 'truncateAfter':
        return this.#replaceGraph(() => this.#log.setAsideAfter(effect.lsn));
      case 'storeSnapshotChunk':
        return this.#log.saveArrivingChunk(effect.chunk, effect.bytes);
      case 'installSnapshot':
        return this.#replaceGraph(() =>
          this.#log.installArriving(effect.snapshot.chunkCount, effect.keepAsideAfterLsn),
        );
      case 'takeSnapshot':
        void this.#snapshots.take();
        return;
      case 'startEpoch':
        return this.#startEpoch(effect);
      case 'changeRole':
        return this.#changeRole(effect.role === 'main', effect.main);
      case 'setVisible':
        return this.#setVisible(effect.lsn);
      case 'acknowledge':
        return this.#acknowledgements.acknowledge(effect.upToLsn, effect.notifications);
      case 'fail':
        return this.#acknowledgements.fail(effect.fromLsn, effect.reason);
      case 'send':
        return this.#send(effect);
      case 'reply':
        this.#reply = effect.message;
        return;
      case 'quarantine':
        console.error(`${this.#self.name} is in quarantine: ${effect.reason}`);
        return;
      case 'wipe':
        this.#wiped = true;
        return;
      case 'requestTick':
        return this.#requestTick(effect.atMs);
      default:
        return unreachable(effect);
    }
  }

  #persist(record: Extract<InstanceEffect, { type: 'persistState' }>['record']): void {
    this.#state.save(record);
    if (record.cluster !== this.#cluster) this.#engine = this.#newEngine(record.cluster);
  }

  #apply(effect: Extract<InstanceEffect, { type: 'apply' }>): void {
    for (const { bytes } of effect.records) {
      const transaction = decodeRecord(bytes);
      this.#store.apply(transaction);
      this.#sockets.note(transaction);
    }
  }

  /** Changes the log or the snapshots under the graph, and builds it anew from what storage then holds. */
  #replaceGraph(change: () => void): void {
    this.#statements.interrupt(
      new GraphError(
        'Neo.TransientError.General.DatabaseUnavailable',
        'The instance is being brought level with MAIN.',
      ),
    );
    this.#snapshots.abandon();
    change();
    const recovery = this.#log.recover(this.#machine.state.acknowledgedLsn);
    const damage = damageOf(recovery);
    this.#store = recovery.store;
    this.#engine = this.#newEngine(this.#machine.state.cluster);
    this.#sockets.graphReplaced();
    if (damage !== undefined) this.#feed({ type: 'damaged', reason: damage });
  }

  #startEpoch(effect: Extract<InstanceEffect, { type: 'startEpoch' }>): void {
    const { epoch, lsn } = effect;
    const record = encodeRecord({ epoch, lsn, previousHash: this.#log.last.hash, deltas: [] });
    this.#store.apply({ epoch, lsn, deltas: [] });
    this.#log.append([record]);
    this.#feed({ type: 'committed', records: [{ epoch, lsn, hash: record.hash }] });
  }

  #changeRole(isMain: boolean, main: string | undefined): void {
    if (isMain) return;
    this.#statements.interrupt(
      new GraphError('Neo.ClientError.Cluster.NotALeader', `This instance is not MAIN; ${main ?? 'another one'} is.`),
    );
  }

  #setVisible(lsn: number): void {
    this.#store.acknowledge(lsn);
    this.#statements.advance();
    this.#sockets.advance(lsn);
  }

  #send(effect: Extract<InstanceEffect, { type: 'send' }>): void {
    const { exchange, to, message } = effect;
    const answer: Promise<InstanceReply | CoordinatorReply> =
      to.kind === 'instance'
        ? this.#askInstance(to, message as InstanceRequest) // what is sent to an instance, as the address says
        : this.#askCoordinator(to.name, message as CoordinatorRequest); // and to a coordinator
    answer.then(
      (reply) => this.#feed({ type: 'reply', exchange, reply }),
      () => this.#feed({ type: 'unreachable', exchange }),
    );
  }

  async #askInstance(to: PeerAddress, request: InstanceRequest): Promise<InstanceReply> {
    const address = { database: to.database, instance: to.name, region: to.region };
    return decodeWire(await this.#transport.toInstance(address, encodeWire(request), MESSAGE_DEADLINE_MS));
  }

  /** Asks the coordinator by name. One that is not of this group cannot be reached. */
  async #askCoordinator(name: string, request: CoordinatorRequest): Promise<CoordinatorReply> {
    const coordinator = this.#coordinators.find((candidate) => candidate.name === name);
    if (!coordinator) throw new Error(`there is no coordinator ${name}`);
    const bytes = encodeWire({ kind: 'request', request });
    const answer = decodeWire<CoordinatorAnswer>(
      await this.#transport.toCoordinator(coordinator, bytes, COORDINATOR_DEADLINE_MS),
    );
    if (answer.kind !== 'reply') throw new Error('a coordinator answered something else');
    return answer.reply;
  }

  #requestTick(atMs: number | undefined): void {
    this.#timer.set(atMs);
    if (atMs === undefined || Date.now() < this.#backstopAtMs) return;
    this.#backstopAtMs = Date.now() + BACKSTOP_MS;
    void this.ctx.storage.setAlarm(this.#backstopAtMs);
  }

  /** Transactions that are in the graph and not acknowledged yet. */
  #unseen(): Transaction[] {
    const { acknowledgedLsn, lsn } = this.#store;
    const transactions: Transaction[] = [];
    for (let next = acknowledgedLsn + 1; next <= lsn; next = acknowledgedLsn + 1 + transactions.length) {
      const records = this.#log.read({ fromLsn: next, throughLsn: lsn, bytesMax: UNSEEN_BYTES, recordsMax: lsn });
      if (records.length === 0) break;
      transactions.push(...records.map(({ bytes }) => decodeRecord(bytes)));
    }
    return transactions;
  }

  /** MAIN keeps the log that a replica lacks, up to a bound; who lacks more gets a snapshot. */
  #neededFromLsn(): number {
    const { main, stored } = this.#machine.state;
    const slowest = Math.min(stored.lsn, ...(main?.replicas ?? []).map((replica) => replica.storedLsn));
    return Math.max(slowest + 1, stored.lsn - RECORDS_KEPT_FOR_REPLICAS);
  }

  /** The database has been dropped: storage is emptied, so that it costs nothing, and then memory. */
  async #forgetEverything(): Promise<void> {
    this.#timer.set(undefined);
    this.#sockets.closeAll();
    await this.ctx.storage.deleteAll();
    setTimeout(() => this.ctx.abort('the database has been dropped'), ABORT_AFTER_DROP_MS);
  }
}

function damageOf(recovery: Recovery): string | undefined {
  for (const { where, reason } of recovery.harmless) console.warn(`damage that cost nothing, in ${where}: ${reason}`);
  const { cut } = recovery;
  if (!cut) return undefined;
  const resumes =
    cut.resumesAtLsn === undefined ? 'nothing after it can be read' : `it goes on at lsn ${cut.resumesAtLsn}`;
  return `the log can be followed to lsn ${cut.lastSoundLsn} (row ${cut.row}: ${cut.reason}); ${resumes}`;
}
