/** One event being handled: the state as it becomes, and the effects so far. It lives within one call of `handle`. */
import { assert } from '../assert.ts';
import type { Step } from '../step.ts';
import type { InstanceEffect } from './instance-event.ts';
import { type InstanceRole, type InstanceState, type MainState, persistedOf, type Replica } from './instance-state.ts';
import { type LogReader, type LogRecord, withRecords } from './log.ts';
import {
  type CoordinatorRequestBody,
  type Envelope,
  type InstanceReplyBody,
  type InstanceRequestBody,
  versionOf,
} from './message.ts';

export class Turn {
  readonly nowMs: number;
  #log: LogReader;
  #state: InstanceState;
  readonly #effects: InstanceEffect[] = [];

  constructor(options: { state: InstanceState; nowMs: number; log: LogReader }) {
    this.#state = options.state;
    this.nowMs = options.nowMs;
    this.#log = options.log;
  }

  get state(): InstanceState {
    return this.#state;
  }

  /** MAIN's part of the state; only to be read in that role. */
  get main(): MainState {
    assert(this.#state.main !== undefined, 'this instance is not MAIN');
    return this.#state.main;
  }

  /** The instance's own log, with what this step appends as a replica. */
  get log(): LogReader {
    return this.#log;
  }

  /** Has records from MAIN appended to the log. */
  append(records: readonly LogRecord[]): void {
    this.emit({ type: 'appendWal', records });
    this.#log = withRecords(this.#log, records);
  }

  update(change: Partial<InstanceState>): void {
    this.#state = { ...this.#state, ...change };
  }

  updateMain(change: Partial<MainState>): void {
    this.update({ main: { ...this.main, ...change } });
  }

  /** One of those that this instance feeds, as MAIN or in its place; undefined when none has this name. */
  replica(name: string): Replica | undefined {
    return this.fed.find((replica) => replica.name === name);
  }

  /** The replicas that this instance feeds. */
  get fed(): readonly Replica[] {
    const { main, relay } = this.#state;
    return main?.replicas ?? relay?.replicas ?? [];
  }

  updateReplica(name: string, change: Partial<Replica>): void {
    const { main, relay } = this.#state;
    const replicas = this.fed.map((replica) => (replica.name === name ? { ...replica, ...change } : replica));
    if (main !== undefined) this.updateMain({ replicas });
    else if (relay !== undefined) this.update({ relay: { ...relay, replicas } });
  }

  emit(effect: InstanceEffect): void {
    this.#effects.push(effect);
  }

  /** Hands the small record to storage. */
  persist(): void {
    this.emit({ type: 'persistState', record: persistedOf(this.#state) });
    this.update({ savedLsn: this.#state.acknowledgedLsn, savedAtMs: this.nowMs });
  }

  /** Takes a role, and says so when it is news. */
  setRole(role: InstanceRole, main: string | undefined, isNews = role !== this.#state.role): void {
    this.update(role === 'main' ? { role } : { role, main: undefined });
    if (isNews) this.emit({ type: 'changeRole', role, epoch: this.#state.epoch, main });
  }

  /** Asks another instance of the database and returns the number of the exchange. */
  askInstance(instance: { readonly name: string; readonly region: string }, body: InstanceRequestBody): number {
    const envelope = this.#envelope(versionOf(body), this.#state.settings.exchangeTimeoutMs);
    const { name, region } = instance;
    const exchange = this.#takeExchange();
    const to = { kind: 'instance', database: envelope.database, name, region } as const;
    this.emit({ type: 'send', exchange, to, message: { envelope, body } });
    return exchange;
  }

  /** Asks a coordinator and returns the number of the exchange. */
  askCoordinator(name: string, body: CoordinatorRequestBody): number {
    const envelope = this.#envelope(versionOf(body), this.#state.settings.askTimeoutMs);
    const exchange = this.#takeExchange();
    const region = this.#state.coordinators?.members.find((member) => member.name === name)?.region;
    const to = { kind: 'coordinator', name, ...(region !== undefined && { region }) } as const;
    this.emit({ type: 'send', exchange, to, message: { envelope, body } });
    return exchange;
  }

  /** Answers the request being handled. */
  reply(body: InstanceReplyBody): void {
    const envelope = this.#envelope(versionOf(body), this.#state.settings.exchangeTimeoutMs);
    this.emit({ type: 'reply', message: { envelope, body } });
  }

  finish(): Step<InstanceState, InstanceEffect> {
    return { state: this.#state, effects: this.#effects };
  }

  #takeExchange(): number {
    const exchange = this.#state.nextExchange;
    this.update({ nextExchange: exchange + 1 });
    return exchange;
  }

  #envelope(version: number, timeoutMs: number): Envelope {
    const { assignment, cluster, epoch, name, region, newest } = this.#state;
    return {
      version,
      newest,
      database: assignment?.database ?? '',
      cluster: cluster ?? '',
      epoch,
      from: { name, region },
      deadlineMs: this.nowMs + timeoutMs,
    };
  }
}
