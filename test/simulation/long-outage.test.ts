/** A region that is without power for four to ten minutes. */
import { expect, test } from 'vitest';
import { LongOutage } from './long-outage.ts';
import { runOrTell } from './worlds.ts';

const SEEDS = Number(process.env.SIM_SEEDS ?? 5);
const FIRST_SEED = Number(process.env.SIM_SEED ?? 1);

test('the others go on without a region for many minutes, and bring it level when it is back', () => {
  const total = { minutes: 0, ofMain: 0, okMeanwhile: 0, lag: 0 };
  for (let seed = FIRST_SEED; seed < FIRST_SEED + SEEDS; seed++) {
    const outage = new LongOutage(seed);
    runOrTell(outage.world, `SIM_SEED=${seed} SIM_SEEDS=1 npx vitest run test/simulation/long-outage.test.ts`);
    total.minutes += outage.outageMs / 60_000;
    total.ofMain += outage.isOfMain ? 1 : 0;
    total.okMeanwhile += outage.okMeanwhile;
    total.lag = Math.max(total.lag, outage.lag);
  }

  console.log(`${SEEDS} seeds from ${FIRST_SEED}: ${JSON.stringify(total)}`);
  if (SEEDS < 5) return;
  expect(total.ofMain).toBeGreaterThan(0);
  // Nothing is written where MAIN was alone in the set, or a strict replica is missing.
  expect(total.okMeanwhile / total.minutes).toBeGreaterThan(5);
  expect(total.lag).toBeGreaterThan(100);
});
