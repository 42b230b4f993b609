import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { GraphView, Snapshot } from '../../../core/graph/graph-view.ts';
import type { IndexDefinition } from '../../../core/graph/index-definition.ts';
import type { Writer } from '../../../core/graph/writer.ts';
import { PointValue, SRID, type Srid } from '../../../core/value/spatial/point-value.ts';
import { Float, type StoredValue } from '../../../core/value/value.ts';
import { ascending, expectSame, Model } from './graph-model.ts';
import { restored } from './restored.ts';

const VALUES: readonly StoredValue[] = [
  1,
  new Float(1),
  2,
  new Float(-0.5),
  2 ** 40,
  2n ** 60n,
  new Float(Number.NaN),
  'Zürich',
  'Auckland',
  '\u0000odd',
  true,
  false,
  [1, 2],
  [new Float(1), 2],
  ['a'],
  point(8.5, 47.4),
  point(-8.5, 47.5),
  point(0, 0, SRID.cartesian),
];

function point(x: number, y: number, srid: Srid = SRID.wgs84): PointValue {
  return new PointValue({ srid, x, y, z: undefined });
}

type Step =
  | { readonly do: 'createNode' }
  | { readonly do: 'deleteNode'; readonly pick: number }
  | { readonly do: 'label'; readonly pick: number; readonly label: number; readonly add: boolean }
  | { readonly do: 'nodeProperty'; readonly pick: number; readonly key: number; readonly value: StoredValue | null }
  | { readonly do: 'createRelationship'; readonly pick: number; readonly other: number; readonly type: number }
  | { readonly do: 'deleteRelationship'; readonly pick: number }
  | {
      readonly do: 'relationshipProperty';
      readonly pick: number;
      readonly key: number;
      readonly value: StoredValue | null;
    }
  | { readonly do: 'index'; readonly key: number }
  | { readonly do: 'populate'; readonly pick: number }
  | { readonly do: 'constraint'; readonly key: number }
  | { readonly do: 'commit' }
  | { readonly do: 'rollback' }
  | { readonly do: 'openSnapshot' }
  | { readonly do: 'closeSnapshot'; readonly pick: number }
  | { readonly do: 'acknowledge' };

const pick = fc.nat(1000);
const value = fc.option(fc.oneof(fc.constantFrom(...VALUES.slice(0, 3)), fc.constantFrom(...VALUES)), {
  nil: null,
  freq: 4,
});
const two = fc.nat(1);
const three = fc.constantFrom(0, 0, 0, 1, 2);
const twoThree = fc.constantFrom(0, 2);

const TEXT = { analyzer: 'standard-no-stop-words', eventuallyConsistent: false };

/** On one property of nodes and of relationships, on two, on points, on vectors and on words. */
const INDEXES: readonly Omit<IndexDefinition, 'name'>[] = [
  { kind: 'range', entity: 'node', token: 0, keys: [0] },
  { kind: 'range', entity: 'node', token: 0, keys: [1] },
  { kind: 'range', entity: 'node', token: 0, keys: [2] },
  { kind: 'range', entity: 'node', token: 0, keys: [1, 0] },
  { kind: 'range', entity: 'relationship', token: 0, keys: [0] },
  { kind: 'range', entity: 'relationship', token: 0, keys: [0, 2] },
  { kind: 'point', entity: 'node', token: 0, keys: [0] },
  { kind: 'point', entity: 'relationship', token: 0, keys: [2] },
  { kind: 'vector', entity: 'node', token: 0, keys: [0], vector: { dimensions: 2, similarity: 'euclidean' } },
  { kind: 'vector', entity: 'relationship', token: 0, keys: [0], vector: { dimensions: 2, similarity: 'cosine' } },
  { kind: 'fulltext', entity: 'node', token: 0, moreTokens: [1], keys: [0, 2], fullText: TEXT },
  { kind: 'fulltext', entity: 'relationship', token: 1, moreTokens: [0], keys: [0], fullText: TEXT },
];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('createNode') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deleteNode'), pick }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('label'), pick, label: three, add: fc.boolean() }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('nodeProperty'), pick, key: three, value }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('createRelationship'), pick, other: pick, type: two }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('deleteRelationship'), pick }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('relationshipProperty'), pick, key: twoThree, value }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('index'), key: fc.nat(INDEXES.length - 1) }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('populate'), pick: fc.nat(6) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('constraint'), key: three }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('commit') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('rollback') }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('openSnapshot') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('closeSnapshot'), pick }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('acknowledge') }) },
) as fc.Arbitrary<Step>;

