/** `skein import` of the flights against any target: the same statements in the same batches, with their times. */
import { resolve } from 'node:path';
import type { QueryResult } from '../cli/connection.ts';
import { type ImportReport, importFolder, type QueryTarget } from '../cli/import/import-folder.ts';
import { importProgress } from '../cli/import/progress.ts';

export const FLIGHTS_FOLDER = resolve(import.meta.dirname, '../examples/flights');

export interface ImportTimes {
  readonly report: ImportReport;
  /** From the first statement that made relationships to the end of the last. */
  readonly relationshipsMs: number;
  /** Each of these statements, ascending. */
  readonly batchesMs: Float64Array;
}

export function importFlights(target: QueryTarget, database: string): Promise<ImportReport> {
  return importFolder(target, { folder: FLIGHTS_FOLDER, database, progress: importProgress('none') });
}

export async function timeImport(target: QueryTarget, database: string): Promise<ImportTimes> {
  let [firstMs, lastMs] = [Number.POSITIVE_INFINITY, 0];
  const batchesMs: number[] = [];
  const timed: QueryTarget = {
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
