/**
 * A hierarchical navigable small world: slots joined to some of their nearest ones, in layers of which each holds a share of the one
 * below, so that a search goes from far to near in few steps. Source: Malkov and Yashunin, "Efficient and robust approximate
 * nearest neighbor search using Hierarchical Navigable Small World graphs", algorithms 1, 2, 4 and 5.
 */
import { ARRAY_SLOT_BYTES, MAP_ENTRY_BYTES, type MemoryCounter, TYPED_ARRAY_BYTES } from './memory.ts';
import { DistanceHeap, type Found, nearestFirst } from './nearest-heap.ts';
import type { VectorStore } from './vector-store.ts';

/** Neighbours of a slot in the upper layers, and twice as many in the lowest. */
const NEIGHBOURS_MAX = 16;
const LOWEST_NEIGHBOURS_MAX = 2 * NEIGHBOURS_MAX;

/** Candidates that are kept while a slot is joined. */
const JOIN_CANDIDATES = 100;

/** A layer holds one slot in so many of the layer below: the paper's choice for the number of neighbours. */
const LAYER_SCALE = 1 / Math.log(NEIGHBOURS_MAX);

const LAYERS_MAX = 16;

/** Candidates that a search keeps at least. */
const SEARCH_CANDIDATES = 128;

export class SmallWorld {
  readonly #vectors: VectorStore;
  readonly #memory: MemoryCounter;
  /** By slot: its neighbours by layer, the lowest first. */
  readonly #neighbours = new Map<number, number[][]>();
  #entry = -1;
  #topLayer = -1;
  /** Of the generator that draws layers: the same joins in the same order give the same world. */
  #seed = 1;

  constructor(vectors: VectorStore, memory: MemoryCounter) {
    this.#vectors = vectors;
    this.#memory = memory;
  }

  has(slot: number): boolean {
    return this.#neighbours.has(slot);
  }

  /** Joins a slot that is not there to its nearest ones. */
  join(slot: number): void {
    const layer = this.#drawLayer();
    const own: number[][] = Array.from({ length: layer + 1 }, () => []);
    this.#neighbours.set(slot, own);
    this.#memory.bytes += MAP_ENTRY_BYTES + (layer + 1) * TYPED_ARRAY_BYTES;
    if (this.#entry === -1) {
      this.#entry = slot;
      this.#topLayer = layer;
      return;
    }
    const vector = this.#vectors.vector(slot);
    let entries = [this.#descend(vector, layer)];
    for (let each = Math.min(layer, this.#topLayer); each >= 0; each -= 1) {
      const near = this.#searchLayer(vector, entries, { layer: each, count: JOIN_CANDIDATES, accepts: undefined });
      const chosen = this.#diverse(near, NEIGHBOURS_MAX);
      own[each] = chosen;
      this.#memory.bytes += chosen.length * ARRAY_SLOT_BYTES;
      for (const other of chosen) this.#connect(other, slot, each);
      entries = near.map((found) => found.slot);
    }
    if (layer <= this.#topLayer) return;
    this.#entry = slot;
    this.#topLayer = layer;
  }

  /** The nearest slots that are accepted, nearest first: nearly always the true ones. */
  search(vector: Float32Array, count: number, accepts: (slot: number) => boolean): Found[] {
    if (this.#entry === -1) return [];
    const entry = this.#descend(vector, 0);
    const wanted = { layer: 0, count: Math.max(count, SEARCH_CANDIDATES), accepts };
    return this.#searchLayer(vector, [entry], wanted).slice(0, count);
  }

  /** From the top to just above a layer, always on to the nearest neighbour. */
  #descend(vector: Float32Array, above: number): number {
    let nearest = this.#entry;
    let distance = this.#vectors.distance(vector, nearest);
    for (let layer = this.#topLayer; layer > above; layer -= 1) {
      for (let moved = true; moved; ) {
        moved = false;
        for (const other of this.#neighboursOf(nearest, layer)) {
          const otherDistance = this.#vectors.distance(vector, other);
          if (otherDistance >= distance) continue;
          nearest = other;
          distance = otherDistance;
          moved = true;
        }
      }
    }
    return nearest;
  }

  /** Slots that are not accepted are gone through, and not found. */
  #searchLayer(
    vector: Float32Array,
    entries: readonly number[],
    wanted: {
      readonly layer: number;
      readonly count: number;
      readonly accepts: ((slot: number) => boolean) | undefined;
    },
  ): Found[] {
    const { layer, count, accepts } = wanted;
    const visited = new Set<number>(entries);
    const toVisit = new DistanceHeap('nearest');
    const found = new DistanceHeap('farthest');
    const take = (slot: number, distance: number): void => {
      toVisit.push(slot, distance);
      if (accepts !== undefined && !accepts(slot)) return;
      found.push(slot, distance);
      if (found.size > count) found.pop();
    };
    for (const entry of entries) take(entry, this.#vectors.distance(vector, entry));
    while (toVisit.size > 0) {
      if (found.size >= count && toVisit.topDistance > found.topDistance) break;
      for (const other of this.#neighboursOf(toVisit.pop(), layer)) {
        if (visited.has(other)) continue;
        visited.add(other);
        const distance = this.#vectors.distance(vector, other);
        if (found.size < count || distance < found.topDistance) take(other, distance);
      }
    }
    return nearestFirst(found);
  }

  /**
   * Some of the candidates, nearest first: one that is nearer to a chosen one than to the slot itself is left out, so that clusters
   * stay joined to each other.
   */
  #diverse(candidates: readonly Found[], count: number): number[] {
    const chosen: number[] = [];
    for (const { slot, distance } of candidates) {
      if (chosen.length === count) break;
      if (chosen.every((other) => this.#vectors.distanceBetween(slot, other) >= distance)) chosen.push(slot);
    }
    for (const { slot } of candidates) {
      if (chosen.length >= count / 2) break;
      if (!chosen.includes(slot)) chosen.push(slot);
    }
    return chosen;
  }

  #connect(slot: number, other: number, layer: number): void {
    const neighbours = this.#neighbours.get(slot)![layer]!;
    neighbours.push(other);
    const most = layer === 0 ? LOWEST_NEIGHBOURS_MAX : NEIGHBOURS_MAX;
    if (neighbours.length <= most) {
      this.#memory.bytes += ARRAY_SLOT_BYTES;
      return;
    }
    const candidates = neighbours
      .map((each) => ({ slot: each, distance: this.#vectors.distanceBetween(slot, each) }))
      .sort((left, right) => left.distance - right.distance);
    const kept = this.#diverse(candidates, most);
    this.#memory.bytes += (kept.length - neighbours.length + 1) * ARRAY_SLOT_BYTES;
    this.#neighbours.get(slot)![layer] = kept;
  }

  #neighboursOf(slot: number, layer: number): readonly number[] {
    return this.#neighbours.get(slot)?.[layer] ?? NONE;
  }

  /** Each layer up is rarer by the same factor. The generator is mulberry32. */
  #drawLayer(): number {
    this.#seed = (this.#seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#seed ^ (this.#seed >>> 15), 1 | this.#seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    const uniform = (((mixed ^ (mixed >>> 14)) >>> 0) + 1) / 2 ** 32;
    return Math.min(LAYERS_MAX - 1, Math.floor(-Math.log(uniform) * LAYER_SCALE));
  }
}

const NONE: readonly number[] = [];
