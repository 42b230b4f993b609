/** Runs the Worker on workerd itself, without wrangler: bundle, configuration, process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import type { Readable } from 'node:stream';
import { build } from 'esbuild';
import { damagedFiles } from './damaged-files.ts';
import { CommandFailure } from './failure.ts';

/** The path of workerd's program. Its package is CommonJS, whose default every loader shows differently. */
const { default: WORKERD } = createRequire(import.meta.url)('workerd') as { readonly default: string };
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
  /** Present when this is one process of several, each with the objects of one region. */
  readonly links?: RegionLinks;
  /** Takes part as a build of this version would (durable/environment.ts). Absent: as SKEIN_VERSION in the environment says. */
  readonly version?: string;
  /** The module to run, from the repository's root. Without it the Worker: benchmarks have one with a door of their own. */
  readonly entry?: string;
  /** The folder has the Worker's bundle from an earlier start of this command. */
  readonly isBundled?: boolean;
}

/** What joins the process of a region to the others. Addresses as workerd takes them: `127.0.0.1:4000`, `unix:/path`. */
export interface RegionLinks {
  readonly region: string;
  /** All regions that have a process, this one included. */
  readonly regions: readonly string[];
  /** Where the others reach it. */
  readonly listen: string;
  /** Where it reaches the others, by region. */
  readonly peers: ReadonlyMap<string, string>;
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
  for (const { path, reason } of damagedFiles(objects)) process.stderr.write(damageNotice(path, reason));
  const entry = options.entry ?? (options.links ? 'worker/region-entrypoint.ts' : 'worker/index.ts');
  if (!options.isBundled) await bundleWorker(entry, join(cache, 'worker.js'));
  const configuration = join(cache, 'skein.capnp');
  writeFileSync(configuration, workerdConfiguration({ ...options, objects: resolve(objects) }));

  // Calls between processes are behind workerd's switch for what may still change.
  const experimental = options.links ? ['--experimental'] : [];
  const child = spawn(WORKERD, ['serve', configuration, `--control-fd=${CONTROL_FD}`, ...experimental], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    // The token goes by the environment: the configuration is a file, and a command line is public.
    env: { ...process.env, SKEIN_ADMIN_TOKEN: options.token },
  });
  const port = await listeningPort(child);
  return { url: `http://${options.host}:${port}`, child };
}

/** All else that is stored goes on, so that this does not keep it from starting. */
function damageNotice(path: string, reason: string): string {
  return `skein: ${path} is damaged: ${reason}. What only this object held is lost, unless there is a copy of the file. What to do: docs/OPERATIONS.md, "Damage".\n`;
}

/** The Worker with all it imports as one module: names as they are, no source map, which workerd would read at each start. */
async function bundleWorker(entry: string, outfile: string): Promise<void> {
  await build({
    entryPoints: [join(REPOSITORY, entry)],
    outfile,
    bundle: true,
    format: 'esm',
    target: 'es2024',
    conditions: ['workerd', 'worker', 'browser'],
    external: ['cloudflare:*', 'node:*'],
    logLevel: 'error',
  });
}

/** Source: workerd.capnp, which the runtime carries within. */
function workerdConfiguration(options: WorkerdOptions & { readonly objects: string }): string {
  const text = (value: string) => JSON.stringify(value);
  const development = options.development ? `(name = "SKEIN_DEVELOPMENT", text = "1"),` : '';
  const asVersion = options.version ?? process.env.SKEIN_VERSION;
  const version = asVersion ? `(name = "SKEIN_VERSION", text = ${text(asVersion)}),` : '';
  // Without it LOAD CSV is off, and workerd's own rule holds: nothing but public addresses.
  const loadCsv = process.env.SKEIN_LOAD_CSV_ALLOW
    ? {
        binding: '(name = "SKEIN_LOAD_CSV_ALLOW", fromEnvironment = "SKEIN_LOAD_CSV_ALLOW"),',
        service: '(name = "internet", network = (allow = ["public", "local"], tlsOptions = (trustBrowserCas = true))),',
      }
    : { binding: '', service: '' };
  const links = options.links ? linkConfiguration(options.links) : { services: '', sockets: '', bindings: '' };
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [
    (name = "skein", worker = .skein),
    (name = "objects", disk = (path = ${text(options.objects)}, writable = true)),
    ${loadCsv.service}
    ${links.services}
  ],
  sockets = [
    (name = "http", address = ${text(`${options.host}:${options.port}`)}, http = (), service = "skein"),
    ${links.sockets}
  ],
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
    ${version}
    ${loadCsv.binding}
    ${links.bindings}
  ],
  durableObjectNamespaces = [
    (className = "InstanceObject", uniqueKey = "skein-instance", enableSql = true),
    (className = "CoordinatorObject", uniqueKey = "skein-coordinator", enableSql = true),
  ],
  durableObjectStorage = (localDisk = "objects"),
);
`;
}

/** The socket on which the other regions call, and a binding to each of theirs. */
function linkConfiguration({ region, regions, listen, peers }: RegionLinks) {
  const text = (value: string) => JSON.stringify(value);
  const http = `http = (capnpConnectHost = "skein")`;
  const others = [...peers];
  return {
    services: others
      .map(([name, to]) => `(name = "region-${name}", external = (address = ${text(to)}, ${http})),`)
      .join(''),
    sockets: `(name = "peers", address = ${text(listen)}, ${http}, service = (name = "skein", entrypoint = "RegionEntrypoint")),`,
    bindings: [
      `(name = "SKEIN_REGION", text = ${text(region)}),`,
      `(name = "SKEIN_REGIONS", text = ${text(regions.join(','))}),`,
      ...others.map(([name]) => `(name = "PEER_${name}", service = "region-${name}"),`),
    ].join(''),
  };
}

/** Resolves with the port of the HTTP socket. */
function listeningPort(child: ChildProcess): Promise<number> {
  return new Promise((resolvePort, reject) => {
    const fail = (reason: string) => {
      child.kill('SIGKILL');
      reject(new CommandFailure('usage', reason));
    };
    const timer = setTimeout(() => fail(`workerd did not listen within ${START_TIMEOUT_MS} ms`), START_TIMEOUT_MS);
    const onExit = () => fail('workerd ended before it listened; its own words stand above');
    child.once('error', (error) => fail(`workerd cannot be started: ${error.message}`));
    child.once('exit', onExit);
    let lines = '';
    const control = child.stdio[CONTROL_FD]!;
    control.on('data', function read(chunk) {
      lines += String(chunk);
      const port = /"event":"listen","socket":"http","port":(\d+)/.exec(lines)?.[1];
      if (port === undefined) return;
      clearTimeout(timer);
      child.off('exit', onExit);
      control.off('data', read);
      // What else is reported there is read and dropped, so that the pipe never fills.
      (control as Readable).resume();
      resolvePort(Number(port));
    });
  });
}
