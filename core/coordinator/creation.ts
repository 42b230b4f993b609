/** CREATE DATABASE: what a Worker asks for, checked, as a command. */
import { GraphError } from '../error.ts';
import { type InstanceDescription, mayMix, type ReplicationMode } from '../replication/assignment.ts';
import type { Command } from './cluster-state.ts';
import type { WorkerRequest } from './request.ts';

/** Location hints of Durable Objects. Source: Cloudflare, "Data location". */
export const REGIONS = ['wnam', 'enam', 'sam', 'weur', 'eeur', 'apac', 'oc', 'afr', 'me'] as const;

/** Instances of one database at most. */
export const INSTANCES_MAX = 16;

const NAME = /^[a-z][a-z0-9._-]{0,62}$/;

type CreateRequest = Extract<WorkerRequest, { type: 'createDatabase' }>;

/** The command, or a GraphError that names what is wrong. */
export function creationOf(request: CreateRequest, coordinators: readonly string[]): Command {
  const { name, regions, clusterId } = request;
  if (!NAME.test(name)) throw wrong(`'${name}' is no name for a database: it has to match [a-z][a-z0-9._-]{0,62}`);
  if (name === 'system') throw wrong(`'system' is a name that Skein keeps for itself`);
  if (regions.length === 0) throw wrong('a database needs at least one region');
  if (regions.length > INSTANCES_MAX) throw wrong(`a database has at most ${INSTANCES_MAX} instances`);
  const instances = regions.map((region, position): InstanceDescription => {
    if (!REGIONS.some((known) => known === region)) {
      throw wrong(`'${region}' is no region; there are ${REGIONS.join(', ')}`);
    }
    const number = regions.slice(0, position + 1).filter((other) => other === region).length;
    return { name: `${region}-${number}`, region, mode: modeAt(request, position) };
  });
  if (!mayMix(instances)) throw wrong(MIXED_MODES);
  const command = { type: 'createDatabase', database: name, cluster: clusterId, instances } as const;
  return isByHand(request) ? { ...command, coordinators: [], manual: true } : { ...command, coordinators };
}

/** Whether roles are to be given by hand, and modes by REGISTER REPLICA. */
function isByHand({ replication, mode, modes }: CreateRequest): boolean {
  if (replication === undefined) return false;
  if (replication !== 'manual')
    throw wrong(`'replication' is 'manual' or is left out, not '${replication.slice(0, 80)}'`);
  if (mode === undefined && modes === undefined) return true;
  throw wrong("with replication 'manual', REGISTER REPLICA says the mode of a replica");
}

/** The mode of this name; undefined when there is none. */
export function modeOf(text: unknown): ReplicationMode | undefined {
  return text === 'SYNC' || text === 'ASYNC' || text === 'STRICT_SYNC' ? text : undefined;
}

/** Why mayMix says no. */
export const MIXED_MODES =
  'instances of one database are STRICT_SYNC and ASYNC, or SYNC and ASYNC, and MAIN counts as well: SYNC and STRICT_SYNC do not mix';

/** The region in an instance's name, which is a region and a number; undefined when it is not. */
export function regionOf(instance: string): string | undefined {
  const [, region] = /^([a-z]+)-[1-9]\d{0,3}$/.exec(instance) ?? [];
  return REGIONS.find((known) => known === region);
}

function modeAt(request: CreateRequest, position: number): ReplicationMode {
  const { modes, regions } = request;
  if (Array.isArray(modes) && modes.length !== regions.length) {
    throw wrong(`there are ${regions.length} regions and ${modes.length} modes`);
  }
  const ofRegion =
    modes instanceof Map ? modes.get(regions[position]) : Array.isArray(modes) ? modes[position] : undefined;
  const text: unknown = ofRegion ?? request.mode ?? 'SYNC';
  const mode = modeOf(text);
  if (mode !== undefined) return mode;
  throw wrong(`'${String(text)}' is no replication mode; there are SYNC, ASYNC and STRICT_SYNC`);
}

function wrong(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}
