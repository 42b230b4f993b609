import { describe, expect, test } from 'vitest';
import type { Column, Vector } from '../../../../core/executor/batch.ts';
import { Float, type Value } from '../../../../core/value/value.ts';
import { batchOf, contextOver, evaluate, evaluateAll, selectRows, valueColumn } from './evaluation.ts';

const OPERATORS = ['=', '<>', '<', '<=', '>', '>='] as const;
const ROWS = 8;

/** Columns of every kind, with and without an index vector. */
const VECTORS: Record<string, Column | Vector> = {
  integer: { kind: 'integer', values: Float64Array.of(0, 1, 2, 3, 1, 0, -1, 2) },
  float: { kind: 'float', values: Float64Array.of(0, 1, Number.NaN, 1.5, -0, 1e300, 2, 1) },
  mixed: valueColumn(1, null, 'a', new Float(1), true, 9007199254740993n, [1], 2),
  text: valueColumn('a', null, 'b', '', 'a', 'A', 'ab', null),
  node: { kind: 'node', ids: Int32Array.of(0, 1, -1, 2, 1, 0, 3, 1) },
  shared: {
    column: { kind: 'integer', values: Float64Array.of(5, 1) },
    rows: Int32Array.of(0, 0, 1, 1, 0, 1, 0, 1),
  },
};

const CONSTANTS: Value[] = [1, 0, new Float(1), new Float(Number.NaN), 'a', true, null, 9007199254740993n, [1]];

/** What a predicate selects must be the rows for which the same comparison of single values is true. */
function expectSelectionLikeValues(text: string, batch: ReturnType<typeof batchOf>, parameter: Value): void {
  const context = contextOver(undefined, { parameters: new Map([['p', parameter]]) });
  const values = evaluateAll(text, ['a', 'b'], batch, context);

  expect(selectRows(text, ['a', 'b'], batch, context), text).toEqual(rowsOf(values, true));
  expect(selectRows(`NOT (${text})`, ['a', 'b'], batch, context), `NOT ${text}`).toEqual(rowsOf(values, false));
  expect(selectRows(`b IS NOT NULL AND ${text}`, ['a', 'b'], batch, context)).toEqual(
    rowsOf(values, true).filter((row) => !rowsOf(evaluateAll('b IS NULL', ['a', 'b'], batch), true).includes(row)),
  );
}

function rowsOf(values: readonly Value[], wanted: boolean): number[] {
  return values.flatMap((value, row) => (value === wanted ? [row] : []));
}

describe('predicates over columns agree with single values', () => {
  test.each(OPERATORS)('%s against constants, on either side', (operator) => {
    for (const left of Object.values(VECTORS)) {
      for (const constant of CONSTANTS) {
        const batch = batchOf(ROWS, left, VECTORS.text!);
        expectSelectionLikeValues(`a ${operator} $p`, batch, constant);
        expectSelectionLikeValues(`$p ${operator} a`, batch, constant);
      }
    }
  });

  test.each(OPERATORS)('%s between columns', (operator) => {
    for (const left of Object.values(VECTORS)) {
      for (const right of Object.values(VECTORS)) {
        expectSelectionLikeValues(`a ${operator} b`, batchOf(ROWS, left, right), null);
      }
    }
  });
});

describe('comparisons', () => {
  test.each<{ text: string; expected: Value }>([
    { text: '1 = 1.0', expected: true },
    { text: 'null = null', expected: null },
    { text: 'null <> null', expected: null },
    { text: '[1, null] = [1, 2]', expected: null },
    { text: '[1, null] <> [2, null]', expected: true },
    { text: "1 < 'a'", expected: null },
    { text: '1 < 2 < 3', expected: true },
    { text: '1 < 3 < 2', expected: false },
    { text: '1 < null < 0', expected: null },
    { text: '2 < 1 < null', expected: false },
    { text: "'a' < 'b' <= 'b'", expected: true },
    { text: 'false = true IS NULL', expected: true },
    { text: '4611686018427387905 = 4611686018427387905', expected: true },
    { text: '4611686018427387905 = 4611686018427387904', expected: false },
  ])('$text is $expected', ({ text, expected }) => {
    expect(evaluate(text)).toBe(expected);
  });

  test('an operand in the middle of a chain is evaluated once', () => {
    let calls = 0;
    const random = () => {
      calls += 1;
      return 0.5;
    };

    const value = evaluate('0 < rand() < 1', {}, contextOver(undefined, { random }));

    expect(value).toBe(true);
    expect(calls).toBe(1);
  });
});
