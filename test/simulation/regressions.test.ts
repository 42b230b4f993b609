/** Seeds that once found something. They are of the simulator as it is: a change to its dice makes them ordinary ones. */
import { expect, test } from 'vitest';
import { runWorlds } from './worlds.ts';

test.each([
  [1_006_477, 'a lease was granted while a failover was being decided'],
  [319, 'a crash kept a wipe and lost its answer'],
  [120, 'a failover completed beside a MAIN that had got a lease'],
])('seed %i: %s', (from) => {
  expect(runWorlds({ from, seeds: 1 }).ok).toBeGreaterThan(0);
});
