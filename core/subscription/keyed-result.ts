/**
 * A result whose rows have names. A row is named by the nodes and relationships in it, in column order; a row without any by
 * its grouping values when the query aggregates, else by all it holds. Rows of one name are numbered, so that duplicates
 * stay apart (bag semantics). Source: the live protocol sub.v1, "row key".
 */
import { encodeResultValue } from '../value/codec.ts';
import { NodeRecord, RelationshipRecord, type ResultValue } from '../value/value.ts';

export interface KeyedRow {
  readonly key: string;
  readonly values: readonly ResultValue[];
  /** Equal for rows that hold the same. */
  readonly digest: string;
}

/** Rows by key, in the order of the result. */
export type KeyedResult = ReadonlyMap<string, KeyedRow>;

/** Names the rows of a result. `aggregated` tells for each column whether its value comes out of an aggregation. */
export function keyRows(rows: readonly (readonly ResultValue[])[], aggregated: readonly boolean[]): KeyedResult {
  const result = new Map<string, KeyedRow>();
  const occurrences = new Map<string, number>();
  const isAggregating = aggregated.includes(true);
  for (const values of rows) {
    const base =
      entityKey(values) ?? valueKey(isAggregating ? values.filter((_, column) => !aggregated[column]) : values);
    const occurrence = occurrences.get(base) ?? 0;
    occurrences.set(base, occurrence + 1);
    const key = occurrence === 0 ? base : `${base}#${occurrence}`;
    result.set(key, { key, values, digest: digestOf(values) });
  }
  return result;
}

/** What a result takes in memory, roughly: each row as values, as text that tells it from others, and its name. */
export function bytesOf(result: KeyedResult): number {
  let bytes = 0;
  for (const { key, digest } of result.values()) bytes += ROW_BYTES + 2 * key.length + VALUES_FACTOR * digest.length;
  return bytes;
}

const ROW_BYTES = 160;
/** Values in memory and the digest, for each byte of their encoding. */
const VALUES_FACTOR = 4;

/** The element ids in a row, or undefined when there are none. */
function entityKey(values: readonly ResultValue[]): string | undefined {
  const ids = values
    .filter((value) => value instanceof NodeRecord || value instanceof RelationshipRecord)
    .map((entity) => entity.elementId);
  return ids.length > 0 ? ids.join('|') : undefined;
}

/** Longer keys are shortened to a hash: they ride on every change. */
const KEY_LENGTH_MAX = 120;

function valueKey(values: readonly ResultValue[]): string {
  if (values.every((value) => typeof value === 'string' || typeof value === 'number' || value === null)) {
    const text = JSON.stringify(values);
    if (text.length <= KEY_LENGTH_MAX) return text;
  }
  return `~${hash64(digestOf(values))}`;
}

/** The row's bytes as text, one character a byte. */
function digestOf(values: readonly ResultValue[]): string {
  const bytes = encodeResultValue(values);
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

/** FNV-1a in two halves with different bases. Two rows of one hash are told apart by their number, not mixed up. */
function hash64(text: string): string {
  let low = 0x811c9dc5;
  let high = 0xcbf29ce4;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 0x01000193);
    high = Math.imul(high ^ code, 0x01000193) ^ (low >>> 15);
  }
  return (high >>> 0).toString(16).padStart(8, '0') + (low >>> 0).toString(16).padStart(8, '0');
}
