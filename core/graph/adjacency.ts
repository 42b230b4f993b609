/**
 * Who is joined to whom, in the newest state: for each relationship type and direction, a node's entries lie side by
 * side in the order of relationship ids. That order follows from the graph alone, whatever way it came about.
 */

import {
  allPages,
  CLASS_BITS,
  CLASS_MASK,
  type HeadPage,
  type HeadPages,
  lengthOf,
  pageFor,
  slicesByOffset,
  type TypeHeads,
} from './adjacency-heads.ts';
import { PAGE_MASK, PAGE_SHIFT, type RelationshipTable } from './entity-tables.ts';
import { capacityClassFor, capacityOf, EntryArena } from './entry-arena.ts';
import type { FrontierStep } from './frontier.ts';
import { ALL_TYPES, type Direction } from './graph-view.ts';
import type { MemoryCounter } from './memory.ts';
import type { Expansion } from './result-lists.ts';

/** A slice shrinks when it is this many capacity classes too large, which is about three eighths full. */
const SHRINK_CLASSES = 3;

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
    const heads = this.#headsOf(type);
    if (start === end) heads.loops += 1;
    this.#insert(pageFor(heads.outgoing, start, this.#memory), start, { neighbour: end, relationship });
    this.#insert(pageFor(heads.incoming, end, this.#memory), end, { neighbour: start, relationship });
    if (this.#arena.wantsCompaction) this.compact();
  }

  delete(relationship: number, { type, start, end }: Entry): void {
    const heads = this.#types[type]!;
    if (start === end) heads.loops -= 1;
    this.#remove(heads.outgoing[start >>> PAGE_SHIFT]!, { node: start, relationship });
    this.#remove(heads.incoming[end >>> PAGE_SHIFT]!, { node: end, relationship });
    if (this.#arena.wantsCompaction) this.compact();
  }

  /**
   * Takes in a whole table at once, when this is still empty: counts first, then lays the slices out in the order of
   * nodes, none larger than it must be, then fills them.
   */
  fill(table: RelationshipTable): void {
    const { live } = table.ids;
    for (let id = live.next(0); id !== -1; id = live.next(id + 1)) {
      const start = table.start(id);
      const end = table.end(id);
      const heads = this.#headsOf(table.type(id));
      if (start === end) heads.loops += 1;
      pageFor(heads.outgoing, start, this.#memory)[((start & PAGE_MASK) << 1) + 1]! += 1 << CLASS_BITS;
      pageFor(heads.incoming, end, this.#memory)[((end & PAGE_MASK) << 1) + 1]! += 1 << CLASS_BITS;
    }
    for (const page of allPages(this.#types)) this.#layOut(page);
    for (let id = live.next(0); id !== -1; id = live.next(id + 1)) {
      const start = table.start(id);
      const end = table.end(id);
      const { outgoing, incoming } = this.#types[table.type(id)]!;
      this.#push(outgoing[start >>> PAGE_SHIFT]!, start, { neighbour: end, relationship: id });
      this.#push(incoming[end >>> PAGE_SHIFT]!, end, { neighbour: start, relationship: id });
    }
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

  /** See GraphView.advance. */
  advance(step: FrontierStep): number {
    const { direction, type } = step;
    let looked = 0;
    const first = type === ALL_TYPES ? 0 : type;
    const last = type === ALL_TYPES ? this.#types.length - 1 : Math.min(type, this.#types.length - 1);
    for (let each = first; each <= last; each += 1) {
      const heads = this.#types[each]!;
      if (direction !== 'incoming') looked += this.#advanceAlong(heads.outgoing, step);
      if (direction !== 'outgoing') looked += this.#advanceAlong(heads.incoming, step);
    }
    return looked;
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
    const pages = allPages(this.#types);
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

  #headsOf(type: number): TypeHeads {
    while (this.#types.length <= type) this.#types.push({ outgoing: [], incoming: [], loops: 0 });
    return this.#types[type]!;
  }

  /** Gives each node of a page an empty slice for as many entries as have been counted. */
  #layOut(page: HeadPage): void {
    for (let slot = 0; slot < page.length; slot += 2) {
      const length = page[slot + 1]! >>> CLASS_BITS;
      if (length === 0) continue;
      const capacityClass = capacityClassFor(length);
      page[slot] = this.#arena.allocate(capacityClass);
      page[slot + 1] = capacityClass;
    }
  }

  /** Adds an entry, whose id is the highest so far, to a slice that has room. */
  #push(page: HeadPage, node: number, entry: { readonly neighbour: number; readonly relationship: number }): void {
    const slot = (node & PAGE_MASK) << 1;
    const offset = page[slot]!;
    const position = this.#arena.startOf(offset) + (page[slot + 1]! >>> CLASS_BITS);
    this.#arena.neighboursAt(offset)[position] = entry.neighbour;
    this.#arena.relationshipsAt(offset)[position] = entry.relationship;
    page[slot + 1]! += 1 << CLASS_BITS;
  }

  #append(pages: Readonly<HeadPages>, node: number, out: Expansion): void {
    const page = pages[node >>> PAGE_SHIFT];
    if (page === undefined) return;
    const slot = (node & PAGE_MASK) << 1;
    const length = page[slot + 1]! >>> CLASS_BITS;
    if (length === 0) return;
    const offset = page[slot]!;
    const from = out.count;
    out.reserve(from + length);
    const shift = this.#arena.startOf(offset) - from;
    const to = from + length;
    const source = this.#arena.neighboursAt(offset);
    const neighbours = out.neighbours;
    for (let entry = from; entry < to; entry += 1) neighbours[entry] = source[shift + entry]!;
    const ids = this.#arena.relationshipsAt(offset);
    const relationships = out.relationships;
    for (let entry = from; entry < to; entry += 1) relationships[entry] = ids[shift + entry]!;
    out.count = to;
  }

  /** Asks only for neighbours, so relationship ids are not even loaded. */
  #advanceAlong(pages: Readonly<HeadPages>, step: FrontierStep): number {
    const { nodes, to, seen, bit, reached, parents } = step;
    let looked = 0;
    for (let index = step.from; index < to; index += 1) {
      const node = nodes[index]!;
      const page = pages[node >>> PAGE_SHIFT];
      if (page === undefined) continue;
      const slot = (node & PAGE_MASK) << 1;
      const length = page[slot + 1]! >>> CLASS_BITS;
      if (length === 0) continue;
      const offset = page[slot]!;
      const neighbours = this.#arena.neighboursAt(offset);
      const first = this.#arena.startOf(offset);
      const before = reached.count;
      const count = append({ neighbours, from: first, to: first + length }, { seen, bit, reached });
      if (parents !== undefined && count > before) {
        parents.reserve(count);
        const indexes = parents.ids;
        for (let at = before; at < count; at += 1) indexes[at] = index;
        parents.count = count;
      }
      looked += length;
    }
    return looked;
  }

  #loopsAt(pages: Readonly<HeadPages>, node: number): number {
    const page = pages[node >>> PAGE_SHIFT];
    if (page === undefined) return 0;
    const slot = (node & PAGE_MASK) << 1;
    const length = page[slot + 1]! >>> CLASS_BITS;
    if (length === 0) return 0;
    const neighbours = this.#arena.neighboursAt(page[slot]!);
    const first = this.#arena.startOf(page[slot]!);
    let loops = 0;
    for (let entry = first; entry < first + length; entry += 1) if (neighbours[entry] === node) loops += 1;
    return loops;
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
    const neighbours = this.#arena.neighboursAt(offset);
    const relationships = this.#arena.relationshipsAt(offset);
    const first = this.#arena.startOf(offset);
    const last = first + length;
    let position = last;
    if (length > 0 && relationships[last - 1]! > relationship) {
      position = first + rankIn(relationships, { first, length, relationship });
      neighbours.copyWithin(position + 1, position, last);
      relationships.copyWithin(position + 1, position, last);
    }
    neighbours[position] = neighbour;
    relationships[position] = relationship;
    page[slot + 1]! += 1 << CLASS_BITS;
  }

  #remove(page: HeadPage, { node, relationship }: { readonly node: number; readonly relationship: number }): void {
    const slot = (node & PAGE_MASK) << 1;
    const length = page[slot + 1]! >>> CLASS_BITS;
    const capacityClass = page[slot + 1]! & CLASS_MASK;
    const neighbours = this.#arena.neighboursAt(page[slot]!);
    const relationships = this.#arena.relationshipsAt(page[slot]!);
    const first = this.#arena.startOf(page[slot]!);
    const position = first + rankIn(relationships, { first, length, relationship });
    neighbours.copyWithin(position, position + 1, first + length);
    relationships.copyWithin(position, position + 1, first + length);
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

/** Appends the neighbours of a slice that have not been reached. Answers with how many have been reached then. */
function append(
  slice: { readonly neighbours: Int32Array; readonly from: number; readonly to: number },
  { seen, bit, reached }: Pick<FrontierStep, 'seen' | 'bit' | 'reached'>,
): number {
  const { neighbours, from, to } = slice;
  let count = reached.count;
  reached.reserve(count + to - from);
  const ids = reached.ids;
  for (let entry = from; entry < to; entry += 1) {
    const neighbour = neighbours[entry]!;
    const marks = seen[neighbour]!;
    if ((marks & bit) !== 0) continue;
    seen[neighbour] = marks | bit;
    ids[count] = neighbour;
    count += 1;
  }
  reached.count = count;
  return count;
}

/** How many entries of a slice have a lower relationship id. */
function rankIn(
  relationships: Int32Array,
  slice: { readonly first: number; readonly length: number; readonly relationship: number },
): number {
  let low = 0;
  let high = slice.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (relationships[slice.first + middle]! < slice.relationship) low = middle + 1;
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
