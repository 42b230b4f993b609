/** The property graph in plain maps, as its definition has it. */
import { GraphError } from '../../../core/error.ts';
import {
  NodeReference,
  type PathReference,
  RelationshipReference,
  type Value,
  type ValueMap,
} from '../../../core/value/value.ts';

export interface ReferenceNode {
  readonly id: number;
  readonly labels: Set<string>;
  readonly properties: Map<string, Value>;
}

export interface ReferenceRelationship {
  readonly id: number;
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly properties: Map<string, Value>;
}

export class ReferenceGraph {
  readonly nodes = new Map<number, ReferenceNode>();
  readonly relationships = new Map<number, ReferenceRelationship>();
  /** Those that start or end at a node, each once. */
  readonly #incident = new Map<number, ReferenceRelationship[]>();

  addNode(labels: Iterable<string>, properties: ValueMap): NodeReference {
    const id = this.#nextNode++;
    this.nodes.set(id, { id, labels: new Set(labels), properties: withoutNulls(properties) });
    this.#incident.set(id, []);
    return new NodeReference(id);
  }

  addRelationship(fields: { type: string; start: number; end: number; properties: ValueMap }): RelationshipReference {
    const id = this.#nextRelationship++;
    const relationship = { ...fields, id, properties: withoutNulls(fields.properties) };
    this.relationships.set(id, relationship);
    for (const end of new Set([fields.start, fields.end])) this.#incident.get(end)?.push(relationship);
    return new RelationshipReference(id);
  }

  #nextNode = 0;
  #nextRelationship = 0;

  node({ id }: NodeReference): ReferenceNode {
    return this.nodes.get(id) ?? gone('node');
  }

  relationship({ id }: RelationshipReference): ReferenceRelationship {
    return this.relationships.get(id) ?? gone('relationship');
  }

  incident(node: number): readonly ReferenceRelationship[] {
    return this.#incident.get(node) ?? [];
  }

  removeRelationship(id: number): void {
    const relationship = this.relationships.get(id);
    if (relationship === undefined) return;
    this.relationships.delete(id);
    for (const end of new Set([relationship.start, relationship.end])) {
      const rest = this.incident(end).filter((one) => one !== relationship);
      if (this.#incident.has(end)) this.#incident.set(end, rest);
    }
  }

  removeNode(id: number): void {
    this.nodes.delete(id);
  }

  /** Whether each relationship's ends are there: what must hold when a statement has ended. */
  get isWhole(): boolean {
    return [...this.relationships.values()].every(({ start, end }) => this.nodes.has(start) && this.nodes.has(end));
  }
}

export function nodesOf(path: PathReference): NodeReference[] {
  return path.nodes.map((id) => new NodeReference(id));
}

export function relationshipsOf(path: PathReference): RelationshipReference[] {
  return path.relationships.map((id) => new RelationshipReference(id));
}

function withoutNulls(properties: ValueMap): Map<string, Value> {
  return new Map([...properties].filter(([, value]) => value !== null));
}

function gone(what: string): never {
  throw new GraphError('Neo.ClientError.Statement.EntityNotFound', `The ${what} has been deleted.`);
}
