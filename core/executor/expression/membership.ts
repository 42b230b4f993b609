/** `x IN list`: true on a match, else null where a comparison with an element is unknown, else false. */
import type { Position } from '../../error.ts';
import { isNumeric } from '../../value/arithmetic.ts';
import { equals, isList } from '../../value/equality.ts';
import { type EquivalenceKey, equivalenceKey } from '../../value/equivalence.ts';
import { describe } from '../../value/render.ts';
import { Float, type Value } from '../../value/value.ts';
import type { Batch, Vector } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand, type Selection, typeError, valueVector, vectorValue } from './operand.ts';

/** From this length on a list that is the same for all rows is looked up in a set. */
const SET_LENGTH_MIN = 8;

/** A list prepared for many look-ups. */
interface Members {
  readonly list: readonly Value[];
  /** Keys of the elements, when all of them are scalars or null; NaN, which equals nothing, is left out. */
  readonly keys: ReadonlySet<EquivalenceKey> | undefined;
  readonly hasNull: boolean;
}

export class MembershipOperand extends Operand {
  readonly constant: boolean;
  readonly #left: Operand;
  readonly #right: Operand;
  /** The last list that was prepared. It is known again by its identity, so it does not matter whose it was. */
  #members: Members | undefined;

  constructor(left: Operand, right: Operand, position: Position) {
    super(position);
    this.constant = left.constant && right.constant;
    this.#left = left;
    this.#right = right;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const value = this.#left.valueAt(batch, row, context);
    const list = this.#right.valueAt(batch, row, context);
    if (this.#right.constant) return this.#isAmong(value, list);
    if (list === null) return null;
    context.spend(isList(list) ? list.length : 0);
    return isIn(value, this.#listOf(list));
  }

  protected override gatherRows(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    if (!this.#right.constant || selection.count === 0) return super.gatherRows(batch, selection, context);
    const left = this.#left.gather(batch, selection, context);
    const list = this.#right.constantValue(batch, selection, context);
    const values: Value[] = new Array(selection.count);
    for (let i = 0; i < selection.count; i++) values[i] = this.#isAmong(vectorValue(left, i), list);
    return valueVector(values);
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    if (this.constant || !this.#right.constant) return super.select(batch, selection, context, wanted, out);
    const vector = this.gatherRows(batch, selection, context);
    let written = 0;
    for (let i = 0; i < selection.count; i++) {
      if (vectorValue(vector, i) === wanted) out[written++] = selection.rows === undefined ? i : selection.rows[i]!;
    }
    return written;
  }

  #isAmong(value: Value, list: Value): boolean | null {
    if (list === null) return null;
    const { keys, hasNull } = this.#prepare(this.#listOf(list));
    if (keys === undefined || value === null || !isScalar(value)) return isIn(value, this.#listOf(list));
    const found = !isNaNFloat(value) && keys.has(equivalenceKey(value));
    return found || (hasNull ? null : false);
  }

  #prepare(list: readonly Value[]): Members {
    if (this.#members?.list !== list) {
      const usesSet = list.length >= SET_LENGTH_MIN && list.every((value) => value === null || isScalar(value));
      const present = usesSet ? list.filter((value) => value !== null && !isNaNFloat(value)) : [];
      this.#members = {
        list,
        keys: usesSet ? new Set(present.map(equivalenceKey)) : undefined,
        hasNull: list.includes(null),
      };
    }
    return this.#members;
  }

  #listOf(value: Value): readonly Value[] {
    if (value !== null && isList(value)) return value;
    throw typeError(`IN needs a LIST on its right, but got ${describe(value)}.`, this.position);
  }
}

function isScalar(value: Value): boolean {
  return typeof value === 'string' || typeof value === 'boolean' || isNumeric(value);
}

function isNaNFloat(value: Value): boolean {
  return value instanceof Float && Number.isNaN(value.value);
}

function isIn(value: Value, list: readonly Value[]): boolean | null {
  let result: boolean | null = false;
  for (const element of list) {
    const equal = equals(value, element);
    if (equal === true) return true;
    if (equal === null) result = null;
  }
  return result;
}
