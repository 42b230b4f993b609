/** Files to import, and an engine in this process to import them into. */
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CoreConnection, CoreTarget } from '../../bench/core-target.ts';
import type { QueryCall, QueryResult } from '../../cli/connection.ts';
import { findPlan, type ImportSource } from '../../cli/import/find-plan.ts';
import { type ImportOptions, type ImportReport, runImport } from '../../cli/import/import-run.ts';
import { NO_PROGRESS } from '../../cli/import/progress.ts';

export type Files = Readonly<Record<string, string | Uint8Array>>;

export function folderWith(files: Files): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-transfer-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

/** A database in this process. */
export class Database {
  readonly target = new CoreTarget();
  readonly connection = new CoreConnection(this.target);

  query(call: QueryCall): Promise<QueryResult> {
    return this.connection.query(call);
  }

  /** Rows as JSON has them, numbers as their texts. */
  async rows(statement: string): Promise<unknown[][]> {
    const { values } = await this.connection.query({ database: 'test', statement });
    return JSON.parse(JSON.stringify(values));
  }

  async counts(): Promise<unknown> {
    const [[nodes] = []] = await this.rows('MATCH (n) WHERE NOT n:__SkeinImport RETURN count(n)');
    const [[relationships] = []] = await this.rows('MATCH ()-[r]->() RETURN count(r)');
    return { nodes, relationships };
  }
}

/** A database whose caller dies before or after the statement of that number has been done. */
export class Breaking {
  readonly #database: Database;
  readonly #number: number;
  readonly #when: 'before' | 'after';
  #count = 0;

  constructor(database: Database, number: number, when: 'before' | 'after') {
    this.#database = database;
    this.#number = number;
    this.#when = when;
  }

  async query(call: QueryCall): Promise<QueryResult> {
    this.#count += 1;
    if (this.#count > this.#number || (this.#count === this.#number && this.#when === 'before'))
      throw new Error('killed');
    const result = await this.#database.query(call);
    if (this.#count === this.#number) throw new Error('killed');
    return result;
  }
}

export function sourceOf(path: string | undefined, more: Partial<ImportSource> = {}): ImportSource {
  return { path, nodes: [], relationships: [], delimiter: ',', arrayDelimiter: ';', ...more };
}

export interface ImportRun {
  readonly report: ImportReport;
  readonly badRows: readonly Record<string, unknown>[];
}

export async function importInto(
  database: { query(call: QueryCall): Promise<QueryResult> },
  source: ImportSource,
  options: Partial<ImportOptions> = {},
): Promise<ImportRun> {
  const bad = options.bad ?? { path: join(folderWith({}), 'bad.ndjson'), max: 1_000 };
  const report = await runImport(database, await findPlan(source), {
    database: 'test',
    progress: NO_PROGRESS,
    ...options,
    bad,
  });
  return { report, badRows: report.badRows > 0 ? readBadRows(bad.path) : [] };
}

export function readBadRows(path: string): Record<string, unknown>[] {
  return readFileSync(path, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
