import { unpackStoredValue } from '../value/codec.ts';
import type { StoredValue } from '../value/value.ts';
import { damage } from './checksum.ts';

/** Reads typed fields off a flat array, one after the other. Shared by deltas and snapshots. */
export class SlotReader {
  readonly #slots: readonly unknown[];
  #at = 0;

  constructor(slots: readonly unknown[]) {
    this.#slots = slots;
  }

  get atEnd(): boolean {
    return this.#at === this.#slots.length;
  }

  /** Whether a text is next. */
  get atText(): boolean {
    return typeof this.#slots[this.#at] === 'string';
  }

  /** An id, a token or a small count: a whole number of 32 bits. */
  id(): number {
    const slot = this.#next();
    if (typeof slot !== 'number' || slot >>> 0 !== slot) throw damage('there is something else where an id belongs');
    return slot;
  }

  /** A count or a number in a sequence, beyond 32 bits too. */
  count(): number {
    const slot = this.#next();
    if (typeof slot !== 'number' || !Number.isSafeInteger(slot) || slot < 0) throw damage('a count is missing');
    return slot;
  }

  /** Bytes, as a view of what was decoded. */
  bytes(): Uint8Array {
    const slot = this.#next();
    if (!(slot instanceof Uint8Array)) throw damage('there is something else where bytes belong');
    return slot;
  }

  text(): string {
    const slot = this.#next();
    if (typeof slot !== 'string') throw damage('there is something else where a name belongs');
    return slot;
  }

  textOrNull(): string | null {
    if (this.#slots[this.#at] !== null) return this.text();
    this.#at++;
    return null;
  }

  property(): StoredValue | null {
    const slot = this.#next();
    return slot === null ? null : unpackStoredValue(slot);
  }

  storedValue(): StoredValue {
    return unpackStoredValue(this.#next());
  }

  /** A count and as many items. */
  list<Item>(readItem: () => Item): Item[] {
    const items: Item[] = [];
    for (let left = this.id(); left > 0; left--) items.push(readItem());
    return items;
  }

  #next(): unknown {
    if (this.atEnd) throw damage('the last field is missing');
    return this.#slots[this.#at++];
  }
}
