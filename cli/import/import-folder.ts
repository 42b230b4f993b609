/** Loads a folder of CSV files in batches of bounded size, a few of them on the way at a time. */
import type { Connection } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { type CsvFile, columnIndex, fieldJson, readCsv } from './csv-rows.ts';
import type { ColumnType, NodeFile, RelationshipFile } from './mapping.ts';
import { readMapping } from './mapping.ts';

/** Rows in one statement: one transaction each, so that the work of a statement and its record stay small. */
const BATCH_ROWS = 2_000;
/** And characters of JSON, well below the server's bound on a body. */
const BATCH_LENGTH_MAX = 1024 * 1024;
/** Batches on the way: while one is executed the next is read. */
const IN_FLIGHT = 2;

/** Where the statements go. */
export type QueryTarget = Pick<Connection, 'query'>;

export interface ImportProgress {
  start(total: number): void;
  advance(rows: number, what: string): void;
  stop(): void;
}

export interface ImportReport {
  readonly nodes: number;
  readonly relationships: number;
  readonly seconds: number;
}

/** Makes the indexes, then nodes, then relationships. Throws CommandFailure at the first batch that is refused. */
export async function importFolder(
  connection: QueryTarget,
  options: { readonly folder: string; readonly database: string; readonly progress: ImportProgress },
): Promise<ImportReport> {
  const { folder, database, progress } = options;
  const startedMs = performance.now();
  const mapping = readMapping(folder);
  const nodeJobs = mapping.nodes.map((file) => nodeJob(file, readCsv(folder, file.file)));
  const relationshipJobs = mapping.relationships.map((file) => relationshipJob(file, readCsv(folder, file.file)));
  const count = (jobs: readonly Job[]) => jobs.reduce((sum, job) => sum + job.rows.length, 0);

  progress.start(count(nodeJobs) + count(relationshipJobs));
  try {
    const idIndexes = mapping.nodes.map(({ label, id }) => ({ label, property: id }));
    for (const { label, property } of [...idIndexes, ...mapping.indexes]) {
      const statement = `CREATE INDEX IF NOT EXISTS FOR (n:${quote(label)}) ON (n.${quote(property)})`;
      await connection.query({ database, statement });
    }
    for (const job of [...nodeJobs, ...relationshipJobs]) await runJob(connection, { database, job, progress });
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - startedMs) / 1_000;
  return { nodes: count(nodeJobs), relationships: count(relationshipJobs), seconds };
}

/** One file: what to do with its rows, each of them JSON text. */
interface Job {
  readonly file: string;
  readonly statement: string;
  readonly rows: readonly string[];
  /** What the statement's counter must say it made of the rows. */
  readonly counter: 'nodesCreated' | 'relationshipsCreated';
}

function nodeJob(mapping: NodeFile, csv: CsvFile): Job {
  const properties = propertiesOf(mapping.columns, csv);
  return {
    file: mapping.file,
    statement: `UNWIND $rows AS row CREATE (n:${quote(mapping.label)}) SET n = row`,
    rows: inRows(csv, (row) => properties(row)),
    counter: 'nodesCreated',
  };
}

function relationshipJob(mapping: RelationshipFile, csv: CsvFile): Job {
  const { from, to, type } = mapping;
  const properties = propertiesOf(mapping.columns, csv);
  const [fromIndex, toIndex] = [columnIndex(csv, from.column), columnIndex(csv, to.column)];
  const match = (variable: string, end: RelationshipFile['from'], key: string) =>
    `MATCH (${variable}:${quote(end.label)} {${quote(end.property)}: row.${key}})`;
  return {
    file: mapping.file,
    statement: `UNWIND $rows AS row ${match('a', from, 'from')} ${match('b', to, 'to')} CREATE (a)-[r:${quote(type)}]->(b) SET r = row.properties`,
    rows: inRows(csv, (row) => {
      const ends = `"from":${fieldJson(row[fromIndex]!, from.type)},"to":${fieldJson(row[toIndex]!, to.type)}`;
      return `{${ends},"properties":${properties(row)}}`;
    }),
    counter: 'relationshipsCreated',
  };
}

/** Makes a row's property map as JSON text. */
function propertiesOf(columns: Readonly<Record<string, ColumnType>>, csv: CsvFile): (row: readonly string[]) => string {
  const fields = Object.entries(columns).map(([name, type]) => ({ name, type, index: columnIndex(csv, name) }));
  return (row) => {
    const parts: string[] = [];
    for (const { name, type, index } of fields) {
      const json = fieldJson(row[index]!, type);
      if (json !== undefined) parts.push(`${JSON.stringify(name)}:${json}`);
    }
    return `{${parts.join(',')}}`;
  };
}

/** Each row by `encode`; a field that cannot be read is told with its row, counted with the header from 1. */
function inRows(csv: CsvFile, encode: (row: readonly string[]) => string): string[] {
  return csv.rows.map((row, index) => {
    try {
      return encode(row);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new CommandFailure('usage', `${csv.file}, row ${index + 2}: ${reason}`, { cause: error });
    }
  });
}

async function runJob(
  connection: QueryTarget,
  { database, job, progress }: { database: string; job: Job; progress: ImportProgress },
): Promise<void> {
  const batches = inBatches(job.rows);
  const lane = async () => {
    for (const batch of batches) {
      const parameters = new Map([['rows', `[${batch.join(',')}]`]]);
      const { counters } = await connection.query({ database, statement: job.statement, parameters });
      const made = Number(JSON.stringify(counters[job.counter] ?? 0));
      if (made !== batch.length) {
        throw new CommandFailure(
          'refused',
          `${job.file}: of ${batch.length} rows only ${made} found what they refer to`,
        );
      }
      progress.advance(batch.length, job.file);
    }
  };
  // The lanes share one iterator, so each takes the next batch as soon as it is free.
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane));
}

function* inBatches(rows: readonly string[]): Generator<string[], void> {
  let batch: string[] = [];
  let length = 0;
  for (const row of rows) {
    if (batch.length > 0 && (batch.length === BATCH_ROWS || length + row.length > BATCH_LENGTH_MAX)) {
      yield batch;
      batch = [];
      length = 0;
    }
    batch.push(row);
    length += row.length;
  }
  if (batch.length > 0) yield batch;
}

/** A name in backticks, so that any text is a name. */
function quote(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}
