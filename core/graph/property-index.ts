/**
 * One property index. The postings hold the newest state exactly. Values that a transaction has taken away are kept
 * beside them, as departures, for as long as a snapshot may ask for them.
 */
import { assert } from '../assert.ts';
import { equals } from '../value/equality.ts';
import { type EquivalenceKey, equivalenceKey } from '../value/equivalence.ts';
import { holds } from '../value/order.ts';
import { isTemporal } from '../value/temporal/temporal-value.ts';
import { Float, type StoredValue } from '../value/value.ts';
import type { IndexDefinition, IndexRange } from './index-definition.ts';
import { type MemoryCounter, OBJECT_BYTES } from './memory.ts';
import { type KeyRange, OrderedKeys } from './ordered-keys.ts';
import { Postings } from './postings.ts';
import type { IdList } from './result-lists.ts';
import type { Stamp } from './stamp.ts';

/** A value that a node had under an index, and has no more. */
export interface Departure {
  readonly index: PropertyIndex;
  readonly node: number;
  readonly value: StoredValue;
}

export class PropertyIndex {
  readonly definition: IndexDefinition;
  /** Snapshots of an earlier lsn cannot use the index. */
  readonly builtAt: Stamp;
  /** Whether the index has been dropped, so that nobody keeps it up to date. */
  dropped = false;
  /** The newest state's entries, for the planner. */
  entryCount = 0;
  #postings: Postings;
  readonly #numbers: OrderedKeys<number | bigint>;
  readonly #strings: OrderedKeys<string>;
  /** By the beginning of their keys, which tells the type. Made when the first value of the type comes. */
  readonly #temporals = new Map<string, OrderedKeys<string>>();
  readonly #departures = new Map<EquivalenceKey, Set<Departure>>();
  readonly #memory: MemoryCounter;
  /** What the postings hold, counted apart so that a dropped index gives it back at once. */
  readonly #postingsMemory: MemoryCounter = { bytes: 0 };

  constructor(definition: IndexDefinition, builtAt: Stamp, memory: MemoryCounter) {
    this.definition = definition;
    this.builtAt = builtAt;
    this.#memory = memory;
    this.#postings = new Postings(this.#postingsMemory);
    this.#numbers = new OrderedKeys<number | bigint>(
      () => this.#postings.keys().filter(isNumberKey),
      (key) => this.#postings.has(key),
    );
    this.#strings = new OrderedKeys<string>(
      () => this.#postings.keys().filter(isStringKey).map(stringOfKey),
      (text) => this.#postings.has(equivalenceKey(text)),
    );
  }

  /** Distinct values in the newest state, for the planner. */
  get valueCount(): number {
    return this.#postings.keyCount;
  }

  /** Whether a value may bound a range seek: a number, a string, a boolean, or a temporal value that has an order. */
  static supportsRange(value: StoredValue): boolean {
    return typeof value !== 'object' || value instanceof Float || isTemporal(value);
  }

  add(node: number, value: StoredValue): void {
    if (!equalsItself(value)) return;
    const key = equivalenceKey(value);
    const before = this.#postingsMemory.bytes;
    this.entryCount += 1;
    if (this.#postings.add(key, node)) {
      if (isNumberKey(key)) this.#numbers.add(key);
      else if (typeof value === 'string') this.#strings.add(value);
      else if (isTemporal(value)) this.#temporalsLike(key).add(textOf(key));
    }
    this.#memory.bytes += this.#postingsMemory.bytes - before;
  }

  delete(node: number, value: StoredValue): void {
    if (!equalsItself(value)) return;
    const key = equivalenceKey(value);
    const before = this.#postingsMemory.bytes;
    this.entryCount -= 1;
    if (this.#postings.delete(key, node)) {
      if (isNumberKey(key)) this.#numbers.delete();
      else if (typeof value === 'string') this.#strings.delete();
      else if (isTemporal(value)) this.#temporalsLike(key).delete();
    }
    this.#memory.bytes += this.#postingsMemory.bytes - before;
  }

  /** Appends the nodes of a value in the newest state, ascending. */
  seek(value: StoredValue, out: IdList): void {
    if (equalsItself(value)) this.#postings.append(equivalenceKey(value), out);
  }

  /** Appends the nodes whose value lies in a range in the newest state, in the order of values. */
  range(range: IndexRange, out: IdList): void {
    const { from, to } = range;
    if (typeof (from ?? to) === 'boolean') {
      for (const value of [false, true]) {
        if (isInRange(value, range)) this.#postings.append(value, out);
      }
      return;
    }
    const fromExclusive = range.fromExclusive ?? false;
    const toExclusive = range.toExclusive ?? false;
    if (isOptional(from, isString) && isOptional(to, isString)) {
      this.#strings.forEach({ from, fromExclusive, to, toExclusive }, (text) =>
        this.#postings.append(equivalenceKey(text), out),
      );
    } else if (isOptional(from, isNumeric) && isOptional(to, isNumeric)) {
      const bounds = { from: numberOf(from), fromExclusive, to: numberOf(to), toExclusive };
      if (Number.isNaN(bounds.from) || Number.isNaN(bounds.to)) return;
      this.#numbers.forEach(bounds, (key) => this.#postings.append(key, out));
    } else if (isOptional(from, isTemporal) && isOptional(to, isTemporal)) {
      this.#rangeOfTemporals({ from: keyText(from), fromExclusive, to: keyText(to), toExclusive }, out);
    }
  }

  /** Keys of temporal values of one type are in the order of the values. */
  #rangeOfTemporals(range: KeyRange<string>, out: IdList): void {
    const bound = range.from ?? range.to;
    if (bound === undefined || (range.to !== undefined && typeOfKey(range.to) !== typeOfKey(bound))) return;
    this.#temporalsLike(bound).forEach(range, (key) => this.#postings.append(key, out));
  }

  #temporalsLike(key: EquivalenceKey): OrderedKeys<string> {
    const type = typeOfKey(textOf(key));
    let keys = this.#temporals.get(type);
    if (keys === undefined) {
      keys = new OrderedKeys<string>(
        () =>
          this.#postings
            .keys()
            .filter((other) => typeof other === 'string' && other.startsWith(type))
            .map(textOf),
        (other) => this.#postings.has(other),
      );
      this.#temporals.set(type, keys);
    }
    return keys;
  }

  /** Remembers what has left the postings. */
  depart(departure: Departure): void {
    const key = equivalenceKey(departure.value);
    const known = this.#departures.get(key);
    if (known === undefined) this.#departures.set(key, new Set([departure]));
    else known.add(departure);
    this.#memory.bytes += OBJECT_BYTES;
  }

  /** Forgets a departure that no snapshot can ask for any more. */
  forget(departure: Departure): void {
    const key = equivalenceKey(departure.value);
    const known = this.#departures.get(key)!;
    known.delete(departure);
    if (known.size === 0) this.#departures.delete(key);
    this.#memory.bytes -= OBJECT_BYTES;
  }

  /** Appends the nodes that once had a value; the caller asks each whether it has it at his lsn. */
  departedFrom(value: StoredValue, out: IdList): void {
    for (const { node } of this.#departures.get(equivalenceKey(value)) ?? []) out.push(node);
  }

  /** Appends the nodes that once had a value in a range. */
  departedFromRange(range: IndexRange, out: IdList): void {
    for (const departures of this.#departures.values()) {
      for (const { node, value } of departures) if (isInRange(value, range)) out.push(node);
    }
  }

  /** Gives the postings' memory back. Departures leave by themselves. */
  drop(): void {
    this.dropped = true;
    this.#memory.bytes -= this.#postingsMemory.bytes;
    this.#postingsMemory.bytes = 0;
    this.#postings = new Postings(this.#postingsMemory);
  }
}

