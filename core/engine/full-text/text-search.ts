/** Finds what a full-text query asks for, with scores as Lucene's BM25 gives them, in steps that can pause anywhere. */
import { type Steps, spend, type Work } from '../../algorithm/steps.ts';
import { type FullTextIndex, textsOf } from '../../graph/full-text-index.ts';
import type { GraphView } from '../../graph/graph-view.ts';
import { heldAt } from '../../graph/index-seek.ts';
import { TermRarity, TermScores } from '../../graph/term-scores.ts';
import type { FoundTerm, WantedTerms } from '../../graph/term-walk.ts';
import { phraseFrequency } from './phrase.ts';
import type { TextQuery } from './text-query.ts';

/** Scores by entity. */
export type Scores = Map<number, number>;

export interface TextSource {
  readonly index: FullTextIndex;
  readonly view: GraphView;
  readonly work: Work;
  /** See GraphView.documents; asked anew after each pause. */
  readonly documents: () => (slot: number) => number;
}

/** Terms near a fuzzy one that are searched for: the nearest. Source: Lucene. */
const FUZZY_TERMS_MAX = 50;

/** Places in the tree of terms that are looked at in one go, and what one costs. */
const PLACES_PER_STEP = 512;
const WORK_PER_PLACE = 8;

/** Documents that a term names are looked at so many in one go, and what one costs: most of it is to find its entity's score. */
const DOCUMENTS_PER_STEP = 2_048;
const WORK_PER_DOCUMENT = 24;

/** What a term takes that has been found. */
const FOUND_BYTES = 80;

/** What an entity's score takes. */
const SCORE_BYTES = 40;

export function* searchText(query: TextQuery, source: TextSource, boost = 1): Steps<Scores> {
  const weight = boost * query.boost;
  switch (query.type) {
    case 'boolean':
      return yield* searchClauses(query, source, weight);
    case 'term':
      return yield* searchTerms([{ term: query.term, weight }], query.fields, source, false);
    case 'prefix': {
      const terms = yield* termsOf({ prefix: query.prefix }, source);
      const each = terms.map(({ term }) => ({ term, weight }));
      const scores = yield* searchTerms(each, query.fields, source, true);
      // However many of the terms an entity has, it begins with the prefix or it does not.
      for (const entity of scores.keys()) scores.set(entity, weight);
      return scores;
    }
    case 'fuzzy': {
      const found = yield* termsOf({ like: query.term, distanceMax: query.distance }, source);
      const nearest = found.sort((left, right) => left.distance - right.distance || (left.term < right.term ? -1 : 1));
      const terms = nearest.slice(0, FUZZY_TERMS_MAX).map(({ term, distance }) => {
        return { term, weight: weight * (1 - distance / Math.max(1, Math.min(term.length, query.term.length))) };
      });
      return yield* searchTerms(terms, query.fields, source, false);
    }
    case 'phrase':
      return yield* searchPhrase(query, source, weight);
    case 'all':
      return yield* everything(source, weight);
  }
}

function* termsOf(wanted: WantedTerms, { index, work }: TextSource): Steps<FoundTerm[]> {
  const found: FoundTerm[] = [];
  const walk = index.walk(wanted);
  while (!walk.isDone) {
    const before = found.length;
    const looked = walk.step(PLACES_PER_STEP, (term) => found.push(term));
    work.hold((found.length - before) * FOUND_BYTES);
    yield* spend(looked * WORK_PER_PLACE, work);
  }
  return found;
}

function* searchTerms(
  terms: readonly { readonly term: string; readonly weight: number }[],
  fields: readonly number[],
  { index, work, documents }: TextSource,
  constant: boolean,
): Steps<Scores> {
  const scores: Scores = new Map();
  for (const { term, weight } of terms) {
    const ofTerm = new TermScores(index, term, { fields, weight, constant });
    while (!ofTerm.isDone) {
      const before = scores.size;
      const looked = ofTerm.step(DOCUMENTS_PER_STEP, documents(), scores);
      work.hold((scores.size - before) * SCORE_BYTES);
      yield* spend(looked * WORK_PER_DOCUMENT, work);
    }
    yield* spend(1, work);
  }
  return scores;
}

function* searchClauses(
  { clauses }: TextQuery & { type: 'boolean' },
  source: TextSource,
  boost: number,
): Steps<Scores> {
  const of = (wanted: string) => clauses.filter(({ occurrence }) => occurrence === wanted);
  let scores: Scores | undefined;
  for (const { query } of of('must')) {
    const found = yield* searchText(query, source, boost);
    scores = scores === undefined ? found : bothOf(scores, found);
  }
  const isOptional = scores !== undefined;
  scores ??= new Map();
  for (const { query } of of('should')) {
    for (const [entity, score] of yield* searchText(query, source, boost)) {
      const known = scores.get(entity);
      if (known !== undefined || !isOptional) scores.set(entity, (known ?? 0) + score);
    }
  }
  for (const { query } of scores.size === 0 ? [] : of('not')) {
    for (const entity of (yield* searchText(query, source)).keys()) scores.delete(entity);
  }
  return scores;
}

function bothOf(left: Scores, right: Scores): Scores {
  const both: Scores = new Map();
  for (const [entity, score] of left) {
    const other = right.get(entity);
    if (other !== undefined) both.set(entity, score + other);
  }
  return both;
}

/** In each field: what has all the terms is read once more for their places. */
function* searchPhrase(
  { terms, slop, fields }: TextQuery & { type: 'phrase' },
  source: TextSource,
  weight: number,
): Steps<Scores> {
  const { index, view, work } = source;
  const scores: Scores = new Map();
  for (const field of fields) {
    let candidates: Scores | undefined;
    for (const term of new Set(terms)) {
      const found = yield* searchTerms([{ term, weight: 1 }], [field], source, true);
      candidates = candidates === undefined ? found : bothOf(candidates, found);
    }
    const rarity = yield* rarityOf(terms, field, source);
    for (const entity of candidates?.keys() ?? []) {
      const held = heldAt(view, index, entity);
      if (held === null) continue;
      const text = textsOf(held)[field]!;
      const words = index.analyzer.terms(text);
      const frequency = phraseFrequency(words, terms, slop);
      if (frequency > 0) {
        const score = weight * rarity * index.frequencyWeight(frequency, words.length, field);
        scores.set(entity, (scores.get(entity) ?? 0) + score);
      }
      yield* spend(index.entryCost(held), work);
    }
  }
  return scores;
}

function* rarityOf(terms: readonly string[], field: number, { index, work }: TextSource): Steps<number> {
  let sum = 0;
  for (const term of terms) {
    const rarity = new TermRarity(index, index.occurrences(term));
    while (!rarity.isDone) yield* spend(rarity.step(DOCUMENTS_PER_STEP) * WORK_PER_DOCUMENT, work);
    sum += rarity.in(field);
  }
  return sum;
}

function* everything({ index, view, work }: TextSource, weight: number): Steps<Scores> {
  const scores: Scores = new Map();
  for (const entity of [...index.entities()]) {
    if (scores.has(entity) || heldAt(view, index, entity) === null) continue;
    scores.set(entity, weight);
    work.hold(SCORE_BYTES);
    yield* spend(1, work);
  }
  return scores;
}
