/**
 * An index on the words of texts. Each term has the slots of the documents that it occurs in; terms lie in a radix tree too, which
 * finds them by their beginning and by edit distance. A document that has departed stays until no snapshot can see it, so that every
 * reader finds what it sees; one that has gone is purged from the terms later, in slices, as nobody remembers which terms it had.
 */
import SearchableMap from 'minisearch/SearchableMap';
import { assert } from '../assert.ts';
import { isList } from '../value/equality.ts';
import type { StoredValue } from '../value/value.ts';
import { type Departure, GraphIndex } from './graph-index.ts';
import type { IndexDefinition } from './index-definition.ts';
import { ARRAY_SLOT_BYTES, type MemoryCounter, OBJECT_BYTES, stringBytes } from './memory.ts';
import { analyzerNamed, type TextAnalyzer } from './text-analyzer.ts';
import { TextDocuments } from './text-documents.ts';

/** Of a term: slot and occurrence, by turns. An occurrence is a field, and how often the term is there. */
type Occurrences = number[];

/** How often a term counts as occurring at most. */
const FREQUENCY_MAX = 0xfffff;
const FIELD_SHIFT = 20;

/** Slots that have gone are purged when they are so many more than half of those that have not. */
const GONE_MIN = 1_000;

/** Characters that are cut into terms and put into the tree in the time that it takes to look at an entity. */
const CHARACTERS_PER_ENTITY = 4;

/** From this length on V8 keeps a part of a text as a view of it, which would hold the whole text in memory. */
const SLICE_LENGTH_MIN = 13;

/** A term takes this beside its text: an entry of a map, and in the tree about two maps of few entries. Measured; see docs/decisions/full-text.md. */
const TERM_BYTES = 260;

/** How much a term that occurs often outweighs one that occurs once, and how much a long text counts against it. Source: Lucene. */
const BM25 = { k1: 1.2, b: 0.75 } as const;

/** What a search asks of a term. */
export interface TermSearch {
  /** Places among the index's properties. */
  readonly fields: readonly number[];
  /** The entity whose document in a slot the reader sees; negative: none. */
  readonly see: (slot: number) => number;
  /** What a score is multiplied by. */
  readonly weight: number;
  /** Whether each field that has the term counts as one, however often it is there. */
  readonly constant: boolean;
}

export class FullTextIndex extends GraphIndex {
  readonly analyzer: TextAnalyzer;
  /** By term. A map finds a term several times as fast as the tree does. */
  #terms = new Map<string, Occurrences>();
  #tree = new SearchableMap<true>();
  #documents: TextDocuments;
  readonly #slotOfDeparted = new Map<Departure, number>();
  readonly #departedIn = new Map<number, Departure>();
  #lastRemoved = -1;
  #purge: { readonly slots: readonly number[]; readonly terms: readonly string[]; next: number } | undefined;

  constructor(definition: IndexDefinition, memory: MemoryCounter) {
    super(definition, memory);
    this.analyzer = analyzerNamed(definition.fullText!.analyzer)!;
    this.#documents = new TextDocuments(definition.keys.length);
  }

  get valueCount(): number {
    return this.#documents.count;
  }

  get termCount(): number {
    return this.#terms.size;
  }

  override entryCost(held: StoredValue): number {
    let characters = 0;
    for (const text of textsOf(held)) characters += text.length;
    return 1 + Math.ceil(characters / CHARACTERS_PER_ENTITY);
  }

  /** A text for each property, empty where there is none. An entity without any does not belong in the index. */
  override held(read: (key: number) => StoredValue | null): StoredValue | null {
    const texts = this.definition.keys.map((key) => textOf(read(key)));
    return texts.every((text) => text === '') ? null : texts;
  }

