/** The ordinary run of the simulator, 1 of 4: files run side by side. */
import { expect, test } from 'vitest';
import { expectRareSituations, runWorlds, shareOfSeeds } from './worlds.ts';

const share = shareOfSeeds(1, 4);

test(`${share.seeds} worlds from seed ${share.from} on keep every promise, and work again when they heal`, () => {
  const total = runWorlds(share);

  expect(total.ok).toBeGreaterThan(0);
  expectRareSituations(total, share.seeds);
}, 600_000);
