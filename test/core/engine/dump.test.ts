import { describe, expect, test } from 'vitest';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { PointValue, SRID } from '../../../core/value/spatial/point-value.ts';
import { Float, type StoredValue, type Value } from '../../../core/value/value.ts';
import { Database, failureOf } from './database.ts';

/** Runs a dump's statements, each by itself. */
function load(statements: readonly unknown[]): Database {
  const database = new Database({ workMax: 1e9 });
  for (const statement of statements) database.run(String(statement));
  return database;
}

function dump(database: Database): unknown[] {
  return database.rows('DUMP DATABASE').map(([query]) => query);
}

/** All pages of a dump, of at most so many statements and a block. */
function pages(database: Database, limit: number): unknown[][] {
  const all: unknown[][] = [];
  for (let cursor: Value = null; ; ) {
    const rows = database.rows('CALL skein.dump($cursor, $limit)', { cursor, limit });
    if (rows.length === 0) return all;
    all.push(rows.map(([query]) => query));
    cursor = rows.at(-1)?.[1] as Value;
    if (cursor === null) return all;
  }
}

const COUNTS = 'MATCH (n) OPTIONAL MATCH (n)-[r]->() RETURN count(DISTINCT n), count(r)';

const TEXTS = ['', "it's", 'back\\slash', 'a\nb\r\tc', '\u0000\u2028', '\ud83d\ude00 \ud83d', 'x'.repeat(300_000)];

const VALUES: readonly StoredValue[] = [
  ...TEXTS,
  0,
  -1,
  2n ** 63n - 1n,
  -(2n ** 63n),
  ...[0, -0, 1.5, 1e21, 5e-324, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
    (number) => new Float(number),
  ),
  true,
  false,
  [],
  ['a', "'", 'b'],
  [1, 2n ** 60n],
  Array.from({ length: 40 }, (_, i) => `${i}${'é'.repeat(10_000)}`),
  new PointValue({ srid: SRID.wgs843d, x: -0.5, y: 47, z: 400 }),
  new PointValue({ srid: SRID.cartesian, x: 1e300, y: 0, z: undefined }),
];

const TEMPORALS = [
  "date('2026-02-28')",
  "localtime('12:00:00.000000001')",
  "time('12:00+02:00')",
  "localdatetime('-0044-03-15T12:00')",
  "datetime('2026-07-01T12:00[Europe/Zurich]')",
  "datetime('2026-07-01T12:00-03:30')",
  "duration('P1Y-2M3DT-4.000000005S')",
];

const NAMES = ['plain', 'with `tick`', '__proto__', 'constructor', 'ünï', 'a b;\n', '1'];

function richGraph(): Database {
  const database = new Database();
  const writer = database.store.begin();
  const keys = NAMES.map((name) => writer.token('propertyKey', name));
  const labels = NAMES.map((name) => writer.token('label', name));
  const types = NAMES.map((name) => writer.token('relationshipType', name));
  for (const [i, value] of VALUES.entries()) {
    const node = writer.createNode();
    writer.addLabel(node, labels[i % labels.length]!);
    if (i % 3 === 0) writer.addLabel(node, labels[(i + 1) % labels.length]!);
    writer.setNodeProperty(node, keys[i % keys.length]!, value);
    const relationship = writer.createRelationship(types[i % types.length]!, node, i % 2 === 0 ? node : 0);
    writer.setRelationshipProperty(relationship, keys[(i + 1) % keys.length]!, value);
  }
  database.store.acknowledge(writer.commit(1).lsn);
  for (const temporal of TEMPORALS) database.run(`CREATE ({at: ${temporal}})`);
  return database;
}

