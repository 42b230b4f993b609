/** Optional: for each row the rows of its subplan, or that row with nulls. */

import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, END, NO_ENTITY, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { columnValue } from './expression/operand.ts';
import type { Operator, OperatorFactory } from './operator.ts';
import { derive, rowNumberAt, withRowNumbers } from './rows.ts';

export interface OptionalSpec {
  readonly inner: OperatorFactory;
  /** Carries the number of the outer row through the subplan. */
  readonly rowSlot: number;
  /** What the subplan fills. */
  readonly slots: readonly number[];
}

/** In place of a row of the subplan: there is none. */
const UNMATCHED = -1;

export class Optional implements Operator {
  readonly #input: Operator;
  readonly #spec: OptionalSpec;
  #batch: Batch | undefined;
  #inner: Operator | undefined;
  /** The next row of the input that has not been answered for. */
  #nextRow = 0;
  readonly #ready: Batch[] = [];

  constructor(input: Operator, spec: OptionalSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      const ready = this.#ready.shift();
      if (ready) return ready;
      if (this.#batch === undefined || this.#inner === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = withRowNumbers(input, this.#spec.rowSlot);
        this.#inner = this.#spec.inner(this.#batch);
        this.#nextRow = 0;
      }
      const matched = this.#inner.next(context);
      if (matched === PAUSE) return PAUSE;
      this.#merge(this.#batch, matched === END ? undefined : matched, context);
      if (matched === END) this.#batch = undefined;
    }
  }

  /** Puts the matched rows in line with those of the input that nothing matched. */
  #merge(outer: Batch, matched: Batch | undefined, context: ExecutionContext): void {
    const parents: number[] = [];
    const picks: number[] = [];
    const skipTo = (end: number) => {
      for (; this.#nextRow < end; this.#nextRow++) {
        parents.push(this.#nextRow);
        picks.push(UNMATCHED);
      }
    };
    for (let row = 0; row < (matched?.rowCount ?? 0); row++) {
      const parent = rowNumberAt(matched!, this.#spec.rowSlot, row);
      skipTo(parent);
      parents.push(parent);
      picks.push(row);
      this.#nextRow = parent + 1;
    }
    if (matched === undefined) skipTo(outer.rowCount);
    context.charge(parents.length);
    if (matched && picks.length === matched.rowCount) {
      this.#ready.push(matched);
      return;
    }
    for (let at = 0; at < picks.length; at += BATCH_ROWS) {
      const rows = Int32Array.from(parents.slice(at, at + BATCH_ROWS));
      const columns = this.#spec.slots.map(
        (slot) => [slot, padded(matched?.vectors[slot], picks.slice(at, at + BATCH_ROWS))] as const,
      );
      this.#ready.push(derive(outer, rows, columns));
    }
  }
}

/** The picked values, with nulls where nothing matched. */
function padded(vector: Vector | undefined, picks: readonly number[]): Column {
  if (vector === undefined) return { kind: 'value', values: picks.map(() => null) };
  const { column, rows } = vector;
  const position = (pick: number) => (rows === undefined ? pick : rows[pick]!);
  if (column.kind === 'node' || column.kind === 'relationship') {
    const ids = Int32Array.from(picks, (pick) => (pick === UNMATCHED ? NO_ENTITY : column.ids[position(pick)]!));
    return { kind: column.kind, ids };
  }
  const values = picks.map((pick): Value => (pick === UNMATCHED ? null : columnValue(column, position(pick))));
  return { kind: 'value', values };
}
