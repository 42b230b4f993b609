/**
 * The documents of a full-text index, by slot: what an entity has or had under the index. A document is *current* while the newest
 * state has it, *departed* while only a snapshot may still see it, and then *gone* until its slot has been purged from the terms.
 */
import { ARRAY_SLOT_BYTES, MAP_ENTRY_BYTES, type MemoryCounter } from './memory.ts';

const GONE = -1;
const DEPARTED = -2;

export class TextDocuments {
  readonly #fieldCount: number;
  /** By slot: the entity of a current document, or GONE, or DEPARTED. */
  readonly #entities: number[] = [];
  /** By slot and field: how many terms it has there. */
  readonly #lengths: number[] = [];
  readonly #slots = new Map<number, number>();
  #gone: number[] = [];
  readonly #free: number[] = [];
  /** By field: current documents that have terms there, and how many terms they have. */
  readonly #documentCounts: number[];
  readonly #termCounts: number[];

  constructor(fieldCount: number) {
    this.#fieldCount = fieldCount;
    this.#documentCounts = new Array<number>(fieldCount).fill(0);
    this.#termCounts = new Array<number>(fieldCount).fill(0);
  }

  /** How many are current. */
  get count(): number {
    return this.#slots.size;
  }

  /** Slots whose documents have gone, and that have not been handed to a purge. */
  get goneCount(): number {
    return this.#gone.length;
  }

  /** Adds the current document of an entity that has none. */
  add(entity: number, lengths: readonly number[], memory: MemoryCounter): number {
    let slot = this.#free.pop();
    if (slot === undefined) {
      slot = this.#entities.length;
      memory.bytes += (1 + this.#fieldCount) * ARRAY_SLOT_BYTES;
    }
    this.#entities[slot] = entity;
    for (let field = 0; field < this.#fieldCount; field += 1) {
      this.#lengths[slot * this.#fieldCount + field] = lengths[field]!;
    }
    this.#slots.set(entity, slot);
    memory.bytes += MAP_ENTRY_BYTES;
    this.#count(slot, 1);
    return slot;
  }

  /** Takes out the current document of an entity. Answers with its slot. */
  remove(entity: number, memory: MemoryCounter): number {
    const slot = this.#slots.get(entity)!;
    this.#slots.delete(entity);
    memory.bytes -= MAP_ENTRY_BYTES;
    this.#count(slot, -1);
    this.#entities[slot] = GONE;
    this.#gone.push(slot);
    return slot;
  }

  /** Keeps the document for snapshots that was taken out last. */
  keepDeparted(slot: number): void {
    this.#entities[slot] = DEPARTED;
    this.#gone.pop();
  }

  /** Lets a departed document go. */
  forget(slot: number): void {
    this.#entities[slot] = GONE;
    this.#gone.push(slot);
  }

  /** The entity whose current document is in a slot; negative: none. */
  entityAt(slot: number): number {
    return this.#entities[slot]!;
  }

  isGone(slot: number): boolean {
    return this.#entities[slot] === GONE;
  }

  slotOf(entity: number): number | undefined {
    return this.#slots.get(entity);
  }

  length(slot: number, field: number): number {
    return this.#lengths[slot * this.#fieldCount + field]!;
  }

  /** Current documents that have terms in a field. */
  documentCount(field: number): number {
    return this.#documentCounts[field]!;
  }

  /** Terms that a document has in a field on average, of those that have any. */
  averageLength(field: number): number {
    return this.#termCounts[field]! / Math.max(1, this.#documentCounts[field]!);
  }

  /** Entities that have a current document. */
  entities(): IterableIterator<number> {
    return this.#slots.keys();
  }

  /** Hands out the slots of documents that have gone. Those are not to be used until they are freed. */
  takeGone(): number[] {
    const gone = this.#gone;
    this.#gone = [];
    return gone;
  }

  /** Takes slots back that no term names any more. */
  free(slots: readonly number[]): void {
    for (const slot of slots) this.#free.push(slot);
  }

  #count(slot: number, sign: 1 | -1): void {
    for (let field = 0; field < this.#fieldCount; field += 1) {
      const length = this.length(slot, field);
      if (length === 0) continue;
      this.#documentCounts[field]! += sign;
      this.#termCounts[field]! += sign * length;
    }
  }
}
