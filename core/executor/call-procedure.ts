/** CallProcedure: a procedure called for each row; a row for each of its rows. */
import type { FieldType, ProcedureArgument } from '../cypher/procedure-signature.ts';
import type { TypeKind } from '../cypher/static-type.ts';
import { GraphError, type Position } from '../error.ts';
import { isList } from '../value/equality.ts';
import { typeName } from '../value/render.ts';
import { Float, type Value } from '../value/value.ts';
import { type Batch, type Column, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import type { Operator } from './operator.ts';
import type { Procedure, ProcedureCall, ProcedureRows } from './procedure.ts';
import { derive } from './rows.ts';

export interface CallProcedureSpec {
  readonly procedure: Procedure;
  readonly arguments: readonly { readonly value: CompiledExpression; readonly position: Position }[];
  readonly columns: readonly { readonly column: number; readonly slot: number }[];
  /** A row for which the procedure has none stays, with nulls. */
  readonly optional: boolean;
}

export class CallProcedure implements Operator {
  readonly #input: Operator;
  readonly #spec: CallProcedureSpec;
  /** Without results a procedure is called for its effect, and rows pass through it. */
  readonly #isVoid: boolean;
  #batch: Batch | undefined;
  #row = 0;
  #call: ProcedureCall | undefined;
  #matched = false;

  constructor(input: Operator, spec: CallProcedureSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#isVoid = spec.procedure.signature.results.length === 0;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#row = 0;
      }
      const batch = this.#batch;
      const output = this.#callRows(batch, context);
      if (output === PAUSE) return PAUSE;
      if (this.#row === batch.rowCount) this.#batch = undefined;
      if (output !== undefined) return output;
      if (this.#isVoid && this.#batch === undefined) return batch;
    }
  }

  /** Rows of the output; undefined when the procedure has no more for any row of the batch. */
  #callRows(batch: Batch, context: ExecutionContext): Batch | typeof PAUSE | undefined {
    while (this.#row < batch.rowCount) {
      if (context.exhausted) return PAUSE;
      if (this.#call === undefined) {
        this.#call = this.#spec.procedure.call(this.#arguments(batch, context), context);
        this.#matched = false;
      }
      const answer = this.#call.next(context);
      if (answer === PAUSE) return PAUSE;
      if (answer !== END) {
        if (this.#isVoid) continue;
        this.#matched = true;
        return this.#joined(batch, this.#row, answer);
      }
      context.charge(1);
      this.#call = undefined;
      this.#row++;
      if (this.#spec.optional && !this.#matched && !this.#isVoid) return this.#withNulls(batch, this.#row - 1);
    }
    return undefined;
  }

  #joined(batch: Batch, row: number, answer: ProcedureRows): Batch {
    const added = this.#spec.columns.map(({ column, slot }): [number, Column] => [slot, answer.columns[column]!]);
    return derive(batch, new Int32Array(answer.rowCount).fill(row), added);
  }

  #withNulls(batch: Batch, row: number): Batch {
    const nothing: Column = { kind: 'value', values: [null] };
    const added = this.#spec.columns.map(({ slot }): [number, Column] => [slot, nothing]);
    return derive(batch, Int32Array.of(row), added);
  }

  #arguments(batch: Batch, context: ExecutionContext): Value[] {
    const { signature } = this.#spec.procedure;
    return signature.arguments.map((argument, i) => {
      const given = this.#spec.arguments[i];
      if (given === undefined) return argument.default ?? null;
      const value = given.value.valueAt(batch, this.#row, context);
      return fitted(value, { argument, procedure: signature.name, position: given.position });
    });
  }
}

/** The value as the argument's type has it. Errors: TypeError for a value of another type. */
function fitted(
  value: Value,
  { argument, procedure, position }: { argument: ProcedureArgument; procedure: string; position: Position },
): Value {
  const { type, name } = argument;
  if (value === null ? type.nullable || type.accepts.includes('any') : isOfType(value, type)) {
    const widens = type.type.kind === 'float' && (typeof value === 'number' || typeof value === 'bigint');
    return widens ? new Float(Number(value)) : value;
  }
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `${procedure} takes a value of type ${type.text} as ${name}, but got one of type ${typeName(value)}.`,
    { position, detail: 'InvalidArgumentType' },
  );
}

function isOfType(value: Value, { accepts, type }: Pick<FieldType, 'accepts' | 'type'>): boolean {
  if (accepts.includes('any')) return true;
  const kind = typeName(value).toLowerCase();
  if (!accepts.some((accepted) => accepted === kind)) return false;
  if (!isList(value) || type.element === undefined || type.element.kind === 'any') return true;
  const element: { accepts: readonly TypeKind[]; type: typeof type.element } = {
    accepts: [type.element.kind],
    type: type.element,
  };
  return value.every((item) => item === null || isOfType(item, element));
}
