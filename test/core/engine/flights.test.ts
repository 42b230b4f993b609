import { beforeAll, describe, expect, test } from 'vitest';
import type { Database } from './database.ts';
import { flights } from './flights.ts';

let database: Database;
beforeAll(() => {
  database = flights();
});

describe('the world of air routes', () => {
  test('is there', () => {
    expect(database.rows('MATCH (a:Airport) RETURN count(*)')).toEqual([[7698]]);
    expect(database.rows('MATCH ()-[r:ROUTE]->() RETURN count(r)')).toEqual([[66771]]);
  });

  test('destinations of an airport, in order, with a limit', () => {
    const query = `MATCH (a:Airport {iata: 'ZRH'})-[:ROUTE]->(b)
                   RETURN DISTINCT b.iata AS iata, b.city AS city ORDER BY iata LIMIT 3`;

    expect(database.rows(query)).toEqual([
      ['ACE', 'Arrecife'],
      ['ADB', 'Izmir'],
      ['AGP', 'Malaga'],
    ]);
  });

  test('countries with most airports', () => {
    const query = 'MATCH (a:Airport) RETURN a.country AS country, count(*) AS airports ORDER BY airports DESC LIMIT 3';

    expect(database.rows(query)).toEqual([
      ['United States', 1512],
      ['Canada', 430],
      ['Australia', 334],
    ]);
  });

  test('two hops without a direct flight: as many as by hand', () => {
    const query = `MATCH (a:Airport {iata: 'ZRH'})-[:ROUTE]->(b)-[:ROUTE]->(c)
                   WHERE NOT (a)-[:ROUTE]->(c) AND c <> a RETURN count(DISTINCT c)`;
    const direct = (iata: string) =>
      database.rows('MATCH (a:Airport {iata: $iata})-[:ROUTE]->(b) RETURN DISTINCT b.id', { iata }).flat();
    const first = new Set(direct('ZRH'));
    const pairs = database.rows('MATCH (b:Airport)-[:ROUTE]->(c:Airport) RETURN b.id, c.id, c.iata');
    const second = new Set(
      pairs.flatMap(([b, c, iata]) => (first.has(b) && !first.has(c) && iata !== 'ZRH' ? [c] : [])),
    );

    expect(database.rows(query)).toEqual([[second.size]]);
  });

  test('the shortest way from Zurich to Auckland has one stop', () => {
    const query = `MATCH (a:Airport {iata: 'ZRH'}), (b:Airport {iata: 'AKL'}), p = shortestPath((a)-[:ROUTE*]->(b))
                   RETURN length(p), [n IN nodes(p) | n.iata]`;

    const [[length, stops]] = database.rows(query) as [[number, string[]]];

    expect(length).toBe(2);
    expect([stops[0], stops[2]]).toEqual(['ZRH', 'AKL']);
    const via = `MATCH (a:Airport {iata: 'ZRH'})-[:ROUTE]->(x)-[:ROUTE]->(:Airport {iata: 'AKL'}) RETURN collect(DISTINCT x.iata)`;
    expect(database.rows(via)[0]![0]).toContain(stops[1]);
  });

  test('WITH and aggregation', () => {
    const query = `MATCH (a:Airport)-[:ROUTE]->(b) WITH a, count(DISTINCT b) AS d WHERE d > 230
                   RETURN a.iata, d ORDER BY d DESC`;

    expect(database.rows(query)).toEqual([
      ['FRA', 239],
      ['CDG', 237],
      ['AMS', 232],
    ]);
  });

  test('OPTIONAL MATCH keeps airports without routes', () => {
    const query = `MATCH (a:Airport {country: 'Switzerland'}) OPTIONAL MATCH (a)-[r:ROUTE]->()
                   WITH a, count(r) AS routes RETURN count(*) AS all, sum(CASE WHEN routes = 0 THEN 1 ELSE 0 END) AS none`;
    const all = database.rows(`MATCH (a:Airport {country: 'Switzerland'}) RETURN count(*)`)[0]![0];
    const none = database.rows(
      `MATCH (a:Airport {country: 'Switzerland'}) WHERE NOT (a)-[:ROUTE]->() RETURN count(*)`,
    )[0]![0];

    expect(database.rows(query)).toEqual([[all, none]]);
    expect(none).toBeGreaterThan(0);
  });

  test('every query gives the same in slices as at once', () => {
    const query = `MATCH (a:Airport {country: 'Iceland'})-[:ROUTE]->(b)-[:ROUTE]->(c)
                   WHERE NOT (a)-[:ROUTE]->(c) RETURN c.country AS country, count(*) AS n ORDER BY n DESC, country`;

    expect(database.rows(query, {}, 2_000)).toEqual(database.rows(query));
  });
});

describe('changes', () => {
  test('MERGE with ON CREATE and ON MATCH', () => {
    const query = `MERGE (a:Airport {iata: $iata}) ON CREATE SET a.name = $name, a.made = true
                   ON MATCH SET a.visits = coalesce(a.visits, 0) + 1 RETURN a.name, a.made, a.visits`;
    const parameters = { iata: 'XZX', name: 'Nowhere' };

    expect(database.rows(query, parameters)).toEqual([['Nowhere', true, null]]);
    expect(database.rows(query, parameters)).toEqual([['Nowhere', true, 1]]);
    expect(database.rows(query, { ...parameters, iata: 'ZRH' })).toEqual([['Zürich Airport', null, 1]]);
  });

  test('SET and DETACH DELETE', () => {
    const routes = database.rows(`MATCH (a:Airport {iata: 'BRN'})-[r:ROUTE]-() RETURN count(r)`)[0]![0];
    expect(database.changes(`MATCH (a:Airport {iata: 'BRN'}) SET a.closed = true`)).toEqual({ propertiesSet: 1 });

    const changes = database.changes(`MATCH (a:Airport {iata: 'BRN'}) WHERE a.closed DETACH DELETE a`);

    expect(changes).toEqual({ nodesDeleted: 1, relationshipsDeleted: routes });
    expect(database.rows(`MATCH (a:Airport {iata: 'BRN'}) RETURN a`)).toEqual([]);
  });
});
