/** Vectors of one length by slot, in pages, so that growing copies nothing. Those of an index by angle are kept at length 1. */
import { type MemoryCounter, TYPED_ARRAY_BYTES } from './memory.ts';

/** Numbers in a page, about. */
const PAGE_NUMBERS = 65_536;

export type Similarity = 'cosine' | 'euclidean';

export class VectorStore {
  readonly #dimensions: number;
  readonly #similarity: Similarity;
  readonly #slotsPerPage: number;
  readonly #pages: Float32Array[] = [];
  readonly #memory: MemoryCounter;

  constructor(dimensions: number, similarity: Similarity, memory: MemoryCounter) {
    this.#dimensions = dimensions;
    this.#similarity = similarity;
    this.#slotsPerPage = Math.max(1, Math.floor(PAGE_NUMBERS / dimensions));
    this.#memory = memory;
  }

  /** Puts a vector into a slot: one that is there, or the next. */
  set(slot: number, vector: Float32Array): void {
    if (slot === this.#pages.length * this.#slotsPerPage) {
      const page = new Float32Array(this.#slotsPerPage * this.#dimensions);
      this.#pages.push(page);
      this.#memory.bytes += page.byteLength + TYPED_ARRAY_BYTES;
    }
    const { page, offset } = this.#place(slot);
    page.set(vector, offset);
  }

  /** How far a vector is from that of a slot: less is nearer. */
  distance(vector: Float32Array, slot: number): number {
    return vectorDistance(vector, this.#place(slot), this.#similarity);
  }

  distanceBetween(slot: number, other: number): number {
    return this.distance(this.vector(slot), other);
  }

  /** A view of a slot's vector. */
  vector(slot: number): Float32Array {
    const { page, offset } = this.#place(slot);
    return page.subarray(offset, offset + this.#dimensions);
  }

  #place(slot: number) {
    const page = this.#pages[Math.floor(slot / this.#slotsPerPage)]!;
    return { page, offset: (slot % this.#slotsPerPage) * this.#dimensions };
  }
}

/** How far a vector is from the one that begins at a place of a page. */
export function vectorDistance(
  vector: Float32Array,
  at: { readonly page: Float32Array; readonly offset: number },
  similarity: Similarity,
): number {
  const { page, offset } = at;
  let sum = 0;
  if (similarity === 'cosine') {
    for (let i = 0; i < vector.length; i += 1) sum += vector[i]! * page[offset + i]!;
    return 1 - sum;
  }
  for (let i = 0; i < vector.length; i += 1) {
    const difference = vector[i]! - page[offset + i]!;
    sum += difference * difference;
  }
  return sum;
}

/** From how far two vectors are apart to how alike they are, from 0 to 1, as Neo4j counts it. */
export function similarityOf(distance: number, similarity: Similarity): number {
  return similarity === 'cosine' ? Math.min(1, Math.max(0, 1 - distance / 2)) : 1 / (1 + distance);
}
