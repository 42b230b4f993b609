/** Bounds among keys of one type; an absent one is open. */
export interface KeyRange<Key> {
  readonly from: Key | undefined;
  readonly fromExclusive: boolean;
  readonly to: Key | undefined;
  readonly toExclusive: boolean;
}

/** New keys are merged in when they are more than this share of all, and more than a handful. */
const ADDED_SHARE_MAX = 1 / 16;
const ADDED_MIN = 256;

/**
 * Distinct keys of one type in order, for range seeks. The order is made at the first seek, so that writes without seeks pay
 * nothing. Keys that came since stand in a short list of their own until they are many. A key that has gone is passed over, and
 * left out at the next merge.
 */
export class OrderedKeys<Key extends string | number | bigint> {
  /** Undefined until the first seek. */
  #sorted: Key[] | undefined;
  #added: Key[] = [];
  #addedIsSorted = true;
  #goneCount = 0;
  readonly #allKeys: () => Key[];
  readonly #isThere: (key: Key) => boolean;

  /** `allKeys` gives the keys that are there, `isThere` tells of one whether it is. */
  constructor(allKeys: () => Key[], isThere: (key: Key) => boolean) {
    this.#allKeys = allKeys;
    this.#isThere = isThere;
  }

  /** Tells that a key has come. */
  add(key: Key): void {
    if (this.#sorted === undefined) return;
    this.#added.push(key);
    this.#addedIsSorted = this.#added.length === 1;
  }

  /** Tells that a key has gone. */
  delete(): void {
    if (this.#sorted !== undefined) this.#goneCount += 1;
  }

  /** How many keys there are in a range, with some that have gone. */
  countIn(range: KeyRange<Key>): number {
    const sorted = this.#current();
    const added = this.#added;
    return endOf(sorted, range) - startOf(sorted, range) + endOf(added, range) - startOf(added, range);
  }

  /** Shows each key in a range to `visit`, ascending. */
  forEach(range: KeyRange<Key>, visit: (key: Key) => void): void {
    const sorted = this.#current();
    const added = this.#added;
    let next = startOf(sorted, range);
    let nextAdded = startOf(added, range);
    const end = endOf(sorted, range);
    const endAdded = endOf(added, range);
    let last: Key | undefined;
    while (next < end || nextAdded < endAdded) {
      const isOld = nextAdded >= endAdded || (next < end && sorted[next]! <= added[nextAdded]!);
      const key = isOld ? sorted[next++]! : added[nextAdded++]!;
      // A key that went and came again stands in both lists, or twice in one.
      if (key === last || !this.#isThere(key)) continue;
      last = key;
      visit(key);
    }
  }

  #current(): readonly Key[] {
    if (this.#sorted === undefined) {
      this.#sorted = this.#allKeys().sort(ascending);
      return this.#sorted;
    }
    if (!this.#addedIsSorted) this.#added.sort(ascending);
    this.#addedIsSorted = true;
    const addedMax = Math.max(ADDED_MIN, this.#sorted.length * ADDED_SHARE_MAX);
    if (this.#added.length > addedMax || this.#goneCount * 2 > this.#sorted.length) {
      this.#sorted = merge(this.#sorted.filter(this.#isThere), this.#added.filter(this.#isThere));
      this.#added = [];
      this.#goneCount = 0;
    }
    return this.#sorted;
  }
}

function startOf<Key extends string | number | bigint>(keys: readonly Key[], range: KeyRange<Key>): number {
  return range.from === undefined ? 0 : lowerBound(keys, range.from, range.fromExclusive);
}

function endOf<Key extends string | number | bigint>(keys: readonly Key[], range: KeyRange<Key>): number {
  return range.to === undefined ? keys.length : lowerBound(keys, range.to, !range.toExclusive);
}

/** The position of the first key that is at least `bound`, or above it. */
function lowerBound<Key extends string | number | bigint>(sorted: readonly Key[], bound: Key, above: boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const key = sorted[middle]!;
    if (above ? key <= bound : key < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Two sorted lists as one; a key that is in both, or twice in one, once. */
function merge<Key extends string | number | bigint>(left: readonly Key[], right: readonly Key[]): Key[] {
  const merged: Key[] = [];
  let next = 0;
  for (const key of left) {
    while (next < right.length && right[next]! < key) pushNew(merged, right[next++]!);
    pushNew(merged, key);
  }
  while (next < right.length) pushNew(merged, right[next++]!);
  return merged;
}

function pushNew<Key>(keys: Key[], key: Key): void {
  if (keys.length === 0 || keys[keys.length - 1] !== key) keys.push(key);
}

/** `<` compares a number and a bigint as the exact numbers that they are, and strings by UTF-16 code units. */
function ascending<Key extends string | number | bigint>(left: Key, right: Key): number {
  if (left < right) return -1;
  return left > right ? 1 : 0;
}
