/** Aggregations over the rows of a group. */
import type { Expression } from '../../../core/cypher/ast.ts';
import { add, divide, isNumeric, toFloatNumber } from '../../../core/value/arithmetic.ts';
import { equivalenceKey } from '../../../core/value/equivalence.ts';
import { compareOrder } from '../../../core/value/order.ts';
import { Float, type Value } from '../../../core/value/value.ts';
import { type Evaluation, type Row, typeError } from './evaluation.ts';
import { distinctBy } from './projection.ts';

export function aggregated(
  evaluation: Evaluation,
  expression: Extract<Expression, { type: 'call' | 'countStar' }>,
  group: readonly Row[],
): Value {
  if (expression.type === 'countStar') return group.length;
  const [argument] = expression.arguments;
  const all = group.map((row) => evaluation.value(argument!, { row })).filter((value) => value !== null);
  const values = expression.distinct ? distinctBy(all, equivalenceKey) : all;
  switch (expression.name) {
    case 'count':
      return values.length;
    case 'collect':
      return values;
    case 'sum':
      return numbers(values).reduce<Value>((sum, value) => add(sum, value), 0);
    case 'avg': {
      if (values.length === 0) return null;
      const sum = numbers(values).reduce<Value>((total, value) => add(total, value), new Float(0));
      return divide(sum, values.length);
    }
    case 'min':
      return values.toSorted(compareOrder)[0] ?? null;
    case 'max':
      return values.toSorted(compareOrder).at(-1) ?? null;
    case 'stdev':
    case 'stdevp':
      return deviation(numbers(values).map(numberOf), expression.name === 'stdev');
    default:
      throw new Error(`the reference has no ${expression.name}()`);
  }
}

function deviation(values: readonly number[], isSample: boolean): Value {
  if (values.length < 2) return new Float(0);
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return new Float(Math.sqrt(squares / (isSample ? values.length - 1 : values.length)));
}

function numbers(values: readonly Value[]): readonly Value[] {
  if (!values.every(isNumeric)) throw typeError('These must be numbers.');
  return values;
}

function numberOf(value: Value): number {
  return isNumeric(value) ? toFloatNumber(value) : Number.NaN;
}
