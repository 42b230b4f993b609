/**
 * Where the numbers of columns stand. V8 keeps an array of more than 64 bytes outside of its heap, and making one takes more
 * than a microsecond, some forty times as long as a view of memory that is there: more than all else that a small statement does. So
 * columns are cut from slabs, one behind the other. Nothing is given back: a slab goes when nobody holds a column of it.
 */

/** Arrays up to this size are in V8's heap (its flag typed_array_max_size_in_heap), where each stands for itself. */
const IN_HEAP_BYTES = 64;

/** A larger part of a slab than this is made by itself: little is saved then, and much may be left over. */
const SHARE_OF_SLAB_MAX = 1 / 4;

export class ColumnMemory {
  readonly #slabBytes: number;
  readonly #sharedBytesMax: number;
  #integers = new Int32Array(0);
  #integersTaken = 0;
  #floats = new Float64Array(0);
  #floatsTaken = 0;

  constructor(slabBytes: number) {
    this.#slabBytes = slabBytes;
    this.#sharedBytesMax = slabBytes * SHARE_OF_SLAB_MAX;
  }

  /** Integers of 32 bits, all 0. */
  integers(length: number): Int32Array {
    const bytes = length * Int32Array.BYTES_PER_ELEMENT;
    if (bytes <= IN_HEAP_BYTES || bytes > this.#sharedBytesMax) return new Int32Array(length);
    let start = this.#integersTaken;
    if (start + length > this.#integers.length) {
      this.#integers = new Int32Array(this.#slabBytes / Int32Array.BYTES_PER_ELEMENT);
      start = 0;
    }
    this.#integersTaken = start + length;
    return this.#integers.subarray(start, start + length);
  }

  /** Floats of 64 bits, all 0. */
  floats(length: number): Float64Array {
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    if (bytes <= IN_HEAP_BYTES || bytes > this.#sharedBytesMax) return new Float64Array(length);
    let start = this.#floatsTaken;
    if (start + length > this.#floats.length) {
      this.#floats = new Float64Array(this.#slabBytes / Float64Array.BYTES_PER_ELEMENT);
      start = 0;
    }
    this.#floatsTaken = start + length;
    return this.#floats.subarray(start, start + length);
  }

  /** A copy of the first integers of an array. */
  copyOf(integers: Int32Array, length: number): Int32Array {
    const copy = this.integers(length);
    if (length <= LOOPED_MAX) for (let i = 0; i < length; i++) copy[i] = integers[i]!;
    else copy.set(integers.length === length ? integers : integers.subarray(0, length));
    return copy;
  }
}

/** From this many entries on, the machine's own copy is faster than a loop, whose start is cheaper. */
export const LOOPED_MAX = 64;

/** For columns of batches: they live for a moment, and a full one is cut from a slab too. */
export const BATCH_COLUMNS = new ColumnMemory(64 * 1024);

/**
 * For columns that a result holds, which may be few of those that a statement makes and live long: of their own, so that they do
 * not hold back the memory of all the others, and in small slabs, so that a small result holds little.
 */
export const RESULT_COLUMNS = new ColumnMemory(16 * 1024);
