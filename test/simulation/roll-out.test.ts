/** Worlds in which everybody begins with the build of the version before, and a new one is rolled out, taken back, and rolled out again. */
import { expect, test } from 'vitest';
import { runWorlds } from './worlds.ts';

const SEEDS = 60;

test('builds of two versions in one cluster keep every promise', () => {
  const total = runWorlds({ from: 1, seeds: SEEDS }, { isRolledOut: true });

  // Without these it would prove nothing.
  expect(total.upgrades).toBeGreaterThan(4 * SEEDS);
  expect(total.rollBacks).toBeGreaterThan(SEEDS);
  expect(total.newsRefused).toBeGreaterThan(SEEDS);
  expect(total.newsWritten).toBeGreaterThan(SEEDS);
  expect(total.refusals).toBeGreaterThan(SEEDS);
  expect(total.failovers).toBeGreaterThan(SEEDS);
  expect(total.groupChanges).toBeGreaterThan(0);
  expect(total.ok).toBeGreaterThan(50 * SEEDS);
}, 120_000);
