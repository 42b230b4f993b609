/** One of the threads of `npm run sim`: runs the seeds it is given, and tells what happened in them. */
import { parentPort } from 'node:worker_threads';
import { worldOf } from './seed-run.ts';
import { failureOf, type Shrunk, shrink } from './shrink.ts';
import { addCounts, type Counts, noCounts, type WorldOptions } from './world.ts';

export interface SeedsWanted {
  readonly from: number;
  readonly seeds: number;
  /** What is left out of a failing run that was made small. */
  readonly smaller: Partial<WorldOptions>;
}

export interface SeedsDone {
  readonly counts: Counts;
  readonly simulatedMs: number;
  /** One text for each seed that breaks a promise. */
  readonly failures: readonly string[];
}

parentPort?.on('message', (wanted: SeedsWanted) => parentPort?.postMessage(run(wanted)));

function run({ from, seeds, smaller }: SeedsWanted): SeedsDone {
  const counts = noCounts();
  const failures: string[] = [];
  let simulatedMs = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const world = worldOf(seed, smaller);
    try {
      world.run();
    } catch {
      failures.push(report(seed, smaller));
    }
    simulatedMs += world.schedule.nowMs;
    addCounts(counts, world.counts);
  }
  return { counts, simulatedMs, failures };
}

function report(seed: number, smaller: Partial<WorldOptions>): string {
  const failure = failureOf(seed, smaller);
  // What is no violation is a mistake of the simulator itself.
  if (failure === undefined) throw new Error(`seed ${seed} does not fail again: the simulation is not deterministic`);
  const small = smaller.troubleMs === undefined ? shrink(seed, failure) : failure;
  return `seed ${seed}: ${small.message}\n${small.trace}\n${again(seed, small)}\n`;
}

function again(seed: number, { troubleMs, skip, faults, calamities }: Shrunk): string {
  const needed = faults + calamities - skip.filter((number) => number <= faults && number >= -calamities).length;
  const left = skip.length === 0 ? '' : ` --skip ${skip.join(',')}`;
  return `${needed} faults are enough: npm run sim -- --seeds 1 --from ${seed} --trouble ${troubleMs}${left}`;
}
