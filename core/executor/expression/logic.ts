/** AND, OR, XOR and NOT in three-valued logic. As predicates they narrow the selection and evaluate what is left over. */

import type { Position } from '../../error.ts';
import { BATCH_COLUMNS } from '../../graph/column-memory.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { copyRows, Operand, type Selection } from './operand.ts';

export class NotOperand extends Operand {
  readonly constant: boolean;
  readonly #operand: Operand;

  constructor(operand: Operand, position: Position) {
    super(position);
    this.constant = operand.constant;
    this.#operand = operand;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const value = this.#operand.truthAt(batch, row, context);
    return value === null ? null : !value;
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    return this.#operand.select(batch, selection, context, !wanted, out);
  }
}

/**
 * AND and OR, which differ only in the value that decides alone: false for AND, true for OR. The right side is not
 * evaluated for rows that the left side decides.
 */
export class JunctionOperand extends Operand {
  readonly constant: boolean;
  readonly #decisive: boolean;
  readonly #left: Operand;
  readonly #right: Operand;

  constructor(type: 'and' | 'or', left: Operand, right: Operand, position: Position) {
    super(position);
    this.constant = left.constant && right.constant;
    this.#decisive = type === 'or';
    this.#left = left;
    this.#right = right;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const left = this.#left.truthAt(batch, row, context);
    if (left === this.#decisive) return left;
    const right = this.#right.truthAt(batch, row, context);
    if (right === this.#decisive) return right;
    return left === null ? null : right;
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    if (wanted === this.#decisive) return this.#selectEither(batch, selection, context, wanted, out);
    const count = this.#left.select(batch, selection, context, wanted, out);
    return this.#right.select(batch, { rows: out, count }, context, wanted, out);
  }

  /** Rows for which one side at least is `wanted`, in ascending order. */
  #selectEither(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    const left = BATCH_COLUMNS.integers(selection.count);
    const leftCount = this.#left.select(batch, selection, context, wanted, left);
    if (leftCount === selection.count) return copyRows(selection, out);
    const rest = BATCH_COLUMNS.integers(selection.count - leftCount);
    subtractRows(selection, left, leftCount, rest);
    const restSelection = { rows: rest, count: rest.length };
    const restCount = this.#right.select(batch, restSelection, context, wanted, rest);
    return mergeRows(left, leftCount, rest, restCount, out);
  }
}

/** Writes the selected rows that are not among `removed`; both ascend. */
function subtractRows(selection: Selection, removed: Int32Array, removedCount: number, out: Int32Array): void {
  const { rows, count } = selection;
  let at = 0;
  let written = 0;
  for (let i = 0; i < count; i++) {
    const row = rows === undefined ? i : rows[i]!;
    if (at < removedCount && removed[at] === row) at++;
    else out[written++] = row;
  }
}

/** Merges two ascending lists of rows without a common row. */
function mergeRows(
  left: Int32Array,
  leftCount: number,
  right: Int32Array,
  rightCount: number,
  out: Int32Array,
): number {
  let l = 0;
  let r = 0;
  for (let i = 0; i < leftCount + rightCount; i++) {
    out[i] = r === rightCount || (l < leftCount && left[l]! < right[r]!) ? left[l++]! : right[r++]!;
  }
  return leftCount + rightCount;
}

export class XorOperand extends Operand {
  readonly constant: boolean;
  readonly #left: Operand;
  readonly #right: Operand;

  constructor(left: Operand, right: Operand, position: Position) {
    super(position);
    this.constant = left.constant && right.constant;
    this.#left = left;
    this.#right = right;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const left = this.#left.truthAt(batch, row, context);
    const right = this.#right.truthAt(batch, row, context);
    return left === null || right === null ? null : left !== right;
  }
}
