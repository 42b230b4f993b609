/**
 * Makes a graph like another one by the changes of one transaction. Entities keep their ids, and what is in both graphs under one
 * id becomes what it is there; only where an id may not be given now, since a reader may still see who had it, is another one given.
 */
import { assert } from '../assert.ts';
import type { MutableCounters } from '../executor/counters.ts';
import type { ConstraintDefinition } from '../graph/constraint-definition.ts';
import { ownsIndex } from '../graph/constraint-definition.ts';
import type { TokenKind } from '../graph/delta.ts';
import type { ExportedNode, ExportedRelationship, GraphView } from '../graph/graph-view.ts';
import { type IndexDefinition, tokensOf } from '../graph/index-definition.ts';
import type { Writer } from '../graph/writer.ts';
import type { StoredValue } from '../value/value.ts';

/** Entities that are compared in one go. */
const BLOCK_IDS = 512;

export interface Difference {
  readonly writer: Writer;
  /** What the graph is to be like. */
  readonly wanted: GraphView;
  readonly counters: MutableCounters;
}

/** Each step yields the work that it was. Options of the database stay as they are. Errors: as Writer's. */
export function* makeLike({ writer, wanted, counters }: Difference): Generator<number, void> {
  yield* new Likening(writer, wanted, counters).steps();
}

class Likening {
  readonly #writer: Writer;
  readonly #present: GraphView;
  readonly #wanted: GraphView;
  readonly #counters: MutableCounters;
  readonly #tokens: Readonly<Record<TokenKind, { readonly names: readonly string[]; readonly tokens: number[] }>>;
  /** Nodes that could not have their own id, by that. */
  readonly #nodes = new Map<number, number>();
  /** Ids that these have, and those of relationships which could not have theirs: they stand for no entity of that id. */
  readonly #strayNodes = new Set<number>();
  readonly #strayRelationships = new Set<number>();

