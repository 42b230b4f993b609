/**
 * Values, results and messages as bytes: what storage keeps and what objects send each other. MessagePack; a FLOAT is
 * always an extension, so that 1.0 stays a FLOAT, and every INTEGER of 64 bits is exact. All decoders take any bytes:
 * damaged or hostile ones are a GraphError `Neo.ClientError.Request.InvalidFormat`.
 */
import { decodePacked, ENCODED_DEPTH_MAX, encodePacked, invalidBytes } from './message-pack.ts';
import { type Kinds, type Message, pack, unpack, VALUE_DEPTH_MAX } from './packing.ts';
import type { ResultValue, StoredValue, Value } from './value.ts';

export type { Message };

/** A statement's result as it travels between objects. Each row has one value for each column. */
export interface Result {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly ResultValue[])[];
}

const NOTHING_MORE = { nullsAndMaps: false, references: false, records: false, messages: false };
const STORED: Kinds = { ...NOTHING_MORE, depthMax: VALUE_DEPTH_MAX };
const VALUE: Kinds = { ...STORED, nullsAndMaps: true, references: true };
// A path's nodes' properties stand three levels deeper than they did in the graph.
const RESULT: Kinds = { ...STORED, nullsAndMaps: true, records: true, depthMax: VALUE_DEPTH_MAX + 4 };
const MESSAGE: Kinds = {
  nullsAndMaps: true,
  references: true,
  records: true,
  messages: true,
  depthMax: ENCODED_DEPTH_MAX,
};

/** A value of a statement as bytes. */
export function encodeValue(value: Value): Uint8Array {
  return encodePacked(pack(value, VALUE));
}

/** The inverse of encodeValue. */
export function decodeValue(bytes: Uint8Array): Value {
  return unpack(decodePacked(bytes), VALUE) as Value; // VALUE allows no other kind.
}

/** A value of a result as bytes, nodes, relationships and paths included. */
export function encodeResultValue(value: ResultValue): Uint8Array {
  return encodePacked(pack(value, RESULT));
}

/** The inverse of encodeResultValue. */
export function decodeResultValue(bytes: Uint8Array): ResultValue {
  return unpack(decodePacked(bytes), RESULT) as ResultValue; // RESULT allows no other kind.
}

/** The packed form of a property's value, for codecs that pack many into one item. */
export function packStoredValue(value: StoredValue): unknown {
  return pack(value, STORED);
}

/** The inverse of packStoredValue; anything else is a GraphError. */
export function unpackStoredValue(packed: unknown): StoredValue {
  return unpack(packed, STORED) as StoredValue; // STORED allows no other kind.
}

/** A whole result as bytes. */
export function encodeResult(result: Result): Uint8Array {
  return encodePacked([pack(result.columns, RESULT), result.rows.map((row) => pack(row, RESULT))]);
}

/** The inverse of encodeResult. */
export function decodeResult(bytes: Uint8Array): Result {
  const packed = decodePacked(bytes);
  if (!Array.isArray(packed) || packed.length !== 2) throw invalidBytes('The bytes are not a result.');
  const columns = unpack(packed[0], RESULT);
  const rows: unknown = packed[1];
  if (!isTextList(columns) || !Array.isArray(rows)) throw invalidBytes('The bytes are not a result.');
  return { columns, rows: rows.map((row) => unpackRow(row, columns.length)) };
}

function unpackRow(packed: unknown, width: number): readonly ResultValue[] {
  const row = unpack(packed, RESULT);
  if (!Array.isArray(row) || row.length !== width) throw invalidBytes(`A row does not have ${width} values.`);
  return row as readonly ResultValue[]; // RESULT allows no other kind.
}

function isTextList(message: Message): message is readonly string[] {
  return Array.isArray(message) && message.every((item) => typeof item === 'string');
}

/**
 * A message between objects as bytes: null, booleans, numbers, bigints, strings, byte strings, values, and arrays, Maps
 * and plain objects of them. Fields that are `undefined` are left out. A number is a number here: 1 and 1.0 are only
 * kept apart as INTEGER and Float.
 */
export function encodeMessage(message: Message): Uint8Array {
  return encodePacked(pack(message, MESSAGE));
}

/** The inverse of encodeMessage, for the receiver to check and narrow. Byte strings are views of `bytes`, not copies. */
export function decodeMessage(bytes: Uint8Array): Message {
  return unpack(decodePacked(bytes), MESSAGE);
}
