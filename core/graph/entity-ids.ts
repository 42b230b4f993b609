import { GraphError } from '../error.ts';
import { Bitmap, lowestBit } from './bitmap.ts';
import type { MemoryCounter } from './memory.ts';

/** Ids stand in Int32Arrays. */
const ID_MAX = 2 ** 31 - 1;

/**
 * Which ids of nodes, or of relationships, are in use. The id of a new entity is always the lowest free one, so it
 * follows from the graph alone: an instance that recovered gives the same ids as one that did not.
 */
export class EntityIds {
  readonly live: Bitmap;
  count = 0;
  /** One past the highest id that was ever in use. */
  limit = 0;
  /** No id below this one is free. */
  #freeFrom = 0;
  /** Ids that an open transaction has given while others write; see WriteTransaction. */
  #reserved: Bitmap | undefined;
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.live = new Bitmap(memory);
    this.#memory = memory;
  }

  has(id: number): boolean {
    return this.live.has(id);
  }

  /** The lowest id that neither is in use nor has versions, by which a snapshot may still see an entity of that id. */
  lowestFree(versioned: Bitmap): number {
    for (let word = this.#freeFrom >>> 5; ; word += 1) {
      const taken = (this.live.words[word] ?? 0) | (versioned.words[word] ?? 0) | (this.#reserved?.words[word] ?? 0);
      if (taken === -1) continue;
      const id = (word << 5) + lowestBit(~taken);
      if (id > ID_MAX) throw new GraphError('Neo.TransientError.General.MemoryPoolOutOfMemoryError', 'No id is left.');
      this.#freeFrom = id;
      return id;
    }
  }

  /** The id that is wished, if it is as free as the lowest free one; else that. */
  freeId(versioned: Bitmap, wished: number): number {
    if (wished < 0 || this.live.has(wished) || versioned.has(wished) || this.#reserved?.has(wished)) {
      return this.lowestFree(versioned);
    }
    return wished;
  }

  add(id: number): void {
    this.live.add(id);
    this.count += 1;
    if (id >= this.limit) this.limit = id + 1;
  }

  delete(id: number): void {
    this.live.delete(id);
    this.count -= 1;
    this.release(id);
  }

  /** Keeps an id from being given, though it is not in use, until it is returned. */
  reserve(id: number): void {
    this.#reserved ??= new Bitmap(this.#memory);
    this.#reserved.add(id);
  }

  /** Ends the reservation of an id. */
  return(id: number): void {
    this.#reserved?.delete(id);
    this.release(id);
  }

  /** Tells that an id has lost its versions, so that it is free if it is not in use. */
  release(id: number): void {
    if (id < this.#freeFrom) this.#freeFrom = id;
  }
}
