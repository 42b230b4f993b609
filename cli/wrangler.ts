/** Runs `wrangler dev` quietly and without the network. */
import { type ChildProcess, spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { CommandFailure } from './failure.ts';

const REPOSITORY = resolve(import.meta.dirname, '..');
const HOST = '127.0.0.1';
const START_TIMEOUT_MS = 60_000;
const POLL_MS = 100;

/** Otherwise wrangler asks the network for a sample of `request.cf`, for updates, and tells its maker about its use. */
const QUIET_ENVIRONMENT = {
  CLOUDFLARE_CF_FETCH_ENABLED: 'false',
  WRANGLER_SEND_METRICS: 'false',
  WRANGLER_SEND_ERROR_REPORTS: 'false',
  WRANGLER_HIDE_BANNER: 'true',
  // These two watch every request; without them requests are about twice as fast.
  X_LOCAL_EXPLORER: 'false',
  X_LOCAL_OBSERVABILITY: 'false',
};

export interface RunningWrangler {
  readonly url: string;
  readonly child: ChildProcess;
  /** Signals wrangler and everything it started. */
  kill(signal: NodeJS.Signals): void;
}

/** Starts wrangler and waits until the Worker answers. Throws CommandFailure when the port is taken, or it ends before. */
export async function startWrangler(options: {
  folder: string;
  port: number;
  token: string;
}): Promise<RunningWrangler> {
  const { port, token } = options;
  // Absolute: wrangler reads relative paths from the folder of its configuration.
  const folder = resolve(options.folder);
  await refuseTakenPort(port);
  const variables = join(folder, 'variables.env');
  const { SKEIN_LOAD_CSV_ALLOW: loadCsv, SKEIN_VERSION: version } = process.env;
  const lines = [
    `SKEIN_ADMIN_TOKEN=${JSON.stringify(token)}`,
    'SKEIN_DEVELOPMENT="1"',
    ...(version ? [`SKEIN_VERSION=${JSON.stringify(version)}`] : []),
    ...(loadCsv ? [`SKEIN_LOAD_CSV_ALLOW=${JSON.stringify(loadCsv)}`] : []),
  ];
  writeFileSync(variables, `${lines.join('\n')}\n`, { mode: 0o600 });
  const child = spawn(
    process.execPath,
    [
      join(REPOSITORY, 'node_modules/wrangler/bin/wrangler.js'),
      'dev',
      ...['--config', join(REPOSITORY, 'wrangler.toml')],
      ...['--ip', HOST, '--port', String(port), '--inspector-port', '0'],
      ...['--persist-to', join(folder, 'state'), '--env-file', variables],
      ...['--log-level', 'warn', '--show-interactive-dev-session=false'],
    ],
    // A group of its own: Ctrl-C then reaches wrangler only through us, and all it started can be ended together.
    { stdio: ['ignore', 'inherit', 'inherit'], detached: true, env: { ...process.env, ...QUIET_ENVIRONMENT } },
  );
  const url = `http://${HOST}:${port}`;
  await untilAnswers(url, child);
  return { url, child, kill: (signal) => killTree(child, signal) };
}

function refuseTakenPort(port: number): Promise<void> {
  return new Promise((done, reject) => {
    const server = createServer();
    server.once('error', () => {
      reject(
        new CommandFailure('usage', `port ${port} is taken; stop what listens there, or choose another by --port`),
      );
    });
    server.listen(port, HOST, () => server.close(() => done()));
  });
}

async function untilAnswers(url: string, child: ChildProcess): Promise<void> {
  const untilMs = performance.now() + START_TIMEOUT_MS;
  while (child.exitCode === null && performance.now() < untilMs) {
    const response = await fetch(url).catch(() => undefined);
    if (response?.ok) return;
    await new Promise((next) => setTimeout(next, POLL_MS));
  }
  killTree(child, 'SIGKILL');
  throw new CommandFailure('usage', 'wrangler dev did not start; its own words stand above');
}

/** SIGTERM goes to wrangler alone, which ends its children in order; SIGKILL must reach them all. */
function killTree(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(signal === 'SIGKILL' ? -child.pid : child.pid, signal);
  } catch {
    // Already gone.
  }
}
