/** `skein import`: files into a database, in batches, each once, whatever breaks on the way. */
import { basename } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { Connection, type ConnectionOptions, findToken, urlOption } from '../connection.ts';
import { findPlan } from '../import/find-plan.ts';
import { checkImport, type ImportReport, runImport } from '../import/import-run.ts';
import { type FileGroup, parseFileGroup } from '../import/neo4j-csv.ts';
import { progressOf } from '../import/progress.ts';

interface ImportCommandOptions extends ConnectionOptions {
  readonly database: string;
  readonly nodes?: readonly FileGroup[];
  readonly relationships?: readonly FileGroup[];
  readonly delimiter: string;
  readonly arrayDelimiter: string;
  readonly dryRun?: boolean;
  readonly bad?: string;
  readonly badMax?: number;
  readonly append?: boolean;
  readonly abandon?: boolean;
  readonly forget?: boolean;
  readonly json?: boolean;
}

/** Bad rows that may be, unless the command line says otherwise. Later statements of a script may need the earlier ones. */
const BAD_ROWS_MAX = { rows: 1_000, script: 0 } as const;

const FORMS = `
Forms:
  a folder with import.json      plain CSV files, which the mapping describes (examples/flights)
  a folder of .csv files         headers as neo4j-admin has them: :ID, :LABEL, :START_ID, :END_ID, :TYPE, age:int, tags:string[]
  a file *.ndjson, *.jsonl       an object a line: nodes and relationships, as APOC and skein export write them
  a file *.cypher, *.cypherl     statements divided by ;, such as Memgraph’s DUMP DATABASE
  --nodes, --relationships       the CSV of neo4j-admin file by file; a header may have a file of its own: Person=header.csv,part1.csv,part2.csv

What was broken off goes on where it stands when it is started again; what is finished is not imported twice.
docs/IMPORT.md tells the rest.`;

export function importCommand(): Command {
  return new Command('import')
    .description('load files into a database')
    .argument('[path]', 'a folder or file')
    .option('-d, --database <name>', 'into this database', 'flights')
    .option('--nodes <[labels=]files>', 'CSV files of nodes, divided by commas; may be repeated', collectGroup)
    .option('--relationships <[type=]files>', 'CSV files of relationships; may be repeated', collectGroup)
    .option(
      '--delimiter <character>',
      'between the fields of neo4j-admin’s CSV; TAB for a tabulator',
      parseDelimiter,
      ',',
    )
    .option('--array-delimiter <character>', 'between the items of a list in a field', parseDelimiter, ';')
    .option('--dry-run', 'read and check all files, and change nothing')
    .option('--bad <file>', 'where bad rows go, each as a line of JSON (default: <path>.bad.ndjson in this folder)')
    .option(
      '--bad-max <count>',
      'bad rows that may be, one more ends the import (default: 1000; of a script 0)',
      parseCount,
    )
    .option('--append', 'also into a database that is not empty')
    .option('--abandon', 'also when another import was broken off; what that has written stays')
    .option('--forget', 'leave no note in the database: the same files could be imported again')
    .option('--json', 'print what was done as one JSON object')
    .addOption(urlOption())
    .addHelpText('after', FORMS)
    .action(run);
}

async function run(path: string | undefined, options: ImportCommandOptions): Promise<void> {
  const { nodes = [], relationships = [], delimiter, arrayDelimiter } = options;
  const plan = await findPlan({ path, nodes, relationships, delimiter, arrayDelimiter });
  const progress = progressOf('bytes', { isQuiet: options.json ?? false });
  const isScript = plan.steps.length === 1 && plan.steps[0]?.type === 'script';
  const bad = {
    path: options.bad ?? `${basename(plan.name)}.bad.ndjson`,
    max: options.badMax ?? BAD_ROWS_MAX[isScript ? 'script' : 'rows'],
  };
  const report = options.dryRun
    ? await checkImport(plan, { progress, bad })
    : await runImport(new Connection(options.url, findToken()), plan, { ...options, progress, bad });
  process.stdout.write(`${options.json ? JSON.stringify(report) : summary(report)}\n`);
}

/** One line about a finished import, and one about bad rows. */
export function summary(report: ImportReport): string {
  const { outcome, nodes, relationships, statements, badRows, badRowsFile, seconds } = report;
  const rate = Math.round((nodes + relationships + statements) / Math.max(seconds, 0.001));
  const speed = outcome === 'imported' ? ` in ${seconds.toFixed(1)} s (${rate.toLocaleString('en')}/s)` : '';
  const graph = `${nodes.toLocaleString('en')} nodes and ${relationships.toLocaleString('en')} relationships`;
  const line = `${outcome}: ${statements > 0 ? `${statements.toLocaleString('en')} statements` : graph}${speed}`;
  return badRowsFile === undefined ? line : `${line}\n${badRows.toLocaleString('en')} bad rows: see ${badRowsFile}`;
}

function collectGroup(text: string, previous: readonly FileGroup[] = []): FileGroup[] {
  return [...previous, parseFileGroup(text)];
}

function parseDelimiter(text: string): string {
  if (/^tab$/i.test(text) || text === '\\t') return '\t';
  if (text.length === 1 && !/["\r\n]/.test(text)) return text;
  throw new InvalidArgumentError('a delimiter is one character, and neither a quote nor the end of a line.');
}

function parseCount(text: string): number {
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('a count is a whole number.');
}
