/** How full-text indexes cut texts into terms. The names are Neo4j's, and what each does is what Lucene's analyzer of that name does. */

export interface TextAnalyzer {
  readonly name: string;
  readonly description: string;
  readonly stopWords: readonly string[];
  /** The terms of a text, in their order. */
  terms(text: string): string[];
  /** A term as the index holds it, where it is not to be cut: a beginning or one that is nearly right. */
  normalize(term: string): string;
}

/** Characters of a term at most; longer ones are cut into pieces. Source: Lucene's StandardTokenizer. */
const TERM_LENGTH_MAX = 255;

/** Ideographs are terms by themselves; other letters and digits make words, which may have apostrophes and full stops inside. */
const IDEOGRAPH = '[\\p{Script=Han}\\p{Script=Hiragana}]';
const LETTERS = `(?:(?!${IDEOGRAPH})[\\p{L}\\p{N}\\p{M}_])+`;
const WORDS = new RegExp(`${IDEOGRAPH}|${LETTERS}(?:['’.]${LETTERS})*`, 'gu');
/** The same for texts in ASCII, which most are: it takes a third of the time. */
const ASCII_WORDS = /[a-z0-9_]+(?:['.][a-z0-9_]+)*/gi;
const ASCII = /^\p{ASCII}*$/u;
const LETTERS_ONLY = /\p{L}+/gu;
const UNSPACED = /\S+/gu;

/** Source: Lucene's EnglishAnalyzer. */
const ENGLISH_STOP_WORDS: readonly string[] =
  'a an and are as at be but by for if in into is it no not of on or such that the their then there these they this to was will with'.split(
    ' ',
  );

/** Letters that are no plain letter with a mark. */
const FOLDED: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ł', 'l'],
  ['þ', 'th'],
  ['ı', 'i'],
]);

function lowered(term: string): string {
  return term.toLowerCase();
}

function folded(term: string): string {
  const plain = lowered(term).normalize('NFKD').replace(/\p{M}/gu, '');
  return plain.replace(/[ßæœøđðłþı]/gu, (letter) => FOLDED.get(letter)!);
}

function analyzer(
  name: string,
  description: string,
  how: {
    readonly pattern: RegExp;
    readonly normalize: (term: string) => string;
    readonly stopWords?: readonly string[];
  },
): TextAnalyzer {
  const { pattern, normalize, stopWords = [] } = how;
  const stops = new Set(stopWords);
  return {
    name,
    description,
    stopWords,
    normalize,
    terms: (text) =>
      (text.match(pattern === WORDS && ASCII.test(text) ? ASCII_WORDS : pattern) ?? [])
        .flatMap(pieces)
        .flatMap((word) => {
          const term = normalize(word);
          return stops.has(term) ? [] : [term];
        }),
  };
}

function pieces(word: string): string[] {
  const parts: string[] = [];
  for (let start = 0; start < word.length; start += TERM_LENGTH_MAX) {
    parts.push(word.slice(start, start + TERM_LENGTH_MAX));
  }
  return parts;
}

const KEYWORD: TextAnalyzer = {
  name: 'keyword',
  description: 'The whole text is one term, as it is.',
  stopWords: [],
  terms: (text) => (text === '' ? [] : [text]),
  normalize: (term) => term,
};

export const DEFAULT_ANALYZER = 'standard-no-stop-words';

/** In the order of their names. */
export const TEXT_ANALYZERS: readonly TextAnalyzer[] = [
  KEYWORD,
  analyzer('simple', 'Runs of letters, in lower case.', { pattern: LETTERS_ONLY, normalize: lowered }),
  analyzer('standard', 'Words and numbers of any script, in lower case, without English stop words.', {
    pattern: WORDS,
    normalize: lowered,
    stopWords: ENGLISH_STOP_WORDS,
  }),
  analyzer('standard-folding', 'Words and numbers of any script, in lower case and without accents.', {
    pattern: WORDS,
    normalize: folded,
  }),
  analyzer(DEFAULT_ANALYZER, 'Words and numbers of any script, in lower case. What an index has if it names none.', {
    pattern: WORDS,
    normalize: lowered,
  }),
  analyzer('stop', 'Runs of letters, in lower case, without English stop words.', {
    pattern: LETTERS_ONLY,
    normalize: lowered,
    stopWords: ENGLISH_STOP_WORDS,
  }),
  analyzer('whitespace', 'What blanks divide, as it is.', { pattern: UNSPACED, normalize: (term) => term }),
];

/** The analyzer of a name; undefined: there is none. */
export function analyzerNamed(name: string): TextAnalyzer | undefined {
  return TEXT_ANALYZERS.find((one) => one.name === name);
}
