/** Makes a failing run small: as little trouble, and as few faults, as still break an invariant. */
import { Violation } from './invariants.ts';
import { worldOf } from './seed-run.ts';
import type { WorldOptions } from './world.ts';

/** Runs that the search may take. */
const RUNS_MAX = 200;

export interface Shrunk {
  readonly message: string;
  readonly troubleMs: number;
  /** Numbers of the faults that are not needed, and how many there were; those of calamities are negative. */
  readonly skip: readonly number[];
  readonly faults: number;
  readonly calamities: number;
  readonly trace: string;
}

/** The violation that a seed leads to; undefined when there is none. */
export function failureOf(seed: number, options: Partial<WorldOptions> = {}): Shrunk | undefined {
  const world = worldOf(seed, options);
  try {
    world.run();
    return undefined;
  } catch (error) {
    if (!(error instanceof Violation)) throw error;
    const { troubleMs = world.schedule.nowMs, skip = new Set() } = options;
    const trace = world.trace.last();
    const calamities = world.calamities?.count ?? 0;
    return { message: error.message, troubleMs, skip: [...skip], faults: world.faults.count, calamities, trace };
  }
}

/** Leaves out what is not needed for a violation, the last faults first: what happens early shapes all that follows. */
export function shrink(seed: number, first: Shrunk, options: Partial<WorldOptions> = {}): Shrunk {
  let best = first;
  let runs = 0;
  const attempt = (troubleMs: number, skip: readonly number[]): boolean => {
    if (runs++ >= RUNS_MAX) return false;
    const failure = failureOf(seed, { ...options, troubleMs, skip: new Set(skip) });
    if (failure !== undefined) best = failure;
    return failure !== undefined;
  };
  for (let stepMs = best.troubleMs / 2; stepMs >= 500 && runs < RUNS_MAX; stepMs /= 2) {
    attempt(Math.round(best.troubleMs - stepMs), best.skip);
  }
  for (let number = best.faults; number >= -best.calamities && runs < RUNS_MAX; number--) {
    if (number !== 0) attempt(best.troubleMs, [...best.skip, number]);
  }
  return best;
}
