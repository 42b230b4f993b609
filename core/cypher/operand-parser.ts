/** What operators stand between: literals, variables, calls, and everything in brackets. */
import type { Expression, Literal, MapProjectionItem, PathPattern, Query, Span } from './ast.ts';
import { caseOf, caseSubject, type WrittenBranch, type WrittenWhen } from './case-expression.ts';
import { shown } from './error-text.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { floatValue, INTEGER_MAX, integerValue, stringValue } from './literal-text.ts';
import { normalForm } from './normal-form.ts';
import { looksLikePattern, type PatternParser } from './pattern-parser.ts';
import { type Keyword, RESERVED, TOKEN } from './token.ts';
import { type TokenCursor, unquoteName } from './token-cursor.ts';

/** Numbers that are written as words. */
const SPECIAL_FLOATS: ReadonlyMap<string, number> = new Map([
  ['INF', Number.POSITIVE_INFINITY],
  ['INFINITY', Number.POSITIVE_INFINITY],
  ['NAN', Number.NaN],
]);

export class OperandParser {
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionReader;
  readonly #patterns: PatternParser;

  constructor(cursor: TokenCursor, expressions: ExpressionReader, patterns: PatternParser) {
    this.#cursor = cursor;
    this.#expressions = expressions;
    this.#patterns = patterns;
  }

  operand(): Expression {
    const cursor = this.#cursor;
    switch (cursor.kind()) {
      case TOKEN.integer:
        return this.#integer();
      case TOKEN.float:
        return this.#float();
      case TOKEN.string:
        return this.#string();
      case TOKEN.parameter:
        return this.parameter();
      case TOKEN.openParen:
        return this.#bracketed();
      case TOKEN.openBracket:
        return this.#listOrComprehension();
      case TOKEN.openBrace:
        return this.map();
      case TOKEN.name:
        return this.#word();
      case TOKEN.quotedName:
        return this.#callOrVariable();
      default:
        throw cursor.expected('an expression');
    }
  }

  parameter(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    const written = cursor.source().slice(1).trimStart();
    cursor.skip();
    const name = written.startsWith('`') ? unquoteName(written) : written;
    return { type: 'parameter', name, span: cursor.spanFrom(start) };
  }

  map(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.expect(TOKEN.openBrace, '"{"');
    const entries: (readonly [string, Expression])[] = [];
    if (!cursor.at(TOKEN.closeBrace)) {
      do {
        const key = cursor.name('a property key');
        if (entries.length === 0 && cursor.at(TOKEN.closeBrace)) {
          throw cursor.expected('":"', [], `A parameter is written $${shown(key)}.`);
        }
        cursor.expect(TOKEN.colon, '":"');
        entries.push([key, this.#expressions.expression()]);
      } while (cursor.take(TOKEN.comma));
    }
    cursor.expect(TOKEN.closeBrace, '"," or "}"');
    return { type: 'map', entries, span: cursor.spanFrom(start) };
  }

  #literal(value: Literal): Expression {
    const start = this.#cursor.index;
    this.#cursor.skip();
    return { type: 'literal', value, span: this.#cursor.spanFrom(start) };
  }

  #integer(): Expression {
    const value = integerValue(this.#cursor.source());
    if (value === undefined || value > INTEGER_MAX) {
      throw this.#cursor.error('This integer does not fit in 64 bits', 'IntegerOverflow');
    }
    return this.#literal({ integer: value });
  }

  #float(): Expression {
    const value = floatValue(this.#cursor.source());
    if (value === undefined) throw this.#cursor.error('This number is too large', 'FloatingPointOverflow');
    return this.#literal({ float: value });
  }

  #string(): Expression {
    const value = stringValue(this.#cursor.source());
    if (typeof value === 'string') return this.#literal(value);
    throw this.#cursor.error(value.message, value.detail, undefined, { offset: value.offset });
  }

  #bracketed(): Expression {
    const cursor = this.#cursor;
    if (looksLikePattern(cursor, 0)) return this.#patternPredicate();
    cursor.skip();
    const expression = this.#expressions.expression();
    cursor.expect(TOKEN.closeParen, '")"');
    return expression;
  }

  #patternPredicate(): Expression {
    const start = this.#cursor.index;
    const pattern = this.#patterns.matchedPattern();
    return { type: 'patternPredicate', pattern, span: this.#cursor.spanFrom(start) };
  }

  #listOrComprehension(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    const patternAt = cursor.atName(1) && cursor.kind(2) === TOKEN.equal ? 3 : 1;
    if (looksLikePattern(cursor, patternAt)) return this.#patternComprehension();
    // [x IN list] is a comprehension, [x IN list, y] is a list.
    if (cursor.atName(1) && cursor.word(2) === 'IN' && !cursor.hasComma(0)) return this.#listComprehension();
    cursor.skip();
    const items = this.#expressionsUntil(TOKEN.closeBracket, '"," or "]"');
    return { type: 'list', items, span: cursor.spanFrom(start) };
  }

