/**
 * MessagePack with this project's extension types, and with the checks that bytes from outside need before the
 * library sees them. Source: the MessagePack specification; @msgpack/msgpack 3.1.
 *
 * Integers beyond the safe range are an extension and not MessagePack's int 64, because the library reads either all
 * of int 64 as bigint (and then writes safe integers past 2^32 as floats) or all of it as number (and then rounds).
 */
import { Decoder, Encoder, ExtData } from '@msgpack/msgpack';
import { assert } from '../assert.ts';
import { GraphError } from '../error.ts';
import { Float } from './value.ts';

/** How many containers may stand inside one another in encoded bytes: the deepest value and the message around it. */
export const ENCODED_DEPTH_MAX = 128;

/** The largest encoded item: what one call between objects can carry. Source: Durable Object RPC, 32 MiB. */
export const ENCODED_BYTES_MAX = 32 * 1024 * 1024;

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;
const BYTE_ORDER_MARK = 0xfeff;
const UNITS_AT_ONCE = 4096;

const EXTENSION = { integer: 1, float: 2, text: 3, mark: 4 } as const;

/** Stands first in an array that is not a list: what follows are the fields of the kind it names. */
export class Mark {
  readonly kind: number;

  constructor(kind: number) {
    this.kind = kind;
  }
}

/**
 * A string that the library's UTF-8 would change: it turns a lone surrogate in a long string into U+FFFD and drops a
 * byte order mark from the front of one. Such strings travel as UTF-16.
 */
export class RawText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Does the library's UTF-8 change this string? */
export function needsRawText(text: string): boolean {
  return text.charCodeAt(0) === BYTE_ORDER_MARK || !text.isWellFormed();
}

/** The error for bytes that are not what they should be. */
export function invalidBytes(message: string): GraphError {
  return new GraphError('Neo.ClientError.Request.InvalidFormat', message);
}

const extensionCodec = {
  tryToEncode(item: unknown): ExtData | null {
    if (item instanceof Float) return new ExtData(EXTENSION.float, floatBytes(item.value));
    if (item instanceof Mark) return new ExtData(EXTENSION.mark, Uint8Array.of(item.kind));
    if (typeof item === 'bigint') return new ExtData(EXTENSION.integer, integerBytes(item));
    if (item instanceof RawText) return new ExtData(EXTENSION.text, textBytes(item.text));
    return null;
  },

  decode(data: Uint8Array, type: number): unknown {
    const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
    if (type === EXTENSION.float && data.length === 8) return new Float(view.getFloat64(0));
    if (type === EXTENSION.mark && data.length === 1) return new Mark(view.getUint8(0));
    if (type === EXTENSION.integer && data.length === 8) return smallest(view.getBigInt64(0));
    if (type === EXTENSION.text && data.length % 2 === 0) return readText(view);
    throw invalidBytes(`The bytes hold an extension of unknown type ${type} with ${data.length} bytes.`);
  },
};

/** INTEGER has one form for each number, which is the JS `number` wherever that is exact. */
function smallest(integer: bigint): number | bigint {
  const small = Number(integer);
  return Number.isSafeInteger(small) ? small : integer;
}

function floatBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  // Every NaN is written with the same bits, so that equal graphs have equal bytes.
  new DataView(bytes.buffer).setFloat64(0, Number.isNaN(value) ? Number.NaN : value);
  return bytes;
}

function integerBytes(value: bigint): Uint8Array {
  assert(value >= INTEGER_MIN && value <= INTEGER_MAX, 'an INTEGER has 64 bits');
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, value);
  return bytes;
}

function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length * 2);
  const view = new DataView(bytes.buffer);
  for (let unit = 0; unit < text.length; unit++) view.setUint16(unit * 2, text.charCodeAt(unit));
  return bytes;
}

function readText(view: DataView): string {
  let text = '';
  for (let start = 0; start < view.byteLength; start += UNITS_AT_ONCE * 2) {
    const units: number[] = [];
    const end = Math.min(view.byteLength, start + UNITS_AT_ONCE * 2);
    for (let offset = start; offset < end; offset += 2) units.push(view.getUint16(offset));
    text += String.fromCharCode(...units);
  }
  return text;
}

/**
 * Packed items as bytes, with room left around them for a frame. `packed` holds what the library and the extensions
 * above know: null, booleans, numbers, bigints, strings, bytes, arrays, plain objects.
 */
export function encodePacked(packed: unknown, room: { before: number; after: number } = NO_ROOM): Uint8Array {
  const shared = encoder.encodeSharedRef(packed);
  const bytes = new Uint8Array(room.before + shared.length + room.after);
  bytes.set(shared, room.before);
  if (shared.length > ENCODER_BYTES_KEPT) encoder = newEncoder();
  return bytes;
}

const NO_ROOM = { before: 0, after: 0 };

/** The encoder's own buffer is used again and again, since most of what is encoded is short; one that has grown beyond this is let go. */
const ENCODER_BYTES_KEPT = 64 * 1024;

let encoder = newEncoder();