describe('DUMP DATABASE', () => {
  test('makes the same graph again: every type of value, and names of any letters', () => {
    const original = richGraph();

    const copy = load(dump(original));

    expect(copy.store.checksum()).toBe(original.store.checksum());
    expect(JSON.parse(JSON.stringify(dump(original)))).toEqual(
      dump(original).map((text) => Buffer.from(String(text), 'utf8').toString('utf8')),
    );
  });

  test('brings indexes and constraints by their names, and leaves no label or property of its own', () => {
    const original = new Database();
    original.run('CREATE INDEX byName FOR (c:City) ON (c.name)');
    original.run('CREATE CONSTRAINT oneCode FOR (a:Airport) REQUIRE a.code IS UNIQUE');
    original.run("CREATE (:City {name: 'Zürich'})<-[:IN {since: 1948}]-(:Airport {code: 'ZRH'}), (:City)");

    const copy = load(dump(original));

    const schema = 'SHOW INDEXES YIELD name, labelsOrTypes, properties RETURN * ORDER BY name';
    expect(copy.rows(schema)).toEqual(original.rows(schema));
    expect(copy.rows('SHOW CONSTRAINTS YIELD name, type')).toEqual([['oneCode', 'UNIQUENESS']]);
    expect(copy.rows('MATCH (n) UNWIND labels(n) AS l RETURN DISTINCT l ORDER BY l')).toEqual([['Airport'], ['City']]);
    expect(copy.rows('MATCH (n) UNWIND keys(n) AS k RETURN DISTINCT k ORDER BY k')).toEqual([['code'], ['name']]);
  });

  test('of a graph with holes keeps its nodes and relationships apart', () => {
    const original = new Database();
    original.run('UNWIND range(0, 2999) AS i CREATE (a:N {i: i})-[:R {i: i}]->(:M {i: -i})');
    original.run('MATCH (n) WHERE n.i % 7 = 0 DETACH DELETE n');

    const copy = load(dump(original));

    expect(copy.rows(COUNTS)).toEqual(original.rows(COUNTS));
    expect(copy.rows('MATCH (a)-[r]->(b) WHERE a.i <> r.i OR b.i <> -r.i RETURN count(*)')).toEqual([[0]]);
  });

  test('of an empty graph is loaded as an empty graph', () => {
    const copy = load(dump(new Database()));

    expect(copy.rows(COUNTS)).toEqual([[0, 0]]);
    expect(copy.rows('SHOW INDEXES')).toEqual([]);
  });

  test('uses another label where the graph has the usual one', () => {
    const original = new Database();
    original.run('CREATE (:__mg_vertex__ {__mg_id__: 7})');

    expect(load(dump(original)).rows('MATCH (n:__mg_vertex__) RETURN n.__mg_id__')).toEqual([[7]]);
  });

  test('can be read in slices, and in pages that together are the same', () => {
    const database = new Database();
    database.run('UNWIND range(1, 4000) AS i CREATE (:N {i: i})-[:R]->(:M)');
    const whole = dump(database);

    expect(database.rows('DUMP DATABASE', {}, 100)).toEqual(whole.map((query) => [query]));
    const parts = pages(database, 1_000);
    expect(parts.length).toBeGreaterThan(5);
    expect(parts.flat()).toEqual(whole);
  });

  test('takes YIELD like SHOW', () => {
    expect(new Database().rows('DUMP DATABASE YIELD QUERY RETURN count(QUERY)')).toEqual([[3]]);
  });

  test.each(["CALL skein.dump('nodes')", "CALL skein.dump('nowhere:1')", 'CALL skein.dump(null, 0)'])(
    '%s is refused',
    (text) => {
      expect(failureOf(() => new Database().run(text))).toMatchObject({
        code: 'Neo.ClientError.Statement.ArgumentError',
      });
    },
  );
});

test('an engine without storage says that it has none', () => {
  const database = new Database({}, new GraphStore());

  for (const text of ['CREATE SNAPSHOT', 'SHOW SNAPSHOTS', 'SHOW NEXT SNAPSHOT']) {
    expect(failureOf(() => database.run(text))).toMatchObject({ code: 'Neo.ClientError.Statement.NotSupported' });
  }
  expect(database.rows("SHOW STORAGE INFO YIELD * WHERE `storage info` = 'vertex_count' RETURN value")).toEqual([[0]]);
});
