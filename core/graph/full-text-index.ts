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
import { TermWalk, type WantedTerms } from './term-walk.ts';
import { analyzerNamed, type TextAnalyzer } from './text-analyzer.ts';
import { TextDocuments } from './text-documents.ts';

/** Of a term: slot and occurrence, by turns. An occurrence is a field, and how often the term is there. */
export type Occurrences = readonly number[];

const NO_OCCURRENCES: Occurrences = [];

/** How often a term counts as occurring at most. */
export const FREQUENCY_MAX = 0xfffff;
export const FIELD_SHIFT = 20;

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

export class FullTextIndex extends GraphIndex {
  readonly analyzer: TextAnalyzer;
  /** By term. A map finds a term several times as fast as the tree does. */
  #terms = new Map<string, number[]>();
  #tree = new SearchableMap<true>();
  /** Terms that have come to the tree and gone from it. */
  #treeChangeCount = 0;
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

  /** Begins a walk over the terms that are wanted. */
  walk(wanted: WantedTerms): TermWalk {
    return new TermWalk({ tree: this.#tree, changeCount: () => this.#treeChangeCount }, wanted);
  }

  /** Where a term occurs: as it is, and as it will be but for what comes behind it. */
  occurrences(term: string): Occurrences {
    return this.#terms.get(term) ?? NO_OCCURRENCES;
  }

  /** Current documents that have terms in a field. */
  documentCount(field: number): number {
    return this.#documents.documentCount(field);
  }

  /** How much a term weighs that is so often in a field of a document. */
  weightIn(slot: number, field: number, frequency: number): number {
    return this.frequencyWeight(frequency, this.#documents.length(slot, field), field);
  }

  /** The same by how many terms the text has: one factor of BM25. */
  frequencyWeight(frequency: number, length: number, field: number): number {
    const { k1, b } = BM25;
    const average = Math.max(1, this.#documents.averageLength(field));
    return frequency / (frequency + k1 * (1 - b + (b * length) / average));
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
    const work = 1 + occurrences.length / 64;
    let first = 0;
    while (first < occurrences.length && !this.#documents.isGone(occurrences[first]!)) first += 2;
    if (first === occurrences.length) return work;
    const kept = occurrences.slice(0, first);
    for (let i = first; i < occurrences.length; i += 2) {
      if (!this.#documents.isGone(occurrences[i]!)) kept.push(occurrences[i]!, occurrences[i + 1]!);
    }
    memory.bytes -= (occurrences.length - kept.length) * ARRAY_SLOT_BYTES;
    if (kept.length > 0) {
      // Whoever is in the middle of the old ones goes on over them.
      this.#terms.set(term, kept);
      return work;
    }
    this.#treeChangeCount += 1;
    this.#terms.delete(term);
    this.#tree.delete(term);
    memory.bytes -= termBytes(term);
    return work;
  }

  #occurrencesOf(term: string, memory: MemoryCounter): number[] {
    const known = this.#terms.get(term);
    if (known !== undefined) return known;
    const occurrences: number[] = [];
    const own = term.length < SLICE_LENGTH_MIN ? term : [...term].join('');
    this.#terms.set(own, occurrences);
    this.#tree.set(own, true);
    this.#treeChangeCount += 1;
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
