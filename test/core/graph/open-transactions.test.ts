import fc from 'fast-check';
import { expect, test } from 'vitest';
import { GraphError } from '../../../core/error.ts';
import type { Delta } from '../../../core/graph/delta.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { Snapshot } from '../../../core/graph/graph-view.ts';
import type { WriteTransaction } from '../../../core/graph/write-transaction.ts';
import type { Writer } from '../../../core/graph/writer.ts';
import type { StoredValue } from '../../../core/value/value.ts';
import { restoreSnapshot } from '../../../core/wal/restore-snapshot.ts';
import { Instance, type Kept } from '../wal/instance.ts';
import { ascending, expectSame, Model } from './graph-model.ts';

const VALUES: readonly StoredValue[] = [1, 2, 3, 'Zürich', [1, 2]];
const BOUNDS = { changesMax: 10_000, bytesMax: 1_000_000 };
const OUTDATED = 'Neo.TransientError.Transaction.Outdated';

type Change =
  | { readonly do: 'createNode' }
  | { readonly do: 'deleteNode'; readonly pick: number }
  | { readonly do: 'label'; readonly pick: number; readonly label: number; readonly add: boolean }
  | { readonly do: 'newLabel'; readonly pick: number; readonly name: string }
  | { readonly do: 'nodeProperty'; readonly pick: number; readonly key: number; readonly value: StoredValue | null }
  | { readonly do: 'createRelationship'; readonly pick: number; readonly other: number; readonly type: number }
  | { readonly do: 'deleteRelationship'; readonly pick: number }
  | { readonly do: 'relationshipProperty'; readonly pick: number; readonly value: StoredValue | null };

type Step =
  | {
      readonly do: 'open' | 'snapshot' | 'auto' | 'checkpoint' | 'evict' | 'damage' | 'index' | 'populate';
      readonly change: Change;
    }
  | { readonly do: 'change' | 'commit' | 'rollback' | 'look'; readonly who: number; readonly change: Change };

const pick = fc.nat(12);
const value = fc.option(fc.constantFrom(...VALUES), { nil: null, freq: 5 });
const change = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constant('createNode') }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('deleteNode'), pick }) },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('label'), pick, label: fc.nat(2), add: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('newLabel'), pick, name: fc.constantFrom('D', 'E', 'F') }) },
  { weight: 8, arbitrary: fc.record({ do: fc.constant('nodeProperty'), pick, key: fc.nat(2), value }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('createRelationship'), pick, other: pick, type: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('deleteRelationship'), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('relationshipProperty'), pick, value }) },
) as fc.Arbitrary<Change>;

const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('open', 'auto'), change }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('snapshot', 'checkpoint', 'evict', 'damage'), change }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('index', 'populate', 'populate'), change }) },
  { weight: 14, arbitrary: fc.record({ do: fc.constant('change'), who: fc.nat(5), change }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constantFrom('commit', 'commit', 'rollback', 'look'), who: fc.nat(5), change }),
  },
) as fc.Arbitrary<Step>;

/** What a transaction has laid its hands on, as `n1` and `r1`; `j1`: the node gets a relationship; `d1`: the node is deleted. */
type Touched = Set<string>;

interface Open {
  readonly transaction: WriteTransaction;
  readonly model: Model;
  readonly openedAt: number;
  readonly touched: Touched;
  /** What it has done, to be done to the newest model when it commits. */
  readonly done: ((model: Model) => void)[];
}

/** What must be unique: nothing, one property of a node, or pairs of properties of nodes and one of relationships. */
type Schema = 'indexes' | 'unique' | 'pairs';

const SCHEMAS: readonly Schema[] = ['indexes', 'unique', 'pairs'];

/**
 * Transactions, some open at a time, against models in plain Maps: one for each lsn, and one for each that is open. What is committed
 * is logged, snapshots are taken between the changes, and the memory is lost now and then.
 */
class Run {
  readonly instance = new Instance();
  readonly follower = new GraphStore();
  readonly committed: Model[] = [new Model()];
  readonly touchedAt: Touched[] = [new Set()];
  snapshots: Snapshot[] = [];
  open: Open[] = [];
  readonly schema: Schema;
  conflicts = 0;
  evictions = 0;

