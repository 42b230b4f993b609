/**
 * Levenshtein distances of texts from one text, letter by letter of the others, as far as they are no more than a maximum. A row of the
 * usual table is as long as the text; of it only the diagonal and so many cells beside it can be below the maximum, and these are kept.
 */

/** For a text of `length` letters: its distances from the beginnings of the wanted one, of `length - max` to `length + max` letters. */
export type EditRow = readonly number[];

export class EditDistance {
  readonly #wanted: string;
  readonly #max: number;

  constructor(wanted: string, max: number) {
    this.#wanted = wanted;
    this.#max = max;
  }

  /** The row of no letters. */
  get start(): EditRow {
    const beyond = this.#max + 1;
    return Array.from({ length: 2 * this.#max + 1 }, (_, cell) => {
      const place = cell - this.#max;
      return place < 0 || place > this.#wanted.length ? beyond : place;
    });
  }

  /** The row of a text, from that of its first letters. Undefined: nothing that begins with the text is near enough. */
  after(row: EditRow, text: string, known: number): EditRow | undefined {
    let next: EditRow | undefined = row;
    for (let at = known; at < text.length && next !== undefined; at += 1) next = this.#afterLetter(next, text, at);
    return next;
  }

  /** The distance of a text of so many letters from the whole one; undefined: it is more than the maximum. */
  ofWhole(row: EditRow, length: number): number | undefined {
    const distance = row[this.#wanted.length - length + this.#max];
    return distance === undefined || distance > this.#max ? undefined : distance;
  }

  #afterLetter(row: EditRow, text: string, at: number): EditRow | undefined {
    const max = this.#max;
    const wanted = this.#wanted;
    const beyond = max + 1;
    const next: number[] = [];
    let least = beyond;
    for (let cell = 0; cell <= 2 * max; cell += 1) {
      const place = at + 1 + cell - max;
      let distance = beyond;
      if (place >= 0 && place <= wanted.length) {
        const leftOut = (row[cell + 1] ?? beyond) + 1;
        const putIn = (next[cell - 1] ?? beyond) + 1;
        const changed =
          place === 0 ? beyond : row[cell]! + (wanted.charCodeAt(place - 1) === text.charCodeAt(at) ? 0 : 1);
        distance = Math.min(beyond, leftOut, putIn, changed);
      }
      next.push(distance);
      if (distance < least) least = distance;
    }
    return least > max ? undefined : next;
  }
}
