/** CREATE DATABASE: what a Worker asks for, checked, as a command. */
import { GraphError } from '../error.ts';
import type { InstanceDescription, ReplicationMode } from '../replication/assignment.ts';
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
    return { name: `${region}-${number}`, region, mode: modeOf(request, position) };
  });
  return { type: 'createDatabase', database: name, cluster: clusterId, instances, coordinators };
}

function modeOf(request: CreateRequest, position: number): ReplicationMode {
  const { modes, regions } = request;
  if (Array.isArray(modes) && modes.length !== regions.length) {
    throw wrong(`there are ${regions.length} regions and ${modes.length} modes`);
  }
  const ofRegion =
    modes instanceof Map ? modes.get(regions[position]) : Array.isArray(modes) ? modes[position] : undefined;
  const mode: unknown = ofRegion ?? request.mode ?? 'SYNC';
  if (mode === 'SYNC' || mode === 'ASYNC') return mode;
  if (mode === 'STRICT_SYNC') {
    throw new GraphError(
      'Neo.ClientError.Statement.NotSupported',
      'STRICT_SYNC is not supported yet; use SYNC or ASYNC',
    );
  }
  throw wrong(`'${String(mode)}' is no replication mode; there are SYNC and ASYNC`);
}

function wrong(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}
