import { afterAll, describe, expect, test } from 'vitest';
import { Violation } from '../invariants.ts';
import { worldOf } from '../seed-run.ts';
import { LEASED } from './coordinator-mutants.ts';
import type { Mutant } from './mutant.ts';
import { MUTANTS } from './mutants.ts';

/** How many worlds a mutant may survive. */
const SEEDS = 400;

/** The seed that found each mutant. */
const foundBy: string[] = [];
afterAll(() => console.log(foundBy.join('\n')));

/** The first violation that a mutant leads to; undefined when it survives. The seed that found it last time goes first. */
function hunt({
  options,
  seed: known,
  worldOf: make = worldOf,
}: Mutant): { readonly seed: number; readonly message: string } | undefined {
  const seeds = Array.from({ length: SEEDS }, (_, index) => index + 1);
  for (const seed of known === undefined ? seeds : [known, ...seeds]) {
    try {
      // Histories cost time, and find some of these bugs too, in other words.
      make(seed, { hasHistories: false, ...options }).run();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      return { seed, message: error.message };
    }
  }
  return undefined;
}

describe('the simulator notices a bug', () => {
  test('of many kinds', () => {
    expect(new Set(MUTANTS.map(({ name }) => name)).size).toBeGreaterThanOrEqual(25);
  });

  test.each(MUTANTS)('$name', (mutant) => {
    const caught = hunt(mutant);

    foundBy.push(`${mutant.name}: seed ${caught?.seed}`);
    expect(caught?.message).toMatch(mutant.found);
  });
});

test('where leases are long, production waits for them', () => {
  for (let seed = 1; seed <= 40; seed++) worldOf(seed, LEASED).run();
});
