import { readFileSync } from 'node:fs';
import Papa from 'papaparse';
import { Engine } from '../../../core/engine/engine.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { Float } from '../../../core/value/value.ts';

const DIR = '/work/shared/data/openflights/';
const csv = (name: string) =>
  Papa.parse<Record<string, string>>(readFileSync(DIR + name, 'utf8'), { header: true, skipEmptyLines: true }).data;
const INTS = new Set(['id', 'altitude_ft', 'src_airport_id', 'dst_airport_id', 'airline_id', 'stops']);
const FLOATS = new Set(['latitude', 'longitude', 'tz_offset']);
function toMap(row: Record<string, string>) {
  const m = new Map<string, any>();
  for (const [k, v] of Object.entries(row)) {
    if (v === '' || v === '\\N') m.set(k, null);
    else if (INTS.has(k)) m.set(k, Number(v));
    else if (FLOATS.has(k)) m.set(k, new Float(Number(v)));
    else m.set(k, v);
  }
  return m;
}
const store = new GraphStore();
const engine = new Engine(store, { clusterId: 'c', limits: { workMax: 1e9 } });
export function run(text: string, parameters: Record<string, any> = {}, budget = Infinity) {
  const e = engine.start(text, new Map(Object.entries(parameters)), { seed: 1, nowMs: 0 });
  while (e.next(budget) === 'paused');
  const t = e.commit(1);
  if (t) store.acknowledge(t.lsn);
  return e;
}
const chunked = <T>(rows: T[], n: number) =>
  Array.from({ length: Math.ceil(rows.length / n) }, (_, i) => rows.slice(i * n, i * n + n));
run('CREATE INDEX airport_id FOR (a:Airport) ON (a.id)');
run('CREATE INDEX airport_iata FOR (a:Airport) ON (a.iata)');
run('CREATE INDEX airline_id FOR (a:Airline) ON (a.id)');
const airports = csv('airports.csv').map(toMap),
  airlines = csv('airlines.csv').map(toMap),
  routes = csv('routes.csv').map(toMap);
let t0 = performance.now();
for (const rows of chunked(airports, 10000)) run('UNWIND $rows AS r CREATE (a:Airport) SET a = r', { rows });
console.log('airports', airports.length, (performance.now() - t0).toFixed(0), 'ms');
t0 = performance.now();
for (const rows of chunked(airlines, 10000))
  run('UNWIND $rows AS r CREATE (a:Airline {id: r.id, name: r.name, iata: r.iata, icao: r.icao, country: r.country})', {
    rows,
  });
