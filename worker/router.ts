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
import type { InstanceRpc, StatementAnswer, StatementRequest } from '../durable/protocol.ts';
import type { Answer, StatementCall } from './answer.ts';
import { sleep, within } from './timing.ts';
import { mainOf, readersOf } from './topology.ts';

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

/** The world outside the router. */
export interface RouterEdges {
  instance(address: InstanceAddress): Pick<InstanceRpc, 'run' | 'diverged'>;
  /** Asks the coordinators. Throws DatabaseNotFound, or DatabaseUnavailable when none of them answers, at once if not urgent. */
  topology(database: string, options: { region: string; urgent: boolean }): Promise<Topology>;
  /** Tells the coordinators, without waiting for them, that an instance did not answer or is not what they said. */
  reportUnreachable(report: { database: string; instance: string; epoch: number; region: string }): void;
}

/** How one attempt at one instance ended. */
type Attempt =
  | { readonly type: 'answered'; readonly answer: StatementAnswer }
  /** Refused before anything was executed. */
  | { readonly type: 'notExecuted'; readonly reason: 'notMain' | 'unreachable' | 'overloaded' }
  /** The connection broke, or nothing came back: executed or not. `storageFull`: the object ended, as it could not store any more. */
  | { readonly type: 'lost'; readonly storageFull?: boolean };

export class Router {
  readonly #edges: RouterEdges;
  readonly #topologies = new Map<string, { readonly topology: Topology; readonly untilMs: number }>();

  constructor(edges: RouterEdges) {
    this.#edges = edges;
  }

  /** Runs a statement where it belongs. Throws GraphError when no instance answered. */
  run(call: StatementCall, accessMode: 'read' | 'write'): Promise<Answer> {
    const request = { call, accessMode, parameters: encodeValue(call.parameters), startedMs: Date.now() };
    if (call.instance !== undefined) return this.#runAddressed(request, call.instance);
    return accessMode === 'write' ? this.#write(request) : this.#read(request);
  }

  /** The instances that live, the nearest first, for a live query. At least one. */
  async readers({ database, region }: { database: string; region: string }): Promise<readonly TopologyInstance[]> {
    const readers = readersOf(await this.#topology(database, region), region);
    if (readers.length === 0) throw unavailable(database);
    return readers;
  }

  /** The instance of that name. Throws DatabaseNotFound when the database has none. */
  async addressed({ database, name, region }: InstanceQuestion): Promise<TopologyInstance> {
    const topology = await this.#topology(database, region);
    const instance = topology.instances.find((candidate) => candidate.name === name);
    if (instance) return instance;
    throw new GraphError('Neo.ClientError.Database.DatabaseNotFound', `There is no instance '${database}@${name}'.`);
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

  async #runAddressed(request: RoutedRequest, name: string): Promise<Answer> {
    const { database, region } = request.call;
    const instance = await this.addressed({ database, name, region });
    const attempt = await this.#attempt(request, instance);
    if (attempt.type === 'answered') return toAnswer(attempt.answer);
    if (attempt.type === 'lost' && request.accessMode === 'write') throw unknownOutcome(attempt.storageFull);
    if (attempt.type === 'notExecuted' && attempt.reason === 'notMain') {
      throw new GraphError(
        'Neo.ClientError.Cluster.NotALeader',
        `'${database}@${name}' is not MAIN and takes no writes.`,
      );
    }
    throw new GraphError('Neo.TransientError.General.DatabaseUnavailable', `'${database}@${name}' does not answer.`);
  }

  async #write(request: RoutedRequest): Promise<Answer> {
    const { database, region } = request.call;
    for (let fresh = false; ; fresh = true) {
      const main = mainOf(await this.#topology(database, region, fresh));
      if (main?.health === 'down') {
        // It would only keep the statement until its outcome is unknown. The report has the coordinators ask it again.
        this.report(database, main);
      } else if (main) {
        const attempt = await this.#attempt(request, main);
        if (attempt.type === 'answered') return toAnswer(attempt.answer);
        if (attempt.type === 'lost') throw unknownOutcome(attempt.storageFull);
      }
      await pauseOrGiveUp(request);
    }
  }

  async #read(request: RoutedRequest): Promise<Answer> {
    const { database, region } = request.call;
    let lostCount = 0;
    for (let fresh = false; ; fresh = true) {
      const topology = await this.#topology(database, region, fresh);
      const main = mainOf(topology);
      for (const instance of readersOf(topology, region)) {
        const other = instance === main ? undefined : main;
        const attempt = await this.#attempt(request, instance, other && REPLICA_BOOKMARK_WAIT_MS);
        if (attempt.type === 'answered') {
          return other && isBehind(attempt.answer)
            ? this.#readMain(request, other, attempt.answer)
            : toAnswer(attempt.answer);
        }
        if (attempt.type === 'lost' && ++lostCount === LOST_READS_MAX) throw unavailable(database);
      }
      await pauseOrGiveUp(request);
    }
  }

