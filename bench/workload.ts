/** The statements that are measured, on the flights data of examples/flights. */

export type Parameters = Readonly<Record<string, string | number>>;

/** A statement with parameters, the n-th of its kind. */
export interface Statement {
  readonly text: string;
  readonly parameters: Parameters;
}

export const FROM_IATA = 'ZRH';
export const TO_IATA = 'AKL';
export const TOP_COUNT = 10;

/** One airport by its IATA code, which is indexed. */
export const POINT_LOOKUP = 'MATCH (a:Airport {iata: $iata}) RETURN a.name AS name';

/** Where one change of planes leads to and no direct flight does. */
export const TWO_HOPS =
  'MATCH (a:Airport {iata: $from})-[:ROUTE]->(:Airport)-[:ROUTE]->(c:Airport) WHERE c <> a AND NOT (a)-[:ROUTE]->(c) RETURN DISTINCT c.iata AS iata';

export const SHORTEST_PATH =
  'MATCH p = shortestPath((a:Airport {iata: $from})-[:ROUTE*]->(b:Airport {iata: $to})) RETURN [n IN nodes(p) | n.iata] AS stops';

/** Looks at every route and at a property of both its ends. The order is total, so that there is one right answer. */
export const AGGREGATION = `MATCH (a:Airport)-[:ROUTE]->(b:Airport) RETURN a.country AS origin, b.country AS destination, count(*) AS routes ORDER BY routes DESC, origin, destination LIMIT ${TOP_COUNT}`;

/** Writers, and readers, that ask at the same time. */
export const CONCURRENT_CLIENTS = 32;

/** One new node with two properties: some two hundred bytes in the WAL. */
const COMMIT = 'CREATE (:Reading {number: $number, text: $text})';
const COMMIT_TEXT = 'A text of about the length that properties have in common graphs, '.padEnd(110, 'and so on, ');

export function commitStatement(number: number): Statement {
  return { text: COMMIT, parameters: { number, text: COMMIT_TEXT } };
}

/** Goes round a list for ever, from its start. */
export function roundRobin<Item>(items: readonly Item[]): () => Item {
  let next = 0;
  return () => {
    const item = items[next];
    if (item === undefined) throw new Error('a list to go round is empty');
    next = (next + 1) % items.length;
    return item;
  };
}