  constructor(schema: Schema) {
    this.schema = schema;
    const writer = this.store.begin();
    for (const name of ['A', 'B', 'C']) writer.token('label', name);
    for (const name of ['R', 'S']) writer.token('relationshipType', name);
    for (const name of ['x', 'y', 'z']) writer.token('propertyKey', name);
    const onNodes = { entity: 'node', token: 0, types: [] } as const;
    if (schema === 'unique') writer.createConstraint({ ...onNodes, name: 'unique', kind: 'unique', keys: [0] });
    if (schema === 'pairs') {
      writer.createConstraint({ ...onNodes, name: 'pairs', kind: 'unique', keys: [0, 1] });
      writer.createConstraint({ ...onNodes, entity: 'relationship', name: 'joint', kind: 'unique', keys: [0] });
    }
    if (schema === 'indexes') {
      writer.createIndex({ name: 'index', kind: 'range', entity: 'node', token: 0, keys: [0] });
      writer.createIndex({ name: 'pairs', kind: 'range', entity: 'node', token: 0, keys: [1, 0] });
      writer.createIndex({ name: 'joint', kind: 'range', entity: 'relationship', token: 0, keys: [0] });
    }
    writer.createIndex({ name: 'other', kind: 'range', entity: 'node', token: 1, keys: [1] });
    const model = new Model();
    const parts = { writer, model, touched: new Set<string>(), done: [] };
    for (let node = 0; node < 4; node += 1) make({ do: 'createNode' }, parts);
    for (let node = 0; node < 4; node += 1) make({ do: 'label', pick: node, label: 0, add: true }, parts);
    this.#committed(writer.commit(1), model);
  }

  get store(): GraphStore {
    return this.instance.store;
  }

  take(step: Step): void {
    switch (step.do) {
      case 'open': {
        if (this.open.length >= 4) return;
        const transaction = this.store.openTransaction(BOUNDS);
        const openedAt = this.store.acknowledgedLsn;
        const model = this.committed[openedAt]!.copy();
        this.open.push({ transaction, model, openedAt, touched: new Set(), done: [] });
        return;
      }
      case 'snapshot':
        this.snapshots.push(this.store.openSnapshot());
        return;
      case 'index':
        return this.#makeOrDropIndex();
      case 'populate':
        this.store.populateIndexes(2);
        return;
      case 'checkpoint':
        return this.#checkpoint(step.change);
      case 'evict':
      case 'damage':
        return this.#evict(step.do === 'damage' && this.instance.kept.length > 1);
      case 'auto':
        return this.#auto(step.change);
      default: {
        const one = this.open[step.who % Math.max(1, this.open.length)];
        if (one === undefined) return;
        if (step.do === 'change') this.#change(one, step.change);
        else if (step.do === 'look') this.look(one);
        else this.#finish(one, step.do);
      }
    }
  }

  look({ transaction, model }: Open): void {
    this.#expectSame(transaction.enterToRead(), model);
    transaction.leave();
  }

  /** The committed state, which nobody's open changes show in. */
  lookAtCommitted(): void {
    const snapshot = this.store.openSnapshot();
    this.#expectSame(snapshot, this.committed.at(-1)!);
    snapshot.close();
    for (const each of this.snapshots) this.#expectSame(each, this.committed[each.lsn]!);
  }

