/** `skein export`: a whole database as files that `skein import` and others read. */
import { Command, Option } from 'commander';
import { Connection, type ConnectionOptions, findToken, urlOption } from '../connection.ts';
import { writeCsvFolder } from '../export/csv-export.ts';
import { GraphReader } from '../export/graph-reader.ts';
import { BufferedFile, STANDARD_OUTPUT, writeWhole } from '../export/output.ts';
import { type TextForm, writeText } from '../export/text-export.ts';
import { CommandFailure } from '../failure.ts';
import { progressOf } from '../import/progress.ts';

interface ExportOptions extends ConnectionOptions {
  readonly database: string;
  readonly form?: 'csv' | TextForm;
  readonly allowChanges?: boolean;
  readonly json?: boolean;
}

const FORMS = `
Forms:
  csv       a folder: a file for each set of labels and each type, with headers as neo4j-admin has them
  ndjson    a file: an object a line
  cypher    a file: statements in the form of Memgraph’s DUMP DATABASE

Without --form the name decides: .ndjson, .jsonl, .cypher, .cypherl; any other is a folder. docs/IMPORT.md tells the rest.`;

export function exportCommand(): Command {
  return new Command('export')
    .description('write a whole database to files')
    .argument('<target>', 'a folder or file that is not there yet; - for standard output')
    .option('-d, --database <name>', 'of this database', 'flights')
    .addOption(new Option('--form <form>', 'what to write').choices(['csv', 'ndjson', 'cypher']))
    .option('--allow-changes', 'go on when the database is changed meanwhile')
    .option('--json', 'print what was done as one JSON object')
    .addOption(urlOption())
    .addHelpText('after', FORMS)
    .action(run);
}

async function run(target: string, options: ExportOptions): Promise<void> {
  const startedMs = performance.now();
  const form = options.form ?? formOf(target);
  const reader = new GraphReader(new Connection(options.url, findToken()), {
    database: options.database,
    allowsChanges: options.allowChanges ?? false,
  });
  const counts = await reader.counts();
  const progress = progressOf('rows', { isQuiet: options.json ?? false });
  progress.start(counts.nodes + counts.relationships);
  try {
    await write(reader, { target, form, advance: (rows) => progress.advance(rows) });
  } finally {
    progress.stop();
  }
  const report = { form, ...counts, seconds: (performance.now() - startedMs) / 1_000 };
  // The rows themselves may go to standard output.
  const stream = target === '-' ? process.stderr : process.stdout;
  stream.write(`${options.json ? JSON.stringify(report) : summary(report)}\n`);
}

async function write(
  reader: GraphReader,
  { target, form, advance }: { target: string; form: 'csv' | TextForm; advance: (rows: number) => void },
): Promise<void> {
  if (form === 'csv') {
    if (target === '-')
      throw new CommandFailure('usage', 'CSV is a folder of files, which standard output cannot take');
    return writeWhole(target, 'folder', (folder) => writeCsvFolder(reader, folder, advance));
  }
  if (target === '-') return writeText(reader, form, STANDARD_OUTPUT, advance);
  return writeWhole(target, 'file', async (path) => {
    const file = new BufferedFile(path);
    await writeText(reader, form, file, advance);
    file.flush();
  });
}

function formOf(target: string): 'csv' | TextForm {
  if (/\.(?:ndjson|jsonl)$/i.test(target)) return 'ndjson';
  if (/\.(?:cypherl?|cql)$/i.test(target)) return 'cypher';
  if (target !== '-') return 'csv';
  throw new CommandFailure('usage', 'standard output needs --form ndjson or --form cypher');
}

function summary({ nodes, relationships, seconds }: { nodes: number; relationships: number; seconds: number }): string {
  return `exported: ${nodes.toLocaleString('en')} nodes and ${relationships.toLocaleString('en')} relationships in ${seconds.toFixed(1)} s`;
}
