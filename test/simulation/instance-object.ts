/** An instance as durable/ runs it: carries out what the machine asks for, in order, and decides nothing. */
import { unreachable } from '../../core/assert.ts';
import type { Execution } from '../../core/engine/execution.ts';
import type { InstanceEffect, InstanceEvent, ReplicationCommand } from '../../core/replication/instance-event.ts';
import { type InstanceState, initialState } from '../../core/replication/instance-state.ts';
import type { LogRecord } from '../../core/replication/log.ts';
import type {
  CoordinatorReply,
  CoordinatorRequest,
  InstanceReply,
  InstanceRequest,
} from '../../core/replication/message.ts';
import { versionRefusalOf } from '../../core/replication/version-need.ts';
import { writeRefusalOf } from '../../core/replication/write-permission.ts';
import { VERSION } from '../../core/version.ts';
import { hashText } from '../../core/wal/checksum.ts';
import { decodeRecord, versionOfRecord } from '../../core/wal/record.ts';
import type { Connection } from './connection.ts';
import {
  append,
  EMPTY_IMAGE,
  endOf,
  type InstanceImage,
  installSnapshot,
  isNews,
  newRecord,
  readerOf,
  storeChunk,
  takeSnapshot,
  textDeltas,
  truncateAfter,
} from './instance-image.ts';
import { type Archive, finish, SimGraph } from './sim-graph.ts';
import { SimObject } from './sim-object.ts';
import { SimSockets } from './sim-sockets.ts';
import {
  type CommitOutcome,
  type Rows,
  type SimStatement,
  SimStatements,
  type StatementAnswer,
  type StatementsHost,
} from './sim-statements.ts';
import type { World } from './world.ts';

type Input = InstanceEvent extends infer Event ? (Event extends InstanceEvent ? Omit<Event, 'nowMs'> : never) : never;

/** What a client's write comes to, as the instance tells it: refused or aborted, nothing was done. */
export interface WriteAnswer {
  readonly type: CommitOutcome | 'refused';
}

/** What a client's linearizable read comes to. */
export type ReadAnswer = { readonly type: 'ok'; readonly lsn: number } | { readonly type: 'refused' };

interface Waiter {
  readonly lsn: number;
  /** Called as the effect is carried out; what it says waits for the gate. */
  readonly settled: (outcome: CommitOutcome) => void;
}

/** What a client's plain write is, where there is a graph. */
const CREATE_ENTRY = 'CREATE (:Entry {name: $name})';

/** A snapshot is taken when the log holds this many records; so many are kept for replicas that lag a little. */
const SNAPSHOT_AT_RECORDS = 60;
const KEPT_RECORDS = 15;

export class SimInstance extends SimObject<InstanceImage> {
  readonly region: string;
  /** Readers see this much. */
  visibleLsn = 0;
  #state: InstanceState;
  #waiters: Waiter[] = [];
  /** Who waits to hear whether this is MAIN. Called as the effect is carried out. */
  #readers = new Map<number, (isMain: boolean) => void>();
  /** Who gives roles by hand, and waits for what comes of it. */
  readonly #operations = new Map<number, (error: string | undefined) => void>();
  #nextRead = 1;
  #tickId = 0;
  /** Events that effects brought about: they follow when the effects of the step have been carried out. */
  #next: Input[] = [];
  /** What follows when nothing of the machine's is left to be done in this turn. */
  #afterwards: (() => void)[] = [];
  #answer: ((reply: InstanceReply) => void) | undefined;
  readonly #reader = readerOf(() => this.image);
  /** In worlds whose clients tell histories, and new at each start: what clients ask of the graph. */
  readonly #graph: SimGraph | undefined;
  #statements: SimStatements | undefined;
  #sockets: SimSockets | undefined;
  /** The platform's, which outlive the object's memory when it sleeps. */
  readonly #connections = new Set<Connection>();
  #isFallingAsleep = false;

  constructor(world: World, name: string, options: { region: string; predecessor?: SimInstance }) {
    super(world, name, { empty: EMPTY_IMAGE, ...options });
    this.region = options.region;
    world.rollOut?.created(this);
    this.#state = this.#initial();
    this.#graph = world.archive && this.#newGraph(world.archive);
    this.boot();
  }

