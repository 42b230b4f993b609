/** `node test/core/golden/record.ts`: records what today's build writes for each version of which nothing has been recorded. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { meaningOf, samplesOf, VERSIONS } from './samples.ts';

for (const version of VERSIONS) {
  const file = join(import.meta.dirname, `version-${version}.json`);
  if (existsSync(file)) continue;
  const samples = samplesOf(version).map((sample) => ({
    name: sample.name,
    parts: sample.parts.map((bytes) => Buffer.from(bytes).toString('base64')),
    meaning: meaningOf(sample),
  }));
  writeFileSync(file, `${JSON.stringify(samples, null, 2)}\n`);
}