  #change(one: Open, change: Change): void {
    const { transaction, model, touched, done } = one;
    const wanted = touchedBy(change, model);
    const mayConflict = this.#conflicts(one, wanted);
    const writer = transaction.enter();
    try {
      make(change, { writer, model, touched, done });
      writer.checkConstraints();
      transaction.leave();
    } catch (error) {
      expectRefusal(error, { isUnique: this.schema !== 'indexes', mayConflict });
      this.conflicts += 1;
      transaction.rollback();
      this.#forget(one);
      return;
    }
    expect(mayConflict).toBe(false);
  }

  /** One statement that is committed at once, beside those that are open. */
  #auto(change: Change): void {
    const model = this.committed.at(-1)!.copy();
    const touched: Touched = new Set();
    const mayConflict = this.#conflicts(undefined, touchedBy(change, model));
    const writer = this.store.begin();
    try {
      make(change, { writer, model, touched, done: [] });
      writer.checkConstraints();
    } catch (error) {
      writer.rollback();
      expectRefusal(error, { isUnique: this.schema !== 'indexes', mayConflict });
      return;
    }
    expect(mayConflict).toBe(false);
    this.#committed(writer.commit(1), model);
  }

  #finish(one: Open, how: 'commit' | 'rollback'): void {
    this.#forget(one);
    if (how === 'rollback') return one.transaction.rollback();
    one.transaction.prepare();
    const transaction = one.transaction.commit(1);
    if (transaction === undefined) return;
    const model = this.committed.at(-1)!.copy();
    for (const each of one.done) each(model);
    this.#committed(transaction, model);
  }

  #committed(transaction: ReturnType<Writer['commit']>, model: Model): void {
    this.follower.apply(transaction);
    this.follower.acknowledge(transaction.lsn);
    this.instance.append(transaction);
    this.committed.push(model);
    this.touchedAt.push(new Set(transaction.deltas.flatMap(touchedByDelta)));
    if (this.schema === 'unique') expectDifferent(tuplesOf(model.nodes, ({ labels }) => labels.has(0), [0]));
    if (this.schema !== 'pairs') return;
    expectDifferent(tuplesOf(model.nodes, ({ labels }) => labels.has(0), [0, 1]));
    expectDifferent(tuplesOf(model.relationships, ({ type }) => type === 0, [0]));
  }

  /** Whether somebody else has the same in hand, or has committed it since. */
  #conflicts(one: Open | undefined, wanted: Touched): boolean {
    const others = this.open.filter((other) => other !== one).map(({ touched }) => touched);
    const since = one ? this.touchedAt.slice(one.openedAt + 1) : [];
    if ([...others, ...since].some((touched) => [...wanted].some((what) => collides(what, touched)))) return true;
    return (
      one !== undefined && [...wanted].some((what) => what[0] === 'd' && this.#hasNewer(Number(what.slice(1)), one))
    );
  }

  /** Whether a node has got relationships that the transaction does not see. */
  #hasNewer(node: number, { model, touched }: Open): boolean {
    const joined = joinedTo(this.committed.at(-1)!, node);
    return joined.some(([id]) => !model.relationships.has(id) && !touched.has(`r${id}`));
  }

  #forget(one: Open): void {
    this.open.splice(this.open.indexOf(one), 1);
  }

  /** An index that is filled while transactions come and go. */
  #makeOrDropIndex(): void {
    const writer = this.store.begin();
    if (this.store.indexes.byName('late')) writer.dropIndex('late');
    else writer.createIndex({ name: 'late', kind: 'range', entity: 'node', token: 0, keys: [1] });
    this.#committed(writer.commit(1), this.committed.at(-1)!.copy());
  }

  /** Takes a snapshot in slices; between two of them others write, and one that is open changes something. */
  #checkpoint(change: Change): void {
    const meanwhile = () => {
      this.#auto(change);
      const one = this.open[0];
      if (one) this.#change(one, change);
    };
    this.instance.checkpoint(meanwhile, 1);
    const [{ manifest, storage }] = this.instance.kept as [Kept];
    const { store } = restoreSnapshot(manifest, storage.read);
    store.populateIndexes(Number.POSITIVE_INFINITY);
    expectSame(store.newest, this.committed[store.lsn]!, { indexes: store.indexes, values: VALUES });
  }

  /** Loses the memory, with `isDamaged` the newest snapshot too: what is open is gone, and all else is there. */
  #evict(isDamaged: boolean): void {
    const before = this.store.checksum();
    this.instance.restart(isDamaged);
    this.open = [];
    this.snapshots = [];
    this.evictions += 1;
    this.store.populateIndexes(Number.POSITIVE_INFINITY);
    expect(this.store.checksum()).toBe(before);
    expect(this.store.checksum()).toBe(this.follower.checksum());
    this.lookAtCommitted();
  }

  #expectSame(view: Parameters<typeof expectSame>[0], model: Model): void {
    expectSame(view, model, { indexes: this.store.indexes, values: VALUES });
  }
}

