import { expect, test } from 'vitest';
import { MUTANTS } from './mutants/mutants.ts';
import { failureOf, shrink } from './shrink.ts';

test('a run that fails is made smaller, and what is left fails alone', () => {
  const mutant = MUTANTS.find(({ name }) => name === 'does not await the removal of a replica');
  const options = { variant: ['SYNC', 'ASYNC'] as const, ...mutant?.options };
  const seeds = Array.from({ length: 20 }, (_, index) => index + 1);
  const seed = seeds.find((candidate) => (failureOf(candidate, options)?.faults ?? 0) >= 6) ?? 0;
  const first = failureOf(seed, options);
  if (first === undefined) throw new Error('none of the seeds fails');

  const small = shrink(seed, first, options);
  const again = failureOf(seed, { ...options, troubleMs: small.troubleMs, skip: new Set(small.skip) });

  expect(small.faults - small.skip.length).toBeLessThan(first.faults / 2);
  expect(again?.message).toBe(small.message);
});
