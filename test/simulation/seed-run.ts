/** What a seed stands for: one world, the same in the tests and on the command line. */
import { type Variant, World, type WorldOptions } from './world.ts';

/** Replicas beside the first instance. */
const VARIANTS: readonly Variant[] = [
  ['SYNC', 'ASYNC'],
  ['SYNC', 'SYNC'],
  ['SYNC', 'SYNC', 'ASYNC'],
  ['STRICT_SYNC', 'STRICT_SYNC'],
  ['STRICT_SYNC', 'ASYNC'],
];

/**
 * The world of a seed, not yet run. Every other pair of seeds has an operator, and in every third the coordinators come and go. Of the others
 * every other score has calamities; clocks jump in a quarter of these. In one of seventeen, clients tell histories; in one of eleven a new build is
 * rolled out.
 */
export function worldOf(seed: number, options: Partial<WorldOptions> = {}): World {
  const variant = VARIANTS[seed % VARIANTS.length] ?? [];
  const score = Math.floor(seed / 20);
  const isRegrouped = seed % 3 === 0;
  const hasCalamities = !isRegrouped && score % 2 === 1;
  const rare = { isRegrouped, hasCalamities, clocksJump: hasCalamities && score % 8 === 7 };
  const hasHistories = seed % 17 === 11;
  const isRolledOut = seed % 11 === 8 && !hasHistories;
  return new World(seed, { variant, isOperated: seed % 4 >= 2, ...rare, hasHistories, isRolledOut, ...options });
}
