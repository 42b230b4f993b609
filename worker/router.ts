/**
 * Brings a statement to an instance: writes to MAIN, reads to the nearest living instance that is fresh enough.
 * The cluster's state is cached and corrected by what instances answer. A statement is sent again only when it surely
 * was not executed, or only reads; an outcome that cannot be known is told as unknown, never as failure.
 */
import type { Topology, TopologyInstance } from '../core/coordinator/request.ts';
import { fromErrorRecord, GraphError } from '../core/error.ts';
import { decodeResult, encodeValue } from '../core/value/codec.ts';
import type { ResultValue } from '../core/value/value.ts';
import type { InstanceAddress } from '../durable/names.ts';
import type {
  InstanceRpc,
  ReplicationAnswer,
  ReplicationRequest,
  StatementAnswer,
  StatementFailure,
  TransactionAnswer as TransactionReply,
} from '../durable/protocol.ts';
import { type TransactionPlace, transactionPlace } from '../durable/transaction-id.ts';
import type { Answer, StatementCall, TransactionAnswer, TransactionCall } from './answer.ts';
import { isDamage, Refusals } from './refusals.ts';
import {
  damagedStorage,
  endOf,
  isOverloaded,
  lostTransaction,
  newerStorage,
  noSuchTransaction,
  toAnswer,
  toTransactionAnswer,
  unavailable,
  unknownOutcome,
} from './reply.ts';
import { type StorageFailure, storageFailureOf } from './storage-failure.ts';
import { sleep, within } from './timing.ts';
import { mainOf, namedInstance, readersOf, routed } from './topology.ts';

/** How long a cached topology is believed without asking the coordinators, in milliseconds. */
export const TOPOLOGY_TTL_MS = 5_000;
/** Databases whose topology is kept. */
const TOPOLOGIES_MAX = 1_000;
/** How long a write waits for a MAIN during a failover, in milliseconds. */
export const FAILOVER_PATIENCE_MS = 15_000;
const RETRY_PAUSE_MS = 200;
/**
 * How long a replica may wait for a bookmark before MAIN is asked, in milliseconds: a replica in touch with MAIN needs a
 * round trip, and one that slept along with MAIN needs somebody to wake MAIN first.
 */
const REPLICA_BOOKMARK_WAIT_MS = 1_000;
/** An instance that has been silent for this long is asked after at the coordinators, and then again and again, in milliseconds. */
const SILENCE_MS = { first: 2_000, next: 1_000 } as const;
/** What a reply may take beyond the statement's own deadline before the instance counts as lost, in milliseconds. */
const REPLY_GRACE_MS = 2_000;
/** A read that has taken this many instances' connections with it is not tried on another one: it may be what kills them. */
const LOST_READS_MAX = 3;
/** How long an instance may take to tell what it has set aside, in milliseconds. */
const DIVERGED_WAIT_MS = 3_000;
/** How long an instance may take for what an operator wants of it, in milliseconds: it gives up before. */
const REPLICATION_WAIT_MS = 17_000;

/** The world outside the router. */
export interface RouterEdges {
  instance(address: InstanceAddress): InstanceStub;
  /** Asks the coordinators. Throws DatabaseNotFound, or DatabaseUnavailable when none of them answers, at once if not urgent. */
  topology(database: string, options: { region: string; urgent: boolean }): Promise<Topology>;
  /** Tells the coordinators, without waiting for them, that an instance did not answer or is not what they said. */
  reportUnreachable(report: { database: string; instance: string; epoch: number; region: string }): void;
}

type InstanceStub = Pick<InstanceRpc, 'run' | 'transact' | 'diverged' | 'replication'>;

/** What an instance answers: a success of some kind, or a failure. */
type Reply = { readonly ok: true } | StatementFailure;

/** What is brought to an instance. */
interface Errand<Done extends Reply> {
  readonly database: string;
  /** Only this instance may answer. */
  readonly instance: string | undefined;
  readonly accessMode: 'read' | 'write';
  /** Only MAIN can do it: a write, or a read of what is acknowledged now. */
  readonly needsMain: boolean;
  readonly region: string;
  readonly deadlineMs: number;
  readonly startedMs: number;
  send(instance: InstanceStub, time: { deadlineMs: number; bookmarkWaitMs: number }): Promise<Done>;
  /** What is told when the connection was lost, and it may have been executed. */
  lost(failure: StorageFailure | undefined): GraphError;
}