/** A store, a second one that follows it by `apply`, and the model of every lsn. */
class Run {
  readonly store = new GraphStore();
  readonly follower = new GraphStore();
  writer: Writer;
  model = new Model();
  /** By lsn. */
  readonly committed: Model[] = [new Model()];
  readonly checksums: bigint[] = [this.store.checksum()];
  readonly snapshots: Snapshot[] = [];

  constructor() {
    this.writer = this.store.begin();
    for (const name of ['A', 'B', 'C']) this.writer.token('label', name);
    for (const name of ['R', 'S']) this.writer.token('relationshipType', name);
    for (const name of ['x', 'y', 'z']) this.writer.token('propertyKey', name);
    for (const place of [0, 1, 3, 4, 5, 6, 8, 9]) this.index(place);
    for (let pick = 0; pick < 5; pick += 1) {
      this.take({ do: 'createNode' });
      this.take({ do: 'label', pick, label: 0, add: true });
      this.take({ do: 'nodeProperty', pick, key: 0, value: VALUES[pick % 3]! });
      this.take({ do: 'createRelationship', pick, other: 0, type: 0 });
    }
    this.commit();
    this.store.acknowledge(1);
    this.take({ do: 'openSnapshot' });
  }

  take(step: Step): void {
    switch (step.do) {
      case 'createNode':
        this.model.nodes.set(this.writer.createNode(), { labels: new Set(), properties: new Map() });
        return;
      case 'deleteNode':
        return this.deleteNode(chosen(this.model.nodes, step.pick));
      case 'label':
        return this.label(chosen(this.model.nodes, step.pick), step);
      case 'nodeProperty':
        return this.nodeProperty(chosen(this.model.nodes, step.pick), step);
      case 'createRelationship':
        return this.createRelationship(step);
      case 'deleteRelationship':
        return this.deleteRelationship(chosen(this.model.relationships, step.pick));
      case 'relationshipProperty':
        return this.relationshipProperty(chosen(this.model.relationships, step.pick), step);
      case 'index':
        return this.index(step.key);
      case 'populate':
        return this.populate(step.pick);
      case 'constraint':
        return this.constraint(step.key);
      case 'commit':
        return this.commit();
      case 'rollback':
        return this.rollback();
      case 'openSnapshot':
        this.snapshots.push(this.store.openSnapshot());
        return;
      case 'closeSnapshot':
        this.snapshots.splice(step.pick % Math.max(1, this.snapshots.length), 1)[0]?.close();
        return;
      case 'acknowledge':
        this.store.acknowledge(this.store.lsn);
        this.follower.acknowledge(this.follower.lsn);
        return;
    }
  }

  deleteNode(id: number | undefined): void {
    if (id === undefined) return;
    for (const [relationship, { start, end }] of this.model.relationships) {
      if (start === id || end === id) this.model.relationships.delete(relationship);
    }
    this.model.nodes.delete(id);
    this.writer.detachDeleteNode(id);
  }

  label(id: number | undefined, { label, add }: { label: number; add: boolean }): void {
    if (id === undefined) return;
    const { labels } = this.model.nodes.get(id)!;
    if (add) expect(this.writer.addLabel(id, label)).toBe(!labels.has(label));
    else expect(this.writer.removeLabel(id, label)).toBe(labels.has(label));
    if (add) labels.add(label);
    else labels.delete(label);
  }

  nodeProperty(id: number | undefined, { key, value }: { key: number; value: StoredValue | null }): void {
    if (id === undefined) return;
    this.writer.setNodeProperty(id, key, value);
    setOrDelete(this.model.nodes.get(id)!.properties, key, value);
  }

  createRelationship({ pick, other, type }: { pick: number; other: number; type: number }): void {
    const start = chosen(this.model.nodes, pick);
    const end = chosen(this.model.nodes, other);
    if (start === undefined || end === undefined) return;
    const id = this.writer.createRelationship(type, start, end);
    this.model.relationships.set(id, { type, start, end, properties: new Map() });
  }

  deleteRelationship(id: number | undefined): void {
    if (id === undefined) return;
    this.writer.deleteRelationship(id);
    this.model.relationships.delete(id);
  }

