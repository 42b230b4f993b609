/**
 * Statements that differ in nothing but their values, as a dump has them by the hundred thousand, told apart from all others: they are
 * run as one, with the values as rows. Only what can be reordered among its like without a difference is recognised: nodes made from
 * literals, and relationships made between nodes that are found by literals.
 */
import { type Token, tokensOf } from './statement-tokens.ts';

export interface StatementShape {
  /** Both commute with their own kind. */
  readonly kind: 'nodes' | 'relationships';
  /** The statement, with `row[0]` and so on for its values. */
  readonly clauses: string;
  /** The values as JSON, without brackets. */
  readonly values: string;
}

/** Functions of literals that are worth no more than a literal. */
const CONSTRUCTORS: ReadonlySet<string> = new Set([
  ...['date', 'time', 'localtime', 'localdatetime', 'datetime', 'duration', 'point'],
]);

/** The variable that ledger.ts gives the rows. */
const ROW = 'row';

/** Undefined for a statement that has to be run as it is. */
export function shapeOf(statement: string): StatementShape | undefined {
  const tokens = tokensOf(statement);
  if (!tokens) return undefined;
  try {
    return new ShapeParser(tokens).statement();
  } catch (error) {
    if (error instanceof OtherShape) return undefined;
    throw error;
  }
}

class OtherShape extends Error {}

class ShapeParser {
  readonly #tokens: readonly Token[];
  #next = 0;
  #text = '';
  readonly #values: string[] = [];
  readonly #variables = new Set<string>();

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  statement(): StatementShape {
    const kind = this.#isWord('CREATE') ? this.#createNodes() : this.#createRelationship();
    if (this.#next < this.#tokens.length) throw new OtherShape();
    return { kind, clauses: this.#text, values: this.#values.join(',') };
  }

  #createNodes(): 'nodes' {
    this.#word('CREATE');
    do this.#node();
    while (this.#takeSymbol(','));
    return 'nodes';
  }

  /** `MATCH (a:A {id: 1}), (b:B) WHERE b.id = 2 CREATE (a)-[:TO {since: 3}]->(b)` */
  #createRelationship(): 'relationships' {
    do {
      this.#word('MATCH');
      do this.#node();
      while (this.#takeSymbol(','));
      if (this.#isWord('WHERE')) this.#conditions();
    } while (this.#isWord('MATCH'));
    this.#word('CREATE');
    this.#end();
    const isLeft = this.#takeSymbol('<');
    this.#symbol('-');
    this.#symbol('[');
    if (this.#isName()) this.#name();
    this.#symbol(':');
    this.#name();
    if (this.#isSymbol('{')) this.#map();
    this.#symbol(']');
    this.#symbol('-');
    if (!isLeft) this.#symbol('>');
    this.#end();
    return 'relationships';
  }

  #node(): void {
    this.#symbol('(');
    if (this.#isName()) {
      const name = this.#name();
      // A variable that is named twice joins the patterns.
      if (name === ROW || this.#variables.has(name)) throw new OtherShape();
      this.#variables.add(name);
    }
    while (this.#takeSymbol(':')) this.#name();
    if (this.#isSymbol('{')) this.#map();
    this.#symbol(')');
  }

  #conditions(): void {
    this.#word('WHERE');
    for (;;) {
      if (!this.#variables.has(this.#name())) throw new OtherShape();
      this.#symbol('.');
      this.#name();
      this.#symbol('=');
      this.#value();
      if (!this.#isWord('AND')) return;
      this.#word('AND');
    }
  }

  /** An end that is not bound would be a new node. */
  #end(): void {
    this.#symbol('(');
    if (!this.#variables.has(this.#name())) throw new OtherShape();
    this.#symbol(')');
  }

  #map(): void {
    this.#symbol('{');
    if (this.#takeSymbol('}')) return;
    do {
      this.#name();
      this.#symbol(':');
      this.#value();
    } while (this.#takeSymbol(','));
    this.#symbol('}');
  }

  #value(): void {
    const token = this.#tokens[this.#next];
    if (token?.json !== undefined) {
      this.#next += 1;
      this.#text += ` ${ROW}[${this.#values.length}]`;
      this.#values.push(token.json);
    } else if (this.#takeSymbol('[')) {
      if (this.#takeSymbol(']')) return;
      do this.#value();
      while (this.#takeSymbol(','));
      this.#symbol(']');
    } else if (this.#isSymbol('{')) {
      this.#map();
    } else {
      this.#constructorOrWord();
    }
  }

  #constructorOrWord(): void {
    const word = this.#name().toLowerCase();
    if (word === 'true' || word === 'false' || word === 'null') return;
    if (!CONSTRUCTORS.has(word)) throw new OtherShape();
    this.#symbol('(');
    if (this.#takeSymbol(')')) return;
    this.#value();
    this.#symbol(')');
  }

  #isName(): boolean {
    const type = this.#tokens[this.#next]?.type;
    return type === 'word' || type === 'name';
  }

  #name(): string {
    const token = this.#tokens[this.#next];
    if (!token || !this.#isName()) throw new OtherShape();
    this.#next += 1;
    this.#text += ` ${token.text}`;
    return token.text;
  }

  #isWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.type === 'word' && token.text.toUpperCase() === word;
  }

  #word(word: string): void {
    if (!this.#isWord(word)) throw new OtherShape();
    this.#next += 1;
    this.#text += ` ${word}`;
  }

  #isSymbol(symbol: string): boolean {
    const token = this.#tokens[this.#next];
    return token?.type === 'symbol' && token.text === symbol;
  }

  #takeSymbol(symbol: string): boolean {
    if (!this.#isSymbol(symbol)) return false;
    this.#next += 1;
    this.#text += symbol;
    return true;
  }

  #symbol(symbol: string): void {
    if (!this.#takeSymbol(symbol)) throw new OtherShape();
  }
}
