/**
 * The values by which rows are joined, numbered by their classes. Join by `=`: null and NaN are equal to nothing, themselves included.
 */
import { equals } from '../value/equality.ts';
import { EquivalenceClasses } from '../value/equivalence.ts';
import { heldBytes } from '../value/held-bytes.ts';
import { Float, NodeReference, RelationshipReference, type Value } from '../value/value.ts';
import { NO_ENTITY, type Vector } from './batch.ts';
import { vectorValue } from './expression/operand.ts';

/** In the place of a class: the row is joined with none. */
export const NO_CLASS = -1;

/** What a class takes beside its value, in bytes. */
const CLASS_BYTES = 64;

export class JoinKeys {
  readonly #classes = new EquivalenceClasses();
  /** By row: values that may be of one class and not be equal, such as lists that hold a null. */
  readonly #doubtful = new Map<number, Value>();
  #bytes = 0;

  get heldBytes(): number {
    return this.#bytes + this.#classes.count * CLASS_BYTES;
  }

  /** How many classes there are. */
  get count(): number {
    return this.#classes.count;
  }

  /** The class of the i-th value of a vector, which is a new one if need be; the row it stands for will have the number `row`. */
  add(vector: Vector, i: number, row: number): number {
    const { column } = vector;
    if (column.kind === 'node') {
      const id = column.ids[vector.rows === undefined ? i : vector.rows[i]!]!;
      return id === NO_ENTITY ? NO_CLASS : this.#classes.numberOfNode(id);
    }
    if (column.kind === 'integer') {
      return this.#classes.numberOfInteger(column.values[vector.rows === undefined ? i : vector.rows[i]!]!);
    }
    const value = vectorValue(vector, i);
    if (isEqualToNothing(value)) return NO_CLASS;
    if (!isPlain(value)) this.#doubtful.set(row, value);
    this.#bytes += heldBytes(value);
    return this.#classes.numberOf(value);
  }

  /** The class of each of the first values of a vector, or NO_CLASS where none of those that have been added is equal. */
  find(vector: Vector, out: Int32Array): void {
    const { column, rows } = vector;
    switch (column.kind) {
      case 'integer':
        return this.#classes.findIntegers({ values: column.values, positions: rows }, out);
      case 'node':
        for (let i = 0; i < out.length; i++) {
          const id = column.ids[rows === undefined ? i : rows[i]!]!;
          out[i] = id === NO_ENTITY ? NO_CLASS : this.#classes.findNode(id);
        }
        return;
      default:
        for (let i = 0; i < out.length; i++) {
          const value = vectorValue(vector, i);
          out[i] = isEqualToNothing(value) ? NO_CLASS : this.#classes.find(value);
        }
    }
  }

  /** Whether rows may be of one class and yet not be joined. */
  get mayDiffer(): boolean {
    return this.#doubtful.size > 0;
  }

  /** Whether the i-th value of a vector is equal to that of a row of its class. */
  isEqual(vector: Vector, i: number, row: number): boolean {
    const value = this.#doubtful.get(row);
    return value === undefined || equals(vectorValue(vector, i), value) === true;
  }
}

function isEqualToNothing(value: Value): boolean {
  return value === null || (value instanceof Float && Number.isNaN(value.value));
}

/** Whether values of its class are equal to it, all of them. */
function isPlain(value: Value): boolean {
  if (typeof value !== 'object') return true;
  return value instanceof Float || value instanceof NodeReference || value instanceof RelationshipReference;
}
