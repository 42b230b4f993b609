/**
 * An instance: the thin shell around core/replication and core/engine. It feeds what arrives to the machine, carries out
 * what the machine wants, runs statements slice by slice, and decides nothing about the cluster.
 */
import { DurableObject } from 'cloudflare:workers';
import { unreachable } from '../core/assert.ts';
import { GraphError } from '../core/error.ts';
import { isSingle } from '../core/replication/assignment.ts';
import { handle } from '../core/replication/instance.ts';
import type { InstanceEffect, InstanceEvent } from '../core/replication/instance-event.ts';
import { type InstanceState, initialState, type PersistedInstance } from '../core/replication/instance-state.ts';
import type { LogRecord } from '../core/replication/log.ts';
import type { InstanceReply, InstanceRequest } from '../core/replication/message.ts';
import { encodeResult } from '../core/value/codec.ts';
import { checkVersion, isUnderstood, VERSION_MIN } from '../core/version.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { Admission } from './admission.ts';
import { BackedTimer } from './backed-timer.ts';
import { beginning } from './beginning.ts';
import { DIVERGED_COLUMNS, divergedRows } from './diverged-rows.ts';
import { type Environment, newestVersion } from './environment.ts';
import { ExecutionRunner } from './execution-runner.ts';
import { FaultGate } from './fault-gate.ts';
import { FreshReads } from './fresh-reads.ts';
import { InstanceGraph } from './instance-graph.ts';
import { InstanceStorage } from './instance-storage.ts';
import { LiveSockets } from './live-sockets.ts';
import { Machine } from './machine.ts';
import { ManualReplication } from './manual-replication.ts';
import { coordinatorAddresses, type InstanceAddress, instanceAddress } from './names.ts';
import { Peers } from './peers.ts';
import type {
  Caller,
  ClusterCall,
  DevelopmentCommand,
  InstanceRpc,
  ObjectDescription,
  ReplicationAnswer,
  ReplicationRequest,
  StatementAnswer,
  StatementFailure,
  StatementRequest,
  TransactionAnswer,
  TransactionRequest,
} from './protocol.ts';
import { checkRecords } from './record-check.ts';
import { SnapshotTaker } from './snapshot-taker.ts';
import { StateTable } from './state-table.ts';
import { StatementRunner } from './statement-runner.ts';
import { Tables } from './tables.ts';
import { TransactionRunner } from './transaction-runner.ts';
import { Transport } from './transport.ts';
import { decodeWire, encodeWire, NO_ANSWER } from './wire.ts';

/** How long a live query waits for the bookmarks that it wants to see. */
const BOOKMARK_WAIT_MS = 10_000;

/** Transactions of log that MAIN keeps for a replica that is behind. */
const RECORDS_KEPT_FOR_REPLICAS = 100_000;

/** The answer to the coordinator leaves first. */
const ABORT_AFTER_DROP_MS = 100;

/** An event without the clock, which the shell adds. */
type Happening<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;

export class InstanceObject extends DurableObject<Environment> implements InstanceRpc {
  readonly #address: InstanceAddress;
  readonly #self: Caller;
  /** The newest version that it understands (core/version.ts). */
  readonly #newest: number;
  readonly #state: StateTable;
  readonly #gate: FaultGate | undefined;
  readonly #peers: Peers;
  readonly #timer: BackedTimer;
  readonly #graph: InstanceGraph;
  readonly #machine: Machine<InstanceState, InstanceEvent, InstanceEffect>;
  readonly #acknowledgements: Acknowledgements;
  readonly #snapshots: SnapshotTaker;
  readonly #freshReads: FreshReads;
  readonly #admission: Admission;
  readonly #executions: ExecutionRunner;
  readonly #statements: StatementRunner;
  readonly #transactions: TransactionRunner;
  readonly #sockets: LiveSockets;
  readonly #manual: ManualReplication;
  /** The answer to the request being handled. */
  #reply: InstanceReply | undefined;
  #wiped = false;

