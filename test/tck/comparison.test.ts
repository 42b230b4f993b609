import { describe, expect, test } from 'vitest';
import { compareResults } from './comparison.ts';
import { parseNotation } from './notation.ts';
import type { ExpectedResult } from './step.ts';

/** A result of one column or more, each row as the texts of its values. */
function result(columns: readonly string[], rows: readonly (readonly string[])[]) {
  return { columns, rows: rows.map((row) => row.map(parseNotation)) };
}

function expected(
  order: Partial<Pick<ExpectedResult, 'rowOrder' | 'listOrder'>>,
  ...given: Parameters<typeof result>
): ExpectedResult {
  return { rowOrder: 'any', listOrder: 'kept', ...order, ...result(...given) };
}

describe('comparing results', () => {
  test.each([
    { what: 'rows in another order', left: [['1'], ['2']], right: [['2'], ['1']] },
    { what: 'labels and keys in another order', left: [['(:A:B {x: 1, y: 2})']], right: [['(:B:A {y: 2, x: 1})']] },
    { what: 'NaN twice', left: [['NaN']], right: [['NaN']] },
  ])('takes $what', ({ left, right }) => {
    expect(compareResults(expected({}, ['a'], left), result(['a'], right))).toBeUndefined();
  });

  test.each([
    { what: 'a FLOAT for an INTEGER', left: [['1']], right: [['1.0']] },
    { what: 'a FLOAT deep inside', left: [['[{a: [1]}]']], right: [['[{a: [1.0]}]']] },
    { what: 'a string for null', left: [['null']], right: [["'null'"]] },
    { what: 'a map for a node', left: [['({x: 1})']], right: [['{x: 1}']] },
    { what: 'a list in another order', left: [['[1, 2]']], right: [['[2, 1]']] },
    { what: 'a row more', left: [['1']], right: [['1'], ['1']] },
    { what: 'a row less', left: [['1'], ['1']], right: [['1']] },
    { what: 'other multiplicities', left: [['1'], ['1'], ['2']], right: [['1'], ['2'], ['2']] },
    { what: 'a path the other way', left: [['<(:A)-[:T]->(:B)>']], right: [['<(:A)<-[:T]-(:B)>']] },
  ])('refuses $what', ({ left, right }) => {
    expect(compareResults(expected({}, ['a'], left), result(['a'], right))?.aspect).toBe('rows');
  });

  test('refuses rows in another order where the order counts', () => {
    const ordered = expected({ rowOrder: 'kept' }, ['a'], [['1'], ['2']]);

    expect(compareResults(ordered, result(['a'], [['2'], ['1']]))?.aspect).toBe('rows');
    expect(compareResults(ordered, result(['a'], [['1'], ['2']]))).toBeUndefined();
  });

  test('takes lists in another order where that does not count, but no other elements', () => {
    const unordered = expected({ listOrder: 'ignored' }, ['a'], [['[1, 2]']]);

    expect(compareResults(unordered, result(['a'], [['[2, 1]']]))).toBeUndefined();
    expect(compareResults(unordered, result(['a'], [['[2, 2]']]))?.aspect).toBe('rows');
  });

  test('does not take two cells for one that has a bar in it', () => {
    const one = expected({}, ['a', 'b'], [["'x | y'", "'z'"]]);

    expect(compareResults(one, result(['a', 'b'], [["'x'", "'y | z'"]]))?.aspect).toBe('rows');
  });

  test.each([
    { what: 'another name', columns: ['A', 'b'] },
    { what: 'another order', columns: ['b', 'a'] },
    { what: 'a column more', columns: ['a', 'b', 'c'] },
    { what: 'no columns', columns: [] },
  ])('refuses columns of $what, even without rows', ({ columns }) => {
    expect(compareResults(expected({}, ['a', 'b'], []), result(columns, []))?.aspect).toBe('columns');
  });
});
