/** A query inside an expression: what the planner has compiled, as an operand. It is handed whole batches of what is asked for. */

import type { Position } from '../../error.ts';
import { BATCH_COLUMNS } from '../../graph/column-memory.ts';
import type { Value } from '../../value/value.ts';
import type { Batch, Vector } from '../batch.ts';
import { columnOf, derive, withVector } from '../rows.ts';
import type { CompiledQuery, EvaluationContext } from './expression.ts';
import type { LocalOperand } from './leaf.ts';
import { Operand, type Selection, vectorValue } from './operand.ts';

export class QueryOperand extends Operand {
  readonly constant = false;
  readonly #query: CompiledQuery;
  readonly #locals: readonly LocalOperand[];

  /** `locals`: the variables of comprehensions that the query names. */
  constructor(query: CompiledQuery, locals: readonly LocalOperand[], position: Position) {
    super(position);
    this.#query = query;
    this.#locals = locals;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    if (this.#locals.length === 0) return this.#query.value.valueAt(batch, row, context);
    let single = derive(batch, Int32Array.of(row));
    this.#locals.forEach(({ value }, i) => {
      single = withVector(single, this.#query.localSlots[i]!, { column: columnOf([value]), rows: undefined });
    });
    return this.#query.value.valueAt(single, 0, context);
  }

  protected override gatherRows(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    if (this.#locals.length > 0) return super.gatherRows(batch, selection, context);
    const { rows, count } = selection;
    // A copy, because the rows of a selection may be overwritten while its answer is read.
    const asked = rows === undefined ? batch : derive(batch, BATCH_COLUMNS.copyOf(rows, count));
    return this.#query.value.evaluate(asked, context);
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
