/** Clauses that make relationships between nodes that are found by a property. */
import { quoteName } from './names.ts';

/** How an end is found. The value stands in the row. */
export interface End {
  readonly label: string;
  readonly key: string;
  /** Where in the row the value to find it by stands. */
  readonly index: number;
  /** Why it was not found, where the value would tell people nothing. */
  readonly reason?: string;
}

export interface Ends {
  readonly start: End;
  readonly end: End;
}

/** `properties` is what follows the type in the pattern. */
export function createRelationship({ start, end }: Ends, type: string, properties: string): string {
  return `MATCH ${pattern('a', start)} MATCH ${pattern('b', end)} CREATE (a)-[:${quoteName(type)}${properties}]->(b)`;
}

/** Of each `row` with its `number` whose ends are not both there: the number, and the reason. */
export function findLeftOut({ start, end }: Ends): string {
  return [
    `OPTIONAL MATCH ${pattern('a', start)} WITH number, row, count(a) AS starts`,
    `OPTIONAL MATCH ${pattern('b', end)} WITH number, row, starts, count(b) AS ends`,
    `WHERE starts = 0 OR ends = 0`,
    `RETURN number, CASE starts WHEN 0 THEN ${reason(start)} ELSE ${reason(end)} END`,
  ].join(' ');
}

function pattern(variable: string, { label, key, index }: End): string {
  return `(${variable}:${quoteName(label)} {${quoteName(key)}: row[${index}]})`;
}

function reason({ label, key, index, reason: said }: End): string {
  if (said !== undefined) return JSON.stringify(said);
  return `${JSON.stringify(`there is no node :${label} whose ${key} is `)} + toString(row[${index}])`;
}
