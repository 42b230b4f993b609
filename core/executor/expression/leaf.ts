/** Operands without operands: literals, parameters, slots of the batch, and variables of comprehensions. */

import { broken } from '../../assert.ts';
import type { Literal } from '../../cypher/ast.ts';
import { GraphError, type Position } from '../../error.ts';
import { BATCH_COLUMNS } from '../../graph/column-memory.ts';
import { checkedInteger } from '../../value/arithmetic.ts';
import { Float, type Value } from '../../value/value.ts';
import type { Batch, Vector } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { columnValue, Operand, positionOf, type Selection } from './operand.ts';

/** A literal as a value. */
export function literalValue(literal: Literal, position: Position): Value {
  if (literal === null || typeof literal !== 'object') return literal;
  return 'integer' in literal ? checkedInteger(literal.integer, position) : new Float(literal.float);
}

export class ConstantOperand extends Operand {
  readonly constant = true;
  readonly value: Value;

  constructor(value: Value, position: Position) {
    super(position);
    this.value = value;
  }

  valueAt(): Value {
    return this.value;
  }
}

export class ParameterOperand extends Operand {
  readonly constant = true;
  readonly #name: string;

  constructor(name: string, position: Position) {
    super(position);
    this.#name = name;
  }

  valueAt(_batch: Batch, _row: number, context: EvaluationContext): Value {
    const value = context.parameters.get(this.#name);
    if (value !== undefined) return value;
    throw new GraphError('Neo.ClientError.Statement.ParameterMissing', `The parameter $${this.#name} was not given.`, {
      position: this.position,
      detail: 'MissingParameter',
    });
  }
}

/** A variable that an operator below has bound. Its column is handed on as it is. */
export class SlotOperand extends Operand {
  readonly constant = false;
  readonly #slot: number;

  constructor(slot: number, position: Position) {
    super(position);
    this.#slot = slot;
  }

  valueAt(batch: Batch, row: number): Value {
    const vector = this.vectorOf(batch);
    return columnValue(vector.column, positionOf(vector, row));
  }

  protected override gatherRows(batch: Batch, selection: Selection): Vector {
    const vector = this.vectorOf(batch);
    const { rows, count } = selection;
    if (rows === undefined) return vector;
    if (vector.rows === undefined) return { column: vector.column, rows };
    const positions = BATCH_COLUMNS.integers(count);
    for (let i = 0; i < count; i++) positions[i] = vector.rows[rows[i]!]!;
    return { column: vector.column, rows: positions };
  }

  /** The slot's vector for the whole batch. */
  vectorOf(batch: Batch): Vector {
    const vector = batch.vectors[this.#slot];
    if (vector === undefined) broken(`slot ${this.#slot} is read before an operator fills it`);
    return vector;
  }
}

/**
 * A variable of a comprehension, quantifier or reduce(). The operand that binds it sets `value` for each element while it
 * evaluates one row; evaluation is synchronous, so no two ever hold the same variable at once.
 */
export class LocalOperand extends Operand {
  readonly constant = false;
  value: Value = null;

  valueAt(): Value {
    return this.value;
  }
}
