/**
 * Reads CSV from text, a record at a time. Source: RFC 4180, with any one character between fields and with lines that end in LF, CR
 * LF or CR. An empty field without quotes is null, as LOAD CSV has it; a line without any character is none.
 */
import { GraphError } from '../error.ts';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const BYTE_ORDER_MARK = 0xfeff;

export class CsvReader {
  readonly #text: string;
  readonly #terminator: number;
  #at: number;
  /** Lines of the text before the current position, which are more than records when fields in quotes hold line ends. */
  #line = 1;

  /** `terminator`: the one UTF-16 unit between fields. */
  constructor(text: string, terminator: string) {
    this.#text = text;
    this.#terminator = terminator.charCodeAt(0);
    this.#at = text.charCodeAt(0) === BYTE_ORDER_MARK ? 1 : 0;
  }

  /** The next record; undefined at the end. Errors: a quote that is not closed, or is followed by something else than a field's end. */
  next(): (string | null)[] | undefined {
    while (this.#takeLineEnd());
    if (this.#at >= this.#text.length) return undefined;
    const fields: (string | null)[] = [];
    do fields.push(this.#field());
    while (this.#take(this.#terminator));
    if (!this.#takeLineEnd() && this.#at < this.#text.length) {
      throw this.#malformed('there is something between a closing quote and the end of the field');
    }
    return fields;
  }

  #field(): string | null {
    if (this.#text.charCodeAt(this.#at) === QUOTE) return this.#quoted();
    const start = this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === this.#terminator || unit === LINE_FEED || unit === CARRIAGE_RETURN) break;
    }
    return this.#at === start ? null : this.#text.slice(start, this.#at);
  }

  /** Two quotes inside stand for one. */
  #quoted(): string {
    const startLine = this.#line;
    let field = '';
    let start = ++this.#at;
    for (; this.#at < this.#text.length; this.#at++) {
      const unit = this.#text.charCodeAt(this.#at);
      if (unit === LINE_FEED) this.#line += 1;
      if (unit !== QUOTE) continue;
      field += this.#text.slice(start, this.#at);
      if (this.#text.charCodeAt(this.#at + 1) !== QUOTE) {
        this.#at += 1;
        return field;
      }
      start = ++this.#at;
    }
    this.#line = startLine;
    throw this.#malformed('a quote is not closed');
  }

  #take(unit: number): boolean {
    if (this.#at >= this.#text.length || this.#text.charCodeAt(this.#at) !== unit) return false;
    this.#at += 1;
    return true;
  }

  #takeLineEnd(): boolean {
    const isReturn = this.#take(CARRIAGE_RETURN);
    const isEnd = this.#take(LINE_FEED) || isReturn;
    if (isEnd) this.#line += 1;
    return isEnd;
  }

  #malformed(what: string): GraphError {
    const message = `The CSV is malformed in line ${this.#line}: ${what}.`;
    return new GraphError('Neo.ClientError.Statement.ExternalResourceFailed', message, { detail: 'MalformedCsv' });
  }
}
