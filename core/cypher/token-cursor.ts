/** A place in the tokens, and the questions every part of the parser asks there. */
import type { GraphError } from '../error.ts';
import type { Span } from './ast.ts';
import { type DocumentationPart, notSupportedError, quoted, statementError } from './error-text.ts';
import { positionOf, type Tokens } from './lexer.ts';
import { suggestion } from './suggestion.ts';
import { KEYWORDS, type Keyword, RESERVED, TOKEN, type TokenKind } from './token.ts';

/** How deep brackets, CASE, NOT and unary minus may nest. Each level takes some ten frames of the stack. */
export const NESTING_DEPTH_MAX = 200;

export class TokenCursor {
  /** What is being read, and so where an error says what there is of it. */
  documentation: DocumentationPart = 'around-a-statement';
  readonly #tokens: Tokens;
  #index = 0;
  #depth = 0;

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  /** The number of the token that comes next. */
  get index(): number {
    return this.#index;
  }

  /** The kind of a token to come; 0 is the next one. */
  kind(ahead = 0): number {
    return this.#tokens.kinds[this.#clamp(this.#index + ahead)] ?? TOKEN.end;
  }

  /** The keyword that a token to come may be read as; '' for none. */
  word(ahead = 0): Keyword {
    return KEYWORDS[this.#tokens.keywords[this.#clamp(this.#index + ahead)] ?? 0] ?? '';
  }

  /** A token's text as it is written. */
  source(index = this.#index): string {
    const at = this.#clamp(index);
    return this.#tokens.text.slice(this.#tokens.starts[at], this.#tokens.ends[at]);
  }

  /** The text from a token to the last one read. */
  sourceFrom(index: number): string {
    return this.#tokens.text.slice(this.#tokens.starts[index], this.#tokens.ends[Math.max(index, this.#index - 1)]);
  }

  /** How far ahead the token stands that closes the bracket `ahead`; undefined when nothing closes it. */
  closerAhead(ahead: number): number | undefined {
    const closer = this.#tokens.closers[this.#clamp(this.#index + ahead)] ?? -1;
    return closer < 0 ? undefined : closer - this.#index;
  }

  /** Whether a comma stands directly inside the bracket `ahead`. */
  hasComma(ahead: number): boolean {
    return this.#tokens.commas[this.#clamp(this.#index + ahead)] === 1;
  }

  /** Whether the next token is of this kind. */
  at(kind: TokenKind): boolean {
    return this.kind() === kind;
  }

  /** Whether the next tokens are these keywords. */
  atWords(...words: readonly Keyword[]): boolean {
    return words.every((word, ahead) => this.word(ahead) === word);
  }

  /** Whether a name comes next, in backticks or not, a keyword or not. */
  atName(ahead = 0): boolean {
    const kind = this.kind(ahead);
    return kind === TOKEN.name || kind === TOKEN.quotedName;
  }

  /** Moves past tokens. */
  skip(count = 1): void {
    this.#index = this.#clamp(this.#index + count);
  }

  /** Moves past the next token if it is of this kind. */
  take(kind: TokenKind): boolean {
    if (this.kind() !== kind) return false;
    this.skip();
    return true;
  }

  /** Moves past the next tokens if they are these keywords. */
  takeWords(...words: readonly Keyword[]): boolean {
    if (!this.atWords(...words)) return false;
    this.skip(words.length);
    return true;
  }

  /** Moves past a token that must be there. `what` is how an error names it: `")"`. */
  expect(kind: TokenKind, what: string): void {
    if (!this.take(kind)) throw this.expected(what);
  }

  expectWord(word: Keyword): void {
    if (!this.takeWords(word)) throw this.expected(word, [word]);
  }

  /** Any name: of a label, a type, a property key. Keywords are allowed. */
  name(what: string): string {
    if (!this.atName()) throw this.expected(what);
    const text = this.source();
    const quoted = this.at(TOKEN.quotedName);
    this.skip();
    return quoted ? unquoteName(text) : text;
  }

  /** The name of a variable: a keyword only where it cannot be taken for one. */
  variable(): string {
    if (this.at(TOKEN.name) && RESERVED.has(this.word())) {
      throw this.expected('a variable', [], 'A variable with the name of a keyword stands in backticks.');
    }
    return this.name('a variable');
  }

  /** From a token to the last one read. */
  spanFrom(index: number): Span {
    const start = this.#tokens.starts[index] ?? 0;
    const endOffset = this.#tokens.ends[Math.max(index, this.#index - 1)] ?? start;
    return { ...positionOf(this.#tokens, start), endOffset };
  }

  /** Runs a part of the grammar that may hold itself. Past NESTING_DEPTH_MAX: SyntaxError. */
  nested<T>(parse: () => T): T {
    if (this.#depth >= NESTING_DEPTH_MAX) {
      throw this.error(`The statement is nested more than ${NESTING_DEPTH_MAX} levels deep`, 'UnexpectedSyntax');
    }
    this.#depth += 1;
    const result = parse();
    this.#depth -= 1;
    return result;
  }

  /** "Expected …, found …" at the next token; `words` are keywords that may have been misspelt. */
  expected(what: string, words: readonly Keyword[] = [], hint?: string): GraphError {
    return this.error(`Expected ${what}, found ${this.#found()}`, 'UnexpectedSyntax', hint ?? this.#hint(words));
  }

  /** An error at a token, the next one unless given; `offset` counts characters from the token's start. */
  error(message: string, detail: string, hint?: string, at: { index?: number; offset?: number } = {}): GraphError {
    const position = this.#positionAt(at.index ?? this.#index, at.offset);
    return statementError({ text: this.#tokens.text, position, message, detail, hint });
  }

  /** What is Cypher but not in this version, at a token, the next one unless given. */
  notSupported(what: string, index = this.#index): GraphError {
    const { text } = this.#tokens;
    return notSupportedError({ text, position: this.#positionAt(index), what, part: this.documentation });
  }

  #positionAt(index: number, offset = 0) {
    return positionOf(this.#tokens, (this.#tokens.starts[this.#clamp(index)] ?? 0) + offset);
  }

  #found(): string {
    return this.at(TOKEN.end) ? 'the end of the statement' : quoted(this.source());
  }

  #hint(words: readonly Keyword[]): string | undefined {
    if (this.at(TOKEN.name)) {
      const word = suggestion(this.source().toUpperCase(), words);
      return word === undefined ? undefined : `Did you mean ${word}?`;
    }
    const { unclosed } = this.#tokens;
    if (!this.at(TOKEN.end) || unclosed < 0) return undefined;
    const { line, column } = this.#positionAt(unclosed);
    return `${quoted(this.source(unclosed))} of line ${line}, column ${column} is never closed.`;
  }

  #clamp(index: number): number {
    return Math.min(index, this.#tokens.count - 1);
  }
}

/** A name without its backticks; two of them inside stand for one. */
export function unquoteName(source: string): string {
  return source.slice(1, -1).replaceAll('``', '`');
}
