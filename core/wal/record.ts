/**
 * A record is one committed transaction in bytes: the length of its head in one byte, the head (MessagePack of
 * [version, epoch, lsn, previousHash, commitMs]), the deltas (MessagePack of their flat form), and the CRC-32C of all that.
 * Each record names the hash of the one before, so a history cannot be cut, mended or mixed unnoticed.
 * The version is the oldest that understands the deltas (core/version.ts).
 * Records of the first builds have no `commitMs`; those builds pass over what they do not know at the end of a head, so they read these too.
 */
import { assert } from '../assert.ts';
import { GraphError } from '../error.ts';
import type { Delta, Transaction } from '../graph/delta.ts';
import { decodePacked, encodePacked } from '../value/message-pack.ts';
import { checkVersion, VERSION, VERSION_MIN } from '../version.ts';
import {
  CHECKSUM_BYTES,
  damage,
  GENESIS_HASH,
  HASH_BYTES,
  hashText,
  recordHash,
  sameHash,
  unseal,
} from './checksum.ts';
import { packDeltas, unpackDeltas, versionOfDeltas } from './delta-codec.ts';

/** Its place in a record's head. */
const COMMIT_TIME_SLOT = 4;

/** A record's version stands after the length of its head and the mark of a list, which is short and so has its length in one byte. */
const VERSION_OFFSET = 2;

/** The largest record. It travels to a REPLICA in one message, which has 32 MiB at most. */
export const RECORD_BYTES_MAX = 24 * 1024 * 1024;

/** What goes into a record: a transaction and the hash of the record before it (GENESIS_HASH for the first). */
export interface RecordFields extends Transaction {
  readonly previousHash: Uint8Array;
  /** See RecordHead. */
  readonly commitMs?: number | undefined;
}

/** A record without its deltas: which transaction it is, the hash before it, and its own. */
export interface RecordHead extends LogPosition {
  readonly previousHash: Uint8Array;
  /**
   * When it was committed, in milliseconds since 1970 by the clock of the MAIN that did, and never less than in the record before.
   * Undefined in records of the first builds.
   */
  readonly commitMs: number | undefined;
}

/** A record read from bytes. */
export interface WalRecord extends RecordHead, Transaction {}

/** A record in bytes. Its hash is what the next record names. */
export interface EncodedRecord extends LogPosition {
  readonly bytes: Uint8Array;
}

/** A place in a history: the last record known. The empty history is GENESIS. */
export interface LogPosition {
  readonly epoch: number;
  readonly lsn: number;
  readonly hash: Uint8Array;
}

/** Before the first record. */
export const GENESIS: LogPosition = { epoch: 0, lsn: 0, hash: GENESIS_HASH };

/** Writes a record. A transaction too large for one is a GraphError, so encode before the commit is final. */
export function encodeRecord(fields: RecordFields): EncodedRecord {
  const { epoch, lsn, previousHash, commitMs } = fields;
  assert(previousHash.length === HASH_BYTES, 'a hash has 8 bytes');
  const untimed = [versionOfDeltas(fields.deltas), epoch, lsn, previousHash];
  const head = encodePacked(commitMs === undefined ? untimed : [...untimed, commitMs]);
  const bytes = encodePacked(packDeltas(fields.deltas), { before: 1 + head.length, after: CHECKSUM_BYTES });
  if (bytes.length > RECORD_BYTES_MAX) {
    throw new GraphError(
      'Neo.TransientError.General.TransactionMemoryLimit',
      `The transaction has ${bytes.length} bytes of changes, and at most ${RECORD_BYTES_MAX} can be committed at once.`,
    );
  }
  bytes[0] = head.length;
  bytes.set(head, 1);
  const body = bytes.subarray(0, bytes.length - CHECKSUM_BYTES);
  const hash = recordHash(body);
  // The checksum is the first half of the hash, so the bytes are gone over twice and not three times.
  bytes.set(hash.subarray(0, CHECKSUM_BYTES), body.length);
  return { epoch, lsn, hash, bytes };
}

