/** Worlds in which nothing but the coordinators' group matters: it changes all the time, and leases outlive those who granted them. */
import { expect, test } from 'vitest';
import { worldOf } from './seed-run.ts';
import { LONG_LEASES, type World } from './world.ts';

const SEEDS = 60;

function regrouped(seed: number): World {
  const coordinatorCount = seed % 2 === 0 ? 5 : 3;
  // Changes of the group and losses of storage are not survived together, and no world has both.
  const calm = { hasCalamities: false, clocksJump: false } as const;
  const options = { isRegrouped: true, isOperated: true, settings: LONG_LEASES, coordinatorCount, ...calm } as const;
  const world = worldOf(seed, options);
  world.run();
  return world;
}

test('whoever comes and goes, leases hold and writes go on', () => {
  let changes = 0;
  for (let seed = 1; seed <= SEEDS; seed++) changes += regrouped(seed).counts.groupChanges;

  expect(changes).toBeGreaterThan(10 * SEEDS);
});

test('seed 20851: MAIN was told of a change that was taken back, and never asked who leads', () => {
  expect(regrouped(20_851).counts.ok).toBeGreaterThan(0);
});
