/** What operators stand between: literals, variables, calls, and everything in brackets. */
import type { Expression, Literal } from './ast.ts';
import { shown } from './error-text.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { floatValue, INTEGER_MAX, integerValue, stringValue } from './literal-text.ts';
import { looksLikePattern, type PatternParser } from './pattern-parser.ts';
import { RESERVED, TOKEN } from './token.ts';
import { type TokenCursor, unquoteName } from './token-cursor.ts';

export class OperandParser {
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionReader;
  readonly #patterns: PatternParser;
  /** Whether a "|" ends the expression that is being read: inside a comprehension or reduce. */
  #barEndsExpression = false;

  constructor(cursor: TokenCursor, expressions: ExpressionReader, patterns: PatternParser) {
    this.#cursor = cursor;
    this.#expressions = expressions;
    this.#patterns = patterns;
  }

  get barEndsExpression(): boolean {
    return this.#barEndsExpression;
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
    const written = cursor.source().slice(1);
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
    const patterns = [this.#patterns.matchedPattern()];
    return {
      type: 'patternPredicate',
      patterns,
      where: undefined,
      subquery: false,
      span: this.#cursor.spanFrom(start),
    };
  }

  #listOrComprehension(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    const patternAt = cursor.atName(1) && cursor.kind(2) === TOKEN.equal ? 3 : 1;
    if (looksLikePattern(cursor, patternAt)) throw cursor.notSupported('A pattern comprehension');
    // [x IN list] is a comprehension, [x IN list, y] is a list.
    if (cursor.atName(1) && cursor.word(2) === 'IN' && !cursor.hasComma(0)) return this.#listComprehension();
    cursor.skip();
    const items = this.#expressionsUntil(TOKEN.closeBracket, '"," or "]"');
    return { type: 'list', items, span: cursor.spanFrom(start) };
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
    const list = this.#beforeBar();
    const where = cursor.takeWords('WHERE') ? this.#beforeBar() : undefined;
    return { variable, list, where };
  }

  #beforeBar(): Expression {
    const around = this.#barEndsExpression;
    this.#barEndsExpression = true;
    const expression = this.#expressions.expression();
    this.#barEndsExpression = around;
    return expression;
  }

  /** What starts with a name that is no name in backticks. */
  #word(): Expression {
    const cursor = this.#cursor;
    const word = cursor.word();
    const next = cursor.kind(1);
    if (word === '') return this.#callOrVariable();
    if (word === 'NULL') return this.#literal(null);
    if (word === 'TRUE' || word === 'FALSE') return this.#literal(word === 'TRUE');
    if (word === 'CASE') return this.#case();
    if (next === TOKEN.openBrace) {
      if (word === 'EXISTS') return this.#existsSubquery();
      if (word === 'COUNT' || word === 'COLLECT') throw cursor.notSupported(`${word} { … }`);
    }
    if (next === TOKEN.openParen) {
      if (word === 'COUNT' && cursor.kind(2) === TOKEN.star) return this.#countStar();
      if (word === 'ALL' || word === 'ANY' || word === 'NONE' || word === 'SINGLE') return this.#quantifier(word);
      if (word === 'REDUCE') return this.#reduce();
      if (word === 'SHORTESTPATH' || word === 'ALLSHORTESTPATHS') {
        throw cursor.notSupported(`${cursor.source()} outside a pattern of MATCH`);
      }
    }
    if (RESERVED.has(word)) throw cursor.expected('an expression');
    return this.#callOrVariable();
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
    if (cursor.at(TOKEN.star)) throw cursor.expected('an expression', [], 'Only count(*) takes a star.');
    const items = this.#expressionsUntil(TOKEN.closeParen, '"," or ")"');
    const name = parts.join('.').toLowerCase();
    return { type: 'call', name, distinct, arguments: items, span: cursor.spanFrom(start) };
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
    const branches: { when: Expression; then: Expression }[] = [];
    if (cursor.word() !== 'WHEN') throw cursor.expected('WHEN', ['WHEN']);
    while (cursor.takeWords('WHEN')) {
      const when = this.#expressions.expression();
      cursor.expectWord('THEN');
      // biome-ignore lint/suspicious/noThenProperty: a branch of the tree is never awaited.
      branches.push({ when, then: this.#expressions.expression() });
    }
    const otherwise = cursor.takeWords('ELSE') ? this.#expressions.expression() : undefined;
    if (!cursor.takeWords('END')) throw cursor.expected('WHEN, ELSE or END', ['WHEN', 'ELSE', 'END']);
    return { type: 'case', subject, branches, otherwise, span: cursor.spanFrom(start) };
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
    const list = this.#beforeBar();
    cursor.expect(TOKEN.bar, '"|"');
    const expression = this.#expressions.expression();
    cursor.expect(TOKEN.closeParen, '")"');
    return { type: 'reduce', accumulator, initial, variable, list, expression, span: cursor.spanFrom(start) };
  }

  /** `EXISTS { [MATCH] pattern, … [WHERE predicate] }` */
  #existsSubquery(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    cursor.takeWords('MATCH');
    if (!cursor.at(TOKEN.openParen) && cursor.kind(1) !== TOKEN.equal) this.#refuseClause();
    const patterns = this.#patterns.matchedPatterns();
    const where = cursor.takeWords('WHERE') ? this.#expressions.expression() : undefined;
    if (!cursor.at(TOKEN.closeBrace)) this.#refuseClause();
    cursor.expect(TOKEN.closeBrace, '"}"');
    return { type: 'patternPredicate', patterns, where, subquery: true, span: cursor.spanFrom(start) };
  }

  /** Inside EXISTS { … }: a writing clause is wrong, another reading clause is not in this version. */
  #refuseClause(): void {
    const cursor = this.#cursor;
    switch (cursor.word()) {
      case 'CREATE':
      case 'MERGE':
      case 'SET':
      case 'REMOVE':
      case 'DELETE':
      case 'DETACH':
        throw cursor.error(`${cursor.word()} may not stand inside EXISTS`, 'InvalidClauseComposition');
      case 'MATCH':
      case 'OPTIONAL':
      case 'WITH':
      case 'UNWIND':
      case 'RETURN':
      case 'CALL':
      case 'UNION':
        throw cursor.notSupported(`${cursor.word()} inside EXISTS { … }`);
    }
  }
}

const QUANTIFIERS = { ALL: 'all', ANY: 'any', NONE: 'none', SINGLE: 'single' } as const;
