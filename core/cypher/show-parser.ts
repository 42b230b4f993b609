/** SHOW INDEXES, CONSTRAINTS, PROCEDURES, FUNCTIONS, DATABASES and others, with YIELD, WHERE and RETURN: made into a query. */
import type { CallClause, Clause, Expression, Query, Span, YieldItem } from './ast.ts';
import type { ClauseParser } from './clause-parser.ts';
import { compoundName } from './compound-name.ts';
import {
  SHOW_CONSTRAINT_INFO,
  SHOW_CONSTRAINTS,
  SHOW_CURRENT_USER,
  SHOW_DATABASES,
  SHOW_FUNCTIONS,
  SHOW_INDEX_INFO,
  SHOW_INDEXES,
  SHOW_INSTANCES,
  SHOW_PROCEDURES,
  SHOW_SETTINGS,
  type ShowSignature,
} from './show-signature.ts';
import { SHOW_NEXT_SNAPSHOT, SHOW_SNAPSHOTS, SHOW_STORAGE_INFO } from './storage-signature.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';
import { SHOW_TRANSACTIONS, TERMINATE_TRANSACTIONS } from './transaction-signature.ts';

interface Shown {
  readonly signature: ShowSignature;
  /** Words before the noun that say which of them, with the name that a row has for it. */
  readonly kinds: Readonly<Record<string, string | null>>;
  /** Words before the noun that make it something else. */
  readonly others?: Readonly<Record<string, ShowSignature>>;
}

const INDEX_KINDS: Shown['kinds'] = {
  '': null,
  ALL: null,
  RANGE: 'RANGE',
  TEXT: 'TEXT',
  POINT: 'POINT',
  LOOKUP: 'LOOKUP',
  FULLTEXT: 'FULLTEXT',
  VECTOR: 'VECTOR',
};

const CONSTRAINT_ENTITIES = [
  ['', ''],
  ['NODE ', 'NODE '],
  ['REL ', 'RELATIONSHIP '],
  ['RELATIONSHIP ', 'RELATIONSHIP '],
] as const;

/** Words with the end of the name that a row has, without the entity and with it. */
const CONSTRAINT_WORDS = [
  ['UNIQUE', 'UNIQUENESS', 'UNIQUENESS'],
  ['UNIQUENESS', 'UNIQUENESS', 'UNIQUENESS'],
  ['PROPERTY UNIQUE', 'UNIQUENESS', 'UNIQUENESS'],
  ['PROPERTY UNIQUENESS', 'UNIQUENESS', 'UNIQUENESS'],
  ['KEY', 'KEY', 'KEY'],
  ['EXIST', 'EXISTENCE', 'PROPERTY EXISTENCE'],
  ['EXISTENCE', 'EXISTENCE', 'PROPERTY EXISTENCE'],
  ['PROPERTY EXIST', 'EXISTENCE', 'PROPERTY EXISTENCE'],
  ['PROPERTY EXISTENCE', 'EXISTENCE', 'PROPERTY EXISTENCE'],
  ['PROPERTY TYPE', 'PROPERTY TYPE', 'PROPERTY TYPE'],
] as const;

/** A kind stands for all whose name ends with it. */
const CONSTRAINT_KINDS: Shown['kinds'] = {
  '': null,
  ALL: null,
  ...Object.fromEntries(
    CONSTRAINT_ENTITIES.flatMap(([written, entity]) =>
      CONSTRAINT_WORDS.map(([words, ofAny, ofOne]) => [
        `${written}${words}`,
        entity === '' ? ofAny : `${entity}${ofOne}`,
      ]),
    ),
  ),
};