interface Parts {
  readonly writer: Writer;
  readonly model: Model;
  readonly touched: Touched;
  readonly done: ((model: Model) => void)[];
}

/** Makes a change to the store and to the model. */
function make(change: Change, { writer, model, touched, done }: Parts): void {
  for (const what of touchedBy(change, model)) touched.add(what);
  const to = (alter: (model: Model) => void) => {
    alter(model);
    done.push(alter);
  };
  switch (change.do) {
    case 'createNode': {
      const id = writer.createNode();
      touched.add(`n${id}`);
      to(({ nodes }) => void nodes.set(id, { labels: new Set(), properties: new Map() }));
      return;
    }
    case 'deleteNode': {
      const id = chosen(model.nodes, change.pick);
      if (id === undefined) return;
      writer.detachDeleteNode(id);
      to((each) => {
        for (const [relationship] of joinedTo(each, id)) each.relationships.delete(relationship);
        each.nodes.delete(id);
      });
      return;
    }
    case 'label': {
      const id = chosen(model.nodes, change.pick);
      if (id === undefined) return;
      if (change.add) writer.addLabel(id, change.label);
      else writer.removeLabel(id, change.label);
      to(({ nodes }) => {
        const { labels } = nodes.get(id)!;
        if (change.add) labels.add(change.label);
        else labels.delete(change.label);
      });
      return;
    }
    case 'newLabel': {
      // Defines a name, and has the number of it that counts now: it is not among those that the model knows.
      const id = chosen(model.nodes, change.pick);
      if (id !== undefined && writer.addLabel(id, writer.token('label', change.name))) {
        writer.removeLabel(id, writer.token('label', change.name));
      }
      return;
    }
    case 'nodeProperty': {
      const id = chosen(model.nodes, change.pick);
      if (id === undefined) return;
      writer.setNodeProperty(id, change.key, change.value);
      to(({ nodes }) => setOrDelete(nodes.get(id)!.properties, change.key, change.value));
      return;
    }
    case 'createRelationship': {
      const start = chosen(model.nodes, change.pick);
      const end = chosen(model.nodes, change.other);
      if (start === undefined || end === undefined) return;
      const id = writer.createRelationship(change.type, start, end);
      touched.add(`r${id}`);
      to(({ relationships }) => void relationships.set(id, { type: change.type, start, end, properties: new Map() }));
      return;
    }
    case 'deleteRelationship': {
      const id = chosen(model.relationships, change.pick);
      if (id === undefined) return;
      writer.deleteRelationship(id);
      to(({ relationships }) => void relationships.delete(id));
      return;
    }
    default: {
      const id = chosen(model.relationships, change.pick);
      if (id === undefined) return;
      writer.setRelationshipProperty(id, 0, change.value);
      to(({ relationships }) => setOrDelete(relationships.get(id)!.properties, 0, change.value));
    }
  }
}

function touchedBy(change: Change, model: Model): Touched {
  switch (change.do) {
    case 'createNode':
      return new Set();
    case 'deleteNode': {
      const id = chosen(model.nodes, change.pick);
      if (id === undefined) return new Set();
      return new Set([`n${id}`, `d${id}`, ...joinedTo(model, id).map(([relationship]) => `r${relationship}`)]);
    }
    case 'createRelationship': {
      const ends = [change.pick, change.other].map((each) => chosen(model.nodes, each));
      return new Set(ends.includes(undefined) ? [] : ends.map((id) => `j${id}`));
    }
    case 'deleteRelationship':
    case 'relationshipProperty': {
      const id = chosen(model.relationships, change.pick);
      return new Set(id === undefined ? [] : [`r${id}`]);
    }
    default: {
      const id = chosen(model.nodes, change.pick);
      return new Set(id === undefined ? [] : [`n${id}`]);
    }
  }
}

