/** `npm run bench`: measures, prints a table, and keeps it when asked to. bench/README.md says what each row means. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { benchCore } from './core-bench.ts';
import { type Extent, FULL, QUICK } from './extent.ts';
import type { Figure, Report } from './figure.ts';
import { load, type Machine, machineLine, machineSince } from './machine.ts';
import { type Options, parseOptions, USAGE } from './options.ts';
import { benchPokec } from './pokec/pokec-bench.ts';
import { plainResult, pokecTable, type SystemResult, wrongAnswers } from './pokec/pokec-table.ts';
import { benchReplication } from './replication-bench.ts';
import { benchServe } from './serve-bench.ts';
import { Server } from './server.ts';
import { benchStarts } from './start-bench.ts';
import { formatFigures } from './table.ts';

const LAST = join(import.meta.dirname, 'last.md');
const LAST_REPLICATION = join(import.meta.dirname, 'replication.md');
const LAST_POKEC = join(import.meta.dirname, 'pokec.md');

async function measure(options: Options, extent: Extent): Promise<Figure[]> {
  const figures: Figure[] = [];
  const report: Report = {
    add: (figure) => figures.push(figure),
    say: (line) => process.stderr.write(`${line}\n`),
  };
  if (options.parts.includes('core')) await benchCore(extent, report);
  if (options.parts.includes('replication')) benchReplication(extent, report);
  if (options.parts.includes('serve')) {
    await withServer((server) => benchServe(server, extent, report));
    await benchStarts(extent, report);
  }
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

function pokec(options: Options, extent: Extent): Promise<SystemResult[]> {
  const { size, systems, classes, rounds } = options;
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  return benchPokec({ size, systems, classes, rounds, effort: extent.pokec }, say);
}

function saved(title: string, command: string, machine: Machine, table: string): string {
  const day = new Date().toISOString().slice(0, 10);
  return `# ${title}\n\nWritten by \`${command}\` on ${day}; README.md says what the rows mean.\n${machineLine(machine)}.\n\n${table}\n`;
}

function formatted(figures: readonly Figure[]): string {
  return figures.length === 0 ? '' : formatFigures(figures);
}

interface Tables {
  readonly figures: string;
  readonly replication: string;
  readonly pokec: string;
}

function save({ parts, size }: Options, machine: Machine, { figures, replication, pokec }: Tables): void {
  const plain = (table: string) => `\`\`\`\n${table}\n\`\`\``;
  if (parts.includes('core')) {
    writeFileSync(LAST, saved('Last figures', 'npm run bench -- --only core,serve --save', machine, plain(figures)));
  }
  if (parts.includes('replication')) {
    const command = 'npm run bench -- --only replication --save';
    writeFileSync(LAST_REPLICATION, saved('Replication', command, machine, plain(replication)));
  }
  if (!parts.includes('pokec')) return;
  const title = `Pokec, the ${size} graph`;
  writeFileSync(LAST_POKEC, saved(title, 'npm run bench -- --only pokec --save', machine, pokec));
}

async function main(options: Options): Promise<void> {
  const extent = options.quick ? QUICK : FULL;
  const loadAtStart = load();
  const figures = await measure(options, extent);
  const results = options.parts.includes('pokec') ? await pokec(options, extent) : [];
  const machine = machineSince(loadAtStart);
  const tables = {
    figures: formatted(figures.filter(({ place }) => place !== 'cluster')),
    replication: formatted(figures.filter(({ place }) => place === 'cluster')),
    pokec: results.length === 0 ? '' : pokecTable(results, options.classes),
  };
  const text = options.json
    ? JSON.stringify({ machine, extent: extent.name, figures, pokec: results.map(plainResult) })
    : [`${machineLine(machine)}, ${extent.name}`, tables.figures, tables.replication, tables.pokec]
        .filter((part) => part !== '')
        .join('\n\n');
  process.stdout.write(`${text}\n`);
  const wrong = wrongAnswers(results, options.classes);
  if (wrong.length > 0) throw new Error(`not answered as the floor does: ${wrong.join(', ')}`);
  if (options.save) save(options, machine, tables);
}

let options: Options | undefined;
try {
  options = parseOptions(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}\n`);
  process.exitCode = 2;
}
if (options?.help) process.stdout.write(`${USAGE}\n`);
else if (options) await main(options);
