/** What a transaction has done to each node and relationship: its deltas gathered by entity, with the notes on what was there before. */
import type { CommitNote, Delta, NodeNote, RelationshipNote, Transaction } from '../graph/delta.ts';
import type { StoredValue } from '../value/value.ts';

/** An entity at one end of a transaction. In the mode DIFF only what the notes have; see Note. */
export interface EntityState {
  /** Tokens; none of a relationship. */
  readonly labels: ReadonlySet<number>;
  /** By key. */
  readonly properties: ReadonlyMap<number, StoredValue>;
}

interface MutableState {
  readonly labels: Set<number>;
  readonly properties: Map<number, StoredValue>;
}

export interface EntityChange {
  readonly kind: 'node' | 'relationship';
  readonly id: number;
  readonly operation: 'c' | 'u' | 'd';
  readonly before: EntityState | undefined;
  readonly after: EntityState | undefined;
  /** Keys of the properties that were set or taken away. */
  readonly changedKeys: ReadonlySet<number>;
  /** Of a relationship: its type's token and the nodes that it joins. */
  readonly join: Join | undefined;
}

interface Join {
  readonly relationshipType: number;
  readonly start: number;
  readonly end: number;
}

/** The changes of a transaction, in the order in which each entity was first touched. */
export interface TransactionChanges {
  readonly commit: CommitNote;
  readonly changes: readonly EntityChange[];
  /** A node as it was before the transaction or, if it was made in it, after it: for the ends of relationships. */
  node(id: number): EntityState;
}

/** Gathers them. Undefined when the transaction has changed entities without notes on it: changes were not captured then. */
export function changesOf({ deltas }: Transaction): TransactionChanges | 'none' | undefined {
  const gathering = new Gathering();
  for (const delta of deltas) gathering.note(delta);
  for (const delta of deltas) gathering.apply(delta);
  if (!gathering.hasChanges) return 'none';
  const { commit } = gathering;
  if (commit === undefined) return undefined;
  return { commit, changes: gathering.changes(), node: (id) => gathering.node(id) };
}

const NOTHING: EntityState = { labels: new Set(), properties: new Map() };

class Touched {
  readonly before: EntityState | undefined;
  /** Undefined once it has been deleted. */
  after: MutableState | undefined;
  readonly join: Join | undefined;
  readonly changedKeys = new Set<number>();
  /** Whether the transaction does more than note it. */
  isChanged = false;

  constructor(before: EntityState | undefined, join: Join | undefined) {
    this.before = before;
    this.after = { labels: new Set(before?.labels), properties: new Map(before?.properties) };
    this.join = join;
  }

  set(key: number, value: StoredValue | null): void {
    this.changedKeys.add(key);
    if (value === null) this.after?.properties.delete(key);
    else this.after?.properties.set(key, value);
  }
}

class Gathering {
  commit: CommitNote | undefined;
  readonly #noted = { node: new Map<number, NodeNote>(), relationship: new Map<number, RelationshipNote>() };
  /** In the order in which they were touched. */
  readonly #touched: { readonly kind: 'node' | 'relationship'; readonly id: number; readonly entity: Touched }[] = [];
  readonly #byId = { node: new Map<number, Touched>(), relationship: new Map<number, Touched>() };

  get hasChanges(): boolean {
    return this.#touched.length > 0;
  }

  note(delta: Delta): void {
    if (delta.type === 'noteCommit') this.commit = delta;
    else if (delta.type === 'noteNode') this.#noted.node.set(delta.node, delta);
    else if (delta.type === 'noteRelationship') this.#noted.relationship.set(delta.relationship, delta);
  }

  apply(delta: Delta): void {
    switch (delta.type) {
      case 'createNode':
        this.#touch('node', delta.node);
        break;
      case 'deleteNode':
        this.#touch('node', delta.node).after = undefined;
        break;
      case 'addLabel':
        this.#touch('node', delta.node).after?.labels.add(delta.label);
        break;
      case 'removeLabel':
        this.#touch('node', delta.node).after?.labels.delete(delta.label);
        break;
      case 'setNodeProperty':
        this.#touch('node', delta.node).set(delta.key, delta.value);
        break;
      case 'createRelationship':
        this.#touch('relationship', delta.relationship, delta);
        break;
      case 'deleteRelationship':
        this.#touch('relationship', delta.relationship).after = undefined;
        break;
      case 'setRelationshipProperty':
        this.#touch('relationship', delta.relationship).set(delta.key, delta.value);
        break;
      default:
        break;
    }
  }

  changes(): EntityChange[] {
    return this.#touched.flatMap(({ kind, id, entity }): EntityChange[] => {
      const { before, after, changedKeys, join } = entity;
      if (before === undefined && after === undefined) return [];
      const operation = before === undefined ? 'c' : after === undefined ? 'd' : 'u';
      return [{ kind, id, operation, before, after, changedKeys, join }];
    });
  }

  node(id: number): EntityState {
    const touched = this.#byId.node.get(id);
    if (touched) return touched.before ?? touched.after ?? NOTHING;
    const note = this.#noted.node.get(id);
    return note ? stateOf(note, note.labels) : NOTHING;
  }

  #touch(kind: 'node' | 'relationship', id: number, join?: Join): Touched {
    const known = this.#byId[kind].get(id);
    if (known) return known;
    const note = this.#noted[kind].get(id);
    const labels = note?.type === 'noteNode' ? note.labels : [];
    const entity = new Touched(note && stateOf(note, labels), note?.type === 'noteRelationship' ? note : join);
    this.#byId[kind].set(id, entity);
    this.#touched.push({ kind, id, entity });
    return entity;
  }
}

function stateOf({ keys, values }: NodeNote | RelationshipNote, labels: readonly number[]): EntityState {
  return { labels: new Set(labels), properties: new Map(keys.map((key, i) => [key, values[i]!])) };
}
