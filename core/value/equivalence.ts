/**
 * Equivalence, the relation of DISTINCT, grouping and UNION: as equality, but null is equivalent to null and NaN to NaN,
 * so that every value belongs to exactly one class.
 */
import { DenseNumbers } from './dense-numbers.ts';
import { isList, isMap } from './equality.ts';
import { PairNumbers } from './pair-numbers.ts';
import { pointKey } from './spatial/point.ts';
import { PointValue } from './spatial/point-value.ts';
import { temporalKey } from './temporal/comparison.ts';
import { isTemporalOrDuration } from './temporal/temporal-value.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value } from './value.ts';

/** Stands for a value's class as a key of a Map or Set: equal keys, equivalent values. */
export type EquivalenceKey = null | boolean | number | bigint | string;

/** Opens the keys of values that are not strings themselves, so a string that starts with it is escaped. */
const MARK = '\u0000';

/** The key of a value's class. Scalars are their own keys; 1 and 1.0 share one. */
export function equivalenceKey(value: Value): EquivalenceKey {
  switch (typeof value) {
    case 'number':
    case 'bigint':
    case 'boolean':
      return value;
    case 'string':
      return value.charCodeAt(0) === 0 ? `${MARK}s${value}` : value;
    default:
      if (value === null) return null;
      return value instanceof Float ? numericKey(value.value) : MARK + encode(value);
  }
}

/** Whether two values belong to one class. */
export function equivalent(left: Value, right: Value): boolean {
  return Object.is(left, right) || sameKey(equivalenceKey(left), equivalenceKey(right));
}

function sameKey(left: EquivalenceKey, right: EquivalenceKey): boolean {
  return left === right || Object.is(left, right);
}

/** A FLOAT that is a whole number within 64 bits has the key of that INTEGER. */
function numericKey(value: number): number | bigint {
  if (!Number.isInteger(value) || Number.isSafeInteger(value)) return value;
  return Math.abs(value) <= 2 ** 63 ? BigInt(value) : value;
}

/** A value as text that no other class has, and of which none is the beginning of another. */
function encode(value: Value): string {
  switch (typeof value) {
    case 'number':
    case 'bigint':
      return `d${value};`;
    case 'string':
      return `s${value.length}:${value}`;
    case 'boolean':
      return value ? 't' : 'f';
    default:
      return value === null ? 'z' : encodeObject(value);
  }
}

function encodeObject(value: Exclude<Value, null | boolean | number | bigint | string>): string {
  if (value instanceof Float) return `d${numericKey(value.value)};`;
  if (isList(value)) return `[${value.map(encode).join('')}]`;
  if (value instanceof NodeReference) return `n${value.id};`;
  if (value instanceof RelationshipReference) return `r${value.id};`;
  if (value instanceof PathReference) return `p${value.nodes.join()}/${value.relationships.join()};`;
  if (isTemporalOrDuration(value)) return `T${temporalKey(value)}`;
  if (value instanceof PointValue) return pointKey(value);
  if (!isMap(value)) return '';
  const keys = [...value.keys()].sort();
  return `{${keys.map((key) => `${encode(key)}${encode(value.get(key)!)}`).join('')}}`;
}

/**
 * Numbers the classes of the values it is shown from 0, in the order of their first appearance: what grouping and DISTINCT
 * are built on. Ids and numbers are kept apart from strings, so no key text is made for them.
 */
export class EquivalenceClasses {
  readonly #byKey = new Map<EquivalenceKey, number>();
  readonly #byNumber = new DenseNumbers();
  readonly #byNode = new DenseNumbers();
  /** Of rows: the classes of each of their values, and each but the first paired with the number of what stands before. */
  readonly #columns: { readonly classes: EquivalenceClasses; readonly pairs: PairNumbers }[] = [];
  #count = 0;

  /** How many classes there are. */
  get count(): number {
    return this.#count;
  }

