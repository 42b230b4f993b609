#!/usr/bin/env node
/** The command `skein`. Each subcommand has its own file; exit codes stand in failure.ts. */
import { Command } from 'commander';
import { clusterCommand } from './commands/cluster.ts';
import { devCommand } from './commands/dev.ts';
import { exportCommand } from './commands/export.ts';
import { importCommand } from './commands/import.ts';
import { queryCommand } from './commands/query.ts';
import { serveCommand } from './commands/serve.ts';
import { watchCommand } from './commands/watch.ts';
import { reportFailure } from './failure.ts';

const program = new Command('skein')
  .description('A property-graph database that lives at the edge.')
  .version('0.1.0')
  .showHelpAfterError()
  .addCommand(devCommand())
  .addCommand(serveCommand())
  .addCommand(clusterCommand())
  .addCommand(importCommand())
  .addCommand(exportCommand())
  .addCommand(queryCommand())
  .addCommand(watchCommand());

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = reportFailure(error);
}
