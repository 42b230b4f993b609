import { describe, expect, test } from 'vitest';
import { batchOf, evaluate, evaluateAll, failureOf, selectRows, valueColumn } from './evaluation.ts';

const TRUTHS = [true, false, null] as const;
const PAIRS = TRUTHS.flatMap((left) => TRUTHS.map((right) => ({ left, right })));

/** The tables of openCypher, in the order of PAIRS. */
const TABLES = {
  AND: [true, false, null, false, false, false, null, false, null],
  OR: [true, true, true, true, false, null, true, null, null],
  XOR: [false, true, null, true, false, null, null, null, null],
};

describe('three-valued logic', () => {
  test.each(Object.entries(TABLES))('%s follows its table, row by row and as a predicate', (operator, expected) => {
    const batch = batchOf(
      PAIRS.length,
      valueColumn(...PAIRS.map(({ left }) => left)),
      valueColumn(...PAIRS.map(({ right }) => right)),
    );

    const values = evaluateAll(`a ${operator} b`, ['a', 'b'], batch);
    const selected = selectRows(`a ${operator} b`, ['a', 'b'], batch);
    const selectedNegated = selectRows(`NOT (a ${operator} b)`, ['a', 'b'], batch);

    expect(values).toEqual(expected);
    expect(selected).toEqual(expected.flatMap((value, row) => (value === true ? [row] : [])));
    expect(selectedNegated).toEqual(expected.flatMap((value, row) => (value === false ? [row] : [])));
  });

  test('NOT turns true and false about and leaves null', () => {
    expect(TRUTHS.map((a) => evaluate('NOT a', { a }))).toEqual([false, true, null]);
  });

  test('the right side is not evaluated where the left side decides', () => {
    const batch = batchOf(3, valueColumn(0, 1, 2));

    expect(evaluateAll('n <> 0 AND 2 / n > 1', ['n'], batch)).toEqual([false, true, false]);
    expect(selectRows('n <> 0 AND 2 / n > 1', ['n'], batch)).toEqual([1]);
    expect(selectRows('n = 0 OR 2 / n > 1', ['n'], batch)).toEqual([0, 1]);
    expect(selectRows('NOT (n = 0 OR 2 / n > 1)', ['n'], batch)).toEqual([2]);
  });

  test('nested conditions select in ascending order', () => {
    const batch = batchOf(8, { kind: 'integer', values: Float64Array.of(0, 1, 2, 3, 4, 5, 6, 7) });

    const selected = selectRows('(n > 5 OR n < 2 OR n = 4) AND NOT (n = 0 OR n % 7 = 0) AND n <> 6', ['n'], batch);

    expect(selected).toEqual([1, 4]);
  });

  test.each(['n', 'n AND true', 'true AND n', 'NOT n', 'false OR n', 'n XOR true'])(
    '%s with an INTEGER is a TypeError that points at the operand',
    (text) => {
      const error = failureOf(() => selectRows(text, ['n'], batchOf(1, valueColumn(1))));

      expect(error).toMatchObject({ code: 'Neo.ClientError.Statement.TypeError', detail: 'InvalidArgumentType' });
      expect(error.position?.offset).toBe('RETURN '.length + text.indexOf('n'));
    },
  );
});

test('a constant predicate takes all rows or none', () => {
  const batch = batchOf(3, valueColumn(1, 2, 3));

  expect(selectRows('true', ['n'], batch)).toEqual([0, 1, 2]);
  expect(selectRows('1 > 2', ['n'], batch)).toEqual([]);
  expect(selectRows('null', ['n'], batch)).toEqual([]);
  expect(selectRows('NOT null', ['n'], batch)).toEqual([]);
});
