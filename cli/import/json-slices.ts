/**
 * JSON as slices of its text. A loader hands values on as they are written: JSON.parse would round integers beyond 2^53 and make 1 of
 * 1.0. Source of the grammar: RFC 8259.
 */

/** Nesting beyond which no server would take it. */
const DEPTH_MAX = 100;

/** A text that is not JSON, and where: the offset from 0. */
export class JsonFault extends Error {
  override readonly name = 'JsonFault';
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

/** What is wrong with a text that should be one JSON value. */
export function jsonFault(text: string): string | undefined {
  try {
    const slices = new JsonSlices(text);
    slices.value();
    slices.end();
    return undefined;
  } catch (error) {
    if (error instanceof JsonFault) return `${error.message} (character ${error.offset + 1})`;
    throw error;
  }
}

/** The entries of an object's text, each value as its text; `base` is where that text begins in the whole. Throws JsonFault. */
export function objectSlices(text: string, base = 0): Map<string, JsonSlice> {
  const slices = new JsonSlices(text, base);
  const entries = new Map<string, JsonSlice>();
  slices.object((key, start, end) => {
    const offset = base + start;
    if (entries.has(key)) throw new JsonFault(`the key ${JSON.stringify(key.slice(0, 80))} stands twice`, offset);
    entries.set(key, { text: text.slice(start, end), offset });
  });
  slices.end();
  return entries;
}

export interface JsonSlice {
  readonly text: string;
  /** In the whole text. */
  readonly offset: number;
}

/** The items of a list's text, each as its text. Throws JsonFault. */
export function listSlices(text: string): string[] {
  const slices = new JsonSlices(text);
  const items: string[] = [];
  slices.list((start, end) => items.push(text.slice(start, end)));
  slices.end();
  return items;
}

/** A string's text as the string. Throws JsonFault when it is no string. */
export function stringOf({ text, offset }: JsonSlice): string {
  if (!text.startsWith('"')) throw new JsonFault('expected a string', offset);
  return JSON.parse(text) as string; // It begins with a quote and has been walked over.
}

/** Sticky, so that each looks at the offset alone. */
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const FIRST_PRINTABLE = 0x20;
const WORD = /true|false|null/y;

class JsonSlices {
  readonly #text: string;
  readonly #base: number;
  #offset = 0;
  #depth = 0;

  constructor(text: string, base = 0) {
    this.#text = text;
    this.#base = base;
    this.#skipSpace();
  }

  /** Walks over a value. */
  value(): void {
    switch (this.#text[this.#offset]) {
      case '{':
        return this.object(() => undefined);
      case '[':
        return this.list(() => undefined);
      case '"':
        return this.#string();
      case 't':
      case 'f':
      case 'n':
        return this.#take(WORD, 'expected a value');
      default:
        return this.#take(NUMBER, this.#offset < this.#text.length ? 'expected a value' : 'the text ends too early');
    }
  }

  object(entry: (key: string, start: number, end: number) => void): void {
    this.#open('{');
    if (this.#close('}')) return;
    for (;;) {
      const keyAt = this.#offset;
      if (this.#text[keyAt] !== '"') throw this.#fault('expected a key in double quotes');
      this.#string();
      const key = JSON.parse(this.#text.slice(keyAt, this.#offset)) as string; // #string has walked over it.
      this.#skipSpace();
      this.#expect(':');
      const start = this.#offset;
      this.value();
      entry(key, start, this.#offset);
      this.#skipSpace();
      if (this.#close('}')) return;
      this.#expect(',');
    }
  }

  list(item: (start: number, end: number) => void): void {
    this.#open('[');
    if (this.#close(']')) return;
    for (;;) {
      const start = this.#offset;
      this.value();
      item(start, this.#offset);
      this.#skipSpace();
      if (this.#close(']')) return;
      this.#expect(',');
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#offset < this.#text.length) throw this.#fault('there is text after the value');
  }

  /** Not by a pattern: over a string of millions of characters that would run out of stack. */
  #string(): void {
    const start = this.#offset;
    let isEscaped = false;
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const code = this.#text.charCodeAt(at);
      if (code === 0x22) {
        this.#offset = at + 1;
        if (isEscaped) this.#checkEscapes(start);
        return;
      }
      if (code === 0x5c) {
        isEscaped = true;
        at += 1;
      } else if (code < FIRST_PRINTABLE) {
        this.#offset = at;
        throw this.#fault('a control character in a string must be escaped');
      }
    }
    throw this.#fault('the string does not end');
  }

  #checkEscapes(start: number): void {
    try {
      JSON.parse(this.#text.slice(start, this.#offset));
    } catch {
      this.#offset = start;
      throw this.#fault('the string has an escape that JSON does not know');
    }
  }

  #open(bracket: string): void {
    this.#expect(bracket);
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX) throw this.#fault(`values nest deeper than ${DEPTH_MAX} levels`);
  }

  #close(bracket: string): boolean {
    if (this.#text[this.#offset] !== bracket) return false;
    this.#offset += 1;
    this.#depth -= 1;
    return true;
  }

  #expect(character: string): void {
    if (this.#text[this.#offset] !== character) throw this.#fault(`expected '${character}'`);
    this.#offset += 1;
    this.#skipSpace();
  }

  #take(pattern: RegExp, reason: string): void {
    pattern.lastIndex = this.#offset;
    if (!pattern.test(this.#text)) throw this.#fault(reason);
    this.#offset = pattern.lastIndex;
  }

  #skipSpace(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#offset);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#offset += 1;
    }
  }

  #fault(reason: string): JsonFault {
    return new JsonFault(reason, this.#base + this.#offset);
  }
}
