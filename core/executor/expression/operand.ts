/**
 * The base of all compiled expressions. Beyond what callers of expression.ts see, an operand can be asked for selected rows
 * only, as a vector or as a predicate: so that the right side of AND is evaluated for those rows alone that its left side
 * leaves over, and a comparison can run over typed columns.
 */
import type { Position } from '../../error.ts';
import { GraphError } from '../../error.ts';
import { typeName } from '../../value/render.ts';
import { Float, NodeReference, RelationshipReference, type Value } from '../../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, NO_ENTITY, type Vector } from '../batch.ts';
import type { CompiledExpression, EvaluationContext } from './expression.ts';
import { keepOnly } from './made.ts';

/** The rows of a batch that are asked for: `rows[0]` to `rows[count - 1]`, or the first `count` rows without `rows`. */
export interface Selection {
  readonly rows: Int32Array | undefined;
  readonly count: number;
}

export abstract class Operand implements CompiledExpression {
  /** Whether it has one value for all rows of an execution: nothing but literals and parameters is in it. */
  abstract readonly constant: boolean;

  /** Where it stands in the statement's text; its errors point there. */
  readonly position: Position;

  constructor(position: Position) {
    this.position = position;
  }

  abstract valueAt(batch: Batch, row: number, context: EvaluationContext): Value;

  evaluate(batch: Batch, context: EvaluationContext): Vector {
    return this.gather(batch, { rows: undefined, count: batch.rowCount }, context);
  }

  /** Its values for the selected rows: position i of the answer belongs to the i-th selected row. */
  gather(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    return this.constant ? this.#gatherConstant(batch, selection, context) : this.gatherRows(batch, selection, context);
  }

  /** As gather, for an operand that is not constant. Row by row, unless a kind of operand knows better. */
  protected gatherRows(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    const { rows, count } = selection;
    const values: Value[] = new Array(count);
    for (let i = 0; i < count; i++) {
      const { madeBytes } = context;
      const value = this.valueAt(batch, rows === undefined ? i : rows[i]!, context);
      values[i] = value;
      keepOnly(value, madeBytes, context);
    }
    return valueVector(values);
  }

  #gatherConstant(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    if (selection.count === 0) return valueVector([]);
    return constantVector(this.constantValue(batch, selection, context), selection.count);
  }

  /** The one value of a constant operand. `selection` has a row at least. */
  constantValue(batch: Batch, selection: Selection, context: EvaluationContext): Value {
    return this.valueAt(batch, selection.rows === undefined ? 0 : selection.rows[0]!, context);
  }

  /**
   * Writes those of the selected rows to `out` whose value is `wanted`, and returns how many. `out` may be the selection's
   * own array, as row numbers are never written ahead of where they are read.
   */
  select(batch: Batch, selection: Selection, context: EvaluationContext, wanted: boolean, out: Int32Array): number {
    const { rows, count } = selection;
    if (this.constant) {
      if (count === 0 || this.#truth(this.constantValue(batch, selection, context)) !== wanted) return 0;
      return copyRows(selection, out);
    }
    let written = 0;
    for (let i = 0; i < count; i++) {
      const row = rows === undefined ? i : rows[i]!;
      const { madeBytes } = context;
      if (this.#truth(this.valueAt(batch, row, context)) === wanted) out[written++] = row;
      context.madeBytes = madeBytes;
    }
    return written;
  }

  /** Its value for one row as an operand of logic. */
  truthAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    return this.#truth(this.valueAt(batch, row, context));
  }

  #truth(value: Value): boolean | null {
    if (value === null || typeof value === 'boolean') return value;
    throw typeError(`A BOOLEAN is needed here, but this is of type ${typeName(value)}.`, this.position);
  }
}

/** A TypeError at a place of the text. `detail` is the name that openCypher's TCK gives it. */
export function typeError(message: string, position: Position, detail = 'InvalidArgumentType'): GraphError {
  return new GraphError('Neo.ClientError.Statement.TypeError', message, { position, detail });
}

/** Writes all selected rows to `out`. */
export function copyRows(selection: Selection, out: Int32Array): number {
  const { rows, count } = selection;
  if (rows === undefined) {
    for (let i = 0; i < count; i++) out[i] = i;
  } else if (rows !== out) {
    out.set(rows.subarray(0, count));
  }
  return count;
}

/** Where the i-th value of a vector stands in its column. */
export function positionOf(vector: Vector, index: number): number {
  return vector.rows === undefined ? index : vector.rows[index]!;
}

/** The value at a position of a column. */
export function columnValue(column: Column, position: number): Value {
  switch (column.kind) {
    case 'node': {
      const id = column.ids[position]!;
      return id === NO_ENTITY ? null : new NodeReference(id);
    }
    case 'relationship': {
      const id = column.ids[position]!;
      return id === NO_ENTITY ? null : new RelationshipReference(id);
    }
    case 'integer':
      return column.values[position]!;
    case 'float':
      return new Float(column.values[position]!);
    case 'value':
      return column.values[position]!;
  }
}

/** The i-th value of a vector. */
export function vectorValue(vector: Vector, index: number): Value {
  return columnValue(vector.column, positionOf(vector, index));
}

/** Whether the i-th value of a vector is null. */
export function isNullAt(vector: Vector, index: number): boolean {
  const { column } = vector;
  switch (column.kind) {
    case 'node':
    case 'relationship':
      return column.ids[positionOf(vector, index)] === NO_ENTITY;
    case 'value':
      return column.values[positionOf(vector, index)] === null;
    default:
      return false;
  }
}

export function valueVector(values: readonly Value[]): Vector {
  return { column: { kind: 'value', values }, rows: undefined };
}

/** Never written to. */
const ZEROS = new Int32Array(BATCH_ROWS);

/** Float64Array.of is many times slower. */
function single(value: number): Float64Array {
  const values = new Float64Array(1);
  values[0] = value;
  return values;
}

/** One value for `count` rows. */
function constantVector(value: Value, count: number): Vector {
  const rows = count <= BATCH_ROWS ? ZEROS : new Int32Array(count);
  if (typeof value === 'number') return { column: { kind: 'integer', values: single(value) }, rows };
  if (value instanceof Float) return { column: { kind: 'float', values: single(value.value) }, rows };
  return { column: { kind: 'value', values: [value] }, rows };
}
