import type { EquivalenceKey } from '../value/equivalence.ts';
import { Bitmap } from './bitmap.ts';
import { ARRAY_SLOT_BYTES, MAP_ENTRY_BYTES, type MemoryCounter, OBJECT_BYTES } from './memory.ts';
import type { IdList } from './result-lists.ts';

/** The nodes of one key: one, a few in ascending order, or so many of all that a bit each is the least. */
type Posting = number | number[] | DensePosting;

interface DensePosting {
  readonly nodes: Bitmap;
  count: number;
}

/** A list of at least so many nodes becomes a bitmap when that takes no more than the list. */
const DENSE_MIN = 256;
const BITS_PER_LISTED_NODE = 32;

/** Nodes by key. */
export class Postings {
  readonly #postings = new Map<EquivalenceKey, Posting>();
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
  }

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

  /** Adds a node that is not there under the key. True when the key is new. */
  add(key: EquivalenceKey, node: number): boolean {
    const posting = this.#postings.get(key);
    if (posting === undefined) {
      this.#postings.set(key, node);
      this.#memory.bytes += MAP_ENTRY_BYTES;
      return true;
    }
    if (typeof posting === 'number') {
      this.#postings.set(key, posting < node ? [posting, node] : [node, posting]);
      this.#memory.bytes += OBJECT_BYTES + 2 * ARRAY_SLOT_BYTES;
    } else if (!Array.isArray(posting)) {
      posting.nodes.add(node);
      posting.count += 1;
    } else {
      insertAscending(posting, node);
      this.#memory.bytes += ARRAY_SLOT_BYTES;
      if (isDense(posting)) this.#makeDense(key, posting);
    }
    return false;
  }

  /** Takes out a node that is there under the key. True when the key has gone with it. */
  delete(key: EquivalenceKey, node: number): boolean {
    const posting = this.#postings.get(key)!;
    if (typeof posting === 'number') {
      this.#postings.delete(key);
      this.#memory.bytes -= MAP_ENTRY_BYTES;
      return true;
    }
    if (!Array.isArray(posting)) {
      posting.nodes.delete(node);
      posting.count -= 1;
      if (posting.count === 1) {
        this.#postings.set(key, posting.nodes.next(0));
        posting.nodes.drop();
        this.#memory.bytes -= OBJECT_BYTES;
      }
      return false;
    }
    posting.splice(rankOf(posting, node), 1);
    if (posting.length > 1) {
      this.#memory.bytes -= ARRAY_SLOT_BYTES;
    } else {
      this.#postings.set(key, posting[0]!);
      this.#memory.bytes -= OBJECT_BYTES + 2 * ARRAY_SLOT_BYTES;
    }
    return false;
  }

  /** Appends the nodes of a key, ascending. */
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
      for (let node = posting.nodes.next(0); node !== -1; node = posting.nodes.next(node + 1)) out.push(node);
    }
  }

  #makeDense(key: EquivalenceKey, posting: readonly number[]): void {
    const nodes = new Bitmap(this.#memory);
    for (const node of posting) nodes.add(node);
    this.#postings.set(key, { nodes, count: posting.length });
    this.#memory.bytes -= posting.length * ARRAY_SLOT_BYTES;
  }
}

function isDense(posting: readonly number[]): boolean {
  return posting.length >= DENSE_MIN && posting.length * BITS_PER_LISTED_NODE > posting[posting.length - 1]!;
}

function insertAscending(posting: number[], node: number): void {
  if (posting[posting.length - 1]! < node) posting.push(node);
  else posting.splice(rankOf(posting, node), 0, node);
}

/** How many of the nodes are below `node`. */
function rankOf(posting: readonly number[], node: number): number {
  let low = 0;
  let high = posting.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (posting[middle]! < node) low = middle + 1;
    else high = middle;
  }
  return low;
}
