/** `skein cluster`: one workerd process for each region on this machine, joined to one cluster. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { coordinatorRegions, linksOf, REGIONS, type RegionName } from '../cluster/links.ts';
import { Region } from '../cluster/region.ts';
import { CommandFailure } from '../failure.ts';
import { parsePort } from '../options.ts';
import { untilAskedToStop } from '../stop.ts';
import { adminToken } from '../token.ts';

const PORT_MAX = 65_535;

interface ClusterOptions {
  readonly regions: readonly RegionName[];
  readonly coordinators?: readonly string[];
  readonly port: number;
  readonly host: string;
  readonly data: string;
  readonly development?: boolean;
  readonly json?: boolean;
}

export function clusterCommand(): Command {
  return new Command('cluster')
    .description('run one process for each region on this machine; each serves the whole cluster')
    .option('--regions <regions>', `names of regions, divided by commas: ${REGIONS.join(', ')}`, parseRegions, [
      'weur',
      'enam',
      'apac',
    ])
    .option(
      '--coordinators <regions>',
      'regions of the first coordinators, or their numbers and regions as in 4:oc; three of the regions if left out',
      parseCoordinators,
    )
    .option('--port <port>', 'of the first region, the others follow; 0 takes free ones', parsePort, 8787)
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--data <folder>', 'where everything is kept, a folder for each region', '.skein/cluster')
    .option('--development', 'open /development and believe the header skein-region')
    .option('--json', 'print what happens as JSON, a line for each event')
    .addHelpText('after', HELP)
    .action(run);
}

const HELP = `
Prints \`region weur ready http://127.0.0.1:8787 pid 4711\` for each region. A process that ends is started again. A region
without a process is served by the nearest one that has one. Which regions there are cannot be changed once the folder has
data. Coordinators come and go by ADD COORDINATOR and REMOVE COORDINATOR; those of --coordinators are the first ones.`;

function parseRegions(text: string): RegionName[] {
  const regions = text.split(',').map((name) => name.trim());
  const unknown = regions.find((name) => !(REGIONS as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new InvalidArgumentError(`there is no region '${unknown}'; use ${REGIONS.join(', ')}.`);
  return regions as RegionName[];
}

function parseCoordinators(text: string): string[] {
  const coordinators = text.split(',').map((coordinator) => coordinator.trim());
  parseRegions(coordinators.map((coordinator) => coordinator.replace(/^[1-9]\d{0,5}:/, '')).join(','));
  return coordinators;
}

async function run(options: ClusterOptions): Promise<void> {
  if (new Set(options.regions).size !== options.regions.length) {
    throw new CommandFailure('usage', '--regions names a region twice; each has one process');
  }
  if (options.port !== 0 && options.port + options.regions.length - 1 > PORT_MAX) {
    throw new CommandFailure('usage', `--port ${options.port} leaves no ports for ${options.regions.length} regions`);
  }
  const { token, isNew } = adminToken(options.data);
  if (isNew && !options.json) process.stdout.write(`admin token ${token} (kept in ${options.data}/admin-token)\n`);
  // Sockets in the file system: nobody but this user reaches them, and there is no port to find. Their paths must be short.
  const sockets = mkdtempSync(join(tmpdir(), 'skein-'));
  const regions = clusterRegions(options, token, sockets);
  const stopped = untilAskedToStop(() => {
    for (const region of regions) region.kill();
  });
  try {
    await Promise.race([Promise.all(regions.map((region) => region.start())), stopped]);
    await stopped;
  } finally {
    await Promise.all(regions.map((region) => region.stop()));
    rmSync(sockets, { recursive: true, force: true });
  }
}

function clusterRegions(options: ClusterOptions, token: string, sockets: string): Region[] {
  const say = (event: Record<string, unknown>, line: string) =>
    process.stdout.write(`${options.json ? JSON.stringify(event) : line}\n`);
  const coordinators = (options.coordinators ?? coordinatorRegions(options.regions)).join(',');
  return options.regions.map(
    (region, index) =>
      new Region(
        {
          folder: join(options.data, region),
          host: options.host,
          port: options.port === 0 ? 0 : options.port + index,
          token,
          coordinators,
          development: options.development ?? false,
          links: linksOf(region, options.regions, (name) => `unix:${join(sockets, name)}`),
        },
        {
          ready: (ready) =>
            say({ event: 'ready', ...ready }, `region ${ready.region} ready ${ready.url} pid ${ready.pid}`),
          ended: (name, how, pauseMs) =>
            say(
              { event: 'ended', region: name, how, pauseMs },
              `region ${name} ended (${how}); again in ${pauseMs} ms`,
            ),
        },
      ),
  );
}
