/** Failovers to ASYNC instances, where the operator wants it so. */
import { expect, test } from 'vitest';
import { GivingUpWorld } from './giving-up.ts';
import { runOrTell } from './worlds.ts';

const SEEDS = Number(process.env.SIM_SEEDS ?? 150);
const FIRST_SEED = Number(process.env.SIM_SEED ?? 1);

function runWorld(seed: number): GivingUpWorld {
  return runOrTell(
    new GivingUpWorld(seed),
    `SIM_SEED=${seed} SIM_SEEDS=1 npx vitest run test/simulation/giving-up.test.ts`,
  );
}

test('what was acknowledged is lost only where a failover gave it up, and no more than it says', () => {
  const total = { ok: 0, failovers: 0, givingUps: 0, lost: 0, tails: 0, lostBookmarks: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const { counts, losses } = runWorld(seed);
    total.ok += counts.ok;
    total.failovers += counts.failovers;
    total.givingUps += losses.count;
    total.lost += losses.lostCount;
    total.tails += counts.divergedTails;
    total.lostBookmarks += counts.lostBookmarks;
  }

  console.log(`${SEEDS} seeds from ${FIRST_SEED}: ${JSON.stringify(total)}`);
  if (SEEDS < 100) return;
  // Without these a run would prove nothing.
  expect(total.givingUps).toBeGreaterThan(SEEDS / 2);
  expect(total.lost).toBeGreaterThan(SEEDS / 5);
  expect(total.tails).toBeGreaterThan(SEEDS / 5);
  // Clients tell histories in one world of five.
  expect(total.lostBookmarks).toBeGreaterThan(SEEDS / 100);
});
