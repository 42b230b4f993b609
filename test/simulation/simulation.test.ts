import { describe, expect, test } from 'vitest';
import { worldOf } from './seed-run.ts';
import { type Counts, noCounts, type World } from './world.ts';

// One run again: SIM_SEED=42 SIM_SEEDS=1 npx vitest run test/simulation
const FIRST_SEED = Number(process.env.SIM_SEED ?? 1);
const SEEDS = Number(process.env.SIM_SEEDS ?? 400);

function run(seed: number): World {
  const world = worldOf(seed);
  try {
    world.run();
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    const again = `SIM_SEED=${seed} SIM_SEEDS=1 npx vitest run test/simulation/simulation.test.ts`;
    throw new Error(`seed ${seed}: ${what}\n\n${world.trace.last()}\n\n${again}`, { cause: error });
  }
  return world;
}

describe('election, replication and failover', () => {
  test(`keep their promises in ${SEEDS} worlds from seed ${FIRST_SEED} on, and work again when they heal`, () => {
    const total: Counts = noCounts();
    let events = 0;
    for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
      const world = run(seed);
      events += world.trace.eventCount;
      for (const key of Object.keys(total) as (keyof Counts)[]) total[key] += world.counts[key];
    }
    console.log(`${SEEDS} seeds, ${events} events: ${JSON.stringify(total)}`);

    // A run in which nothing goes wrong proves nothing: the rare situations have to have come about.
    if (SEEDS < 100) return;
    expect(total.failovers).toBeGreaterThan(SEEDS / 2);
    expect(total.removals).toBeGreaterThan(SEEDS / 2);
    expect(total.joins).toBeGreaterThan(SEEDS / 2);
    expect(total.aborts).toBeGreaterThan(SEEDS / 20);
    expect(total.divergedTails).toBeGreaterThan(SEEDS / 20);
    expect(total.snapshotsInstalled).toBeGreaterThan(0);
    expect(total.damages).toBeGreaterThan(SEEDS / 10);
    expect(total.refills).toBeGreaterThan(total.damages / 2);
    expect(total.leaders).toBeGreaterThan(SEEDS);
    expect(total.silences).toBeGreaterThan(SEEDS / 20);
    expect(total.switchovers).toBeGreaterThan(SEEDS / 20);
    expect(total.demotions).toBeGreaterThan(SEEDS / 20);
    expect(total.arrivals).toBeGreaterThan(SEEDS / 10);
    expect(total.departures).toBeGreaterThan(SEEDS / 10);
    expect(total.yields).toBeGreaterThan(SEEDS / 10);
    expect(total.unknown).toBeGreaterThan(0);
    expect(total.ok).toBeGreaterThan(SEEDS * 50);
  });

  test.each([FIRST_SEED, FIRST_SEED + 1, FIRST_SEED + 2])('a seed gives one run: %i', (seed) => {
    expect(run(seed).trace.hash).toBe(run(seed).trace.hash);
  });
});
