import { MAP_ENTRY_BYTES, type MemoryCounter, OBJECT_BYTES } from './memory.ts';

/** The set without labels. */
export const NO_LABELS = 0;

/** Every set of labels that nodes have had, once: a node holds only the number of its set. */
export class LabelSets {
  readonly #sets: (readonly number[])[] = [[]];
  readonly #ids = new Map<string, number>([['', NO_LABELS]]);
  /** By set and label: the set with that label more. */
  readonly #larger: Map<number, number>[] = [];
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
  }

  /** The labels of a set, ascending. */
  labelsOf(set: number): readonly number[] {
    return this.#sets[set]!;
  }

  has(set: number, label: number): boolean {
    return this.#sets[set]!.includes(label);
  }

  /** The set with one label more. */
  with(set: number, label: number): number {
    const known = this.#larger[set]?.get(label);
    if (known !== undefined) return known;
    const labels = this.#sets[set]!;
    if (labels.includes(label)) return set;
    const larger = this.#intern([...labels, label].sort((left, right) => left - right));
    while (this.#larger.length <= set) this.#larger.push(new Map());
    this.#larger[set]!.set(label, larger);
    this.#memory.bytes += MAP_ENTRY_BYTES;
    return larger;
  }

  /** The set with one label less. */
  without(set: number, label: number): number {
    return this.#intern(this.#sets[set]!.filter((other) => other !== label));
  }

  /** The set of these labels, in any order, each at most once. */
  of(labels: readonly number[]): number {
    return this.#intern([...labels].sort((left, right) => left - right));
  }

  #intern(labels: readonly number[]): number {
    const name = labels.join();
    const known = this.#ids.get(name);
    if (known !== undefined) return known;
    const set = this.#sets.length;
    this.#sets.push(labels);
    this.#ids.set(name, set);
    this.#memory.bytes += MAP_ENTRY_BYTES + OBJECT_BYTES + 8 * labels.length;
    return set;
  }
}
