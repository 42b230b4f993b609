/**
 * Room for adjacency entries. An entry is a neighbour and a relationship id; a node's entries of one type and direction
 * are a slice without gaps inside one chunk. Neighbours lie apart from relationship ids, because most walks over the graph
 * ask for neighbours alone, and memory is what they wait for. A slice that outgrows its capacity moves; what it leaves is
 * used again for slices of that capacity, and when too much lies idle the adjacency compacts the arena in place.
 *
 * A slice is found by its offset: chunk number in the upper 16 bits, entry within the chunk in the lower 16. A slice
 * longer than a chunk has a chunk of its own.
 */
import { assert } from '../assert.ts';
import { type MemoryCounter, TYPED_ARRAY_BYTES } from './memory.ts';

const CHUNK_SHIFT = 16;
const CHUNK_ENTRIES = 1 << CHUNK_SHIFT;
const CHUNK_MASK = CHUNK_ENTRIES - 1;
/** The first chunk starts small and doubles, because most databases are small. */
const FIRST_CHUNK_ENTRIES = 256;

/** Below so many idle entries compaction is not worth its while. */
const IDLE_ENTRIES_MIN = 16_384;

/** Up to so many entries a loop copies faster than a subarray made for the purpose. */
const LOOPED_ENTRIES_MAX = 64;

/** Capacities that slices have: 1, 2, 3, 4, 6, 8, 12, 16, 24 and so on, so that a slice is on average five sixths full. */
const CAPACITIES = capacities();

function capacities(): number[] {
  const list = [1];
  for (let power = 2; power <= 2 ** 26; power *= 2) list.push(power, power + power / 2);
  return list;
}

/** The class of the smallest capacity that holds `count` entries. */
export function capacityClassFor(count: number): number {
  let low = 0;
  let high = CAPACITIES.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (CAPACITIES[middle]! < count) low = middle + 1;
    else high = middle;
  }
  return low;
}

export function capacityOf(capacityClass: number): number {
  return CAPACITIES[capacityClass]!;
}

