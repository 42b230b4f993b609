/** `x IS [NOT] NFC NORMALIZED`. */
import type { NormalForm } from '../../cypher/ast.ts';
import type { Position } from '../../error.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand } from './operand.ts';

/** Null unless the operand is a string. */
export class IsNormalizedOperand extends Operand {
  readonly constant: boolean;
  readonly #operand: Operand;
  readonly #form: NormalForm;
  readonly #negated: boolean;

  constructor(operand: Operand, form: NormalForm, negated: boolean, position: Position) {
    super(position);
    this.constant = operand.constant;
    this.#operand = operand;
    this.#form = form;
    this.#negated = negated;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const value = this.#operand.valueAt(batch, row, context);
    if (typeof value !== 'string') return null;
    return (value.normalize(this.#form) === value) !== this.#negated;
  }
}
