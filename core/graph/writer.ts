/**
 * The open write transaction. A change is made at once and noted as a delta; a change that would alter nothing is neither.
 * What a statement may get wrong is a GraphError here, and the transaction stays open for the caller to roll back.
 */
import { assert } from '../assert.ts';
import { GraphError } from '../error.ts';
import type { StoredValue } from '../value/value.ts';
import type { Changes } from './changes.ts';
import type { Guard } from './claims.ts';
import type { ConstraintCheck } from './constraint-check.ts';
import { type ConstraintDefinition, ownsIndex } from './constraint-definition.ts';
import type { Delta, TokenKind, Transaction } from './delta.ts';
import type { GraphState } from './graph-state.ts';
import { ALL_TYPES, type GraphView } from './graph-view.ts';
import { type IndexDefinition, tokensOf } from './index-definition.ts';
import { Expansion } from './result-lists.ts';
import { canonicalStored, identicalStored } from './stored-value.ts';
import type { VersionStore } from './version-store.ts';

/** Relationship types stand in 16 bits. */
const RELATIONSHIP_TYPES_MAX = 2 ** 16;

/** Each change looks at the indexes of its label and property, and each is in every manifest of the schema. */
const INDEXES_MAX = 1_000;
const INDEX_KEYS_MAX = 32;
const INDEX_TOKENS_MAX = 32;

/** Each label has a bit for every node up to the last that has it, also when none has it any more. */
export const LABELS_MAX = 2 ** 13;

/** What the writers of a store work on, one after the other. `changes` has a transaction open. */
export interface WriterParts {
  readonly state: GraphState;
  readonly versions: VersionStore;
  readonly changes: Changes;
  readonly view: GraphView;
  readonly check: ConstraintCheck;
  readonly memoryBytesMax: number;
  /** While transactions of several statements are open. */
  readonly guard: Guard | undefined;
}

export class Writer {
  /** The newest state, this transaction's changes included. */
  readonly view: GraphView;
  readonly #deltas: Delta[];
  /** How many of them the constraints have been asked about. */
  #checkedCount = 0;
  readonly #parts: WriterParts;
  #isOpen = true;

  /** `deltas`: what the transaction has done before, and is done anew. */
  constructor(parts: WriterParts, deltas: Delta[] = []) {
    this.view = parts.view;
    this.#parts = parts;
    this.#deltas = deltas;
    for (const delta of deltas) parts.changes.apply(delta);
  }

  /** What has been done so far, in order. */
  get deltas(): readonly Delta[] {
    return this.#deltas;
  }

  /** The token of a name; a name that is new is defined. Fails when a graph has too many relationship types. */
  token(kind: TokenKind, name: string): number {
    const table = this.#parts.state.tokens.of(kind);
    const known = table.idOf(name);
    if (known !== undefined) return known;
    const token = table.count;
    if (kind === 'relationshipType' && token >= RELATIONSHIP_TYPES_MAX) {
      throw tooMany(`${RELATIONSHIP_TYPES_MAX} relationship types`);
    }
    if (kind === 'label' && token >= LABELS_MAX) throw tooMany(`${LABELS_MAX} labels`);
    this.#make({ type: 'defineToken', kind, token, name });
    return token;
  }

  /** Creates a node and answers its id: the one that is wished, if it is free, or the lowest that is. */
  createNode(wished = -1): number {
    const node = this.#parts.state.nodes.ids.freeId(this.#parts.versions.nodes.entities, wished);
    this.#make({ type: 'createNode', node });
    return node;
  }

