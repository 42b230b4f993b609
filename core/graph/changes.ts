/**
 * Changes of the open transaction: each is made to the newest state at once, and its undo record chained. MAIN's writer
 * and a REPLICA's `apply` both come through here, so the same deltas do the same everywhere. What is asked for must be
 * possible: a statement's mistakes are the writer's to refuse, and a delta that does not fit is a broken invariant.
 */
import { assert, broken, unreachable } from '../assert.ts';
import { ownsIndex } from './constraint-definition.ts';
import type { Delta } from './delta.ts';
import type { Departure } from './graph-index.ts';
import type { GraphState } from './graph-state.ts';
import { tokensOf } from './index-definition.ts';
import { OPEN, type Stamp } from './stamp.ts';
import { canonicalStored } from './stored-value.ts';
import type { Undo, VersionStore } from './version-store.ts';

export class Changes {
  readonly #state: GraphState;
  readonly #versions: VersionStore;
  #stamp: Stamp | undefined;
  /** The last committed transaction. */
  #lsn: number;

  constructor(state: GraphState, versions: VersionStore, lsn: number) {
    this.#state = state;
    this.#versions = versions;
    this.#lsn = lsn;
  }

  get lsn(): number {
    return this.#lsn;
  }

  /** Whether a transaction is open. */
  get isOpen(): boolean {
    return this.#stamp !== undefined;
  }

