/**
 * Configurations as bytes, where storage keeps what the state machine encoded. They begin as the state machine's own formats do, with a
 * version that these do not have: code from before configurations reads them as unknown, and stops instead of voting in the wrong group.
 */
import { decode, encode } from '@msgpack/msgpack';
import { assert } from '../assert.ts';
import { NewerVersionError, VERSION } from '../version.ts';
import type { Configuration, Group, Snapshot } from './message.ts';

const FORMAT_VERSION = 3;

export function encodeGroup({ members, removed }: Group): Uint8Array {
  return encode([FORMAT_VERSION, { members, removed }]);
}

/** The inverse of encodeGroup. */
export function decodeGroup(bytes: Uint8Array): Group {
  return contentOf(bytes) as Group; // Written by encodeGroup, as the version says.
}

/** A snapshot's data together with its configuration. */
export function encodeWithConfiguration(configuration: Configuration, data: Uint8Array): Uint8Array {
  return encode([FORMAT_VERSION, { configuration, data }]);
}

/** The inverse of encodeWithConfiguration. */
export function decodeWithConfiguration(bytes: Uint8Array): Required<Pick<Snapshot, 'configuration' | 'data'>> {
  return contentOf(bytes) as Required<Pick<Snapshot, 'configuration' | 'data'>>; // Likewise.
}

function contentOf(bytes: Uint8Array): unknown {
  const decoded = decode(bytes);
  assert(Array.isArray(decoded) && decoded.length === 2, 'a stored configuration is none');
  const [version, content]: unknown[] = decoded;
  assert(typeof version === 'number' && version >= FORMAT_VERSION, 'a stored configuration has no format');
  if (version > FORMAT_VERSION)
    throw new NewerVersionError(`format ${version} of a configuration`, VERSION + 1, VERSION);
  return content;
}
