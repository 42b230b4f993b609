/**
 * `npm run tck`: the openCypher compatibility kit, strictly, in process. Exit code 0 only when every case passes.
 *
 *   npm run tck                                     the table by folder
 *   npm run tck -- --failures [folder]              and each failing case with expected, actual and query
 *   npm run tck -- --only <text>                    only cases whose name has this text
 *   npm run tck -- --features <directory>           another part of the kit
 *   npm run tck -- --json                           everything as JSON
 */
import { parseArgs } from 'node:util';
import { runCase } from './case-run.ts';
import { caseName, loadFeatures, namedGraphs } from './kit.ts';
import { type CaseReport, countByFolder, countOf, failuresText, tableText } from './report.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    failures: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    features: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const [folder = ''] = positionals;

const reports: CaseReport[] = [];
for (const feature of loadFeatures(values.features)) {
  if (!feature.path.startsWith(folder)) continue;
  for (const one of feature.cases) {
    const name = caseName(feature, one);
    if (!name.includes(values.only)) continue;
    reports.push({ folder: feature.folder, name, failure: runCase(one.steps, namedGraphs) });
  }
}

process.stdout.write(`${values.json ? jsonText() : text()}\n`);
if (reports.length === 0 || reports.some(({ failure }) => failure !== undefined)) process.exitCode = 1;

function text(): string {
  const failures = values.failures ? failuresText(reports) : '';
  return [failures, tableText(reports)].filter((part) => part !== '').join('\n\n');
}

function jsonText(): string {
  const failures = reports.flatMap(({ name, failure }) => (failure ? [{ name, ...failure }] : []));
  return JSON.stringify({ total: countOf('total', reports), folders: countByFolder(reports), failures }, undefined, 1);
}
