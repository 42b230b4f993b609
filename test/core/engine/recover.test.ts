import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Engine } from '../../../core/engine/engine.ts';
import type { StorageHost } from '../../../core/engine/storage-host.ts';
import { GraphError } from '../../../core/error.ts';
import type { Transaction } from '../../../core/graph/delta.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { GraphView } from '../../../core/graph/graph-view.ts';
import type { Value } from '../../../core/value/value.ts';
import { PastGraph } from '../../../core/wal/past-graph.ts';
import { failureOf } from './database.ts';

/** A graph with all of its log, from which it can be recovered. */
class Logged {
  readonly store = new GraphStore();
  readonly transactions: Transaction[] = [];
  /** By lsn. */
  readonly checksums: bigint[] = [this.store.checksum()];
  readonly contents: unknown[] = [[[], [], [], []]];
  /** What an older graph may take beside this one. */
  bytesMax = 10_000_000;
  readonly #engine: Engine;

  constructor() {
    const storage: Partial<StorageHost> = {
      past: (target) => {
        const lsn = target.type === 'transaction' ? target.lsn : 0;
        const read = (from: number, through: number) => this.transactions.slice(from - 1, Math.min(through, from + 2));
        const graph = new PastGraph({ lsn, snapshots: [], firstLsn: 1, read, bytesMax: this.bytesMax });
        return { lsn, next: () => graph.next() };
      },
      info: () => [],
    };
    this.#engine = new Engine(this.store, { clusterId: 'test', storage: storage as StorageHost });
  }

  start(text: string, parameters: Record<string, Value> = {}) {
    return this.#engine.start(text, new Map(Object.entries(parameters)), { seed: 1, nowMs: 0 });
  }

  run(text: string, parameters: Record<string, Value> = {}, sliceWork = 100) {
    const execution = this.start(text, parameters);
    while (execution.next(sliceWork) === 'paused');
    const transaction = execution.commit(1);
    if (transaction) {
      this.transactions.push(transaction);
      this.store.acknowledge(transaction.lsn);
      this.checksums.push(this.store.checksum());
      const snapshot = this.store.openSnapshot();
      this.contents.push(contents(snapshot));
      snapshot.close();
    }
    this.store.populateIndexes(Number.POSITIVE_INFINITY);
    return execution;
  }

  recover(lsn: number) {
    return this.run(`RECOVER TO TRANSACTION ${lsn}`);
  }
}

test('the graph becomes what it was, counts what that took, and can be made what it was before that', () => {
  const graph = new Logged();
  graph.run('CREATE (:A {x: 1, t: "a"})-[:R {w: 1}]->(:B {x: 2})');
  graph.run('CREATE CONSTRAINT a FOR (n:A) REQUIRE n.x IS UNIQUE');
  const lsn = graph.store.lsn;
  graph.run('MATCH (a:A) SET a.x = 5, a.t = null, a:C REMOVE a:A');
  graph.run('CREATE (:D)-[:S]->(:D {y: 1})');
  graph.run('MATCH ()-[r:R]->() DELETE r');
  graph.run('DROP CONSTRAINT a');
  graph.run('CREATE FULLTEXT INDEX f FOR (n:A|B) ON EACH [n.t]');
  graph.run('MATCH (b:B) DELETE b');
  const last = graph.store.lsn;

  const { columns, rows, counters } = graph.recover(lsn);

  expect([columns, rows]).toEqual([['recovered_to'], [[lsn]]]);
  expect(graph.store.checksum()).toBe(graph.checksums[lsn]);
  expect(graph.store.lsn).toBe(last + 1);
  expect(counters).toMatchObject({
    nodesCreated: 1,
    nodesDeleted: 2,
    relationshipsCreated: 1,
    relationshipsDeleted: 1,
    labelsRemoved: 1,
    constraintsAdded: 1,
    indexesRemoved: 1,
  });
  expect(failureOf(() => graph.run('CREATE (:A {x: 1})')).code).toBe(
    'Neo.ClientError.Schema.ConstraintValidationFailed',
  );
  graph.recover(last);
  expect(graph.store.checksum()).toBe(graph.checksums[last]);
  graph.recover(0);
  expect([graph.store.nodeCount, graph.store.relationshipCount]).toEqual([0, 0]);
});

test('values that have changed places under a uniqueness constraint change them back', () => {
  const graph = new Logged();
  graph.run('CREATE CONSTRAINT a FOR (n:A) REQUIRE n.x IS UNIQUE');
  graph.run('CREATE (:A {x: 1}), (:A {x: 2})');
  const lsn = graph.store.lsn;
  graph.run('MATCH (n:A) SET n.x = 3 - n.x');

  graph.recover(lsn);

  expect(graph.store.checksum()).toBe(graph.checksums[lsn]);
});

test('one that is given up leaves no trace', () => {
  const graph = new Logged();
  for (let i = 0; i < 50; i += 1) graph.run('CREATE (:A {x: $i})-[:R]->(:A)', { i });
  graph.run('MATCH (n) DETACH DELETE n');
  const before = graph.store.checksum();
  const last = graph.store.lsn;

  const execution = graph.start('RECOVER TO TRANSACTION 50');
  for (let i = 0; i < 30; i += 1) execution.next(1);
  execution.cancel();

  expect([graph.store.checksum(), graph.store.lsn]).toEqual([before, last]);
  graph.recover(50);
  expect(graph.store.checksum()).toBe(graph.checksums[50]);
});

