/** `skein serve`: the Worker and its objects on workerd, for tests, benchmarks and self-hosting. */
import { Command } from 'commander';
import { parsePort } from '../options.ts';
import { superviseUntilExit } from '../stop.ts';
import { adminToken } from '../token.ts';
import { startWorkerd } from '../workerd.ts';

interface ServeOptions {
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly coordinators: string;
  readonly development?: boolean;
  readonly json?: boolean;
}

export function serveCommand(): Command {
  return new Command('serve')
    .description('run Skein on this machine; prints `ready <url>` when it answers')
    .option('--port <port>', '0 takes a free one', parsePort, 8787)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <folder>', 'where everything is kept', '.skein/serve')
    .option('--coordinators <regions>', 'regions of the coordinators', 'weur,enam,apac')
    .option('--development', 'open /development and believe the header skein-region')
    .option('--json', 'print the ready line as JSON, with the process id of workerd')
    .action(run);
}

async function run(options: ServeOptions): Promise<void> {
  const { token, isNew } = adminToken(options.data);
  const { url, child } = await startWorkerd({
    folder: options.data,
    host: options.host,
    port: options.port,
    token,
    coordinators: options.coordinators,
    development: options.development ?? false,
  });
  const exit = superviseUntilExit(child);
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ ready: url, pid: child.pid })}\n`);
  } else {
    if (isNew) process.stdout.write(`admin token ${token} (kept in ${options.data}/admin-token)\n`);
    process.stdout.write(`ready ${url}\n`);
  }
  process.exitCode = await exit;
}
