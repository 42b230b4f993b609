import type { EquivalenceKey } from '../value/equivalence.ts';
import { Bitmap } from './bitmap.ts';
import { ARRAY_SLOT_BYTES, MAP_ENTRY_BYTES, type MemoryCounter, OBJECT_BYTES } from './memory.ts';
import type { IdList } from './result-lists.ts';

/** The entities of one key: one, a few in ascending order, or so many of all that a bit each is the least. */
type Posting = number | number[] | DensePosting;

interface DensePosting {
  readonly entities: Bitmap;
  count: number;
}

/** A list of at least so many entities becomes a bitmap when that takes no more than the list. */
const DENSE_MIN = 256;
const BITS_PER_LISTED_ENTITY = 32;

/** Entities by key. */
export class Postings {
  readonly #postings = new Map<EquivalenceKey, Posting>();

  /** How many keys there are. */
  get keyCount(): number {
    return this.#postings.size;
  }

  has(key: EquivalenceKey): boolean {
    return this.#postings.has(key);
  }

  keys(): EquivalenceKey[] {
    return [...this.#postings.keys()];
  }

  /** Adds an entity that is not there under the key, and counts its bytes. True when the key is new. */
  add(key: EquivalenceKey, entity: number, memory: MemoryCounter): boolean {
    const posting = this.#postings.get(key);
    if (posting === undefined) {
      this.#postings.set(key, entity);
      memory.bytes += MAP_ENTRY_BYTES;
      return true;
    }
    if (typeof posting === 'number') {
      this.#postings.set(key, posting < entity ? [posting, entity] : [entity, posting]);
      memory.bytes += OBJECT_BYTES + 2 * ARRAY_SLOT_BYTES;
    } else if (!Array.isArray(posting)) {
      posting.entities.add(entity);
      posting.count += 1;
    } else {
      insertAscending(posting, entity);
      memory.bytes += ARRAY_SLOT_BYTES;
      if (isDense(posting)) this.#makeDense(key, posting, memory);
    }
    return false;
  }

  /** Takes out an entity that is there under the key. True when the key has gone with it. */
  delete(key: EquivalenceKey, entity: number, memory: MemoryCounter): boolean {
    const posting = this.#postings.get(key)!;
    if (typeof posting === 'number') {
      this.#postings.delete(key);
      memory.bytes -= MAP_ENTRY_BYTES;
      return true;
    }
    if (!Array.isArray(posting)) {
      posting.entities.delete(entity);
      posting.count -= 1;
      if (posting.count === 1) {
        this.#postings.set(key, posting.entities.next(0));
        posting.entities.drop();
        memory.bytes -= OBJECT_BYTES;
      }
      return false;
    }
    posting.splice(rankOf(posting, entity), 1);
    if (posting.length > 1) {
      memory.bytes -= ARRAY_SLOT_BYTES;
    } else {
      this.#postings.set(key, posting[0]!);
      memory.bytes -= OBJECT_BYTES + 2 * ARRAY_SLOT_BYTES;
    }
    return false;
  }

  /** Appends the entities of a key, ascending. */
  append(key: EquivalenceKey, out: IdList): void {
    const posting = this.#postings.get(key);
    if (posting === undefined) return;
    if (typeof posting === 'number') {
      out.push(posting);
    } else if (Array.isArray(posting)) {
      out.reserve(out.count + posting.length);
      out.ids.set(posting, out.count);
      out.count += posting.length;
    } else {
      out.reserve(out.count + posting.count);
      for (let entity = posting.entities.next(0); entity !== -1; entity = posting.entities.next(entity + 1))
        out.push(entity);
    }
  }

  #makeDense(key: EquivalenceKey, posting: readonly number[], memory: MemoryCounter): void {
    const entities = new Bitmap(memory);
    for (const entity of posting) entities.add(entity);
    this.#postings.set(key, { entities, count: posting.length });
    memory.bytes -= posting.length * ARRAY_SLOT_BYTES;
  }
}

function isDense(posting: readonly number[]): boolean {
  return posting.length >= DENSE_MIN && posting.length * BITS_PER_LISTED_ENTITY > posting[posting.length - 1]!;
}

function insertAscending(posting: number[], entity: number): void {
  if (posting[posting.length - 1]! < entity) posting.push(entity);
  else posting.splice(rankOf(posting, entity), 0, entity);
}

/** How many of the entities are below `entity`. */
function rankOf(posting: readonly number[], entity: number): number {
  let low = 0;
  let high = posting.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (posting[middle]! < entity) low = middle + 1;
    else high = middle;
  }
  return low;
}
