/**
 * Choices read off a list of numbers. What is chosen for 0, and past the end of the list, is the simplest, so a shorter list with
 * smaller numbers makes a simpler case: that is how a failing case shrinks.
 */
export class Tape {
  readonly #numbers: readonly number[];
  #position = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  /** A number from 0 up to, not including, `count`. */
  below(count: number): number {
    return (this.#numbers[this.#position++] ?? 0) % count;
  }

  /** One of these; the first is the simplest. */
  pick<Item>(items: readonly Item[]): Item {
    return items[this.below(items.length)]!;
  }

  /** True in `percent` of a hundred cases. */
  chance(percent: number): boolean {
    return this.below(100) >= 100 - percent;
  }

  /** As many items as are asked for; `most` at most. */
  several<Item>(bounds: { readonly least: number; readonly most: number }, make: () => Item): Item[] {
    const count = bounds.least + this.below(bounds.most - bounds.least + 1);
    return Array.from({ length: count }, make);
  }
}
