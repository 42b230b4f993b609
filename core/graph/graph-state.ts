/**
 * The newest state of a graph: tables, columns, adjacency and indexes, kept in step with each other. Nothing here knows
 * of versions or deltas; what a value or label leaves behind in an index is handed to the caller as departures.
 */
import type { StoredValue } from '../value/value.ts';
import { Adjacency } from './adjacency.ts';
import { Constraints } from './constraints.ts';
import { DatabaseOptions } from './database-options.ts';
import { NodeTable, RelationshipTable } from './entity-tables.ts';
import type { Departure, GraphIndex } from './graph-index.ts';
import { tokensOf } from './index-definition.ts';
import { Indexes } from './indexes.ts';
import { LabelIndex } from './label-index.ts';
import { LabelKeyCounts } from './label-key-counts.ts';
import { LabelSets, NO_LABELS } from './label-sets.ts';
import type { MemoryCounter } from './memory.ts';
import { PropertyTable } from './property-table.ts';
import { Tokens } from './tokens.ts';

export class GraphState {
  readonly memory: MemoryCounter = { bytes: 0 };
  readonly tokens = new Tokens(this.memory);
  readonly indexes = new Indexes(this.memory);
  readonly constraints = new Constraints();
  readonly options = new DatabaseOptions();
  readonly nodes = new NodeTable(this.memory);
  readonly relationships = new RelationshipTable(this.memory);
  readonly labelSets = new LabelSets(this.memory);
  readonly labels = new LabelIndex(this.memory);
  readonly labelKeyCounts = new LabelKeyCounts();
  readonly adjacency = new Adjacency(this.memory);
  readonly nodeProperties = new PropertyTable(this.memory);
  readonly relationshipProperties = new PropertyTable(this.memory);

  createNode(id: number): void {
    this.nodes.ids.add(id);
  }

  /** Deletes a node, which has no labels and properties left. */
  deleteNode(id: number): void {
    this.nodes.ids.delete(id);
  }

  /** Gives a node another set of labels, and adds what leaves an index to `departures`. */
  setLabelSet(id: number, set: number, departures: Departure[]): void {
    const before = this.nodes.labelSet(id);
    const had = this.labelSets.labelsOf(before);
    for (let i = 0; i < had.length; i++) {
      if (!this.labelSets.has(set, had[i]!)) this.#removeLabel(id, had[i]!, departures);
    }
    const has = this.labelSets.labelsOf(set);
    for (let i = 0; i < has.length; i++) if (!this.labelSets.has(before, has[i]!)) this.#addLabel(id, has[i]!);
    this.nodes.setLabelSet(id, set);
  }

