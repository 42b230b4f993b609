import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canonicalText } from './canonical.ts';
import { loadFeatures, namedGraphs } from './kit.ts';
import { parseNotation } from './notation.ts';
import { countByFolder, tableText } from './report.ts';
import { readStep } from './step.ts';

const features = loadFeatures();

describe('the kit', () => {
  test('is read whole: as many cases in each folder as it says itself', () => {
    const counts: unknown = JSON.parse(readFileSync(join(import.meta.dirname, 'counts.json'), 'utf8'));
    const read = [...Map.groupBy(features, ({ folder }) => folder)].map(([folder, files]) => {
      const cases = files.flatMap((feature) => feature.cases.map(({ scenario }) => `${feature.path} ${scenario}`));
      return [folder, { files: files.length, scenarios: new Set(cases).size, cases: cases.length }];
    });

    expect(counts).toMatchObject({ folders: Object.fromEntries(read), total: { cases: 2743, scenarios: 1119 } });
  });

  test('has no step that the runner does not know', () => {
    const steps = features.flatMap((feature) => feature.cases.flatMap((one) => one.steps));

    for (const step of steps) expect(() => readStep(step)).not.toThrow();
  });

  test('has values that are the same after they were written again', () => {
    const tables = features
      .flatMap((feature) => feature.cases.flatMap((one) => one.steps))
      .flatMap((step) => (step.text.startsWith('the result should be') ? (step.table?.slice(1) ?? []) : []));

    for (const cell of tables.flat()) {
      const canonical = canonicalText(parseNotation(cell));
      expect(canonicalText(parseNotation(canonical))).toBe(canonical);
    }
  });

  test('has named graphs', () => {
    expect(namedGraphs('binary-tree-1').length).toBeGreaterThan(0);
    expect(() => namedGraphs('no-such-tree')).toThrow();
  });
});

describe('the report', () => {
  const failure = { aspect: 'rows', expected: '', actual: '', query: '' } as const;
  const passed = Array.from({ length: 1999 }, () => ({ folder: 'a', name: 'x', failure: undefined }));

  test('counts by folder, and rounds down, so that only all cases are 100 %', () => {
    const reports = [...passed, { folder: 'a', name: 'y', failure }, { folder: 'b', name: 'z', failure: undefined }];

    expect(countByFolder(reports)).toEqual([
      { folder: 'a', passed: 1999, failed: 1, total: 2000 },
      { folder: 'b', passed: 1, failed: 0, total: 1 },
    ]);
    expect(tableText(reports)).toMatch(/^a .* 99\.9 %\nb .* 100\.0 %\ntotal .* 99\.9 %$/m);
  });
});
