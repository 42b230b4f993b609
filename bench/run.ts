/** `npm run bench`: measures, prints a table, and keeps it when asked to. bench/README.md says what each row means. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { benchCore } from './core-bench.ts';
import { type Extent, FULL, QUICK } from './extent.ts';
import type { Figure, Report } from './figure.ts';
import { load, type Machine, machineLine, machineSince } from './machine.ts';
import { benchServe } from './serve-bench.ts';
import { Server } from './server.ts';
import { formatFigures } from './table.ts';

const USAGE = 'usage: npm run bench -- [--quick] [--only core|serve] [--json] [--save]';
const LAST = join(import.meta.dirname, 'last.md');

interface Options {
  readonly quick: boolean;
  readonly only: 'core' | 'serve' | undefined;
  readonly json: boolean;
  readonly save: boolean;
}

function parseOptions(): Options {
  const flag = { type: 'boolean', default: false } as const;
  const { values } = parseArgs({ options: { quick: flag, json: flag, save: flag, only: { type: 'string' } } });
  const { quick, json, save, only } = values;
  if (only !== undefined && only !== 'core' && only !== 'serve') throw new Error(`there is no --only ${only}`);
  if (save && (quick || only)) throw new Error('--save keeps the figures of a whole run, without --quick and --only');
  return { quick, json, save, only };
}

async function measure(options: Options, extent: Extent): Promise<Figure[]> {
  const figures: Figure[] = [];
  const report: Report = {
    add: (figure) => figures.push(figure),
    say: (line) => process.stderr.write(`${line}\n`),
  };
  if (options.only !== 'serve') await benchCore(extent, report);
  if (options.only !== 'core') await withServer((server) => benchServe(server, extent, report));
  return figures;
}

/** However the run ends, the server ends too. */
async function withServer(work: (server: Server) => Promise<void>): Promise<void> {
  const server = await Server.start();
  const onExit = () => server.abandon();
  process.once('exit', onExit);
  const interrupt = () => process.exit(130);
  process.once('SIGINT', interrupt);
  process.once('SIGTERM', interrupt);
  try {
    await work(server);
  } finally {
    await server.stop();
    process.off('exit', onExit);
    process.off('SIGINT', interrupt);
    process.off('SIGTERM', interrupt);
  }
}

function save(machine: Machine, table: string): void {
  const day = new Date().toISOString().slice(0, 10);
  const text = `# Last figures\n\nWritten by \`npm run bench -- --save\` on ${day}; README.md says what the rows mean.\n${machineLine(machine)}.\n\n\`\`\`\n${table}\n\`\`\`\n`;
  writeFileSync(LAST, text);
}

async function main(options: Options): Promise<void> {
  const extent = options.quick ? QUICK : FULL;
  const loadAtStart = load();
  const figures = await measure(options, extent);
  const machine = machineSince(loadAtStart);
  const table = formatFigures(figures);
  const text = options.json
    ? JSON.stringify({ machine, extent: extent.name, figures })
    : `${machineLine(machine)}, ${extent.name}\n\n${table}`;
  process.stdout.write(`${text}\n`);
  if (options.save) save(machine, table);
}

let options: Options | undefined;
try {
  options = parseOptions();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
if (options) await main(options);
