/** Asks the coordinators' group: the leader when it is known, else whoever answers and knows better. */
import type { Topology, WorkerRequest, WorkerResponse } from '../core/coordinator/request.ts';
import { GraphError } from '../core/error.ts';
import type { CoordinatorAddress } from '../durable/names.ts';
import type { CoordinatorRpc } from '../durable/protocol.ts';
import { roundTripMs } from '../durable/regions.ts';
import { sleep, within } from './timing.ts';

/** How long one coordinator may take to answer, in milliseconds. Making a database needs a word with each instance. */
const ANSWER_MS = { topology: 1_500, other: 10_000 } as const;
/** How long the group may be without a leader before the caller is told, in milliseconds: some elections. */
const PATIENCE_MS = 10_000;
/** A coordinator that has not answered for this long is no longer waited for alone: the slowest pair of regions, and some. In milliseconds. */
const HEDGE_MS = 400;
/** Pause before they are asked again, in milliseconds: a group that sleeps elects its leader within a round trip or two. */
const RETRY_PAUSE_MS = { first: 20, max: 200 } as const;

export interface CoordinatorEdges {
  readonly coordinators: readonly CoordinatorAddress[];
  coordinator(address: CoordinatorAddress): Pick<CoordinatorRpc, 'ask'>;
}

type Reply = Exclude<WorkerResponse, { readonly type: 'notLeader' | 'error' }>;
type Answered = Exclude<WorkerResponse, { readonly type: 'notLeader' }>;

export class Coordinators {
  readonly #edges: CoordinatorEdges;
  /** Name of the coordinator that last answered as leader. */
  #leader: string | undefined;

  constructor(edges: CoordinatorEdges) {
    this.#edges = edges;
  }

  /** The coordinator that answers for the group, as far as is known. */
  get leader(): CoordinatorAddress | undefined {
    return this.#edges.coordinators.find((address) => address.name === this.#leader);
  }

  /** The topology, within one round when the caller can do without. */
  async topology(database: string, options: { region: string; urgent: boolean }): Promise<Topology> {
    const reply = await this.ask({ type: 'topology', database }, options.region, options.urgent ? PATIENCE_MS : 0);
    if (reply.type !== 'topology') throw unexpected(reply);
    return reply.topology;
  }

  /** The group's answer. Throws what it refuses as GraphError, and DatabaseUnavailable when nobody leads it. */
  async ask(request: WorkerRequest, region: string, patienceMs = PATIENCE_MS): Promise<Reply> {
    const untilMs = Date.now() + patienceMs;
    for (let pauseMs: number = RETRY_PAUSE_MS.first; ; pauseMs = Math.min(2 * pauseMs, RETRY_PAUSE_MS.max)) {
      const response = await this.#askAround(request, region);
      if (response?.type === 'error') throw new GraphError(response.code, response.message);
      if (response) return response;
      if (Date.now() >= untilMs) {
        throw new GraphError('Neo.TransientError.General.DatabaseUnavailable', 'No coordinator answers as leader.');
      }
      await sleep(pauseMs);
    }
  }

  /**
   * Asks each coordinator once at most, and whom they name before the rest. A question that changes nothing goes to the
   * next one as well when an answer takes long: what does not answer at all would cost its whole patience.
   */
  async #askAround(request: WorkerRequest, region: string): Promise<Answered | undefined> {
    const left = this.#edges.coordinators.toSorted(
      (one, other) => roundTripMs(region, one.region) - roundTripMs(region, other.region),
    );
    const pending = new Set<Promise<Answered | undefined>>();
    let next = this.#leader;
    const ask = async (address: CoordinatorAddress): Promise<Answered | undefined> => {
      const response = await this.#askOne(address, request);
      if (response?.type === 'notLeader') next = response.leader;
      if (!response || response.type === 'notLeader') return undefined;
      this.#leader = address.name;
      return response;
    };
    while (left.length > 0 || pending.size > 0) {
      const named = left.findIndex((address) => address.name === next);
      const [address] = left.splice(Math.max(named, 0), 1);
      if (address) {
        const asked: Promise<Answered | undefined> = ask(address).finally(() => pending.delete(asked));
        pending.add(asked);
      }
      const hurries = request.type === 'topology' && left.length > 0;
      const response = await (hurries ? within(Promise.race(pending), HEDGE_MS) : Promise.race(pending));
      if (response) return response;
    }
    this.#leader = undefined;
    return undefined;
  }

  /** Undefined when it does not answer. */
  async #askOne(address: CoordinatorAddress, request: WorkerRequest): Promise<WorkerResponse | undefined> {
    const answerMs = request.type === 'topology' ? ANSWER_MS.topology : ANSWER_MS.other;
    try {
      return await within(this.#edges.coordinator(address).ask(request), answerMs);
    } catch {
      // A cut link or an object that just restarts; the next one is asked.
      return undefined;
    }
  }
}

/** The group answered something else than was asked, as old and new code might during a roll-out. */
export function unexpected(reply: Reply): GraphError {
  return new GraphError('Neo.DatabaseError.General.UnknownError', `The coordinators answered with '${reply.type}'.`);
}