/** What a committed change has touched. That a node got a relationship is seen by whether it still has it. */
function touchedByDelta(delta: Delta): string[] {
  if (delta.type === 'deleteNode') return [`n${delta.node}`, `d${delta.node}`];
  if ('node' in delta) return [`n${delta.node}`];
  return 'relationship' in delta ? [`r${delta.relationship}`] : [];
}

/** A node that is deleted collides with all else; one that is changed with changes only. */
function collides(what: string, touched: Touched): boolean {
  const id = what.slice(1);
  if (what[0] === 'j') return touched.has(`d${id}`);
  return touched.has(what) || (what[0] === 'd' && touched.has(`j${id}`));
}

function expectRefusal(error: unknown, { isUnique, mayConflict }: { isUnique: boolean; mayConflict: boolean }): void {
  if (!(error instanceof GraphError)) throw error;
  if (isUnique && error.code === 'Neo.ClientError.Schema.ConstraintValidationFailed') return;
  expect(error.code).toBe(OUTDATED);
  // With a constraint, values may collide too.
  if (!isUnique) expect(mayConflict).toBe(true);
}

/** What must be unique, as text, of those entities that it is about and that have all of it. */
function tuplesOf<Entity extends { readonly properties: ReadonlyMap<number, StoredValue> }>(
  entities: ReadonlyMap<number, Entity>,
  isConcerned: (entity: Entity) => boolean,
  keys: readonly number[],
): string[] {
  const concerned = [...entities.values()].filter(
    (entity) => isConcerned(entity) && keys.every((key) => entity.properties.has(key)),
  );
  return concerned.map(({ properties }) => JSON.stringify(keys.map((key) => properties.get(key))));
}

function expectDifferent(texts: readonly string[]): void {
  expect(new Set(texts).size).toBe(texts.length);
}

function joinedTo({ relationships }: Model, node: number) {
  return [...relationships].filter(([, { start, end }]) => start === node || end === node);
}

function chosen(entities: ReadonlyMap<number, unknown>, pick: number): number | undefined {
  return ascending(entities.keys())[pick % Math.max(1, entities.size)];
}

function setOrDelete(properties: Map<number, StoredValue>, key: number, value: StoredValue | null): void {
  if (value === null) properties.delete(key);
  else properties.set(key, value);
}

test.each(SCHEMAS)(
  'transactions that are open together are what the model says, whatever is logged, stored and lost meanwhile: %s',
  (schema) => {
    let conflicts = 0;
    let commits = 0;
    let evictions = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 40, maxLength: 120, size: 'max' }), (steps) => {
        const run = new Run(schema);
        for (const each of steps) run.take(each);

        for (const one of run.open) run.look(one);
        run.lookAtCommitted();
        for (const { transaction } of run.open) transaction.rollback();
        run.lookAtCommitted();
        expect(run.store.checksum()).toBe(run.follower.checksum());
        conflicts += run.conflicts;
        commits += run.store.lsn;
        evictions += run.evictions;
      }),
      { numRuns: Number(process.env.RUNS ?? 40) },
    );
    expect(conflicts).toBeGreaterThan(10);
    expect(commits).toBeGreaterThan(200);
    expect(evictions).toBeGreaterThan(20);
  },
);

test('a transaction that is rolled back leaves nothing: ids, names, counts and bytes are as if it had not been', () => {
  const untouched = new Run('indexes').store;
  const { store } = new Run('indexes');
  const transaction = store.openTransaction(BOUNDS);
  for (let round = 0; round < 3; round += 1) {
    const writer = transaction.enter();
    const node = writer.createNode();
    writer.addLabel(node, writer.token('label', `L${round}`));
    writer.createRelationship(writer.token('relationshipType', 'T'), node, 0);
    writer.setNodeProperty(0, writer.token('propertyKey', 'k'), 'v');
    transaction.leave();
    store.begin().rollback();
  }

  transaction.rollback();

  expect(store.checksum()).toBe(untouched.checksum());
  expect(store.tokens.label.count).toBe(untouched.tokens.label.count);
  const [node, other] = [store, untouched].map((each) => each.begin().createNode());
  expect(node).toBe(other);
});
