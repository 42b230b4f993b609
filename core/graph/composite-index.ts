/**
 * An index on several properties, which finds entities by what the first of them equal and by a range of the next one. It holds NaN
 * too, as what stands before it may be asked for alone.
 */
import { equals, isList } from '../value/equality.ts';
import type { StoredValue } from '../value/value.ts';
import type { IndexDefinition, IndexRange } from './index-definition.ts';
import { isLongKey, LongEntries } from './long-entries.ts';
import { ARRAY_SLOT_BYTES, type MemoryCounter, stringBytes } from './memory.ts';
import { OrderedKeys } from './ordered-keys.ts';
import { Postings } from './postings.ts';
import { equalsItself, isInRange } from './property-index.ts';
import type { IdList } from './result-lists.ts';
import { tupleKey, tupleRange } from './tuple-key.ts';
import { ValueIndex } from './value-index.ts';

export class CompositeIndex extends ValueIndex {
  #postings = new Postings();
  readonly #long = new LongEntries();
  readonly #keys: OrderedKeys<string>;

  constructor(definition: IndexDefinition, memory: MemoryCounter) {
    super(definition, memory);
    this.#keys = new OrderedKeys<string>(
      () => this.#postings.keys().map(String),
      (key) => this.#postings.has(key),
    );
  }

  get valueCount(): number {
    return this.#postings.keyCount + this.#long.count;
  }

  protected insert(entity: number, held: StoredValue, memory: MemoryCounter): void {
    const key = tupleKey(valuesOf(held));
    this.entryCount += 1;
    if (isLongKey(key)) return this.#long.add(entity, held, memory);
    if (!this.#postings.add(key, entity, memory)) return;
    this.#keys.add(key);
    memory.bytes += stringBytes(key) + ARRAY_SLOT_BYTES;
  }

  protected remove(entity: number, held: StoredValue, memory: MemoryCounter): void {
    const key = tupleKey(valuesOf(held));
    this.entryCount -= 1;
    if (isLongKey(key)) return this.#long.delete(entity, memory);
    if (!this.#postings.delete(key, entity, memory)) return;
    this.#keys.delete();
    memory.bytes -= stringBytes(key) + ARRAY_SLOT_BYTES;
  }

  protected clear(): void {
    this.#postings = new Postings();
    this.#long.clear();
  }

  seek(value: StoredValue, out: IdList): void {
    const values = valuesOf(value);
    if (!values.every(equalsItself)) return;
    const key = tupleKey(values);
    // Equal values have equal keys, and so long ones only each other.
    if (isLongKey(key)) this.#long.append((held) => this.equals(held, value), out);
    else this.#postings.append(key, out);
  }

  range(range: IndexRange, out: IdList): void {
    if (![...(range.prefix ?? []), range.from ?? 0, range.to ?? 0].every(equalsItself)) return;
    const keys = tupleRange(range);
    if (keys) this.#keys.forEach(keys, (key) => this.#postings.append(key, out));
    this.#long.append((held) => this.isIn(held, range), out);
  }

  equals(held: StoredValue, value: StoredValue): boolean {
    return equals(held, value) === true;
  }

  isIn(held: StoredValue, range: IndexRange): boolean {
    const values = valuesOf(held);
    const prefix = range.prefix ?? [];
    if (!prefix.every((value, i) => equals(values[i]!, value) === true)) return false;
    const next = values[prefix.length];
    return next === undefined || isInRange(next, range);
  }
}

function valuesOf(held: StoredValue): readonly StoredValue[] {
  return isList(held) ? held : [held];
}
