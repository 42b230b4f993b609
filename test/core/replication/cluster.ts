/**
 * Three instance machines, their storage and a coordinator that does as the test says, joined by a network whose messages
 * the test delivers, drops, repeats and reorders. Nothing happens by itself but through `run`.
 */
import { type Assignment, isNewer, withAbort } from '../../../core/replication/assignment.ts';
import type { EpochStart } from '../../../core/replication/epoch-history.ts';
import { handle } from '../../../core/replication/instance.ts';
import type { InstanceEffect, InstanceEvent } from '../../../core/replication/instance-event.ts';
import { type InstanceState, initialState, type PersistedInstance } from '../../../core/replication/instance-state.ts';
import type { LogReader, LogRecord, SnapshotDescription } from '../../../core/replication/log.ts';
import type {
  CoordinatorReplyBody,
  CoordinatorRequest,
  Envelope,
  InstanceReply,
  InstanceReplyBody,
  InstanceRequest,
  InstanceRequestBody,
} from '../../../core/replication/message.ts';
import type { ReplicationSettings } from '../../../core/replication/settings.ts';
import { VERSION } from '../../../core/version.ts';
import { GENESIS_HASH, recordHash } from '../../../core/wal/checksum.ts';

export const COORDINATORS = ['c-1', 'c-2', 'c-3'];

export function assignmentOf(change: Partial<Assignment> = {}): Assignment {
  return {
    database: 'flights',
    cluster: 'k1',
    epoch: 1,
    version: 1,
    main: 'a',
    instances: [
      { name: 'a', region: 'weur', mode: 'SYNC' },
      { name: 'b', region: 'enam', mode: 'SYNC' },
      { name: 'c', region: 'apac', mode: 'ASYNC' },
    ],
    inSync: ['a', 'b'],
    coordinators: COORDINATORS,
    ...change,
  };
}

type Timeless<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;

/** A question on its way from a machine. */
export interface Question {
  readonly from: string;
  readonly effect: Extract<InstanceEffect, { type: 'send' }>;
}

export class Peer {
  readonly name: string;
  state: InstanceState;
  records: LogRecord[] = [];
  /** Records before this one have been given up for the snapshot. */
  firstLsn = 1;
  snapshot:
    | (SnapshotDescription & { readonly chunks: readonly Uint8Array[]; readonly through: readonly LogRecord[] })
    | undefined;
  aside: LogRecord[] = [];
  persisted: PersistedInstance | undefined;
  visibleLsn = 0;
  acknowledgedLsn = 0;
  notified: string[] = [];
  failedFrom: number[] = [];
  aborted: string[] = [];
  role = 'none';
  snapshotsAsked = 0;
  log: InstanceEffect[] = [];
  /** The newest version that its build understands, from the next restart on. */
  newest = VERSION;
  #cluster: TestCluster;

  constructor(cluster: TestCluster, name: string, region: string) {
    this.#cluster = cluster;
    this.name = name;
    this.state = initialState({ name, region, settings: cluster.settings });
    this.restart();
  }

  get lsn(): number {
    return this.records.at(-1)?.lsn ?? this.snapshot?.position.lsn ?? 0;
  }

  /** All that the machine reads of its log. */
  get reader(): LogReader {
    return {
      at: (lsn) => {
        const record = this.records.find((candidate) => candidate.lsn === lsn);
        if (record !== undefined) return { lsn, epoch: record.epoch, hash: record.hash };
        return this.snapshot?.position.lsn === lsn ? this.snapshot.position : undefined;
      },
      read: ({ fromLsn, throughLsn, recordsMax }) => {
        if (fromLsn < this.firstLsn) return [];
        return this.records.filter(({ lsn }) => lsn >= fromLsn && lsn <= throughLsn).slice(0, recordsMax);
      },
      snapshot: () => this.snapshot,
      snapshotChunk: (id, chunk) => (this.snapshot?.id === id ? this.snapshot.chunks[chunk] : undefined),
    };
  }

