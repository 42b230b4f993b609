/** What the runner prints. */
import type { CaseFailure } from './case-run.ts';

export interface CaseReport {
  readonly folder: string;
  readonly name: string;
  readonly failure: CaseFailure | undefined;
}

interface FolderCount {
  readonly folder: string;
  readonly passed: number;
  readonly failed: number;
  readonly total: number;
}

/** How many cases of each folder passed, by folder. */
export function countByFolder(reports: readonly CaseReport[]): FolderCount[] {
  const folders = Map.groupBy(reports, ({ folder }) => folder);
  return [...folders].map(([folder, cases]) => countOf(folder, cases)).sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

export function countOf(folder: string, reports: readonly CaseReport[]): FolderCount {
  const failed = reports.filter(({ failure }) => failure !== undefined).length;
  return { folder, passed: reports.length - failed, failed, total: reports.length };
}

/** A line for each folder, and one for all. */
export function tableText(reports: readonly CaseReport[]): string {
  const counts = [...countByFolder(reports), countOf('total', reports)];
  const width = Math.max(...counts.map(({ folder }) => folder.length));
  const lines = counts.map(({ folder, passed, failed, total }) => {
    const cells = [passed, failed, total].map((count) => String(count).padStart(8));
    return `${folder.padEnd(width)}${cells.join('')}${rateText(passed, total).padStart(10)}`;
  });
  const head = `${'folder'.padEnd(width)}${['passed', 'failed', 'total'].map((name) => name.padStart(8)).join('')}${'rate'.padStart(10)}`;
  return [head, ...lines].join('\n');
}

/** Rounded down, so that only all of them are 100 %. */
function rateText(passed: number, total: number): string {
  return total === 0 ? '–' : `${(Math.floor((passed * 1000) / total) / 10).toFixed(1)} %`;
}

/** Each case that failed: what was expected, what came, and the query. */
export function failuresText(reports: readonly CaseReport[]): string {
  return reports.flatMap(({ name, failure }) => (failure ? [failureText(name, failure)] : [])).join('\n\n');
}

function failureText(name: string, { aspect, expected, actual, query }: CaseFailure): string {
  const parts = [`expected: ${expected}`, `actual: ${actual}`, `query: ${query}`];
  return [`✗ ${name}`, `  ${aspect}`, ...parts.map((part) => part.replace(/^/gm, '    '))].join('\n');
}
