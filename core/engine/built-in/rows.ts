/** What built-in procedures are made of. */
import type { Steps, Work } from '../../algorithm/steps.ts';
import { fieldType, type ProcedureArgument, type ProcedureSignature } from '../../cypher/procedure-signature.ts';
import { BATCH_ROWS, type Column, END, PAUSE } from '../../executor/batch.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import { type Procedure, type ProcedureCall, type ProcedureRows, rowsCall } from '../../executor/procedure.ts';
import type { Value } from '../../value/value.ts';

type Row = readonly Value[];

/** A procedure that only reads. `arguments` and `results`: types by name. */
export function reading(fields: {
  readonly name: string;
  readonly description: string;
  readonly readsGraph?: boolean;
  readonly arguments?: Readonly<Record<string, string | readonly [type: string, otherwise: Value]>>;
  readonly results: Readonly<Record<string, string>>;
}): ProcedureSignature {
  return {
    name: fields.name,
    description: fields.description,
    mode: 'read',
    readsGraph: fields.readsGraph ?? true,
    arguments: Object.entries(fields.arguments ?? {}).map(([name, given]): ProcedureArgument => {
      if (typeof given === 'string') return { name, type: fieldType(given) };
      return { name, type: fieldType(given[0]), default: given[1] };
    }),
    results: Object.entries(fields.results).map(([name, type]) => ({ name, type: fieldType(type) })),
  };
}

/** A procedure whose rows are worked out at once. */
export function atOnce(
  signature: ProcedureSignature,
  rowsOf: (given: Row, context: ExecutionContext) => readonly Row[],
): Procedure {
  return {
    signature,
    call: (given, context) => rowsCall(rowsOf(given, context), signature.results.length),
  };
}

/** What a call asks of its statement: what to read, and a budget for the steps that takes bytes back when the call has ended. */
export interface StepContext {
  readonly statement: ExecutionContext;
  readonly work: Work;
}

/** A procedure that works its rows out step by step, and hands them on when it has them all. */
export function inSteps(
  signature: ProcedureSignature,
  stepsOf: (given: Row, context: StepContext) => Steps<readonly Row[]>,
): Procedure {
  const columnCount = signature.results.length;
  return steppedProcedure(signature, stepsOf, (rows) => rowsCall(rows, columnCount));
}

/** As inSteps, for rows in columns of any length. */
export function columnsInSteps(
  signature: ProcedureSignature,
  stepsOf: (given: Row, context: StepContext) => Steps<ProcedureRows>,
): Procedure {
  return steppedProcedure(signature, stepsOf, columnsCall);
}

function steppedProcedure<Result>(
  signature: ProcedureSignature,
  stepsOf: (given: Row, context: StepContext) => Steps<Result>,
  callOf: (result: Result) => ProcedureCall,
): Procedure {
  return {
    signature,
    call(given, statement) {
      const work = new CallWork(statement);
      return new SteppedCall(stepsOf(given, { statement, work }), work, callOf);
    },
  };
}

/** A call that first takes its steps, and then hands on what they have led to. */
class SteppedCall<Result> implements ProcedureCall {
  readonly #steps: Steps<Result>;
  readonly #work: CallWork;
  readonly #callOf: (result: Result) => ProcedureCall;
  #rows: ProcedureCall | undefined;

  constructor(steps: Steps<Result>, work: CallWork, callOf: (result: Result) => ProcedureCall) {
    this.#steps = steps;
    this.#work = work;
    this.#callOf = callOf;
  }

  next(context: ExecutionContext): ReturnType<ProcedureCall['next']> {
    if (this.#rows === undefined) {
      const step = this.#steps.next();
      if (!step.done) return PAUSE;
      this.#rows = this.#callOf(step.value);
    }
    const answer = this.#rows.next(context);
    if (answer === END) this.#work.release();
    return answer;
  }
}

/** An algorithm looks at a node or relationship in so much of the time that an operator takes for a row. */
const WORK_SHARE = 1 / 4;

class CallWork implements Work {
  readonly #statement: ExecutionContext;
  #bytes = 0;

  constructor(statement: ExecutionContext) {
    this.#statement = statement;
  }

  get exhausted(): boolean {
    return this.#statement.exhausted;
  }

  charge(work: number): void {
    this.#statement.charge(Math.ceil(work * WORK_SHARE));
  }

  hold(bytes: number): void {
    this.#statement.hold(bytes, 'CallProcedure');
    this.#bytes += bytes;
  }

  release(): void {
    this.hold(-this.#bytes);
  }
}

/** Hands columns on in pieces of a batch. */
function columnsCall({ rowCount, columns }: ProcedureRows): ProcedureCall {
  let start = 0;
  return {
    next(context) {
      if (start >= rowCount) return END;
      if (context.exhausted) return PAUSE;
      const end = Math.min(rowCount, start + BATCH_ROWS);
      const part = { rowCount: end - start, columns: columns.map((column) => partOf(column, start, end)) };
      context.charge(part.rowCount);
      start = end;
      return part;
    },
  };
}

function partOf(column: Column, start: number, end: number): Column {
  switch (column.kind) {
    case 'node':
    case 'relationship':
      return { kind: column.kind, ids: column.ids.subarray(start, end) };
    case 'integer':
    case 'float':
      return { kind: column.kind, values: column.values.subarray(start, end) };
    case 'value':
      return { kind: 'value', values: column.values.slice(start, end) };
  }
}
