/** The notation in which the kit writes values: expected results and parameters. Source: the kit's README, "Format of the expected results". */

/** A value as far as the kit tells values apart: an INTEGER is not a FLOAT; a temporal value is its text. */
export type Notation =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'list'; readonly items: readonly Notation[] }
  | { readonly kind: 'map'; readonly entries: NotationMap }
  | NodeNotation
  | RelationshipNotation
  | { readonly kind: 'path'; readonly start: NodeNotation; readonly hops: readonly Hop[] };

export type NotationMap = ReadonlyMap<string, Notation>;

export interface NodeNotation {
  readonly kind: 'node';
  readonly labels: readonly string[];
  readonly properties: NotationMap;
}

export interface RelationshipNotation {
  readonly kind: 'relationship';
  readonly type: string;
  readonly properties: NotationMap;
}

/** One step of a path: over a relationship, along its direction or against it, to a node. */
export interface Hop {
  readonly relationship: RelationshipNotation;
  readonly forward: boolean;
  readonly node: NodeNotation;
}

const WORDS: readonly (readonly [RegExp, Notation])[] = [
  [/null\b/y, { kind: 'null' }],
  [/true\b/y, { kind: 'boolean', value: true }],
  [/false\b/y, { kind: 'boolean', value: false }],
  [/NaN\b/y, { kind: 'float', value: Number.NaN }],
  [/Inf(inity)?\b/y, { kind: 'float', value: Number.POSITIVE_INFINITY }],
  [/-Inf(inity)?\b/y, { kind: 'float', value: Number.NEGATIVE_INFINITY }],
];

const NUMBER = /-?(\d+(\.\d+)?|\.\d+)([eE][+-]?\d+)?/y;
const NAME = /[\p{L}\p{N}_$]+/uy;
const QUOTED_NAME = /`((?:[^`]|``)*)`/y;
/** A backslash escapes a quote and itself; before anything else it stands for itself. */
const STRING = /'((?:[^'\\]|\\[\s\S])*)'/y;

/** Reads one value. Errors: text that is no value, with the place. */
export function parseNotation(text: string): Notation {
  const parser = new NotationParser(text);
  const value = parser.value();
  parser.end();
  return value;
}

class NotationParser {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Notation {
    this.#skipSpace();
    switch (this.#text[this.#position]) {
      case '(':
        return this.#node();
      case '<':
        return this.#path();
      case '[':
        return /\[\s*:/y.test(this.#text.slice(this.#position)) ? this.#relationship() : this.#list();
      case '{':
        return { kind: 'map', entries: this.#map() };
      case "'":
        return { kind: 'string', value: this.#string() };
      default:
        return this.#word() ?? this.#number();
    }
  }

  end(): void {
    this.#skipSpace();
    if (this.#position < this.#text.length) throw this.#error('nothing more');
  }

  #node(): NodeNotation {
    this.#expect('(');
    const labels: string[] = [];
    while (this.#take(':')) labels.push(this.#name());
    const properties = this.#properties();
    this.#expect(')');
    return { kind: 'node', labels, properties };
  }

  #relationship(): RelationshipNotation {
    this.#expect('[');
    this.#expect(':');
    const type = this.#name();
    const properties = this.#properties();
    this.#expect(']');
    return { kind: 'relationship', type, properties };
  }

  #path(): Notation {
    this.#expect('<');
    const start = this.#node();
    const hops: Hop[] = [];
    while (!this.#take('>')) {
      const forward = !this.#take('<');
      this.#expect('-');
      const relationship = this.#relationship();
      this.#expect('-');
      if (forward) this.#expect('>');
      hops.push({ relationship, forward, node: this.#node() });
    }
    return { kind: 'path', start, hops };
  }

  #list(): Notation {
    this.#expect('[');
    const items: Notation[] = [];
    if (this.#take(']')) return { kind: 'list', items };
    do items.push(this.value());
    while (this.#take(','));
    this.#expect(']');
    return { kind: 'list', items };
  }

  #map(): NotationMap {
    this.#expect('{');
    const entries = new Map<string, Notation>();
    if (this.#take('}')) return entries;
    do {
      const key = this.#name();
      this.#expect(':');
      entries.set(key, this.value());
    } while (this.#take(','));
    this.#expect('}');
    return entries;
  }

  #properties(): NotationMap {
    this.#skipSpace();
    return this.#text[this.#position] === '{' ? this.#map() : new Map();
  }

  #string(): string {
    const [, content] = this.#match(STRING) ?? [];
    if (content === undefined) throw this.#error('the end of a string');
    return content.replace(/\\(['\\])/g, '$1');
  }

  #word(): Notation | undefined {
    return WORDS.find(([pattern]) => this.#match(pattern))?.[1];
  }

  #number(): Notation {
    const [digits, , fraction, exponent] = this.#match(NUMBER) ?? [];
    if (digits === undefined) throw this.#error('a value');
    const isFloat = fraction !== undefined || exponent !== undefined || digits.includes('.');
    return isFloat ? { kind: 'float', value: Number(digits) } : { kind: 'integer', value: BigInt(digits) };
  }

  #name(): string {
    this.#skipSpace();
    const quoted = this.#match(QUOTED_NAME)?.[1];
    if (quoted !== undefined) return quoted.replaceAll('``', '`');
    const name = this.#match(NAME)?.[0];
    if (name === undefined) throw this.#error('a name');
    return name;
  }

  #match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#position;
    const match = pattern.exec(this.#text);
    if (match) this.#position = pattern.lastIndex;
    return match;
  }

  #take(token: string): boolean {
    this.#skipSpace();
    if (!this.#text.startsWith(token, this.#position)) return false;
    this.#position += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#take(token)) throw this.#error(token);
  }

  #skipSpace(): void {
    while (/\s/.test(this.#text[this.#position] ?? '')) this.#position += 1;
  }

  #error(expected: string): Error {
    return new Error(`notation, at ${this.#position} of ${this.#text}: expected ${expected}`);
  }
}