  protected insert(entity: number, held: StoredValue, memory: MemoryCounter): void {
    const termsOf = textsOf(held).map((text) => this.analyzer.terms(text));
    const lengths = termsOf.map((terms) => terms.length);
    const slot = this.#documents.add(entity, lengths, memory);
    for (const [field, terms] of termsOf.entries()) {
      for (const [term, count] of countsOf(terms)) {
        this.#occurrencesOf(term, memory).push(slot, (field << FIELD_SHIFT) | Math.min(count, FREQUENCY_MAX));
        memory.bytes += 2 * ARRAY_SLOT_BYTES;
      }
    }
    this.entryCount += 1;
  }

  protected remove(entity: number, _held: StoredValue, memory: MemoryCounter): void {
    this.#lastRemoved = this.#documents.remove(entity, memory);
    this.entryCount -= 1;
  }

  protected clear(): void {
    this.#terms = new Map();
    this.#tree = new SearchableMap();
    this.#documents = new TextDocuments(this.definition.keys.length);
    this.#slotOfDeparted.clear();
    this.#departedIn.clear();
    this.#purge = undefined;
  }

  /** A change concerns one entity, and its departures follow it at once. */
  override depart(departure: Departure): void {
    super.depart(departure);
    if (this.dropped) return;
    const slot = this.#lastRemoved;
    assert(slot !== -1, 'what departs has just been removed');
    this.#lastRemoved = -1;
    this.#documents.keepDeparted(slot);
    this.#slotOfDeparted.set(departure, slot);
    this.#departedIn.set(slot, departure);
  }

  override forget(departure: Departure): void {
    super.forget(departure);
    const slot = this.#slotOfDeparted.get(departure);
    if (slot === undefined) return;
    this.#slotOfDeparted.delete(departure);
    this.#departedIn.delete(slot);
    this.#documents.forget(slot);
  }

  /** Texts are long, and departures are looked for by entity. */
  protected override departureKey({ entity }: Departure): number {
    return entity;
  }

  /** The entity whose current document is in a slot; negative: none. */
  entityAt(slot: number): number {
    return this.#documents.entityAt(slot);
  }

  /** The entity that had a document that has departed; undefined when it has not. */
  departedAt(slot: number): Departure | undefined {
    return this.#departedIn.get(slot);
  }

  /** The slot of the document that an entity had when it held this: one that has departed, or the current one. */
  slotOf(entity: number, held: StoredValue): number | undefined {
    for (const departure of this.departuresAt(entity)) {
      if (isSameText(departure.value, held)) return this.#slotOfDeparted.get(departure);
    }
    return this.#documents.slotOf(entity);
  }

  /** Entities that have a document, and those that had one. */
  *entities(): Iterable<number> {
    yield* this.#documents.entities();
    for (const { entity } of this.departures()) yield entity;
  }

