/** The engine against the reference evaluator, on random queries over random small graphs, and on expressions over random values. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Case, expressionCase, queryCase } from './case.ts';

// More, and fresh ones: REFERENCE_RUNS=100000 npx vitest run test/reference/definition; the same again with REFERENCE_SEED=…
const RUNS = Number(process.env.REFERENCE_RUNS ?? 5_000);
const SEED = process.env.REFERENCE_SEED ?? (process.env.REFERENCE_RUNS === undefined ? '20261127' : undefined);

const tapes = fc.array(fc.nat({ max: 9_999 }), { maxLength: 400, size: 'max' });

/** Runs cases until so many have been compared. Those that are undefined do not count. */
function compare<Found>(caseOf: (numbers: readonly number[]) => Case<Found> | undefined, seen: (found: Found) => void) {
  const property = fc.property(tapes, (numbers) => {
    const one = caseOf(numbers);
    fc.pre(one !== undefined);
    expect(one.found(), one.what).toEqual(one.expected);
    seen(one.expected);
  });
  fc.assert(property, { numRuns: RUNS, ...(SEED !== undefined && { seed: Number(SEED) }), maxSkipsPerRun: 100 });
}

test(`the engine and the reference agree on ${RUNS} random queries`, { timeout: 36_000_000 }, () => {
  const counts = { rows: 0, failed: 0 };
  compare(queryCase, ({ rows, failure }) => {
    if (failure !== undefined) counts.failed++;
    else if (rows.length > 0) counts.rows++;
  });

  // Queries that find nothing or fail prove little.
  expect(counts.rows).toBeGreaterThan(RUNS * 0.4);
  expect(counts.failed).toBeLessThan(RUNS * 0.1);
});

test(`the engine and the reference agree on ${RUNS} random expressions`, { timeout: 36_000_000 }, () => {
  const counts = { values: 0, failures: 0 };
  compare(expressionCase, ({ failure }) => {
    if (failure === undefined) counts.values++;
    else counts.failures++;
  });

  // Both are wanted.
  expect(counts.values).toBeGreaterThan(RUNS * 0.25);
  expect(counts.failures).toBeGreaterThan(RUNS * 0.25);
});
