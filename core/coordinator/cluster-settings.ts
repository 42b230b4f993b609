/** The settings that hold for all databases of a group: names and values of Memgraph's coordinator settings. */

import { isManual } from '../replication/assignment.ts';
import type { ClusterState, CommandOf } from './cluster-state.ts';
import type { CoordinatorSettings } from './coordinator-state.ts';
import { amend, type Outcome } from './outcome.ts';

export const SETTING_NAMES = [
  'enabled_reads_on_main',
  'max_replica_read_lag',
  'instance_down_timeout_sec',
  'instance_health_check_frequency_sec',
  'global_read_only',
  'sync_failover_only',
  'max_failover_replica_lag',
] as const;

export type SettingName = (typeof SETTING_NAMES)[number];

/** Longest time, in seconds, that an instance may be silent: a lease lasts as long, and a new leader waits for it. */
const DOWN_TIMEOUT_SEC_MAX = 3_600;

/** A setting's value while nobody has set it. */
export function defaultOf(name: SettingName, settings: CoordinatorSettings): string {
  switch (name) {
    case 'enabled_reads_on_main':
      // Memgraph's default is false. Here reads go to the nearest instance, and for those who are near MAIN that is MAIN.
      return 'true';
    case 'max_replica_read_lag':
    case 'max_failover_replica_lag':
      return 'unlimited';
    case 'sync_failover_only':
      return 'true';
    case 'instance_down_timeout_sec':
      return String(settings.leaseMs / 1_000);
    case 'instance_health_check_frequency_sec':
      return String(settings.checkEveryMs / 1_000);
    case 'global_read_only':
      return 'false';
  }
}

/** What is wrong with a value; undefined when nothing is. */
export function complaintAbout(
  name: SettingName,
  value: string,
  state: ClusterState,
  defaults: CoordinatorSettings,
): string | undefined {
  const other = (of: SettingName) => Number(state.settings.get(of) ?? defaultOf(of, defaults));
  switch (name) {
    case 'enabled_reads_on_main':
    case 'global_read_only':
    case 'sync_failover_only':
      return value === 'true' || value === 'false' ? undefined : `'${name}' is 'true' or 'false'`;
    case 'max_replica_read_lag':
    case 'max_failover_replica_lag':
      return value === 'unlimited' || isInteger(value)
        ? undefined
        : `'${name}' is a number of transactions, or 'unlimited'`;
    case 'instance_down_timeout_sec': {
      if (!isInteger(value) || Number(value) < 1 || Number(value) > DOWN_TIMEOUT_SEC_MAX) {
        return `'${name}' is a number of seconds from 1 to ${DOWN_TIMEOUT_SEC_MAX}`;
      }
      if (Number(value) >= other('instance_health_check_frequency_sec')) return undefined;
      return `'${name}' cannot be less than 'instance_health_check_frequency_sec'`;
    }
    case 'instance_health_check_frequency_sec': {
      if (!isInteger(value) || Number(value) < 1) return `'${name}' is a number of seconds, at least 1`;
      if (Number(value) <= other('instance_down_timeout_sec')) return undefined;
      return `'${name}' cannot be more than 'instance_down_timeout_sec'`;
    }
  }
}

function isInteger(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** A setting in the log. `global_read_only` goes to the MAIN of each database. */
export function applySetting(state: ClusterState, { name, value }: CommandOf<'setSetting'>): Outcome {
  const longestDownTimeoutSec =
    name === 'instance_down_timeout_sec'
      ? Math.max(state.longestDownTimeoutSec, Number(value))
      : state.longestDownTimeoutSec;
  const settings = new Map(state.settings).set(name, value);
  const databases = name === 'global_read_only' ? withReadOnly(state, value === 'true') : state.databases;
  return {
    state: { ...state, databases, settings, longestDownTimeoutSec },
    result: { done: true, database: undefined },
  };
}

function withReadOnly(state: ClusterState, readOnly: boolean): ClusterState['databases'] {
  return new Map(
    [...state.databases].map(([name, database]) => [
      name,
      database.status.type === 'dropping' || isManual(database.assignment) ? database : amend(database, { readOnly }),
    ]),
  );
}

/** The times that hold with the settings in the log. */
export function effectiveSettings(defaults: CoordinatorSettings, state: ClusterState): CoordinatorSettings {
  const downSec = state.settings.get('instance_down_timeout_sec');
  const checkSec = state.settings.get('instance_health_check_frequency_sec');
  return {
    ...defaults,
    leaseMs: downSec === undefined ? defaults.leaseMs : Number(downSec) * 1_000,
    longestLeaseMs: Math.max(defaults.longestLeaseMs, defaults.leaseMs, state.longestDownTimeoutSec * 1_000),
    checkEveryMs: checkSec === undefined ? defaults.checkEveryMs : Number(checkSec) * 1_000,
  };
}

/** Whether an ASYNC instance may become MAIN when nobody of the in-sync set can, so that what it does not have is given up. */
export function mayGiveUp({ settings }: ClusterState): boolean {
  return settings.get('sync_failover_only') === 'false';
}

/** How many transactions an ASYNC instance may lack that becomes MAIN. */
export function failoverLagMax({ settings }: ClusterState): number {
  const lag = settings.get('max_failover_replica_lag') ?? 'unlimited';
  return lag === 'unlimited' ? Number.POSITIVE_INFINITY : Number(lag);
}
