/**
 * Reads what users of Lucene write: terms, "phrases", AND, OR, NOT, +, -, prefix*, fuzzy~, field:term and boost^2. How AND and OR
 * bind is as in Lucene's classic parser: they say of the clauses around them that they must be there, or need not.
 */
import { GraphError } from '../../error.ts';
import type { TextAnalyzer } from '../../graph/text-analyzer.ts';
import { NO_TEXT, type TextClause, type TextQuery } from './text-query.ts';

export const QUERY_LENGTH_MAX = 4096;
const CLAUSES_MAX = 256;
const DEPTH_MAX = 16;
const PHRASE_TERMS_MAX = 64;
const SLOP_MAX = 1000;
const BOOST_MAX = 1_000_000;
/** Letters that a term may differ by, at most and if nothing else is said. Source: Lucene. */
const DISTANCE_MAX = 2;

/** What no term begins with and what ends one, unless a backslash stands before it; `+` and `-` may be inside. */
const SPECIAL = /[\s!()[\]{}:^"~*?\\/]/;

export interface TextQueryOptions {
  readonly analyzer: TextAnalyzer;
  /** Names of the index's properties, in its order. */
  readonly fields: readonly string[];
  /** What may stand before a field's name, as `data.` does in Memgraph. */
  readonly fieldPrefix?: string;
}

/** Errors: ArgumentError, with the place of what is not understood. */
export function parseTextQuery(text: string, options: TextQueryOptions): TextQuery {
  if (text.length > QUERY_LENGTH_MAX) {
    throw new GraphError(
      'Neo.ClientError.Statement.ArgumentError',
      `A query on a full-text index has at most ${QUERY_LENGTH_MAX} characters; this one has ${text.length}.`,
    );
  }
  return new TextQueryParser(text, options).query();
}

class TextQueryParser {
  readonly #text: string;
  readonly #options: TextQueryOptions;
  #at = 0;
  #clauseCount = 0;

  constructor(text: string, options: TextQueryOptions) {
    this.#text = text;
    this.#options = options;
  }

  query(): TextQuery {
    const query = this.#clauses(
      this.#options.fields.map((_, field) => field),
      DEPTH_MAX,
    );
    if (this.#at < this.#text.length) throw this.#error("there is no '(' to this ')'");
    return query;
  }

  /** Clauses up to the end or a closing bracket. */
  #clauses(fields: readonly number[], depth: number): TextQuery {
    if (depth === 0) throw this.#error(`brackets may nest ${DEPTH_MAX} deep`);
    const clauses: TextClause[] = [];
    let previous: TextClause['occurrence'] | undefined;
    for (this.#blanks(); this.#at < this.#text.length && !this.#sees(')'); this.#blanks()) {
      const isAnd = this.#conjunction(previous !== undefined);
      const modifier = this.#modifier();
      this.#clauseCount += 1;
      if (this.#clauseCount > CLAUSES_MAX) throw this.#error(`a query has at most ${CLAUSES_MAX} parts`);
      const query = this.#boosted(this.#part(fields, depth));
      const last = clauses.at(-1);
      if (isAnd && last?.occurrence === 'should') clauses[clauses.length - 1] = { ...last, occurrence: 'must' };
      previous = modifier === '-' ? 'not' : modifier === '+' || isAnd ? 'must' : 'should';
      clauses.push({ occurrence: previous, query });
    }
    return { type: 'boolean', clauses, boost: 1 };
  }

  /** Whether AND joins what comes to what was before. */
  #conjunction(hasPrevious: boolean): boolean {
    const at = this.#at;
    const isAnd = this.#takeWord('AND') || this.#take('&&');
    if (!isAnd && !this.#takeWord('OR') && !this.#take('||')) return false;
    if (!hasPrevious) throw this.#error('AND and OR stand between two parts of a query', at);
    this.#blanks();
    return isAnd;
  }

  #modifier(): '+' | '-' | undefined {
    if (this.#take('+')) return '+';
    if (!this.#take('-') && !this.#take('!') && !this.#takeWord('NOT')) return undefined;
    this.#blanks();
    return '-';
  }

  #part(fields: readonly number[], depth: number): TextQuery {
    const start = this.#at;
    if (this.#take('(')) {
      const query = this.#clauses(fields, depth - 1);
      if (!this.#take(')')) throw this.#error("there is no ')' to this '('", start);
      return query;
    }
    if (this.#take('"')) return this.#phrase(fields, start);
    if (this.#sees('[') || this.#sees('{')) throw this.#error('ranges are not supported');
    if (this.#sees('/')) throw this.#error('regular expressions are not supported');
    if (this.#take('*')) return this.#everything(fields, start);
    const { term, isWord } = this.#term();
    if (isWord && (term === 'AND' || term === 'OR' || term === 'NOT')) {
      throw this.#error(`${term} has no part of a query after it`, start);
    }
    if (this.#take(':')) return this.#part(this.#field(term, start), depth);
    return this.#ending(term, fields);
  }

  /** After a star: `*`, or `*:*`. */
  #everything(fields: readonly number[], start: number): TextQuery {
    if (this.#take(':') && !this.#take('*')) throw this.#error('only a star can stand after *:');
    if (this.#at < this.#text.length && !/[\s)^]/.test(this.#text[this.#at]!)) {
      throw this.#error('a star stands at the end of a term only', start);
    }
    return { type: 'all', fields, boost: 1 };
  }

  /** After a term: a star, a tilde, or neither. */
  #ending(term: string, fields: readonly number[]): TextQuery {
    const { analyzer } = this.#options;
    const at = this.#at;
    if (this.#take('*')) {
      if (this.#at < this.#text.length && !/[\s)^]/.test(this.#text[this.#at]!)) {
        throw this.#error('a star stands at the end of a term only', at);
      }
      return { type: 'prefix', prefix: analyzer.normalize(term), fields, boost: 1 };
    }
    if (this.#sees('?')) throw this.#error('the wildcard ? is not supported');
    if (this.#take('~'))
      return { type: 'fuzzy', term: analyzer.normalize(term), distance: this.#distance(term), fields, boost: 1 };
    const terms = analyzer.terms(term).map((each): TextQuery => ({ type: 'term', term: each, fields, boost: 1 }));
    if (terms.length === 1) return terms[0]!;
    return { type: 'boolean', clauses: terms.map((query) => ({ occurrence: 'should', query })), boost: 1 };
  }

  /** How many letters may differ. A number below 1 is how alike the terms must be, as Lucene once had it. */
  #distance(term: string): number {
    const at = this.#at;
    const number = this.#number();
    if (number === undefined) return DISTANCE_MAX;
    if (number < 1) return Math.min(DISTANCE_MAX, Math.floor((1 - number) * term.length));
    if (number === 1 || number === DISTANCE_MAX) return number;
    throw this.#error(`terms may differ by ${DISTANCE_MAX} letters at most`, at);
  }

  #phrase(fields: readonly number[], start: number): TextQuery {
    let text = '';
    for (; !this.#take('"'); this.#at += 1) {
      if (this.#sees('\\')) this.#at += 1;
      if (this.#at >= this.#text.length) throw this.#error("there is no '\"' that ends this phrase", start);
      text += this.#text[this.#at];
    }
    const terms = this.#options.analyzer.terms(text);
    if (terms.length > PHRASE_TERMS_MAX) throw this.#error(`a phrase has at most ${PHRASE_TERMS_MAX} words`, start);
    const at = this.#at;
    const slop = this.#take('~') ? (this.#number() ?? 0) : 0;
    if (!Number.isInteger(slop) || slop > SLOP_MAX)
      throw this.#error(`after ~ is a whole number up to ${SLOP_MAX}`, at);
    if (terms.length === 0) return NO_TEXT;
    return { type: 'phrase', terms, slop, fields, boost: 1 };
  }

  #field(name: string, start: number): readonly number[] {
    const { fields, fieldPrefix = '' } = this.#options;
    const bare = name.startsWith(fieldPrefix) ? name.slice(fieldPrefix.length) : name;
    const field = fields.indexOf(bare);
    if (field !== -1) return [field];
    const hint = `a ':' of a text itself is written '\\:'`;
    throw this.#error(
      `the index is not on a property '${shortened(bare)}', but on ${fields.join(', ')} (${hint})`,
      start,
    );
  }

  #term(): { readonly term: string; readonly isWord: boolean } {
    const start = this.#at;
    let term = '';
    let isWord = true;
    for (; this.#at < this.#text.length; this.#at += 1) {
      if (this.#sees('\\')) {
        isWord = false;
        this.#at += 1;
        if (this.#at >= this.#text.length) throw this.#error('a backslash has a character after it', this.#at - 1);
      } else if (SPECIAL.test(this.#text[this.#at]!)) {
        break;
      }
      term += this.#text[this.#at];
    }
    if (term !== '') return { term, isWord };
    const found = this.#text[start];
    throw this.#error(
      found === undefined ? 'a part of the query is missing at the end' : `'${found}' is not expected here`,
    );
  }

  #boosted(query: TextQuery): TextQuery {
    const at = this.#at;
    if (!this.#take('^')) return query;
    const boost = this.#number();
    if (boost === undefined || boost > BOOST_MAX) throw this.#error(`after ^ is a number up to ${BOOST_MAX}`, at);
    return { ...query, boost };
  }

  #number(): number | undefined {
    const [digits] = /^\d{1,9}(\.\d{1,9})?/.exec(this.#text.slice(this.#at, this.#at + 20)) ?? [];
    if (digits === undefined) return undefined;
    this.#at += digits.length;
    return Number(digits);
  }

  #blanks(): void {
    while (this.#at < this.#text.length && /\s/.test(this.#text[this.#at]!)) this.#at += 1;
  }

  #sees(text: string): boolean {
    return this.#text.startsWith(text, this.#at);
  }

  #take(text: string): boolean {
    if (!this.#sees(text)) return false;
    this.#at += text.length;
    return true;
  }

  /** Takes a word of the language, which has a blank or a bracket after it. */
  #takeWord(word: string): boolean {
    const next = this.#text[this.#at + word.length];
    return next !== undefined && /[\s("+\-!]/.test(next) && this.#take(word);
  }

  #error(what: string, at = this.#at): GraphError {
    const near = shortened(this.#text.slice(at));
    const place = near === '' ? 'at its end' : `at character ${at + 1}, before '${near}'`;
    return new GraphError(
      'Neo.ClientError.Statement.ArgumentError',
      `The full-text query is not understood ${place}: ${what}.`,
    );
  }
}

function shortened(text: string): string {
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
