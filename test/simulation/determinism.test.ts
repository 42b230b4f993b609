import { expect, test } from 'vitest';
import { runWorld } from './worlds.ts';

test.each([1, 2, 3, 4])('a seed gives one run: %i', (seed) => {
  expect(runWorld(seed).trace.hash).toBe(runWorld(seed).trace.hash);
});
