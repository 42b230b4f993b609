import { describe, expect, test } from 'vitest';
import type { Batch } from '../../../../core/executor/batch.ts';
import {
  compilePredicate,
  type EvaluationContext,
  type ExpressionHooks,
} from '../../../../core/executor/expression/expression.ts';
import { columnValue, positionOf, valueVector } from '../../../../core/executor/expression/operand.ts';
import { batchOf, compile, contextOver, parseExpression, scopeOf, valueColumn } from './evaluation.ts';

/** In place of the planner: the pattern is there where slot 0 holds an odd number. Notes the batches it is asked for. */
function oddIsMatched(askedRowCounts: number[]): ExpressionHooks {
  const valueAt = (batch: Batch, row: number): boolean => {
    const vector = batch.vectors[0]!;
    return Number(columnValue(vector.column, positionOf(vector, row))) % 2 !== 0;
  };
  return {
    query: (_expression, _scope, locals) => ({
      // The variable of a comprehension takes the place of slot 0.
      localSlots: locals.map(() => 0),
      value: {
        valueAt,
        evaluate: (batch: Batch, _context: EvaluationContext) => {
          askedRowCounts.push(batch.rowCount);
          return valueVector(Array.from({ length: batch.rowCount }, (_, row) => valueAt(batch, row)));
        },
      },
    }),
  };
}

describe('a pattern as a predicate', () => {
  test.each([
    { text: '(n)-->()', rows: [1, 3, 5], asked: [6] },
    { text: 'NOT (n)-->()', rows: [0, 2, 4], asked: [6] },
    { text: 'n > 2 AND (n)-->()', rows: [3, 5], asked: [3] },
    { text: 'n = 0 OR (n)-->()', rows: [0, 1, 3, 5], asked: [5] },
    { text: 'n > 9 AND (n)-->()', rows: [], asked: [] },
  ])('$text is asked for whole batches of the rows that are left', ({ text, rows, asked }) => {
    const askedRowCounts: number[] = [];
    const predicate = compilePredicate(parseExpression(text), scopeOf(['n']), oddIsMatched(askedRowCounts));
    const batch = batchOf(6, { kind: 'integer', values: Float64Array.of(0, 1, 2, 3, 4, 5) });
    const out = new Int32Array(6);

    const count = predicate(batch, contextOver(), out);

    expect([...out.subarray(0, count)]).toEqual(rows);
    expect(askedRowCounts).toEqual(asked);
  });

  test('over the variable of a comprehension is asked for each element', () => {
    const compiled = compile('[x IN xs WHERE (x)-->()]', ['xs'], oddIsMatched([]));

    const value = compiled.valueAt(batchOf(1, valueColumn([1, 2, 3, 5])), 0, contextOver());

    expect(value).toEqual([1, 3, 5]);
  });
});
