/** Which group each row of a batch belongs to: column by column, with a loop for each kind of column. */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import { EquivalenceClasses } from '../value/equivalence.ts';
import type { PairNumbers } from '../value/pair-numbers.ts';
import type { Value } from '../value/value.ts';
import { type Column, NO_ENTITY, type Vector } from './batch.ts';
import { vectorValue } from './expression/operand.ts';

/** Numbers groups from 0, in the order in which their first rows come. */
export class Grouping {
  readonly #classes = new EquivalenceClasses();
  /** Of columns of texts that come with codes: the text last seen under a code, and its class. One for each vector. */
  readonly #texts: TextClasses[] = [];

  /** How many groups there are. */
  get count(): number {
    return this.#classes.count;
  }

  /**
   * Writes each row's group into `groups`, and the first row of each new group into `firsts`. Answers how many these are.
   */
  assign(vectors: readonly Vector[], groups: Int32Array, firsts: Int32Array): number {
    const [only] = vectors;
    if (only !== undefined && vectors.length === 1) {
      return this.#number(this.#classes, only, 0, { groups, firsts });
    }
    const none = BATCH_COLUMNS.integers(groups.length);
    const own = BATCH_COLUMNS.integers(groups.length);
    vectors.forEach((vector, index) => {
      const { classes, pairs } = this.#classes.column(index);
      const target = index === 0 ? groups : own;
      this.#number(classes, vector, index, { groups: target, firsts: none });
      if (index > 0) pair(pairs, groups, own);
    });
    let found = 0;
    for (let row = 0; row < groups.length; row++) {
      if (groups[row]! < this.#classes.count) continue;
      this.#classes.taken(groups[row]!);
      firsts[found++] = row;
    }
    return found;
  }

  /** Numbers one column's values. */
  #number(
    classes: EquivalenceClasses,
    vector: Vector,
    index: number,
    { groups, firsts }: { readonly groups: Int32Array; readonly firsts: Int32Array },
  ): number {
    const { column, rows } = vector;
    if (column.kind === 'integer') {
      return classes.numberIntegers({ values: column.values, positions: rows }, groups, firsts);
    }
    let count = classes.count;
    let found = 0;
    for (let row = 0; row < groups.length; row++) {
      const position = rows === undefined ? row : rows[row]!;
      const group = this.#classOf(classes, column, position, index);
      groups[row] = group;
      if (group < count) continue;
      count++;
      firsts[found++] = row;
    }
    return found;
  }

  #classOf(classes: EquivalenceClasses, column: Column, position: number, index: number): number {
    switch (column.kind) {
      case 'float':
        return classes.numberOfNumber(column.values[position]!);
      case 'node': {
        const id = column.ids[position]!;
        return id === NO_ENTITY ? classes.numberOf(null) : classes.numberOfNode(id);
      }
      case 'value': {
        const value = column.values[position]!;
        if (column.codes !== undefined && typeof value === 'string') {
          this.#texts[index] ??= new TextClasses();
          return this.#texts[index].numberOf(value, column.codes[position]!, classes);
        }
        return classes.numberOf(value);
      }
      default:
        return classes.numberOf(vectorValue({ column, rows: undefined }, position));
    }
  }
}

/** Replaces the groups so far by those of their pairs with another column's classes. */
function pair(pairs: PairNumbers, groups: Int32Array, own: Int32Array): void {
  for (let row = 0; row < groups.length; row++) groups[row] = pairs.numberOf(groups[row]!, own[row]!);
}

/**
 * Classes of texts by their codes. A code may come to stand for another text while the statement runs, so the text itself is
 * compared, which is quick as it mostly is the very same one.
 */
class TextClasses {
  readonly #texts: Value[] = [];
  readonly #numbers: number[] = [];

  numberOf(text: string, code: number, classes: EquivalenceClasses): number {
    if (this.#texts[code] === text) return this.#numbers[code]!;
    while (this.#texts.length <= code) {
      this.#texts.push(null);
      this.#numbers.push(-1);
    }
    const number = classes.numberOf(text);
    this.#texts[code] = text;
    this.#numbers[code] = number;
    return number;
  }
}