  /** Memory is lost; what was stored comes back. */
  restart(damage?: string): InstanceEffect[] {
    const { name, region } = this.state;
    this.state = initialState({ name, region, settings: this.#cluster.settings, newest: this.newest });
    const last = this.records.at(-1);
    const position = last
      ? { lsn: last.lsn, epoch: last.epoch, hash: last.hash }
      : (this.snapshot?.position ?? { lsn: 0, epoch: 0, hash: GENESIS_HASH });
    return this.do({ type: 'loaded', persisted: this.persisted, position, history: this.#history(), damage });
  }

  #history(): EpochStart[] {
    const history = [...(this.snapshot?.history ?? [])];
    for (const { epoch, lsn } of this.records) {
      if ((history.at(-1)?.epoch ?? 0) < epoch) history.push({ epoch, firstLsn: lsn });
    }
    return history;
  }

  /** Hands the machine an event and carries out what it wants. */
  do(event: Timeless<InstanceEvent>): InstanceEffect[] {
    const timed = { ...event, nowMs: this.#cluster.nowMs } as InstanceEvent;
    const { state, effects } = handle(this.state, timed, this.reader);
    this.state = state;
    this.log.push(...effects);
    const later: Timeless<InstanceEvent>[] = [];
    for (const effect of effects) this.#carryOut(effect, later);
    return [...effects, ...later.flatMap((next) => this.do(next))];
  }

  /** Commits transactions, as a client would have it; what is in them may have come with a later version. */
  write(count = 1, version = 1): void {
    for (let done = 0; done < count; done++) this.do(this.#commit(version));
  }

  #commit(version: number): Timeless<InstanceEvent> {
    const previous = this.records.at(-1);
    const lsn = this.lsn + 1;
    const { epoch } = this.state;
    const text = `${this.name} ${epoch} ${lsn} ${[...(previous?.hash ?? GENESIS_HASH)].join()}`;
    // The machine looks at the version of a record, as versionOfRecord does, and at nothing else in it.
    const bytes = new Uint8Array([0, 0, version, ...[...text].map((letter) => letter.charCodeAt(0))]);
    const record = { lsn, epoch, hash: recordHash(bytes), bytes };
    this.records.push(record);
    return { type: 'committed', records: [{ ...record, version }] };
  }

  #carryOut(effect: InstanceEffect, later: Timeless<InstanceEvent>[]): void {
    switch (effect.type) {
      case 'persistState':
        this.persisted = structuredClone(effect.record);
        return;
      case 'appendWal':
        this.records.push(...effect.records);
        return;
      case 'truncateAfter':
        this.aside.push(...this.records.filter(({ lsn }) => lsn > effect.lsn));
        this.records = this.records.filter(({ lsn }) => lsn <= effect.lsn);
        return;
      case 'installSnapshot': {
        const { keepAsideAfterLsn, snapshot } = effect;
        if (keepAsideAfterLsn !== undefined)
          this.aside.push(...this.records.filter(({ lsn }) => lsn > keepAsideAfterLsn));
        this.records = [];
        this.firstLsn = snapshot.position.lsn + 1;
        this.snapshot = { ...snapshot, chunks: [], through: [] };
        return;
      }
      case 'takeSnapshot':
        this.snapshotsAsked++;
        return;
      case 'startEpoch':
        later.push(this.#commit(1));
        return;
      case 'changeRole':
        this.role = effect.role;
        return;
      case 'setVisible':
        this.visibleLsn = effect.lsn;
        return;
      case 'acknowledge':
        this.acknowledgedLsn = effect.upToLsn;
        this.notified.push(...effect.notifications.map(({ message }) => message));
        return;
      case 'abort':
        this.aborted.push(`${effect.fromLsn}: ${effect.reason}`);
        return;
      case 'fail':
        this.failedFrom.push(effect.fromLsn);
        return;
      case 'send':
        this.#cluster.questions.push({ from: this.name, effect });
        return;
      case 'wipe':
        Object.assign(this, { records: [], firstLsn: 1, snapshot: undefined, persisted: undefined, aside: [] });
        return;
      default:
        return;
    }
  }

  /** Puts a snapshot in place of the records up to `lsn`. */
  compact(lsn: number, chunkCount = 3): void {
    const position = this.reader.at(lsn);
    if (position === undefined) throw new Error(`there is no lsn ${lsn}`);
    const history = this.#history().filter(({ firstLsn }) => firstLsn <= lsn);
    const chunks = Array.from({ length: chunkCount }, (_, number) => new Uint8Array([number]));
    const through = this.records.filter((record) => record.lsn <= lsn);
    this.snapshot = { id: `${this.name}@${lsn}`, position, history, chunkCount, chunks, through };
    this.records = this.records.filter((record) => record.lsn > lsn);
    this.firstLsn = lsn + 1;
  }
}

export class TestCluster {
  nowMs = 1_000_000;
  readonly settings: Partial<ReplicationSettings>;
  questions: Question[] = [];
  assignment: Assignment;
  grantsLeases = true;
  /** Coordinators answer nothing. */
  coordinatorsDown = false;
  /** Instances that no message reaches. */
  cut = new Set<string>();
  /** What MAIN has asked of the coordinators, in short. */
  asked: string[] = [];
  readonly peers: ReadonlyMap<string, Peer>;

  constructor(assignment: Assignment = assignmentOf(), settings: Partial<ReplicationSettings> = {}) {
    this.assignment = assignment;
    this.settings = settings;
    this.peers = new Map(assignment.instances.map(({ name, region }) => [name, new Peer(this, name, region)]));
  }

  peer(name: string): Peer {
    const peer = this.peers.get(name);
    if (peer === undefined) throw new Error(`there is no ${name}`);
    return peer;
  }

  /** Assigns the database as new and lets everybody get level. */
  static started(assignment?: Assignment, settings?: Partial<ReplicationSettings>): TestCluster {
    const cluster = new TestCluster(assignment, settings);
    for (const { name } of [...cluster.assignment.instances].reverse()) cluster.assign(name, true);
    cluster.run();
    return cluster;
  }

  /** Asks an instance directly. */
  ask(name: string, body: InstanceRequestBody, change: Partial<Envelope> = {}): InstanceReplyBody {
    const envelope = { ...this.envelope('c-1'), ...change };
    return this.deliver(name, { envelope, body }).body;
  }

  deliver(name: string, request: InstanceRequest): InstanceReply {
    const effects = this.peer(name).do({ type: 'request', request });
    const reply = effects.find((effect) => effect.type === 'reply');
    if (reply?.type !== 'reply') throw new Error('there was no reply');
    return reply.message;
  }

  assign(name: string, created = false): InstanceReplyBody {
    return this.ask(name, { type: 'assign', assignment: this.assignment, created });
  }

  /** The failover as coordinators do it: seals those who can be reached, and appoints `main`. */
  failOver(main: string): void {
    const toEpoch = this.assignment.epoch + 1;
    const sealed = this.assignment.inSync.filter((name) => !this.cut.has(name));
    for (const name of sealed) this.ask(name, { type: 'seal', epoch: toEpoch });
    this.assignment = {
      ...this.assignment,
      epoch: toEpoch,
      main,
      inSync: sealed,
      version: this.assignment.version + 1,
    };
    for (const { name } of this.assignment.instances) if (!this.cut.has(name)) this.assign(name);
  }

  /** Delivers everything that is on its way, and what that brings about, without time passing. */
  run(): void {
    for (let steps = 0; this.questions.length > 0; steps++) {
      if (steps > 10_000) throw new Error('the machines never come to rest');
      this.pass(this.questions.shift());
    }
  }

  /** Delivers one question and its answer. */
  pass(question: Question | undefined): void {
    if (question === undefined) return;
    const answer = this.answer(question);
    const { exchange } = question.effect;
    const asker = this.peer(question.from);
    if (answer === undefined) asker.do({ type: 'unreachable', exchange });
    else asker.do({ type: 'reply', exchange, reply: answer });
  }

  /** What the one asked says; undefined when it cannot be reached. */
  answer({ from, effect }: Question): Extract<Timeless<InstanceEvent>, { type: 'reply' }>['reply'] | undefined {
    if (this.cut.has(from)) return undefined;
    if (effect.to.kind === 'coordinator') return this.#coordinate(effect.message as CoordinatorRequest);
    if (this.cut.has(effect.to.name)) return undefined;
    return this.deliver(effect.to.name, effect.message as InstanceRequest);
  }

  /** Lets time pass in small steps; ticks come when they were asked for. */
  elapse(ms: number, stepMs = 50): void {
    const untilMs = this.nowMs + ms;
    while (this.nowMs < untilMs) {
      this.nowMs = Math.min(untilMs, this.nowMs + stepMs);
      for (const peer of this.peers.values()) {
        const { tickAtMs } = peer.state;
        if (tickAtMs !== undefined && tickAtMs <= this.nowMs) peer.do({ type: 'tick' });
      }
      this.run();
    }
  }

  #coordinate(request: CoordinatorRequest) {
    if (this.coordinatorsDown) return undefined;
    return { envelope: this.envelope('c-1'), body: this.#decide(request) };
  }

  #decide({ envelope, body }: CoordinatorRequest): CoordinatorReplyBody {
    const { assignment } = this;
    if (body.type === 'releaseLease') {
      this.asked.push('release');
      return { type: 'leaseReleased' };
    }
    if (body.type === 'renewLease') {
      this.asked.push('renew');
      const granted =
        this.grantsLeases && envelope.epoch === assignment.epoch && envelope.from.name === assignment.main;
      return { type: 'lease', granted, leaseMs: granted ? 5_000 : 0, assignment };
    }
    this.asked.push(body.type === 'abort' ? `abort after ${body.afterLsn}` : `${body.change} ${body.instance}`);
    if (envelope.epoch !== assignment.epoch || body.version !== assignment.version) {
      return { type: 'inSyncChanged', changed: false, reason: 'version', assignment };
    }
    if (body.type === 'abort') {
      const { epoch, version } = assignment;
      const aborts = withAbort(assignment.aborts, { epoch, afterLsn: body.afterLsn });
      this.assignment = { ...assignment, epoch: epoch + 1, version: version + 1, aborts };
      return { type: 'inSyncChanged', changed: true, reason: undefined, assignment: this.assignment };
    }
    const names = assignment.inSync.filter((name) => name !== body.instance);
    const inSync = body.change === 'add' ? [...names, body.instance] : names;
    const next = { ...assignment, inSync, version: assignment.version + 1 };
    if (!isNewer(next, assignment)) throw new Error('versions grow');
    this.assignment = next;
    return { type: 'inSyncChanged', changed: true, reason: undefined, assignment: next };
  }

  envelope(from: string): Envelope {
    const { database, cluster, epoch } = this.assignment;
    return {
      version: 1,
      database,
      cluster,
      epoch,
      from: { name: from, region: 'weur' },
      deadlineMs: this.nowMs + 5_000,
    };
  }
}
