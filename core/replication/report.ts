/** What an instance tells others of itself, and a MAIN of its replicas. */
import { VERSION_MIN } from '../version.ts';
import type { InstanceState, Replica } from './instance-state.ts';
import { lagMsOf } from './lag.ts';
import type { InstanceReport, ReplicaReport, ReplicaState } from './message.ts';
import { isRelayed } from './relay.ts';
import { needsOf } from './version-need.ts';

export function reportOf(state: InstanceState, nowMs: number): InstanceReport {
  const needs = needsOf(state);
  return {
    cluster: state.cluster,
    epoch: state.epoch,
    version: state.assignment?.version ?? 0,
    role: state.role,
    stored: state.stored,
    acknowledgedLsn: state.acknowledgedLsn,
    quarantine: state.quarantine,
    ...(needs > VERSION_MIN && { needs }),
    replicas: state.main?.replicas.map((replica) => replicaReport(replica, state, nowMs)) ?? [],
  };
}

function replicaReport(replica: Replica, state: InstanceState, nowMs: number): ReplicaReport {
  const { name, storedLsn, heardAtMs } = replica;
  const silentMs = heardAtMs === undefined ? undefined : nowMs - heardAtMs;
  const times = state.main?.commitTimes ?? [];
  const lagMs = lagMsOf(replica, { lsn: state.stored.lsn, times, nowMs });
  const word = replicaState(replica, state);
  const isFed = isRelayed(state.main?.replicas ?? [], replica);
  return { name, storedLsn, state: word, silentMs, lagMs, ...(isFed && { relayed: true }) };
}

/** Memgraph's word for how a replica is doing. */
export function replicaState(replica: Replica, main: InstanceState): ReplicaState {
  if (replica.diverged) return 'diverged';
  if (replica.heardAtMs === undefined || replica.failures > 0) return 'behind';
  const lag = main.stored.lsn - replica.storedLsn;
  if (lag === 0) return 'ready';
  return replica.transfer !== undefined || lag > main.settings.joinLagMax ? 'recovery' : 'replicating';
}
