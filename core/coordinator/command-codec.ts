/** Commands and the cluster's state as bytes: what Raft's log and its snapshots hold. */
import { decode, encode } from '@msgpack/msgpack';
import { assert } from '../assert.ts';
import type { ClusterState, Command, Database } from './cluster-state.ts';

const FORMAT_VERSION = 1;

export function encodeCommand(command: Command): Uint8Array {
  return encode([FORMAT_VERSION, command]);
}

/** The inverse of encodeCommand. The bytes come from this group's own log, so what cannot be read is a broken invariant. */
export function decodeCommand(bytes: Uint8Array): Command {
  return decodeVersioned(bytes) as Command; // Written by encodeCommand, as the version says.
}

export function encodeCluster(state: ClusterState): Uint8Array {
  return encode([FORMAT_VERSION, [...state.databases.values()]]);
}

/** The inverse of encodeCluster. */
export function decodeCluster(bytes: Uint8Array): ClusterState {
  const databases = decodeVersioned(bytes) as Database[]; // Written by encodeCluster, as the version says.
  return { databases: new Map(databases.map((database) => [database.assignment.database, database])) };
}

function decodeVersioned(bytes: Uint8Array): unknown {
  const decoded = decode(bytes);
  assert(Array.isArray(decoded) && decoded.length === 2, 'the coordinators’ log holds what is not theirs');
  const [version, content]: unknown[] = decoded;
  assert(version === FORMAT_VERSION, `the coordinators’ log is of format ${String(version)}, which is unknown`);
  return content;
}
