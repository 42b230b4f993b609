/** A query where it stands in an expression: it runs to its end without a pause; the budgets of work and bytes hold all the same. */
import { assert } from '../assert.ts';
import type { Value } from '../value/value.ts';
import { type Batch, PAUSE, type Vector } from './batch.ts';
import { ExecutionContext } from './context.ts';
import type { CompiledExpression, EvaluationContext } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { QueryRunFactory } from './query-run.ts';
import { derive } from './rows.ts';

export class QueryExpression implements CompiledExpression {
  readonly #begin: QueryRunFactory;

  constructor(begin: QueryRunFactory) {
    this.#begin = begin;
  }

  evaluate(batch: Batch, context: EvaluationContext): Vector {
    assert(context instanceof ExecutionContext, 'a statement evaluates its expressions with its own context');
    const answer = context.withoutPause(() => this.#begin(batch).run(context));
    assert(answer !== PAUSE, 'a query inside an expression is not paused');
    return answer;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    return vectorValue(this.evaluate(derive(batch, Int32Array.of(row)), context), 0);
  }
}
