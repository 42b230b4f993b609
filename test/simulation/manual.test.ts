/** Roles given by hand, in worlds in which much goes wrong and two operators do not agree. */
import { expect, test } from 'vitest';
import { ManualWorld } from './manual-world.ts';
import { runOrTell } from './worlds.ts';

const SEEDS = Number(process.env.SIM_SEEDS ?? 200);
const FIRST_SEED = Number(process.env.SIM_SEED ?? 1);

function runWorld(seed: number): ManualWorld {
  return runOrTell(new ManualWorld(seed), `SIM_SEED=${seed} SIM_SEEDS=1 npx vitest run test/simulation/manual.test.ts`);
}

test('an epoch has one MAIN, who is in sync holds what is acknowledged, and nothing acknowledged vanishes without a trace', () => {
  const total = { ok: 0, epochs: 0, orders: 0, tails: 0, aborts: 0, kept: 0, aside: 0, replaced: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const { counts, fates } = runWorld(seed);
    total.ok += counts.ok;
    total.epochs += counts.epochsStarted;
    total.orders += counts.orders;
    total.tails += counts.divergedTails;
    total.aborts += counts.aborts;
    total.kept += fates.kept;
    total.aside += fates.aside;
    total.replaced += fates.replaced;
  }

  console.log(`${SEEDS} seeds from ${FIRST_SEED}: ${JSON.stringify(total)}`);
  if (SEEDS < 100) return;
  // Without these a run would prove nothing.
  expect(total.epochs / SEEDS).toBeGreaterThan(2);
  expect(total.orders / SEEDS).toBeGreaterThan(5);
  expect(total.aside).toBeGreaterThan(SEEDS / 10);
  expect(total.aborts).toBeGreaterThan(0);
}, 600_000);
