/**
 * Where the numbers of columns stand. V8 keeps an array of more than 64 bytes outside of its heap, and making one takes more
 * than a microsecond, some forty times as long as a view of memory that is there: more than all else that a small statement does. So
 * columns are cut from slabs, one behind the other. A slab goes when nobody holds a column of it. Who knows that nobody holds what he
 * has had cut since a mark may take it back: memory that is used again is in the processor's cache, and new memory is not, which
 * costs as much as four more passes over the numbers.
 */

/** Arrays up to this size are in V8's heap (its flag typed_array_max_size_in_heap), where each stands for itself. */
const IN_HEAP_BYTES = 64;

/** A larger part of a slab than this is made by itself: little is saved then, and much may be left over. */
const SHARE_OF_SLAB_MAX = 1 / 4;

/** A slab and how much of it is taken. */
class Slab<Numbers extends Int32Array | Float64Array> {
  readonly numbers: Numbers;
  taken = 0;
  /** Up to where it has been used before, and so is not all 0. */
  used = 0;

  constructor(numbers: Numbers) {
    this.numbers = numbers;
  }

  takeBack(mark: { readonly numbers: Numbers; readonly taken: number }): void {
    this.used = Math.max(this.used, this.taken);
    // One that was begun after the mark is taken back as a whole.
    this.taken = mark.numbers === this.numbers ? mark.taken : 0;
  }

  /** Overwrites what `takeBack` would take back. Slabs between that of the mark and this one are out of sight. */
  spoil(mark: { readonly numbers: Numbers; readonly taken: number }, poison: number): void {
    const isSame = mark.numbers === this.numbers;
    if (!isSame) mark.numbers.fill(poison, mark.taken);
    this.numbers.fill(poison, isSame ? mark.taken : 0, this.taken);
  }

  has(length: number): boolean {
    return this.taken + length <= this.numbers.length;
  }

  cut(length: number): Numbers {
    const start = this.taken;
    const end = start + length;
    this.taken = end;
    if (start < this.used) this.numbers.fill(0, start, Math.min(end, this.used));
    return this.numbers.subarray(start, end) as Numbers; // of what it is part of
  }
}

/** No id, no count, and no number that a test would have. */
const POISON = { integer: -1_234_567_891, float: -1.234567891e300 } as const;

/** What was taken at a moment. */
export interface ColumnMark {
  readonly integers: { readonly numbers: Int32Array; readonly taken: number };
  readonly floats: { readonly numbers: Float64Array; readonly taken: number };
}

export class ColumnMemory {
  readonly #slabBytes: number;
  readonly #sharedBytesMax: number;
  #integers = new Slab<Int32Array>(new Int32Array(0));
  #floats = new Slab<Float64Array>(new Float64Array(0));
  /** For tests: what is taken back is overwritten, so that it shows when somebody holds it still. */
  spoils = false;

  constructor(slabBytes: number) {
    this.#slabBytes = slabBytes;
    this.#sharedBytesMax = slabBytes * SHARE_OF_SLAB_MAX;
  }

  /** Integers of 32 bits, all 0. */
  integers(length: number): Int32Array {
    const bytes = length * Int32Array.BYTES_PER_ELEMENT;
    if (bytes <= IN_HEAP_BYTES || bytes > this.#sharedBytesMax) return new Int32Array(length);
    if (!this.#integers.has(length)) {
      this.#integers = new Slab<Int32Array>(new Int32Array(this.#slabBytes / Int32Array.BYTES_PER_ELEMENT));
    }
    return this.#integers.cut(length);
  }

  /** Floats of 64 bits, all 0. */
  floats(length: number): Float64Array {
    const bytes = length * Float64Array.BYTES_PER_ELEMENT;
    if (bytes <= IN_HEAP_BYTES || bytes > this.#sharedBytesMax) return new Float64Array(length);
    if (!this.#floats.has(length)) {
      this.#floats = new Slab<Float64Array>(new Float64Array(this.#slabBytes / Float64Array.BYTES_PER_ELEMENT));
    }
    return this.#floats.cut(length);
  }

  /** The moment, for `takeBack`. */
  mark(): ColumnMark {
    const { numbers: integers, taken: integersTaken } = this.#integers;
    const { numbers: floats, taken: floatsTaken } = this.#floats;
    return {
      integers: { numbers: integers, taken: integersTaken },
      floats: { numbers: floats, taken: floatsTaken },
    };
  }

  /** Takes back what has been cut since the mark. Nobody holds any of it. */
  takeBack({ integers, floats }: ColumnMark): void {
    if (this.spoils) {
      this.#integers.spoil(integers, POISON.integer);
      this.#floats.spoil(floats, POISON.float);
    }
    this.#integers.takeBack(integers);
    this.#floats.takeBack(floats);
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
