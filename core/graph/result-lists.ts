/** Growing lists that reads fill, kept and used again by the caller so that a hot loop allocates nothing. */

const FIRST_CAPACITY = 16;

/** Where a list begins, so that one that stays empty costs nothing. */
const NOTHING = new Int32Array(0);

/** Entity ids: the first `count` of `ids`. */
export class IdList {
  ids: Int32Array = NOTHING;
  count = 0;

  /** Makes room for `capacity` ids in all, and keeps the ones there are. */
  reserve(capacity: number): void {
    if (this.ids.length < capacity) this.ids = grown(this.ids, capacity);
  }

  push(id: number): void {
    if (this.count === this.ids.length) this.reserve(this.count + 1);
    this.ids[this.count++] = id;
  }
}

/** What an expansion found: the first `count` of `neighbours` and of `relationships`, side by side. */
export class Expansion {
  neighbours: Int32Array = NOTHING;
  relationships: Int32Array = NOTHING;
  count = 0;

  /** Makes room for `capacity` entries in all, and keeps the ones there are. */
  reserve(capacity: number): void {
    if (this.neighbours.length >= capacity) return;
    this.neighbours = grown(this.neighbours, capacity);
    this.relationships = grown(this.relationships, capacity);
  }

  push(entry: { readonly neighbour: number; readonly relationship: number }): void {
    if (this.count === this.neighbours.length) this.reserve(this.count + 1);
    this.neighbours[this.count] = entry.neighbour;
    this.relationships[this.count++] = entry.relationship;
  }
}

function grown(ids: Int32Array, capacity: number): Int32Array {
  const larger = new Int32Array(Math.max(capacity, ids.length * 2, FIRST_CAPACITY));
  larger.set(ids);
  return larger;
}