  /** Adds a label. True when the node did not have it. */
  addLabel(node: number, label: number): boolean {
    this.#expectNode(node);
    if (this.#parts.state.labels.has(label, node)) return false;
    this.#make({ type: 'addLabel', node, label });
    return true;
  }

  /** Removes a label. True when the node had it. */
  removeLabel(node: number, label: number): boolean {
    this.#expectNode(node);
    if (!this.#parts.state.labels.has(label, node)) return false;
    this.#make({ type: 'removeLabel', node, label });
    return true;
  }

  /** Sets a property, or removes it with null. */
  setNodeProperty(node: number, key: number, value: StoredValue | null): void {
    this.#expectNode(node);
    const canonical = value === null ? null : canonicalStored(value);
    if (identicalStored(this.#parts.state.nodeProperties.get(node, key), canonical)) return;
    this.#make({ type: 'setNodeProperty', node, key, value: canonical });
  }

  /** Deletes a node with its labels and properties. Fails while it has relationships. */
  deleteNode(node: number): void {
    this.#expectNode(node);
    if (this.#parts.state.adjacency.isJoined(node) && this.view.degree(node, 'both', ALL_TYPES) > 0) {
      throw new GraphError(
        'Neo.ClientError.Schema.ConstraintValidationFailed',
        'Cannot delete a node that still has relationships. Delete them first, or use DETACH DELETE.',
        { detail: 'DeleteConnectedNode', gqlStatus: 'G1001' },
      );
    }
    this.#deleteBare(node);
  }

  /** Deletes a node and its relationships, and answers how many these were. */
  detachDeleteNode(node: number): number {
    this.#expectNode(node);
    const expansion = new Expansion();
    this.view.expand(node, 'both', ALL_TYPES, expansion);
    // From the last to the first, so that what lies behind each in its slice need not be moved.
    for (let row = expansion.count - 1; row >= 0; row -= 1) this.deleteRelationship(expansion.relationships[row]!);
    this.#deleteBare(node);
    return expansion.count;
  }

  /** Creates a relationship and answers its id: the one that is wished, if it is free, or the lowest that is. */
  createRelationship(relationshipType: number, start: number, end: number, wished = -1): number {
    this.#expectEnd(start);
    this.#expectEnd(end);
    const { ids } = this.#parts.state.relationships;
    const relationship = ids.freeId(this.#parts.versions.relationships.entities, wished);
    this.#make({ type: 'createRelationship', relationship, relationshipType, start, end });
    return relationship;
  }

  /** Sets a property, or removes it with null. */
  setRelationshipProperty(relationship: number, key: number, value: StoredValue | null): void {
    this.#expectRelationship(relationship);
    const canonical = value === null ? null : canonicalStored(value);
    if (identicalStored(this.#parts.state.relationshipProperties.get(relationship, key), canonical)) return;
    this.#make({ type: 'setRelationshipProperty', relationship, key, value: canonical });
  }

  /** The type of a relationship that this transaction has deleted: its id is given to no other before the commit. */
  typeOfDeleted(relationship: number): number {
    return relationship < 0 ? -1 : this.#parts.state.relationships.type(relationship);
  }

  deleteRelationship(relationship: number): void {
    this.#expectRelationship(relationship);
    this.#make({ type: 'deleteRelationship', relationship });
  }

  /**
   * Defines an index, which GraphStore.populateIndexes fills. Fails when the name or the place is taken, and when there are too many
   * indexes or properties in it.
   */
  createIndex(definition: IndexDefinition): void {
    const { indexes } = this.#parts.state;
    const { name, kind, keys } = definition;
    const other = indexes.byName(name) ?? indexes.find(definition);
    if (other !== undefined) {
      const reason = other.definition.name === name ? 'of that name' : `on that, '${other.definition.name}'`;
      throw new GraphError('Neo.ClientError.Schema.IndexAlreadyExists', `There already is an index ${reason}.`);
    }
    if (indexes.count >= INDEXES_MAX) throw wrongSchema(`A graph has at most ${INDEXES_MAX} indexes.`);
    if (keys.length > INDEX_KEYS_MAX) throw wrongSchema(`An index is on at most ${INDEX_KEYS_MAX} properties.`);
    const tokens = tokensOf(definition);
    if (tokens.length > INDEX_TOKENS_MAX)
      throw wrongSchema(`An index is on at most ${INDEX_TOKENS_MAX} labels or types.`);
    if (new Set(tokens).size < tokens.length) throw wrongSchema('An index names each label or type once.');
    if ((kind === 'point' || kind === 'vector') && keys.length > 1)
      throw wrongSchema('An index on points or vectors is on one property.');
    if (new Set(keys).size < keys.length) throw wrongSchema('An index names each property once.');
    this.#make({ type: 'createIndex', ...definition });
  }

  /** Drops an index. Fails when there is none of that name. */
  dropIndex(name: string): void {
    if (this.#parts.state.indexes.byName(name) === undefined) {
      throw new GraphError('Neo.ClientError.Schema.IndexNotFound', `There is no index '${name}'.`);
    }
    const owner = this.#parts.state.constraints.byName(name);
    if (owner && ownsIndex(owner)) {
      throw new GraphError(
        'Neo.ClientError.Schema.ForbiddenOnConstraintIndex',
        `The index '${name}' belongs to the constraint of that name. Drop the constraint.`,
      );
    }
    this.#make({ type: 'dropIndex', name });
  }

  /**
   * Defines a constraint, with the index that it needs. Fails when the name is taken, and when the properties have such a constraint
   * or an index of their own. Before the commit, all steps of `checkAll` are to be taken.
   */
  createConstraint(definition: ConstraintDefinition): void {
    const { constraints, indexes } = this.#parts.state;
    const { name, entity, token, keys } = definition;
    const other = constraints.byName(name) ?? constraints.find(definition);
    if (other !== undefined) {
      const reason = other.name === name ? 'of that name' : `like it, '${other.name}'`;
      throw new GraphError(
        'Neo.ClientError.Schema.ConstraintAlreadyExists',
        `There already is a constraint ${reason}.`,
      );
    }
    if (ownsIndex(definition)) this.createIndex({ name, kind: 'range', entity, token, keys });
    else if (indexes.byName(name)) {
      throw new GraphError('Neo.ClientError.Schema.IndexAlreadyExists', 'There already is an index of that name.');
    }
    this.#make({ type: 'createConstraint', ...definition });
  }

  /**
   * Checks that the graph is as a constraint says that this transaction has made. In steps, each of which yields the work that it
   * was. Fails with ConstraintCreationFailed.
   */
  checkAll(definition: ConstraintDefinition): Generator<number, void> {
    return this.#parts.check.everything(definition);
  }

  /** Drops a constraint and its index. Fails when there is none of that name. */
  dropConstraint(name: string): void {
    const constraint = this.#parts.state.constraints.byName(name);
    if (constraint === undefined) {
      throw new GraphError('Neo.ClientError.Schema.ConstraintNotFound', `There is no constraint '${name}'.`);
    }
    this.#make({ type: 'dropConstraint', name });
    if (ownsIndex(constraint)) this.#make({ type: 'dropIndex', name });
  }

  /** Sets an option of the database; null: not set any more. */
  setOption(name: string, value: string | null): void {
    this.#make({ type: 'setOption', name, value });
  }

  /**
   * Checks that what has been changed is as the constraints say; at the end of each statement. Fails with
   * ConstraintValidationFailed, and answers with the work that it was.
   */
  checkConstraints(): number {
    const unchecked = this.#checkedCount === 0 ? this.#deltas : this.#deltas.slice(this.#checkedCount);
    const work = this.#parts.check.changes(unchecked, this.#parts.guard);
    this.#checkedCount = this.#deltas.length;
    return work;
  }

  /** Ends the transaction with the next lsn. The caller makes it durable, then acknowledges it. */
  commit(epoch: number): Transaction {
    this.#end();
    this.#parts.changes.commit();
    return { epoch, lsn: this.#parts.changes.lsn, deltas: this.#deltas };
  }

  /** Ends the transaction and restores what was there before, tokens and indexes included. */
  rollback(): void {
    this.#end();
    if (this.#deltas.length === 0) this.#parts.changes.discard();
    else this.#parts.changes.rollback();
  }

  #make(delta: Delta): void {
    assert(this.#isOpen, 'the transaction has ended');
    if (this.#parts.state.memory.bytes > this.#parts.memoryBytesMax) {
      throw new GraphError(
        'Neo.TransientError.General.MemoryPoolOutOfMemoryError',
        `The graph has reached its limit of ${this.#parts.memoryBytesMax} bytes of memory.`,
      );
    }
    this.#parts.changes.apply(delta);
    this.#deltas.push(delta);
  }

  #end(): void {
    assert(this.#isOpen, 'the transaction has ended');
    this.#isOpen = false;
  }

  /** Deletes a node that has no relationships left, of those that the transaction sees. */
  #deleteBare(node: number): void {
    this.#parts.guard?.deleteNode(node, this.#parts.state.adjacency.isJoined(node));
    this.#make({ type: 'deleteNode', node });
  }

  /** A relationship is to be joined to the node. */
  #expectEnd(node: number): void {
    const exists = this.#parts.state.nodes.ids.has(node);
    this.#parts.guard?.joinNode(node, exists);
    if (!exists) throw deletedEntity('node');
  }

  #expectNode(node: number): void {
    this.#parts.guard?.changeNode(node);
    if (!this.#parts.state.nodes.ids.has(node)) throw deletedEntity('node');
  }

  #expectRelationship(relationship: number): void {
    this.#parts.guard?.changeRelationship(relationship);
    if (!this.#parts.state.relationships.ids.has(relationship)) throw deletedEntity('relationship');
  }
}

function wrongSchema(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}

function tooMany(what: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', `A graph has at most ${what}.`);
}

function deletedEntity(kind: string): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.EntityNotFound',
    `The ${kind} has been deleted in this transaction and cannot be changed or joined.`,
    { detail: 'DeletedEntityAccess' },
  );
}
