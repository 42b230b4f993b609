/** What people and routers are told: topology, SHOW DATABASES, SHOW INSTANCES. Columns of Memgraph where it has them. */

import { isManual } from '../replication/assignment.ts';
import { VERSION_MIN } from '../version.ts';
import { defaultOf, type SettingName } from './cluster-settings.ts';
import type { Database } from './cluster-state.ts';
import type { CoordinatorState, Health } from './coordinator-state.ts';
import { UNKNOWN_HEALTH } from './coordinator-state.ts';
import type { DatabaseRow, InstanceRow, Topology, TopologyInstance } from './request.ts';
import { versionInUse } from './version-need.ts';

/** Who is who in a database, and how they are as far as this leader knows without asking. */
export function topologyOf(state: CoordinatorState, database: Database, nowMs: number): Topology {
  const { assignment, status } = database;
  const { database: name, cluster, epoch, version, main, inSync } = assignment;
  const instances = assignment.instances.map(
    ({ servers: _, ...instance }): TopologyInstance => ({
      ...instance,
      reads: isRead(state, database, instance.name),
      inSync: inSync.includes(instance.name),
      health: healthWord(state, healthOf(state, name, instance.name), nowMs),
      lag: lagOf(state, database, instance.name),
    }),
  );
  if (isManual(assignment))
    return { database: name, cluster, epoch, version, main: undefined, manual: true, instances };
  const writesTo = status.type === 'online' ? main : undefined;
  return { database: name, cluster, epoch, version, main: writesTo, instances };
}

/** Whether reads go to an instance: a lagging one is left out, and MAIN if so wanted, unless it is the only one. */
function isRead(state: CoordinatorState, database: Database, name: string): boolean {
  const { assignment, status } = database;
  const { main, instances } = assignment;
  // An instance that was MAIN takes part in nothing until it is told who is.
  if (status.type === 'failingOver' && name === status.from) return false;
  if (name === main) return instances.length === 1 || settingOf(state, 'enabled_reads_on_main') === 'true';
  const lagMax = Number(settingOf(state, 'max_replica_read_lag'));
  return Number.isNaN(lagMax) || (lagOf(state, database, name) ?? 0) <= lagMax;
}

/** What a setting is. */
export function settingOf(state: CoordinatorState, name: SettingName): string {
  return state.cluster.settings.get(name) ?? defaultOf(name, state.defaults);
}

/** SHOW DATABASES. */
export function databaseRows(state: CoordinatorState): readonly DatabaseRow[] {
  const words = { online: 'online', failingOver: 'failing over', dropping: 'dropping' } as const;
  return [...state.cluster.databases.values()].map(({ assignment, status }) => ({
    name: assignment.database,
    clusterId: assignment.cluster,
    status: words[status.type],
    main: isManual(assignment) ? null : assignment.main,
    epoch: isManual(assignment) ? null : assignment.epoch,
    instances: assignment.instances.map(({ name, region, mode }) => ({ name, region, mode })),
  }));
}

/** SHOW INSTANCES: coordinators, then the instances of one database or of all. */
export function instanceRows(
  state: CoordinatorState,
  database: string | undefined,
  nowMs: number,
): readonly InstanceRow[] {
  const databases = [...state.cluster.databases.values()].filter(
    ({ assignment }) => database === undefined || assignment.database === database,
  );
  return [...coordinatorRows(state, nowMs), ...databases.flatMap((one) => rowsOf(state, one, nowMs))];
}

