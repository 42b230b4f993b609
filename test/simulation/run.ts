/**
 * `npm run sim -- --seeds N [--from S]`: runs worlds and prints one line about them. A seed that fails is made small and printed with
 * its trace and the command that runs it again.
 */
import { parseArgs } from 'node:util';
import { worldOf } from './seed-run.ts';
import { failureOf, type Shrunk, shrink } from './shrink.ts';
import { type Counts, noCounts } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    /** Of a failing run that was made small. */
    trouble: { type: 'string' },
    skip: { type: 'string' },
  },
});

const seeds = Number(values.seeds);
const from = Number(values.from);
const smaller = {
  ...(values.trouble !== undefined && { troubleMs: Number(values.trouble) }),
  ...(values.skip !== undefined && { skip: new Set(values.skip.split(',').map(Number)) }),
};

const total: Counts = noCounts();
let simulatedMs = 0;
let violations = 0;
const startedMs = performance.now();
for (let seed = from; seed < from + seeds; seed++) {
  const world = worldOf(seed, smaller);
  try {
    world.run();
  } catch {
    violations += 1;
    report(seed);
  }
  simulatedMs += world.schedule.nowMs;
  for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += world.counts[key];
}
console.log(summary());
process.exitCode = violations === 0 ? 0 : 1;

function summary(): string {
  const { crashes, freezes, cuts, storms, damages, failovers, switchovers, demotions, arrivals, departures } = total;
  const seconds = (performance.now() - startedMs) / 1_000;
  return [
    `${seeds} seeds from ${from}, ${(simulatedMs / 3_600_000).toFixed(1)} simulated hours`,
    `${crashes} crashes, ${freezes} freezes, ${cuts} cuts, ${storms} storms, ${damages} damaged storages`,
    `${failovers} changes of MAIN (${switchovers} switchovers, ${demotions} demotions)`,
    `${total.aborts} aborts`,
    `${arrivals} instances registered, ${departures} gone, ${total.silences} silences`,
    `${total.ok} writes ok, ${total.failed} failed, ${total.unknown} unknown`,
    `${violations} violations`,
    `${(seeds / seconds).toFixed(1)} seeds/s`,
  ].join('; ');
}

function report(seed: number): void {
  const failure = failureOf(seed, smaller);
  // What is no violation is a mistake of the simulator itself.
  if (failure === undefined) throw new Error(`seed ${seed} does not fail again: the simulation is not deterministic`);
  const small = values.trouble === undefined ? shrink(seed, failure) : failure;
  console.error(`seed ${seed}: ${small.message}\n${small.trace}\n${again(seed, small)}\n`);
}

function again(seed: number, { troubleMs, skip, faults }: Shrunk): string {
  const needed = faults - skip.filter((number) => number <= faults).length;
  const left = skip.length === 0 ? '' : ` --skip ${skip.join(',')}`;
  return `${needed} faults are enough: npm run sim -- --seeds 1 --from ${seed} --trouble ${troubleMs}${left}`;
}
