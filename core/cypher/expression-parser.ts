/** Expressions: operators by the table of precedence.ts, and what may stand after an operand. Operands: operand-parser.ts. */
import type { ComparisonOperator, Expression, Query, Span } from './ast.ts';
import { withDynamicLabels } from './dynamic-names.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { floatValue, INTEGER_MAX, integerValue } from './literal-text.ts';
import { normalForm } from './normal-form.ts';
import { OperandParser } from './operand-parser.ts';
import { PatternParser } from './pattern-parser.ts';
import { type BinaryOperator, LEVEL, operatorAt } from './precedence.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';
import { ValueTypeParser } from './value-type-parser.ts';

/**
 * How high the tree of an expression may be. A long chain of operators is a high tree without any
 * bracket, and whoever walks a tree calls himself for each level.
 */
export const TREE_HEIGHT_MAX = 500;

/** Operators that may begin what is asked after WHEN. */
const TEST_FORMS: ReadonlySet<BinaryOperator['form']> = new Set(['comparison', 'string', 'is']);

export class ExpressionParser implements ExpressionReader {
  readonly patterns: PatternParser;
  readonly #cursor: TokenCursor;
  readonly #operands: OperandParser;
  readonly #valueTypes: ValueTypeParser;
  readonly #query: () => Query;
  /** Whether a "|" ends the expression that is being read. */
  #barEnds = false;
  /** The height of the highest tree among those read so far that will stand below the node being made. */
  #height = 0;

  /** `query` reads the clauses inside the braces of a subquery. */
  constructor(cursor: TokenCursor, query: () => Query) {
    this.#cursor = cursor;
    this.#query = query;
    this.patterns = new PatternParser(cursor, this);
    this.#operands = new OperandParser(cursor, this, this.patterns);
    this.#valueTypes = new ValueTypeParser(cursor);
  }

  expression(): Expression {
    return this.#whole(false);
  }

  expressionBeforeBar(): Expression {
    return this.#whole(true);
  }

  query(): Query {
    const around = { height: this.#height, barEnds: this.#barEnds };
    const query = this.#cursor.nested(this.#query);
    this.#height = around.height;
    this.#barEnds = around.barEnds;
    return query;
  }

  test(subject: Expression): Expression | undefined {
    const operator = operatorAt(this.#cursor);
    if (operator === undefined || !TEST_FORMS.has(operator.form)) return undefined;
    // STARTS, CONTAINS and IS may be names of variables too.
    if (this.#cursor.atName() && (this.#cursor.word(1) === 'THEN' || this.#cursor.kind(1) === TOKEN.comma))
      return undefined;
    const { index } = this.#cursor;
    return this.#whole(false, () => {
      // One comparison: `WHEN > 1 < 3` is none.
      if (operator.form !== 'comparison') return this.#applied(operator, subject, index);
      this.#cursor.skip();
      const operands = [subject, this.#binary(LEVEL.comparison + 1)];
      return { type: 'comparison', operators: [operator.operator], operands, span: this.#cursor.spanFrom(index) };
    });
  }

  #whole(barEnds: boolean, read: () => Expression = () => this.#binary(LEVEL.or)): Expression {
    const around = { height: this.#height, barEnds: this.#barEnds };
    this.#height = 0;
    this.#barEnds = barEnds;
    const expression = this.#cursor.nested(read);
    this.#grow();
    this.#height = Math.max(around.height, this.#height);
    this.#barEnds = around.barEnds;
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
    if (operator.form === 'comparison') return this.#comparison(left, start);
    if (cursor.at(TOKEN.doubleColon)) return this.#typed({ operand: left, negated: false, start });
    cursor.skip();
    if (operator.form === 'is') return this.#is(left, start);
    if (operator.form === 'string' && operator.operator.endsWith('WITH')) cursor.expectWord('WITH');
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

  /** `x IS NULL`, `x IS :: TYPE`, `x IS NFC NORMALIZED`, each with NOT; `x IS Label`. */
  #is(operand: Expression, start: number): Expression {
    const cursor = this.#cursor;
    const negated = cursor.takeWords('NOT');
    if (cursor.takeWords('NULL')) return { type: 'isNull', operand, negated, span: cursor.spanFrom(start) };
    if (cursor.at(TOKEN.doubleColon) || cursor.word() === 'TYPED') return this.#typed({ operand, negated, start });
    const form = cursor.word(1) === 'NORMALIZED' ? normalForm(cursor.source()) : undefined;
    if (form !== undefined) cursor.skip();
    if (cursor.takeWords('NORMALIZED')) {
      return { type: 'isNormalized', operand, form: form ?? 'NFC', negated, span: cursor.spanFrom(start) };
    }
    throw cursor.expected('NULL, "::" and a type, or NORMALIZED', ['NULL', 'TYPED', 'NORMALIZED']);
  }

  /** At the "::" or TYPED before a type. */
  #typed({ operand, negated, start }: { operand: Expression; negated: boolean; start: number }): Expression {
    this.#cursor.skip();
    const valueType = this.#valueTypes.valueType(this.#barEnds);
    return { type: 'isTyped', operand, valueType, negated, span: this.#cursor.spanFrom(start) };
  }

  /** Properties, indexes, slices, labels and a map projection after an operand. */
  #suffixed(operand: Expression, start: number): Expression {
    const cursor = this.#cursor;
    // The variable stands without brackets: it is the one token since the start.
    if (operand.type === 'variable' && cursor.index === start + 1 && cursor.at(TOKEN.openBrace)) {
      this.#grow();
      return this.#subscripts(this.#operands.mapProjection(operand, start), start);
    }
    const subject = this.#subscripts(operand, start);
    if (!this.patterns.labels.starts()) return subject;
    this.#grow();
    const { dynamicLabels, ...test } = this.patterns.labels.labels(this.#barEnds);
    const expression = { type: 'hasLabels', subject, ...test, span: cursor.spanFrom(start) } as const;
    return dynamicLabels === undefined ? expression : withDynamicLabels(expression, dynamicLabels);
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
