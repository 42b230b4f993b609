/** Expressions: operators by the table of precedence.ts, and what may stand after an operand. Operands: operand-parser.ts. */
import type { ComparisonOperator, Expression, Span } from './ast.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { floatValue, INTEGER_MAX, integerValue } from './literal-text.ts';
import { OperandParser } from './operand-parser.ts';
import { PatternParser } from './pattern-parser.ts';
import { type BinaryOperator, LEVEL, operatorAt } from './precedence.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/**
 * How high the tree of an expression may be. A long chain of operators is a high tree without any
 * bracket, and whoever walks a tree calls himself for each level.
 */
export const TREE_HEIGHT_MAX = 500;

export class ExpressionParser implements ExpressionReader {
  readonly patterns: PatternParser;
  readonly #cursor: TokenCursor;
  readonly #operands: OperandParser;
  /** The height of the highest tree among those read so far that will stand below the node being made. */
  #height = 0;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
    this.patterns = new PatternParser(cursor, this);
    this.#operands = new OperandParser(cursor, this, this.patterns);
  }

  expression(): Expression {
    const heightAround = this.#height;
    this.#height = 0;
    const expression = this.#cursor.nested(() => this.#binary(LEVEL.or));
    this.#grow();
    this.#height = Math.max(heightAround, this.#height);
    return expression;
  }

  map(): Expression {
    return this.#operands.map();
  }

  parameter(): Expression {
    return this.#operands.parameter();
  }

  /** What SET and REMOVE change: an operand with properties and indexes after it, but without labels. */
  target(): Expression {
    const start = this.#cursor.index;
    this.#height = 0;
    return this.#subscripts(this.#operands.operand(), start);
  }

  #grow(): void {
    this.#height += 1;
    if (this.#height > TREE_HEIGHT_MAX) {
      const message = `The expression is more than ${TREE_HEIGHT_MAX} operators high`;
      throw this.#cursor.error(message, 'UnexpectedSyntax', 'Pass long lists as a parameter: x IN $list.');
    }
  }

  /** An expression of operators that bind at least as tightly as `level`. */
  #binary(level: number): Expression {
    const start = this.#cursor.index;
    const heightAround = this.#height;
    this.#height = 0;
    let left = this.#prefixed(level);
    for (;;) {
      const operator = operatorAt(this.#cursor);
      if (operator === undefined || operator.level < level) break;
      left = this.#applied(operator, left, start);
      this.#grow();
    }
    this.#height = Math.max(heightAround, this.#height);
    if (this.#cursor.atWords('NOT', 'IN')) {
      throw this.#cursor.expected('an operator', [], 'The negation stands in front: NOT x IN list.');
    }
    if (this.#cursor.at(TOKEN.bangEqual)) throw this.#cursor.expected('an operator', [], 'Inequality is written <>.');
    return left;
  }

  /** NOT and signs, then an operand. */
  #prefixed(level: number): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (cursor.word() === 'NOT') {
      if (level > LEVEL.not) {
        throw cursor.expected('an expression', [], 'NOT binds loosely: put NOT and its operand in brackets.');
      }
      cursor.skip();
      const operand = cursor.nested(() => this.#binary(LEVEL.not));
      this.#grow();
      return { type: 'not', operand, span: cursor.spanFrom(start) };
    }
    if (cursor.take(TOKEN.plus)) return cursor.nested(() => this.#binary(LEVEL.sign));
    if (cursor.at(TOKEN.minus)) return this.#negated();
    return this.#suffixed(this.#operands.operand(), start);
  }

  #negated(): Expression {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    const literal = this.#negativeLiteral(start);
    if (literal !== undefined) return literal;
    const operand = cursor.nested(() => this.#binary(LEVEL.sign));
    this.#grow();
    return { type: 'negate', operand, span: cursor.spanFrom(start) };
  }

  /** A number after a minus is one literal: -9223372036854775808 has no positive counterpart. */
  #negativeLiteral(start: number): Expression | undefined {
    const cursor = this.#cursor;
    const next = cursor.kind(1);
    if (next === TOKEN.dot || next === TOKEN.openBracket) return undefined;
    if (cursor.at(TOKEN.float)) {
      const value = floatValue(cursor.source());
      if (value === undefined) return undefined;
      cursor.skip();
      return { type: 'literal', value: { float: -value }, span: cursor.spanFrom(start) };
    }
    if (!cursor.at(TOKEN.integer)) return undefined;
    const value = integerValue(cursor.source());
    if (value === undefined || value > INTEGER_MAX + 1n) return undefined;
    cursor.skip();
    return { type: 'literal', value: { integer: -value }, span: cursor.spanFrom(start) };
  }

  #applied(operator: BinaryOperator, left: Expression, start: number): Expression {
    const cursor = this.#cursor;
    const at = cursor.index;
    if (operator.form === 'notSupported') throw cursor.notSupported(operator.what);
    if (operator.form === 'comparison') return this.#comparison(left, start);
    cursor.skip();
    if (operator.form === 'isNull') return this.#isNull(left, start, at);
    if (operator.form === 'string' && operator.operator !== 'CONTAINS') cursor.expectWord('WITH');
    const right = this.#binary(operator.level + 1);
    const span = cursor.spanFrom(start);
    switch (operator.form) {
      case 'arithmetic':
        return { type: 'arithmetic', operator: operator.operator, left, right, span };
      case 'string':
        return { type: 'string', operator: operator.operator, left, right, span };
      default:
        return { type: operator.form, left, right, span };
    }
  }

  /** `a < b <= c`: all comparisons in a row are one. */
  #comparison(left: Expression, start: number): Expression {
    const cursor = this.#cursor;
    const operands = [left];
    const operators: ComparisonOperator[] = [];
    for (let next = operatorAt(cursor); next?.form === 'comparison'; next = operatorAt(cursor)) {
      cursor.skip();
      if (next.operator === '=' && cursor.at(TOKEN.equal)) {
        throw cursor.expected('an expression', [], 'Equality is written with one "=".');
      }
      operators.push(next.operator);
      operands.push(this.#binary(LEVEL.comparison + 1));
    }
    return { type: 'comparison', operators, operands, span: cursor.spanFrom(start) };
  }

  #isNull(operand: Expression, start: number, at: number): Expression {
    const cursor = this.#cursor;
    const negated = cursor.takeWords('NOT');
    if (!cursor.takeWords('NULL')) {
      if (cursor.at(TOKEN.doubleColon) || cursor.atName())
        throw cursor.notSupported('A type or label test with IS', at);
      throw cursor.expected('NULL', ['NULL']);
    }
    return { type: 'isNull', operand, negated, span: cursor.spanFrom(start) };
  }

  /** Properties, indexes, slices and labels after an operand. */
  #suffixed(operand: Expression, start: number): Expression {
    const cursor = this.#cursor;
    const subject = this.#subscripts(operand, start);
    if (cursor.at(TOKEN.doubleColon)) throw cursor.notSupported('A type test with ::');
    if (subject.type === 'variable' && cursor.at(TOKEN.openBrace)) throw cursor.notSupported('A map projection');
    if (!cursor.at(TOKEN.colon)) return subject;
    this.#grow();
    const labels = this.patterns.labels();
    if (cursor.at(TOKEN.bar) && !this.#operands.barEndsExpression) throw cursor.notSupported('A label expression');
    return { type: 'hasLabels', subject, labels, span: cursor.spanFrom(start) };
  }

  #subscripts(operand: Expression, start: number): Expression {
    const cursor = this.#cursor;
    let subject = operand;
    for (;;) {
      if (cursor.take(TOKEN.dot)) {
        this.#grow();
        const key = cursor.name('a property key');
        subject = { type: 'property', subject, key, span: cursor.spanFrom(start) };
      } else if (cursor.at(TOKEN.openBracket)) {
        this.#grow();
        subject = this.#indexed(subject, start);
      } else return subject;
    }
  }

  /** `list[0]`, `list[1..3]`, `map['key']` */
  #indexed(subject: Expression, start: number): Expression {
    const cursor = this.#cursor;
    cursor.skip();
    const span = (): Span => {
      cursor.expect(TOKEN.closeBracket, '"]"');
      return cursor.spanFrom(start);
    };
    const from = cursor.at(TOKEN.dotDot) ? undefined : this.expression();
    if (!cursor.take(TOKEN.dotDot)) {
      if (from === undefined) throw cursor.expected('an expression');
      return { type: 'index', subject, index: from, span: span() };
    }
    const to = cursor.at(TOKEN.closeBracket) ? undefined : this.expression();
    return { type: 'slice', subject, from, to, span: span() };
  }
}