/** Whether a value lies in a range, by Cypher's `<` and its kin. */
export function isInRange(value: StoredValue, range: IndexRange): boolean {
  const { from, to } = range;
  if (from !== undefined && holds(range.fromExclusive ? '>' : '>=', value, from) !== true) return false;
  return to === undefined || holds(range.toExclusive ? '<' : '<=', value, to) === true;
}

/** False for NaN, and for lists with one in them: no seek finds them, so no index holds them. */
function equalsItself(value: StoredValue): boolean {
  return typeof value !== 'object' || equals(value, value) === true;
}

function isNumberKey(key: EquivalenceKey): key is number | bigint {
  return typeof key === 'number' || typeof key === 'bigint';
}

/** Whether a key stands for a string. Those of lists are texts too, but open with the mark and no `s`. */
function isStringKey(key: EquivalenceKey): key is string {
  return typeof key === 'string' && (key.charCodeAt(0) !== 0 || key.charAt(1) === 's');
}

/** What a temporal value's key begins with: the mark, and two letters for the type. */
function typeOfKey(key: string): string {
  return key.slice(0, 3);
}

function keyText(value: StoredValue | undefined): string | undefined {
  return value === undefined ? undefined : textOf(equivalenceKey(value));
}

/** A key that is known to be text. */
function textOf(key: EquivalenceKey): string {
  assert(typeof key === 'string', 'the key of a string or an object is text');
  return key;
}

/** The string behind its key: equivalenceKey escapes one that begins with the mark. */
function stringOfKey(key: string): string {
  return key.charCodeAt(0) === 0 ? key.slice(2) : key;
}

function isString(value: StoredValue): value is string {
  return typeof value === 'string';
}

function isNumeric(value: StoredValue): value is number | bigint | Float {
  return typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
}

function isOptional<Kind extends StoredValue>(
  value: StoredValue | undefined,
  isKind: (value: StoredValue) => value is Kind,
): value is Kind | undefined {
  return value === undefined || isKind(value);
}

function numberOf(value: number | bigint | Float | undefined): number | bigint | undefined {
  return value instanceof Float ? value.value : value;
}
