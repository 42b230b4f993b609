import { GraphStore } from '../../../core/graph/graph-store.ts';
import { Engine } from '../../../core/engine/engine.ts';
const store = new GraphStore();
const engine = new Engine(store, { clusterId: 'c' });
export function run(text: string, parameters: Record<string, any> = {}, budget = Infinity) {
  const e = engine.start(text, new Map(Object.entries(parameters)), { seed: 1, nowMs: 0 });
  while (e.next(budget) === 'paused');
  const t = e.commit(1);
  if (t) store.acknowledge(t.lsn);
  return e;
}
const show = (text: string, parameters = {}) => {
  try { const e = run(text, parameters); console.log(text, '\n  ', JSON.stringify(e.rows, (k, v) => typeof v === 'bigint' ? `${v}n` : v instanceof Map ? Object.fromEntries(v) : v), JSON.stringify(Object.fromEntries(Object.entries(e.counters).filter(([, n]) => n > 0)))); if (e.plan) console.log(JSON.stringify(e.plan, (k, v) => v instanceof Map ? Object.fromEntries(v) : v)); }
  catch (x: any) { console.log(text, '\n   ERROR', x.code, x.detail, x.message, x.code ? '' : x.stack); }
};
show("CREATE (a:P {name:'a', age: 1})-[:K {w: 1}]->(b:P {name:'b', age: 2})-[:K]->(c:P {name:'c', age: 3.5}) RETURN a.name, b, c.age");
show('MATCH (n) RETURN n.name, n.age ORDER BY n.age DESC LIMIT 2');
show('MATCH (a)-[r:K]->(b) RETURN a.name, b.name, r.w, type(r)');
show('MATCH (a)-->(b)-->(c) RETURN a.name, b.name, c.name');
show('MATCH (a)--(b)--(c) RETURN a.name, b.name, c.name');
show('MATCH (a:P {name: $n})-[:K*1..2]->(x) RETURN x.name', { n: 'a' });
show('MATCH p = (a)-[:K*]->(c) RETURN p, length(p)');
show("MATCH (a {name:'a'}), (c {name:'c'}), p = shortestPath((a)-[:K*]-(c)) RETURN length(p), [n IN nodes(p) | n.name]");
show('MATCH (n) OPTIONAL MATCH (n)-[:K]->(m) RETURN n.name, m.name');
show('MATCH (n) OPTIONAL MATCH (n)-[:K]->(m) WHERE m.age > 2 RETURN n.name, m.name');
show('MATCH (n) WHERE NOT (n)-->() RETURN n.name');
show('MATCH (n) WHERE (n)-->()-->() RETURN n.name');
show('MATCH (a), (b) WHERE NOT (a)-->(b) RETURN a.name, b.name');
show('MATCH (n) RETURN n.name, exists((n)-->()) AS e');
show('MATCH (n) RETURN n.name, (n)-->() AS e');
show('MATCH (n)-[r]->() RETURN count(*), count(r), collect(n.name)');
show('MATCH (n)-->() RETURN n.name AS x, count(*) AS c ORDER BY c DESC, x');
show('MATCH ()-->() RETURN count(*)');
show('UNWIND [1,2,3,2] AS x WITH DISTINCT x ORDER BY x DESC RETURN collect(x) AS xs, sum(x) + 1');
show('UNWIND range(1,5) AS i MERGE (n:Q {id: i % 2}) ON CREATE SET n.made = i ON MATCH SET n.seen = i RETURN n.id, n.made, n.seen, i');
show('MATCH (n) CREATE ()');
show('MATCH (n) RETURN count(n)');
show('MATCH (n:Q) DETACH DELETE n');
show("MATCH (n:P {name:'a'}) DELETE n");
show('CREATE INDEX p_name FOR (n:P) ON (n.name)');
show('SHOW INDEXES');
show("EXPLAIN MATCH (n:P {name: $x})-[:K]->(m) WHERE m.age > 1 RETURN m.name AS name ORDER BY name LIMIT 3");
show("MATCH (n:P {name: 'a'}) SET n.age = 10, n:Old RETURN n");
show("MATCH (n:P) SET n += {z: 1} REMOVE n.age RETURN n.z, n.age");
show("RETURN 1 AS a UNION RETURN 2 AS a UNION RETURN 1 AS a");
show("MATCH (a:P)-[r:K]->(b) DELETE r RETURN count(*)");
show("MATCH (n:P {name: $q}) RETURN n");
show("MERGE (a:P {name: null})");
show("CREATE (n {x: {a: 1}})");
show("MATCH (n) WITH n.name AS name, count(*) AS c WHERE c > 1 RETURN *");
