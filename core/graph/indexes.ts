import { CompositeIndex } from './composite-index.ts';
import { Definitions } from './definitions.ts';
import { FullTextIndex } from './full-text-index.ts';
import type { GraphIndex } from './graph-index.ts';
import {
  type EntityKind,
  type IndexDefinition,
  type IndexPlace,
  isSameIndexPlace,
  tokensOf,
} from './index-definition.ts';
import type { MemoryCounter } from './memory.ts';
import { PointIndex } from './point-index.ts';
import { PropertyIndex } from './property-index.ts';
import type { Stamp } from './stamp.ts';
import { VectorIndex } from './vector-index.ts';

/** The indexes of a graph, in its newest state. */
export class Indexes {
  /** By name. */
  readonly #indexes = new Map<string, GraphIndex>();
  readonly #byKey: Readonly<Record<EntityKind, Map<number, GraphIndex[]>>> = {
    node: new Map(),
    relationship: new Map(),
  };
  readonly #byToken: Readonly<Record<EntityKind, Map<number, GraphIndex[]>>> = {
    node: new Map(),
    relationship: new Map(),
  };
  readonly #definitions = new Definitions<IndexDefinition>();
  /** Those that are not online yet, in the order in which they are populated. */
  readonly #unfinished = new Set<GraphIndex>();
  /** Grows when an index comes online or goes, so that what was derived from them knows when it is out of date. */
  #version = 0;
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
  }

  get version(): number {
    return this.#version;
  }

  /** How many there are. */
  get count(): number {
    return this.#indexes.size;
  }

  /** Definitions in the order of their names. */
  list(): IndexDefinition[] {
    return this.#definitions.list();
  }

  /** Those that may be used. */
  online(): GraphIndex[] {
    return [...this.#indexes.values()].filter((index) => index.isOnline);
  }

  /** The one on a place. */
  find(place: IndexPlace): GraphIndex | undefined {
    return this.onToken(place.entity, place.token).find(({ definition }) => isSameIndexPlace(definition, place));
  }

  /** The index of a name. */
  byName(name: string): GraphIndex | undefined {
    return this.#indexes.get(name);
  }

  /** The indexes on a property, whatever the label or type. */
  onKey(entity: EntityKind, key: number): readonly GraphIndex[] {
    return this.#byKey[entity].get(key) ?? NO_INDEXES;
  }

  /** The indexes on a label or type, whatever the properties. */
  onToken(entity: EntityKind, token: number): readonly GraphIndex[] {
    return this.#byToken[entity].get(token) ?? NO_INDEXES;
  }

  /** The next that is not online, and has entities left to cover; undefined: none. */
  nextToPopulate(): GraphIndex | undefined {
    for (const index of this.#unfinished) if (!index.isPopulated) return index;
    return undefined;
  }

  /** Whether there are any that are not online, or have put work off. */
  get areUnfinished(): boolean {
    return this.#unfinished.size > 0 || this.nextWithBacklog() !== undefined;
  }

  /** One that has put work off. */
  nextWithBacklog(): GraphIndex | undefined {
    for (const index of this.#indexes.values()) if (index.hasBacklog) return index;
    return undefined;
  }

  /** Puts online what is populated: at an lsn at which no transaction is open. */
  finish(lsn: number): void {
    for (const index of this.#unfinished) {
      if (!index.isPopulated) continue;
      index.builtAt = { lsn };
      this.#unfinished.delete(index);
      this.#version += 1;
    }
  }

  /** The definitions that were valid at an lsn, in the order of their names. */
  definitionsAt(lsn: number): IndexDefinition[] {
    return this.#definitions.at(lsn);
  }

  /** Defines an index, which is still empty; its name and its place are free. */
  create(definition: IndexDefinition, created: Stamp): void {
    this.#definitions.create(definition, created);
    this.#open(definition);
  }

  drop(name: string, dropped: Stamp): void {
    this.#definitions.drop(name, dropped);
    this.#close(name);
  }

  /** Takes back what a transaction has done. What it dropped comes back empty, and is populated anew. */
  rollback(stamp: Stamp): void {
    const { gone, back } = this.#definitions.rollback(stamp);
    for (const { name } of gone) this.#close(name);
    for (const definition of back) this.#open(definition);
  }

  /** Forgets definitions that ended at or before an lsn. */
  collect(lsn: number): void {
    this.#definitions.collect(lsn);
  }

  #open(definition: IndexDefinition): void {
    const { name, entity, keys } = definition;
    const index = new (classOf(definition))(definition, this.#memory);
    this.#indexes.set(name, index);
    this.#unfinished.add(index);
    for (const key of keys) this.#byKey[entity].set(key, [...this.onKey(entity, key), index]);
    for (const token of tokensOf(definition)) {
      this.#byToken[entity].set(token, [...this.onToken(entity, token), index]);
    }
  }

  #close(name: string): void {
    const index = this.#indexes.get(name)!;
    this.#version += 1;
    const { entity, keys } = index.definition;
    this.#indexes.delete(name);
    this.#unfinished.delete(index);
    for (const key of keys) this.#byKey[entity].set(key, without(this.onKey(entity, key), index));
    for (const token of tokensOf(index.definition)) {
      this.#byToken[entity].set(token, without(this.onToken(entity, token), index));
    }
    index.drop();
  }
}

function classOf({ kind, keys }: IndexDefinition) {
  if (kind === 'vector') return VectorIndex;
  if (kind === 'fulltext') return FullTextIndex;
  if (kind === 'point') return PointIndex;
  return keys.length === 1 ? PropertyIndex : CompositeIndex;
}

const NO_INDEXES: readonly GraphIndex[] = [];

function without(indexes: readonly GraphIndex[], index: GraphIndex): GraphIndex[] {
  return indexes.filter((other) => other !== index);
}
