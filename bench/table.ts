/** Figures as a table for people. */
import type { Figure } from './figure.ts';

const HEADER = ['where', 'workload', 'measured', 'median', 'p99', 'per second', 'floor', '× floor', ''];
/** Texts stand to the left, numbers to the right. */
const TEXT_COLUMNS = new Set([0, 1, 8]);

export function formatFigures(figures: readonly Figure[]): string {
  const rows = [HEADER, ...figures.map(cells)];
  const widths = HEADER.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((text, column) =>
        TEXT_COLUMNS.has(column) ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths.map((width) => '-'.repeat(width));
  return [line(HEADER), line(rule).trimEnd(), ...rows.slice(1).map(line)].join('\n');
}

function cells(figure: Figure): string[] {
  const { place, workload, operations, medianMs, p99Ms, perSecond, unit, floorMs, note } = figure;
  const rate = `${formatCount(perSecond)} ${unit}`;
  const floor = floorMs === undefined ? ['', ''] : [formatTime(floorMs), formatRatio(medianMs / floorMs)];
  return [
    place,
    workload,
    formatCount(operations),
    formatTime(medianMs),
    formatTime(p99Ms),
    rate,
    ...floor,
    note ?? '',
  ];
}

/** Three digits that count, in the unit that fits. */
function formatTime(ms: number): string {
  if (ms >= 1) return `${ms.toPrecision(3)} ms`;
  return ms >= 0.001 ? `${(ms * 1e3).toPrecision(3)} µs` : `${(ms * 1e6).toPrecision(3)} ns`;
}

function formatCount(count: number): string {
  return Math.round(count).toLocaleString('en');
}

function formatRatio(ratio: number): string {
  return ratio >= 10 ? formatCount(ratio) : ratio.toFixed(1);
}
