/** Filter: the rows for which a predicate is true. */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { IdList } from '../graph/result-lists.ts';
import { type Batch, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledPredicate } from './expression/expression.ts';
import type { Operator } from './operator.ts';
import { derive } from './rows.ts';

export class Filter implements Operator {
  readonly #input: Operator;
  readonly #predicate: CompiledPredicate;
  readonly #rowWork: number;
  readonly #isPlain: boolean;
  readonly holdsNoColumns: boolean;
  /** Where the rows that pass are noted: mostly all do, and nothing of it is handed on. */
  #passing: IdList | undefined;

  /** `rowWork`: what working the predicate out for a row costs. `isPlain`: it asks no query, which might hold columns. */
  constructor(
    input: Operator,
    predicate: CompiledPredicate,
    { rowWork, isPlain }: { readonly rowWork: number; readonly isPlain: boolean },
  ) {
    this.#input = input;
    this.#predicate = predicate;
    this.#rowWork = rowWork;
    this.#isPlain = isPlain;
    this.holdsNoColumns = isPlain && input.holdsNoColumns === true;
  }

  reset(): boolean {
    this.#passing = undefined;
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      context.charge(input.rowCount * this.#rowWork);
      this.#passing ??= context.scratch.idList();
      this.#passing.reserve(input.rowCount);
      const { ids: rows } = this.#passing;
      const mark = BATCH_COLUMNS.mark();
      const count = this.#predicate(input, context, rows);
      if (this.#isPlain) BATCH_COLUMNS.takeBack(mark);
      if (count === input.rowCount) return input;
      if (count > 0) return derive(input, BATCH_COLUMNS.copyOf(rows, count));
    }
  }
}
