/** Commands and the cluster's state as bytes: what Raft's log and its snapshots hold. */
import { decode, encode } from '@msgpack/msgpack';
import { assert } from '../assert.ts';
import { NewerVersionError, VERSION, VERSION_MIN } from '../version.ts';
import type { SettingName } from './cluster-settings.ts';
import type { ClusterState, Command, Database } from './cluster-state.ts';

/**
 * Format 2 brought settings, planned changes of MAIN, and instances that come and go. What has nothing of these is written in
 * format 1, whose readers skip the fields that they do not know. Both are of version 1 (core/version.ts). Format 3 is of version 2, which
 * brought databases whose roles are given by hand, which earlier readers would take for others, replicas that feed others, and failovers
 * that give something up.
 */
const FORMAT = 3;
const FORMAT_MIN = 1;

export function encodeCommand(command: Command): Uint8Array {
  return encode([formatOf(command), command]);
}

/** The oldest version that understands a command. */
export function versionOfCommand(command: Command): number {
  return versionOfFormat(formatOf(command));
}

/** The oldest version that understands an encoded command or state. */
export function versionOfEncoded(bytes: Uint8Array): number {
  // A list of two, whose first is a small integer.
  const format = bytes[1] ?? 0;
  return format > FORMAT ? VERSION + 1 : versionOfFormat(format);
}

function versionOfFormat(format: number): number {
  return format < FORMAT ? VERSION_MIN : VERSION;
}

function formatOf(command: Command): number {
  if (command.type === 'createDatabase' && command.manual) return 3;
  if (command.type === 'addInstance' && command.instance.upstream !== undefined) return 3;
  if (command.type === 'completeFailover' && command.givenUpAfterLsn !== undefined) return 3;
  if (command.type === 'setSetting' && command.name === 'sync_failover_only' && command.value === 'false') return 3;
  return isKnownToFormat1(command) ? 1 : 2;
}

function isKnownToFormat1(command: Command): boolean {
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
  const command = decodeFormatted(bytes).content as Command; // Written by encodeCommand, as the format says.
  if (command.type === 'beginFailover') return { ...BEGUN, ...command };
  if (command.type === 'completeFailover') return { ...ENDED, ...command };
  return command;
}

/** How every failover in format 1 was. */
const UNPLANNED = { choice: { type: 'best' }, reason: 'down' } as const;
const BEGUN = { ...UNPLANNED, atMs: 0 };
const FAILING = { ...UNPLANNED, beganAtMs: 0 };
const ENDED = { atMs: 0, lost: { atLeast: 0, atMost: null } };

export function encodeCluster(state: ClusterState): Uint8Array {
  const { settings, longestDownTimeoutSec } = state;
  const databases = [...state.databases.values()];
  const isNew = state.version > VERSION_MIN;
  if (!isNew && settings.size === 0 && databases.every(isKnownToFirstFormat)) return encode([1, databases]);
  return encode([isNew ? FORMAT : 2, [databases, [...settings], longestDownTimeoutSec]]);
}

function isKnownToFirstFormat({ status, leaving, unconfirmedVersion }: Database): boolean {
  const isPlanned = status.type === 'failingOver' && status.reason !== 'down';
  return !isPlanned && leaving.length === 0 && unconfirmedVersion === undefined;
}

/** The inverse of encodeCluster. */
export function decodeCluster(bytes: Uint8Array): ClusterState {
  const { format, content } = decodeFormatted(bytes);
  // Written by encodeCluster, as the format says.
  const [databases, settings, longestDownTimeoutSec] = (format === 1 ? [content, [], 0] : content) as StoredCluster;
  return {
    databases: new Map(databases.map((database) => [database.assignment.database, completed(database)])),
    settings: new Map(settings),
    longestDownTimeoutSec,
    version: versionOfFormat(format),
  };
}

type StoredCluster = [databases: Database[], settings: [SettingName, string][], longestDownTimeoutSec: number];

/** With what format 1 did not know; and MessagePack has written `undefined` as null. */
function completed(stored: Database): Database {
  const database = { ...EMPTY, ...stored };
  const { status, unconfirmedVersion } = database;
  const full = status.type === 'failingOver' ? { ...FAILING, ...status } : status;
  return { ...database, status: full, unconfirmedVersion: unconfirmedVersion ?? undefined };
}

const EMPTY = { leaving: [], failovers: [] } as const;

function decodeFormatted(bytes: Uint8Array): { readonly format: number; readonly content: unknown } {
  const decoded = decode(bytes);
  assert(Array.isArray(decoded) && decoded.length === 2, 'the coordinators’ log holds what is not theirs');
  const [format, content]: unknown[] = decoded;
  assert(typeof format === 'number' && format >= FORMAT_MIN, 'the coordinators’ log holds what has no format');
  if (format > FORMAT) throw new NewerVersionError(`format ${format} of the coordinators’ log`, VERSION + 1, VERSION);
  return { format, content };
}
