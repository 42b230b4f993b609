/** The texts that a statement reads for certain. */
import type { Clause, Statement } from '../cypher/ast.ts';
import type { Value } from '../value/value.ts';

/** URLs of LOAD CSV that stand in the statement itself or in its parameters; of other expressions they come to be known on the way. */
export function csvUrls({ body }: Statement, parameters: ReadonlyMap<string, Value>): string[] {
  if (body.type !== 'query') return [];
  return body.parts.flatMap(({ clauses }) => clauses.flatMap((clause) => urlIn(clause, parameters) ?? []));
}

function urlIn(clause: Clause, parameters: ReadonlyMap<string, Value>): string | undefined {
  if (clause.type !== 'loadCsv') return undefined;
  const { url } = clause;
  const value = url.type === 'literal' ? url.value : url.type === 'parameter' ? parameters.get(url.name) : undefined;
  return typeof value === 'string' ? value : undefined;
}
