/** Skip, Limit and Union. */
import { GraphError, type Position } from '../error.ts';
import { typeName } from '../value/render.ts';
import { BATCH_ROWS, type Batch, END, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import type { Operator } from './operator.ts';
import { derive, put, SINGLE_ROW } from './rows.ts';

/** A number of rows, worked out once in an execution. */
export type CompiledCount = (context: ExecutionContext) => number;

/** Where a count stands. */
export type CountClause = 'SKIP' | 'LIMIT' | 'OF … ROWS';

/** The count of a SKIP or LIMIT. Errors: anything but an INTEGER from 0 on. */
export function compileCount(expression: CompiledExpression, clause: CountClause, position: Position): CompiledCount {
  return (context) => {
    const value = expression.valueAt(SINGLE_ROW, 0, context);
    if (typeof value === 'bigint' && value > 0n) return Number.MAX_SAFE_INTEGER;
    if (typeof value === 'number' && value >= 0) return value;
    const negative = typeof value === 'number' || typeof value === 'bigint';
    throw new GraphError(
      'Neo.ClientError.Statement.SyntaxError',
      negative
        ? `${clause} needs a number of rows that is not negative, but got ${value}.`
        : `${clause} needs an INTEGER, but got a value of type ${typeName(value)}.`,
      { position, detail: negative ? 'NegativeIntegerArgument' : 'InvalidArgumentType' },
    );
  };
}

export class Skip implements Operator {
  readonly #input: Operator;
  readonly #count: CompiledCount;
  #left: number | undefined;

  constructor(input: Operator, count: CompiledCount) {
    this.#input = input;
    this.#count = count;
  }

  reset(): boolean {
    this.#left = undefined;
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    this.#left ??= this.#count(context);
    for (;;) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      const skipped = Math.min(this.#left, input.rowCount);
      this.#left -= skipped;
      if (skipped === 0) return input;
      if (skipped < input.rowCount) return derive(input, numbersBetween(skipped, input.rowCount));
    }
  }
}

export class Limit implements Operator {
  readonly #input: Operator;
  readonly #count: CompiledCount;
  readonly #exhaustive: boolean;
  #left: number | undefined;

  /** `exhaustive`: the rest of the input is read all the same, for its side effects. */
  constructor(input: Operator, spec: { readonly count: CompiledCount; readonly exhaustive: boolean }) {
    this.#input = input;
    this.#count = spec.count;
    this.#exhaustive = spec.exhaustive;
  }

  reset(): boolean {
    this.#left = undefined;
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    this.#left ??= this.#count(context);
    for (;;) {
      if (this.#left === 0 && !this.#exhaustive) return END;
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      if (this.#left === 0) continue;
      const taken = Math.min(this.#left, input.rowCount);
      this.#left -= taken;
      return taken === input.rowCount ? input : derive(input, numbersBetween(0, taken));
    }
  }
}

const FIRST_NUMBERS = new Int32Array(BATCH_ROWS).map((_, i) => i);

function numbersBetween(from: number, to: number): Int32Array {
  return FIRST_NUMBERS.subarray(from, to);
}

export interface UnionSpec {
  /** By part: the slots of its columns. */
  readonly columns: readonly (readonly number[])[];
  readonly slots: readonly number[];
}

/** The rows of one part after the other, with their columns moved to common slots. */
export class Union implements Operator {
  readonly #parts: readonly Operator[];
  readonly #spec: UnionSpec;
  #part = 0;

  constructor(parts: readonly Operator[], spec: UnionSpec) {
    this.#parts = parts;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      const part = this.#parts[this.#part];
      if (part === undefined) return END;
      const input = part.next(context);
      if (input === PAUSE) return PAUSE;
      if (input !== END) return this.#moved(input);
      this.#part++;
    }
  }

  #moved(batch: Batch): Batch {
    const vectors: (Vector | undefined)[] = [];
    const columns = this.#spec.columns[this.#part]!;
    this.#spec.slots.forEach((slot, i) => {
      put(vectors, slot, batch.vectors[columns[i]!]!);
    });
    return { rowCount: batch.rowCount, vectors };
  }
}
