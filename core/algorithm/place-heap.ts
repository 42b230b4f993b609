/** A heap of places by their distance, the nearest first; of equal ones the lowest place. */
export class PlaceHeap {
  #places = new Int32Array(64);
  #distances = new Float64Array(64);
  #count = 0;

  get isEmpty(): boolean {
    return this.#count === 0;
  }

  clear(): void {
    this.#count = 0;
  }

  push(place: number, distance: number): void {
    if (this.#count === this.#places.length) this.#grow();
    let at = this.#count++;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(place, distance, above)) break;
      this.#move(above, at);
      at = above;
    }
    this.#places[at] = place;
    this.#distances[at] = distance;
  }

  /** The distance of the place that `pop` gives next. */
  get distance(): number {
    return this.#distances[0]!;
  }

  /** Takes the nearest place. The heap is not empty. */
  pop(): number {
    const top = this.#places[0]!;
    const last = --this.#count;
    const place = this.#places[last]!;
    const distance = this.#distances[last]!;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= last) break;
      if (below + 1 < last && this.#isBefore(this.#places[below + 1]!, this.#distances[below + 1]!, below)) below++;
      if (!this.#isBefore(this.#places[below]!, this.#distances[below]!, { place, distance })) break;
      this.#move(below, at);
      at = below;
    }
    this.#places[at] = place;
    this.#distances[at] = distance;
    return top;
  }

  #isBefore(place: number, distance: number, other: number | { place: number; distance: number }): boolean {
    const otherDistance = typeof other === 'number' ? this.#distances[other]! : other.distance;
    if (distance !== otherDistance) return distance < otherDistance;
    return place < (typeof other === 'number' ? this.#places[other]! : other.place);
  }

  #move(from: number, to: number): void {
    this.#places[to] = this.#places[from]!;
    this.#distances[to] = this.#distances[from]!;
  }

  #grow(): void {
    const places = new Int32Array(this.#count * 2);
    const distances = new Float64Array(this.#count * 2);
    places.set(this.#places);
    distances.set(this.#distances);
    this.#places = places;
    this.#distances = distances;
  }
}
