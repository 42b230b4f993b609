/**
 * Who is joined to whom, in the newest state: for each relationship type and direction, a node's entries lie side by
 * side in the order of relationship ids. That order follows from the graph alone, whatever way it came about.
 */

import { PAGE_ENTITIES, PAGE_MASK, PAGE_SHIFT } from './entity-tables.ts';
import { capacityClassFor, capacityOf, EntryArena } from './entry-arena.ts';
import type { Direction } from './graph-view.ts';
import { type MemoryCounter, TYPED_ARRAY_BYTES } from './memory.ts';
import type { Expansion } from './result-lists.ts';

/**
 * Where the slices of 1,024 nodes lie: per node the slice's offset in the arena, then its length times 64 plus its
 * capacity class. A length of 0 means that there is no slice.
 */
type HeadPage = Uint32Array;

const CLASS_BITS = 6;
const CLASS_MASK = (1 << CLASS_BITS) - 1;

/** A slice shrinks when it is this many capacity classes too large, which is about three eighths full. */
const SHRINK_CLASSES = 3;

interface TypeHeads {
  readonly outgoing: (HeadPage | undefined)[];
  readonly incoming: (HeadPage | undefined)[];
  /** Relationships that start and end at one node. While there are none, 'both' needs no look at neighbours. */
  loops: number;
}

interface Entry {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

export class Adjacency {
  readonly #types: TypeHeads[] = [];
  readonly #arena: EntryArena;
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    this.#arena = new EntryArena(memory);
  }

  /** One past the highest type that any relationship has had. */
  get typeLimit(): number {
    return this.#types.length;
  }

  add(relationship: number, { type, start, end }: Entry): void {
    while (this.#types.length <= type) this.#types.push({ outgoing: [], incoming: [], loops: 0 });
    const heads = this.#types[type]!;
    if (start === end) heads.loops += 1;
    this.#insert(this.#pageFor(heads.outgoing, start), start, { neighbour: end, relationship });
    this.#insert(this.#pageFor(heads.incoming, end), end, { neighbour: start, relationship });
    if (this.#arena.wantsCompaction) this.compact();
  }

  delete(relationship: number, { type, start, end }: Entry): void {
    const heads = this.#types[type]!;
    if (start === end) heads.loops -= 1;
    this.#remove(heads.outgoing[start >>> PAGE_SHIFT]!, { node: start, relationship });
    this.#remove(heads.incoming[end >>> PAGE_SHIFT]!, { node: end, relationship });
    if (this.#arena.wantsCompaction) this.compact();
  }

  /** Appends a node's relationships of one type to `out`. A self-loop appears once for 'both'. */
  expand(node: number, direction: Direction, type: number, out: Expansion): void {
    const heads = this.#types[type];
    if (heads === undefined) return;
    if (direction !== 'incoming') this.#append(heads.outgoing, node, out);
    if (direction === 'outgoing') return;
    const from = out.count;
    this.#append(heads.incoming, node, out);
    if (direction === 'both' && heads.loops > 0) dropLoops(node, from, out);
  }

  /** How many entries `expand` appends. */
  degree(node: number, direction: Direction, type: number): number {
    const heads = this.#types[type];
    if (heads === undefined) return 0;
    if (direction !== 'both') return lengthOf(heads[direction], node);
    const loops = heads.loops > 0 ? this.#loopsAt(heads.outgoing, node) : 0;
    return lengthOf(heads.outgoing, node) + lengthOf(heads.incoming, node) - loops;
  }

  /** Whether a node has any relationship. */
  isJoined(node: number): boolean {
    return this.#types.some((heads) => lengthOf(heads.outgoing, node) > 0 || lengthOf(heads.incoming, node) > 0);
  }

  /** Slides all slices together, each with no more room than its length asks for. */
  compact(): void {
    const pages: HeadPage[] = [];
    for (const heads of this.#types) {
      for (const page of [...heads.outgoing, ...heads.incoming]) if (page !== undefined) pages.push(page);
    }
    const slices = slicesByOffset(pages);
    const offsets = new Uint32Array(slices.length);
    const capacityClasses = new Uint8Array(slices.length);
    for (let index = 0; index < slices.length; index += 1) {
      const slice = slices[index]!;
      const page = pages[slice >>> PAGE_SHIFT]!;
      const slot = (slice & PAGE_MASK) << 1;
      const length = page[slot + 1]! >>> CLASS_BITS;
      const held = page[slot + 1]! & CLASS_MASK;
      // A slice in a chunk of its own does not move, so it keeps its capacity.
      const capacityClass = this.#arena.isLong(held) ? held : capacityClassFor(length);
      page[slot + 1] = (length << CLASS_BITS) | capacityClass;
      offsets[index] = page[slot]!;
      capacityClasses[index] = capacityClass;
    }
    this.#arena.compact(offsets, capacityClasses, ({ index, offset }) => {
      const slice = slices[index]!;
      pages[slice >>> PAGE_SHIFT]![(slice & PAGE_MASK) << 1] = offset;
    });
  }

  #append(pages: readonly (HeadPage | undefined)[], node: number, out: Expansion): void {
    const page = pages[node >>> PAGE_SHIFT];
    if (page === undefined) return;
    const slot = (node & PAGE_MASK) << 1;
    const length = page[slot + 1]! >>> CLASS_BITS;
    if (length === 0) return;
    const offset = page[slot]!;
    const chunk = this.#arena.chunkOf(offset);
    let count = out.count;
    out.reserve(count + length);
    const neighbours = out.neighbours;
    const relationships = out.relationships;
    const first = this.#arena.startOf(offset) * 2;
    const last = first + length * 2;
    for (let position = first; position < last; position += 2) {
      neighbours[count] = chunk[position]!;
      relationships[count] = chunk[position + 1]!;
      count += 1;
    }
    out.count = count;
  }

