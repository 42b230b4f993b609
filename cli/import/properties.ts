/** Columns of rows whose keys come up as the rows do: `row[2]` is the value of the key that was the third to come up. */
import { quoteName } from './names.ts';

export class PropertyColumns {
  readonly #indexes = new Map<string, number>();
  readonly #first: number;

  /** `first`: the place in the row behind what is no property. */
  constructor(first: number) {
    this.#first = first;
  }

  /** The JSON of a row that has `head` in front; what a row does not have is null, or lies beyond its end. */
  row(head: string, values: ReadonlyMap<string, string>): string {
    for (const key of values.keys()) {
      if (!this.#indexes.has(key)) this.#indexes.set(key, this.#first + this.#indexes.size);
    }
    const parts = head === '' ? [] : [head];
    let missing = 0;
    for (const key of this.#indexes.keys()) {
      const value = values.get(key);
      if (value === undefined) missing += 1;
      else {
        for (; missing > 0; missing -= 1) parts.push('null');
        parts.push(value);
      }
    }
    return parts.join(',');
  }

  /** ` {name: row[1]}`, or nothing without properties. */
  pattern(): string {
    const entries = [...this.#indexes].map(([key, index]) => `${quoteName(key)}: row[${index}]`);
    return entries.length > 0 ? ` {${entries.join(', ')}}` : '';
  }

  /** `n.name = row[1], n.age = row[2]`, or nothing. */
  assignments(variable: string): string {
    return [...this.#indexes].map(([key, index]) => `${variable}.${quoteName(key)} = row[${index}]`).join(', ');
  }
}
