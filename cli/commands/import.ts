/** `skein import`: a folder of CSV files with a mapping (import.json), in batches. */
import { Command } from 'commander';
import { Connection, type ConnectionOptions, findToken, NumberText, urlOption } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { type ImportReport, importFolder } from '../import/import-folder.ts';
import { importProgress } from '../import/progress.ts';

interface ImportOptions extends ConnectionOptions {
  readonly database: string;
  readonly append?: boolean;
  readonly json?: boolean;
}

export function importCommand(): Command {
  return new Command('import')
    .description('load a folder of CSV files that its import.json describes')
    .argument('<folder>', 'such as examples/flights')
    .option('-d, --database <name>', 'into this database', 'flights')
    .option('--append', 'also when the database is not empty; relationships would then be doubled by a second import')
    .option('--json', 'print what was done as one JSON object, and no progress')
    .addOption(urlOption())
    .action(run);
}

async function run(folder: string, options: ImportOptions): Promise<void> {
  const connection = new Connection(options.url, findToken());
  if (!options.append) await refuseUnlessEmpty(connection, options.database);
  const progress = importProgress(options.json ? 'none' : 'shown');
  const report = await importFolder(connection, { folder, database: options.database, progress });
  process.stdout.write(`${options.json ? JSON.stringify(report) : summary(report)}\n`);
}

async function refuseUnlessEmpty(connection: Connection, database: string): Promise<void> {
  const { values } = await connection.query({ database, statement: 'MATCH (n) RETURN count(n)' });
  const count = values[0]?.[0];
  if (count instanceof NumberText && count.text === '0') return;
  throw new CommandFailure('refused', `'${database}' is not empty; --append adds to it all the same`);
}

/** One line about a finished import. */
export function summary({ nodes, relationships, seconds }: ImportReport): string {
  const rate = Math.round((nodes + relationships) / Math.max(seconds, 0.001));
  return `${nodes.toLocaleString('en')} nodes and ${relationships.toLocaleString('en')} relationships in ${seconds.toFixed(1)} s (${rate.toLocaleString('en')}/s)`;
}