console.log('airlines', airlines.length, (performance.now() - t0).toFixed(0), 'ms');
for (const rows of chunked(routes, 10000)) {
  t0 = performance.now();
  const e = run(
    'UNWIND $rows AS r MATCH (a:Airport {id: r.src_airport_id}), (b:Airport {id: r.dst_airport_id}) CREATE (a)-[:ROUTE {airline: r.airline, stops: r.stops, equipment: r.equipment}]->(b)',
    { rows },
  );
  const ms = performance.now() - t0;
  console.log(
    'routes',
    rows.length,
    e.counters.relationshipsCreated,
    ms.toFixed(1),
    'ms',
    (rows.length / ms).toFixed(0),
    'k rows/s',
  );
}
console.log('bytes', store.memoryBytes, 'nodes', store.nodeCount, 'rels', store.relationshipCount);
const show = (v: any) => JSON.stringify(v, (k, x) => (x instanceof Map ? Object.fromEntries(x) : x))?.slice(0, 160);
function time(name: string, text: string, parameters = {}, times = 20) {
  try {
    let e: any;
    const ts: number[] = [];
    for (let i = 0; i < times; i++) {
      const t = performance.now();
      e = run(text, parameters);
      ts.push(performance.now() - t);
    }
    ts.sort((a, b) => a - b);
    console.log(
      name.padEnd(28),
      'median',
      ts[times >> 1]!.toFixed(3),
      'first/max',
      ts.at(-1)!.toFixed(2),
      'ms rows',
      e.rows.length,
      show(e.rows.slice(0, 3)),
    );
  } catch (x: any) {
    console.log(name, 'ERROR', x.code, x.message, x.code ? '' : x.stack);
  }
}
time('point lookup', 'MATCH (a:Airport {iata: $i}) RETURN a.name', { i: 'ZRH' }, 1000);
time(
  'destinations',
  "MATCH (a:Airport {iata:'ZRH'})-[:ROUTE]->(b) RETURN DISTINCT b.iata AS iata, b.city ORDER BY iata LIMIT 10",
);
time('top countries', 'MATCH (a:Airport) RETURN a.country AS country, count(*) AS n ORDER BY n DESC LIMIT 10');
time(
  'two hops no direct',
  "MATCH (a:Airport {iata:'ZRH'})-[:ROUTE]->(b)-[:ROUTE]->(c) WHERE NOT (a)-[:ROUTE]->(c) AND c <> a RETURN DISTINCT c.iata AS iata ORDER BY iata LIMIT 20",
);
time(
  'two hops count',
  "MATCH (a:Airport {iata:'ZRH'})-[:ROUTE]->(b)-[:ROUTE]->(c) WHERE NOT (a)-[:ROUTE]->(c) AND c <> a RETURN count(DISTINCT c)",
);
time(
  'shortest ZRH AKL',
  "MATCH (a:Airport {iata:'ZRH'}), (b:Airport {iata:'AKL'}), p = shortestPath((a)-[:ROUTE*]->(b)) RETURN [n IN nodes(p) | n.iata] AS stops, length(p)",
);
time('count routes', 'MATCH ()-[r:ROUTE]->() RETURN count(*)');
time(
  'count routes by country',
  'MATCH (a:Airport)-[:ROUTE]->() RETURN a.country AS c, count(*) AS n ORDER BY n DESC LIMIT 5',
);
time(
  'busiest',
  'MATCH (a:Airport)-[:ROUTE]->(b) WITH a, count(DISTINCT b) AS d ORDER BY d DESC LIMIT 5 RETURN a.iata, d',
);
time(
  'all routes agg',
  'MATCH (a:Airport)-[r:ROUTE]->(b:Airport) RETURN a.country AS x, b.country AS y, count(r) AS n ORDER BY n DESC LIMIT 5',
);
time('two hop all count', 'MATCH (a:Airport {country: "Switzerland"})-[:ROUTE]->()-[:ROUTE]->(c) RETURN count(c)');
time(
  'optional',
  'MATCH (a:Airport {country: "Switzerland"}) OPTIONAL MATCH (a)-[r:ROUTE]->() RETURN a.name, count(r) AS n ORDER BY n DESC LIMIT 5',
);
time('var length 1..2', "MATCH (a:Airport {iata:'ZRH'})-[:ROUTE*1..2]->(c) RETURN count(*)", {}, 5);
time('triangle', "MATCH (a:Airport {iata:'ZRH'})-[:ROUTE]->(b)-[:ROUTE]->(c)-[:ROUTE]->(a) RETURN count(*)", {}, 5);
time(
  'common',
  "MATCH (a:Airport {iata:'ZRH'})-[:ROUTE]->(x)-[:ROUTE]->(b:Airport {iata:'SYD'}) RETURN DISTINCT x.iata",
  {},
  20,
);
time(
  'merge single',
  'MERGE (a:Airport {iata: $i}) ON CREATE SET a.new = true ON MATCH SET a.seen = 1 RETURN a.name',
  { i: 'ZRH' },
  200,
);
time('set', 'MATCH (a:Airport {iata: $i}) SET a.x = coalesce(a.x, 0) + 1', { i: 'ZRH' }, 200);
time('merge 10k', 'UNWIND $rows AS r MERGE (a:City {id: r.id}) ON CREATE SET a.n = r.name', { rows: airports }, 3);
run('CREATE INDEX city FOR (a:City) ON (a.id)');
time(
  'merge 7.7k match idx',
  'UNWIND $rows AS r MERGE (a:City {id: r.id}) ON CREATE SET a.n = r.name',
  { rows: airports },
  3,
);
time('merge rel', 'MATCH (a:Airport), (c:City {id: a.id}) MERGE (a)-[:IN]->(c)', {}, 3);
time('update all', 'MATCH (a:Airport) SET a.y = 1', {}, 3);
time('detach delete', 'MATCH (a:City) DETACH DELETE a', {}, 1);
time('two hop all', 'MATCH (a:Airport)-[:ROUTE]->(b)-[:ROUTE]->(c) RETURN count(*)', {}, 2);
time('return all airports', 'MATCH (a:Airport) RETURN a', {}, 3);
