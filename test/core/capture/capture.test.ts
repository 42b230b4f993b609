/** Change data capture: what db.cdc.query tells is what has happened. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { ResultValue, Value } from '../../../core/value/value.ts';
import { failureOf } from '../engine/database.ts';
import { CapturedDatabase } from './captured-database.ts';

const FULL = "ALTER DATABASE flights SET OPTION txLogEnrichment 'FULL'";
const DIFF = "ALTER DATABASE flights SET OPTION txLogEnrichment 'DIFF'";
const OFF = "ALTER DATABASE flights SET OPTION txLogEnrichment 'OFF'";

/** What a client sees of a change. */
interface Change {
  readonly id: string;
  readonly txId: number;
  readonly seq: number;
  readonly metadata: { readonly captureMode: string; readonly txStartTime: unknown; readonly txCommitTime: unknown };
  readonly event: Told;
}

/** The column `event`, as a driver gives it. */
interface Told {
  readonly elementId: string;
  readonly eventType: 'n' | 'r';
  readonly operation: 'c' | 'u' | 'd';
  readonly labels?: readonly string[];
  readonly type?: string;
  readonly start?: { readonly elementId: string };
  readonly end?: { readonly elementId: string };
  readonly state: { readonly before: ToldState | null; readonly after: ToldState | null };
}

interface ToldState {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly labels?: readonly string[];
}

function captured(mode = FULL): CapturedDatabase {
  const database = new CapturedDatabase();
  database.run(mode);
  return database;
}

function current(database: CapturedDatabase): string {
  return database.run('CALL db.cdc.current()')[0]![0] as string;
}

function earliest(database: CapturedDatabase): string {
  return database.run('CALL db.cdc.earliest()')[0]![0] as string;
}

function changesAfter(database: CapturedDatabase, from: string, selectors: Value = []): Change[] {
  const text = 'CALL db.cdc.query($from, $selectors) YIELD id, txId, seq, metadata, event RETURN *';
  const rows = database.run(text, { from, selectors });
  return rows.map(([event, id, metadata, seq, txId]) => plain([id, txId, seq, metadata, event]));
}

function plain([id, txId, seq, metadata, event]: readonly (ResultValue | undefined)[]): Change {
  return { id, txId, seq, metadata: object(metadata!), event: object(event!) } as Change; // What follows looks at it.
}

function object(value: ResultValue): unknown {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, object(item)]));
  return Array.isArray(value) ? value.map(object) : value;
}

/** Changes that `statement` makes, with what was there before. */
function changesOf(database: CapturedDatabase, statement: string, selectors: Value = []): Change[] {
  const from = current(database);
  database.run(statement);
  return changesAfter(database, from, selectors);
}

