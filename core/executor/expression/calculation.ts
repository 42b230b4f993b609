/** Arithmetic operators and unary minus. Over columns of numbers they run unboxed. */

import type { ArithmeticOperator } from '../../cypher/ast.ts';
import type { Position } from '../../error.ts';
import { BATCH_COLUMNS } from '../../graph/column-memory.ts';
import {
  add,
  concatenate,
  divide,
  ELEMENT_BYTES,
  modulo,
  multiply,
  negate,
  power,
  subtract,
} from '../../value/arithmetic.ts';
import { isList } from '../../value/equality.ts';
import type { Value } from '../../value/value.ts';
import type { Batch, Column, Vector } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand, positionOf, type Selection, valueVector, vectorValue } from './operand.ts';

type Calculation = (left: Value, right: Value, position: Position) => Value;

const CALCULATIONS: Readonly<Record<ArithmeticOperator, Calculation>> = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': modulo,
  '^': power,
  '||': concatenate,
};

/** UTF-16 units of a joined string that count as one piece of work. */
const UNITS_PER_WORK = 64;

export class CalculationOperand extends Operand {
  readonly constant: boolean;
  readonly #operator: ArithmeticOperator;
  readonly #calculate: Calculation;
  readonly #left: Operand;
  readonly #right: Operand;

  constructor(operator: ArithmeticOperator, left: Operand, right: Operand, position: Position) {
    super(position);
    this.constant = left.constant && right.constant;
    this.#operator = operator;
    this.#calculate = CALCULATIONS[operator];
    this.#left = left;
    this.#right = right;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    const left = this.#left.valueAt(batch, row, context);
    return this.#calculateOne(left, this.#right.valueAt(batch, row, context), context);
  }

  #calculateOne(left: Value, right: Value, context: EvaluationContext): Value {
    const result = this.#calculate(left, right, this.position);
    if (typeof result === 'string') {
      context.spend(Math.ceil(result.length / UNITS_PER_WORK));
      context.make(result.length);
    } else if (result !== null && isList(result)) {
      context.spend(result.length);
      context.make(ELEMENT_BYTES * result.length);
    }
    return result;
  }

  protected override gatherRows(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    const left = this.#left.gather(batch, selection, context);
    const right = this.#right.gather(batch, selection, context);
    const column = calculateColumn(this.#operator, left, right, selection.count);
    if (column !== undefined) return { column, rows: undefined };
    const values: Value[] = new Array(selection.count);
    for (let i = 0; i < selection.count; i++) {
      values[i] = this.#calculateOne(vectorValue(left, i), vectorValue(right, i), context);
    }
    return valueVector(values);
  }
}

/** The result as a typed column, or undefined where the operands or a result do not fit one. */
function calculateColumn(operator: ArithmeticOperator, left: Vector, right: Vector, count: number): Column | undefined {
  const leftColumn = left.column;
  const rightColumn = right.column;
  if (operator === '||') return undefined;
  if (leftColumn.kind !== 'integer' && leftColumn.kind !== 'float') return undefined;
  if (rightColumn.kind !== 'integer' && rightColumn.kind !== 'float') return undefined;
  const isFloat = operator === '^' || leftColumn.kind === 'float' || rightColumn.kind === 'float';
  // An INTEGER divisor may be zero, which is for the careful way to tell.
  if (!isFloat && (operator === '/' || operator === '%')) return undefined;
  const values = calculateNumbers(operator, left, leftColumn.values, right, rightColumn.values, count);
  if (isFloat) return { kind: 'float', values };
  return makeSafeIntegers(values) ? { kind: 'integer', values } : undefined;
}

type NumberOperator = Exclude<ArithmeticOperator, '||'>;

function calculateNumbers(
  operator: NumberOperator,
  left: Vector,
  leftValues: Float64Array,
  right: Vector,
  rightValues: Float64Array,
  count: number,
): Float64Array {
  const values = BATCH_COLUMNS.floats(count);
  for (let i = 0; i < count; i++) {
    values[i] = calculateNumber(operator, leftValues[positionOf(left, i)]!, rightValues[positionOf(right, i)]!);
  }
  return values;
}

function calculateNumber(operator: NumberOperator, left: number, right: number): number {
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return left ** right;
  }
}

/** Whether all are safe; makes 0 of -0, which no INTEGER is. */
function makeSafeIntegers(values: Float64Array): boolean {
  let safe = true;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    values[i] = value + 0;
    safe = safe && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
  }
  return safe;
}

export class NegateOperand extends Operand {
  readonly constant: boolean;
  readonly #operand: Operand;

  constructor(operand: Operand, position: Position) {
    super(position);
    this.constant = operand.constant;
    this.#operand = operand;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    return negate(this.#operand.valueAt(batch, row, context), this.position);
  }
}
