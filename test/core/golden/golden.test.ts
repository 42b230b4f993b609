/** Bytes that builds of each version have written mean today what they meant then. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { VERSION } from '../../../core/version.ts';
import { meaningOf, type Sample, samplesOf, VERSIONS } from './samples.ts';

interface Recorded {
  readonly name: string;
  /** In base 64. */
  readonly parts: readonly string[];
  readonly meaning: unknown;
}

function recorded(version: number): readonly Recorded[] {
  return JSON.parse(readFileSync(join(import.meta.dirname, `version-${version}.json`), 'utf8'));
}

describe.each(VERSIONS)('of version %i', (version) => {
  test.each(recorded(version))('$name', ({ name, parts, meaning }) => {
    const sample: Sample = { name, parts: parts.map((text) => new Uint8Array(Buffer.from(text, 'base64'))) };

    expect(meaningOf(sample)).toEqual(meaning);
  });

  // Whoever changes what is written takes away this test for the versions before, and raises the version (core/version.ts).
  test.each(samplesOf(version))('$name are written today in the same bytes', ({ name, parts }) => {
    const known = recorded(version).find((sample) => sample.name === name)?.parts;

    expect(parts.map((bytes) => Buffer.from(bytes).toString('base64'))).toEqual(known);
  });
});

test('every version up to this build’s has been recorded', () => {
  expect(VERSIONS.at(-1)).toBe(VERSION);
});
