/**
 * Nodes and relationships that are in no graph, only in the answer of a procedure, such as the picture of a schema. A
 * statement refers to them as to others; their ids lie below NO_ENTITY, so that the graph knows nothing of them.
 */
import { NodeReference, RelationshipReference, type StoredValue } from '../value/value.ts';
import { NO_ENTITY } from './batch.ts';

export interface VirtualNode {
  readonly labels: readonly string[];
  readonly properties: ReadonlyMap<string, StoredValue>;
}

export interface VirtualRelationship {
  readonly type: string;
  /** Ids of virtual nodes. */
  readonly start: number;
  readonly end: number;
  readonly properties: ReadonlyMap<string, StoredValue>;
}

export class VirtualEntities {
  readonly #nodes: VirtualNode[] = [];
  readonly #relationships: VirtualRelationship[] = [];

  addNode(node: VirtualNode): NodeReference {
    return new NodeReference(NO_ENTITY - this.#nodes.push(node));
  }

  addRelationship(relationship: VirtualRelationship): RelationshipReference {
    return new RelationshipReference(NO_ENTITY - this.#relationships.push(relationship));
  }

  /** Undefined for an id of the graph. */
  node(id: number): VirtualNode | undefined {
    // An array that is asked for a negative index takes the long way round, and nearly all ids are the graph's.
    return id < NO_ENTITY ? this.#nodes[NO_ENTITY - 1 - id] : undefined;
  }

  relationship(id: number): VirtualRelationship | undefined {
    return id < NO_ENTITY ? this.#relationships[NO_ENTITY - 1 - id] : undefined;
  }
}
