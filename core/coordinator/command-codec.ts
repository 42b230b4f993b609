/** Commands and the cluster's state as bytes: what Raft's log and its snapshots hold. */
import { decode, encode } from '@msgpack/msgpack';
import { assert } from '../assert.ts';
import { isManual } from '../replication/assignment.ts';
import type { SettingName } from './cluster-settings.ts';
import type { ClusterState, Command, Database } from './cluster-state.ts';

/**
 * Version 2 brought settings, planned changes of MAIN, and instances that come and go. What has nothing of these is written as
 * version 1, whose readers skip the fields that they do not know: in a roll-out old and new code share a log for minutes. Version 3 brought
 * databases whose roles are given by hand, which earlier readers would take for others, replicas that feed others, and failovers that give
 * something up.
 */
const FORMAT_VERSION = 3;
const FORMAT_VERSION_MIN = 1;

export function encodeCommand(command: Command): Uint8Array {
  return encode([versionOf(command), command]);
}

function versionOf(command: Command): number {
  if (command.type === 'createDatabase' && command.manual) return 3;
  if (command.type === 'addInstance' && command.instance.upstream !== undefined) return 3;
  if (command.type === 'completeFailover' && command.givenUpAfterLsn !== undefined) return 3;
  return isKnownToVersion1(command) ? 1 : 2;
}

function isKnownToVersion1(command: Command): boolean {
  switch (command.type) {
    case 'createDatabase':
    case 'dropDatabase':
    case 'changeInSync':
    case 'completeFailover':
      return true;
    case 'told':
      return command.what === 'assigned' || command.what === 'dropped';
    case 'beginFailover':
      return command.reason === 'down';
    default:
      return false;
  }
}

/** The inverse of encodeCommand. The bytes come from this group's own log, so what cannot be read is a broken invariant. */
export function decodeCommand(bytes: Uint8Array): Command {
  const command = decodeVersioned(bytes).content as Command; // Written by encodeCommand, as the version says.
  if (command.type === 'beginFailover') return { ...BEGUN, ...command };
  if (command.type === 'completeFailover') return { ...ENDED, ...command };
  return command;
}

/** How every failover of version 1 was. */
const UNPLANNED = { choice: { type: 'best' }, reason: 'down' } as const;
const BEGUN = { ...UNPLANNED, atMs: 0 };
const FAILING = { ...UNPLANNED, beganAtMs: 0 };
const ENDED = { atMs: 0, lost: { atLeast: 0, atMost: null } };

export function encodeCluster(state: ClusterState): Uint8Array {
  const { settings, longestDownTimeoutSec } = state;
  const databases = [...state.databases.values()];
  if (settings.size === 0 && databases.every(isKnownAsVersion1)) return encode([1, databases]);
  const version = databases.some(isNewInVersion3) ? 3 : 2;
  return encode([version, [databases, [...settings], longestDownTimeoutSec]]);
}

function isNewInVersion3({ assignment }: Database): boolean {
  const { givenUp, instances } = assignment;
  return isManual(assignment) || givenUp !== undefined || instances.some(({ upstream }) => upstream !== undefined);
}

function isKnownAsVersion1(database: Database): boolean {
  const { status, leaving, unconfirmedVersion } = database;
  const isPlanned = status.type === 'failingOver' && status.reason !== 'down';
  return !isNewInVersion3(database) && !isPlanned && leaving.length === 0 && unconfirmedVersion === undefined;
}

/** The inverse of encodeCluster. */
export function decodeCluster(bytes: Uint8Array): ClusterState {
  const { version, content } = decodeVersioned(bytes);
  // Written by encodeCluster, as the version says.
  const [databases, settings, longestDownTimeoutSec] = (version === 1 ? [content, [], 0] : content) as StoredCluster;
  return {
    databases: new Map(databases.map((database) => [database.assignment.database, completed(database)])),
    settings: new Map(settings),
    longestDownTimeoutSec,
  };
}

type StoredCluster = [databases: Database[], settings: [SettingName, string][], longestDownTimeoutSec: number];

/** With what version 1 did not know; and MessagePack has written `undefined` as null. */
function completed(stored: Database): Database {
  const database = { ...EMPTY, ...stored };
  const { status, unconfirmedVersion } = database;
  const full = status.type === 'failingOver' ? { ...FAILING, ...status } : status;
  return { ...database, status: full, unconfirmedVersion: unconfirmedVersion ?? undefined };
}

const EMPTY = { leaving: [], failovers: [] } as const;

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
