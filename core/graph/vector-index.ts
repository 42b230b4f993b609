/**
 * An index on vectors, which finds those that are most like another one: exactly while they are few, else by a small world of them.
 * Slots are joined to the world afterwards, as that takes long, and those that have not been joined yet are all looked at.
 *
 * Instances populate the index in different orders, so that what is only nearly certain to be found may differ between them.
 */
import { isNumeric, toFloatNumber } from '../value/arithmetic.ts';
import { isList } from '../value/equality.ts';
import type { StoredValue, Value } from '../value/value.ts';
import { type Departure, GraphIndex } from './graph-index.ts';
import type { IndexDefinition, VectorSettings } from './index-definition.ts';
import { ARRAY_SLOT_BYTES, MAP_ENTRY_BYTES, type MemoryCounter } from './memory.ts';
import { DistanceHeap, type Found, nearestFirst } from './nearest-heap.ts';
import { SmallWorld } from './small-world.ts';
import { similarityOf, VectorStore, vectorDistance } from './vector-store.ts';

/** So many vectors are all looked at in less time than a small world of them would take to make. */
const UNJOINED_MAX = 2_000;

/** Vectors of a small world that a search looks at, about: its candidates times their neighbours. */
const SEARCHED_OF_JOINED = 2_000;

/** Distances that are measured to join a slot, about, a tenth of which cost as much as an entity that is looked at. */
const DISTANCES_PER_JOIN = 200;

/** Numbers that are read in the time that it takes to look at an entity. */
const NUMBERS_PER_ENTITY = 64;

/** An entity and how like it is, from 0 to 1. */
export interface Likeness {
  readonly entity: number;
  readonly score: number;
}

export class VectorIndex extends GraphIndex {
  readonly #settings: VectorSettings;
  #memoryOfEntries: MemoryCounter = { bytes: 0 };
  #vectors: VectorStore;
  #world: SmallWorld;
  readonly #slotOf = new Map<number, number>();
  /** By slot: the entity; -1 when it has gone. */
  #entities: number[] = [];
  /** Slots from here on are not joined. */
  #joinedBelow = 0;

