/** STARTS WITH, ENDS WITH and CONTAINS: null unless both sides are strings. */
import type { StringOperator } from '../../cypher/ast.ts';
import type { Position } from '../../error.ts';
import type { Value } from '../../value/value.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand, type Selection, vectorValue } from './operand.ts';

type Test = (text: string, part: string) => boolean;

const TESTS: Readonly<Record<StringOperator, Test>> = {
  'STARTS WITH': (text, part) => text.startsWith(part),
  'ENDS WITH': (text, part) => text.endsWith(part),
  CONTAINS: (text, part) => text.includes(part),
};

export class TextPredicateOperand extends Operand {
  readonly constant: boolean;
  readonly #test: Test;
  readonly #left: Operand;
  readonly #right: Operand;

  constructor(operator: StringOperator, left: Operand, right: Operand, position: Position) {
    super(position);
    this.constant = left.constant && right.constant;
    this.#test = TESTS[operator];
    this.#left = left;
    this.#right = right;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const left = this.#left.valueAt(batch, row, context);
    return this.#apply(left, this.#right.valueAt(batch, row, context));
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    if (this.constant) return super.select(batch, selection, context, wanted, out);
    const left = this.#left.gather(batch, selection, context);
    const right = this.#right.gather(batch, selection, context);
    let written = 0;
    for (let i = 0; i < selection.count; i++) {
      if (this.#apply(vectorValue(left, i), vectorValue(right, i)) !== wanted) continue;
      out[written++] = selection.rows === undefined ? i : selection.rows[i]!;
    }
    return written;
  }

  #apply(left: Value, right: Value): boolean | null {
    return typeof left === 'string' && typeof right === 'string' ? this.#test(left, right) : null;
  }
}
