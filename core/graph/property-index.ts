/** An index on one property. Numbers, strings and temporal values of one type each have an order of their own. */
import { assert } from '../assert.ts';
import { equals } from '../value/equality.ts';
import { type EquivalenceKey, equivalenceKey } from '../value/equivalence.ts';
import { holds } from '../value/order.ts';
import { isTemporal } from '../value/temporal/temporal-value.ts';
import { Float, type StoredValue } from '../value/value.ts';
import type { IndexDefinition, IndexRange } from './index-definition.ts';
import { isLongKey, LongEntries } from './long-entries.ts';
import type { MemoryCounter } from './memory.ts';
import { type KeyRange, OrderedKeys } from './ordered-keys.ts';
import { Postings } from './postings.ts';
import type { IdList } from './result-lists.ts';
import { ValueIndex } from './value-index.ts';

export class PropertyIndex extends ValueIndex {
  #postings = new Postings();
  readonly #long = new LongEntries();
  readonly #numbers: OrderedKeys<number | bigint>;
  readonly #strings: OrderedKeys<string>;
  /** By the beginning of their keys, which tells the type. Made when the first value of the type comes. */
  readonly #temporals = new Map<string, OrderedKeys<string>>();

  constructor(definition: IndexDefinition, memory: MemoryCounter) {
    super(definition, memory);
    this.#numbers = new OrderedKeys<number | bigint>(
      () => this.#postings.keys().filter(isNumberKey),
      (key) => this.#postings.has(key),
    );
    this.#strings = new OrderedKeys<string>(
      () => this.#postings.keys().filter(isStringKey).map(stringOfKey),
      (text) => this.#postings.has(equivalenceKey(text)),
    );
  }

  get valueCount(): number {
    return this.#postings.keyCount + this.#long.count;
  }

  protected insert(entity: number, value: StoredValue, memory: MemoryCounter): void {
    if (!equalsItself(value)) return;
    const key = equivalenceKey(value);
    this.entryCount += 1;
    if (isLongKey(key)) return this.#long.add(entity, value, memory);
    if (!this.#postings.add(key, entity, memory)) return;
    if (isNumberKey(key)) this.#numbers.add(key);
    else if (typeof value === 'string') this.#strings.add(value);
    else if (isTemporal(value)) this.#temporalsLike(key).add(textOf(key));
  }

  protected remove(entity: number, value: StoredValue, memory: MemoryCounter): void {
    if (!equalsItself(value)) return;
    const key = equivalenceKey(value);
    this.entryCount -= 1;
    if (isLongKey(key)) return this.#long.delete(entity, memory);
    if (!this.#postings.delete(key, entity, memory)) return;
    if (isNumberKey(key)) this.#numbers.delete();
    else if (typeof value === 'string') this.#strings.delete();
    else if (isTemporal(value)) this.#temporalsLike(key).delete();
  }

  protected clear(): void {
    this.#postings = new Postings();
    this.#long.clear();
  }

  seek(value: StoredValue, out: IdList): void {
    if (!equalsItself(value)) return;
    const key = equivalenceKey(value);
    // Equal values have equal keys, and so long ones only each other.
    if (isLongKey(key)) this.#long.append((held) => this.equals(held, value), out);
    else this.#postings.append(key, out);
  }

  range(range: IndexRange, out: IdList): void {
    this.#rangeOfKeys(range, out);
    this.#long.append((held) => isInRange(held, range), out);
  }

  #rangeOfKeys(range: IndexRange, out: IdList): void {
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

  equals(held: StoredValue, value: StoredValue): boolean {
    return equals(held, value) === true;
  }

  isIn(held: StoredValue, range: IndexRange): boolean {
    return isInRange(held, range);
  }
}

/** Whether a value may bound a range seek: a number, a string, a boolean, or a temporal value that has an order. */
export function supportsRange(value: StoredValue): boolean {
  return typeof value !== 'object' || value instanceof Float || isTemporal(value);
}

/** Whether a value lies in a range, by Cypher's `<` and its kin. */
export function isInRange(value: StoredValue, range: IndexRange): boolean {
  const { from, to } = range;
  if (from !== undefined && holds(range.fromExclusive ? '>' : '>=', value, from) !== true) return false;
  return to === undefined || holds(range.toExclusive ? '<' : '<=', value, to) === true;
}

/** False for NaN, and for lists with one in them: no seek finds them, so no index holds them. */
export function equalsItself(value: StoredValue): boolean {
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