  relationshipProperty(id: number | undefined, { key, value }: { key: number; value: StoredValue | null }): void {
    if (id === undefined) return;
    this.writer.setRelationshipProperty(id, key, value);
    setOrDelete(this.model.relationships.get(id)!.properties, key, value);
  }

  index(place: number): void {
    const name = `index_${place}`;
    if (this.store.indexes.byName(name) === undefined) this.writer.createIndex({ name, ...INDEXES[place]! });
    else this.writer.dropIndex(name);
  }

  /** Some entities at a time, and never quite to the end: the writer is open. The end comes with a commit. */
  populate(entities: number): void {
    this.store.populateIndexes(entities);
    this.follower.populateIndexes(entities);
  }

  /** About properties that relationships of the model do not have, so that it always holds. */
  constraint(key: number): void {
    const name = `constraint_${key}`;
    const other = this.store.constraints.list()[0];
    if (other && other.name !== name) return this.writer.dropConstraint(other.name);
    if (this.store.constraints.byName(name)) return this.writer.dropConstraint(name);
    this.writer.createConstraint({
      name,
      kind: 'type',
      entity: 'relationship',
      token: 0,
      keys: [1],
      types: [`LIST<${key}>`],
    });
  }

  commit(): void {
    const transaction = this.writer.commit(1);
    this.follower.apply(transaction);
    this.populate(0);
    this.committed.push(this.model.copy());
    this.checksums.push(this.store.checksum());
    this.writer = this.store.begin();
  }

  rollback(): void {
    this.writer.rollback();
    this.model = this.committed.at(-1)!.copy();
    expect(this.store.checksum()).toBe(this.checksums.at(-1));
    this.writer = this.store.begin();
  }

  check(view: GraphView, model: Model): void {
    expectSame(view, model, { indexes: this.store.indexes, values: VALUES });
  }
}

test('the store is what the model is, at every lsn that a snapshot holds, through commits, rollbacks and replication', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150, size: 'max' }), (steps) => {
      const run = new Run();
      for (const each of steps) run.take(each);

      run.check(run.store.newest, run.model);
      for (const snapshot of run.snapshots) {
        run.check(snapshot, run.committed[snapshot.lsn]!);
        expect(snapshot.checksum()).toBe(run.checksums[snapshot.lsn]);
      }
      run.rollback();
      run.check(run.store.newest, run.committed.at(-1)!);
      run.populate(Number.POSITIVE_INFINITY);
      run.check(run.store.newest, run.committed.at(-1)!);
      expectSame(run.follower.newest, run.committed.at(-1)!, { indexes: run.follower.indexes, values: VALUES });
      expect(run.follower.checksum()).toBe(run.store.checksum());
      for (const snapshot of run.snapshots) expectRestored(run, snapshot);
    }),
    { numRuns: 120 },
  );
});

test('with the last snapshot closed and all acknowledged, the store gives the ids that one that recovered gives', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100, size: 'max' }), (steps) => {
      const run = new Run();
      for (const each of steps) run.take(each);
      run.rollback();
      run.writer.rollback();
      run.store.acknowledge(run.store.lsn);
      for (const snapshot of run.snapshots) snapshot.close();
      const recovered = restored(run.store.newest, run.store.lsn);

      const ids = [run.store, recovered].map((store) => {
        const writer = store.begin();
        return Array.from({ length: 8 }, () => {
          const node = writer.createNode();
          return [node, writer.createRelationship(0, node, node)];
        });
      });

      expect(ids[1]).toEqual(ids[0]);
    }),
    { numRuns: 60 },
  );
});

function expectRestored(run: Run, snapshot: Snapshot): void {
  const store = restored(snapshot, snapshot.lsn);

  expect(store.checksum()).toBe(run.checksums[snapshot.lsn]);
  store.populateIndexes(snapshot.lsn % 2 === 0 ? 3 : Number.POSITIVE_INFINITY);
  expectSame(store.newest, run.committed[snapshot.lsn]!, { indexes: store.indexes, values: VALUES });
}

function chosen(entities: ReadonlyMap<number, unknown>, pick: number): number | undefined {
  return ascending(entities.keys())[pick % Math.max(1, entities.size)];
}

function setOrDelete(properties: Map<number, StoredValue>, key: number, value: StoredValue | null): void {
  if (value === null) properties.delete(key);
  else properties.set(key, value);
}
