/** An instance as durable/ runs it: carries out what the machine asks for, in order, and decides nothing. */
import { unreachable } from '../../core/assert.ts';
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
import { versionOfRecord } from '../../core/wal/record.ts';
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
  truncateAfter,
} from './instance-image.ts';
import { SimObject } from './sim-object.ts';
import type { World } from './world.ts';

type Input = InstanceEvent extends infer Event ? (Event extends InstanceEvent ? Omit<Event, 'nowMs'> : never) : never;

/** What a client's write comes to, as the instance tells it. */
export type WriteAnswer =
  | { readonly type: 'ok'; readonly lsn: number }
  /** It was not MAIN: nothing was done. */
  | { readonly type: 'refused'; readonly main: string | undefined }
  /** It was aborted everywhere: nothing was done. */
  | { readonly type: 'aborted' }
  | { readonly type: 'unknown' };

/** What a client's linearizable read comes to. */
export type ReadAnswer = { readonly type: 'ok'; readonly lsn: number } | { readonly type: 'refused' };

interface Waiter {
  readonly lsn: number;
  readonly answer: (answer: WriteAnswer) => void;
}

/** A snapshot is taken when the log holds this many records; so many are kept for replicas that lag a little. */
const SNAPSHOT_AT_RECORDS = 60;
const KEPT_RECORDS = 15;

export class SimInstance extends SimObject<InstanceImage> {
  readonly region: string;
  /** Readers see this much. */
  visibleLsn = 0;
  #state: InstanceState;
  #waiters: Waiter[] = [];
  #readers = new Map<number, (answer: ReadAnswer) => void>();
  /** Who gives roles by hand, and waits for what comes of it. */
  readonly #operations = new Map<number, (error: string | undefined) => void>();
  #nextRead = 1;
  #tickId = 0;
  /** Events that effects brought about: they follow when the effects of the step have been carried out. */
  #next: Input[] = [];
  #answer: ((reply: InstanceReply) => void) | undefined;
  readonly #reader = readerOf(() => this.image);
  /** The object that this one has replaced, and that does not know it: some of what is asked still reaches that one. */
  readonly #predecessor: SimInstance | undefined;

  constructor(world: World, name: string, options: { region: string; predecessor?: SimInstance }) {
    super(world, name, options.predecessor?.durable ?? EMPTY_IMAGE);
    this.region = options.region;
    this.#predecessor = options.predecessor;
    this.newest = options.predecessor?.newest ?? this.newest;
    world.rollOut?.created(this);
    this.#state = this.#initial();
    this.boot();
  }

  /** Another object has the name and the storage from now on. This one goes on from memory until it writes. */
  supersede(): SimInstance {
    this.isSuperseded = true;
    return new SimInstance(this.world, this.name, { region: this.region, predecessor: this });
  }

