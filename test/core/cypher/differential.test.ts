/** This parser against Neo4j's own grammar: both take a text or both refuse it, except for what differences.ts says. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { statementTexts } from './corpus.ts';
import { disagreement } from './judgement.ts';
import { mutations } from './mutation.ts';

const texts = statementTexts().filter((text) => text.length < 600);

test(`${texts.length} statements of the kit, the tests and the docs are judged as Neo4j judges them`, {
  timeout: 600_000,
}, () => {
  expect(texts.length).toBeGreaterThan(2_000);
  expect(texts.flatMap((text) => disagreement(text) ?? [])).toEqual([]);
});

// Others and more of them: FUZZ_RUNS=50000 npx vitest run --project core test/core/cypher/differential.test.ts
const RUNS = Number(process.env.FUZZ_RUNS ?? 5_000);
/** The same statements in every test run; fresh ones where more are asked for. */
const START = process.env.FUZZ_RUNS === undefined ? { seed: 20_261_127 } : {};

test(`${RUNS} mutated statements are judged as Neo4j judges them`, { timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(mutations(texts), (text) => {
      expect(disagreement(text)).toBeUndefined();
    }),
    { numRuns: RUNS, ...START },
  );
});