/** How one attempt at one instance ended. */
type Attempt<Done> =
  | { readonly type: 'answered'; readonly answer: Done }
  /** Refused before anything was executed. `told`: why, in the instance's words. */
  | {
      readonly type: 'notExecuted';
      readonly reason: 'notMain' | 'unreachable' | 'overloaded';
      readonly told?: GraphError;
    }
  /** The connection broke, or nothing came back: executed or not. `failure`: the object ended, as its storage had failed it. */
  | { readonly type: 'lost'; readonly failure?: StorageFailure | undefined; readonly told?: GraphError | undefined };

export class Router {
  readonly #edges: RouterEdges;
  readonly #topologies = new Map<string, { readonly topology: Topology; readonly untilMs: number }>();
  readonly #refusals = new Refusals();

  constructor(edges: RouterEdges) {
    this.#edges = edges;
  }

  /** Runs a statement where it belongs. Throws GraphError when no instance answered. */
  async run(call: StatementCall, accessMode: 'read' | 'write'): Promise<Answer> {
    const { database, statement, bookmarks, readLevel, region } = call;
    const parameters = encodeValue(call.parameters);
    const from = { name: 'worker', region };
    const answer = await this.#bring<StatementAnswer>({
      ...call,
      accessMode,
      needsMain: accessMode === 'write' || readLevel === 'linearizable',
      startedMs: Date.now(),
      send: (instance, time) =>
        instance.run({ database, statement, parameters, accessMode, bookmarks, readLevel, from, ...time }),
      lost: unknownOutcome,
    });
    return toAnswer(answer);
  }

  /**
   * Brings a request of a transaction to where the transaction lives, or is to live. Throws GraphError when no instance answered:
   * then the transaction is lost, and only of a commit it is not known what it came to.
   */
  async transact(call: TransactionCall): Promise<TransactionAnswer> {
    const { database, step, statement: text, region } = call;
    const statement = text === undefined ? undefined : { text, parameters: encodeValue(call.parameters) };
    const from = { name: 'worker', region };
    const place = step.type === 'begin' ? undefined : placeOf(step.id, call.instance);
    const accessMode = step.type === 'begin' ? step.accessMode : (place?.accessMode ?? 'write');
    const errand: Errand<TransactionReply> = {
      ...call,
      accessMode,
      needsMain: accessMode === 'write' || (step.type === 'begin' && step.readLevel === 'linearizable'),
      startedMs: Date.now(),
      send: (instance, { deadlineMs, bookmarkWaitMs }) => {
        const timed = step.type === 'begin' ? { ...step, bookmarkWaitMs } : step;
        return instance.transact({ database, step: timed, ...(statement && { statement }), deadlineMs, from });
      },
      lost: (failure) => (step.type === 'commit' ? unknownOutcome(failure) : lostTransaction()),
    };
    const answer = await (place ? this.#bringBack(errand, place.instance) : this.#bring(errand));
    return toTransactionAnswer(answer);
  }

  /** The instances that live, the nearest first, for a live query. At least one. */
  async readers({ database, region }: { database: string; region: string }): Promise<readonly TopologyInstance[]> {
    const readers = readersOf(routed(await this.#topology(database, region)), region);
    if (readers.length === 0) throw unavailable(database);
    return readers;
  }

  /**
   * The instance of that name. Throws DatabaseNotFound when the database has none. When no coordinator answers, the name has to do: an
   * instance that there is not says that it has no part in anything.
   */
  async addressed({ database, name, region }: InstanceQuestion): Promise<TopologyInstance> {
    const topology = await this.#topology(database, region, false, false).catch((error: unknown) => {
      const isSilence = error instanceof GraphError && error.code === 'Neo.TransientError.General.DatabaseUnavailable';
      if (!isSilence) throw error;
      return undefined;
    });
    const named = topology ? undefined : namedInstance(database, name);
    if (named) return named;
    const instance = topology?.instances.find((candidate) => candidate.name === name);
    if (instance) return instance;
    throw new GraphError('Neo.ClientError.Database.DatabaseNotFound', `There is no instance '${database}@${name}'.`);
  }

  /** Whether roles in the database are given by hand. */
  async isManual({ database, region }: { database: string; region: string }): Promise<boolean> {
    return (await this.#topology(database, region)).manual ?? false;
  }

  /** Has one instance carry out what an operator wants of it. Throws GraphError when it does not, or does not answer. */
  async replicate(
    { database, name, region }: InstanceQuestion,
    command: ReplicationRequest['command'],
  ): Promise<Extract<ReplicationAnswer, { readonly ok: true }>> {
    const instance = await this.addressed({ database, name, region });
    const stub = this.#edges.instance({ database, instance: name, region: instance.region });
    const asked = stub.replication({ command, from: { name: 'worker', region } });
    const answer = await within(asked, REPLICATION_WAIT_MS).catch(() => undefined);
    if (answer?.ok) return answer;
    if (answer) throw fromErrorRecord(answer.error);
    throw new GraphError(
      'Neo.TransientError.General.DatabaseUnavailable',
      `'${database}@${name}' does not answer. SHOW REPLICATION ROLE and SHOW REPLICAS tell whether it was done.`,
    );
  }

  /** Instances that the cache knows, whether or not the coordinators can be asked. */
  known(): Topology[] {
    return [...this.#topologies.values()].map((entry) => entry.topology);
  }

  /** What the instances have set aside; of an instance that does not answer, only its name. */
  async diverged(question: {
    readonly database: string;
    /** Only this one is asked. */
    readonly name: string | undefined;
    readonly region: string;
  }): Promise<{ readonly rows: readonly (readonly ResultValue[])[]; readonly silent: readonly string[] }> {
    const { database, name, region } = question;
    const { instances } = await this.#topology(database, region, true);
    const asked = name === undefined ? instances : [await this.addressed({ database, name, region })];
    const answers = await Promise.all(
      asked.map(async (instance) => {
        const stub = this.#edges.instance({ database, instance: instance.name, region: instance.region });
        const bytes = await within(stub.diverged({ name: 'worker', region }), DIVERGED_WAIT_MS).catch(() => undefined);
        return { name: instance.name, rows: bytes && decodeResult(bytes).rows };
      }),
    );
    return {
      rows: answers.flatMap(({ rows }) => rows ?? []),
      silent: answers.filter(({ rows }) => rows === undefined).map((answer) => answer.name),
    };
  }

  /** Forgets what is cached of a database that was made or dropped. */
  forget(database: string): void {
    this.#topologies.delete(database);
  }

  #bring<Done extends Reply>(errand: Errand<Done>): Promise<Done | StatementFailure> {
    if (errand.instance !== undefined) return this.#bringTo(errand, errand.instance);
    return errand.needsMain ? this.#bringToMain(errand) : this.#bringToReader(errand);
  }

  async #bringTo<Done extends Reply>(errand: Errand<Done>, name: string): Promise<Done> {
    const { database, accessMode, region } = errand;
    const attempt = await this.#attempt(errand, await this.addressed({ database, name, region }));
    if (attempt.type === 'answered') return attempt.answer;
    if (attempt.type === 'lost' && accessMode === 'write') throw errand.lost(attempt.failure);
    if (attempt.told && isDamage(attempt.told)) throw attempt.told;
    if (attempt.type === 'notExecuted' && attempt.reason === 'notMain') {
      throw new GraphError(
        'Neo.ClientError.Cluster.NotALeader',
        `'${database}@${name}' is not MAIN: it takes no writes, and answers no linearizable reads.`,
      );
    }
    const why = attempt.told === undefined ? '' : ` ${attempt.told.message}`;
    throw new GraphError(
      'Neo.TransientError.General.DatabaseUnavailable',
      `'${database}@${name}' does not answer.${why}`,
    );
  }

  /** To the instance where a transaction lives, and to no other. */
  async #bringBack<Done extends Reply>(errand: Errand<Done>, name: string): Promise<Done> {
    const { database, region } = errand;
    const isIt = (candidate: TopologyInstance) => candidate.name === name;
    const known = (await this.#topology(database, region)).instances.find(isIt);
    // It may be younger than what is cached.
    const instance = known ?? (await this.#topology(database, region, true)).instances.find(isIt);
    if (instance === undefined) throw lostTransaction();
    const attempt = await this.#attempt(errand, instance);
    if (attempt.type === 'answered') return attempt.answer;
    if (attempt.type === 'lost') throw errand.lost(attempt.failure);
    throw attempt.reason === 'notMain' ? lostTransaction() : unavailable(database);
  }

  async #bringToMain<Done extends Reply>(errand: Errand<Done>): Promise<Done> {
    const { database, accessMode, region } = errand;
    let lostCount = 0;
    for (let fresh = false; ; fresh = true) {
      const topology = routed(await this.#topology(database, region, fresh));
      const main = mainOf(topology);
      if (main?.health === 'down') {
        // It would only keep the statement until its outcome is unknown. The report has the coordinators ask it again.
        this.report(database, main);
      } else if (main) {
        const attempt = await this.#attempt(errand, main);
        if (attempt.type === 'answered') return attempt.answer;
        if (attempt.type === 'lost') {
          if (accessMode === 'write') throw errand.lost(attempt.failure);
          if (++lostCount === LOST_READS_MAX) throw this.#unavailable(topology);
        }
      }
      await this.#pauseOrGiveUp(errand, topology);
    }
  }

  async #bringToReader<Done extends Reply>(errand: Errand<Done>): Promise<Done | StatementFailure> {
    const { database, region } = errand;
    let lostCount = 0;
    for (let fresh = false; ; fresh = true) {
      const topology = routed(await this.#topology(database, region, fresh));
      const main = mainOf(topology);
      for (const instance of readersOf(topology, region)) {
        const other = instance === main ? undefined : main;
        const attempt = await this.#attempt(errand, instance, other && REPLICA_BOOKMARK_WAIT_MS);
        if (attempt.type === 'answered') {
          const { answer } = attempt;
          return other && isBehind(answer) ? this.#askMain(errand, other, answer) : answer;
        }
        if (attempt.type === 'lost' && ++lostCount === LOST_READS_MAX) throw this.#unavailable(topology);
      }
      await this.#pauseOrGiveUp(errand, topology);
    }
  }

  /** The replica does not reach the bookmark; MAIN has it if anybody has. */
  async #askMain<Done extends Reply>(errand: Errand<Done>, main: TopologyInstance, ofReplica: Done): Promise<Done> {
    const attempt = await this.#attempt(errand, main);
    return attempt.type === 'answered' ? attempt.answer : ofReplica;
  }

  async #attempt<Done extends Reply>(
    errand: Errand<Done>,
    instance: TopologyInstance,
    bookmarkWaitMs?: number,
  ): Promise<Attempt<Done>> {
    const attempt = await this.#send(errand, instance, bookmarkWaitMs);
    this.#refusals.note(errand.database, instance.name, attempt.type === 'answered' ? undefined : attempt.told);
    const unreachable = attempt.type === 'lost' || (attempt.type === 'notExecuted' && attempt.reason === 'unreachable');
    if (unreachable) this.report(errand.database, instance);
    return attempt;
  }

  /**
   * Waits a little before the next attempt. Throws when the caller has waited long enough, and at once when all instances are damaged: then
   * nobody takes over.
   */
  async #pauseOrGiveUp(errand: Errand<Reply>, topology: Topology): Promise<void> {
    const hopeless = this.#refusals.ofHopeless(topology);
    if (hopeless) throw hopeless;
    const patienceMs = Math.min(FAILOVER_PATIENCE_MS, errand.deadlineMs);
    if (Date.now() - errand.startedMs >= patienceMs) throw this.#unavailable(topology);
    await sleep(RETRY_PAUSE_MS);
  }

  #unavailable(topology: Topology): GraphError {
    return unavailable(topology.database, this.#refusals.of(topology)?.message);
  }

  /** Tells the coordinators that an instance did not answer. */
  report(database: string, instance: TopologyInstance): void {
    const epoch = this.#topologies.get(database)?.topology.epoch ?? 0;
    this.#edges.reportUnreachable({ database, instance: instance.name, epoch, region: instance.region });
  }

  async #send<Done extends Reply>(
    errand: Errand<Done>,
    instance: TopologyInstance,
    bookmarkWaitMs?: number,
  ): Promise<Attempt<Done>> {
    const deadlineMs = Math.max(1, errand.deadlineMs - (Date.now() - errand.startedMs));
    try {
      const { name, region } = instance;
      const stub = this.#edges.instance({ database: errand.database, instance: name, region });
      const reply = errand.send(stub, { deadlineMs, bookmarkWaitMs: bookmarkWaitMs ?? deadlineMs });
      const answer = await this.#untilLost(reply, deadlineMs, errand, instance);
      if (answer === undefined) return { type: 'lost' };
      return answer.ok || answer.retry === undefined ? { type: 'answered', answer } : refusalOf(answer, answer.retry);
    } catch (error) {
      if (isOverloaded(error)) return { type: 'notExecuted', reason: 'overloaded' };
      const failure = storageFailureOf(error);
      if (!failure?.atStart) return { type: 'lost', failure, told: endOf(errand.database, instance.name, error) };
      const tell = failure.kind === 'newer' ? newerStorage : damagedStorage;
      const told = tell(errand.database, instance.name, failure.words);
      return { type: 'notExecuted', reason: 'unreachable', told };
    }
  }

  /**
   * The reply, or undefined once the instance is lost: its time is over, the coordinators hear nothing from it either, or
   * another one has become MAIN and whatever it still writes will not be acknowledged. RPC itself would wait for ever.
   */
  async #untilLost<Done extends Reply>(
    reply: Promise<Done>,
    deadlineMs: number,
    { database, needsMain, region }: Errand<Done>,
    instance: TopologyInstance,
  ): Promise<Done | undefined> {
    const lostAtMs = Date.now() + deadlineMs + REPLY_GRACE_MS;
    // A reply that fails after it was given up must not be an unhandled rejection.
    reply.catch(() => undefined);
    for (let silenceMs: number = SILENCE_MS.first; ; silenceMs = SILENCE_MS.next) {
      const answer = await within(reply, silenceMs);
      if (answer !== undefined || Date.now() >= lostAtMs) return answer;
      // It may be busy with this very statement: then it answers the coordinators, whom this has ask it.
      if (needsMain) this.report(database, instance);
      const topology = await this.#topology(database, region, true);
      const now = topology.instances.find((candidate) => candidate.name === instance.name);
      if (!now || now.health === 'down') return undefined;
      if (needsMain && topology.main !== instance.name) return undefined;
    }
  }

  /** The topology, from the cache while it is young; old knowledge serves on when no coordinator answers. */
  async #topology(database: string, region: string, fresh = false, urgent = true): Promise<Topology> {
    const cached = this.#topologies.get(database);
    if (cached && !fresh && Date.now() < cached.untilMs) return cached.topology;
    try {
      const topology = await this.#edges.topology(database, { region, urgent: urgent && cached === undefined });
      this.#remember(topology);
      return topology;
    } catch (error) {
      if (cached && error instanceof GraphError && error.code === 'Neo.TransientError.General.DatabaseUnavailable') {
        this.#remember(cached.topology);
        return cached.topology;
      }
      this.#topologies.delete(database);
      throw error;
    }
  }

  #remember(topology: Topology): void {
    if (this.#topologies.size >= TOPOLOGIES_MAX) this.#topologies.clear();
    this.#topologies.set(topology.database, { topology, untilMs: Date.now() + TOPOLOGY_TTL_MS });
  }
}

interface InstanceQuestion {
  readonly database: string;
  readonly name: string;
  /** The caller's. */
  readonly region: string;
}

function isBehind(answer: Reply): boolean {
  return !answer.ok && answer.error.code === 'Neo.TransientError.Transaction.BookmarkTimeout';
}

/** Where a transaction lives. `addressed`: the only instance that the client wants to ask. */
function placeOf(id: string, addressed: string | undefined): TransactionPlace {
  const place = transactionPlace(id);
  if (place && (addressed === undefined || addressed === place.instance)) return place;
  throw noSuchTransaction(id);
}

function refusalOf<Done>({ error }: StatementFailure, reason: 'notMain' | 'unreachable'): Attempt<Done> {
  return { type: 'notExecuted', reason, ...(reason === 'unreachable' && { told: fromErrorRecord(error) }) };
}
