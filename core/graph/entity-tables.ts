/** What is fixed in size per node and per relationship, in pages that come into being with their first entity. */
import { EntityIds } from './entity-ids.ts';
import { NO_LABELS } from './label-sets.ts';
import { type MemoryCounter, TYPED_ARRAY_BYTES } from './memory.ts';

/** Entities in a page. */
export const PAGE_ENTITIES = 1024;
export const PAGE_SHIFT = 10;
export const PAGE_MASK = PAGE_ENTITIES - 1;

/** Which nodes there are, and the label set of each. */
export class NodeTable {
  readonly ids: EntityIds;
  readonly #labelSets: (Uint32Array | undefined)[] = [];
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    this.ids = new EntityIds(memory);
  }

  labelSet(id: number): number {
    return this.#labelSets[id >>> PAGE_SHIFT]?.[id & PAGE_MASK] ?? NO_LABELS;
  }

  setLabelSet(id: number, set: number): void {
    const page = id >>> PAGE_SHIFT;
    let sets = this.#labelSets[page];
    if (sets === undefined) {
      sets = new Uint32Array(PAGE_ENTITIES);
      this.#memory.bytes += sets.byteLength + TYPED_ARRAY_BYTES;
      while (this.#labelSets.length < page) this.#labelSets.push(undefined);
      this.#labelSets[page] = sets;
    }
    sets[id & PAGE_MASK] = set;
  }
}

/** Which relationships there are, and the type and both ends of each. */
export class RelationshipTable {
  readonly ids: EntityIds;
  /** Start and end of a relationship, side by side. */
  readonly #ends: (Int32Array | undefined)[] = [];
  readonly #types: (Uint16Array | undefined)[] = [];
  readonly #typeCounts: number[] = [];
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    this.ids = new EntityIds(memory);
  }

  /** How many relationships have a type. */
  typeCount(type: number): number {
    return this.#typeCounts[type] ?? 0;
  }

  /** The type of a relationship that exists. */
  type(id: number): number {
    return this.#types[id >>> PAGE_SHIFT]![id & PAGE_MASK]!;
  }

  /** The start node of a relationship that exists. */
  start(id: number): number {
    return this.#ends[id >>> PAGE_SHIFT]![(id & PAGE_MASK) << 1]!;
  }

  /** The end node of a relationship that exists. */
  end(id: number): number {
    return this.#ends[id >>> PAGE_SHIFT]![((id & PAGE_MASK) << 1) + 1]!;
  }

  add(id: number, fields: { readonly type: number; readonly start: number; readonly end: number }): void {
    const page = id >>> PAGE_SHIFT;
    if (this.#ends[page] === undefined) this.#addPage(page);
    const ends = this.#ends[page]!;
    const slot = id & PAGE_MASK;
    ends[slot << 1] = fields.start;
    ends[(slot << 1) + 1] = fields.end;
    this.#types[page]![slot] = fields.type;
    while (this.#typeCounts.length <= fields.type) this.#typeCounts.push(0);
    this.#typeCounts[fields.type]! += 1;
    this.ids.add(id);
  }

  delete(id: number): void {
    this.#typeCounts[this.type(id)]! -= 1;
    this.ids.delete(id);
  }

  #addPage(page: number): void {
    const ends = new Int32Array(2 * PAGE_ENTITIES);
    const types = new Uint16Array(PAGE_ENTITIES);
    this.#memory.bytes += ends.byteLength + types.byteLength + 2 * TYPED_ARRAY_BYTES;
    while (this.#ends.length < page) {
      this.#ends.push(undefined);
      this.#types.push(undefined);
    }
    this.#ends[page] = ends;
    this.#types[page] = types;
  }
}
