/** Where the adjacency's slices lie: the tables that lead from a node to its slice of one type and direction. */
import { PAGE_ENTITIES, PAGE_MASK, PAGE_SHIFT } from './entity-tables.ts';
import { type MemoryCounter, TYPED_ARRAY_BYTES } from './memory.ts';

/**
 * Where the slices of 1,024 nodes lie: per node the slice's offset in the arena, then its length times 64 plus its
 * capacity class. A length of 0 means that there is no slice.
 */
export type HeadPage = Uint32Array;

export const CLASS_BITS = 6;
export const CLASS_MASK = (1 << CLASS_BITS) - 1;

/** The pages of one type and direction. */
export type HeadPages = (HeadPage | undefined)[];

export interface TypeHeads {
  readonly outgoing: HeadPages;
  readonly incoming: HeadPages;
  /** Relationships that start and end at one node. While there are none, 'both' needs no look at neighbours. */
  loops: number;
}

/** The page in which a node's slice is looked up; made when it is not there. */
export function pageFor(pages: HeadPages, node: number, memory: MemoryCounter): HeadPage {
  const index = node >>> PAGE_SHIFT;
  const known = pages[index];
  if (known !== undefined) return known;
  const page = new Uint32Array(2 * PAGE_ENTITIES);
  memory.bytes += page.byteLength + TYPED_ARRAY_BYTES;
  while (pages.length < index) pages.push(undefined);
  pages[index] = page;
  return page;
}

/** How many entries a node has. */
export function lengthOf(pages: Readonly<HeadPages>, node: number): number {
  const page = pages[node >>> PAGE_SHIFT];
  return page === undefined ? 0 : page[((node & PAGE_MASK) << 1) + 1]! >>> CLASS_BITS;
}

/** The pages of all types and directions, in that order, without gaps. */
export function allPages(types: readonly TypeHeads[]): HeadPage[] {
  const pages: HeadPage[] = [];
  for (const { outgoing, incoming } of types) {
    for (const page of [...outgoing, ...incoming]) if (page !== undefined) pages.push(page);
  }
  return pages;
}

/** All slices in ascending order of offset, each as its page's index times 1,024 plus its slot. */
export function slicesByOffset(pages: readonly HeadPage[]): Uint32Array {
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
