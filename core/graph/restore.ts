import { assert } from '../assert.ts';
import type { ConstraintDefinition } from './constraint-definition.ts';
import type { ExportedOption } from './database-options.ts';
import type { TokenKind } from './delta.ts';
import { GraphState } from './graph-state.ts';
import { GraphStore, type GraphStoreOptions } from './graph-store.ts';
import type { ExportedNode, ExportedRelationship } from './graph-view.ts';
import { type IndexDefinition, tokensOf } from './index-definition.ts';
import { canonicalStored } from './stored-value.ts';

/**
 * Builds a store from what a snapshot exported: tokens, then nodes, then relationships, and indexes and constraints at any time after
 * the tokens. Ids are kept; within nodes and within relationships any order gives the same graph, and ascending ids are
 * fastest. Input that contradicts itself is a broken invariant: segments have been verified before they come here.
 */
export class GraphRestore {
  readonly #state = new GraphState();
  readonly #options: GraphStoreOptions;
  readonly #indexes: IndexDefinition[] = [];

  constructor(options: GraphStoreOptions = {}) {
    this.#options = options;
  }

  /** What the graph takes so far. */
  get memoryBytes(): number {
    return this.#state.memory.bytes;
  }

  /** Defines names of one kind, by token id. */
  tokens(kind: TokenKind, names: readonly string[]): void {
    for (const name of names) this.#state.tokens.of(kind).define(name, 0);
  }

  node(node: ExportedNode): void {
    const { id } = node;
    assert(id >= 0 && !this.#state.nodes.ids.has(id), `node ${id} is there already`);
    this.#expectTokens('label', node.labels);
    this.#expectTokens('propertyKey', node.keys);
    this.#state.createNode(id);
    if (node.labels.length > 0) this.#state.setLabelSet(id, this.#state.labelSets.of(node.labels), []);
    for (let position = 0; position < node.keys.length; position += 1) {
      this.#state.nodeProperties.set(id, node.keys[position]!, canonicalStored(node.values[position]!));
    }
  }

  relationship(relationship: ExportedRelationship): void {
    const { id, type, start, end } = relationship;
    const { nodes, relationships, relationshipProperties } = this.#state;
    assert(id >= 0 && !relationships.ids.has(id), `relationship ${id} is there already`);
    assert(nodes.ids.has(start) && nodes.ids.has(end), `relationship ${id} joins nodes that are not there`);
    this.#expectTokens('relationshipType', [type]);
    this.#expectTokens('propertyKey', relationship.keys);
    relationships.add(id, { type, start, end });
    for (let position = 0; position < relationship.keys.length; position += 1) {
      const value = canonicalStored(relationship.values[position]!);
      relationshipProperties.set(id, relationship.keys[position]!, value);
    }
  }

  index(definition: IndexDefinition): void {
    this.#expectTokens(definition.entity === 'node' ? 'label' : 'relationshipType', tokensOf(definition));
    this.#expectTokens('propertyKey', definition.keys);
    this.#indexes.push(definition);
  }

  /** After the index that it has, if it has one. */
  constraint(definition: ConstraintDefinition): void {
    this.#expectTokens(definition.entity === 'node' ? 'label' : 'relationshipType', [definition.token]);
    this.#expectTokens('propertyKey', definition.keys);
    this.#state.constraints.create(definition, { lsn: 0 });
  }

  option(option: ExportedOption): void {
    this.#state.options.restore(option);
  }

  /** Ends the restore and answers the store, which stands at `lsn` with all of it acknowledged. Its indexes are still to be populated. */
  finish(lsn: number): GraphStore {
    this.#state.adjacency.fill(this.#state.relationships);
    for (const definition of this.#indexes) this.#state.indexes.create(definition, { lsn: 0 });
    return new GraphStore(this.#options, { state: this.#state, lsn });
  }

  #expectTokens(kind: TokenKind, tokens: readonly number[]): void {
    const { count } = this.#state.tokens.of(kind);
    for (const token of tokens) assert(token >= 0 && token < count, `no ${kind} ${token}`);
  }
}
