import { expect, test } from 'vitest';
import { MUTANTS } from './mutants/mutants.ts';
import { failureOf, shrink } from './shrink.ts';

test('a run that fails is made smaller, and what is left fails alone', () => {
  const mutant = MUTANTS.find(({ name }) => name === 'does not await the removal of a replica');
  const options = mutant?.options ?? {};
  const seed = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].find((candidate) => failureOf(candidate, options) !== undefined) ?? 0;
  const first = failureOf(seed, options);
  if (first === undefined) throw new Error('none of the seeds fails');

  const small = shrink(seed, first, options);
  const again = failureOf(seed, { ...options, troubleMs: small.troubleMs, skip: new Set(small.skip) });

  expect(small.faults - small.skip.length).toBeLessThan(first.faults);
  expect(small.troubleMs).toBeLessThan(first.troubleMs);
  expect(again?.message).toBe(small.message);
});