describe('an event', () => {
  test('of a new node has what it is', () => {
    const database = captured();

    const [change] = changesOf(database, "CREATE (:Movie {title: 'Apollo 13', released: 1995})");

    expect(change).toMatchObject({ txId: 2, seq: 0 });
    expect(change!.event).toEqual({
      elementId: '4:test:0',
      eventType: 'n',
      operation: 'c',
      labels: ['Movie'],
      keys: {},
      state: { before: null, after: { properties: { title: 'Apollo 13', released: 1995 }, labels: ['Movie'] } },
    });
    expect(change!.metadata).toMatchObject({ captureMode: 'FULL', serverId: 'weur-1', databaseId: 'test' });
    const times =
      'CALL db.cdc.query($from) YIELD metadata AS m RETURN toString(m.txStartTime), toString(m.txCommitTime)';
    expect(database.run(times, { from: earliest(database) })).toEqual([
      ['1970-01-01T00:00:01Z', '1970-01-01T00:00:02Z'],
    ]);
  });

  test('of a changed node has all of both states in FULL, and what differs in DIFF', () => {
    const setup = "CREATE (:A:B {same: 1, changed: 'old', gone: true})";
    const change = "MATCH (n) SET n.changed = 'new', n.added = 2, n:C REMOVE n.gone, n:B";
    const full = captured();
    const diff = captured(DIFF);
    full.run(setup);
    diff.run(setup);

    expect(changesOf(full, change)[0]!.event).toMatchObject({
      operation: 'u',
      labels: ['A', 'B'],
      state: {
        before: { properties: { same: 1, changed: 'old', gone: true }, labels: ['A', 'B'] },
        after: { properties: { same: 1, changed: 'new', added: 2 }, labels: ['A', 'C'] },
      },
    });
    expect(changesOf(diff, change.replace('2', '3'))[0]!.event).toMatchObject({
      operation: 'u',
      labels: ['A', 'B'],
      state: {
        before: { properties: { changed: 'old', gone: true }, labels: ['B'] },
        after: { properties: { changed: 'new', added: 3 }, labels: ['C'] },
      },
    });
  });

  test('of a relationship names its ends, by what key constraints say', () => {
    const database = captured();
    database.run('CREATE CONSTRAINT FOR (p:Person) REQUIRE (p.first, p.last) IS NODE KEY');
    database.run('CREATE CONSTRAINT FOR ()-[k:KNOWS]-() REQUIRE k.no IS RELATIONSHIP KEY');
    database.run("CREATE (:Person:X {first: 'john', last: 'doe', age: 3})");

    const [made] = changesOf(database, 'MATCH (p:Person) CREATE (p)-[:KNOWS {no: 7, since: 2}]->(:Y {z: 1})', [
      new Map<string, Value>([['select', 'r']]),
    ]);
    const [gone] = changesOf(database, 'MATCH ()-[r]->() DELETE r');

    const key = { Person: [{ first: 'john', last: 'doe' }] };
    expect(made!.event).toEqual({
      elementId: '5:test:0',
      eventType: 'r',
      operation: 'c',
      type: 'KNOWS',
      start: { elementId: '4:test:0', labels: ['Person', 'X'], keys: key },
      end: { elementId: '4:test:1', labels: ['Y'], keys: {} },
      keys: [{ no: 7 }],
      state: { before: null, after: { properties: { no: 7, since: 2 } } },
    });
    expect(gone!.event).toMatchObject({
      operation: 'd',
      start: { keys: key },
      keys: [{ no: 7 }],
      state: { before: { properties: { no: 7, since: 2 } }, after: null },
    });
  });

  test('is not told of what a transaction makes and deletes again, nor of indexes', () => {
    const database = captured();

    expect(changesOf(database, 'CREATE (n:A {x: 1}) DELETE n')).toEqual([]);
    expect(changesOf(database, 'CREATE INDEX FOR (n:A) ON (n.x)')).toEqual([]);
  });
});

describe('a place in the changes', () => {
  test('goes on after any change, in the middle of a transaction too', () => {
    const database = captured();
    const from = current(database);
    database.run('UNWIND range(1, 300) AS i CREATE (:A {i: i})');
    database.run('CREATE (:B)');

    const all = changesAfter(database, from);

    expect(all.map(({ event }) => event.state.after?.properties.i ?? 'b')).toEqual([
      ...Array.from({ length: 300 }, (_, i) => i + 1),
      'b',
    ]);
    for (const at of [0, 1, 150, 298, 299, 300]) {
      expect(changesAfter(database, all[at]!.id).map(({ id }) => id)).toEqual(all.slice(at + 1).map(({ id }) => id));
    }
    expect(changesAfter(database, current(database))).toEqual([]);
    expect(changesAfter(database, earliest(database))).toHaveLength(301);
  });

  test('is refused when it is none, of another database, or of a history that was lost', () => {
    const database = captured();
    const other = new CapturedDatabase('other');
    const lost = captured();
    other.run(FULL);
    database.run('CREATE (:A)');
    lost.run('CREATE (:B)');

    for (const id of ['', 'x', current(other), current(lost), `${current(database)}0`]) {
      expect(failureOf(() => changesAfter(database, id)).code).toBe(
        'Neo.ClientError.ChangeDataCapture.InvalidIdentifier',
      );
    }
  });

  test('that is ahead of a replica has nothing after it yet, and on MAIN was never', () => {
    const ahead = captured();
    const behind = captured();
    ahead.run('CREATE (:A)');
    const id = current(ahead);

    expect(failureOf(() => changesAfter(behind, id)).code).toMatch(/InvalidIdentifier/);
    behind.mayLag = true;
    expect(changesAfter(behind, id)).toEqual([]);
  });

  test('is refused when the log does not go back to it', () => {
    const database = captured();
    const from = current(database);
    for (let i = 0; i < 5; i += 1) database.run('CREATE (:A)');
    const middle = changesAfter(database, from)[2]!.id;

    database.forgetThrough(3);

    expect(failureOf(() => changesAfter(database, from)).code).toBe('Neo.DatabaseError.ChangeDataCapture.ScanFailure');
    expect(changesAfter(database, middle)).toHaveLength(2);
  });
});