export class EntryArena {
  /** By chunk, by entry. */
  readonly #neighbours: Int32Array[] = [];
  readonly #relationships: Int32Array[] = [];
  /** Offsets of idle slices by capacity class. */
  #idle: number[][] = CAPACITIES.map(() => []);
  #idleEntries = 0;
  #entries = 0;
  /** Where the next new slice goes. */
  #topChunk = -1;
  #topEntry = CHUNK_ENTRIES;
  /** Numbers of chunks that belonged to one long slice, and are free. */
  #freeChunks: number[] = [];
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
  }

  /** The chunk in which a slice lies: its neighbours, an entry each. */
  neighboursAt(offset: number): Int32Array {
    return this.#neighbours[offset >>> CHUNK_SHIFT]!;
  }

  /** The relationship ids of the chunk in which a slice lies, an entry each. */
  relationshipsAt(offset: number): Int32Array {
    return this.#relationships[offset >>> CHUNK_SHIFT]!;
  }

  /** Where a slice starts in its chunk, in entries. */
  startOf(offset: number): number {
    return offset & CHUNK_MASK;
  }

  /** Copies the first entries of one slice over those of another. */
  copy({ from, to, entries }: { readonly from: number; readonly to: number; readonly entries: number }): void {
    const move = { from: this.startOf(from), to: this.startOf(to), entries };
    copyEntries(this.neighboursAt(from), this.neighboursAt(to), move);
    copyEntries(this.relationshipsAt(from), this.relationshipsAt(to), move);
  }

  /** Whether slices of a capacity class have a chunk of their own, which compaction leaves alone. */
  isLong(capacityClass: number): boolean {
    return CAPACITIES[capacityClass]! > CHUNK_ENTRIES;
  }

  /** Whether so much lies idle that compaction pays: a third of what is in use. */
  get wantsCompaction(): boolean {
    return this.#idleEntries > IDLE_ENTRIES_MIN && this.#idleEntries * 3 > this.#entries - this.#idleEntries;
  }

  /** Gives out a slice. */
  allocate(capacityClass: number): number {
    const capacity = CAPACITIES[capacityClass]!;
    if (capacity > CHUNK_ENTRIES) return this.#allocateLong(capacity);
    const idle = this.#idle[capacityClass]!.pop();
    if (idle !== undefined) {
      this.#idleEntries -= capacity;
      return idle;
    }
    if (this.#topEntry + capacity > CHUNK_ENTRIES) this.#nextChunk();
    const entry = this.#topEntry;
    this.#topEntry += capacity;
    this.#ensureTop();
    this.#entries += capacity;
    return this.#topChunk * CHUNK_ENTRIES + entry;
  }

  /** Takes a slice back. */
  free(offset: number, capacityClass: number): void {
    const capacity = CAPACITIES[capacityClass]!;
    if (capacity > CHUNK_ENTRIES) {
      this.#dropChunk(offset >>> CHUNK_SHIFT);
      return;
    }
    this.#idle[capacityClass]!.push(offset);
    this.#idleEntries += capacity;
  }

  /**
   * Slides slices together. `offsets` are those of all slices in use, ascending, with the capacity class of each; `moved`
   * is told the new offset of the slice at an index. No slice moves up, so nothing is overwritten before it has moved.
   */
  compact(
    offsets: Uint32Array,
    capacityClasses: Uint8Array,
    moved: (move: { readonly index: number; readonly offset: number }) => void,
  ): void {
    const chunks = this.#sharedChunks();
    let target = 0;
    let targetEntry = 0;
    this.#entries = 0;
    for (let index = 0; index < offsets.length; index += 1) {
      const capacity = CAPACITIES[capacityClasses[index]!]!;
      if (capacity > CHUNK_ENTRIES) continue;
      if (targetEntry + capacity > CHUNK_ENTRIES) {
        target += 1;
        targetEntry = 0;
      }
      const offset = chunks[target]! * CHUNK_ENTRIES + targetEntry;
      targetEntry += capacity;
      this.#entries += capacity;
      if (offset === offsets[index]) continue;
      assert(offset < offsets[index]!, 'compaction moves slices down');
      this.copy({ from: offsets[index]!, to: offset, entries: capacity });
      moved({ index, offset });
    }
    for (const number of chunks.slice(target + 1)) this.#dropChunk(number);
    this.#topChunk = chunks[target] ?? -1;
    this.#topEntry = chunks.length === 0 ? CHUNK_ENTRIES : targetEntry;
    this.#idle = CAPACITIES.map(() => []);
    this.#idleEntries = 0;
  }

  /** Numbers of the chunks that hold many slices, ascending. Those of one long slice stay as they are. */
  #sharedChunks(): number[] {
    const free = new Set(this.#freeChunks);
    const shared: number[] = [];
    for (let number = 0; number < this.#neighbours.length; number += 1) {
      if (!free.has(number) && this.#neighbours[number]!.length <= CHUNK_ENTRIES) shared.push(number);
    }
    return shared;
  }

  #dropChunk(number: number): void {
    this.#countChunk(number, -1);
    this.#neighbours[number] = new Int32Array(0);
    this.#relationships[number] = new Int32Array(0);
    this.#freeChunks.push(number);
  }

  #allocateLong(capacity: number): number {
    const number = this.#takeChunkNumber();
    this.#makeChunk(number, capacity);
    return number * CHUNK_ENTRIES;
  }

  /** What is left of the top chunk becomes idle slices; a new chunk becomes the top. */
  #nextChunk(): void {
    while (this.#topEntry < CHUNK_ENTRIES) {
      let capacityClass = capacityClassFor(CHUNK_ENTRIES - this.#topEntry);
      if (CAPACITIES[capacityClass]! > CHUNK_ENTRIES - this.#topEntry) capacityClass -= 1;
      const capacity = CAPACITIES[capacityClass]!;
      const entry = this.#topEntry;
      this.#topEntry += capacity;
      this.#ensureTop();
      this.#idle[capacityClass]!.push(this.#topChunk * CHUNK_ENTRIES + entry);
      this.#idleEntries += capacity;
      this.#entries += capacity;
    }
    const first = this.#topChunk === -1;
    this.#topChunk = this.#takeChunkNumber();
    this.#topEntry = 0;
    this.#makeChunk(this.#topChunk, first ? FIRST_CHUNK_ENTRIES : CHUNK_ENTRIES);
  }

  #makeChunk(number: number, entries: number): void {
    this.#neighbours[number] = new Int32Array(entries);
    this.#relationships[number] = new Int32Array(entries);
    this.#countChunk(number, 1);
  }

  #takeChunkNumber(): number {
    const number = this.#freeChunks.pop() ?? this.#neighbours.length;
    assert(number <= 0xffff, 'the arena is full');
    return number;
  }

  /** Lets the top chunk, while it is smaller than others, grow to hold what has been given out. */
  #ensureTop(): void {
    const top = this.#topChunk;
    let length = this.#neighbours[top]!.length;
    if (this.#topEntry <= length) return;
    while (length < this.#topEntry) length *= 2;
    length = Math.min(length, CHUNK_ENTRIES);
    this.#countChunk(top, -1);
    this.#neighbours[top] = grown(this.#neighbours[top]!, length);
    this.#relationships[top] = grown(this.#relationships[top]!, length);
    this.#countChunk(top, 1);
  }

  #countChunk(number: number, sign: 1 | -1): void {
    this.#memory.bytes += sign * 2 * (this.#neighbours[number]!.byteLength + TYPED_ARRAY_BYTES);
  }
}

function copyEntries(
  source: Int32Array,
  target: Int32Array,
  { from, to, entries }: { readonly from: number; readonly to: number; readonly entries: number },
): void {
  if (entries > LOOPED_ENTRIES_MAX) {
    target.set(source.subarray(from, from + entries), to);
    return;
  }
  // Upwards is right even where the two overlap, because compaction only moves slices down.
  for (let entry = 0; entry < entries; entry += 1) target[to + entry] = source[from + entry]!;
}

function grown(entries: Int32Array, length: number): Int32Array {
  const larger = new Int32Array(length);
  larger.set(entries);
  return larger;
}