/** Reads a record. Bytes that are not a sound record of a known format are a GraphError `StorageDamageDetected`. */
export function decodeRecord(bytes: Uint8Array): WalRecord {
  const body = checkedBody(bytes);
  return readSound(() => ({ ...readHead(body), deltas: readDeltas(body) }));
}

/** Reads a record's head and checks all its bytes, but leaves out the deltas, which cost most. Errors as decodeRecord. */
export function readRecordHead(bytes: Uint8Array): RecordHead {
  const body = checkedBody(bytes);
  return readSound(() => readHead(body));
}

/** The oldest version that understands a record, of bytes that have been checked before. */
export function versionOfRecord(bytes: Uint8Array): number {
  return bytes[VERSION_OFFSET] ?? VERSION_MIN;
}

/** When a record was committed, of bytes that have been checked before. */
export function commitTimeOf(bytes: Uint8Array): number | undefined {
  return readSound(() => readCommitTime(readHeadSlots(bytes)));
}

function checkedBody(bytes: Uint8Array): Uint8Array {
  const body = bytes.length > RECORD_BYTES_MAX ? undefined : unseal(bytes);
  if (!body) throw damage('a record does not agree with its checksum');
  return body;
}

/** Bytes that agree with their checksum and cannot be read are damage as well. */
function readSound<Read>(read: () => Read): Read {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    throw damage(`a record cannot be read: ${error.message}`, error);
  }
}

function readHead(body: Uint8Array): RecordHead {
  const slots = readHeadSlots(body);
  const [version, epoch, lsn, previousHash] = slots;
  if (!isCount(version) || version < VERSION_MIN)
    throw damage(`its version is ${String(version)}, and there is none such`);
  checkVersion('a record of the log', version, VERSION);
  if (!isCount(epoch) || !isCount(lsn) || lsn === 0) throw damage('it has no epoch or no lsn');
  if (!(previousHash instanceof Uint8Array) || previousHash.length !== HASH_BYTES)
    throw damage('it has no previous hash');
  // A copy: the eight bytes must not keep the whole record in memory.
  return { epoch, lsn, previousHash: previousHash.slice(), commitMs: readCommitTime(slots), hash: recordHash(body) };
}

function readHeadSlots(body: Uint8Array): unknown[] {
  const packed = decodePacked(body.subarray(1, 1 + (body[0] ?? 0)));
  if (!Array.isArray(packed)) throw damage('its head is not a list');
  return packed;
}

function readCommitTime(slots: readonly unknown[]): number | undefined {
  const commitMs = slots[COMMIT_TIME_SLOT];
  if (commitMs !== undefined && !isCount(commitMs)) throw damage('its time of commit is none');
  return commitMs;
}

function readDeltas(body: Uint8Array): Delta[] {
  const slots = decodePacked(body.subarray(1 + (body[0] ?? 0)));
  if (!Array.isArray(slots)) throw damage('its deltas are not a list');
  return unpackDeltas(slots);
}

function isCount(field: unknown): field is number {
  return Number.isSafeInteger(field) && (field as number) >= 0; // A safe integer is a number.
}

/** Does `record` go on from `position`? The answer is undefined, or what does not fit, for people. */
export function chainFault(position: LogPosition, record: RecordHead): string | undefined {
  if (record.lsn !== position.lsn + 1) return `lsn ${record.lsn} follows lsn ${position.lsn}`;
  if (record.epoch < position.epoch) {
    return `lsn ${record.lsn} is of epoch ${record.epoch}, but epoch ${position.epoch} came before it`;
  }
  if (!sameHash(record.previousHash, position.hash)) {
    const [expected, found] = [hashText(position.hash), hashText(record.previousHash)];
    return `lsn ${record.lsn} goes on from hash ${found}, but lsn ${position.lsn} has hash ${expected}`;
  }
  return undefined;
}

/** Checks that records follow one another from `position`, and returns where they end. A break is a GraphError. */
export function verifyChain(position: LogPosition, records: Iterable<RecordHead>): LogPosition {
  let last = position;
  for (const record of records) {
    const fault = chainFault(last, record);
    if (fault) throw damage(`the log is broken: ${fault}`);
    last = { epoch: record.epoch, lsn: record.lsn, hash: record.hash };
  }
  return last;
}
