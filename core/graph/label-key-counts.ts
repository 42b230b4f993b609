/**
 * How many nodes of a label have a property, in the newest state: for those pairs of label and key that somebody has asked for. A
 * pair is counted once and kept from then on, so that a graph that nobody counts pays nothing.
 */
import { assert } from '../assert.ts';

/** Pairs that are kept at most. */
const PAIRS_MAX = 256;

interface Pair {
  readonly label: number;
  readonly key: number;
  count: number;
}

export class LabelKeyCounts {
  readonly #pairs: Pair[] = [];

  /** The pairs of a key. */
  *onKey(key: number): Generator<Pair> {
    for (const pair of this.#pairs) if (pair.key === key) yield pair;
  }

  /** The pairs of a label. */
  *onLabel(label: number): Generator<Pair> {
    for (const pair of this.#pairs) if (pair.label === label) yield pair;
  }

  get isEmpty(): boolean {
    return this.#pairs.length === 0;
  }

  /** The count of a pair; undefined when it is not kept. */
  of(label: number, key: number): number | undefined {
    for (const pair of this.#pairs) if (pair.label === label && pair.key === key) return pair.count;
    return undefined;
  }

  /** Keeps a pair, which has been counted just now. False when there are too many. */
  keep(pair: { readonly label: number; readonly key: number; readonly count: number }): boolean {
    assert(this.of(pair.label, pair.key) === undefined, 'a pair is counted once');
    if (this.#pairs.length === PAIRS_MAX) return false;
    this.#pairs.push({ ...pair });
    return true;
  }
}
