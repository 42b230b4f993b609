/**
 * Entries of an index whose values are too long for a key: a key may be a copy of the values, and keys are compared with each other all
 * the time. So these stand beside the keys, and every seek that could mean one looks at each of them.
 */
import type { EquivalenceKey } from '../value/equivalence.ts';
import type { StoredValue } from '../value/value.ts';
import { MAP_ENTRY_BYTES, type MemoryCounter } from './memory.ts';
import type { IdList } from './result-lists.ts';

/** The longest key, in UTF-16 code units. Neo4j refuses values above some 8 kB. */
export const KEY_LENGTH_MAX = 4_096;

export function isLongKey(key: EquivalenceKey): boolean {
  return typeof key === 'string' && key.length > KEY_LENGTH_MAX;
}

export class LongEntries {
  /** What an entity has under the index's keys, by entity. */
  readonly #held = new Map<number, StoredValue>();

  get count(): number {
    return this.#held.size;
  }

  add(entity: number, held: StoredValue, memory: MemoryCounter): void {
    this.#held.set(entity, held);
    memory.bytes += MAP_ENTRY_BYTES;
  }

  delete(entity: number, memory: MemoryCounter): void {
    this.#held.delete(entity);
    memory.bytes -= MAP_ENTRY_BYTES;
  }

  clear(): void {
    this.#held.clear();
  }

  /** Appends the entities whose values match, ascending. */
  append(matches: (held: StoredValue) => boolean, out: IdList): void {
    if (this.#held.size === 0) return;
    const start = out.count;
    for (const [entity, held] of this.#held) if (matches(held)) out.push(entity);
    out.ids.subarray(start, out.count).sort();
  }
}