  /** Sets or takes away a node's property, and adds what leaves an index to `departures`. `value` is canonical. */
  setNodeProperty(
    id: number,
    property: { readonly key: number; readonly value: StoredValue | null },
    departures: Departure[],
  ): void {
    const { key, value } = property;
    const indexes = this.indexes.onKey('node', key);
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i]!;
      if (!this.#hasLabelOf(index, id)) continue;
      changeIn(index, this.nodeProperties, { id, key, value }, departures);
    }
    if (!this.labelKeyCounts.isEmpty) this.#countProperty(id, key, value !== null);
    this.nodeProperties.set(id, key, value);
  }

  /** How many nodes of a label have a property; undefined when it is not kept and there is no room to. */
  countWithProperty(label: number, key: number): number | undefined {
    const known = this.labelKeyCounts.of(label, key);
    if (known !== undefined) return known;
    let count = 0;
    const nodes = this.labels.nodesOf(label);
    for (let node = nodes.next(0); node !== -1; node = nodes.next(node + 1)) {
      if (this.nodeProperties.has(node, key)) count += 1;
    }
    return this.labelKeyCounts.keep({ label, key, count }) ? count : undefined;
  }

  createRelationship(
    id: number,
    fields: { readonly type: number; readonly start: number; readonly end: number },
  ): void {
    this.relationships.add(id, fields);
    this.adjacency.add(id, fields);
  }

  /** Deletes a relationship, which has no properties left. */
  deleteRelationship(id: number): void {
    const type = this.relationships.type(id);
    this.adjacency.delete(id, { type, start: this.relationships.start(id), end: this.relationships.end(id) });
    this.relationships.delete(id);
  }

  /** As setNodeProperty. */
  setRelationshipProperty(
    id: number,
    property: { readonly key: number; readonly value: StoredValue | null },
    departures: Departure[],
  ): void {
    const { key, value } = property;
    for (const index of this.indexes.onKey('relationship', key)) {
      if (!tokensOf(index.definition).includes(this.relationships.type(id))) continue;
      changeIn(index, this.relationshipProperties, { id, key, value }, departures);
    }
    this.relationshipProperties.set(id, key, value);
  }

  /** Lets an index cover more entities, about as many as cost as `count` that are looked at. Answers with what they have cost. */
  populate(index: GraphIndex, count: number): number {
    const { entity, token, moreTokens } = index.definition;
    const isNode = entity === 'node';
    const ofOneLabel = isNode && moreTokens === undefined;
    const ids = ofOneLabel ? this.labels.nodesOf(token) : (isNode ? this.nodes : this.relationships).ids.live;
    const tokens = tokensOf(index.definition);
    const table = isNode ? this.nodeProperties : this.relationshipProperties;
    let looked = 0;
    let id = ids.next(index.coveredBelow);
    for (; id !== -1 && looked < count; id = ids.next(id + 1)) {
      looked += 1;
      const belongs = isNode ? ofOneLabel || this.#hasLabelOf(index, id) : tokens.includes(this.relationships.type(id));
      if (!belongs) continue;
      const held = index.held((key) => table.get(id, key));
      if (held === null) continue;
      index.add(id, held);
      looked += index.entryCost(held) - 1;
    }
    index.coveredBelow = id === -1 ? Number.POSITIVE_INFINITY : id;
    return looked;
  }

  /** Lets an index cover all entities. */
  complete(index: GraphIndex): void {
    while (!index.isPopulated) this.populate(index, Number.POSITIVE_INFINITY);
  }

  /** A node's properties by key. */
  propertiesOfNode(id: number): Map<number, StoredValue> {
    return propertiesOf(this.nodeProperties, id);
  }

  propertiesOfRelationship(id: number): Map<number, StoredValue> {
    return propertiesOf(this.relationshipProperties, id);
  }

  /** Takes all labels and properties from a node. */
  clearNode(id: number, departures: Departure[]): void {
    this.setLabelSet(id, NO_LABELS, departures);
    // Without labels it is in no index and no count.
    for (const key of this.nodeProperties.keysOf(id)) this.nodeProperties.set(id, key, null);
  }

  /** Takes all properties from a relationship. */
  clearRelationship(id: number, departures: Departure[]): void {
    const { relationshipProperties: table } = this;
    for (const index of this.indexes.onToken('relationship', this.relationships.type(id))) {
      const held = index.coveredBelow > id ? index.held((key) => table.get(id, key)) : null;
      if (held !== null) removeFrom(index, { entity: id, value: held }, departures);
    }
    for (const key of table.keysOf(id)) table.set(id, key, null);
  }

  /** A property is about to be there, or not to be. */
  #countProperty(id: number, key: number, willHave: boolean): void {
    const has = this.nodeProperties.has(id, key);
    if (has === willHave) return;
    for (const pair of this.labelKeyCounts.onKey(key)) {
      if (this.labels.has(pair.label, id)) pair.count += willHave ? 1 : -1;
    }
  }

  #addLabel(id: number, label: number): void {
    this.labels.add(label, id);
    for (const pair of this.labelKeyCounts.onLabel(label)) if (this.nodeProperties.has(id, pair.key)) pair.count += 1;
    for (const index of this.indexes.onToken('node', label)) {
      if (this.#hasLabelOf(index, id, label)) continue;
      const held = this.#heldOfNode(index, id);
      if (held !== null) index.add(id, held);
    }
  }

  #removeLabel(id: number, label: number, departures: Departure[]): void {
    this.labels.delete(label, id);
    for (const pair of this.labelKeyCounts.onLabel(label)) if (this.nodeProperties.has(id, pair.key)) pair.count -= 1;
    for (const index of this.indexes.onToken('node', label)) {
      if (this.#hasLabelOf(index, id)) continue;
      const held = this.#heldOfNode(index, id);
      if (held !== null) removeFrom(index, { entity: id, value: held }, departures);
    }
  }

  /** Whether a node has one of an index's labels, a label apart. */
  #hasLabelOf({ definition }: GraphIndex, id: number, apart = -1): boolean {
    const { token, moreTokens } = definition;
    if (token !== apart && this.labels.has(token, id)) return true;
    return moreTokens?.some((other) => other !== apart && this.labels.has(other, id)) ?? false;
  }

  /** What an index holds of a node with its label; null too when the node's turn has not come yet. */
  #heldOfNode(index: GraphIndex, id: number): StoredValue | null {
    return index.coveredBelow > id ? index.held((key) => this.nodeProperties.get(id, key)) : null;
  }
}

/** A property of an entity that belongs to an index is about to change. */
function changeIn(
  index: GraphIndex,
  table: PropertyTable,
  change: { readonly id: number; readonly key: number; readonly value: StoredValue | null },
  departures: Departure[],
): void {
  const { id, key, value } = change;
  if (index.coveredBelow <= id) return;
  const before = index.held((each) => table.get(id, each));
  const after = index.held((each) => (each === key ? value : table.get(id, each)));
  if (before !== null) removeFrom(index, { entity: id, value: before }, departures);
  if (after !== null) index.add(id, after);
}

function removeFrom(
  index: GraphIndex,
  entry: { readonly entity: number; readonly value: StoredValue },
  departures: Departure[],
): void {
  index.delete(entry.entity, entry.value);
  departures.push({ index, ...entry });
}

function propertiesOf(table: PropertyTable, id: number): Map<number, StoredValue> {
  const properties = new Map<number, StoredValue>();
  for (const key of table.keysOf(id)) properties.set(key, table.get(id, key)!);
  return properties;
}
