/** Function calls. id() of a column of nodes is a column of integers, without a call for each row. */

import type { Position } from '../../error.ts';
import { BATCH_COLUMNS } from '../../graph/column-memory.ts';
import type { Value } from '../../value/value.ts';
import { type Batch, NO_ENTITY, type Vector } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import type { CallSite, FunctionDefinition } from './function-definition.ts';
import { Operand, type Selection } from './operand.ts';

export class CallOperand extends Operand {
  readonly constant: boolean;
  readonly #definition: FunctionDefinition;
  readonly #operands: readonly Operand[];
  readonly #site: CallSite;
  /** Filled anew for each call. A call cannot stand within itself, so one array is enough. */
  readonly #arguments: Value[];

  constructor(name: string, definition: FunctionDefinition, operands: readonly Operand[], position: Position) {
    super(position);
    this.constant = definition.volatile !== true && operands.every((operand) => operand.constant);
    this.#definition = definition;
    this.#operands = operands;
    this.#site = { name, position };
    this.#arguments = operands.map(() => null);
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    for (let i = 0; i < this.#operands.length; i++) {
      const value = this.#operands[i]!.valueAt(batch, row, context);
      if (value === null && this.#definition.takesNull !== true) return null;
      this.#arguments[i] = value;
    }
    return this.#definition.apply(this.#arguments, context, this.#site);
  }
}

/** id(): of a column of entities at once, of other values as any call. */
export class IdOperand extends CallOperand {
  readonly #operand: Operand;

  constructor(name: string, definition: FunctionDefinition, operand: Operand, position: Position) {
    super(name, definition, [operand], position);
    this.#operand = operand;
  }

  protected override gatherRows(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    const { column, rows } = this.#operand.gather(batch, selection, context);
    if (column.kind !== 'node' && column.kind !== 'relationship') return super.gatherRows(batch, selection, context);
    const values = BATCH_COLUMNS.floats(selection.count);
    for (let i = 0; i < selection.count; i++) {
      const id = column.ids[rows === undefined ? i : rows[i]!]!;
      if (id === NO_ENTITY) return super.gatherRows(batch, selection, context);
      values[i] = id;
    }
    return { column: { kind: 'integer', values }, rows: undefined };
  }
}
