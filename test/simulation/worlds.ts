/** Many worlds after one another, what happened in all of them, and what has to have happened if they are to prove anything. */
import { expect } from 'vitest';
import { worldOf } from './seed-run.ts';
import { addCounts, type Counts, noCounts, type World, type WorldOptions } from './world.ts';

/** Seeds of an ordinary run, over all files that share them. */
const SEEDS = Number(process.env.SIM_SEEDS ?? 1_000);
const FIRST_SEED = Number(process.env.SIM_SEED ?? 1);

/** The seeds of one of several files that run side by side. */
export function shareOfSeeds(file: number, files: number): { readonly from: number; readonly seeds: number } {
  const from = FIRST_SEED + Math.floor((SEEDS * (file - 1)) / files);
  return { from, seeds: FIRST_SEED + Math.floor((SEEDS * file) / files) - from };
}

/** Runs a world; a failure tells the last lines of its trace and the command that runs it again. */
export function runOrTell<Some extends World>(world: Some, again: string): Some {
  try {
    world.run();
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`seed ${world.seed}: ${what}\n\n${world.trace.last()}\n\n${again}`, { cause: error });
  }
  return world;
}

/** The same for the world of a seed. */
export function runWorld(seed: number, options: Partial<WorldOptions> = {}): World {
  return runOrTell(worldOf(seed, options), `npm run sim -- --seeds 1 --from ${seed}`);
}

/** Everything that happened in a row of worlds, none of which breaks a promise. */
export function runWorlds(
  { from, seeds }: { readonly from: number; readonly seeds: number },
  options: Partial<WorldOptions> = {},
): Counts {
  const total = noCounts();
  let events = 0;
  let simulatedMs = 0;
  for (let seed = from; seed < from + seeds; seed++) {
    const world = runWorld(seed, options);
    events += world.trace.eventCount;
    simulatedMs += world.schedule.nowMs;
    addCounts(total, world.counts);
  }
  const hours = (simulatedMs / 3_600_000).toFixed(1);
  console.log(`${seeds} seeds from ${from}, ${hours} simulated hours, ${events} events: ${JSON.stringify(total)}`);
  return total;
}

/** How often each rare situation comes about in a hundred worlds, at least. A run in which nothing goes wrong proves nothing. */
const RARE: Partial<Counts> = {
  leaders: 200,
  failovers: 100,
  failoversInFlight: 20,
  failoversInARow: 2,
  rivals: 10,
  removals: 100,
  joins: 100,
  aborts: 5,
  divergedTails: 10,
  snapshotsInstalled: 5,
  relayed: 50,
  damages: 20,
  refills: 15,
  silences: 10,
  switchovers: 10,
  demotions: 10,
  arrivals: 20,
  departures: 20,
  yields: 20,
  groupChanges: 100,
  freshReads: 1_000,
  unknown: 100,
  unknownKept: 20,
  unknownLost: 5,
  outages: 25,
  outagesOfMain: 12,
  evictions: 25,
  alarms: 25,
  supersessions: 20,
  staleAnswers: 20,
  failedWrites: 30,
  clockJumps: 6,
  losses: 8,
  rewinds: 12,
  lostTails: 3,
  quarantines: 40,
  forgetfulMains: 8,
  forgetfulCoordinators: 8,
  upgrades: 40,
  rollBacks: 3,
  newsWritten: 20,
  newsRefused: 20,
  ok: 5_000,
  histories: 4,
  registerReads: 80,
  registerWrites: 40,
  registerSwaps: 30,
  registersUnknown: 20,
  sessionWrites: 50,
  sessionReads: 100,
  bookmarkWaits: 1,
  bookmarkTimeouts: 1,
  bankReads: 40,
  transfers: 40,
  transfersUnknown: 10,
  listsCommitted: 100,
  listsAborted: 60,
  listsUnknown: 10,
  outdated: 8,
  liveConnections: 40,
  liveDifferences: 100,
  liveLags: 1,
  liveMoves: 20,
  sleeps: 10,
  liveWakes: 50,
  liveStates: 300,
};

export function expectRareSituations(total: Counts, seeds: number): void {
  // A few seeds, asked for by hand, promise nothing.
  if (seeds < 100) return;
  for (const [name, atLeast] of Object.entries(RARE) as [keyof Counts, number][]) {
    expect((total[name] * 100) / seeds, `${name} in a hundred worlds`).toBeGreaterThanOrEqual(atLeast);
  }
}