  /** `keepsVersions`: what was before can be read, and the transaction rolled back. */
  begin(stamp: Stamp = { lsn: OPEN }, keepsVersions = true): void {
    assert(this.#stamp === undefined, 'one write transaction at a time');
    this.#stamp = stamp;
    this.#versions.begin(this.#stamp, keepsVersions);
  }

  /** Numbers the open transaction's changes. */
  commit(): void {
    this.#lsn += 1;
    this.#current.lsn = this.#lsn;
    this.#versions.commit();
    this.#state.tokens.commit(this.#lsn);
    this.#stamp = undefined;
  }

  /** Ends the open transaction, which has changed nothing. */
  discard(): void {
    this.#versions.commit();
    this.#stamp = undefined;
  }

  /** Takes back all that the open transaction has done. */
  rollback(): void {
    const stamp = this.#current;
    for (const undo of this.#versions.rollback()) this.#revert(undo);
    this.#state.indexes.rollback(stamp);
    this.#state.constraints.rollback(stamp);
    this.#state.options.rollback(stamp);
    this.#state.tokens.rollback();
    this.#stamp = undefined;
  }

  /** Makes one change. */
  apply(delta: Delta): void {
    switch (delta.type) {
      case 'defineToken':
        return this.#defineToken(delta);
      case 'createNode':
        return this.#createNode(delta.node);
      case 'deleteNode':
        return this.#deleteNode(delta.node);
      case 'addLabel':
        return this.#addLabel(delta.node, delta.label);
      case 'removeLabel':
        return this.#removeLabel(delta.node, delta.label);
      case 'setNodeProperty':
        return this.#setNodeProperty(delta);
      case 'createRelationship':
        return this.#createRelationship(delta);
      case 'deleteRelationship':
        return this.#deleteRelationship(delta.relationship);
      case 'setRelationshipProperty':
        return this.#setRelationshipProperty(delta);
      case 'createIndex':
        return this.#createIndex(delta);
      case 'dropIndex':
        return this.#dropIndex(delta.name);
      case 'createConstraint':
        return this.#createConstraint(delta);
      case 'dropConstraint':
        return this.#dropConstraint(delta.name);
      case 'setOption':
        return this.#state.options.set(delta.name, delta.value, this.#current);
      case 'noteCommit':
      case 'noteNode':
      case 'noteRelationship':
        return undefined;
      default:
        return unreachable(delta);
    }
  }

  get #current(): Stamp {
    assert(this.#stamp !== undefined, 'no write transaction is open');
    return this.#stamp;
  }

  #defineToken(delta: Delta & { type: 'defineToken' }): void {
    const table = this.#state.tokens.of(delta.kind);
    assert(delta.token === table.count, `token ${delta.token} is not the next ${delta.kind}`);
    table.define(delta.name, OPEN);
  }

  #createNode(node: number): void {
    if (node < 0 || this.#state.nodes.ids.has(node)) broken(`node ${node} is there already`);
    this.#state.createNode(node);
    this.#versions.record({
      type: 'nodeCreated',
      entity: node,
      stamp: this.#current,
      older: undefined,
      newer: undefined,
    });
  }

  #deleteNode(node: number): void {
    this.#expectNode(node);
    if (this.#state.adjacency.isJoined(node)) broken(`node ${node} still has relationships`);
    const labelSet = this.#state.nodes.labelSet(node);
    const properties = this.#state.propertiesOfNode(node);
    const departures: Departure[] = [];
    this.#state.clearNode(node, departures);
    this.#state.deleteNode(node);
    this.#versions.record({
      type: 'nodeDeleted',
      entity: node,
      stamp: this.#current,
      older: undefined,
      newer: undefined,
      labelSet,
      properties,
      departures: remembered(departures),
    });
  }

  #addLabel(node: number, label: number): void {
    this.#expectNode(node);
    this.#expectToken('label', label);
    this.#setLabelSet(node, this.#state.labelSets.with(this.#state.nodes.labelSet(node), label));
  }

  #removeLabel(node: number, label: number): void {
    this.#expectNode(node);
    this.#setLabelSet(node, this.#state.labelSets.without(this.#state.nodes.labelSet(node), label));
  }

  #setLabelSet(node: number, set: number): void {
    const labelSet = this.#state.nodes.labelSet(node);
    const departures: Departure[] = [];
    this.#state.setLabelSet(node, set, departures);
    if (this.#versions.isFresh(this.#versions.nodes.head(node))) return;
    this.#versions.record({
      type: 'labelsChanged',
      entity: node,
      stamp: this.#current,
      older: undefined,
      newer: undefined,
      labelSet,
      departures: remembered(departures),
    });
  }

  #setNodeProperty(delta: Delta & { type: 'setNodeProperty' }): void {
    const { node, key } = delta;
    this.#expectNode(node);
    this.#expectToken('propertyKey', key);
    const value = delta.value === null ? null : canonicalStored(delta.value);
    const fresh = this.#versions.isFresh(this.#versions.nodes.head(node));
    const before = fresh ? null : this.#state.nodeProperties.get(node, key);
    const departures: Departure[] = [];
    this.#state.setNodeProperty(node, { key, value }, departures);
    if (fresh) return;
    this.#versions.record({
      type: 'nodePropertyChanged',
      entity: node,
      stamp: this.#current,
      older: undefined,
      newer: undefined,
      key,
      before,
      departures: remembered(departures),
    });
  }

  #createRelationship(delta: Delta & { type: 'createRelationship' }): void {
    const { relationship, relationshipType, start, end } = delta;
    if (relationship < 0 || this.#state.relationships.ids.has(relationship)) {
      broken(`relationship ${relationship} is there already`);
    }
    this.#expectNode(start);
    this.#expectNode(end);
    this.#expectToken('relationshipType', relationshipType);
    this.#state.createRelationship(relationship, { type: relationshipType, start, end });
    this.#versions.record({
      type: 'relationshipCreated',
      entity: relationship,
      stamp: this.#current,
      older: undefined,
      newer: undefined,
    });
  }

  #deleteRelationship(relationship: number): void {
    this.#expectRelationship(relationship);
    const table = this.#state.relationships;
    const fields = {
      relationshipType: table.type(relationship),
      start: table.start(relationship),
      end: table.end(relationship),
      properties: this.#state.propertiesOfRelationship(relationship),
    };
    const departures: Departure[] = [];
    this.#state.clearRelationship(relationship, departures);
    this.#state.deleteRelationship(relationship);
    this.#versions.record({
      type: 'relationshipDeleted',
      entity: relationship,
      stamp: this.#current,
      older: undefined,
      newer: undefined,
      ...fields,
      departures: remembered(departures),
    });
  }

  #setRelationshipProperty(delta: Delta & { type: 'setRelationshipProperty' }): void {
    const { relationship, key } = delta;
    this.#expectRelationship(relationship);
    this.#expectToken('propertyKey', key);
    const value = delta.value === null ? null : canonicalStored(delta.value);
    const fresh = this.#versions.isFresh(this.#versions.relationships.head(relationship));
    const before = fresh ? null : this.#state.relationshipProperties.get(relationship, key);
    const departures: Departure[] = [];
    this.#state.setRelationshipProperty(relationship, { key, value }, departures);
    if (fresh) return;
    this.#versions.record({
      type: 'relationshipPropertyChanged',
      entity: relationship,
      stamp: this.#current,
      older: undefined,
      newer: undefined,
      key,
      before,
      departures: remembered(departures),
    });
  }

  #createIndex(delta: Delta & { type: 'createIndex' }): void {
    const { type: _, ...definition } = delta;
    const { name, entity, keys } = definition;
    for (const token of tokensOf(definition))
      this.#expectToken(entity === 'node' ? 'label' : 'relationshipType', token);
    assert(keys.length > 0, `index ${name} is on no property`);
    for (const key of keys) this.#expectToken('propertyKey', key);
    const { indexes } = this.#state;
    assert(indexes.byName(name) === undefined && indexes.find(definition) === undefined, `index ${name} is there`);
    indexes.create(definition, this.#current);
  }

  #dropIndex(name: string): void {
    assert(this.#state.indexes.byName(name) !== undefined, `no index ${name}`);
    this.#state.indexes.drop(name, this.#current);
  }

  /** The index of a constraint that has one is made before it. */
  #createConstraint({ type: _, ...definition }: Delta & { type: 'createConstraint' }): void {
    const { name, entity, token, keys } = definition;
    this.#expectToken(entity === 'node' ? 'label' : 'relationshipType', token);
    assert(keys.length > 0, `constraint ${name} is on no property`);
    for (const key of keys) this.#expectToken('propertyKey', key);
    const { constraints, indexes } = this.#state;
    assert(constraints.byName(name) === undefined, `constraint ${name} is there`);
    assert(!ownsIndex(definition) || indexes.byName(name), `constraint ${name} has no index`);
    constraints.create(definition, this.#current);
  }

  #dropConstraint(name: string): void {
    assert(this.#state.constraints.byName(name) !== undefined, `no constraint ${name}`);
    this.#state.constraints.drop(name, this.#current);
  }

  /** Takes a change back. Its departures have been forgotten already. */
  #revert(undo: Undo): void {
    const state = this.#state;
    const ignored: Departure[] = [];
    switch (undo.type) {
      case 'nodeCreated':
        state.clearNode(undo.entity, ignored);
        return state.deleteNode(undo.entity);
      case 'nodeDeleted':
        state.createNode(undo.entity);
        for (const [key, value] of undo.properties) state.setNodeProperty(undo.entity, { key, value }, ignored);
        return state.setLabelSet(undo.entity, undo.labelSet, ignored);
      case 'labelsChanged':
        return state.setLabelSet(undo.entity, undo.labelSet, ignored);
      case 'nodePropertyChanged':
        return state.setNodeProperty(undo.entity, { key: undo.key, value: undo.before }, ignored);
      case 'relationshipCreated':
        state.clearRelationship(undo.entity, ignored);
        return state.deleteRelationship(undo.entity);
      case 'relationshipDeleted':
        state.createRelationship(undo.entity, { type: undo.relationshipType, start: undo.start, end: undo.end });
        for (const [key, value] of undo.properties) state.setRelationshipProperty(undo.entity, { key, value }, ignored);
        return;
      case 'relationshipPropertyChanged':
        return state.setRelationshipProperty(undo.entity, { key: undo.key, value: undo.before }, ignored);
      default:
        return unreachable(undo);
    }
  }

  #expectNode(node: number): void {
    if (!this.#state.nodes.ids.has(node)) broken(`no node ${node}`);
  }

  #expectRelationship(relationship: number): void {
    if (!this.#state.relationships.ids.has(relationship)) broken(`no relationship ${relationship}`);
  }

  #expectToken(kind: 'label' | 'relationshipType' | 'propertyKey', token: number): void {
    if (token < 0 || token >= this.#state.tokens.of(kind).count) broken(`no ${kind} ${token}`);
  }
}

const NO_DEPARTURES: readonly Departure[] = [];

/** Puts departures where an index finds them for as long as their undo record stands. */
function remembered(departures: readonly Departure[]): readonly Departure[] {
  if (departures.length === 0) return NO_DEPARTURES;
  for (const departure of departures) departure.index.depart(departure);
  return departures;
}
