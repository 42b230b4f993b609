/** Queries: clauses in a row, joined by UNION. Which clause may follow which is checked later, by semantic-check.ts. */
import type {
  Clause,
  Expression,
  MergeClause,
  ProjectionClause,
  ProjectionItem,
  Query,
  RemoveItem,
  SetItem,
  SingleQuery,
  SortItem,
  UsedDatabase,
} from './ast.ts';
import { CallParser } from './call-parser.ts';
import { compoundName } from './compound-name.ts';
import { ExpressionParser } from './expression-parser.ts';
import { stringValue } from './literal-text.ts';
import type { PatternParser } from './pattern-parser.ts';
import { type Keyword, TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** How many clauses a statement may have. Each becomes operators that call each other. */
export const CLAUSES_MAX = 500;

/** Words that may come at the start of a clause, for hints. */
export const CLAUSE_WORDS: readonly Keyword[] = [
  'MATCH',
  'OPTIONAL',
  'WHERE',
  'UNWIND',
  'CALL',
  'WITH',
  'RETURN',
  'CREATE',
  'MERGE',
  'SET',
  'REMOVE',
  'DELETE',
  'DETACH',
  'FOREACH',
  'FINISH',
  'UNION',
  'ORDER',
  'SKIP',
  'LIMIT',
];

const WRITING_WORDS: ReadonlySet<Keyword> = new Set<Keyword>([
  'CREATE',
  'MERGE',
  'SET',
  'REMOVE',
  'DELETE',
  'DETACH',
  'NODETACH',
  'FOREACH',
]);

/** Clauses of Cypher that this version does not have. */
const ABSENT_CLAUSES: ReadonlyMap<string, string> = new Map([
  ['USING', 'USING'],
  ['LET', 'The clause LET'],
  ['FILTER', 'The clause FILTER'],
  ['INSERT', 'The clause INSERT'],
]);

export class ClauseParser {
  /** The databases that USE has named so far. */
  readonly uses: UsedDatabase[] = [];
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionParser;
  readonly #patterns: PatternParser;
  readonly #calls: CallParser;
  #clauseCount = 0;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
    this.#expressions = new ExpressionParser(cursor, () => this.query());
    this.#patterns = this.#expressions.patterns;
    this.#calls = new CallParser(cursor, this.#expressions, () => this.query());
  }

  /** Single queries joined by UNION, or by UNION ALL. */
  query(): Query {
    const cursor = this.#cursor;
    const parts = [this.#singleQuery()];
    let all: boolean | undefined;
    while (cursor.word() === 'UNION') {
      const start = cursor.index;
      cursor.skip();
      const thisAll = cursor.takeWords('ALL');
      if (!thisAll) cursor.takeWords('DISTINCT');
      if (all !== undefined && all !== thisAll) {
        const message = 'UNION and UNION ALL may not be mixed';
        throw cursor.error(message, 'InvalidClauseComposition', undefined, { index: start });
      }
      all = thisAll;
      parts.push(this.#singleQuery());
    }
    return { type: 'query', parts, all: all ?? false };
  }

  #singleQuery(): SingleQuery {
    if (this.#atWord('USE') && this.#cursor.atName(1)) this.#use();
    const clauses: Clause[] = [];
    for (let clause = this.#clause(); clause !== undefined; clause = this.#clause()) {
      clauses.push(clause);
      this.#clauseCount += 1;
      if (this.#clauseCount > CLAUSES_MAX) {
        throw this.#cursor.error(`The statement has more than ${CLAUSES_MAX} clauses`, 'UnexpectedSyntax');
      }
    }
    if (clauses.length === 0) throw this.#cursor.expected('a clause such as MATCH, CREATE or RETURN', CLAUSE_WORDS);
    return { clauses };
  }

  /** `USE name` and `USE GRAPH name` in front of the clauses. */
  #use(): void {
    const cursor = this.#cursor;
    cursor.skip();
    if (this.#atWord('GRAPH') && cursor.atName(1) && cursor.kind(2) !== TOKEN.openParen) {
      if (!CLAUSE_WORDS.includes(cursor.word(1))) cursor.skip();
    }
    const start = cursor.index;
    const name = compoundName(cursor, 'the name of a database');
    if (cursor.at(TOKEN.openParen)) throw cursor.notSupported('A graph that is worked out after USE', start);
    this.uses.push({ name, span: cursor.spanFrom(start) });
  }

  /** The next clause; undefined when none starts here. */
  #clause(): Clause | undefined {
    const cursor = this.#cursor;
    const word = cursor.word();
    cursor.documentation = WRITING_WORDS.has(word) ? 'writing' : word === 'CALL' ? 'calls' : 'reading';
    switch (word) {
      case 'MATCH':
        return this.#match();
      case 'OPTIONAL':
        return cursor.word(1) === 'CALL' ? this.#calls.call() : this.#match();
      case 'CALL':
        return this.#calls.call();
      case 'UNWIND':
        return this.#unwind();
      case 'WITH':
        return this.#projection('with');
      case 'RETURN':
        return this.#projection('return');
      case 'CREATE':
        return this.#create();
      case 'MERGE':
        return this.#merge();
      case 'SET':
        return this.#set();
      case 'REMOVE':
        return this.#remove();
      case 'DELETE':
      case 'DETACH':
      case 'NODETACH':
        return this.#delete();
      case 'FOREACH':
        return this.#foreach();
      case 'FINISH':
        return this.#finish();
      case 'WHERE':
        throw cursor.error('WHERE may stand only after MATCH, OPTIONAL MATCH and WITH', 'UnexpectedSyntax');
      case 'ORDER':
      case 'SKIP':
      case 'OFFSET':
      case 'LIMIT':
        throw cursor.error(
          `${cursor.word()} may stand only after the columns of WITH or RETURN`,
          'UnexpectedSyntax',
          'They come in the order ORDER BY, SKIP, LIMIT, and then WHERE.',
        );
      default:
        if (this.#atWord('LOAD') && this.#atWord('CSV', 1)) return this.#loadCsv();
        this.refuseAbsentClause();
        return undefined;
    }
  }

  /** Throws when a clause starts here that is Cypher but not in this version. */
  refuseAbsentClause(): void {
    const cursor = this.#cursor;
    const absent = cursor.at(TOKEN.name) ? ABSENT_CLAUSES.get(cursor.source().toUpperCase()) : undefined;
    if (absent === undefined) return;
    if (absent.endsWith('INSERT')) cursor.documentation = 'writing';
    throw cursor.notSupported(absent);
  }

  /** An expression, where a command takes one. */
  expression(): Expression {
    return this.#expressions.expression();
  }

  /** The columns after YIELD. */
  yieldItems(): ReturnType<CallParser['yieldItems']> {
    return this.#calls.yieldItems();
  }

  /** What may stand after the columns of YIELD in SHOW, ORDER BY to WHERE, as a `WITH *`. */
  tail(start: number): ProjectionClause {
    const ordering = this.#ordering();
    const where = this.where();
    return {
      type: 'with',
      distinct: false,
      star: true,
      items: [],
      ...ordering,
      where,
      span: this.#cursor.spanFrom(start),
    };
  }

  /** At RETURN. */
  return(): ProjectionClause {
    return this.#projection('return');
  }

  #match(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    const optional = cursor.takeWords('OPTIONAL');
    if (!cursor.takeWords('MATCH')) throw cursor.expected('MATCH', ['MATCH']);
    const patterns = this.#patterns.matchedPatterns();
    if (cursor.word() === 'USING') throw cursor.notSupported('A planner hint with USING');
    const where = this.where();
    return { type: 'match', optional, patterns, where, span: cursor.spanFrom(start) };
  }

  /** A WHERE, if one comes. */
  where(): Expression | undefined {
    return this.#cursor.takeWords('WHERE') ? this.#expressions.expression() : undefined;
  }

  #unwind(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const list = this.#expressions.expression();
    cursor.expectWord('AS');
    return { type: 'unwind', list, variable: cursor.variable(), span: cursor.spanFrom(start) };
  }

  /** Whether a name stands here that is this word, in any case, but no keyword. */
  #atWord(word: string, ahead = 0): boolean {
    const cursor = this.#cursor;
    return cursor.kind(ahead) === TOKEN.name && cursor.source(cursor.index + ahead).toUpperCase() === word;
  }

  #loadCsv(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const withHeaders = cursor.takeWords('WITH');
    if (withHeaders) {
      if (!this.#atWord('HEADERS')) throw cursor.expected('HEADERS');
      cursor.skip();
    }
    cursor.expectWord('FROM');
    const url = this.#expressions.expression();
    cursor.expectWord('AS');
    const variable = cursor.variable();
    const terminator = this.#atWord('FIELDTERMINATOR') ? this.#fieldTerminator() : ',';
    return { type: 'loadCsv', withHeaders, url, variable, terminator, span: cursor.spanFrom(start) };
  }

  #fieldTerminator(): string {
    const cursor = this.#cursor;
    cursor.skip();
    const source = cursor.source();
    if (!cursor.take(TOKEN.string)) throw cursor.expected('a string of one character');
    const value = stringValue(source);
    if (typeof value === 'string' && value.length === 1 && !/["\r\n]/.test(value)) return value;
    throw cursor.error(
      'FIELDTERMINATOR is one character, and neither a quote nor the end of a line',
      'UnexpectedSyntax',
      undefined,
      {
        index: cursor.index - 1,
      },
    );
  }

  #projection(type: 'with' | 'return'): ProjectionClause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const distinct = cursor.takeWords('DISTINCT');
    const star = cursor.take(TOKEN.star);
    const items: ProjectionItem[] = [];
    if (!star) items.push(this.#projectionItem());
    while (cursor.take(TOKEN.comma)) items.push(this.#projectionItem());
    const ordering = this.#ordering();
    const where = type === 'with' ? this.where() : undefined;
    return { type, distinct, star, items, ...ordering, where, span: cursor.spanFrom(start) };
  }

  #ordering(): Pick<ProjectionClause, 'orderBy' | 'skip' | 'limit'> {
    const cursor = this.#cursor;
    const orderBy = this.#orderBy();
    const skip = cursor.takeWords('SKIP') || cursor.takeWords('OFFSET') ? this.#expressions.expression() : undefined;
    const limit = cursor.takeWords('LIMIT') ? this.#expressions.expression() : undefined;
    return { orderBy, skip, limit };
  }

  #projectionItem(): ProjectionItem {
    const cursor = this.#cursor;
    const start = cursor.index;
    const expression = this.#expressions.expression();
    // A variable keeps its name; the source text would add backticks to some.
    const source = expression.type === 'variable' ? expression.name : cursor.sourceFrom(start);
    if (cursor.takeWords('AS')) return { expression, name: cursor.variable(), aliased: true };
    return { expression, name: source, aliased: false };
  }

  #orderBy(): SortItem[] {
    const cursor = this.#cursor;
    const items: SortItem[] = [];
    if (!cursor.takeWords('ORDER')) return items;
    cursor.expectWord('BY');
    do {
      const expression = this.#expressions.expression();
      const descending = cursor.takeWords('DESC') || cursor.takeWords('DESCENDING');
      if (!descending && !cursor.takeWords('ASC')) cursor.takeWords('ASCENDING');
      items.push({ expression, descending });
    } while (cursor.take(TOKEN.comma));
    return items;
  }

  #create(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    if (cursor.atWords('UNIQUE')) throw cursor.notSupported('CREATE UNIQUE', start);
    return { type: 'create', patterns: this.#patterns.createdPatterns(), span: cursor.spanFrom(start) };
  }

  #merge(): MergeClause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const pattern = this.#patterns.matchedPattern();
    const onCreate: SetItem[] = [];
    const onMatch: SetItem[] = [];
    while (cursor.takeWords('ON')) {
      const onNew = cursor.takeWords('CREATE');
      if (!onNew && !cursor.takeWords('MATCH')) throw cursor.expected('CREATE or MATCH', ['CREATE', 'MATCH']);
      cursor.expectWord('SET');
      (onNew ? onCreate : onMatch).push(...this.#setItems());
    }
    return { type: 'merge', pattern, onCreate, onMatch, span: cursor.spanFrom(start) };
  }

  #set(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    return { type: 'set', items: this.#setItems(), span: cursor.spanFrom(start) };
  }

  #setItems(): SetItem[] {
    const items = [this.#setItem()];
    while (this.#cursor.take(TOKEN.comma)) items.push(this.#setItem());
    return items;
  }

  #setItem(): SetItem {
    const cursor = this.#cursor;
    const start = cursor.index;
    const next = cursor.kind(1);
    if (cursor.atName() && (next === TOKEN.colon || this.#isBeforeLabel())) {
      const variable = cursor.variable();
      return { type: 'labels', variable, ...this.#patterns.labels.names(), span: cursor.spanFrom(start) };
    }
    if (cursor.atName() && (next === TOKEN.equal || next === TOKEN.plusEqual)) {
      const variable = cursor.variable();
      cursor.skip();
      const value = this.#expressions.expression();
      const type = next === TOKEN.equal ? 'replace' : 'merge';
      return { type, variable, value, span: cursor.spanFrom(start) };
    }
    const property = this.#property();
    if (!cursor.take(TOKEN.equal)) throw cursor.expected('"="');
    const value = this.#expressions.expression();
    return { ...property, value, span: cursor.spanFrom(start) };
  }

  /** `n.name` or `n[key]`, as SET and REMOVE take it. */
  #property() {
    const cursor = this.#cursor;
    const expression = this.#expressions.target();
    if (expression.type === 'property') {
      return { type: 'property', target: expression.subject, key: expression.key } as const;
    }
    if (expression.type === 'index') {
      return { type: 'dynamicProperty', target: expression.subject, key: expression.index } as const;
    }
    throw cursor.expected('a property such as n.name, or a label such as n:Label');
  }

  /** `n IS Label` */
  #isBeforeLabel(): boolean {
    return this.#cursor.word(1) === 'IS' && (this.#cursor.atName(2) || this.#cursor.kind(2) === TOKEN.dollar);
  }

  #remove(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const items = [this.#removeItem()];
    while (cursor.take(TOKEN.comma)) items.push(this.#removeItem());
    return { type: 'remove', items, span: cursor.spanFrom(start) };
  }

  #removeItem(): RemoveItem {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (cursor.atName() && (cursor.kind(1) === TOKEN.colon || this.#isBeforeLabel())) {
      const variable = cursor.variable();
      return { type: 'labels', variable, ...this.#patterns.labels.names(), span: cursor.spanFrom(start) };
    }
    return { ...this.#property(), span: cursor.spanFrom(start) };
  }

  #delete(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    const detach = cursor.takeWords('DETACH');
    if (!detach) cursor.takeWords('NODETACH');
    if (!cursor.takeWords('DELETE')) throw cursor.expected('DELETE', ['DELETE']);
    const targets = [this.#expressions.expression()];
    while (cursor.take(TOKEN.comma)) targets.push(this.#expressions.expression());
    return { type: 'delete', detach, targets, span: cursor.spanFrom(start) };
  }

  /** `FOREACH (x IN list | clauses)` */
  #foreach(): Clause {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    cursor.expect(TOKEN.openParen, '"("');
    const variable = cursor.variable();
    cursor.expectWord('IN');
    const list = this.#expressions.expressionBeforeBar();
    cursor.expect(TOKEN.bar, '"|"');
    const { clauses } = cursor.nested(() => this.#singleQuery());
    cursor.expect(TOKEN.closeParen, 'a clause or ")"');
    return { type: 'foreach', variable, list, clauses, span: cursor.spanFrom(start) };
  }

  #finish(): Clause {
    const start = this.#cursor.index;
    this.#cursor.skip();
    return { type: 'finish', span: this.#cursor.spanFrom(start) };
  }
}
