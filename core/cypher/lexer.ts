/**
 * Text to tokens, in parallel typed arrays: no object per token. One pass, linear in the text; brackets
 * are matched on the way, so that the parser decides between a pattern and an expression without reading twice.
 */
import type { Position } from '../error.ts';
import { positionAt, quoted, statementError } from './error-text.ts';
import { KEYWORD_IDS, KEYWORD_UNITS_MAX, PUNCTUATION, TOKEN, type TokenKind } from './token.ts';

/** Longest statement, in UTF-16 units. */
export const STATEMENT_UNITS_MAX = 1024 * 1024;

const NO_MATCH = -1;

/** Tokens of a text. The last one is `end`, at the text's end. */
export interface Tokens {
  readonly text: string;
  readonly count: number;
  readonly kinds: Uint8Array;
  /** Index into KEYWORDS; 0: none. */
  readonly keywords: Uint8Array;
  readonly starts: Uint32Array;
  readonly ends: Uint32Array;
  /** At an opening bracket: the token that closes it, or -1. */
  readonly closers: Int32Array;
  /** At an opening bracket: 1 when a comma stands directly between it and its closer. */
  readonly commas: Uint8Array;
  /** Offsets at which lines start. */
  readonly lineStarts: readonly number[];
  /** The innermost bracket still open at the text's end, or -1. */
  readonly unclosed: number;
}

/** Cuts a statement into tokens. Throws SyntaxError for what is no token. */
export function tokenize(text: string): Tokens {
  if (text.length > STATEMENT_UNITS_MAX) {
    throw statementError({
      text,
      position: { offset: 0, line: 1, column: 1 },
      message: `The statement is ${text.length} characters long; at most ${STATEMENT_UNITS_MAX} are read`,
      hint: 'Pass large data as parameters.',
    });
  }
  return new Lexer(text).run();
}

/** The position of an offset, by binary search over the lines. */
export function positionOf(tokens: Tokens, offset: number): Position {
  const { lineStarts } = tokens;
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lineStarts[middle] ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return { offset, line: low + 1, column: offset - (lineStarts[low] ?? 0) + 1 };
}

class Lexer {
  readonly #text: string;
  #offset = 0;
  #count = 0;
  #kinds: Uint8Array;
  #keywords: Uint8Array;
  #starts: Uint32Array;
  #ends: Uint32Array;

  constructor(text: string) {
    this.#text = text;
    // Typical statements have a token every four characters; the arrays grow when this one does not.
    const capacity = (text.length >> 2) + 16;
    this.#kinds = new Uint8Array(capacity);
    this.#keywords = new Uint8Array(capacity);
    this.#starts = new Uint32Array(capacity);
    this.#ends = new Uint32Array(capacity);
  }