  #newGraph(archive: Archive): SimGraph {
    const cluster = () => this.#state.cluster ?? '';
    const { store: Store } = this.world.machines;
    return new SimGraph({ archive, positions: () => this.image.positions, cluster, Store });
  }

  /** Another object has the name and the storage from now on. This one goes on from memory until it writes. */
  supersede(): SimInstance {
    this.isSuperseded = true;
    return new SimInstance(this.world, this.name, { region: this.region, predecessor: this });
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** The log with what is not confirmed yet. */
  get memory(): InstanceImage {
    return this.image;
  }

  /** Whether clients wait for writes that it has not acknowledged. */
  get hasOpenWrites(): boolean {
    return this.#waiters.length > 0;
  }

  /** Another object asks. */
  serve(request: InstanceRequest, answer: (reply: InstanceReply) => void): void {
    const { body } = request;
    this.world.rollOut?.heard(this, request);
    if (body.type === 'append' && body.main !== undefined) this.world.counts.relayed += body.records.length;
    this.#answer = answer;
    this.#handle({ type: 'request', request });
    this.#answer = undefined;
  }

  /** A client writes. Written at once, answered when the machine acknowledges it. */
  write(text: string, answer: (answer: WriteAnswer) => void): void {
    if (this.#statements === undefined) return this.#write(text, answer);
    const statement = { text: CREATE_ENTRY, parameters: { name: text }, writes: true, name: text };
    this.run(statement, (told) => answer(writeAnswerOf(told)));
  }

  /** The graph, in worlds that have any. */
  get graph(): SimGraph | undefined {
    return this.#graph;
  }

  /** What a statement reads here now, whoever asks. */
  rowsOf(text: string): Rows {
    return this.#graph === undefined
      ? []
      : finish(this.#graph.engine.start(text, new Map(), { seed: 0, nowMs: 0 })).rows;
  }

  /** A client has a statement run. */
  run(statement: SimStatement, answer: (answer: StatementAnswer) => void): void {
    this.#askStatements((statements) => statements.run(statement, answer));
  }

  /** A client opens a transaction of several statements. */
  begin(wish: { readonly writes: boolean }, answer: (answer: StatementAnswer) => void): void {
    this.#askStatements((statements) => statements.begin(wish, answer));
  }

  /** A client commits one. */
  commit(transaction: string, answer: (answer: StatementAnswer) => void): void {
    this.#askStatements((statements) => statements.commit(transaction, answer));
  }

  #askStatements(ask: (statements: SimStatements) => void): void {
    const statements = this.#statements;
    if (statements !== undefined) this.#event(() => ask(statements));
  }

  #write(text: string, answer: (answer: WriteAnswer) => void): void {
    this.turn(() => {
      this.#step({ type: 'activity' });
      if (writeRefusalOf(this.#state) !== undefined) {
        this.release(() => answer({ type: 'refused' }));
        return;
      }
      if (isNews(text)) {
        if (versionRefusalOf(this.#state, VERSION) !== undefined) {
          this.world.counts.newsRefused += 1;
          this.release(() => answer({ type: 'aborted' }));
          return;
        }
        this.world.rollOut?.written(this);
      }
      const record = newRecord(this.image, this.#state.epoch, textDeltas(this.image, text));
      const settled = (outcome: CommitOutcome) => this.release(() => answer({ type: outcome }));
      this.#waiters.push({ lsn: record.lsn, settled });
      this.#put(record, text);
      this.#drain();
    });
  }

  /** What a client has written goes into the log. */
  #put(record: LogRecord, text: string | undefined): void {
    const hash = hashText(record.hash);
    this.world.invariants.writes(this, hash);
    if (text !== undefined) this.world.texts.set(hash, text);
    this.world.note(this.name, `writes ${text ?? ''} at ${record.lsn}`, []);
    this.#commit(record);
  }

  #hostOf(graph: SimGraph): StatementsHost {
    return {
      name: this.name,
      world: this.world,
      graph,
      state: () => this.#state,
      nowMs: () => this.nowMs,
      activity: () => this.#step({ type: 'activity' }),
      confirm: (then) => this.#confirm((isMain) => this.#afterwards.push(() => then(isMain))),
      commit: (execution, name) => this.#commitExecution(execution, name),
      acknowledged: (lsn, then) => this.#await(lsn, then),
      afterwards: (run) => this.#afterwards.push(run),
      later: (ms, run) => this.later(ms, () => this.#event(run)),
      say: (run) => this.release(run),
    };
  }

  /** Somebody has opened a connection, says something on it, and is gone. */
  connect(connection: Connection, id: string): void {
    this.#connections.add(connection);
    this.#event(() => this.#sockets?.accept(connection, id));
  }

  hear(connection: Connection, frame: string): void {
    // It was being opened when the object ended.
    if (!this.isConnected(connection)) return connection.break();
    this.#event(() => this.#sockets?.receive(connection, frame));
  }

  disconnect(connection: Connection): void {
    if (this.#connections.delete(connection) && this.alive) {
      this.arrive(() => this.#event(() => this.#sockets?.closed(connection)));
    }
  }

  /** On a connection, in a turn. */
  sayOutside(say: () => void): void {
    this.release(say);
  }

  isConnected(connection: Connection): boolean {
    return this.#connections.has(connection);
  }

  /** Whether clients are connected that would be kept while it sleeps. */
  get hasConnections(): boolean {
    return this.#connections.size > 0;
  }

  /** An object that is at rest may sleep, and the platform keeps its connections; otherwise they break. */
  override evict(): void {
    this.#isFallingAsleep = this.isSettled;
    super.evict();
    this.#isFallingAsleep = false;
  }

  override crash(): void {
    super.crash();
    if (!this.#isFallingAsleep) for (const connection of [...this.#connections]) connection.break();
  }

  #commitExecution(execution: Execution, name: string | undefined): number {
    const { deltas } = execution;
    const record = deltas.length === 0 ? undefined : newRecord(this.image, this.#state.epoch, deltas);
    const transaction = execution.commit(this.#state.epoch);
    if (transaction !== undefined) this.#sockets?.note([transaction]);
    if (record !== undefined) this.#put(record, name);
    return endOf(this.image).lsn;
  }

  #await(lsn: number, then: (outcome: CommitOutcome) => void): void {
    const settled = (outcome: CommitOutcome) => this.#afterwards.push(() => then(outcome));
    if (lsn <= this.#state.acknowledgedLsn) settled('ok');
    else this.#waiters.push({ lsn, settled });
  }

  /** Somebody gives roles by hand. */
  operate(command: ReplicationCommand, answer: (error: string | undefined) => void): void {
    const id = this.#nextRead++;
    this.#operations.set(id, answer);
    this.#handle({ type: 'operate', id, command });
  }

  #operated(id: number, error: string | undefined): void {
    const answer = this.#operations.get(id);
    this.#operations.delete(id);
    this.release(() => answer?.(error));
  }

  /** A client wants to read what is acknowledged now. */
  readFresh(answer: (answer: ReadAnswer) => void): void {
    const told = (isMain: boolean): ReadAnswer => (isMain ? { type: 'ok', lsn: this.visibleLsn } : { type: 'refused' });
    this.#event(() =>
      this.#confirm((isMain) => {
        const answered = told(isMain);
        this.release(() => answer(answered));
      }),
    );
  }

  #confirm(then: (isMain: boolean) => void): void {
    const id = this.#nextRead++;
    this.#readers.set(id, then);
    this.#step({ type: 'freshRead', id });
  }

  /** Its alarm comes. */
  ring(): void {
    this.arrive(() => this.#handle({ type: 'tick' }));
  }

  protected override boot(): void {
    this.#waiters = [];
    this.#readers.clear();
    this.#operations.clear();
    this.#next = [];
    this.#afterwards = [];
    this.visibleLsn = 0;
    this.#tickId += 1;
    this.#state = this.#initial();
    this.world.invariants.instanceBooted(this);
    const { persisted, history, damage, needs } = this.image;
    this.#graph?.load(persisted?.acknowledgedLsn ?? 0);
    const host = this.#graph && this.#hostOf(this.#graph);
    this.#statements = host && new SimStatements(host);
    this.#sockets = host && this.#statements && new SimSockets(host, this.#statements);
    this.#handle({ type: 'loaded', persisted, position: endOf(this.image), history, damage, needs });
    if (this.#connections.size > 0) this.#event(() => this.#sockets?.restore(this.#connections));
  }

  #initial(): InstanceState {
    const { name, region, newest } = this;
    return initialState({ name, region, newest, settings: this.world.settings.replication });
  }

  #handle(input: Input): void {
    this.#event(() => this.#step(input));
  }

  /** One event, with all that it brings about. */
  #event(run: () => void): void {
    this.turn(() => {
      run();
      this.#drain();
    });
  }

  #drain(): void {
    for (;;) {
      const next = this.#next.shift();
      const then = next === undefined ? this.#afterwards.shift() : undefined;
      if (next !== undefined) this.#step(next);
      else if (then !== undefined) then();
      else return;
    }
  }

  #step(input: Input): void {
    // The spread of a union loses which member it was; the parameter's type has checked it.
    const event = { ...input, nowMs: this.nowMs } as InstanceEvent;
    const { state, effects } = this.world.machines.instance(this.#state, event, this.#reader);
    this.#state = state;
    this.world.note(this.name, () => describe(event), effects);
    this.world.invariants.instanceDecided(this, event, effects);
    // What is acknowledged may be shown in the same breath, whichever stands first.
    for (const effect of effects) if (effect.type === 'acknowledge') this.#promise(effect.upToLsn);
    for (const effect of effects) this.#carryOut(effect);
    this.#compact();
    this.world.rollOut?.stored(this);
    const { image } = this;
    this.release(() => this.world.invariants.instanceReleased(this, state, image));
  }

  #carryOut(effect: InstanceEffect): void {
    const { world } = this;
    switch (effect.type) {
      case 'persistState':
        this.image = { ...this.image, persisted: effect.record };
        break;
      case 'appendWal':
        this.#append(effect.records);
        break;
      case 'apply':
        // Without a graph, the list of transactions that `appendWal` has lengthened stands for it.
        this.#sockets?.note(this.#graph?.apply(effect.records) ?? []);
        break;
      case 'truncateAfter':
        world.counts.divergedTails += endOf(this.image).lsn > effect.lsn ? 1 : 0;
        this.image = truncateAfter(this.image, effect.lsn);
        this.#graphReplaced();
        break;
      case 'storeSnapshotChunk':
        this.image = storeChunk(this.image, effect);
        break;
      case 'installSnapshot':
        this.#install(effect.keepAsideAfterLsn);
        this.#graphReplaced();
        break;
      case 'takeSnapshot':
        this.image = takeSnapshot(this.image, this.#state.acknowledgedLsn, KEPT_RECORDS);
        break;
      case 'startEpoch':
        world.invariants.epochStarts(this, effect.epoch);
        this.#startEpoch(effect.epoch);
        break;
      case 'changeRole':
        world.invariants.roleChanged(this, effect.role, effect.epoch);
        if (effect.role !== 'main') this.#statements?.endTransactions();
        break;
      case 'interruptWrites':
        // A statement of the simulation is done in the turn in which it comes.
        this.#statements?.endTransactions();
        break;
      case 'setVisible': {
        this.visibleLsn = effect.lsn;
        this.#graph?.show(effect.lsn);
        this.#statements?.advance();
        if (this.#sockets?.isEmpty === false) this.#sockets.advance(effect.lsn);
        const { image } = this;
        this.release(() => world.invariants.shown(this, effect.lsn, image));
        break;
      }
      case 'acknowledge':
        this.#acknowledge(effect.upToLsn);
        break;
      case 'readReady':
        this.#answerReads(effect.ids, true);
        break;
      case 'readRefused':
        this.#answerReads(effect.ids, false);
        break;
      case 'operated':
        this.#operated(effect.id, effect.error?.message);
        break;
      case 'abort':
        world.counts.aborts += 1;
        this.#settle((waiter) => waiter.lsn >= effect.fromLsn, 'aborted');
        break;
      case 'fail':
        this.#settle((waiter) => waiter.lsn >= effect.fromLsn, 'unknown');
        break;
      case 'send':
        this.release(() => this.#ask(effect));
        break;
      case 'reply': {
        const answer = this.#answer;
        const { body } = effect.message;
        this.release(() => {
          if (body.type === 'sealed') world.invariants.sealed(this, body.epoch);
          answer?.(effect.message);
        });
        break;
      }
      case 'quarantine':
        world.invariants.quarantined(this, effect.reason);
        this.#statements?.endTransactions();
        this.#sockets?.closeAll();
        break;
      case 'wipe':
        world.invariants.forgets(this);
        this.image = EMPTY_IMAGE;
        this.visibleLsn = 0;
        this.#sockets?.closeAll();
        this.#graphReplaced();
        this.release(() => world.invariants.forgot(this));
        break;
      case 'requestTick':
        this.#requestTick(effect.atMs);
        break;
      default:
        unreachable(effect);
    }
  }

  /** The record that opens an epoch changes nothing, and the graph counts it. */
  #startEpoch(epoch: number): void {
    const record = newRecord(this.image, epoch, []);
    this.#graph?.apply([record]);
    this.#commit(record);
  }

  /** What storage holds is another graph now. */
  #graphReplaced(): void {
    this.#statements?.endTransactions();
    this.#graph?.load(this.#state.acknowledgedLsn);
    if (this.#sockets?.isEmpty === false) this.#sockets.graphReplaced();
  }

  #commit(record: LogRecord): void {
    this.world.archive?.set(hashText(record.hash), decodeRecord(record.bytes));
    this.#append([record]);
    this.#next.push({ type: 'committed', records: [{ ...record, version: versionOfRecord(record.bytes) }] });
  }

  #append(records: readonly LogRecord[]): void {
    const after = append(this.image, records);
    if (typeof after === 'string') this.world.invariants.violate(`the log of ${this.name} breaks: ${after}`);
    else this.image = after;
  }

  #install(keepAsideAfterLsn: number | undefined): void {
    const after = installSnapshot(this.image, keepAsideAfterLsn);
    if (after === undefined) this.world.invariants.violate(`${this.name} installs a snapshot that is not whole`);
    else {
      if (this.image.damage !== undefined) this.world.counts.refills += 1;
      this.image = after;
    }
    this.world.counts.snapshotsInstalled += 1;
  }

  #promise(upToLsn: number): void {
    const { epoch } = this.#state;
    const { image } = this;
    this.release(() => this.world.invariants.acknowledged(this, { epoch, upToLsn, image }));
  }

  #acknowledge(upToLsn: number): void {
    this.#settle((waiter) => waiter.lsn <= upToLsn, 'ok');
  }

  #answerReads(ids: readonly number[], isMain: boolean): void {
    for (const id of ids) {
      const reader = this.#readers.get(id);
      this.#readers.delete(id);
      reader?.(isMain);
    }
  }

  #settle(which: (waiter: Waiter) => boolean, outcome: CommitOutcome): void {
    const settled = this.#waiters.filter(which);
    this.#waiters = this.#waiters.filter((waiter) => !which(waiter));
    for (const waiter of settled) waiter.settled(outcome);
  }

  #ask({ to, exchange, message }: Extract<InstanceEffect, { type: 'send' }>): void {
    const { world, incarnation } = this;
    const unlessCrashed = (input: Input) => {
      if (this.incarnation === incarnation) this.#handle(input);
    };
    const settle = {
      answered: (reply: InstanceReply | CoordinatorReply) => unlessCrashed({ type: 'reply', exchange, reply }),
      failed: () => unlessCrashed({ type: 'unreachable', exchange }),
      repeatable: true,
    };
    if (to.kind === 'instance') {
      const instance = world.instance(to.name).seenBy(this);
      // What goes to an instance is an InstanceRequest: the machine's `askInstance`.
      const request = message as InstanceRequest;
      world.network.call({ from: this, to: instance, serve: (answer) => instance.serve(request, answer), ...settle });
    } else {
      const coordinator = world.coordinator(to.name).seenBy(this);
      // What goes to a coordinator is a CoordinatorRequest: the machine's `askCoordinator`.
      const request = message as CoordinatorRequest;
      const serve = (answer: (reply: CoordinatorReply) => void) => coordinator.serveInstance(request, answer);
      world.network.call({ from: this, to: coordinator, serve, ...settle });
    }
  }

  #requestTick(atMs: number | undefined): void {
    const id = ++this.#tickId;
    if (atMs === undefined) return;
    this.later(atMs - this.nowMs, () => {
      if (this.#tickId === id) this.#handle({ type: 'tick' });
    });
  }

  /** Checkpoints are the host's business: a snapshot of what is acknowledged, and the log before it goes. */
  #compact(): void {
    if (this.image.records.length < SNAPSHOT_AT_RECORDS) return;
    const lsn = this.visibleLsn;
    if (lsn <= (this.image.snapshot?.description.position.lsn ?? 0)) return;
    this.image = takeSnapshot(this.image, lsn, KEPT_RECORDS);
  }
}

/** A plain write through a statement. */
function writeAnswerOf({ type }: StatementAnswer): WriteAnswer {
  return { type: type === 'failed' ? 'aborted' : type };
}

function describe(event: InstanceEvent): string {
  switch (event.type) {
    case 'request':
      return `${event.request.body.type} of ${event.request.envelope.from.name} in epoch ${event.request.envelope.epoch}`;
    case 'reply':
      return `reply ${event.exchange} ${event.reply.body.type}`;
    case 'committed':
      return `committed ${event.records.map((record) => record.lsn).join(' ')}`;
    default:
      return event.type;
  }
}
