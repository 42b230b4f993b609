/** The kit's files: features by folder, and the named graphs. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import type { NamedGraphs } from './case-run.ts';
import { type FeatureCase, readFeature } from './gherkin.ts';

const KIT_DIRECTORY = import.meta.dirname;

export interface KitFeature {
  /** Such as `clauses/match`. */
  readonly folder: string;
  /** Such as `clauses/match/Match1`. */
  readonly path: string;
  readonly cases: readonly FeatureCase[];
}

/** All features below a directory, by path. Errors: a file that cannot be read as a feature. */
export function loadFeatures(directory: string = join(KIT_DIRECTORY, 'features')): KitFeature[] {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.feature'),
  );
  return files.sort().map((file) => {
    const path = file.replaceAll(sep, '/').replace(/\.feature$/, '');
    return { folder: dirname(path), path, cases: readFeature(readFileSync(join(directory, file), 'utf8')) };
  });
}

/** The statements of a named graph: those of the scripts that its description names, separated by semicolons. */
export const namedGraphs: NamedGraphs = (name) => {
  const directory = join(KIT_DIRECTORY, 'graphs', name);
  const description: unknown = JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8'));
  return scriptsOf(description).flatMap((script) =>
    readFileSync(join(directory, `${script}.cypher`), 'utf8')
      .split(';')
      .map((statement) => statement.trim())
      .filter((statement) => statement !== ''),
  );
};

function scriptsOf(description: unknown): string[] {
  const scripts = typeof description === 'object' && description && 'scripts' in description ? description.scripts : [];
  if (!Array.isArray(scripts) || scripts.length === 0) throw new Error("a graph's description names no scripts");
  return scripts.map(String);
}

/** How reports name a case. */
export function caseName(feature: KitFeature, { scenario, example }: FeatureCase): string {
  return `${feature.path} ${scenario}${example === undefined ? '' : ` #${example}`}`;
}
