/** SemiApply and AntiSemiApply: the rows for which a pattern is there, or is not. */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import { type Batch, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import type { PatternProbe } from './pattern-probe.ts';
import { derive } from './rows.ts';

export class SemiApply implements Operator {
  readonly #input: Operator;
  readonly #probe: PatternProbe;
  readonly #wanted: boolean;
  #batch: Batch | undefined;
  #row = 0;
  #rows: Int32Array = new Int32Array(0);
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
        this.#rows = BATCH_COLUMNS.integers(input.rowCount);
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