  constructor(definition: IndexDefinition, memory: MemoryCounter) {
    super(definition, memory);
    this.#settings = definition.vector!;
    [this.#vectors, this.#world] = this.#start();
  }

  get dimensions(): number {
    return this.#settings.dimensions;
  }

  get valueCount(): number {
    return this.#slotOf.size;
  }

  /** Vectors that a search looks at, about. */
  get searchCost(): number {
    return Math.min(this.#joinedBelow, SEARCHED_OF_JOINED) + this.#entities.length - this.#joinedBelow;
  }

  override entryCost(): number {
    return 1 + Math.ceil(this.#settings.dimensions / NUMBERS_PER_ENTITY);
  }

  override get hasBacklog(): boolean {
    return this.#entities.length - this.#joinedBelow > UNJOINED_MAX;
  }

  protected override catchUp(cost: number, memory: MemoryCounter): number {
    const before = this.#memoryOfEntries.bytes;
    const joinCost = DISTANCES_PER_JOIN * this.entryCost();
    let spent = 0;
    for (; this.hasBacklog && spent < cost; spent += joinCost) this.#world.join(this.#joinedBelow++);
    memory.bytes += this.#memoryOfEntries.bytes - before;
    return spent;
  }

  /** Lists of numbers of the index's length; by angle, not those that are all zeros. */
  override held(read: (key: number) => StoredValue | null): StoredValue | null {
    const held = super.held(read);
    return held !== null && this.vectorOf(held) !== undefined ? held : null;
  }

  /** The numbers of a value as the index compares them; undefined when it holds no such value. */
  vectorOf(list: Value): Float32Array | undefined {
    const { dimensions, similarity } = this.#settings;
    if (!isList(list) || list.length !== dimensions) return undefined;
    const vector = new Float32Array(dimensions);
    let squares = 0;
    for (let i = 0; i < dimensions; i += 1) {
      const item = list[i]!;
      if (!isNumeric(item)) return undefined;
      vector[i] = toFloatNumber(item);
      squares += vector[i]! * vector[i]!;
    }
    if (!Number.isFinite(squares)) return undefined;
    if (similarity === 'euclidean') return vector;
    if (squares === 0) return undefined;
    const length = Math.sqrt(squares);
    for (let i = 0; i < dimensions; i += 1) vector[i]! /= length;
    return vector;
  }

  protected insert(entity: number, held: StoredValue, memory: MemoryCounter): void {
    const before = this.#memoryOfEntries.bytes;
    const slot = this.#entities.length;
    this.#vectors.set(slot, this.vectorOf(held)!);
    this.#entities.push(entity);
    this.#slotOf.set(entity, slot);
    this.entryCount += 1;
    this.#memoryOfEntries.bytes += MAP_ENTRY_BYTES + ARRAY_SLOT_BYTES;
    memory.bytes += this.#memoryOfEntries.bytes - before;
  }

  protected remove(entity: number, _held: StoredValue, memory: MemoryCounter): void {
    const before = this.#memoryOfEntries.bytes;
    this.#entities[this.#slotOf.get(entity)!] = -1;
    this.#slotOf.delete(entity);
    this.entryCount -= 1;
    this.#memoryOfEntries.bytes -= MAP_ENTRY_BYTES;
    // A slot that has gone still leads to others; when they are more than those that are there, all begin anew.
    if (this.#entities.length > 2 * this.#slotOf.size + UNJOINED_MAX) this.#compact();
    memory.bytes += this.#memoryOfEntries.bytes - before;
  }

  protected clear(): void {
    this.#slotOf.clear();
    this.#entities = [];
    [this.#vectors, this.#world] = this.#start();
  }

  /** The most like entities of the newest state that are accepted, most like first. */
  nearest(vector: Float32Array, count: number, accepts: (entity: number) => boolean): Likeness[] {
    const isThere = (slot: number) => this.#entities[slot] !== -1 && accepts(this.#entities[slot]!);
    const found = new DistanceHeap('farthest');
    const take = ({ slot, distance }: Found): void => {
      if (found.size === count && distance >= found.topDistance) return;
      found.push(slot, distance);
      if (found.size > count) found.pop();
    };
    for (const each of this.#world.search(vector, count, isThere)) take(each);
    for (let slot = this.#joinedBelow; slot < this.#entities.length; slot += 1) {
      if (isThere(slot)) take({ slot, distance: this.#vectors.distance(vector, slot) });
    }
    return nearestFirst(found).map(({ slot, distance }) => ({
      entity: this.#entities[slot]!,
      score: similarityOf(distance, this.#settings.similarity),
    }));
  }

  /** How like a value that the index could hold is. */
  scoreOf(vector: Float32Array, held: StoredValue): number {
    const { similarity } = this.#settings;
    return similarityOf(vectorDistance(vector, { page: this.vectorOf(held)!, offset: 0 }, similarity), similarity);
  }

  hasDeparted(entity: number): boolean {
    return this.departuresAt(entity).size > 0;
  }

  /** Values are long, and nobody looks for departures by them. */
  protected override departureKey({ entity }: Departure): number {
    return entity;
  }

  /** Puts what is there into new slots, which are joined anew. */
  #compact(): void {
    const there = this.#entities.flatMap((entity, slot) => (entity === -1 ? [] : [{ entity, slot }]));
    const before = this.#vectors;
    [this.#vectors, this.#world] = this.#start();
    this.#entities = [];
    for (const { entity, slot } of there) {
      this.#vectors.set(this.#entities.length, before.vector(slot));
      this.#slotOf.set(entity, this.#entities.length);
      this.#entities.push(entity);
    }
    this.#memoryOfEntries.bytes += there.length * (MAP_ENTRY_BYTES + ARRAY_SLOT_BYTES);
  }

  #start(): [VectorStore, SmallWorld] {
    this.#memoryOfEntries = { bytes: 0 };
    this.#joinedBelow = 0;
    const { dimensions, similarity } = this.#settings;
    const vectors = new VectorStore(dimensions, similarity, this.#memoryOfEntries);
    return [vectors, new SmallWorld(vectors, this.#memoryOfEntries)];
  }
}