  /** `[p = (a)-->(b) WHERE … | …]` */
  #patternComprehension(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const pattern = this.#patterns.matchedPattern();
    const where = cursor.takeWords('WHERE') ? this.#expressions.expressionBeforeBar() : undefined;
    cursor.expect(TOKEN.bar, '"|"');
    const project = this.#expressions.expression();
    cursor.expect(TOKEN.closeBracket, '"]"');
    return { type: 'patternComprehension', pattern, where, project, span: cursor.spanFrom(start) };
  }

  /** `{.*, .a, key: value, variable}` after a variable. */
  mapProjection(subject: Expression, start: number): Expression {
    const cursor = this.#cursor;
    cursor.skip();
    const items: MapProjectionItem[] = [];
    if (!cursor.at(TOKEN.closeBrace)) {
      do items.push(this.#mapProjectionItem());
      while (cursor.take(TOKEN.comma));
    }
    cursor.expect(TOKEN.closeBrace, '"," or "}"');
    return { type: 'mapProjection', subject, items, span: cursor.spanFrom(start) };
  }

  #mapProjectionItem(): MapProjectionItem {
    const cursor = this.#cursor;
    if (cursor.take(TOKEN.dot)) {
      return cursor.take(TOKEN.star) ? { type: 'all' } : { type: 'property', key: cursor.name('a property key or *') };
    }
    const start = cursor.index;
    if (cursor.atName() && cursor.kind(1) !== TOKEN.colon) {
      const name = cursor.variable();
      return { type: 'entry', key: name, value: { type: 'variable', name, span: cursor.spanFrom(start) } };
    }
    const key = cursor.name('a key, .key or .*');
    cursor.expect(TOKEN.colon, '":"');
    return { type: 'entry', key, value: this.#expressions.expression() };
  }

  /** Expressions between commas, up to and with the closing bracket. */
  #expressionsUntil(closer: typeof TOKEN.closeBracket | typeof TOKEN.closeParen, what: string): Expression[] {
    const cursor = this.#cursor;
    const items: Expression[] = [];
    if (cursor.take(closer)) return items;
    do items.push(this.#expressions.expression());
    while (cursor.take(TOKEN.comma));
    cursor.expect(closer, what);
    return items;
  }

  #listComprehension(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const { variable, list, where } = this.#filtered();
    const project = cursor.take(TOKEN.bar) ? this.#expressions.expression() : undefined;
    cursor.expect(TOKEN.closeBracket, '"]"');
    return { type: 'listComprehension', variable, list, where, project, span: cursor.spanFrom(start) };
  }

  /** `x IN list [WHERE predicate]` */
  #filtered() {
    const cursor = this.#cursor;
    const variable = cursor.variable();
    cursor.expectWord('IN');
    const list = this.#expressions.expressionBeforeBar();
    const where = cursor.takeWords('WHERE') ? this.#expressions.expressionBeforeBar() : undefined;
    return { variable, list, where };
  }

  /** What starts with a name that is no name in backticks. */
  #word(): Expression {
    const cursor = this.#cursor;
    const word = cursor.word();
    const next = cursor.kind(1);
    if (word === '') return this.#specialFloat() ?? this.#callOrVariable();
    if (word === 'NULL') return this.#literal(null);
    if (word === 'TRUE' || word === 'FALSE') return this.#literal(word === 'TRUE');
    if (word === 'CASE') return this.#case();
    if (next === TOKEN.openBrace) {
      if (word === 'EXISTS' || word === 'COUNT' || word === 'COLLECT') return this.#subquery(word);
    }
    if (next === TOKEN.openParen) {
      if (word === 'COUNT' && cursor.kind(2) === TOKEN.star) return this.#countStar();
      if (word === 'ALL' || word === 'ANY' || word === 'NONE' || word === 'SINGLE') return this.#quantifier(word);
      if (word === 'REDUCE') return this.#reduce();
      if (word === 'SHORTESTPATH' || word === 'ALLSHORTESTPATHS') return this.#shortestPath();
      if (word === 'EXISTS' && looksLikePattern(cursor, 2)) return this.#existsPattern();
      if (word === 'TRIM') return this.#trim();
      if (word === 'NORMALIZE') return this.#normalize();
    }
    if (RESERVED.has(word)) throw cursor.expected('an expression');
    return this.#callOrVariable();
  }

  /** `INF`, `INFINITY` and `NaN`, which are no variables without backticks. */
  #specialFloat(): Expression | undefined {
    const cursor = this.#cursor;
    const next = cursor.kind(1);
    const value = SPECIAL_FLOATS.get(cursor.source().toUpperCase());
    if (value === undefined || next === TOKEN.openParen || next === TOKEN.dot) return undefined;
    return this.#literal({ float: value });
  }

  #callOrVariable(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    let ahead = 1;
    while (cursor.kind(ahead) === TOKEN.dot && cursor.atName(ahead + 1)) ahead += 2;
    if (cursor.kind(ahead) !== TOKEN.openParen) {
      return { type: 'variable', name: cursor.variable(), span: cursor.spanFrom(start) };
    }
    const parts = [cursor.name('a function')];
    while (cursor.take(TOKEN.dot)) parts.push(cursor.name('a function'));
    cursor.skip();
    const distinct = cursor.takeWords('DISTINCT');
    if (!distinct && this.#atAll()) cursor.skip();
    if (cursor.at(TOKEN.star)) throw cursor.expected('an expression', [], 'Only count(*) takes a star.');
    const items = this.#expressionsUntil(TOKEN.closeParen, '"," or ")"');
    const name = parts.join('.').toLowerCase();
    return { type: 'call', name, distinct, arguments: items, span: cursor.spanFrom(start) };
  }

  /** `count(ALL n.x)`, which says the default; ALL may also start an expression, as `all(x IN …)` and a variable of that name. */
  #atAll(): boolean {
    const cursor = this.#cursor;
    if (cursor.word() !== 'ALL' || OPERATOR_WORDS.has(cursor.word(1))) return false;
    return cursor.atName(1) || cursor.kind(1) === TOKEN.parameter || cursor.kind(1) === TOKEN.integer;
  }

  #countStar(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(3);
    cursor.expect(TOKEN.closeParen, '")"');
    return { type: 'countStar', span: cursor.spanFrom(start) };
  }

  #case(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const subject = cursor.word() === 'WHEN' ? undefined : this.#expressions.expression();
    const branches: WrittenBranch[] = [];
    if (cursor.word() !== 'WHEN') throw cursor.expected('WHEN', ['WHEN']);
    while (cursor.takeWords('WHEN')) {
      const whens = subject === undefined ? [{ value: this.#expressions.expression() }] : this.#whens(subject.span);
      cursor.expectWord('THEN');
      // biome-ignore lint/suspicious/noThenProperty: a branch of the tree is never awaited.
      branches.push({ whens, then: this.#expressions.expression() });
    }
    const otherwise = cursor.takeWords('ELSE') ? this.#expressions.expression() : undefined;
    if (!cursor.takeWords('END')) throw cursor.expected('WHEN, ELSE or END', ['WHEN', 'ELSE', 'END']);
    return caseOf({ subject, branches, otherwise, span: cursor.spanFrom(start) });
  }

  /** `1, 2`, `> 3`, `IS NULL`: what may stand between WHEN and THEN of a CASE with a subject. */
  #whens(span: Span): WrittenWhen[] {
    const whens: WrittenWhen[] = [];
    do {
      const test = this.#expressions.test(caseSubject(span));
      whens.push(test === undefined ? { value: this.#expressions.expression() } : { test });
    } while (this.#cursor.take(TOKEN.comma));
    return whens;
  }

  #quantifier(word: 'ALL' | 'ANY' | 'NONE' | 'SINGLE'): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const { variable, list, where } = this.#filtered();
    if (where === undefined) throw cursor.expected('WHERE', ['WHERE']);
    cursor.expect(TOKEN.closeParen, '")"');
    return { type: 'quantifier', quantifier: QUANTIFIERS[word], variable, list, where, span: cursor.spanFrom(start) };
  }

  /** `reduce(sum = 0, x IN list | sum + x)` */
  #reduce(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const accumulator = cursor.variable();
    cursor.expect(TOKEN.equal, '"="');
    const initial = this.#expressions.expression();
    cursor.expect(TOKEN.comma, '","');
    const variable = cursor.variable();
    cursor.expectWord('IN');
    const list = this.#expressions.expressionBeforeBar();
    cursor.expect(TOKEN.bar, '"|"');
    const expression = this.#expressions.expression();
    cursor.expect(TOKEN.closeParen, '")"');
    return { type: 'reduce', accumulator, initial, variable, list, expression, span: cursor.spanFrom(start) };
  }

  /** `shortestPath((a)-[*]->(b))` */
  #shortestPath(): Expression {
    const start = this.#cursor.index;
    const pattern = this.#patterns.matchedPattern();
    return { type: 'shortestPath', pattern, span: this.#cursor.spanFrom(start) };
  }

  /** `exists((a)-->(b))`, the older way to write a pattern as a predicate. */
  #existsPattern(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const pattern = this.#patterns.matchedPattern();
    cursor.expect(TOKEN.closeParen, '")"');
    return this.#subqueryOf('exists', [pattern], undefined, start);
  }

  /** `EXISTS { … }`, `COUNT { … }`, `COLLECT { … }`: patterns with a WHERE, or a whole query. */
  #subquery(word: 'EXISTS' | 'COUNT' | 'COLLECT'): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    const kind = SUBQUERIES[word];
    cursor.skip(2);
    if (kind !== 'collect' && this.#atPattern()) {
      const patterns = this.#patterns.matchedPatterns();
      const where = cursor.takeWords('WHERE') ? this.#expressions.expression() : undefined;
      if (WRITING.has(cursor.word())) {
        throw cursor.error(`${cursor.word()} may not stand inside an expression`, 'InvalidClauseComposition');
      }
      cursor.expect(TOKEN.closeBrace, '"}"');
      return this.#subqueryOf(kind, patterns, where, start);
    }
    const query = this.#expressions.query();
    cursor.expect(TOKEN.closeBrace, 'a clause or "}"');
    return { type: 'subqueryExpression', kind, query, span: cursor.spanFrom(start) };
  }

  #atPattern(): boolean {
    const cursor = this.#cursor;
    const word = cursor.word();
    return (
      cursor.at(TOKEN.openParen) ||
      (cursor.atName() && cursor.kind(1) === TOKEN.equal) ||
      word === 'SHORTESTPATH' ||
      word === 'ALLSHORTESTPATHS'
    );
  }

  #subqueryOf(
    kind: 'exists' | 'count',
    patterns: readonly PathPattern[],
    where: Expression | undefined,
    start: number,
  ): Expression {
    const span: Span = this.#cursor.spanFrom(start);
    const query: Query = {
      type: 'query',
      parts: [{ clauses: [{ type: 'match', optional: false, patterns, where, span }] }],
      all: false,
    };
    return { type: 'subqueryExpression', kind, query, span };
  }

  /** `trim(s)`, `trim(s, characters)` and `trim(LEADING characters FROM s)`, which is `ltrim(s, characters)`. */
  #trim(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    const side = cursor.word(2);
    const isSide =
      (side === 'BOTH' || side === 'LEADING' || side === 'TRAILING') && cursor.kind(3) !== TOKEN.closeParen;
    if (isSide && cursor.kind(3) !== TOKEN.comma) cursor.skip(3);
    else {
      cursor.skip(2);
      if (cursor.at(TOKEN.closeParen)) {
        cursor.skip();
        return { type: 'call', name: 'trim', distinct: false, arguments: [], span: cursor.spanFrom(start) };
      }
    }
    const name = isSide ? TRIMS[side] : 'trim';
    const items = cursor.word() === 'FROM' ? [] : [this.#expressions.expression()];
    if (cursor.takeWords('FROM')) items.unshift(this.#expressions.expression());
    else while (cursor.take(TOKEN.comma)) items.push(this.#expressions.expression());
    cursor.expect(TOKEN.closeParen, '")"');
    return { type: 'call', name, distinct: false, arguments: items, span: cursor.spanFrom(start) };
  }

  /** `normalize(s)` and `normalize(s, NFKC)`, whose second argument is a word. */
  #normalize(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const items = [this.#expressions.expression()];
    if (cursor.take(TOKEN.comma)) {
      const at = cursor.index;
      const form = normalForm(cursor.source());
      if (form === undefined) throw cursor.expected('NFC, NFD, NFKC or NFKD');
      cursor.skip();
      items.push({ type: 'literal', value: form, span: cursor.spanFrom(at) });
    }
    cursor.expect(TOKEN.closeParen, '")"');
    return { type: 'call', name: 'normalize', distinct: false, arguments: items, span: cursor.spanFrom(start) };
  }
}

const QUANTIFIERS = { ALL: 'all', ANY: 'any', NONE: 'none', SINGLE: 'single' } as const;
const SUBQUERIES = { EXISTS: 'exists', COUNT: 'count', COLLECT: 'collect' } as const;
const TRIMS = { BOTH: 'trim', LEADING: 'ltrim', TRAILING: 'rtrim' } as const;

/** Words that go on with an expression which stands before them. */
const OPERATOR_WORDS: ReadonlySet<Keyword> = new Set<Keyword>([
  'AND',
  'CONTAINS',
  'ENDS',
  'IN',
  'IS',
  'OR',
  'STARTS',
  'XOR',
]);

const WRITING: ReadonlySet<Keyword> = new Set<Keyword>(['CREATE', 'MERGE', 'SET', 'REMOVE', 'DELETE', 'DETACH']);
