/** The whole kit as tests: each feature file passes with all of its cases. */
import { describe, expect, test } from 'vitest';
import { runCase } from './case-run.ts';
import { caseName, loadFeatures, namedGraphs } from './kit.ts';

const features = loadFeatures().map((feature) => ({ feature, path: feature.path, count: feature.cases.length }));

describe('the openCypher kit', () => {
  test.each(features)('$path passes, all $count cases', ({ feature }) => {
    const failures = feature.cases.flatMap((one) => {
      const failure = runCase(one.steps, namedGraphs);
      return failure ? [{ name: caseName(feature, one), ...failure }] : [];
    });

    expect(failures).toEqual([]);
  });
});
