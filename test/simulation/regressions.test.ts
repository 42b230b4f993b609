/**
 * Seeds that once found something, as the worlds that they were then. They are of the simulator as it is: a change to its dice makes them
 * ordinary ones.
 */
import { expect, test } from 'vitest';
import { runWorlds } from './worlds.ts';

const ORDINARY = { hasCalamities: false, clocksJump: false } as const;

test.each([
  [1_006_477, 'a lease was granted while a failover was being decided'],
  [319, 'a crash kept a wipe and lost its answer'],
  [120, 'a failover completed beside a MAIN that had got a lease'],
])('seed %i: %s', (from) => {
  expect(runWorlds({ from, seeds: 1 }, ORDINARY).ok).toBeGreaterThan(0);
});

test.each([
  [2, 'a coordinator that had lost its storage elected one that lacked what was committed'],
  [678, 'a MAIN that had lost the end of its log took a replica’s copy of it for what it wrote instead'],
  [880, 'a MAIN that had lost the end of its log answered a fresh read before anybody told it'],
])('seed %i with calamities: %s', (from) => {
  expect(runWorlds({ from, seeds: 1 }, { hasCalamities: true }).ok).toBeGreaterThan(0);
});
