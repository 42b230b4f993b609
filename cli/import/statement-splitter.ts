/** Cuts a Cypher script into its statements: at each `;` outside of strings, names in backticks and comments. */

/** UTF-16 units of one statement; the server takes no more. */
const STATEMENT_LENGTH_MAX = 1024 * 1024;

export interface ScriptStatement {
  /** Without the `;`, and without spaces and comments around it. */
  readonly text: string;
  /** Where it begins, from 1. */
  readonly line: number;
}

/** What can end a statement or hide its end. */
const INTERESTING = /[;'"`/]/g;
/** Spaces and comments in front of a statement, and lines that shells read as commands of their own. */
const LEADING = /(?:\s+|\/\/[^\n]*(?:\n|$)|\/\*[\s\S]*?\*\/|:(?:begin|commit)\b[^\n;]*;?)/iy;

export class StatementSplitter {
  readonly #fail: (reason: string) => Error;
  #rest = '';
  #line = 1;

  constructor(fail: (reason: string) => Error) {
    this.#fail = fail;
  }

  /** The statements that `text` completes. */
  push(text: string): ScriptStatement[] {
    return this.#split(this.#rest + text, false);
  }

  /** The last statement needs no `;`. */
  end(): ScriptStatement[] {
    return this.#split(this.#rest, true);
  }

  #split(text: string, isLast: boolean): ScriptStatement[] {
    const statements: ScriptStatement[] = [];
    let start = 0;
    for (;;) {
      const end = endOfStatement(text, start);
      if (end === undefined) break;
      this.#add(statements, text.slice(start, end));
      start = end + 1;
    }
    const rest = text.slice(start);
    if (!isLast) {
      if (rest.length > STATEMENT_LENGTH_MAX) throw this.#fail(this.#endless(rest));
      this.#rest = rest;
      return statements;
    }
    if (openQuoteOf(rest) !== undefined) throw this.#fail(this.#endless(rest));
    this.#add(statements, rest);
    this.#rest = '';
    return statements;
  }

  #add(statements: ScriptStatement[], whole: string): void {
    const lead = leadingLength(whole);
    const text = whole.slice(lead).trimEnd();
    if (text.length > STATEMENT_LENGTH_MAX) throw this.#fail(this.#endless(whole));
    if (text !== '') statements.push({ text, line: this.#line + newlinesIn(whole, lead) });
    this.#line += newlinesIn(whole, whole.length);
  }

  #endless(rest: string): string {
    const lead = leadingLength(rest);
    const line = this.#line + newlinesIn(rest, lead);
    const quote = openQuoteOf(rest);
    if (quote === undefined) return `line ${line}: the statement is longer than ${STATEMENT_LENGTH_MAX} characters`;
    const at = this.#line + newlinesIn(rest, quote);
    const column = quote - rest.lastIndexOf('\n', quote);
    return `line ${at}, column ${column}: what begins here does not end; is a quote or a comment not closed?`;
  }
}

/** Where the `;` of the statement is. */
function endOfStatement(text: string, start: number): number | undefined {
  for (let at = nextInteresting(text, start); at >= 0; ) {
    if (text[at] === ';') return at;
    const after = afterHidden(text, at);
    if (after === undefined) return undefined;
    at = nextInteresting(text, after);
  }
  return undefined;
}

/** Where the first quote or comment begins that is not closed. */
function openQuoteOf(text: string): number | undefined {
  for (let at = nextInteresting(text, 0); at >= 0; ) {
    const after = text[at] === ';' ? at + 1 : afterHidden(text, at);
    if (after === undefined) return text.startsWith('//', at) ? undefined : at;
    at = nextInteresting(text, after);
  }
  return undefined;
}

function nextInteresting(text: string, from: number): number {
  INTERESTING.lastIndex = from;
  return INTERESTING.exec(text)?.index ?? -1;
}

/** The place behind the string, name or comment that begins at `at`; undefined when its end has not come yet. */
function afterHidden(text: string, at: number): number | undefined {
  const character = text[at]!;
  if (character === '/') {
    const next = text[at + 1];
    if (next === undefined) return undefined;
    if (next === '/') return after(text, '\n', at + 2);
    return next === '*' ? after(text, '*/', at + 2) : at + 1;
  }
  for (let end = at + 1; end < text.length; end += 1) {
    if (text[end] === '\\' && character !== '`') end += 1;
    // Doubled backticks are two names to this loop, which comes to the same.
    else if (text[end] === character) return end + 1;
  }
  return undefined;
}

function after(text: string, ending: string, from: number): number | undefined {
  const found = text.indexOf(ending, from);
  return found < 0 ? undefined : found + ending.length;
}

function leadingLength(text: string): number {
  let length = 0;
  for (;;) {
    LEADING.lastIndex = length;
    if (!LEADING.test(text)) return length;
    length = LEADING.lastIndex;
  }
}

function newlinesIn(text: string, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0 && at < end; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
