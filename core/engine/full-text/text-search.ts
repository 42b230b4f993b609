/** Finds what a full-text query asks for, with scores as Lucene's BM25 gives them, in steps that can pause between two terms. */
import { type Steps, spend, type Work } from '../../algorithm/steps.ts';
import { type FullTextIndex, type TermSearch, textsOf } from '../../graph/full-text-index.ts';
import type { GraphView } from '../../graph/graph-view.ts';
import { heldAt } from '../../graph/index-seek.ts';
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

/** Terms of the index that are looked at in the time of one unit of work. */
const TERMS_PER_WORK = 16;

/** Documents that a term names are looked at so many in the time of one unit of work. */
const DOCUMENTS_PER_WORK = 4;

/** What an entity's score takes. */
const SCORE_BYTES = 40;

export function* searchText(query: TextQuery, source: TextSource, boost = 1): Steps<Scores> {
  const { index, work } = source;
  const weight = boost * query.boost;
  switch (query.type) {
    case 'boolean':
      return yield* searchClauses(query, source, weight);
    case 'term':
      return yield* searchTerms([{ term: query.term, weight }], query.fields, source, false);
    case 'prefix': {
      const terms = index.termsFrom(query.prefix);
      yield* spend(Math.ceil(terms.length / TERMS_PER_WORK), work);
      const each = terms.map((term) => ({ term, weight }));
      const scores = yield* searchTerms(each, query.fields, source, true);
      // However many of the terms an entity has, it begins with the prefix or it does not.
      for (const entity of scores.keys()) scores.set(entity, weight);
      return scores;
    }
    case 'fuzzy': {
      const found = index.termsLike(query.term, query.distance);
      yield* spend(Math.ceil(index.termCount / TERMS_PER_WORK), work);
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

function* searchTerms(
  terms: readonly { readonly term: string; readonly weight: number }[],
  fields: readonly number[],
  { index, work, documents }: TextSource,
  constant: boolean,
): Steps<Scores> {
  const scores: Scores = new Map();
  for (const { term, weight } of terms) {
    const search: TermSearch = { fields, see: documents(), weight, constant };
    const before = scores.size;
    const looked = index.addScores(term, search, scores);
    work.hold((scores.size - before) * SCORE_BYTES);
    yield* spend(Math.ceil(looked / DOCUMENTS_PER_WORK), work);
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
    const rarity = index.rarityOf(terms, field);
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
