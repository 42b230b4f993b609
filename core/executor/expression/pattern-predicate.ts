/** A pattern as a predicate: what the planner has compiled, as an operand. It is handed whole batches of what is asked for. */
import type { Position } from '../../error.ts';
import type { Value } from '../../value/value.ts';
import type { Batch, Vector } from '../batch.ts';
import { derive } from '../rows.ts';
import type { CompiledExpression, EvaluationContext } from './expression.ts';
import { Operand, type Selection, vectorValue } from './operand.ts';

export class PatternPredicateOperand extends Operand {
  readonly constant = false;
  readonly #compiled: CompiledExpression;

  constructor(compiled: CompiledExpression, position: Position) {
    super(position);
    this.#compiled = compiled;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    return this.#compiled.valueAt(batch, row, context);
  }

  protected override gatherRows(batch: Batch, { rows, count }: Selection, context: EvaluationContext): Vector {
    // A copy, because the rows of a selection may be overwritten while its answer is read.
    const asked = rows === undefined ? batch : derive(batch, rows.slice(0, count));
    return this.#compiled.evaluate(asked, context);
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    if (selection.count === 0) return 0;
    const vector = this.gatherRows(batch, selection, context);
    let written = 0;
    for (let i = 0; i < selection.count; i++) {
      if (vectorValue(vector, i) === wanted) out[written++] = selection.rows === undefined ? i : selection.rows[i]!;
    }
    return written;
  }
}