/** By the noun; the plural is the noun with what is in brackets. */
const NOUNS: ReadonlyMap<string, Shown> = new Map([
  ['INDEX', { signature: SHOW_INDEXES, kinds: INDEX_KINDS }],
  ['CONSTRAINT', { signature: SHOW_CONSTRAINTS, kinds: CONSTRAINT_KINDS }],
  ['PROCEDURE', { signature: SHOW_PROCEDURES, kinds: { '': null } }],
  [
    'FUNCTION',
    {
      signature: SHOW_FUNCTIONS,
      kinds: { '': null, ALL: null, 'BUILT IN': 'BUILT IN', 'USER DEFINED': 'USER DEFINED' },
    },
  ],
  ['SNAPSHOT', { signature: SHOW_SNAPSHOTS, kinds: { '': null }, others: { NEXT: SHOW_NEXT_SNAPSHOT } }],
  ['INFO', { signature: SHOW_STORAGE_INFO, kinds: { STORAGE: null } }],
  ['DATABASE', { signature: SHOW_DATABASES, kinds: { '': null, DEFAULT: 'DEFAULT', HOME: 'HOME' } }],
  ['INSTANCE', { signature: SHOW_INSTANCES, kinds: { '': null } }],
  ['SETTING', { signature: SHOW_SETTINGS, kinds: { '': null } }],
  ['TRANSACTION', { signature: SHOW_TRANSACTIONS, kinds: { '': null } }],
  ['USER', { signature: SHOW_CURRENT_USER, kinds: { CURRENT: null } }],
]);

/** The most words of a kind before the noun. */
const KIND_WORDS_MAX = 3;

export class ShowParser {
  readonly #cursor: TokenCursor;
  readonly #clauses: ClauseParser;

  constructor(cursor: TokenCursor, clauses: ClauseParser) {
    this.#cursor = cursor;
    this.#clauses = clauses;
  }

