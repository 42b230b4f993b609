/** RollUp: the answer of a query for each row, in one more column. */
import { type Batch, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import type { QueryRun, QueryRunFactory } from './query-run.ts';
import { withVector } from './rows.ts';

export class RollUp implements Operator {
  readonly #input: Operator;
  readonly #begin: QueryRunFactory;
  readonly #slot: number;
  #batch: Batch | undefined;
  #run: QueryRun | undefined;

  constructor(input: Operator, begin: QueryRunFactory, slot: number) {
    this.#input = input;
    this.#begin = begin;
    this.#slot = slot;
  }

  next(context: ExecutionContext): Batch | Signal {
    if (this.#batch === undefined || this.#run === undefined) {
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      this.#batch = input;
      this.#run = this.#begin(input);
    }
    const answer = this.#run.run(context);
    if (answer === PAUSE) return PAUSE;
    const output = withVector(this.#batch, this.#slot, answer);
    this.#batch = undefined;
    this.#run = undefined;
    return output;
  }
}
