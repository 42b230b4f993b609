/** Comparisons `a = b`, also chained: `1 < n.x <= 3` is a conjunction in which each operand is evaluated once. */
import type { ComparisonOperator } from '../../cypher/ast.ts';
import type { Position } from '../../error.ts';
import type { Value } from '../../value/value.ts';
import type { Batch, Vector } from '../batch.ts';
import { compareValues, flipped, searchConstant, searchVectors } from './comparison-kernel.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand, type Selection, valueVector, vectorValue } from './operand.ts';

export class ComparisonOperand extends Operand {
  readonly constant: boolean;
  readonly #operator: ComparisonOperator;
  readonly #left: Operand;
  readonly #right: Operand;

  constructor(operator: ComparisonOperator, left: Operand, right: Operand, position: Position) {
    super(position);
    this.constant = left.constant && right.constant;
    this.#operator = operator;
    this.#left = left;
    this.#right = right;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const left = this.#left.valueAt(batch, row, context);
    return compareValues(this.#operator, left, this.#right.valueAt(batch, row, context));
  }

  protected override gatherRows(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    const left = this.#left.gather(batch, selection, context);
    const right = this.#right.gather(batch, selection, context);
    const values: Value[] = new Array(selection.count);
    for (let i = 0; i < selection.count; i++) {
      values[i] = compareValues(this.#operator, vectorValue(left, i), vectorValue(right, i));
    }
    return valueVector(values);
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    if (this.constant || selection.count === 0) return super.select(batch, selection, context, wanted, out);
    const search = { operator: this.#operator, wanted, selection, out };
    if (this.#right.constant) {
      const left = this.#left.gather(batch, selection, context);
      return searchConstant(left, this.#right.constantValue(batch, selection, context), search);
    }
    const right = this.#right.gather(batch, selection, context);
    if (this.#left.constant) {
      const left = this.#left.constantValue(batch, selection, context);
      return searchConstant(right, left, { ...search, operator: flipped(this.#operator) });
    }
    return searchVectors(this.#left.gather(batch, selection, context), right, search);
  }
}

/** Two comparisons or more. Once one is false, the operands to its right are not evaluated. */
export class ComparisonChainOperand extends Operand {
  readonly constant: boolean;
  readonly #operators: readonly ComparisonOperator[];
  readonly #operands: readonly Operand[];

  constructor(operators: readonly ComparisonOperator[], operands: readonly Operand[], position: Position) {
    super(position);
    this.constant = operands.every((operand) => operand.constant);
    this.#operators = operators;
    this.#operands = operands;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    let result: boolean | null = true;
    let left = this.#operands[0]!.valueAt(batch, row, context);
    for (let i = 0; i < this.#operators.length; i++) {
      const right = this.#operands[i + 1]!.valueAt(batch, row, context);
      const holds = compareValues(this.#operators[i]!, left, right);
      if (holds === false) return false;
      if (holds === null) result = null;
      left = right;
    }
    return result;
  }
}
