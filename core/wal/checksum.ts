/**
 * The checksums of everything that is stored. CRC-32C finds what disks and bugs do to bytes; it is no defence against
 * somebody who forges them. Source: RFC 3720 §B.4 for CRC-32C, ISO 3309 for CRC-32.
 */
/// <reference path="./crc-32c.d.ts" />
import crc32 from 'crc-32';
import crc32c from 'crc-32/crc32c.js';
import { GraphError } from '../error.ts';

/** Bytes of a checksum at the end of records, rows, chunks and manifests. */
export const CHECKSUM_BYTES = 4;

/** Bytes of a record's hash. */
export const HASH_BYTES = 8;

/** What the first record names as its predecessor's hash. */
export const GENESIS_HASH: Uint8Array = new Uint8Array(HASH_BYTES);

/** CRC-32C of bytes, unsigned. `seed` is the checksum of the bytes before these. */
export function checksum(bytes: Uint8Array, seed = 0): number {
  return crc32c.buf(bytes, seed) >>> 0;
}

/**
 * The hash of a record's bytes: their CRC-32C and their CRC-32. Since the bytes name the hash before, equal hashes at
 * an lsn mean equal histories up to it, but for a chance of one in 2^64. Never of bytes that end with their own CRC,
 * which would make it a constant.
 */
export function recordHash(body: Uint8Array): Uint8Array {
  const hash = new Uint8Array(HASH_BYTES);
  const view = new DataView(hash.buffer);
  view.setUint32(0, checksum(body));
  view.setUint32(4, crc32.buf(body) >>> 0);
  return hash;
}

/** Do two record hashes agree? */
export function sameHash(one: Uint8Array, other: Uint8Array): boolean {
  if (one.length !== other.length) return false;
  for (let index = 0; index < one.length; index++) if (one[index] !== other[index]) return false;
  return true;
}

/** A record's hash as hexadecimal text, for messages to people. */
export function hashText(hash: Uint8Array): string {
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** Writes the checksum of all bytes before the last four into the last four. */
export function seal(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  viewOf(bytes).setUint32(body.length, checksum(body));
  return bytes;
}

/** The bytes before the checksum, or undefined when they do not agree with it. The inverse of seal. */
export function unseal(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < CHECKSUM_BYTES) return undefined;
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  return viewOf(bytes).getUint32(body.length) === checksum(body) ? body : undefined;
}

/** A view of exactly these bytes. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Pieces of `length` bytes in all as one. */
export function join(pieces: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let offset = 0;
  for (const piece of pieces) {
    bytes.set(piece, offset);
    offset += piece.length;
  }
  return bytes;
}

/** The error for stored bytes that are not what was written. */
export function damage(message: string, cause?: unknown): GraphError {
  return new GraphError('Neo.DatabaseError.General.StorageDamageDetected', message, cause ? { cause } : {});
}