function newEncoder(): Encoder {
  return new Encoder({ extensionCodec, ignoreUndefined: true, maxDepth: ENCODED_DEPTH_MAX + 1 });
}

/**
 * The inverse of encodePacked. Any bytes may be given: damaged, hostile or empty ones are a GraphError, never a crash
 * or more memory than a small multiple of their length. Byte strings in the answer are views of `bytes`, not copies.
 */
export function decodePacked(bytes: Uint8Array, bytesMax: number = ENCODED_BYTES_MAX): unknown {
  if (bytes.length > bytesMax) throw invalidBytes(`There are ${bytes.length} bytes, at most ${bytesMax} are taken.`);
  checkShape(bytes);
  try {
    return new Decoder({ extensionCodec }).decode(bytes);
  } catch (error) {
    if (error instanceof GraphError) throw error;
    throw new GraphError('Neo.ClientError.Request.InvalidFormat', 'The bytes are not MessagePack.', { cause: error });
  }
}

/**
 * Walks over the heads of the items without building anything. The library reserves as many places for an array as
 * its head claims, at every level, and nests without end; after this walk both are known to be bounded.
 */
function checkShape(bytes: Uint8Array): void {
  const itemsLeft = ITEMS_LEFT;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let depth = 0;
  let offset = 0;
  itemsLeft[0] = 1;
  while (depth >= 0) {
    if (itemsLeft[depth] === 0) {
      depth--;
      continue;
    }
    itemsLeft[depth]!--;
    if (offset >= bytes.length) throw endedEarly(offset);
    const head = bytes[offset++]!;
    if (head < 0x80 || head >= 0xe0) continue;

    const sizeBytes = SIZE_BYTES[head - 0x80]!;
    if (offset + sizeBytes > bytes.length) throw endedEarly(offset);
    const claimed = claimOf(view, head, offset, sizeBytes);
    const items = isArray(head) ? claimed : isMap(head) ? claimed * 2 : 0;
    offset += sizeBytes + (items > 0 ? 0 : contentBytes(head, claimed));
    // Every item has at least one byte.
    if (offset + items > bytes.length) throw endedEarly(offset);
    if (items === 0) continue;
    if (depth === ENCODED_DEPTH_MAX) throw invalidBytes(`The bytes nest deeper than ${ENCODED_DEPTH_MAX} levels.`);
    itemsLeft[++depth] = items;
  }
  if (offset !== bytes.length) throw invalidBytes(`There are ${bytes.length - offset} bytes after the last item.`);
}

/** For each depth how many items are still to come, while checkShape runs. A map of 2^32 - 1 entries claims twice as many: more than 32 bits. */
const ITEMS_LEFT = new Float64Array(ENCODED_DEPTH_MAX + 1);

/** For each head from 0x80: how many bytes of size follow it. */
const SIZE_BYTES = Uint8Array.from({ length: 0x60 }, (_, index) => sizeBytesOf(index + 0x80));

function sizeBytesOf(head: number): number {
  if (head === 0xc4 || head === 0xc7 || head === 0xd9) return 1;
  if (head === 0xc5 || head === 0xc8 || head === 0xda || head === 0xdc || head === 0xde) return 2;
  if (head === 0xc6 || head === 0xc9 || head === 0xdb || head === 0xdd || head === 0xdf) return 4;
  return 0;
}

function claimOf(view: DataView, head: number, offset: number, sizeBytes: number): number {
  if (sizeBytes === 1) return view.getUint8(offset);
  if (sizeBytes === 2) return view.getUint16(offset);
  if (sizeBytes === 4) return view.getUint32(offset);
  return head < 0xa0 ? head & 0x0f : head & 0x1f;
}

function isArray(head: number): boolean {
  return (head >= 0x90 && head < 0xa0) || head === 0xdc || head === 0xdd;
}

function isMap(head: number): boolean {
  return head < 0x90 || head === 0xde || head === 0xdf;
}

/** How many bytes of content stand after an item's head and size. Containers have none of their own. */
function contentBytes(head: number, claimed: number): number {
  if (isArray(head) || isMap(head)) return 0;
  if (head < 0xc0 || (head >= 0xd9 && head <= 0xdb)) return claimed; // strings
  if (head >= 0xc4 && head <= 0xc6) return claimed; // byte strings
  if (head >= 0xc7 && head <= 0xc9) return claimed + 1; // extensions, with their type
  if (head >= 0xd4 && head <= 0xd8) return 1 + 2 ** (head - 0xd4); // extensions of a fixed size
  if (head >= 0xcc && head <= 0xd3) return 2 ** (head & 0x03); // integers of 1, 2, 4, 8 bytes
  if (head === 0xca) return 4;
  if (head === 0xcb) return 8;
  if (head === 0xc1) throw invalidBytes('The bytes hold 0xc1, which MessagePack does not use.');
  return 0; // nil, false, true
}

function endedEarly(offset: number): GraphError {
  return invalidBytes(`The bytes end at ${offset}, in the middle of an item.`);
}
