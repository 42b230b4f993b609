/** SHOW REPLICAS and its like, with Memgraph's columns first and what is Skein's own after them. */
import { REPLICA_COLUMNS, replicaRows } from '../replication/replica-table.ts';
import { SETTING_NAMES } from './cluster-settings.ts';
import type { Database } from './cluster-state.ts';
import type { CoordinatorState } from './coordinator-state.ts';
import type { Cell, ShownTable, Table } from './request.ts';
import { healthOf, lagOf, NO_SERVERS, settingOf, storedLsnOf, topologyOf } from './show.ts';

/** What a table is about. */
export interface Subject {
  /** One database, or all. */
  readonly databases: readonly Database[];
  readonly instance: string | undefined;
  readonly nowMs: number;
}

/** Tables whose values the instances themselves have to tell. */
export function asksInstances(what: ShownTable): boolean {
  return what === 'replicas' || what === 'replicationRole' || what === 'replicationLag';
}

/** The table, from what this leader knows. */
export function tableOf(state: CoordinatorState, what: ShownTable, subject: Subject): Table {
  switch (what) {
    case 'replicas':
      return replicas(state, subject);
    case 'replicationRole':
      return { columns: ['replication role'], rows: subject.databases.map((one) => [roleOf(state, one, subject)]) };
    case 'replicationLag':
      return {
        columns: ['instance_name', 'data_info'],
        rows: subject.databases.flatMap((database) => lagRows(state, database)),
      };
    case 'instance':
      return {
        columns: ['name', 'bolt_server', 'coordinator_server', 'management_server', 'role'],
        rows: [[state.self, ...serversOf(state), state.raft.role === 'leader' ? 'leader' : 'follower']],
      };
    case 'routingTable':
      return { columns: ['role', 'servers'], rows: routes(state, subject) };
    case 'settings':
      return {
        columns: ['setting_name', 'setting_value'],
        rows: SETTING_NAMES.map((name) => [name, settingOf(state, name)]),
      };
    case 'failovers':
      return failovers(subject);
  }
}

function serversOf({ self, raft }: CoordinatorState): readonly string[] {
  const { servers = NO_SERVERS } = raft.configuration.members.find(({ id }) => id === self) ?? {};
  return [servers.bolt_server, servers.coordinator_server, servers.management_server];
}

/** As MAIN sees them. */
function replicas(state: CoordinatorState, { databases }: Subject): Table {
  const rows = databases.flatMap(({ assignment }) =>
    replicaRows(assignment, healthOf(state, assignment.database, assignment.main).report),
  );
  return { columns: REPLICA_COLUMNS, rows };
}

function roleOf(state: CoordinatorState, { assignment, status }: Database, { instance }: Subject): Cell {
  const { database, main } = assignment;
  const report = instance === undefined ? undefined : healthOf(state, database, instance).report;
  if (report !== undefined) return report.role === 'none' ? 'none' : report.role;
  return (instance ?? main) === main && status.type === 'online' ? 'main' : 'replica';
}

function lagRows(state: CoordinatorState, database: Database): (readonly Cell[])[] {
  const { database: name, main, instances } = database.assignment;
  const report = healthOf(state, name, main).report;
  return instances.map((instance) => {
    const seen = report?.replicas.find((replica) => replica.name === instance.name);
    const info = new Map<string, Cell>([
      ['num_committed_txns', storedLsnOf(state, database, instance.name) ?? null],
      ['num_txns_behind_main', lagOf(state, database, instance.name) ?? null],
      ['ms_behind_main', instance.name === main ? 0 : (seen?.lagMs ?? null)],
    ]);
    return [instance.name, new Map([[name, info]])];
  });
}

/** Roles without a server are left out. */
function routes(state: CoordinatorState, { databases, nowMs }: Subject): (readonly Cell[])[] {
  const rows: [string, string[]][] = [];
  for (const database of databases) {
    const topology = topologyOf(state, database, nowMs);
    const address = (name: string) => `${topology.database}@${name}`;
    const living = topology.instances.filter(({ health }) => health !== 'down');
    const readers = living.filter(({ reads }) => reads);
    rows.push(['WRITE', topology.main === undefined ? [] : [address(topology.main)]]);
    rows.push(['READ', (readers.length > 0 ? readers : living).map(({ name }) => address(name))]);
  }
  rows.push(['ROUTE', state.raft.voters.toSorted()]);
  return rows.filter(([, servers]) => servers.length > 0);
}

function failovers({ databases }: Subject): Table {
  return {
    columns: [
      'database',
      'old_main',
      'new_main',
      'old_epoch',
      'new_epoch',
      'reason',
      'lost_at_least',
      'lost_at_most',
      'duration_ms',
      'ended_at_ms',
    ],
    rows: databases.flatMap(({ assignment, failovers: past }) =>
      past.map(({ from, to, fromEpoch, toEpoch, reason, lost, beganAtMs, endedAtMs }) => [
        assignment.database,
        from,
        to,
        fromEpoch,
        toEpoch,
        reason,
        lost.atLeast,
        lost.atMost ?? 'unknown',
        Math.max(0, endedAtMs - beganAtMs),
        endedAtMs,
      ]),
    ),
  };
}