describe('the option', () => {
  test('is off at first, and the procedures say how to set it', () => {
    const database = new CapturedDatabase();
    database.run('CREATE (:A)');

    for (const call of ['db.cdc.current()', 'db.cdc.earliest()', "db.cdc.query('', [])"]) {
      const failure = failureOf(() => database.run(`CALL ${call}`));
      expect(failure.code).toBe('Neo.DatabaseError.ChangeDataCapture.Disabled');
      expect(failure.message).toContain('ALTER DATABASE');
    }
    expect(database.transactions()[0]!.deltas.some(({ type }) => type.startsWith('note'))).toBe(false);
  });

  test('breaks the continuity when it is set off and on, and not when only the mode changes', () => {
    const database = captured();
    const from = current(database);
    database.run(DIFF);
    database.run('CREATE (:A)');
    database.run(FULL);
    database.run('CREATE (:B)');
    expect(changesAfter(database, from).map(({ metadata }) => metadata.captureMode)).toEqual(['DIFF', 'FULL']);

    database.run(OFF);
    database.run('CREATE (:C)');
    database.run('ALTER DATABASE flights SET OPTION txLogEnrichment "FULL"');
    database.run('CREATE (:D)');

    expect(failureOf(() => changesAfter(database, from)).code).toBe('Neo.DatabaseError.ChangeDataCapture.ScanFailure');
    expect(changesAfter(database, earliest(database)).map(({ event }) => event.labels)).toEqual([['D']]);
  });

  test.each([
    ["ALTER DATABASE flights SET OPTION txLogEnrichment 'SOME'", 'Neo.ClientError.Statement.ArgumentError'],
    ['ALTER DATABASE flights SET OPTION txLogEnrichment 1', 'Neo.ClientError.Statement.ArgumentError'],
    ["ALTER DATABASE flights SET OPTION other 'FULL'", 'Neo.ClientError.Statement.ArgumentError'],
    ["ALTER DATABASE trains SET OPTION txLogEnrichment 'FULL'", 'Neo.ClientError.Database.DatabaseNotFound'],
    ['ALTER DATABASE flights SET ACCESS READ ONLY', 'Neo.ClientError.Statement.NotSupported'],
    ['ALTER DATABASE flights', 'Neo.ClientError.Statement.SyntaxError'],
  ])('is refused in %s', (statement, code) => {
    expect(failureOf(() => new CapturedDatabase().run(statement)).code).toBe(code);
  });

  test('is gone after REMOVE OPTION, and after a rollback as it was', () => {
    const database = captured();
    const execution = database.engine.start(OFF, new Map(), { seed: 1, nowMs: 0 });
    execution.cancel();
    current(database);

    database.run('ALTER DATABASE flights REMOVE OPTION txLogEnrichment');

    expect(failureOf(() => current(database)).code).toMatch(/Disabled/);
    database.run("ALTER DATABASE trains IF EXISTS SET OPTION txLogEnrichment 'FULL'");
    expect(failureOf(() => current(database)).code).toMatch(/Disabled/);
  });
});

