/** Texts of statements: the compatibility kit's, and those between quotes in the tests, docs and benchmarks of this repository. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../../..');
const FIRST_WORD =
  /^(?:MATCH|OPTIONAL|RETURN|WITH|UNWIND|CREATE|MERGE|CALL|SHOW|DROP|EXPLAIN|PROFILE|FOREACH|CYPHER|LOAD|ALTER)\b/;

/** Every different text; not all of them are statements that parse. */
export function statementTexts(): string[] {
  const kit = files('test/tck/features', /\.feature$/).flatMap((text) => matches(text, /"""\n([\s\S]*?)"""/g));
  const sources = ['test', 'docs', 'bench', 'examples'].flatMap((folder) => files(folder, /\.(?:ts|md)$/));
  const quoted = sources.flatMap((text) => [
    ...matches(text, /(?:'((?:\\.|[^'\\\n])*)'|"(?:\\.|[^"\\\n])*"|`([^`\n$]*)`)/g),
    ...matches(text, /```cypher\n([\s\S]*?)```/g).flatMap((block) => block.split(/;\n|\n\n/)),
  ]);
  const statements = quoted.map((text) => text.replaceAll(/\\(['"`])/g, '$1').trim());
  return [...new Set([...kit.map((text) => text.trim()), ...statements.filter((text) => FIRST_WORD.test(text))])];
}

function files(folder: string, name: RegExp): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .filter((file) => name.test(file))
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
}

function matches(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map((match) => match.slice(1).find((group) => group !== undefined) ?? '');
}