  constructor(ctx: DurableObjectState, env: Environment) {
    super(ctx, env);
    const name = ctx.id.name ?? '';
    this.#address = instanceAddress(name);
    this.#self = { name, region: this.#address.region };
    this.#newest = beginning(ctx, name, () => newestVersion(env));
    const tables = beginning(ctx, name, () => new Tables(ctx.storage.sql));
    this.#state = new StateTable(tables);
    const faults = beginning(ctx, name, () => this.#state.faults());
    this.#gate = env.SKEIN_DEVELOPMENT ? new FaultGate(this.#self, faults) : undefined;
    const transport = new Transport(env, this.#self, this.#gate);
    this.#peers = new Peers(transport, coordinatorAddresses(env.SKEIN_COORDINATORS));
    this.#timer = new BackedTimer(ctx.storage, () => this.#feed({ type: 'tick' }));
    const storage = new InstanceStorage({
      address: this.#address,
      databaseBytes: () => ctx.storage.sql.databaseSize,
      log: () => this.#graph.log,
      snapshots: () => this.#snapshots,
      state: () => this.#machine.state,
      transactions: () => this.#transactions.open,
      graphBytes: () => this.#graph.store.memoryBytes,
    });
    const newest = this.#newest;
    this.#graph = new InstanceGraph(tables, this.#address.database, { storage, newest });
    this.#machine = new Machine({
      state: initialState({ name: this.#address.instance, region: this.#address.region, newest }),
      step: (state, event) => handle(state, event, this.#graph.log),
      carryOut: (effect) => this.#carryOut(effect),
      onFailure: (error) => this.#end(error),
    });
    const state = () => this.#machine.state;
    const store = () => this.#graph.store;
    const engine = () => this.#graph.engine;
    const activity = () => this.#feed({ type: 'activity' });
    this.#acknowledgements = new Acknowledgements(() => state().acknowledgedLsn);
    this.#snapshots = new SnapshotTaker({
      log: this.#graph.log,
      store,
      changes: () => this.#graph.changes,
      neededFromLsn: () => this.#neededFromLsn(),
    });
    const { instance } = this.#address;
    this.#freshReads = new FreshReads((id) => this.#feed({ type: 'freshRead', id }));
    const confirm = (timeoutMs: number) => this.#freshReads.confirm(timeoutMs);
    this.#admission = new Admission({ address: this.#address, state, store, activity, confirm });
    const admission = this.#admission;
    this.#executions = new ExecutionRunner({
      loadCsvAllowed: env.SKEIN_LOAD_CSV_ALLOW,
      acknowledgements: this.#acknowledgements,
      log: this.#graph.log,
      state,
      store,
      engine,
      checkWritable: () => admission.checkWritable(),
      noted: (transaction) => {
        this.#graph.note(transaction);
        this.#sockets.note(transaction);
      },
      committed: (records) => this.#feed({ type: 'committed', records }),
      stored: () => ctx.storage.sync(),
      room: () => this.#snapshots.room(),
      failed: (error) => this.#end(error),
    });
    const executions = this.#executions;
    this.#statements = new StatementRunner({ admission, executions, engine, store });
    this.#transactions = new TransactionRunner({ instance, admission, executions, engine, store });
    this.#sockets = new LiveSockets({
      ctx,
      environment: env,
      address: this.#address,
      tables,
      state,
      store,
      engine,
      activity,
      awaitBookmarks: (bookmarks) => admission.awaitBookmarks(bookmarks, BOOKMARK_WAIT_MS),
    });
    this.#manual = new ManualReplication({
      admission,
      state,
      operate: (id, command) => this.#feed({ type: 'operate', id, command }),
    });
    beginning(ctx, name, () => this.#load());
    beginning(ctx, name, () => this.#sockets.restore());
  }

  run(request: StatementRequest): Promise<StatementAnswer> {
    return this.#serve(request.from, () => this.#statements.run(request));
  }

  transact(request: TransactionRequest): Promise<TransactionAnswer> {
    return this.#serve(request.from, () => this.#transactions.run(request));
  }

  replication(request: ReplicationRequest): Promise<ReplicationAnswer> {
    return this.#serve(request.from, () => this.#manual.run(request));
  }

  async diverged(from: Caller): Promise<Uint8Array> {
    await this.#gate?.pass(from);
    const { log, store } = this.#graph;
    const rows = divergedRows(this.#address.instance, log.diverged(), store);
    return encodeResult({ columns: DIVERGED_COLUMNS, rows });
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
    this.#timer.noteAlarm();
    this.#feed({ type: 'tick' });
  }

  async receive(call: ClusterCall): Promise<Uint8Array> {
    const answer = () => this.#answer(call.message);
    const bytes = this.#gate ? await this.#gate.passBoth(call.from, answer) : await answer();
    this.#snapshots.takeIfDue();
    return bytes ?? NO_ANSWER;
  }

  /** Answers a client, through the gate. */
  async #serve<Answer>(from: Caller, run: () => Promise<Answer>): Promise<Answer | StatementFailure> {
    try {
      await this.#gate?.pass(from);
    } catch {
      // Nothing has arrived, as if the connection had been refused.
      return this.#admission.refuse('The instance cannot be reached.');
    }
    const answer = await run();
    await this.#gate?.pass(from);
    this.#snapshots.takeIfDue();
    return answer;
  }

  async #answer(message: Uint8Array): Promise<Uint8Array> {
    if (this.#wiped) return NO_ANSWER;
    const request = decodeWire<InstanceRequest>(message);
    const isRead = isUnderstood(request.envelope.version, this.#newest);
    if (request.body.type === 'append' && isRead) checkRecords(request.body.records);
    this.#feed({ type: 'request', request });
    const reply = this.#reply;
    this.#reply = undefined;
    if (!reply) throw new Error('the machine did not answer');
    if (this.#wiped) await this.#forgetEverything();
    return encodeWire(reply);
  }

  async development(command: DevelopmentCommand): Promise<ObjectDescription> {
    if (!this.#gate) throw new Error('development commands need SKEIN_DEVELOPMENT');
    if (command.type === 'kill') this.ctx.abort('killed by a development command');
    if (command.type === 'faults') {
      this.#state.saveFaults(JSON.stringify(command.faults));
      this.#gate.set(command.faults);
      if (command.faults.cut.includes(this.#self.name)) this.#sockets.closeAll();
    }
    const { role, epoch, stored, acknowledgedLsn, quarantine, tickAtMs } = this.#machine.state;
    const { store, log } = this.#graph;
    return {
      name: this.#self.name,
      region: this.#self.region,
      role,
      faults: this.#gate.faults,
      details: {
        epoch,
        storedLsn: stored.lsn,
        acknowledgedLsn,
        nodes: store.nodeCount,
        relationships: store.relationshipCount,
        memoryBytes: store.memoryBytes,
        checksum: store.checksum().toString(16),
        divergedRows: log.divergedRows,
        quarantine: quarantine ?? false,
        awake: tickAtMs !== undefined,
      },
    };
  }

  /** Recovers graph and role from storage. */
  #load(): void {
    const record = this.#state.load();
    const persisted = record === 'damaged' ? undefined : record;
    checkVersion('the record of the replication state', persisted?.version ?? VERSION_MIN, this.#newest);
    const { position, history, needs, damage } = this.#graph.load(beginningOf(persisted));
    const stateDamage =
      record === 'damaged' ? 'the record of the replication state does not agree with its checksum' : undefined;
    this.#feed({ type: 'loaded', persisted, position, history, needs, damage: stateDamage ?? damage });
  }

  /** Memory and storage may have come apart: the object begins anew from storage. */
  #end(error: unknown): void {
    console.error(`${this.#self.name} ends, because an effect failed:`, error);
    // Whoever waits for an answer is told what SQLite said, and nothing else from within.
    const isOfStorage = error instanceof Error && error.message.includes('SQLITE_');
    this.ctx.abort(isOfStorage ? `an effect failed: ${error.message}` : 'an effect failed');
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
        return this.#graph.log.append(effect.records);
      case 'apply':
        return this.#apply(effect.records);
      case 'truncateAfter':
        return this.#replaceGraph(effect.lsn, (log) => log.setAsideAfter(effect.lsn));
      case 'storeSnapshotChunk':
        return this.#graph.log.saveArrivingChunk(effect.chunk, effect.bytes);
      case 'installSnapshot':
        return this.#installSnapshot(effect);
      case 'takeSnapshot':
        return this.#snapshots.begin();
      case 'startEpoch':
        return this.#startEpoch(effect);
      case 'changeRole':
        return this.#changeRole(effect.role === 'main', effect.main);
      case 'interruptWrites':
        return this.#interruptWrites(effect.reason);
      case 'setVisible':
        return this.#setVisible(effect.lsn);
      case 'acknowledge':
        return this.#acknowledgements.acknowledge(effect.upToLsn, effect.notifications);
      case 'readReady':
        return this.#freshReads.ready(effect.ids);
      case 'readRefused':
        return this.#freshReads.refused(effect.ids, effect.reason);
      case 'operated':
        return this.#manual.operated(effect.id, effect.error);
      case 'abort':
        return this.#acknowledgements.abort(effect.fromLsn, effect.reason);
      case 'fail':
        return this.#acknowledgements.fail(effect.fromLsn, effect.reason);
      case 'send':
        return this.#send(effect);
      case 'reply':
        this.#reply = effect.message;
        return;
      case 'quarantine':
        console.error(`${this.#self.name} is in quarantine: ${effect.reason}`);
        this.#transactions.endAll('the instance is in quarantine');
        return this.#sockets.closeAll();
      case 'wipe':
        this.#wiped = true;
        return;
      case 'requestTick':
        return this.#timer.set(effect.atMs);
      default:
        return unreachable(effect);
    }
  }

  #persist(record: PersistedInstance): void {
    this.#state.save(record);
    this.#graph.join(record.cluster);
  }

  #apply(records: readonly LogRecord[]): void {
    for (const transaction of this.#graph.apply(records)) this.#sockets.note(transaction);
  }

  #installSnapshot({ snapshot, keepAsideAfterLsn }: Extract<InstanceEffect, { type: 'installSnapshot' }>): void {
    this.#replaceGraph(snapshot.position.lsn, (log) => log.installArriving(keepAsideAfterLsn));
  }

  /** Changes the log or the snapshots under the graph, and builds it anew from what storage then holds: up to `lsn`. */
  #replaceGraph(lsn: number, change: (log: InstanceGraph['log']) => void): void {
    const message = 'The instance is being brought level with MAIN.';
    this.#executions.interrupt(new GraphError('Neo.TransientError.General.DatabaseUnavailable', message));
    this.#transactions.endAll('the instance is being brought level with MAIN');
    this.#snapshots.abandon();
    change(this.#graph.log);
    const { position, damage } = this.#graph.load(beginningOf(this.#machine.state));
    this.#sockets.graphReplaced();
    if (position.lsn === lsn && damage === undefined) return;
    this.#feed({ type: 'damaged', reason: damage ?? `the graph ends at lsn ${position.lsn} instead of ${lsn}` });
  }

  #startEpoch(effect: Extract<InstanceEffect, { type: 'startEpoch' }>): void {
    const { hash } = this.#graph.startEpoch(effect);
    this.#feed({ type: 'committed', records: [{ epoch: effect.epoch, lsn: effect.lsn, hash }] });
  }

  #changeRole(isMain: boolean, main: string | undefined): void {
    if (!isMain) this.#interruptWrites(`This instance is not MAIN; ${main ?? 'another one'} is.`);
  }

  #interruptWrites(reason: string): void {
    this.#executions.interrupt(new GraphError('Neo.ClientError.Cluster.NotALeader', reason));
    this.#transactions.endWriters('the instance takes no writes any more');
  }

  #setVisible(lsn: number): void {
    this.#graph.show(lsn);
    this.#admission.advance();
    this.#transactions.relieve();
    this.#sockets.advance(lsn);
  }

  #send(effect: Extract<InstanceEffect, { type: 'send' }>): void {
    const { exchange } = effect;
    this.#peers.ask(effect).then(
      (reply) => this.#feed({ type: 'reply', exchange, reply }),
      () => this.#feed({ type: 'unreachable', exchange }),
    );
  }

  /** MAIN, and who feeds others in its place, keep the log that a replica lacks, up to a bound; who lacks more gets a snapshot. */
  #neededFromLsn(): number {
    const { main, relay, stored } = this.#machine.state;
    const fed = main?.replicas ?? relay?.replicas ?? [];
    const slowest = Math.min(stored.lsn, ...fed.map((replica) => replica.storedLsn));
    return Math.max(slowest + 1, stored.lsn - RECORDS_KEPT_FOR_REPLICAS);
  }

  /** The database has been dropped: storage is emptied, so that it costs nothing, and then memory. */
  async #forgetEverything(): Promise<void> {
    this.#timer.set(undefined);
    this.#snapshots.abandon();
    this.#sockets.closeAll();
    await this.ctx.storage.deleteAll();
    setTimeout(() => this.ctx.abort('the database has been dropped'), ABORT_AFTER_DROP_MS);
  }
}

/** With what a graph is built: readers begin at what is known to be acknowledged, which on a lone instance is all of it. */
function beginningOf(persisted: PersistedInstance | undefined) {
  const { cluster, assignment, acknowledgedLsn = 0 } = persisted ?? {};
  const isLone = assignment !== undefined && isSingle(assignment);
  return { cluster, acknowledgedLsn: isLone ? Number.POSITIVE_INFINITY : acknowledgedLsn };
}