describe('selectors', () => {
  const select = (fields: Record<string, Value>) => [new Map(Object.entries(fields))];
  const names = (database: CapturedDatabase, from: string, selectors: Value) =>
    changesAfter(database, from, selectors).map(({ event }) => `${event.operation} ${event.eventType}`);

  test('name what is wanted', () => {
    const database = captured();
    database.run('CREATE CONSTRAINT FOR (p:Person) REQUIRE p.id IS NODE KEY');
    const from = current(database);
    database.run("CREATE (:Person {id: 1, name: 'a'})-[:KNOWS {since: 1}]->(:Dog {name: 'b'})");
    database.run("MATCH (d:Dog) SET d.name = 'c', d:Wolf REMOVE d:Dog");
    database.run('MATCH ()-[r]->() SET r.since = 2');
    database.run('MATCH (d:Wolf) DETACH DELETE d');

    expect(names(database, from, [])).toHaveLength(7);
    expect(names(database, from, select({ select: 'e', operation: 'd' }))).toEqual(['d r', 'd n']);
    expect(names(database, from, select({ select: 'n', labels: ['Dog'] }))).toEqual(['c n', 'u n']);
    expect(names(database, from, select({ select: 'n', labels: ['Wolf'] }))).toEqual(['u n', 'd n']);
    expect(names(database, from, select({ select: 'e', changesTo: ['name'] }))).toEqual(['c n', 'c n', 'u n', 'd n']);
    expect(names(database, from, select({ select: 'e', changesTo: ['name', 'nowhere'] }))).toEqual([]);
    expect(names(database, from, select({ select: 'r', type: 'KNOWS', operation: 'u' }))).toEqual(['u r']);
    expect(names(database, from, select({ select: 'n', key: new Map([['id', 1]]) }))).toEqual(['c n']);
    expect(names(database, from, select({ select: 'n', elementId: '4:test:0' }))).toEqual(['c n']);
    const start = new Map<string, Value>([
      ['labels', ['Person']],
      ['key', new Map([['id', 1]])],
    ]);
    expect(names(database, from, select({ select: 'r', start, operation: 'c' }))).toEqual(['c r']);
    expect(names(database, from, select({ select: 'r', end: start }))).toEqual([]);
    expect(names(database, from, select({ select: 'e', txMetadata: new Map([['app', 'x']]) }))).toEqual([]);
    const two = [...select({ select: 'n', operation: 'd' }), ...select({ select: 'r', operation: 'c' })];
    expect(names(database, from, two)).toEqual(['c r', 'd n']);
  });

  test.each<[string, Value]>([
    ['no select', select({})],
    ['another select', select({ select: 'x' })],
    ['a field of relationships', select({ select: 'n', type: 'A' })],
    ['an unknown field', select({ select: 'e', other: 1 })],
    ['a wrong type', select({ select: 'n', labels: 'A' })],
    ['an unknown field of an end', select({ select: 'r', start: new Map([['type', 'x']]) })],
  ])('with %s are refused', (_, selectors) => {
    const database = captured();
    expect(failureOf(() => changesAfter(database, current(database), selectors)).code).toBe(
      'Neo.ClientError.Statement.ArgumentError',
    );
  });
});

test("what @neo4j/graphql's subscriptions ask is answered", () => {
  const database = captured();
  const id = current(database);
  const query = `CALL db.cdc.current() YIELD id AS currentId
    OPTIONAL CALL db.cdc.query('${id}', [{select:'n', labels:['Person']}]) YIELD id AS id, txId, seq, event, metadata
    WITH * ORDER BY txId ASC, seq ASC RETURN currentId, id, event, metadata, count(id) AS eventCount`;

  expect(database.run(query)).toEqual([[id, null, null, null, 0]]);
  database.run('CREATE (:Person {name: $name})', { name: 'Ann' });

  const rows = database.run(query);
  expect(rows).toHaveLength(1);
  expect(rows[0]![0]).toBe(current(database));
  expect((object(rows[0]![2]!) as Told).state.after).toEqual({ properties: { name: 'Ann' }, labels: ['Person'] });
  expect(rows[0]![4]).toBe(1);
});