  /** Who answers: now and then it is an object that has been replaced. */
  #addressee(): SimInstance {
    const { world } = this;
    const stale = this.#predecessor;
    if (stale === undefined || !stale.alive || stale.frozen || world.dice.hosts() < 0.5) return this;
    world.counts.staleAnswers += 1;
    return stale;
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
    this.#addressee().#serve(request, answer);
  }

  #serve(request: InstanceRequest, answer: (reply: InstanceReply) => void): void {
    const { body } = request;
    this.world.rollOut?.heard(this, request);
    if (body.type === 'append' && body.main !== undefined) this.world.counts.relayed += body.records.length;
    this.#answer = answer;
    this.#handle({ type: 'request', request });
    this.#answer = undefined;
  }

  /** A client writes. Written at once, answered when the machine acknowledges it. */
  write(text: string, answer: (answer: WriteAnswer) => void): void {
    this.#addressee().#write(text, answer);
  }

  #write(text: string, answer: (answer: WriteAnswer) => void): void {
    this.turn(() => {
      this.#step({ type: 'activity' });
      if (writeRefusalOf(this.#state) !== undefined) {
        const main = this.#state.assignment?.main;
        this.release(() => answer({ type: 'refused', main }));
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
      const record = newRecord(this.image, this.#state.epoch, text);
      this.world.invariants.writes(this, hashText(record.hash));
      this.#waiters.push({ lsn: record.lsn, answer });
      this.world.texts.set(hashText(record.hash), text);
      this.world.note(this.name, `writes ${text} at ${record.lsn}`, []);
      this.#commit(record);
      this.#drain();
    });
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
    this.#addressee().#readFresh(answer);
  }

  #readFresh(answer: (answer: ReadAnswer) => void): void {
    const id = this.#nextRead++;
    this.#readers.set(id, answer);
    this.#handle({ type: 'freshRead', id });
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
    this.visibleLsn = 0;
    this.#tickId += 1;
    this.#state = this.#initial();
    this.world.invariants.instanceBooted(this);
    const { persisted, history, damage, needs } = this.image;
    this.#handle({ type: 'loaded', persisted, position: endOf(this.image), history, damage, needs });
  }

  #initial(): InstanceState {
    const { name, region, newest } = this;
    return initialState({ name, region, newest, settings: this.world.settings.replication });
  }

  #handle(input: Input): void {
    this.turn(() => {
      this.#step(input);
      this.#drain();
    });
  }

  #drain(): void {
    for (let next = this.#next.shift(); next !== undefined; next = this.#next.shift()) this.#step(next);
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
        // The graph of the simulation is the list of its transactions, which `appendWal` has lengthened.
        break;
      case 'truncateAfter':
        world.counts.divergedTails += endOf(this.image).lsn > effect.lsn ? 1 : 0;
        this.image = truncateAfter(this.image, effect.lsn);
        break;
      case 'storeSnapshotChunk':
        this.image = storeChunk(this.image, effect);
        break;
      case 'installSnapshot':
        this.#install(effect.keepAsideAfterLsn);
        break;
      case 'takeSnapshot':
        this.image = takeSnapshot(this.image, this.#state.acknowledgedLsn, KEPT_RECORDS);
        break;
      case 'startEpoch':
        world.invariants.epochStarts(this, effect.epoch);
        this.#commit(newRecord(this.image, effect.epoch, undefined));
        break;
      case 'changeRole':
        world.invariants.roleChanged(this, effect.role, effect.epoch);
        break;
      case 'interruptWrites':
        // A write of the simulation is done in the turn in which it comes.
        break;
      case 'setVisible': {
        this.visibleLsn = effect.lsn;
        const { image } = this;
        this.release(() => world.invariants.shown(this, effect.lsn, image));
        break;
      }
      case 'acknowledge':
        this.#acknowledge(effect.upToLsn);
        break;
      case 'readReady':
        this.#answerReads(effect.ids, { type: 'ok', lsn: this.visibleLsn });
        break;
      case 'readRefused':
        this.#answerReads(effect.ids, { type: 'refused' });
        break;
      case 'operated':
        this.#operated(effect.id, effect.error?.message);
        break;
      case 'abort':
        world.counts.aborts += 1;
        this.#settle(
          (waiter) => waiter.lsn >= effect.fromLsn,
          () => ({ type: 'aborted' }),
        );
        break;
      case 'fail':
        this.#settle(
          (waiter) => waiter.lsn >= effect.fromLsn,
          () => ({ type: 'unknown' }),
        );
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
        break;
      case 'wipe':
        world.invariants.forgets(this);
        this.image = EMPTY_IMAGE;
        this.visibleLsn = 0;
        this.release(() => world.invariants.forgot(this));
        break;
      case 'requestTick':
        this.#requestTick(effect.atMs);
        break;
      default:
        unreachable(effect);
    }
  }

  #commit(record: LogRecord): void {
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
    this.#settle(
      (waiter) => waiter.lsn <= upToLsn,
      (waiter) => ({ type: 'ok', lsn: waiter.lsn }),
    );
  }

  #answerReads(ids: readonly number[], answer: ReadAnswer): void {
    for (const id of ids) {
      const reader = this.#readers.get(id);
      this.#readers.delete(id);
      this.release(() => reader?.(answer));
    }
  }

  #settle(which: (waiter: Waiter) => boolean, outcome: (waiter: Waiter) => WriteAnswer): void {
    const settled = this.#waiters.filter(which);
    this.#waiters = this.#waiters.filter((waiter) => !which(waiter));
    for (const waiter of settled) this.release(() => waiter.answer(outcome(waiter)));
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
      const instance = world.instance(to.name);
      // What goes to an instance is an InstanceRequest: the machine's `askInstance`.
      const request = message as InstanceRequest;
      world.network.call({ from: this, to: instance, serve: (answer) => instance.serve(request, answer), ...settle });
    } else {
      const coordinator = world.coordinator(to.name);
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