test('an older graph for which there is no room is refused, and changes nothing', () => {
  const graph = new Logged();
  graph.run('UNWIND range(1, 1000) AS i CREATE (:A {x: i})');
  graph.run('MATCH (n) DELETE n');
  const before = graph.store.checksum();
  graph.bytesMax = 10_000;

  const failure = failureOf(() => graph.recover(1));

  expect(failure.code).toBe('Neo.TransientError.General.MemoryPoolOutOfMemoryError');
  expect(failure.message).toContain('it may take 10000 bytes');
  expect([graph.store.checksum(), graph.store.lsn]).toEqual([before, 2]);
  graph.run('CREATE (:A)');
});

/** What a constraint forbids is not done. */
function attempt(graph: Logged, text: string, i: number): void {
  try {
    graph.run(text, { i });
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
  }
}

test('a relationship whose id another one bears by now gets a new one', () => {
  const graph = new Logged();
  graph.run('CREATE (:A)-[:R {w: 1}]->(:B), (:C)');
  graph.run('MATCH ()-[r]->() DELETE r');
  graph.run('MATCH (c:C) CREATE (c)-[:S]->(c)');

  graph.recover(1);

  expect(graph.contents.at(-1)).toEqual(graph.contents[1]);
  expect(graph.store.checksum()).not.toBe(graph.checksums[1]);
});

/** Nodes and relationships by what they are, whatever their ids, and what is defined. */
function contents(view: GraphView): unknown[] {
  const limit = 10_000;
  const labels = (tokens: readonly number[]) => tokens.map((token) => view.exportTokens('label')[token]);
  const properties = ({ keys, values }: { keys: readonly number[]; values: readonly unknown[] }) =>
    keys.map((key, i) => [key, values[i]]);
  const nodes = new Map(
    view.exportNodes(0, limit).map((node) => [node.id, JSON.stringify([labels(node.labels), properties(node)])]),
  );
  const relationships = view.exportRelationships(0, limit).map((relationship) => {
    const { type, start, end } = relationship;
    return JSON.stringify([type, nodes.get(start), nodes.get(end), properties(relationship)]);
  });
  return [[...nodes.values()].sort(), relationships.sort(), view.exportIndexes(), view.exportConstraints()];
}

const STATEMENTS = [
  'CREATE (:A {x: $i})',
  'CREATE (a:A {x: $i})-[:R {w: $i}]->(b:B {t: toString($i)})',
  'MATCH (a:A), (b:B) WITH a, b ORDER BY (a.x * $i) % 7 LIMIT 2 CREATE (a)-[:S {w: $i}]->(b)',
  'MATCH (n) WITH n ORDER BY (coalesce(n.x, 3) * $i) % 11 LIMIT 2 DETACH DELETE n',
  'MATCH (n) WITH n ORDER BY (coalesce(n.x, 3) * $i) % 11 LIMIT 3 SET n.x = $i, n.z = [$i, 1.5]',
  'MATCH (n:A) WITH n ORDER BY (n.x * $i) % 11 LIMIT 2 SET n:C REMOVE n:A',
  'MATCH ()-[r]->() WITH r ORDER BY r.w * $i % 5 LIMIT 2 DELETE r',
  'MATCH ()-[r]->() WITH r ORDER BY r.w * $i % 5 LIMIT 2 SET r.w = $i, r.v = "text"',
  'CREATE INDEX i IF NOT EXISTS FOR (n:A) ON (n.x)',
  'DROP INDEX i IF EXISTS',
  'CREATE CONSTRAINT c IF NOT EXISTS FOR (n:B) REQUIRE n.t IS NOT NULL',
  'DROP CONSTRAINT c IF EXISTS',
] as const;

describe('after random changes', () => {
  const changes = fc.array(fc.record({ pick: fc.nat(STATEMENTS.length - 1), i: fc.integer({ min: 1, max: 40 }) }), {
    minLength: 3,
    maxLength: 40,
  });

  test('every earlier state comes back, and a log that is followed leads there too', () => {
    fc.assert(
      fc.property(changes, fc.array(fc.nat(), { minLength: 1, maxLength: 4 }), (steps, targets) => {
        const graph = new Logged();
        for (const { pick, i } of steps) attempt(graph, STATEMENTS[pick]!, i);
        for (const target of targets) {
          const lsn = target % (graph.store.lsn + 1);
          graph.recover(lsn);
          expect(graph.contents.at(-1)).toEqual(graph.contents[lsn]);
        }
        const follower = new GraphStore();
        for (const transaction of graph.transactions) follower.apply(transaction);
        expect(follower.checksum()).toBe(graph.store.checksum());
      }),
      { numRuns: 300 },
    );
  });

  test('readers who are open meanwhile see what they saw, though some ids cannot come back', () => {
    fc.assert(
      fc.property(changes, fc.nat(), (steps, target) => {
        const graph = new Logged();
        const snapshots = [graph.store.openSnapshot()];
        for (const { pick, i } of steps) {
          attempt(graph, STATEMENTS[pick]!, i);
          snapshots.push(graph.store.openSnapshot());
        }
        const lsn = target % (graph.store.lsn + 1);

        graph.recover(lsn);

        expect(graph.contents.at(-1)).toEqual(graph.contents[lsn]);
        for (const snapshot of snapshots) expect(snapshot.checksum()).toBe(graph.checksums[snapshot.lsn]);
      }),
      { numRuns: 100 },
    );
  });
});
