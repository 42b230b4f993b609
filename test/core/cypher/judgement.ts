/** Whether this parser and Neo4j's grammar judge a text alike, but for what differences.ts says. */
import type { Statement } from '../../../core/cypher/ast.ts';
import { parse } from '../../../core/cypher/parser.ts';
import { GraphError } from '../../../core/error.ts';
import { ACCEPTANCES, REFUSALS } from './differences.ts';
import { oracleAccepts } from './oracle.ts';

/** How many repaired texts are looked at on the way to one that both take. */
const REPAIRS_MAX = 60;

function judge(text: string): Statement | GraphError {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphError) return error;
    throw error;
  }
}

/** What the two disagree on without a reason; undefined when there is nothing. */
export function disagreement(text: string): string | undefined {
  const ours = judge(text);
  const accepted = oracleAccepts(text);
  if (!(ours instanceof GraphError)) {
    const isExpected = accepted || ACCEPTANCES.some(({ applies }) => applies(ours));
    return isExpected ? undefined : `taken here, refused by Neo4j: ${text}`;
  }
  return !accepted || isExpectedRefusal(text) ? undefined : `refused here, taken by Neo4j: ${text}\n${ours.message}`;
}

function isExpectedRefusal(original: string): boolean {
  const seen = new Set<string>();
  const repaired = [original];
  for (let text = repaired.pop(); text !== undefined && seen.size < REPAIRS_MAX; text = repaired.pop()) {
    const here = text;
    const ours = judge(here);
    if (!(ours instanceof GraphError)) return true;
    const known = REFUSALS.filter(({ message, within }) => message.test(ours.message) && (within?.test(here) ?? true));
    if (known.some(({ repair }) => repair === undefined)) return true;
    seen.add(here);
    for (const better of known.flatMap(({ repair }) => repair?.(here, ours) ?? [])) {
      if (better !== undefined && !seen.has(better)) repaired.push(better);
    }
  }
  return false;
}