/** Statements that change a graph this way and that. */
const statement = fc.oneof(
  fc.record({ a: fc.nat(3), x: fc.nat(5) }).map(({ a, x }) => `CREATE (:L${a} {x: ${x}, y: 'y${x}'})`),
  fc.nat(3).map((a) => `MATCH (n:L${a}), (m) WITH n, m LIMIT 3 CREATE (n)-[:R${a} {w: n.x}]->(m)`),
  fc.record({ a: fc.nat(3), x: fc.nat(5) }).map(({ a, x }) => `MATCH (n:L${a}) SET n.x = ${x}, n.z = n.y`),
  fc.record({ a: fc.nat(3), b: fc.nat(3) }).map(({ a, b }) => `MATCH (n:L${a}) SET n:L${b} REMOVE n:L${a}, n.y`),
  fc.nat(3).map((a) => `MATCH ()-[r:R${a}]->() SET r.w = coalesce(r.w, 0) + 1`),
  fc.nat(3).map((a) => `MATCH ()-[r:R${a}]->() WITH r LIMIT 2 DELETE r`),
  fc.nat(3).map((a) => `MATCH (n:L${a}) WITH n LIMIT 2 DETACH DELETE n`),
  fc.nat(3).map((a) => `MATCH (n:L${a}) WITH n LIMIT 1 SET n = {x: 9} CREATE (n)-[:R0]->(n)`),
  fc.nat(3).map((a) => `MATCH (n:L${a}) WITH n LIMIT 1 SET n.x = 1 DETACH DELETE n CREATE (:L${a})`),
  fc.constantFrom(FULL, DIFF),
);

type Entity = { labels: Set<string>; properties: Map<string, unknown>; join: unknown };

/** Makes the changes to a model, and checks that what each of them says was there before was there. */
function replay(changes: readonly Change[]): Map<string, Entity> {
  const model = new Map<string, Entity>();
  for (const { event, metadata } of changes) {
    const { before, after } = event.state;
    const isDiff = metadata.captureMode === 'DIFF' && event.operation === 'u';
    const known = model.get(event.elementId);
    expect(known === undefined).toBe(before === null);
    if (before) {
      const shown = isDiff ? known!.properties.size : Object.keys(before.properties).length;
      expect(known!.properties.size).toBe(shown);
      for (const [key, value] of Object.entries(before.properties)) expect(known!.properties.get(key)).toEqual(value);
      for (const label of before.labels ?? []) expect(known!.labels).toContain(label);
    }
    if (after === null) {
      model.delete(event.elementId);
      continue;
    }
    const base = isDiff ? known! : { labels: new Set<string>(), properties: new Map<string, unknown>() };
    const next: Entity = {
      labels: new Set(base.labels),
      properties: new Map(base.properties),
      join: event.eventType === 'r' ? [event.type, event.start?.elementId, event.end?.elementId] : null,
    };
    for (const key of isDiff ? Object.keys(before!.properties) : []) next.properties.delete(key);
    for (const label of isDiff ? (before!.labels ?? []) : []) next.labels.delete(label);
    for (const [key, value] of Object.entries(after.properties)) next.properties.set(key, value);
    for (const label of after.labels ?? []) next.labels.add(label);
    model.set(event.elementId, next);
  }
  return model;
}

test('changes that are made again lead to the same graph, and a replica that applies the log to the same sum', () => {
  fc.assert(
    fc.property(fc.array(statement, { minLength: 1, maxLength: 12 }), (statements) => {
      const database = captured();
      const from = current(database);
      for (const text of statements) database.run(text);

      const model = replay(changesAfter(database, from));

      const nodes = database.run('MATCH (n) RETURN elementId(n), labels(n), properties(n)');
      const relationships = database.run(
        'MATCH (a)-[r]->(b) RETURN elementId(r), type(r), elementId(a), elementId(b), properties(r)',
      );
      expect(model.size).toBe(nodes.length + relationships.length);
      for (const [id, labels, properties] of nodes) {
        const entity = model.get(id as string)!;
        expect([...entity.labels].sort()).toEqual([...(labels as string[])].sort());
        expect(Object.fromEntries(entity.properties)).toEqual(object(properties!));
      }
      for (const [id, type, start, end, properties] of relationships) {
        const entity = model.get(id as string)!;
        expect(entity.join).toEqual([type, start, end]);
        expect(Object.fromEntries(entity.properties)).toEqual(object(properties!));
      }
      const replica = new GraphStore();
      for (const transaction of database.transactions()) replica.apply(transaction);
      expect(replica.checksum()).toBe(database.store.checksum());
    }),
    { numRuns: 300 },
  );
});