  run(): Tokens {
    for (this.#skipBlanks(); this.#offset < this.#text.length; this.#skipBlanks()) this.#scanToken();
    this.#push(TOKEN.end, this.#text.length);
    const brackets = matchBrackets(this.#kinds, this.#count);
    return {
      text: this.#text,
      count: this.#count,
      kinds: this.#kinds,
      keywords: this.#keywords,
      starts: this.#starts,
      ends: this.#ends,
      lineStarts: lineStartsOf(this.#text),
      ...brackets,
    };
  }

  #push(kind: TokenKind, end: number, keyword = 0): void {
    if (this.#count === this.#kinds.length) this.#grow();
    this.#kinds[this.#count] = kind;
    this.#keywords[this.#count] = keyword;
    this.#starts[this.#count] = this.#offset;
    this.#ends[this.#count] = end;
    this.#count += 1;
    this.#offset = end;
  }

  #grow(): void {
    const capacity = this.#kinds.length * 2;
    this.#kinds = copyInto(new Uint8Array(capacity), this.#kinds);
    this.#keywords = copyInto(new Uint8Array(capacity), this.#keywords);
    this.#starts = copyInto(new Uint32Array(capacity), this.#starts);
    this.#ends = copyInto(new Uint32Array(capacity), this.#ends);
  }

  /** Moves past white space and comments. */
  #skipBlanks(): void {
    const text = this.#text;
    for (;;) {
      while (this.#offset < text.length && isBlank(text.charCodeAt(this.#offset))) this.#offset += 1;
      if (text.startsWith('//', this.#offset)) {
        const end = text.indexOf('\n', this.#offset);
        this.#offset = end < 0 ? text.length : end + 1;
      } else if (text.startsWith('/*', this.#offset)) {
        const end = text.indexOf('*/', this.#offset + 2);
        if (end < 0) throw this.#error(this.#offset, 'This comment is never closed', 'UnexpectedSyntax');
        this.#offset = end + 2;
      } else return;
    }
  }

  #scanToken(): void {
    const text = this.#text;
    const code = text.charCodeAt(this.#offset);
    if (isNameStart(text, this.#offset)) {
      const end = nameEnd(text, this.#offset);
      return this.#push(TOKEN.name, end, keywordOf(text, this.#offset, end));
    }
    if (isDigit(code) || (code === DOT && isDigit(text.charCodeAt(this.#offset + 1)))) return this.#scanNumber();
    if (code === QUOTE || code === DOUBLE_QUOTE) return this.#push(TOKEN.string, this.#stringEnd(code));
    if (code === BACKTICK) return this.#push(TOKEN.quotedName, this.#backtickEnd(this.#offset));
    if (code === DOLLAR) {
      const end = this.#parameterEnd();
      if (end > 0) return this.#push(TOKEN.parameter, end);
    }
    for (const [punctuation, kind] of PUNCTUATION.get(code) ?? []) {
      if (text.startsWith(punctuation, this.#offset)) return this.#push(kind, this.#offset + punctuation.length);
    }
    const character = String.fromCodePoint(text.codePointAt(this.#offset) ?? code);
    const detail = code < 0x80 ? 'UnexpectedSyntax' : 'InvalidUnicodeCharacter';
    throw this.#error(this.#offset, `The character ${quoted(character)} has no meaning in Cypher`, detail);
  }

  #scanNumber(): void {
    const text = this.#text;
    const start = this.#offset;
    // Sticky patterns, one for each shape; `_` may stand between digits.
    const radix = matchEnd(RADIX_INTEGER, text, start);
    if (radix > 0) return this.#pushNumber(TOKEN.integer, radix);
    const float = matchEnd(FLOAT, text, start);
    if (float > 0) return this.#pushNumber(TOKEN.float, float);
    const end = matchEnd(INTEGER, text, start);
    if (end > start + 1 && text.charCodeAt(start) === ZERO) {
      throw this.#error(
        start,
        `The number ${quoted(text.slice(start, end))} starts with 0`,
        'InvalidNumberLiteral',
        'Octal numbers are written 0o17.',
      );
    }
    this.#pushNumber(TOKEN.integer, end);
  }

  #pushNumber(kind: TokenKind, end: number): void {
    const text = this.#text;
    if (isNamePart(text, end)) {
      const whole = quoted(text.slice(this.#offset, nameEnd(text, end)));
      throw this.#error(this.#offset, `${whole} is not a number`, 'InvalidNumberLiteral');
    }
    this.#push(kind, end);
  }

  /** Where the string that starts here ends, its quote included. Escapes are read later, when the value is needed. */
  #stringEnd(quote: number): number {
    const text = this.#text;
    for (let at = this.#offset + 1; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code === BACKSLASH) at += 1;
      else if (code === quote) return at + 1;
    }
    throw this.#error(this.#offset, 'This string is never closed', 'UnexpectedSyntax');
  }

  /** Where the name in backticks that starts at `start` ends. Two backticks stand for one. */
  #backtickEnd(start: number): number {
    const text = this.#text;
    let end = text.indexOf('`', start + 1);
    while (end >= 0 && text.charCodeAt(end + 1) === BACKTICK) end = text.indexOf('`', end + 2);
    if (end < 0) throw this.#error(start, 'This name in backticks is never closed', 'UnexpectedSyntax');
    return end + 1;
  }

  /** Where the parameter that starts here ends, or 0 when no name follows the `$`. Blanks may stand between them. */
  #parameterEnd(): number {
    let start = this.#offset + 1;
    while (start < this.#text.length && isBlank(this.#text.charCodeAt(start))) start += 1;
    if (this.#text.charCodeAt(start) === BACKTICK) return this.#backtickEnd(start);
    // $1 is a parameter too: older drivers number them.
    return isNamePart(this.#text, start) ? nameEnd(this.#text, start) : 0;
  }

  #error(offset: number, message: string, detail: string, hint?: string) {
    return statementError({ text: this.#text, position: positionAt(this.#text, offset), message, detail, hint });
  }
}

const DOT = 0x2e;
const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const BACKTICK = 0x60;
const DOLLAR = 0x24;
const BACKSLASH = 0x5c;
const UNDERSCORE = 0x5f;
const ZERO = 0x30;

const RADIX_INTEGER = /0[xX][0-9a-fA-F](?:_?[0-9a-fA-F])*|0[oO][0-7](?:_?[0-7])*/y;
const FLOAT = /(?:\d(?:_?\d)*)?\.\d(?:_?\d)*(?:[eE][+-]?\d+)?|\d(?:_?\d)*[eE][+-]?\d+/y;
const INTEGER = /\d(?:_?\d)*/y;
const NAME_START = /\p{ID_Start}|\p{Pc}/u;
const NAME_PART = /\p{ID_Continue}|\p{Pc}/u;
const BLANK = /\s/u;

function matchEnd(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : 0;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= 0x39;
}

function isAsciiLetter(code: number): boolean {
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x7a;
}

function isBlank(code: number): boolean {
  if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d) || (code >= 0x1c && code <= 0x1f);
  return BLANK.test(String.fromCharCode(code));
}

function isNameStart(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  if (code < 0x80) return isAsciiLetter(code) || code === UNDERSCORE;
  return code >= 0x80 && NAME_START.test(String.fromCodePoint(text.codePointAt(offset) ?? code));
}

function isNamePart(text: string, offset: number): boolean {
  const code = text.charCodeAt(offset);
  if (code < 0x80) return isAsciiLetter(code) || isDigit(code) || code === UNDERSCORE;
  return code >= 0x80 && NAME_PART.test(String.fromCodePoint(text.codePointAt(offset) ?? code));
}

function nameEnd(text: string, start: number): number {
  let end = start;
  while (isNamePart(text, end)) end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  return end;
}

function keywordOf(text: string, start: number, end: number): number {
  if (end - start > KEYWORD_UNITS_MAX) return 0;
  return KEYWORD_IDS.get(text.slice(start, end).toUpperCase()) ?? 0;
}

function copyInto<A extends Uint8Array | Uint32Array>(target: A, source: A): A {
  target.set(source);
  return target;
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', end + 1)) starts.push(end + 1);
  return starts;
}

/** What closes each opening bracket; a closer of another kind closes nothing and is left to the parser. */
function matchBrackets(kinds: Uint8Array, count: number) {
  const closers = new Int32Array(count).fill(NO_MATCH);
  const commas = new Uint8Array(count);
  const open: number[] = [];
  for (let token = 0; token < count; token += 1) {
    const kind = kinds[token];
    const innermost = open.at(-1);
    if (kind === TOKEN.openParen || kind === TOKEN.openBracket || kind === TOKEN.openBrace) open.push(token);
    else if (innermost === undefined) continue;
    else if (kind === TOKEN.comma) commas[innermost] = 1;
    else if (isCloser(kind) && kind === (kinds[innermost] ?? 0) + 1) {
      closers[innermost] = token;
      open.pop();
    }
  }
  return { closers, commas, unclosed: open.at(-1) ?? NO_MATCH };
}

function isCloser(kind: number | undefined): boolean {
  return kind === TOKEN.closeParen || kind === TOKEN.closeBracket || kind === TOKEN.closeBrace;
}
