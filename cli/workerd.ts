/** Runs the Worker on workerd itself, without wrangler: bundle, configuration, process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import workerd from 'workerd';
import { CommandFailure } from './failure.ts';

const REPOSITORY = resolve(import.meta.dirname, '..');
/** As in wrangler.toml. */
const COMPATIBILITY_DATE = '2026-10-30';
const START_TIMEOUT_MS = 20_000;
/** workerd reports its sockets on this file descriptor. */
const CONTROL_FD = 3;

export interface WorkerdOptions {
  readonly folder: string;
  readonly host: string;
  /** 0: any free port. */
  readonly port: number;
  readonly token: string;
  readonly coordinators: string;
  readonly development: boolean;
}

export interface RunningWorkerd {
  readonly url: string;
  readonly child: ChildProcess;
}

/** Starts workerd and waits until it listens. Throws CommandFailure when it ends before. */
export async function startWorkerd(options: WorkerdOptions): Promise<RunningWorkerd> {
  const cache = join(options.folder, 'cache');
  const objects = join(options.folder, 'objects');
  mkdirSync(cache, { recursive: true });
  mkdirSync(objects, { recursive: true });
  await bundleWorker(join(cache, 'worker.js'));
  const configuration = join(cache, 'skein.capnp');
  writeFileSync(configuration, workerdConfiguration({ ...options, objects: resolve(objects) }));

  const child = spawn(workerd.default, ['serve', configuration, `--control-fd=${CONTROL_FD}`], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    // The token goes by the environment: the configuration is a file, and a command line is public.
    env: { ...process.env, SKEIN_ADMIN_TOKEN: options.token },
  });
  const port = await listeningPort(child);
  return { url: `http://${options.host}:${port}`, child };
}

/** The Worker with all it imports as one module. */
async function bundleWorker(outfile: string): Promise<void> {
  await build({
    entryPoints: [join(REPOSITORY, 'worker/index.ts')],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    sourcemap: 'inline',
    logLevel: 'error',
  });
}

/** Source: workerd.capnp, which the runtime carries within. */
function workerdConfiguration(options: WorkerdOptions & { readonly objects: string }): string {
  const text = (value: string) => JSON.stringify(value);
  const development = options.development ? `(name = "SKEIN_DEVELOPMENT", text = "1"),` : '';
  // Without it LOAD CSV is off, and workerd's own rule holds: nothing but public addresses.
  const loadCsv = process.env.SKEIN_LOAD_CSV_ALLOW
    ? {
        binding: '(name = "SKEIN_LOAD_CSV_ALLOW", fromEnvironment = "SKEIN_LOAD_CSV_ALLOW"),',
        service: '(name = "internet", network = (allow = ["public", "local"], tlsOptions = (trustBrowserCas = true))),',
      }
    : { binding: '', service: '' };
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "skein", worker = .skein),
    (name = "objects", disk = (path = ${text(options.objects)}, writable = true)),
    ${loadCsv.service}
  ],
  sockets = [(name = "http", address = ${text(`${options.host}:${options.port}`)}, http = (), service = "skein")],
);

const skein :Workerd.Worker = (
  modules = [(name = "worker", esModule = embed "worker.js")],
  compatibilityDate = "${COMPATIBILITY_DATE}",
  bindings = [
    (name = "INSTANCE", durableObjectNamespace = "InstanceObject"),
    (name = "COORDINATOR", durableObjectNamespace = "CoordinatorObject"),
    (name = "SKEIN_COORDINATORS", text = ${text(options.coordinators)}),
    (name = "SKEIN_ADMIN_TOKEN", fromEnvironment = "SKEIN_ADMIN_TOKEN"),
    ${development}
    ${loadCsv.binding}
  ],
  durableObjectNamespaces = [
    (className = "InstanceObject", uniqueKey = "skein-instance", enableSql = true),
    (className = "CoordinatorObject", uniqueKey = "skein-coordinator", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "objects"),
);
`;
}

/** Resolves with the port of the HTTP socket. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const fail = (reason: string) => {
      child.kill('SIGKILL');
      reject(new CommandFailure('usage', reason));
    };
    const timer = setTimeout(() => fail(`workerd did not listen within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    child.once('error', (error) => fail(`workerd cannot be started: ${error.message}`));
    child.once('exit', () => fail('workerd ended before it listened; its own words stand above'));
    let lines = '';
    child.stdio[CONTROL_FD]?.on('data', (chunk) => {
      lines += String(chunk);
      const port = /"event":"listen","socket":"http","port":(\d+)/.exec(lines)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      child.removeAllListeners('exit');
      resolvePort(Number(port));
    });
  });
}
