/** STARTS WITH, ENDS WITH, CONTAINS and =~: null unless both sides are strings. */
import type { StringOperator } from '../../cypher/ast.ts';
import type { Position } from '../../error.ts';
import type { Value } from '../../value/value.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand, type Selection, vectorValue } from './operand.ts';
import { compileRegularExpression, type TextTest } from './regular-expression.ts';

type Test = (text: string, part: string) => boolean;

const TESTS: Readonly<Record<Exclude<StringOperator, '=~'>, Test>> = {
  'STARTS WITH': (text, part) => text.startsWith(part),
  'ENDS WITH': (text, part) => text.endsWith(part),
  CONTAINS: (text, part) => text.includes(part),
};

/** UTF-16 units that a regular expression goes through as one piece of work. */
const UNITS_PER_WORK = 16;

export class TextPredicateOperand extends Operand {
  readonly constant: boolean;
  readonly #operator: StringOperator;
  readonly #left: Operand;
  readonly #right: Operand;
  /** The expression compiled last: most often all rows have the same. */
  #regular: { readonly source: string; readonly test: TextTest } | undefined;

  constructor(operator: StringOperator, left: Operand, right: Operand, position: Position) {
    super(position);
    this.constant = left.constant && right.constant;
    this.#operator = operator;
    this.#left = left;
    this.#right = right;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const left = this.#left.valueAt(batch, row, context);
    return this.#apply(left, this.#right.valueAt(batch, row, context), context);
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    if (this.constant) return super.select(batch, selection, context, wanted, out);
    const left = this.#left.gather(batch, selection, context);
    const right = this.#right.gather(batch, selection, context);
    let written = 0;
    for (let i = 0; i < selection.count; i++) {
      if (this.#apply(vectorValue(left, i), vectorValue(right, i), context) !== wanted) continue;
      out[written++] = selection.rows === undefined ? i : selection.rows[i]!;
    }
    return written;
  }

  #apply(left: Value, right: Value, context: EvaluationContext): boolean | null {
    if (typeof left !== 'string' || typeof right !== 'string') return null;
    return this.#operator === '=~' ? this.#matches(left, right, context) : TESTS[this.#operator](left, right);
  }

  #matches(text: string, source: string, context: EvaluationContext): boolean {
    if (this.#regular?.source !== source) {
      context.spend(source.length);
      this.#regular = { source, test: compileRegularExpression(source, this.position) };
    }
    context.spend(Math.ceil((text.length + 1) / UNITS_PER_WORK));
    return this.#regular.test(text);
  }
}