  /** The number of the value's class; a value of a new class gets the next number, which is the count before. */
  numberOf(value: Value): number {
    if (value instanceof NodeReference) return this.numberOfNode(value.id);
    const key = equivalenceKey(value);
    return typeof key === 'number' ? this.#numberIn(this.#byNumber, key) : this.#numberOfKey(key);
  }

  /** As numberOf, for a node that stands in a column. */
  numberOfNode(id: number): number {
    return this.#numberIn(this.#byNode, id);
  }

  /** As numberOf, for an INTEGER that stands in a column, and so is safe. */
  numberOfInteger(value: number): number {
    return this.#numberIn(this.#byNumber, value);
  }

  /**
   * As numberOfInteger, for a whole column: row r has the value `values[positions[r]]`, or `values[r]`, and gets its number in `out`.
   * Answers with how many rows have a value of a new class as the first; these rows stand in `firsts`, in order.
   */
  numberIntegers(
    column: { readonly values: Float64Array; readonly positions: Int32Array | undefined },
    out: Int32Array,
    firsts: Int32Array,
  ): number {
    const { values, positions } = column;
    if (this.#byNumber.getAll(values, positions, out)) return 0;
    let found = 0;
    for (let row = 0; row < out.length; row++) {
      if (out[row]! >= 0) continue;
      const before = this.#count;
      out[row] = this.numberOfInteger(values[positions === undefined ? row : positions[row]!]!);
      if (this.#count > before) firsts[found++] = row;
    }
    return found;
  }

  /** As numberOf, for an INTEGER or FLOAT that stands in a column. */
  numberOfNumber(value: number): number {
    const key = numericKey(value);
    return typeof key === 'number' ? this.#numberIn(this.#byNumber, key) : this.#numberOfKey(key);
  }

  /** The number of the value's class, or -1 when none of the values shown so far belongs to it. */
  find(value: Value): number {
    if (value instanceof NodeReference) return this.findNode(value.id);
    const key = equivalenceKey(value);
    return typeof key === 'number' ? this.#byNumber.get(key) : (this.#byKey.get(key) ?? -1);
  }

  /** As find, for a node that stands in a column. */
  findNode(id: number): number {
    return this.#byNode.get(id);
  }

  /** As find, for a whole column of INTEGERs that are safe; see numberIntegers. */
  findIntegers(
    { values, positions }: { readonly values: Float64Array; readonly positions: Int32Array | undefined },
    out: Int32Array,
  ): void {
    this.#byNumber.getAll(values, positions, out);
  }

  /** As numberOf, for a whole row. One object is shown rows of one width, and nothing else. */
  numberOfRow(values: readonly Value[]): number {
    let number = 0;
    for (let index = 0; index < values.length; index++) {
      const { classes, pairs } = this.column(index);
      const own = classes.numberOf(values[index]!);
      number = index === 0 ? own : pairs.numberOf(number, own);
    }
    return this.taken(number);
  }

  /**
   * The classes of one value of the row, and its pairs with what stands before: for rows that are numbered column by column.
   */
  column(index: number): { readonly classes: EquivalenceClasses; readonly pairs: PairNumbers } {
    const known = this.#columns[index];
    if (known !== undefined) return known;
    const column = { classes: new EquivalenceClasses(), pairs: new PairNumbers() };
    this.#columns.push(column);
    return column;
  }

  /** Takes a row's number, which is that of its last pair. Numbers are given without gaps: a new one comes next. */
  taken(number: number): number {
    if (number === this.#count) this.#count++;
    return number;
  }

  #numberIn(numbers: DenseNumbers, key: number): number {
    const known = numbers.get(key);
    if (known >= 0) return known;
    numbers.set(key, this.#count);
    return this.#count++;
  }

  #numberOfKey(key: EquivalenceKey): number {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    this.#byKey.set(key, this.#count);
    return this.#count++;
  }
}
