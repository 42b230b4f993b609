/**
 * What one term of a full-text index gives, a part of its documents at a time: how rare it is, and scores. Documents may come between the
 * parts, which are not looked at, and go, which whoever looks sees for himself.
 */
import { FIELD_SHIFT, FREQUENCY_MAX, type FullTextIndex, type Occurrences } from './full-text-index.ts';

/** What a search asks of a term. */
export interface TermSearch {
  /** Places among the index's properties. */
  readonly fields: readonly number[];
  /** What a score is multiplied by. */
  readonly weight: number;
  /** Whether each field that has the term counts as one, however often it is there. */
  readonly constant: boolean;
}

/** How much a term says about a document, by how few others have it: one factor of BM25. */
export class TermRarity {
  readonly #index: FullTextIndex;
  readonly #occurrences: Occurrences;
  readonly #end: number;
  /** By field. */
  readonly #documentCounts: number[];
  #next = 0;

  constructor(index: FullTextIndex, occurrences: Occurrences) {
    this.#index = index;
    this.#occurrences = occurrences;
    this.#end = occurrences.length;
    this.#documentCounts = new Array<number>(index.definition.keys.length).fill(0);
  }

  get isDone(): boolean {
    return this.#next === this.#end;
  }

  /** Counts at most so many documents more. Answers with how many it has been. */
  step(documentCount: number): number {
    const occurrences = this.#occurrences;
    const start = this.#next;
    const end = Math.min(this.#end, start + 2 * documentCount);
    for (let i = start; i < end; i += 2) {
      if (this.#index.entityAt(occurrences[i]!) >= 0) this.#documentCounts[occurrences[i + 1]! >>> FIELD_SHIFT]! += 1;
    }
    this.#next = end;
    return (end - start) / 2;
  }

  /** Once all are counted. */
  in(field: number): number {
    const having = this.#documentCounts[field]!;
    return Math.log(1 + (this.#index.documentCount(field) - having + 0.5) / (having + 0.5));
  }
}

export class TermScores {
  readonly #index: FullTextIndex;
  readonly #search: TermSearch;
  readonly #occurrences: Occurrences;
  readonly #end: number;
  /** Undefined where it does not count. */
  readonly #rarity: TermRarity | undefined;
  #next = 0;

  constructor(index: FullTextIndex, term: string, search: TermSearch) {
    this.#index = index;
    this.#search = search;
    this.#occurrences = index.occurrences(term);
    this.#end = this.#occurrences.length;
    this.#rarity = search.constant ? undefined : new TermRarity(index, this.#occurrences);
  }

  get isDone(): boolean {
    return this.#next === this.#end;
  }

  /**
   * Looks at most at so many documents more, and adds to the scores of the entities that have them. `see` tells the entity whose document in
   * a slot the reader sees; negative: none. Answers with how many it has been.
   */
  step(documentCount: number, see: (slot: number) => number, scores: Map<number, number>): number {
    if (this.#rarity && !this.#rarity.isDone) return this.#rarity.step(documentCount);
    const occurrences = this.#occurrences;
    const { fields, weight } = this.#search;
    const start = this.#next;
    const end = Math.min(this.#end, start + 2 * documentCount);
    const rarity = fields.map((field) => this.#rarity?.in(field) ?? 1);
    for (let i = start; i < end; i += 2) {
      const slot = occurrences[i]!;
      const place = fields.indexOf(occurrences[i + 1]! >>> FIELD_SHIFT);
      if (place === -1) continue;
      const entity = see(slot);
      if (entity < 0) continue;
      const score = this.#rarity
        ? rarity[place]! * this.#index.weightIn(slot, fields[place]!, occurrences[i + 1]! & FREQUENCY_MAX)
        : 1;
      scores.set(entity, (scores.get(entity) ?? 0) + weight * score);
    }
    this.#next = end;
    return (end - start) / 2;
  }
}
