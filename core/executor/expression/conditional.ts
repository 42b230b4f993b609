/** CASE, IS NULL and coalesce(): what is not asked for is not evaluated. */
import type { Position } from '../../error.ts';
import { equals } from '../../value/equality.ts';
import type { Value } from '../../value/value.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { isNullAt, Operand, type Selection } from './operand.ts';

interface CaseBranch {
  readonly condition: Operand;
  readonly result: Operand;
}

/** `CASE WHEN … THEN …` and `CASE subject WHEN … THEN …`; without a branch that holds and without ELSE null. */
export class CaseOperand extends Operand {
  readonly constant: boolean;
  readonly #subject: Operand | undefined;
  readonly #branches: readonly CaseBranch[];
  readonly #otherwise: Operand | undefined;

  constructor(
    parts: {
      readonly subject: Operand | undefined;
      readonly branches: readonly CaseBranch[];
      readonly otherwise: Operand | undefined;
    },
    position: Position,
  ) {
    super(position);
    this.#subject = parts.subject;
    this.#branches = parts.branches;
    this.#otherwise = parts.otherwise;
    this.constant =
      parts.branches.every(({ condition, result }) => condition.constant && result.constant) &&
      (parts.subject?.constant ?? true) &&
      (parts.otherwise?.constant ?? true);
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    const subject = this.#subject?.valueAt(batch, row, context);
    for (const { condition, result } of this.#branches) {
      const holds =
        subject === undefined
          ? condition.truthAt(batch, row, context)
          : equals(subject, condition.valueAt(batch, row, context));
      if (holds === true) return result.valueAt(batch, row, context);
    }
    return this.#otherwise === undefined ? null : this.#otherwise.valueAt(batch, row, context);
  }
}

/** `x IS NULL`, or `x IS NOT NULL` when negated. */
export class IsNullOperand extends Operand {
  readonly constant: boolean;
  readonly #operand: Operand;
  readonly #negated: boolean;

  constructor(operand: Operand, negated: boolean, position: Position) {
    super(position);
    this.constant = operand.constant;
    this.#operand = operand;
    this.#negated = negated;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean {
    return (this.#operand.valueAt(batch, row, context) === null) !== this.#negated;
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    if (this.constant) return super.select(batch, selection, context, wanted, out);
    const vector = this.#operand.gather(batch, selection, context);
    const whenNull = wanted !== this.#negated;
    let written = 0;
    for (let i = 0; i < selection.count; i++) {
      if (isNullAt(vector, i) !== whenNull) continue;
      out[written++] = selection.rows === undefined ? i : selection.rows[i]!;
    }
    return written;
  }
}

/** coalesce(a, b, …): the first value that is not null. */
export class CoalesceOperand extends Operand {
  readonly constant: boolean;
  readonly #operands: readonly Operand[];

  constructor(operands: readonly Operand[], position: Position) {
    super(position);
    this.constant = operands.every((operand) => operand.constant);
    this.#operands = operands;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    for (const operand of this.#operands) {
      const value = operand.valueAt(batch, row, context);
      if (value !== null) return value;
    }
    return null;
  }
}