function coordinatorRows(state: CoordinatorState, nowMs: number): readonly InstanceRow[] {
  const { self, peers, options, configuration, newest, told } = state.raft;
  const needs_version = versionInUse(state);
  return configuration.members.map(({ id: name, votes, region, servers }): InstanceRow => {
    const heardAtMs = name === self ? nowMs : (peers.get(name)?.answeredSentAtMs ?? Number.NEGATIVE_INFINITY);
    const isUp = nowMs - heardAtMs < options.electionTimeoutMs.max;
    return {
      ...(servers ?? NO_SERVERS),
      name,
      health: isUp ? 'up' : 'down',
      role: name === self ? 'leader' : votes ? 'follower' : 'learner',
      last_succ_resp_ms: Number.isFinite(heardAtMs) ? nowMs - heardAtMs : null,
      database: null,
      region,
      mode: null,
      in_sync: null,
      epoch: null,
      lsn: null,
      lag: null,
      version: (name === self ? newest : told.get(name)) ?? null,
      needs_version,
    };
  });
}

/** Objects are addressed by name; the columns are there because tools look for them. */
export const NO_SERVERS = { bolt_server: '', coordinator_server: '', management_server: '' } as const;

function rowsOf(state: CoordinatorState, database: Database, nowMs: number): readonly InstanceRow[] {
  const { assignment } = database;
  const { database: name, main, inSync, instances } = assignment;
  return instances.map((instance): InstanceRow => {
    const health = healthOf(state, name, instance.name);
    const isMain = instance.name === main && database.status.type === 'online';
    return {
      bolt_server: instance.servers?.bolt_server ?? '',
      coordinator_server: '',
      management_server: instance.servers?.management_server ?? '',
      name: instance.name,
      health: healthWord(state, health, nowMs),
      role: isMain ? 'main' : 'replica',
      last_succ_resp_ms: health.heardAtMs === undefined ? null : nowMs - health.heardAtMs,
      database: name,
      region: instance.region,
      mode: instance.mode,
      in_sync: inSync.includes(instance.name),
      epoch: health.report?.epoch ?? null,
      lsn: storedLsnOf(state, database, instance.name) ?? null,
      lag: lagOf(state, database, instance.name) ?? null,
      version: health.newest ?? null,
      needs_version: health.report === undefined ? null : (health.report.needs ?? VERSION_MIN),
      ...(isManual(assignment) && ownWords(health)),
    };
  });
}

/** What an instance tells of itself, where roles are given by hand. */
function ownWords({ report }: Health): Pick<InstanceRow, 'role' | 'mode' | 'in_sync' | 'lag' | 'lsn'> {
  const role = report === undefined || report.role === 'none' ? 'unknown' : report.role;
  return { role, mode: null, in_sync: null, lag: null, lsn: report?.stored.lsn ?? null };
}

/** Up: heard of lately, or at least never in vain. Unknown: never asked by this leader. */
function healthWord(state: CoordinatorState, health: Health, nowMs: number): 'up' | 'down' | 'unknown' {
  const { heardAtMs, failures } = health;
  if (failures === 0) return heardAtMs === undefined ? 'unknown' : 'up';
  return heardAtMs !== undefined && nowMs - heardAtMs < state.settings.leaseMs && failures === 1 ? 'up' : 'down';
}

/** What this leader knows of an instance. */
export function healthOf(state: CoordinatorState, database: string, instance: string): Health {
  return state.watches.get(database)?.instances.get(instance) ?? UNKNOWN_HEALTH;
}

/** How far an instance's log reaches: by its own report or by MAIN's, whichever tells more. */
export function storedLsnOf(state: CoordinatorState, database: Database, instance: string): number | undefined {
  const { database: name, main } = database.assignment;
  const own = healthOf(state, name, instance).report?.stored.lsn;
  const seen = healthOf(state, name, main).report?.replicas.find((replica) => replica.name === instance);
  const byMain = seen?.silentMs === undefined ? undefined : seen.storedLsn;
  if (own === undefined) return byMain;
  return byMain === undefined ? own : Math.max(own, byMain);
}

/** Transactions behind MAIN, never negative; undefined when either is not known. */
export function lagOf(state: CoordinatorState, database: Database, instance: string): number | undefined {
  const ofMain = storedLsnOf(state, database, database.assignment.main);
  const own = storedLsnOf(state, database, instance);
  return ofMain === undefined || own === undefined ? undefined : Math.max(0, ofMain - own);
}