  constructor(writer: Writer, wanted: GraphView, counters: MutableCounters) {
    this.#writer = writer;
    this.#present = writer.view;
    this.#wanted = wanted;
    this.#counters = counters;
    const names = (kind: TokenKind) => ({ names: wanted.exportTokens(kind), tokens: [] });
    this.#tokens = {
      label: names('label'),
      relationshipType: names('relationshipType'),
      propertyKey: names('propertyKey'),
    };
  }

  *steps(): Generator<number, void> {
    const schema = this.#dropSchema();
    const relationshipLimit = Math.max(this.#present.relationshipIdLimit, this.#wanted.relationshipIdLimit);
    const nodeLimit = Math.max(this.#present.nodeIdLimit, this.#wanted.nodeIdLimit);
    for (let from = 0; from < relationshipLimit; from += BLOCK_IDS) yield this.#deleteRelationships(from);
    for (let from = 0; from < nodeLimit; from += BLOCK_IDS) yield this.#nodesFrom(from);
    for (let from = 0; from < relationshipLimit; from += BLOCK_IDS) yield this.#relationshipsFrom(from);
    yield* this.#createSchema(schema);
    yield this.#writer.checkConstraints();
  }

  /** The token here of a token there. */
  #token(kind: TokenKind, token: number): number {
    const { names, tokens } = this.#tokens[kind];
    tokens[token] ??= this.#writer.token(kind, names[token]!);
    return tokens[token];
  }

  #deleteRelationships(from: number): number {
    const wanted = byId(this.#wanted.exportRelationships(from, from + BLOCK_IDS));
    for (const present of this.#present.exportRelationships(from, from + BLOCK_IDS)) {
      if (this.#isSame(present, wanted.get(present.id))) continue;
      this.#writer.deleteRelationship(present.id);
      this.#counters.relationshipsDeleted += 1;
    }
    return BLOCK_IDS;
  }

  #isSame(present: ExportedRelationship, wanted: ExportedRelationship | undefined): boolean {
    if (wanted === undefined || present.start !== wanted.start || present.end !== wanted.end) return false;
    return present.type === this.#token('relationshipType', wanted.type);
  }

  #nodesFrom(from: number): number {
    const present = byId(this.#present.exportNodes(from, from + BLOCK_IDS), this.#strayNodes);
    for (const wanted of this.#wanted.exportNodes(from, from + BLOCK_IDS)) {
      const known = present.get(wanted.id);
      present.delete(wanted.id);
      this.#makeNode(known, wanted);
    }
    for (const id of present.keys()) {
      this.#writer.deleteNode(id);
      this.#counters.nodesDeleted += 1;
    }
    return BLOCK_IDS;
  }

  #makeNode(known: ExportedNode | undefined, wanted: ExportedNode): void {
    const node = known?.id ?? this.#writer.createNode(wanted.id);
    if (known === undefined) this.#counters.nodesCreated += 1;
    if (node !== wanted.id) {
      this.#nodes.set(wanted.id, node);
      this.#strayNodes.add(node);
    }
    const labels = new Set(wanted.labels.map((label) => this.#token('label', label)));
    for (const label of known?.labels ?? []) {
      if (!labels.has(label) && this.#writer.removeLabel(node, label)) this.#counters.labelsRemoved += 1;
    }
    for (const label of labels) if (this.#writer.addLabel(node, label)) this.#counters.labelsAdded += 1;
    this.#setProperties(known, wanted, (key, value) => this.#writer.setNodeProperty(node, key, value));
  }

  #relationshipsFrom(from: number): number {
    const present = byId(this.#present.exportRelationships(from, from + BLOCK_IDS), this.#strayRelationships);
    for (const wanted of this.#wanted.exportRelationships(from, from + BLOCK_IDS)) {
      const known = present.get(wanted.id);
      const isKnown = known !== undefined && this.#isSame(known, wanted);
      const relationship = isKnown ? wanted.id : this.#createRelationship(wanted);
      this.#setProperties(isKnown ? known : undefined, wanted, (key, value) => {
        this.#writer.setRelationshipProperty(relationship, key, value);
      });
    }
    return BLOCK_IDS;
  }

  #createRelationship({ id, type, start, end }: ExportedRelationship): number {
    this.#counters.relationshipsCreated += 1;
    const ends = { start: this.#nodes.get(start) ?? start, end: this.#nodes.get(end) ?? end };
    const created = this.#writer.createRelationship(this.#token('relationshipType', type), ends.start, ends.end, id);
    if (created !== id) this.#strayRelationships.add(created);
    return created;
  }

  #setProperties(
    known: Pick<ExportedNode, 'keys' | 'values'> | undefined,
    wanted: Pick<ExportedNode, 'keys' | 'values'>,
    set: (key: number, value: StoredValue | null) => void,
  ): void {
    const before = this.#writer.deltas.length;
    const keys = wanted.keys.map((key) => this.#token('propertyKey', key));
    for (const key of known?.keys ?? []) if (!keys.includes(key)) set(key, null);
    for (const [i, key] of keys.entries()) set(key, wanted.values[i]!);
    this.#counters.propertiesSet += this.#writer.deltas.length - before;
  }

  /** Drops indexes and constraints that are not there, or are others there. Answers with what is to be made at the end. */
  #dropSchema() {
    const wantedConstraints = this.#wanted.exportConstraints().map((each) => this.#constraint(each));
    const wantedIndexes = this.#wanted.exportIndexes().map((each) => this.#index(each));
    const constraints = new Map(wantedConstraints.map((each) => [JSON.stringify(each), each]));
    const indexes = new Map(wantedIndexes.map((each) => [JSON.stringify(each), each]));
    const owned = (name: string, of: readonly ConstraintDefinition[]) =>
      of.some((constraint) => constraint.name === name && ownsIndex(constraint));
    const present = this.#present.exportConstraints();
    for (const constraint of present) {
      if (constraints.delete(JSON.stringify(ordered(constraint)))) continue;
      this.#writer.dropConstraint(constraint.name);
      this.#counters.constraintsRemoved += 1;
    }
    for (const index of this.#present.exportIndexes()) {
      if (indexes.delete(JSON.stringify(orderedIndex(index))) || owned(index.name, present)) continue;
      this.#writer.dropIndex(index.name);
      this.#counters.indexesRemoved += 1;
    }
    const free = [...indexes.values()].filter(({ name }) => !owned(name, wantedConstraints));
    return { constraints: [...constraints.values()], indexes: free };
  }

  *#createSchema(schema: {
    readonly constraints: readonly ConstraintDefinition[];
    readonly indexes: readonly IndexDefinition[];
  }): Generator<number, void> {
    for (const index of schema.indexes) {
      this.#writer.createIndex(index);
      this.#counters.indexesAdded += 1;
    }
    for (const constraint of schema.constraints) {
      this.#writer.createConstraint(constraint);
      this.#counters.constraintsAdded += 1;
      yield* this.#writer.checkAll(constraint);
    }
  }

  #constraint(constraint: ConstraintDefinition): ConstraintDefinition {
    const keys = constraint.keys.map((key) => this.#token('propertyKey', key));
    return ordered({ ...constraint, token: this.#tokenOf(constraint.entity, constraint.token), keys });
  }

  #index(index: IndexDefinition): IndexDefinition {
    const [token, ...moreTokens] = tokensOf(index).map((each) => this.#tokenOf(index.entity, each));
    assert(token !== undefined, 'an index is on something');
    const keys = index.keys.map((key) => this.#token('propertyKey', key));
    return orderedIndex({ ...index, token, keys, ...(moreTokens.length > 0 && { moreTokens }) });
  }

  #tokenOf(entity: IndexDefinition['entity'], token: number): number {
    return this.#token(entity === 'node' ? 'label' : 'relationshipType', token);
  }
}

function byId<Entity extends { readonly id: number }>(
  entities: readonly Entity[],
  strays: ReadonlySet<number> = NONE,
): Map<number, Entity> {
  return new Map(entities.filter(({ id }) => !strays.has(id)).map((entity) => [entity.id, entity]));
}

const NONE: ReadonlySet<number> = new Set();

/** The same with its fields in one order, so that equal ones have equal texts. */
function ordered({ name, kind, entity, token, keys, types }: ConstraintDefinition): ConstraintDefinition {
  return { name, kind, entity, token, keys, types };
}

function orderedIndex(index: IndexDefinition): IndexDefinition {
  const { name, kind, entity, token, moreTokens, keys, vector, fullText } = index;
  return {
    name,
    kind,
    entity,
    token,
    ...(moreTokens && { moreTokens }),
    keys,
    ...(vector && { vector }),
    ...(fullText && { fullText }),
  };
}
