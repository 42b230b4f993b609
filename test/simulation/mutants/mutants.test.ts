import { describe, expect, test } from 'vitest';
import { Violation } from '../invariants.ts';
import { World } from '../world.ts';
import { LEASED, MUTANTS, type Mutant } from './mutants.ts';

/** How many worlds a mutant may survive. */
const SEEDS = 400;

/** The first violation that a mutant leads to; undefined when it survives. */
function hunt({ options }: Mutant): { readonly seed: number; readonly message: string } | undefined {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      new World(seed, { variant: ['SYNC', 'ASYNC'], ...options }).run();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return { seed, message: error.message };
    }
  }
  return undefined;
}

describe('the simulator notices a bug', () => {
  test.each(MUTANTS)('$name', (mutant) => {
    const caught = hunt(mutant);

    expect(caught?.message).toMatch(mutant.found);
  });
});

test('where leases are long, production waits for them', () => {
  for (let seed = 1; seed <= 40; seed++) new World(seed, LEASED).run();
});