  /** The replica does not reach the bookmark; MAIN has it if anybody has. */
  async #readMain(request: RoutedRequest, main: TopologyInstance, replicaAnswer: StatementAnswer): Promise<Answer> {
    const attempt = await this.#attempt(request, main);
    return toAnswer(attempt.type === 'answered' ? attempt.answer : replicaAnswer);
  }

  async #attempt(request: RoutedRequest, instance: TopologyInstance, bookmarkWaitMs?: number): Promise<Attempt> {
    const attempt = await this.#send(request, instance, bookmarkWaitMs);
    const unreachable = attempt.type === 'lost' || (attempt.type === 'notExecuted' && attempt.reason === 'unreachable');
    if (unreachable) this.report(request.call.database, instance);
    return attempt;
  }

  /** Tells the coordinators that an instance did not answer. */
  report(database: string, instance: TopologyInstance): void {
    const epoch = this.#topologies.get(database)?.topology.epoch ?? 0;
    this.#edges.reportUnreachable({ database, instance: instance.name, epoch, region: instance.region });
  }

  async #send(request: RoutedRequest, instance: TopologyInstance, bookmarkWaitMs?: number): Promise<Attempt> {
    const { database, statement, bookmarks, region } = request.call;
    const deadlineMs = Math.max(1, request.call.deadlineMs - (Date.now() - request.startedMs));
    const message: StatementRequest = {
      database,
      statement,
      parameters: request.parameters,
      accessMode: request.accessMode,
      bookmarks,
      bookmarkWaitMs: bookmarkWaitMs ?? deadlineMs,
      deadlineMs,
      from: { name: 'worker', region },
    };
    try {
      const stub = this.#edges.instance({ database, instance: instance.name, region: instance.region });
      const answer = await this.#untilLost(stub.run(message), message, instance);
      if (answer === undefined) return { type: 'lost' };
      if (!answer.ok && answer.retry) return { type: 'notExecuted', reason: answer.retry };
      return { type: 'answered', answer };
    } catch (error) {
      if (isOverloaded(error)) return { type: 'notExecuted', reason: 'overloaded' };
      return { type: 'lost', storageFull: isStorageFull(error) };
    }
  }

  /**
   * The reply, or undefined once the instance is lost: its time is over, the coordinators hear nothing from it either, or
   * another one has become MAIN and whatever it still writes will not be acknowledged. RPC itself would wait for ever.
   */
  async #untilLost(
    reply: Promise<StatementAnswer>,
    { database, accessMode, deadlineMs, from }: StatementRequest,
    instance: TopologyInstance,
  ): Promise<StatementAnswer | undefined> {
    const lostAtMs = Date.now() + deadlineMs + REPLY_GRACE_MS;
    // A reply that fails after it was given up must not be an unhandled rejection.
    reply.catch(() => undefined);
    for (let silenceMs: number = SILENCE_MS.first; ; silenceMs = SILENCE_MS.next) {
      const answer = await within(reply, silenceMs);
      if (answer !== undefined || Date.now() >= lostAtMs) return answer;
      const topology = await this.#topology(database, from.region, true);
      const now = topology.instances.find((candidate) => candidate.name === instance.name);
      if (!now || now.health === 'down') return undefined;
      if (accessMode === 'write' && topology.main !== instance.name) return undefined;
    }
  }

  /** The topology, from the cache while it is young; old knowledge serves on when no coordinator answers. */
  async #topology(database: string, region: string, fresh = false): Promise<Topology> {
    const cached = this.#topologies.get(database);
    if (cached && !fresh && Date.now() < cached.untilMs) return cached.topology;
    try {
      const topology = await this.#edges.topology(database, { region, urgent: cached === undefined });
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

interface RoutedRequest {
  readonly call: StatementCall;
  readonly accessMode: 'read' | 'write';
  /** The parameters as they travel. */
  readonly parameters: Uint8Array;
  readonly startedMs: number;
}

function toAnswer(answer: StatementAnswer): Answer {
  if (!answer.ok) return { ok: false, error: fromErrorRecord(answer.error), server: answer.servedBy };
  const { columns, rows } = decodeResult(answer.rows);
  const { counters, queryType, notifications, plan, servedBy } = answer;
  const bookmarks = [answer.bookmark];
  return { ok: true, columns, rows, bookmarks, counters, queryType, notifications, plan, server: servedBy };
}

function isBehind(answer: StatementAnswer): boolean {
  return !answer.ok && answer.error.code === 'Neo.TransientError.Transaction.BookmarkTimeout';
}

/** Waits a little before the next attempt. Throws DatabaseUnavailable when the caller has waited long enough. */
async function pauseOrGiveUp({ call, startedMs }: RoutedRequest): Promise<void> {
  const patienceMs = Math.min(FAILOVER_PATIENCE_MS, call.deadlineMs);
  if (Date.now() - startedMs >= patienceMs) throw unavailable(call.database);
  await sleep(RETRY_PAUSE_MS);
}

/** The platform refused the call for the object's queue; such a call is never delivered. */
function isOverloaded(error: unknown): boolean {
  return error instanceof Error && 'overloaded' in error && error.overloaded === true;
}

/** SQLite could not write: the object has ended with what is on disk, and begins anew from that. */
function isStorageFull(error: unknown): boolean {
  return error instanceof Error && error.message.includes('SQLITE_FULL');
}

function unavailable(database: string): GraphError {
  return new GraphError(
    'Neo.TransientError.General.DatabaseUnavailable',
    `No instance of '${database}' can take the statement now. It was not executed.`,
  );
}

function unknownOutcome(storageFull = false): GraphError {
  const cause = storageFull
    ? "MAIN's storage is full. It stores nothing more until there is room, and goes on answering reads"
    : 'The connection to MAIN was lost before its answer came';
  return new GraphError(
    'Neo.DatabaseError.Transaction.TransactionCommitFailed',
    `${cause}: the statement may or may not have been executed.`,
  );
}
