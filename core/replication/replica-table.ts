/** SHOW REPLICAS, with Memgraph's columns first and what is Skein's own after them. */
import type { Assignment } from './assignment.ts';
import type { InstanceReport, ReplicaState } from './message.ts';

type ReplicaCell = string | number | boolean | null | ReadonlyMap<string, ReplicaCell>;

export const REPLICA_COLUMNS = [
  'name',
  'socket_address',
  'sync_mode',
  'system_info',
  'data_info',
  'region',
  'in_sync',
  'lag_ms',
  'upstream',
  'fed_by',
] as const;

/** A row for each replica, as MAIN sees it; `report` is MAIN's own, where it is known. */
export function replicaRows(
  { database, main, instances, inSync }: Assignment,
  report: InstanceReport | undefined,
): (readonly ReplicaCell[])[] {
  return instances
    .filter(({ name }) => name !== main)
    .map(({ name, alias, mode, region, servers, upstream = null }) => {
      const seen = report?.replicas.find((replica) => replica.name === name);
      const info = new Map<string, ReplicaCell>([
        ['ts', seen?.storedLsn ?? null],
        ['behind', seen === undefined || report === undefined ? null : seen.storedLsn - report.stored.lsn],
        ['status', seen === undefined ? 'unknown' : stateWord(seen.state)],
      ]);
      const address = servers?.replication_server ?? '';
      const dataInfo = new Map([[database, info]]);
      const isMember = inSync.includes(name);
      const fedBy = seen === undefined ? null : seen.relayed ? upstream : main;
      const own = [region, isMember, seen?.lagMs ?? null, upstream, fedBy];
      return [alias ?? name, address, mode.toLowerCase(), null, dataInfo, ...own];
    });
}

function stateWord(state: ReplicaState): string {
  return state === 'behind' ? 'invalid' : state;
}
