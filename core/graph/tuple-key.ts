/**
 * Lists of values as texts: two lists have equal texts when their values are equivalent, no text is the beginning of another's
 * value, and texts are in the order of the first values that differ, where these are of one type. So that the lists that begin
 * with some values, and go on with one in a range, stand side by side.
 */
import { equivalenceKey } from '../value/equivalence.ts';
import { isTemporal } from '../value/temporal/temporal-value.ts';
import { Float, type StoredValue } from '../value/value.ts';
import type { IndexRange } from './index-definition.ts';
import type { KeyRange } from './ordered-keys.ts';

/** What a value's text begins with. Comes before what is in it, and ends below `PAST_ALL`. */
const TAG = { boolean: 'b', number: 'd', notANumber: 'n', other: 'o', string: 's' } as const;

/** Above every tag, and so above all texts that go on after the same beginning. */
const PAST_ALL = '\u007f';

/** Ends what has no fixed length. Inside, the character is escaped by the one after it. */
const END = '\u0000\u0000';

/** The text of a list of values. */
export function tupleKey(values: readonly StoredValue[]): string {
  return values.map(valueKey).join('');
}

/** The texts of the lists that are in a range of an index on several properties; undefined: there are none. */
export function tupleRange(range: IndexRange): KeyRange<string> | undefined {
  const prefix = tupleKey(range.prefix ?? []);
  const { from, to } = range;
  const bound = from ?? to;
  if (bound === undefined) return between(prefix, prefix + PAST_ALL);
  const tag = tagOf(bound);
  if (from !== undefined && to !== undefined && tagOf(from) !== tagOf(to)) return undefined;
  const lower = from === undefined ? tag : valueKey(from) + (range.fromExclusive ? PAST_ALL : '');
  const upper = to === undefined ? successor(tag) : valueKey(to) + (range.toExclusive ? '' : PAST_ALL);
  return between(prefix + lower, prefix + upper);
}

function between(from: string, to: string): KeyRange<string> {
  return { from, fromExclusive: false, to, toExclusive: true };
}

function valueKey(value: StoredValue): string {
  const tag = tagOf(value);
  if (typeof value === 'string') return tag + escaped(value) + END;
  if (typeof value === 'boolean') return `${tag}${value ? 1 : 0}`;
  if (tag === TAG.notANumber) return tag;
  if (tag === TAG.number) return tag + numberKey(value);
  const key = String(equivalenceKey(value)).slice(1);
  // The key of a temporal value begins with its tag.
  return (tag === TAG.other ? tag : '') + escaped(key) + END;
}

function tagOf(value: StoredValue): string {
  if (typeof value === 'string') return TAG.string;
  if (typeof value === 'boolean') return TAG.boolean;
  // It is in no range, and so does not stand among the numbers.
  if (value instanceof Float && Number.isNaN(value.value)) return TAG.notANumber;
  if (typeof value === 'number' || typeof value === 'bigint' || value instanceof Float) return TAG.number;
  return isTemporal(value) ? String(equivalenceKey(value)).slice(1, 3) : TAG.other;
}

function escaped(text: string): string {
  return text.includes('\u0000') ? text.replaceAll('\u0000', '\u0000\u0001') : text;
}

/** The least text above all that begin with this one. */
function successor(text: string): string {
  return text.slice(0, -1) + String.fromCharCode(text.charCodeAt(text.length - 1) + 1);
}

/** Room to look at the bits of a number in: nothing is read from it that was not just written. */
const BITS = new DataView(new ArrayBuffer(8));

/** The bits of the greatest float that is not above the number, in the order of numbers, and what is left of an integer. */
function numberKey(value: StoredValue): string {
  const number = value instanceof Float ? value.value : Number(value);
  let float = number === 0 ? 0 : number;
  let rest = 0;
  if (typeof value === 'bigint') {
    if (BigInt(float) > value) float = below(float);
    rest = Number(value - BigInt(float));
  }
  BITS.setFloat64(0, float);
  const flip = BITS.getUint8(0) >= 0x80 ? 0xffff : 0;
  const first = BITS.getUint16(0) ^ (flip === 0 ? 0x8000 : 0xffff);
  return String.fromCharCode(first, BITS.getUint16(2) ^ flip, BITS.getUint16(4) ^ flip, BITS.getUint16(6) ^ flip, rest);
}

/** The next float below a whole number beyond 2^53. */
function below(float: number): number {
  BITS.setFloat64(0, float);
  BITS.setBigInt64(0, BITS.getBigInt64(0) + (float > 0 ? -1n : 1n));
  return BITS.getFloat64(0);
}
