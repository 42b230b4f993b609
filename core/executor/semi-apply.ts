/** SemiApply and AntiSemiApply: the rows for which a pattern is there, or is not. */
import { assert } from '../assert.ts';
import type { Value } from '../value/value.ts';
import { type Batch, END, PAUSE, type Signal, type Vector } from './batch.ts';
import { ExecutionContext } from './context.ts';
import type { CompiledExpression, EvaluationContext } from './expression/expression.ts';
import type { Operator } from './operator.ts';
import type { PatternProbe, ProbeFactory } from './pattern-probe.ts';
import { derive } from './rows.ts';

export class SemiApply implements Operator {
  readonly #input: Operator;
  readonly #probe: PatternProbe;
  readonly #wanted: boolean;
  #batch: Batch | undefined;
  #row = 0;
  #rows = new Int32Array(0);
  #kept = 0;

  constructor(input: Operator, probe: PatternProbe, options: { readonly negated: boolean }) {
    this.#input = input;
    this.#probe = probe;
    this.#wanted = !options.negated;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#row = 0;
        this.#rows = new Int32Array(input.rowCount);
        this.#kept = 0;
        this.#probe.start(input, context);
      }
      if (!this.#testRows(this.#batch, context)) return PAUSE;
      const batch = this.#batch;
      this.#batch = undefined;
      if (this.#kept === batch.rowCount) return batch;
      if (this.#kept > 0) return derive(batch, this.#rows.subarray(0, this.#kept));
    }
  }

  /** False when the slice's work is spent before all rows have been tested. */
  #testRows(batch: Batch, context: ExecutionContext): boolean {
    for (; this.#row < batch.rowCount; this.#row++) {
      if (context.exhausted) return false;
      const answer = this.#probe.test(this.#row, context);
      if (answer === PAUSE) return false;
      if (answer === this.#wanted) this.#rows[this.#kept++] = this.#row;
    }
    return true;
  }
}

/** A pattern predicate anywhere in an expression: true or false for each row. It runs to its end without a pause. */
export class PatternExpression implements CompiledExpression {
  readonly #probe: ProbeFactory;

  constructor(probe: ProbeFactory) {
    this.#probe = probe;
  }

  evaluate(batch: Batch, context: EvaluationContext): Vector {
    const values = this.#test(batch, { start: 0, end: batch.rowCount }, context);
    return { column: { kind: 'value', values }, rows: undefined };
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    return this.#test(batch, { start: row, end: row + 1 }, context)[0]!;
  }

  #test(batch: Batch, rows: { start: number; end: number }, context: EvaluationContext): boolean[] {
    assert(context instanceof ExecutionContext, 'a statement evaluates its expressions with its own context');
    const probe = this.#probe();
    return context.withoutPause(() => {
      probe.start(batch, context);
      const values: boolean[] = [];
      for (let row = rows.start; row < rows.end; row++) values.push(probe.test(row, context) === true);
      return values;
    });
  }
}
