/** Writes the notes of a transaction; see Note. */

import type { StoredValue } from '../value/value.ts';
import type { CommitNote, Delta, NodeNote, Note, RelationshipNote } from './delta.ts';
import type { GraphView } from './graph-view.ts';

/** The notes on a transaction. `before`: the graph without its deltas. */
export function notesOf(deltas: readonly Delta[], before: GraphView, commit: Omit<CommitNote, 'type'>): Note[] {
  const touched = new Touched();
  for (const delta of deltas) touched.add(delta, before);
  if (touched.isEmpty) return [];
  return [{ type: 'noteCommit', ...commit }, ...new NoteTaker(before, commit.mode).notesOn(touched)];
}

/** The keys that a change names; 'all' when it leaves nothing of the entity. */
type ChangedKeys = Set<number> | 'all';

/** Entities that stood before the transaction, and what it changes of them. */
class Touched {
  readonly nodes = new Map<number, ChangedKeys>();
  readonly relationships = new Map<number, ChangedKeys>();
  /** Nodes at the ends of relationships that are changed. */
  readonly ends = new Set<number>();
  /** Whether no node and no relationship is changed or made. */
  isEmpty = true;

  add(delta: Delta, before: GraphView): void {
    switch (delta.type) {
      case 'deleteNode':
        this.#addNode(before, delta.node, 'all');
        break;
      case 'addLabel':
      case 'removeLabel':
        this.#addNode(before, delta.node, undefined);
        break;
      case 'setNodeProperty':
        this.#addNode(before, delta.node, delta.key);
        break;
      case 'createRelationship':
        this.ends.add(delta.start).add(delta.end);
        break;
      case 'deleteRelationship':
        this.#addRelationship(before, delta.relationship, 'all');
        break;
      case 'setRelationshipProperty':
        this.#addRelationship(before, delta.relationship, delta.key);
        break;
      case 'createNode':
        break;
      default:
        return;
    }
    this.isEmpty = false;
  }

  #addNode(before: GraphView, node: number, key: number | 'all' | undefined): void {
    if (before.nodeExists(node)) addKey(this.nodes, node, key);
  }

  #addRelationship(before: GraphView, relationship: number, key: number | 'all'): void {
    if (!before.relationshipExists(relationship)) return;
    addKey(this.relationships, relationship, key);
    this.ends.add(before.relationshipStart(relationship)).add(before.relationshipEnd(relationship));
  }
}

function addKey(changed: Map<number, ChangedKeys>, id: number, key: number | 'all' | undefined): void {
  if (key === 'all') {
    changed.set(id, 'all');
    return;
  }
  const known = changed.get(id);
  const keys = known ?? new Set<number>();
  if (known === undefined) changed.set(id, keys);
  if (keys !== 'all' && key !== undefined) keys.add(key);
}

class NoteTaker {
  readonly #before: GraphView;
  readonly #mode: CommitNote['mode'];
  readonly #nodeKeys: ReadonlySet<number>;
  readonly #relationshipKeys: ReadonlySet<number>;

  constructor(before: GraphView, mode: CommitNote['mode']) {
    this.#before = before;
    this.#mode = mode;
    this.#nodeKeys = keysOf(before, 'node');
    this.#relationshipKeys = keysOf(before, 'relationship');
  }

  *notesOn({ nodes, relationships, ends }: Touched): Generator<Note> {
    for (const [node, changed] of nodes) yield this.#nodeNote(node, changed);
    for (const [relationship, changed] of relationships) yield this.#relationshipNote(relationship, changed);
    for (const node of ends) {
      if (!nodes.has(node) && this.#before.nodeExists(node)) yield this.#endNote(node);
    }
  }

  #nodeNote(node: number, changed: ChangedKeys): NodeNote {
    const view = this.#before;
    const keys = this.#shown(view.nodeKeys(node), changed, this.#nodeKeys);
    return this.#noteOn(node, keys);
  }

  /** Of an end that is not changed, only what tells which it is. */
  #endNote(node: number): NodeNote {
    return this.#noteOn(
      node,
      this.#before.nodeKeys(node).filter((key) => this.#nodeKeys.has(key)),
    );
  }

  #noteOn(node: number, keys: readonly number[]): NodeNote {
    const view = this.#before;
    const values = keys.map((key): StoredValue => view.nodeProperty(node, key)!);
    return { type: 'noteNode', node, labels: view.nodeLabels(node), keys, values };
  }

  #relationshipNote(relationship: number, changed: ChangedKeys): RelationshipNote {
    const view = this.#before;
    const keys = this.#shown(view.relationshipKeys(relationship), changed, this.#relationshipKeys);
    return {
      type: 'noteRelationship',
      relationship,
      relationshipType: view.relationshipType(relationship),
      start: view.relationshipStart(relationship),
      end: view.relationshipEnd(relationship),
      keys,
      values: keys.map((key): StoredValue => view.relationshipProperty(relationship, key)!),
    };
  }

  #shown(keys: readonly number[], changed: ChangedKeys, identifying: ReadonlySet<number>): readonly number[] {
    if (this.#mode === 'FULL' || changed === 'all') return keys;
    return keys.filter((key) => changed.has(key) || identifying.has(key));
  }
}

/** Property keys that belong to a key constraint. */
function keysOf(view: GraphView, entity: 'node' | 'relationship'): ReadonlySet<number> {
  const constraints = view.exportConstraints().filter((each) => each.kind === 'key' && each.entity === entity);
  return new Set(constraints.flatMap(({ keys }) => keys));
}
