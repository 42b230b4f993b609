/** Slots with their distances, of which the nearest, or the farthest, is at hand: a binary heap in two arrays. */
export class DistanceHeap {
  readonly #sign: 1 | -1;
  readonly #slots: number[] = [];
  readonly #distances: number[] = [];

  /** `top`: which one is at hand. */
  constructor(top: 'nearest' | 'farthest') {
    this.#sign = top === 'nearest' ? 1 : -1;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** The distance of the one at hand. */
  get topDistance(): number {
    return this.#sign * this.#distances[0]!;
  }

  push(slot: number, distance: number): void {
    const key = this.#sign * distance;
    let position = this.#slots.length;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      if (this.#distances[parent]! <= key) break;
      this.#move(parent, position);
      position = parent;
    }
    this.#slots[position] = slot;
    this.#distances[position] = key;
  }

  /** Takes out the one at hand. */
  pop(): number {
    const top = this.#slots[0]!;
    const slot = this.#slots.pop()!;
    const key = this.#distances.pop()!;
    const { length } = this.#slots;
    let position = 0;
    while (length > 0) {
      let child = 2 * position + 1;
      if (child + 1 < length && this.#distances[child + 1]! < this.#distances[child]!) child += 1;
      if (child >= length || this.#distances[child]! >= key) break;
      this.#move(child, position);
      position = child;
    }
    if (length > 0) {
      this.#slots[position] = slot;
      this.#distances[position] = key;
    }
    return top;
  }

  #move(from: number, to: number): void {
    this.#slots[to] = this.#slots[from]!;
    this.#distances[to] = this.#distances[from]!;
  }
}

/** A slot and how far it is. */
export interface Found {
  readonly slot: number;
  readonly distance: number;
}

/** What a heap of the farthest holds, nearest first. */
export function nearestFirst(heap: DistanceHeap): Found[] {
  const found: Found[] = [];
  while (heap.size > 0) {
    const distance = heap.topDistance;
    found.push({ slot: heap.pop(), distance });
  }
  return found.reverse();
}
