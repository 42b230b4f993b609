/** A leader of the coordinators that was replaced without knowing it, in a network that is split. */
import { expect, test } from 'vitest';
import { coordinatorMutant } from './mutants/mutant.ts';
import { SplitWorld } from './split.ts';
import type { WorldOptions } from './world.ts';
import { runOrTell } from './worlds.ts';

const SEEDS = Number(process.env.SIM_SEEDS ?? 60);
const FIRST_SEED = Number(process.env.SIM_SEED ?? 1);

function run(seed: number, options: Partial<WorldOptions> = {}): SplitWorld {
  return runOrTell(
    new SplitWorld(seed, options),
    `SIM_SEED=${seed} SIM_SEEDS=1 npx vitest run test/simulation/split.test.ts`,
  );
}

/** A leader counts itself when it grants a lease, whether or not it still has its storage. */
const countsItself = coordinatorMutant((handle) => (state, event) => {
  return handle({ ...state, raft: { ...state.raft, storedAtMs: Number.POSITIVE_INFINITY } }, event);
});

test('grants no lease beside the one that has its name', () => {
  const total = { failovers: 0, survivals: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const { failovers, survivals } = run(seed);
    total.failovers += failovers;
    total.survivals += survivals;
  }

  console.log(`${SEEDS} seeds from ${FIRST_SEED}: ${JSON.stringify(total)}`);
  if (SEEDS >= 60) expect(total.failovers).toBeGreaterThan(SEEDS / 4);
});

test('and one that counted itself would be found', () => {
  const hunt = () => {
    for (let seed = 1; seed <= 60; seed++) run(seed, countsItself);
  };

  expect(hunt).toThrow(/under a lease|fresh read/);
});
