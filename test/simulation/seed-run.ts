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

/** The world of a seed, not yet run. Every other pair of seeds has an operator, and in every third the coordinators come and go. */
export function worldOf(seed: number, options: Partial<WorldOptions> = {}): World {
  const variant = VARIANTS[seed % VARIANTS.length] ?? [];
  return new World(seed, { variant, isOperated: seed % 4 >= 2, isRegrouped: seed % 3 === 0, ...options });
}
