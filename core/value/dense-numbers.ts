/** Keys below this always have a place of their own; it is as large as a table that nobody minds to make. */
const SMALL_KEYS = 1 << 10;

/** With so many keys in the Map a table pays, provided that it is not much larger than what it holds. */
const DENSE_COUNT_MIN = 256;
const PLACES_PER_KEY_MAX = 64;

/** A table grows up to here; keys beyond stay in the Map. */
const PLACES_MAX = 1 << 22;

/**
 * Numbers by key, for keys that are numbers: most are small integers, such as ids, ages and years, and then stand in a table
 * that is looked up without hashing. All others stand in a Map.
 */
export class DenseNumbers {
  /** The number of a key, plus 1. */
  #table = new Int32Array(0);
  readonly #others = new Map<number | bigint, number>();

  /** The number of a key, or -1. */
  get(key: number): number {
    // False for NaN and for what is no integer; -0 is 0.
    if (key >= 0 && key < this.#table.length && (key | 0) === key) return this.#table[key]! - 1;
    return this.#others.get(key) ?? -1;
  }

  /**
   * Writes the number of the key of each row into `out`, and -1 where a key has none. Row r has the key `keys[positions[r]]`, or `keys[r]`.
   * Answers whether all have one.
   */
  getAll(keys: Float64Array, positions: Int32Array | undefined, out: Int32Array): boolean {
    const table = this.#table;
    // Below 0 as soon as one number is.
    let signs = 0;
    for (let row = 0; row < out.length; row++) {
      const key = keys[positions === undefined ? row : positions[row]!]!;
      const place = key | 0;
      const number = place === key && place >= 0 && place < table.length ? table[place]! - 1 : this.get(key);
      signs |= number;
      out[row] = number;
    }
    return signs >= 0;
  }

  /** Gives a number to a key that has none. */
  set(key: number, number: number): void {
    const isSmall = key >= 0 && key < PLACES_MAX && (key | 0) === key;
    if (isSmall && key >= this.#table.length && this.#isWorthGrowing(key)) this.#growFor(key);
    if (isSmall && key < this.#table.length) this.#table[key] = number + 1;
    else this.#others.set(key, number);
  }

  /** Bytes of the table. */
  get tableBytes(): number {
    return this.#table.byteLength;
  }

  #isWorthGrowing(key: number): boolean {
    if (key < SMALL_KEYS) return true;
    const count = this.#others.size;
    return count >= DENSE_COUNT_MIN && key < (count + this.#table.length / 2) * PLACES_PER_KEY_MAX;
  }

  #growFor(key: number): void {
    const larger = new Int32Array(Math.min(PLACES_MAX, Math.max(SMALL_KEYS, key + 1 + (key >> 1))));
    larger.set(this.#table);
    this.#table = larger;
    for (const [other, number] of this.#others) {
      if (typeof other === 'bigint' || other < 0 || other >= larger.length || (other | 0) !== other) continue;
      larger[other] = number + 1;
      this.#others.delete(other);
    }
  }
}
