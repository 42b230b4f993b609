/**
 * JSON text to values, in one pass. JSON.parse is not used because it loses what a database must keep: whether a
 * number was written as an integer, integers beyond 2^53, a key that stands twice, and `__proto__` as an ordinary
 * key. Depth is capped, and an error tells line and column. Source of the grammar: RFC 8259.
 */
import { GraphError } from '../core/error.ts';
import { Float, type Value } from '../core/value/value.ts';

/** Lists and maps nested deeper than this are refused. */
export const JSON_DEPTH_MAX = 128;

const INTEGER_MIN = -(2n ** 63n);
const INTEGER_MAX = 2n ** 63n - 1n;
/** An INTEGER has at most 19 digits and a sign; longer text is not even converted. */
const INTEGER_TEXT_MAX = 20;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const FIRST_PRINTABLE = 0x20;

/**
 * Reads one JSON value. Objects become Maps, numbers without a fraction or exponent INTEGER, all others FLOAT.
 * Throws Neo.ClientError.Request.InvalidFormat with the position.
 */
export function parseJsonText(text: string): Value {
  return new JsonReader(text).document();
}

class JsonReader {
  readonly #text: string;
  #offset = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Value {
    this.#skipSpace();
    const value = this.#value();
    this.#skipSpace();
    if (this.#offset < this.#text.length) this.#fail('there is text after the JSON value');
    return value;
  }

  #value(): Value {
    const code = this.#text.charCodeAt(this.#offset);
    switch (code) {
      case QUOTE:
        return this.#string();
      case BRACE_OPEN:
        return this.#nested(() => this.#map());
      case BRACKET_OPEN:
        return this.#nested(() => this.#list());
      case 0x74: // t
        return this.#word('true', true);
      case 0x66: // f
        return this.#word('false', false);
      case 0x6e: // n
        return this.#word('null', null);
      default:
        return this.#number();
    }
  }

  #nested<T>(read: () => T): T {
    if (this.#depth === JSON_DEPTH_MAX) this.#fail(`values are nested deeper than ${JSON_DEPTH_MAX} levels`);
    this.#depth++;
    this.#offset++;
    this.#skipSpace();
    const value = read();
    this.#depth--;
    return value;
  }

  #list(): Value[] {
    const items: Value[] = [];
    if (this.#take(BRACKET_CLOSE)) return items;
    for (;;) {
      items.push(this.#value());
      this.#skipSpace();
      if (this.#take(BRACKET_CLOSE)) return items;
      if (!this.#take(COMMA)) this.#fail("expected ',' or ']'");
      this.#skipSpace();
    }
  }

  #map(): Map<string, Value> {
    const map = new Map<string, Value>();
    if (this.#take(BRACE_CLOSE)) return map;
    for (;;) {
      if (this.#text.charCodeAt(this.#offset) !== QUOTE) this.#fail('expected a key in double quotes');
      const key = this.#string();
      this.#skipSpace();
      if (!this.#take(COLON)) this.#fail("expected ':'");
      this.#skipSpace();
      const sizeBefore = map.size;
      map.set(key, this.#value());
      if (map.size === sizeBefore) this.#fail(`the key ${JSON.stringify(key)} stands twice in one object`);
      this.#skipSpace();
      if (this.#take(BRACE_CLOSE)) return map;
      if (!this.#take(COMMA)) this.#fail("expected ',' or '}'");
      this.#skipSpace();
    }
  }

  #string(): string {
    const start = this.#offset;
    let escaped = false;
    for (let end = start + 1; end < this.#text.length; end++) {
      const code = this.#text.charCodeAt(end);
      if (code === QUOTE) {
        this.#offset = end + 1;
        return escaped ? this.#unescape(start) : this.#wellFormed(this.#text.slice(start + 1, end), start);
      }
      if (code === BACKSLASH) {
        escaped = true;
        end++;
      } else if (code < FIRST_PRINTABLE) {
        this.#fail('a control character in a string must be escaped', end);
      }
    }
    return this.#fail('the string does not end', start);
  }

  /** The string from `start` to the current offset has escapes, which the platform's own parser knows. */
  #unescape(start: number): string {
    try {
      // The text starts and ends with a quote, so JSON.parse answers a string.
      return this.#wellFormed(JSON.parse(this.#text.slice(start, this.#offset)) as string, start);
    } catch (error) {
      if (error instanceof GraphError) throw error;
      return this.#fail('the string has an escape that JSON does not know', start);
    }
  }

  /** Half a surrogate pair has no UTF-8, so it could not be stored unchanged. */
  #wellFormed(string: string, start: number): string {
    if (!string.isWellFormed()) this.#fail('the string has half of a surrogate pair', start);
    return string;
  }

  #number(): number | bigint | Float {
    const pattern = /-?(?:0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?/y;
    pattern.lastIndex = this.#offset;
    const match = pattern.exec(this.#text);
    if (!match)
      return this.#fail(this.#offset < this.#text.length ? 'expected a JSON value' : 'the text ends too early');
    const [source, fraction, exponent] = match;
    if (fraction === undefined && exponent === undefined) {
      const integer = this.#integer(source);
      this.#offset += source.length;
      return integer;
    }
    const float = Number(source);
    if (!Number.isFinite(float)) this.#fail(`the number ${source.slice(0, 40)} is too large for a FLOAT`);
    this.#offset += source.length;
    return new Float(float);
  }

  #integer(source: string): number | bigint {
    const number = Number(source);
    // Adding 0 turns -0 into 0: INTEGER has no negative zero.
    if (Number.isSafeInteger(number)) return number + 0;
    const integer = source.length <= INTEGER_TEXT_MAX ? BigInt(source) : undefined;
    if (integer === undefined || integer < INTEGER_MIN || integer > INTEGER_MAX) {
      return this.#fail(`the number ${source.slice(0, 40)} does not fit a 64-bit INTEGER`);
    }
    return integer;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#offset)) this.#fail('expected a JSON value');
    this.#offset += word.length;
    return value;
  }

  #take(code: number): boolean {
    if (this.#text.charCodeAt(this.#offset) !== code) return false;
    this.#offset++;
    return true;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#offset);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#offset++;
    }
  }

  #fail(reason: string, offset = this.#offset): never {
    const before = this.#text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    const position = { offset, line, column };
    const message = `The text is not valid JSON: ${reason} (line ${line}, column ${column}).`;
    throw new GraphError('Neo.ClientError.Request.InvalidFormat', message, { position });
  }
}
