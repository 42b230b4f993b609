/** Asks the coordinators' group: the leader when it is known, else whoever answers and knows better. */
import type { Topology, WorkerRequest, WorkerResponse } from '../core/coordinator/request.ts';
import { GraphError } from '../core/error.ts';
import { type CoordinatorGroup, isNewerGroup } from '../core/replication/coordinator-group.ts';
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
/**
 * Pause before they are asked again, in milliseconds: a quarter of what has been waited, within these bounds. A group that sleeps elects its
 * leader within a round trip or two, which are milliseconds where all is one machine; one that has lost it takes seconds.
 */
const RETRY_PAUSE_MS = { min: 5, max: 200 } as const;

export interface CoordinatorEdges {
  /** Those that the group began with. */
  readonly seeds: readonly CoordinatorAddress[];
  coordinator(address: CoordinatorAddress): Pick<CoordinatorRpc, 'ask'>;
}

type Reply = Exclude<WorkerResponse, { readonly type: 'notLeader' | 'error' }>;
type Answered = Exclude<WorkerResponse, { readonly type: 'notLeader' }>;

export class Coordinators {
  readonly #edges: CoordinatorEdges;
  /** Name of the coordinator that last answered as leader. */
  #leader: string | undefined;
  /** The group of today, where it is another than the one that it began with. Coordinators tell it with every answer. */
  #group: CoordinatorGroup | undefined;

  constructor(edges: CoordinatorEdges) {
    this.#edges = edges;
  }

  /** The coordinator that answers for the group, as far as is known. */
  get leader(): CoordinatorAddress | undefined {
    return this.known.find((address) => address.name === this.#leader);
  }

  /** The members of today, as far as they are known, and after them those of the beginning: who was removed knows who came after. */
  get known(): readonly CoordinatorAddress[] {
    const { members, former } = this.#members();
    return [...members, ...former];
  }

  /** The topology, within one round when the caller can do without. */
  async topology(database: string, options: { region: string; urgent: boolean }): Promise<Topology> {
    const reply = await this.ask({ type: 'topology', database }, options.region, options.urgent ? PATIENCE_MS : 0);
    if (reply.type !== 'topology') throw unexpected(reply);
    return reply.topology;
  }

  /** The group's answer. Throws what it refuses as GraphError, and DatabaseUnavailable when nobody leads it. */
  async ask(request: WorkerRequest, region: string, patienceMs = PATIENCE_MS): Promise<Reply> {
    const startedMs = Date.now();
    for (;;) {
      const response = await this.#askAround(request, region);
      if (response?.type === 'error') throw new GraphError(response.code, response.message);
      if (response) return response;
      const waitedMs = Date.now() - startedMs;
      if (waitedMs >= patienceMs) {
        throw new GraphError('Neo.TransientError.General.DatabaseUnavailable', 'No coordinator answers as leader.');
      }
      await sleep(Math.min(Math.max(RETRY_PAUSE_MS.min, waitedMs / 4), RETRY_PAUSE_MS.max));
    }
  }

  /**
   * Asks each coordinator once at most, and whom they name before the rest; whoever is not one of them any more names others to ask. A
   * question that changes nothing goes to the next one as well when an answer takes long: what does not answer at all would
   * cost its whole patience.
   */
  async #askAround(request: WorkerRequest, region: string): Promise<Answered | undefined> {
    const asked = new Set<string>();
    const pending = new Set<Promise<Answered | undefined>>();
    let next = this.#leader;
    const candidate = () => {
      const left = this.#nearestFirst(region).filter(({ name }) => !asked.has(name));
      return left.find(({ name }) => name === next) ?? left[0];
    };
    const ask = async (address: CoordinatorAddress): Promise<Answered | undefined> => {
      const response = await this.#askOne(address, request);
      const group = response?.coordinators;
      if (group !== undefined && isNewerGroup(group, this.#group)) this.#group = group;
      if (response?.type === 'notLeader') next = response.leader;
      if (!response || response.type === 'notLeader') return undefined;
      this.#leader = address.name;
      return response;
    };
    for (let address = candidate(); address || pending.size > 0; address = candidate()) {
      if (address) {
        asked.add(address.name);
        const answer: Promise<Answered | undefined> = ask(address).finally(() => pending.delete(answer));
        pending.add(answer);
      }
      const hurries = request.type === 'topology' && candidate() !== undefined;
      const response = await (hurries ? within(Promise.race(pending), HEDGE_MS) : Promise.race(pending));
      if (response) return response;
    }
    this.#leader = undefined;
    return undefined;
  }

  /** Members before those who are none any more, each the nearest first. */
  #nearestFirst(region: string): readonly CoordinatorAddress[] {
    const byDistance = (one: CoordinatorAddress, other: CoordinatorAddress) =>
      roundTripMs(region, one.region) - roundTripMs(region, other.region);
    const { members, former } = this.#members();
    return [...members.toSorted(byDistance), ...former.toSorted(byDistance)];
  }

  #members(): { readonly members: readonly CoordinatorAddress[]; readonly former: readonly CoordinatorAddress[] } {
    const { seeds } = this.#edges;
    const { members } = this.#group ?? { members: seeds };
    return { members, former: seeds.filter(({ name }) => !members.some((member) => member.name === name)) };
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