  /** At SHOW. Undefined, and nothing read, when it shows something else. */
  show(): Query | undefined {
    const cursor = this.#cursor;
    cursor.documentation = 'commands';
    for (let words = 0; words <= KIND_WORDS_MAX; words += 1) {
      const shown = NOUNS.get(singular(this.#word(words + 1)));
      if (shown === undefined) continue;
      const given = Array.from({ length: words }, (_, i) => this.#word(i + 1));
      const kind = given.join(' ');
      const other = shown.others && Object.hasOwn(shown.others, kind) ? shown.others[kind] : undefined;
      if (given.includes('') || (!other && !Object.hasOwn(shown.kinds, kind))) continue;
      const start = cursor.index;
      cursor.skip(words + 2);
      return this.#query(start, other ?? shown.signature, shown.kinds[kind] ?? null);
    }
    return undefined;
  }

  #word(ahead: number): string {
    return this.#cursor.kind(ahead) === TOKEN.name ? this.#cursor.source(this.#cursor.index + ahead).toUpperCase() : '';
  }

  /** At a command that is one word before a noun, and gives rows as SHOW does. */
  command(signature: ShowSignature): Query {
    const start = this.#cursor.index;
    this.#cursor.skip(2);
    return this.#query(start, signature, null);
  }

  #query(start: number, signature: ShowSignature, kind: string | null): Query {
    const cursor = this.#cursor;
    const info = kind === null ? this.#info(signature) : undefined;
    if (info)
      return { type: 'query', all: false, parts: [{ clauses: [callOf(info, { span: cursor.spanFrom(start) })] }] };
    if (signature === SHOW_PROCEDURES || signature === SHOW_FUNCTIONS) this.#skipExecutable();
    const named = this.#named(signature, kind);
    const yields = cursor.takeWords('YIELD');
    const span = cursor.spanFrom(start);
    const items = yields
      ? this.#clauses.yieldItems()
      : signature.results.slice(0, signature.briefCount).map(itemAt(span));
    const shown = items === '*' ? signature.results.map(itemAt(span)) : items;
    const call = callOf(signature, { span, kind, named, items: shown });
    if (!yields) {
      // What is ended is named, and not looked for.
      const where = signature === TERMINATE_TRANSACTIONS ? undefined : this.#clauses.where();
      return { type: 'query', all: false, parts: [{ clauses: [{ ...call, where }] }] };
    }
    const clauses: Clause[] = [call, this.#clauses.tail(start)];
    const { yield: yielded } = call;
    if (cursor.word() === 'RETURN') clauses.push(this.#clauses.return());
    else if (Array.isArray(yielded)) clauses.push(returnOf(yielded, span));
    return { type: 'query', all: false, parts: [{ clauses }] };
  }

  /** Memgraph's form: SHOW INDEX INFO. */
  #info(signature: ShowSignature): ShowSignature | undefined {
    const info =
      signature === SHOW_INDEXES ? SHOW_INDEX_INFO : signature === SHOW_CONSTRAINTS ? SHOW_CONSTRAINT_INFO : undefined;
    if (info === undefined || this.#word(0) !== 'INFO') return undefined;
    this.#cursor.skip();
    return info;
  }

  /** What is named beside the kind. */
  #named(signature: ShowSignature, kind: string | null): Expression | undefined {
    if (signature === SHOW_DATABASES) return kind === null ? this.#databaseName() : undefined;
    if (signature === TERMINATE_TRANSACTIONS) return this.#transactionIds();
    const word = this.#cursor.word();
    if (signature !== SHOW_TRANSACTIONS || word === 'YIELD' || word === 'WHERE') return undefined;
    return this.#cursor.at(TOKEN.end) || this.#cursor.at(TOKEN.semicolon) ? undefined : this.#transactionIds();
  }

  /** Strings divided by commas, or an expression that gives one or a list of them. */
  #transactionIds(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    const first = this.#clauses.expression();
    if (!cursor.at(TOKEN.comma)) return first;
    const items = [first];
    while (cursor.take(TOKEN.comma)) items.push(this.#clauses.expression());
    const other = items.find((item) => item.type !== 'literal' || typeof item.value !== 'string');
    if (other) throw cursor.expected('ids as strings, when there are several');
    return { type: 'list', items, span: cursor.spanFrom(start) };
  }

  /** The one database that is asked for: a name, or a parameter that holds one. */
  #databaseName(): Expression | undefined {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (cursor.at(TOKEN.parameter)) return this.#clauses.expression();
    if (!cursor.atName() || cursor.word() === 'YIELD' || cursor.word() === 'WHERE') return undefined;
    return { type: 'literal', value: compoundName(cursor, 'the name of a database'), span: cursor.spanFrom(start) };
  }

  /** `EXECUTABLE [BY CURRENT USER]`: whoever may ask may call. */
  #skipExecutable(): void {
    const cursor = this.#cursor;
    if (this.#word(0) !== 'EXECUTABLE') return;
    cursor.skip();
    if (!cursor.takeWords('BY')) return;
    if (this.#word(0) !== 'CURRENT' || this.#word(1) !== 'USER') throw cursor.notSupported('EXECUTABLE BY a user');
    cursor.skip(2);
  }
}

function singular(word: string): string {
  if (word === 'INDEXES' || word === 'INDICES') return 'INDEX';
  return word.endsWith('S') ? word.slice(0, -1) : word;
}

function itemAt(span: Span) {
  return ({ name }: { readonly name: string }): YieldItem => ({ column: name, variable: name, span });
}

function callOf(
  signature: ShowSignature,
  fields: {
    readonly span: Span;
    readonly kind?: string | null;
    readonly named?: Expression | undefined;
    readonly items?: readonly YieldItem[];
  },
): CallClause {
  const { span, kind = null, named, items = signature.results.map(itemAt(span)) } = fields;
  const given: Expression[] = [{ type: 'literal', value: kind, span }, ...(named ? [named] : [])];
  return {
    type: 'call',
    optional: false,
    name: signature.name,
    arguments: given,
    yield: items,
    where: undefined,
    span,
  };
}

/** RETURN of all that was yielded, in its order. */
function returnOf(items: readonly YieldItem[], span: Span): Clause {
  return {
    type: 'return',
    distinct: false,
    star: false,
    items: items.map(({ variable: name }) => ({ name, aliased: true, expression: { type: 'variable', name, span } })),
    orderBy: [],
    skip: undefined,
    limit: undefined,
    where: undefined,
    span,
  };
}
