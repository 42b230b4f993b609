import { type MemoryCounter, TYPED_ARRAY_BYTES } from './memory.ts';

const FIRST_WORDS = 8;

/** A growing set of small numbers, one bit each. */
export class Bitmap {
  /** Bit `id & 31` of word `id >>> 5`. Only to be read; replaced when the set grows. */
  words = new Uint32Array(FIRST_WORDS);
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    memory.bytes += this.words.byteLength + TYPED_ARRAY_BYTES;
  }

  has(id: number): boolean {
    const word = this.words[id >>> 5];
    return word !== undefined && (word & (1 << (id & 31))) !== 0;
  }

  add(id: number): void {
    const word = id >>> 5;
    if (word >= this.words.length) this.#grow(word + 1);
    this.words[word]! |= 1 << (id & 31);
  }

  delete(id: number): void {
    const word = id >>> 5;
    if (word < this.words.length) this.words[word]! &= ~(1 << (id & 31));
  }

  /** The lowest member that is at least `id`, or -1. */
  next(id: number): number {
    const words = this.words;
    let bits = (words[id >>> 5] ?? 0) & (-1 << (id & 31));
    for (let word = id >>> 5; word < words.length; bits = words[++word] ?? 0) {
      if (bits !== 0) return (word << 5) + lowestBit(bits);
    }
    return -1;
  }

  /** Gives the memory back; the set is not used again. */
  drop(): void {
    this.#memory.bytes -= this.words.byteLength + TYPED_ARRAY_BYTES;
  }

  #grow(wordCount: number): void {
    const larger = new Uint32Array(Math.max(wordCount, this.words.length + (this.words.length >>> 1)));
    larger.set(this.words);
    this.#memory.bytes += larger.byteLength - this.words.byteLength;
    this.words = larger;
  }
}

/** The position of the lowest bit that is set; `bits` is not 0. */
export function lowestBit(bits: number): number {
  return 31 - Math.clz32(bits & -bits);
}
