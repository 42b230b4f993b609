/** Slots per entry: left, right, and the pair's number plus one, so that 0 marks a free place. */
const SLOTS = 3;
const FIRST_PLACES = 16;
/** Odd and without a pattern in its bits, so that neighbouring pairs fall far apart. */
const SPREAD = 0x9e3779b1;

/**
 * Numbers pairs of integers from 0, in the order of their first appearance. An open hash table in one typed array: a pair
 * costs some thirty bytes and no allocation.
 */
export class PairNumbers {
  #count = 0;
  /** A power of two, at most three quarters of it taken. */
  #places = FIRST_PLACES;
  #table = new Int32Array(FIRST_PLACES * SLOTS);

  /** The pair's number; a new pair gets the next one. Both are integers from 0 to 2^31 - 1. */
  numberOf(left: number, right: number): number {
    const at = this.#find(left, right);
    const known = this.#table[at + 2]!;
    if (known !== 0) return known - 1;
    this.#write(at, left, right, this.#count + 1);
    this.#count += 1;
    if (this.#count * 4 > this.#places * 3) this.#grow();
    return this.#count - 1;
  }

  /** Where the pair stands in the table, or the free place where it would. */
  #find(left: number, right: number): number {
    const table = this.#table;
    const mask = this.#places - 1;
    const mixed = Math.imul(Math.imul(left, SPREAD) ^ right, SPREAD);
    for (let place = (mixed ^ (mixed >>> 15)) & mask; ; place = (place + 1) & mask) {
      const at = place * SLOTS;
      if (table[at + 2] === 0 || (table[at] === left && table[at + 1] === right)) return at;
    }
  }

  #write(at: number, left: number, right: number, mark: number): void {
    this.#table[at] = left;
    this.#table[at + 1] = right;
    this.#table[at + 2] = mark;
  }

  #grow(): void {
    const before = this.#table;
    this.#places *= 2;
    this.#table = new Int32Array(this.#places * SLOTS);
    for (let at = 0; at < before.length; at += SLOTS) {
      const mark = before[at + 2]!;
      if (mark !== 0) this.#write(this.#find(before[at]!, before[at + 1]!), before[at]!, before[at + 1]!, mark);
    }
  }
}
