/** FOREACH: for each element of a list, clauses that write. The rows themselves pass as they are. */

import type { Position } from '../error.ts';
import { isList } from '../value/equality.ts';
import { describe } from '../value/render.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, END, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { typeError, vectorValue } from './expression/operand.ts';
import type { Operator, OperatorFactory } from './operator.ts';
import { columnOf, derive } from './rows.ts';

export interface ForeachSpec {
  readonly inner: OperatorFactory;
  readonly list: CompiledExpression;
  readonly position: Position;
  readonly slot: number;
  /** One element after the other, since a clause may read what another one writes for the element before. */
  readonly byElement: boolean;
}

export class Foreach implements Operator {
  readonly #input: Operator;
  readonly #spec: ForeachSpec;
  #batch: Batch | undefined;
  #lists: Vector | undefined;
  #row = 0;
  #element = 0;
  #inner: Operator | undefined;

  constructor(input: Operator, spec: ForeachSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    if (this.#batch === undefined) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      this.#batch = input;
      this.#lists = undefined;
      this.#row = 0;
      this.#element = 0;
    }
    const batch = this.#batch;
    if (!this.#run(batch, context)) return PAUSE;
    this.#batch = undefined;
    return batch;
  }

  /** False when the slice's work is spent before all elements have been gone through. */
  #run(batch: Batch, context: ExecutionContext): boolean {
    for (;;) {
      if (this.#inner !== undefined) {
        for (let answer = this.#inner.next(context); answer !== END; answer = this.#inner.next(context)) {
          if (answer === PAUSE) return false;
        }
        this.#inner = undefined;
      }
      if (context.exhausted) return false;
      const elements = this.#nextElements(batch, context);
      if (elements === undefined) return true;
      this.#inner = this.#spec.inner(elements);
    }
  }

  /** Rows with elements that have not been gone through: as many as may run together; undefined when there are no more. */
  #nextElements(batch: Batch, context: ExecutionContext): Batch | undefined {
    const max = this.#spec.byElement ? 1 : BATCH_ROWS;
    const parents: number[] = [];
    const values: Value[] = [];
    while (this.#row < batch.rowCount && values.length < max) {
      const list = this.#listAt(batch, context);
      const end = Math.min(list.length, this.#element + max - values.length);
      for (; this.#element < end; this.#element++) {
        parents.push(this.#row);
        values.push(list[this.#element]!);
      }
      if (this.#element < list.length) break;
      this.#row++;
      this.#element = 0;
      this.#lists = undefined;
    }
    context.charge(values.length + 1);
    return values.length === 0
      ? undefined
      : derive(batch, Int32Array.from(parents), [[this.#spec.slot, columnOf(values)]]);
  }

  /** The row's list, worked out when the rows before have been gone through. */
  #listAt(batch: Batch, context: ExecutionContext): readonly Value[] {
    const { list, position } = this.#spec;
    if (this.#lists === undefined) {
      this.#lists = list.evaluate(derive(batch, Int32Array.of(this.#row)), context);
    }
    const value = vectorValue(this.#lists, 0);
    if (value === null) return [];
    if (isList(value)) return value;
    throw typeError(`FOREACH needs a LIST, but got ${describe(value)}.`, position);
  }
}