  #loopsAt(pages: readonly (HeadPage | undefined)[], node: number): number {
    const page = pages[node >>> PAGE_SHIFT];
    if (page === undefined) return 0;
    const slot = (node & PAGE_MASK) << 1;
    const length = page[slot + 1]! >>> CLASS_BITS;
    if (length === 0) return 0;
    const chunk = this.#arena.chunkOf(page[slot]!);
    const first = this.#arena.startOf(page[slot]!) * 2;
    let loops = 0;
    for (let position = first; position < first + length * 2; position += 2) if (chunk[position] === node) loops += 1;
    return loops;
  }

  #pageFor(pages: (HeadPage | undefined)[], node: number): HeadPage {
    const index = node >>> PAGE_SHIFT;
    const known = pages[index];
    if (known !== undefined) return known;
    const page = new Uint32Array(2 * PAGE_ENTITIES);
    this.#memory.bytes += page.byteLength + TYPED_ARRAY_BYTES;
    while (pages.length < index) pages.push(undefined);
    pages[index] = page;
    return page;
  }

  #insert(
    page: HeadPage,
    node: number,
    { neighbour, relationship }: { readonly neighbour: number; readonly relationship: number },
  ): void {
    const slot = (node & PAGE_MASK) << 1;
    const length = page[slot + 1]! >>> CLASS_BITS;
    if (length === 0) this.#resize(page, slot, 0);
    else if (length === capacityOf(page[slot + 1]! & CLASS_MASK)) {
      this.#resize(page, slot, (page[slot + 1]! & CLASS_MASK) + 1);
    }
    const offset = page[slot]!;
    const chunk = this.#arena.chunkOf(offset);
    const first = this.#arena.startOf(offset) * 2;
    const last = first + length * 2;
    let position = last;
    if (length > 0 && chunk[last - 1]! > relationship) {
      position = first + 2 * rankIn(chunk, { first, length, relationship });
      chunk.copyWithin(position + 2, position, last);
    }
    chunk[position] = neighbour;
    chunk[position + 1] = relationship;
    page[slot + 1]! += 1 << CLASS_BITS;
  }

  #remove(page: HeadPage, { node, relationship }: { readonly node: number; readonly relationship: number }): void {
    const slot = (node & PAGE_MASK) << 1;
    const length = page[slot + 1]! >>> CLASS_BITS;
    const capacityClass = page[slot + 1]! & CLASS_MASK;
    const chunk = this.#arena.chunkOf(page[slot]!);
    const first = this.#arena.startOf(page[slot]!) * 2;
    const position = first + 2 * rankIn(chunk, { first, length, relationship });
    chunk.copyWithin(position, position + 2, first + length * 2);
    page[slot + 1]! -= 1 << CLASS_BITS;
    if (length === 1) {
      this.#arena.free(page[slot]!, capacityClass);
      page[slot + 1] = 0;
    } else if (capacityClass >= SHRINK_CLASSES && length - 1 <= capacityOf(capacityClass - SHRINK_CLASSES)) {
      this.#resize(page, slot, capacityClassFor(length - 1));
    }
  }

  /** Moves a slice to one of another capacity; makes it when there is none. */
  #resize(page: HeadPage, slot: number, capacityClass: number): void {
    const length = page[slot + 1]! >>> CLASS_BITS;
    const to = this.#arena.allocate(capacityClass);
    if (length > 0) {
      const from = page[slot]!;
      this.#arena.copy({ from, to, entries: length });
      this.#arena.free(from, page[slot + 1]! & CLASS_MASK);
    }
    page[slot] = to;
    page[slot + 1] = (length << CLASS_BITS) | capacityClass;
  }
}

function lengthOf(pages: readonly (HeadPage | undefined)[], node: number): number {
  const page = pages[node >>> PAGE_SHIFT];
  return page === undefined ? 0 : page[((node & PAGE_MASK) << 1) + 1]! >>> CLASS_BITS;
}

/** How many entries of a slice have a lower relationship id. */
function rankIn(
  chunk: Int32Array,
  slice: { readonly first: number; readonly length: number; readonly relationship: number },
): number {
  let low = 0;
  let high = slice.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunk[slice.first + 2 * middle + 1]! < slice.relationship) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Takes out the entries from row `from` on that lead back to the node itself. */
export function dropLoops(node: number, from: number, out: Expansion): void {
  let kept = from;
  for (let row = from; row < out.count; row += 1) {
    if (out.neighbours[row] === node) continue;
    out.neighbours[kept] = out.neighbours[row]!;
    out.relationships[kept++] = out.relationships[row]!;
  }
  out.count = kept;
}

/** All slices in ascending order of offset, each as its page's index times 1,024 plus its slot. */
function slicesByOffset(pages: readonly HeadPage[]): Uint32Array {
  let count = 0;
  for (const page of pages) {
    for (let slot = 1; slot < page.length; slot += 2) if (page[slot] !== 0) count += 1;
  }
  // Offset in the upper and slice in the lower half of 64-bit words, written through a 32-bit view: every machine this
  // runs on is little-endian.
  const words = new BigUint64Array(count);
  const halves = new Uint32Array(words.buffer);
  let next = 0;
  for (let index = 0; index < pages.length; index += 1) {
    const page = pages[index]!;
    for (let slot = 0; slot < PAGE_ENTITIES; slot += 1) {
      if (page[2 * slot + 1] === 0) continue;
      halves[next++] = (index << PAGE_SHIFT) | slot;
      halves[next++] = page[2 * slot]!;
    }
  }
  words.sort();
  const slices = new Uint32Array(count);
  for (let index = 0; index < count; index += 1) slices[index] = halves[2 * index]!;
  return slices;
}
