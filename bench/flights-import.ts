/** `skein import` of the flights against any target: the same statements in the same batches, with their times. */
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { QueryResult } from '../cli/connection.ts';
import { type ImportReport, runImport } from '../cli/import/import-run.ts';
import type { ImportTarget } from '../cli/import/ledger.ts';
import { planMappedCsv } from '../cli/import/mapped-csv.ts';
import { NO_PROGRESS } from '../cli/import/progress.ts';

export const FLIGHTS_FOLDER = resolve(import.meta.dirname, '../examples/flights');

export interface ImportTimes {
  readonly report: ImportReport;
  /** From the first statement that made relationships to the end of the last. */
  readonly relationshipsMs: number;
  /** Each of these statements, ascending. */
  readonly batchesMs: Float64Array;
}

export function importFlights(target: ImportTarget, database: string): Promise<ImportReport> {
  const bad = { path: join(tmpdir(), `skein-bench-${process.pid}.bad.ndjson`), max: 0 };
  return runImport(target, planMappedCsv(FLIGHTS_FOLDER), { database, progress: NO_PROGRESS, bad });
}

export async function timeImport(target: ImportTarget, database: string): Promise<ImportTimes> {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, 0];
  const batchesMs: number[] = [];
  const timed: ImportTarget = {
    async query(call) {
      const startedMs = performance.now();
      const result = await target.query(call);
      if (relationshipsMadeBy(result) > 0) {
        firstMs = Math.min(firstMs, startedMs);
        lastMs = performance.now();
        batchesMs.push(lastMs - startedMs);
      }
      return result;
    },
  };
  const report = await importFlights(timed, database);
  return { report, relationshipsMs: lastMs - firstMs, batchesMs: Float64Array.from(batchesMs).sort() };
}

function relationshipsMadeBy({ counters }: QueryResult): number {
  // A number of the engine, or the text of one that came over HTTP.
  return Number(JSON.stringify(counters.relationshipsCreated ?? 0));
}
