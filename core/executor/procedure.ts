/** Procedures as the executor calls them. A procedure keeps its state in the call, so that it can go on after a pause. */
import type { ProcedureSignature } from '../cypher/procedure-signature.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Column, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { columnOf } from './rows.ts';

export interface Procedure {
  readonly signature: ProcedureSignature;
  /** Begins a call. There is a value for each argument, of the type that the signature names. */
  call(given: readonly Value[], context: ExecutionContext): ProcedureCall;
}

/** Rows of a procedure: a column for each of the signature's results. */
export interface ProcedureRows {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

export interface ProcedureCall {
  /** The next rows (never none, at most BATCH_ROWS), PAUSE when the slice's work is spent, or END. It charges its work itself. */
  next(context: ExecutionContext): ProcedureRows | Signal;
}

/** What a statement may call. */
export interface Procedures {
  find(name: string): Procedure | undefined;
}

/** A call whose rows are known at once. */
export function rowsCall(rows: readonly (readonly Value[])[], columnCount: number): ProcedureCall {
  let next = 0;
  return {
    next(context) {
      if (next >= rows.length) return END;
      if (context.exhausted) return PAUSE;
      const part = rows.slice(next, next + BATCH_ROWS);
      next += part.length;
      context.charge(part.length);
      const columns = Array.from({ length: columnCount }, (_, i) => columnOf(part.map((row) => row[i] ?? null)));
      return { rowCount: part.length, columns };
    },
  };
}
