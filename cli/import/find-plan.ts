/** From what stands on the command line to the plan of an import. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { CommandFailure } from '../failure.ts';
import { planMappedCsv } from './mapped-csv.ts';
import { planNdjson } from './ndjson.ts';
import { type FileGroup, findFileGroups, planNeo4jCsv } from './neo4j-csv.ts';
import type { ImportPlan } from './plan.ts';
import { planScript } from './script-plan.ts';

export interface ImportSource {
  readonly path: string | undefined;
  readonly nodes: readonly FileGroup[];
  readonly relationships: readonly FileGroup[];
  readonly delimiter: string;
  readonly arrayDelimiter: string;
}

/** Throws CommandFailure when there is nothing that can be imported. */
export async function findPlan({ path, nodes, relationships, ...delimiters }: ImportSource): Promise<ImportPlan> {
  const isListed = nodes.length + relationships.length > 0;
  if (path !== undefined && isListed) {
    throw new CommandFailure('usage', 'either a folder or file, or --nodes and --relationships, but not both');
  }
  if (isListed) {
    const name = [...nodes, ...relationships][0]?.paths[0] ?? '';
    return planNeo4jCsv({ name, nodes, relationships, ...delimiters });
  }
  if (path === undefined) throw new CommandFailure('usage', 'name a folder or file, or --nodes and --relationships');
  return isFolder(path) ? planFolder(path, delimiters) : planFile(path);
}

async function planFolder(
  folder: string,
  delimiters: Pick<ImportSource, 'delimiter' | 'arrayDelimiter'>,
): Promise<ImportPlan> {
  if (existsSync(join(folder, 'import.json'))) return planMappedCsv(folder);
  const groups = await findFileGroups(folder, delimiters.delimiter);
  return planNeo4jCsv({ name: folder, ...groups, ...delimiters });
}

function planFile(path: string): ImportPlan {
  if (/\.(?:ndjson|jsonl|json)$/i.test(path)) return planNdjson(path);
  if (/\.(?:cypherl?|cql)$/i.test(path)) return planScript(path);
  throw new CommandFailure('usage', `${path}: a file must end in .ndjson, .jsonl, .json, .cypher, .cypherl or .cql`);
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    throw new CommandFailure('usage', `${path} cannot be read`, { cause: error });
  }
}
