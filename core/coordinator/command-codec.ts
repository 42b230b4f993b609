/** Commands and the cluster's state as bytes: what Raft's log and its snapshots hold. */
import { decode, encode } from '@msgpack/msgpack';
import { assert } from '../assert.ts';
import type { SettingName } from './cluster-settings.ts';
import type { ClusterState, Command, Database } from './cluster-state.ts';

/** Version 2 brought settings, planned changes of MAIN, and instances that come and go. */
const FORMAT_VERSION = 2;
const FORMAT_VERSION_MIN = 1;

export function encodeCommand(command: Command): Uint8Array {
  return encode([FORMAT_VERSION, command]);
}

/** The inverse of encodeCommand. The bytes come from this group's own log, so what cannot be read is a broken invariant. */
export function decodeCommand(bytes: Uint8Array): Command {
  const { version, content } = decodeVersioned(bytes);
  const command = content as Command; // Written by encodeCommand, as the version says.
  if (version > 1) return command;
  if (command.type === 'beginFailover') return { ...command, ...UNPLANNED, atMs: 0 };
  if (command.type === 'completeFailover') return { ...command, atMs: 0, lost: { atLeast: 0, atMost: null } };
  return command;
}

const UNPLANNED = { choice: { type: 'best' }, reason: 'down' } as const;

export function encodeCluster(state: ClusterState): Uint8Array {
  const { databases, settings, longestDownTimeoutSec } = state;
  return encode([FORMAT_VERSION, [[...databases.values()], [...settings], longestDownTimeoutSec]]);
}

/** The inverse of encodeCluster. */
export function decodeCluster(bytes: Uint8Array): ClusterState {
  const { version, content } = decodeVersioned(bytes);
  // Written by encodeCluster, as the version says.
  const [databases, settings, longestDownTimeoutSec] = (version === 1 ? [content, [], 0] : content) as StoredCluster;
  const whole = databases.map((database) => (version === 1 ? upgraded(database) : database));
  return {
    databases: new Map(whole.map((database) => [database.assignment.database, withoutNulls(database)])),
    settings: new Map(settings),
    longestDownTimeoutSec,
  };
}

type StoredCluster = [databases: Database[], settings: [SettingName, string][], longestDownTimeoutSec: number];

/** A database as version 1 had it. */
function upgraded(database: Database): Database {
  const { status } = database;
  const full = status.type === 'failingOver' ? { ...status, ...UNPLANNED, beganAtMs: 0 } : status;
  return { ...database, status: full, leaving: [], unconfirmedVersion: undefined, failovers: [] };
}

/** MessagePack writes `undefined` as null. */
function withoutNulls(database: Database): Database {
  return { ...database, unconfirmedVersion: database.unconfirmedVersion ?? undefined };
}

function decodeVersioned(bytes: Uint8Array): { readonly version: number; readonly content: unknown } {
  const decoded = decode(bytes);
  assert(Array.isArray(decoded) && decoded.length === 2, 'the coordinators’ log holds what is not theirs');
  const [version, content]: unknown[] = decoded;
  assert(
    typeof version === 'number' && version >= FORMAT_VERSION_MIN && version <= FORMAT_VERSION,
    `the coordinators’ log is of format ${String(version)}, which is unknown`,
  );
  return { version, content };
}
