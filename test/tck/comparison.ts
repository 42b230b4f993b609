/** Whether a result is what a step expects: names and order of the columns, and every value with its type. */
import { canonicalText, type ListOrder } from './canonical.ts';
import type { Notation } from './notation.ts';
import type { ExpectedResult } from './step.ts';

export interface Difference {
  readonly aspect: 'columns' | 'rows';
  readonly expected: string;
  readonly actual: string;
}

export interface ActualResult {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Notation[])[];
}

/** What differs; undefined when nothing does. */
export function compareResults(expected: ExpectedResult, actual: ActualResult): Difference | undefined {
  const columns = [tableRow(expected.columns), tableRow(actual.columns)] as const;
  if (expected.columns.length !== actual.columns.length || columns[0] !== columns[1]) {
    return { aspect: 'columns', expected: columns[0], actual: columns[1] };
  }
  const expectedRows = rowTexts(expected.rows, expected.listOrder);
  const actualRows = rowTexts(actual.rows, expected.listOrder);
  if (sameTexts(expectedRows, actualRows, expected.rowOrder)) return undefined;
  return { aspect: 'rows', expected: tableText(columns[0], expectedRows), actual: tableText(columns[0], actualRows) };
}

function rowTexts(rows: ActualResult['rows'], lists: ListOrder): string[] {
  return rows.map((row) => tableRow(row.map((value) => canonicalText(value, lists))));
}

/** In any order, rows are compared as a multiset. */
function sameTexts(left: readonly string[], right: readonly string[], order: 'kept' | 'any'): boolean {
  if (left.length !== right.length) return false;
  const [first, second] = order === 'kept' ? [left, right] : [left.toSorted(), right.toSorted()];
  return first.every((text, i) => text === second[i]);
}

/** A bar within a cell is written as in a feature file, so that two rows are the same only when their cells are. */
function tableRow(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replace(/[|\\]/g, '\\$&')).join(' | ')} |`;
}

function tableText(head: string, rows: readonly string[]): string {
  return [head, ...rows].join('\n');
}
