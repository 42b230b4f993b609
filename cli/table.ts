/** Rows as a table for people. */
import { NumberText } from './connection.ts';

/** Characters of a cell; the rest is cut off with an ellipsis. */
const CELL_WIDTH_MAX = 60;

/** The rows under their column names, numbers to the right. */
export function formatTable(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  const cells = rows.map((row) => row.map(formatCell));
  const widths = columns.map((name, column) => Math.max(name.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const isNumber = columns.map(
    (_, column) => rows.length > 0 && rows.every((row) => row[column] instanceof NumberText),
  );
  const line = (texts: readonly string[]) =>
    texts
      .map((text, column) => (isNumber[column] ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd();
  return [line(columns), widths.map((width) => '-'.repeat(width)).join('  '), ...cells.map(line)].join('\n');
}

/** One value on one line. */
export function formatCell(value: unknown): string {
  const text = typeof value === 'string' ? value : value instanceof NumberText ? value.text : JSON.stringify(value);
  // Control characters would move the terminal's cursor, or worse.
  const visible = text.replace(/\p{Cc}/gu, (character) => JSON.stringify(character).slice(1, -1));
  return visible.length > CELL_WIDTH_MAX ? `${visible.slice(0, CELL_WIDTH_MAX - 1)}…` : visible;
}