  termsFrom(prefix: string): string[] {
    return [...this.#tree.atPrefix(prefix).keys()];
  }

  /** Terms that so many letters put in, left out or changed make of a term, with how many it takes. */
  termsLike(term: string, distanceMax: number): { readonly term: string; readonly distance: number }[] {
    return [...this.#tree.fuzzyGet(term, distanceMax)].map(([found, [, distance]]) => ({ term: found, distance }));
  }

  /** Adds a term's score to that of each entity that has it. Answers with the documents that were looked at. */
  addScores(term: string, search: TermSearch, scores: Map<number, number>): number {
    const occurrences = this.#terms.get(term);
    if (occurrences === undefined) return 1;
    const rarity = search.fields.map((field) => this.#rarity(occurrences, field));
    for (let i = 0; i < occurrences.length; i += 2) {
      const slot = occurrences[i]!;
      const place = search.fields.indexOf(occurrences[i + 1]! >>> FIELD_SHIFT);
      if (place === -1) continue;
      const entity = search.see(slot);
      if (entity < 0) continue;
      const field = search.fields[place]!;
      const score = search.constant
        ? 1
        : rarity[place]! *
          this.frequencyWeight(occurrences[i + 1]! & FREQUENCY_MAX, this.#documents.length(slot, field), field);
      scores.set(entity, (scores.get(entity) ?? 0) + search.weight * score);
    }
    return 1 + occurrences.length / 2;
  }

  /** How much the terms say about a document, by how few others have them: one factor of BM25. */
  rarityOf(terms: readonly string[], field: number): number {
    let sum = 0;
    for (const term of terms) sum += this.#rarity(this.#terms.get(term) ?? [], field);
    return sum;
  }

  /** The other factor, by how often a term is in a text of so many terms. */
  frequencyWeight(frequency: number, length: number, field: number): number {
    const { k1, b } = BM25;
    const average = Math.max(1, this.#documents.averageLength(field));
    return frequency / (frequency + k1 * (1 - b + (b * length) / average));
  }

  #rarity(occurrences: Occurrences, field: number): number {
    let having = 0;
    for (let i = 0; i < occurrences.length; i += 2) {
      if (occurrences[i + 1]! >>> FIELD_SHIFT === field && this.#documents.entityAt(occurrences[i]!) >= 0) having += 1;
    }
    return Math.log(1 + (this.#documents.documentCount(field) - having + 0.5) / (having + 0.5));
  }

  override get hasBacklog(): boolean {
    return this.#purge !== undefined || this.#documents.goneCount > GONE_MIN + this.#documents.count / 2;
  }

  protected override catchUp(cost: number, memory: MemoryCounter): number {
    if (!this.hasBacklog) return 0;
    this.#purge ??= { slots: this.#documents.takeGone(), terms: [...this.#terms.keys()], next: 0 };
    const { slots, terms } = this.#purge;
    let spent = 1;
    for (; this.#purge.next < terms.length && spent < cost; this.#purge.next += 1) {
      spent += this.#purgeTerm(terms[this.#purge.next]!, memory);
    }
    if (this.#purge.next < terms.length) return spent;
    this.#documents.free(slots);
    this.#purge = undefined;
    return spent;
  }

  /** Keeps of a term what names documents that have not gone. Answers with the work in entities that are looked at. */
  #purgeTerm(term: string, memory: MemoryCounter): number {
    const occurrences = this.#terms.get(term);
    if (occurrences === undefined) return 1;
    let kept = 0;
    for (let i = 0; i < occurrences.length; i += 2) {
      if (this.#documents.isGone(occurrences[i]!)) continue;
      occurrences[kept] = occurrences[i]!;
      occurrences[kept + 1] = occurrences[i + 1]!;
      kept += 2;
    }
    const work = 1 + occurrences.length / 64;
    memory.bytes -= (occurrences.length - kept) * ARRAY_SLOT_BYTES;
    occurrences.length = kept;
    if (kept > 0) return work;
    this.#terms.delete(term);
    this.#tree.delete(term);
    memory.bytes -= termBytes(term);
    return work;
  }

  #occurrencesOf(term: string, memory: MemoryCounter): Occurrences {
    const known = this.#terms.get(term);
    if (known !== undefined) return known;
    const occurrences: Occurrences = [];
    const own = term.length < SLICE_LENGTH_MIN ? term : [...term].join('');
    this.#terms.set(own, occurrences);
    this.#tree.set(own, true);
    memory.bytes += termBytes(term);
    return occurrences;
  }
}

function termBytes(term: string): number {
  return TERM_BYTES + OBJECT_BYTES + stringBytes(term);
}

/** The texts of an entity, by field. */
export function textsOf(held: StoredValue): readonly string[] {
  return (isList(held) ? held : [held]).map(String);
}

/** A text, or a list of them as one; what is neither has no words. */
function textOf(value: StoredValue | null): string {
  if (typeof value === 'string') return value;
  if (value === null || !isList(value)) return '';
  return value.filter((item) => typeof item === 'string').join('\n');
}

function countsOf(terms: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1);
  return counts;
}

function isSameText(left: StoredValue, right: StoredValue): boolean {
  const others = textsOf(right);
  return textsOf(left).every((text, field) => text === others[field]);
}
