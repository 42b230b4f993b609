/** Produce: works out expressions. Unwind: a row for each element of a list. */
import { isList } from '../value/equality.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, END, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator } from './operator.ts';
import { columnOf, derive, put } from './rows.ts';

export interface CompiledItem {
  readonly slot: number;
  readonly expression: CompiledExpression;
}

export class Produce implements Operator {
  readonly #input: Operator;
  readonly #items: readonly CompiledItem[];
  readonly #keep: readonly number[];
  readonly #rowWork: number;
  readonly holdsNoColumns: boolean;

  /** `rowWork`: what working the items out for a row costs. `isPlain`: they ask no query, which might hold columns. */
  constructor(
    input: Operator,
    spec: {
      readonly items: readonly CompiledItem[];
      readonly keep: readonly number[];
      readonly rowWork: number;
      readonly isPlain: boolean;
    },
  ) {
    this.#input = input;
    this.holdsNoColumns = spec.isPlain && input.holdsNoColumns === true;
    this.#items = spec.items;
    this.#keep = spec.keep;
    this.#rowWork = spec.rowWork;
  }

  reset(): boolean {
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    if (context.exhausted) return PAUSE;
    const input = this.#input.next(context);
    if (input === PAUSE || input === END) return input;
    context.charge(input.rowCount * this.#rowWork);
    const vectors: (Vector | undefined)[] = [];
    for (let i = 0; i < this.#keep.length; i++) {
      const slot = this.#keep[i]!;
      const vector = input.vectors[slot];
      if (vector) put(vectors, slot, vector);
    }
    for (let i = 0; i < this.#items.length; i++) {
      const { slot, expression } = this.#items[i]!;
      put(vectors, slot, expression.evaluate(input, context));
    }
    return { rowCount: input.rowCount, vectors };
  }
}

export class Unwind implements Operator {
  readonly #input: Operator;
  readonly #list: CompiledExpression;
  readonly #slot: number;
  #batch: Batch | undefined;
  #lists: Vector | undefined;
  #row = 0;
  #element = 0;

  constructor(input: Operator, spec: { readonly list: CompiledExpression; readonly slot: number }) {
    this.#input = input;
    this.#list = spec.list;
    this.#slot = spec.slot;
  }

  reset(): boolean {
    this.#batch = undefined;
    this.#lists = undefined;
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#lists = this.#list.evaluate(input, context);
        this.#row = 0;
        this.#element = 0;
      }
      if (context.exhausted) return PAUSE;
      const output = this.#fill(this.#batch, this.#lists!, context);
      if (output) return output;
    }
  }

  #fill(batch: Batch, lists: Vector, context: ExecutionContext): Batch | undefined {
    const parents = new Int32Array(BATCH_ROWS);
    const values: Value[] = [];
    while (values.length < BATCH_ROWS && this.#row < batch.rowCount) {
      const list = elementsOf(vectorValue(lists, this.#row));
      const end = Math.min(list.length, this.#element + BATCH_ROWS - values.length);
      parents.fill(this.#row, values.length, values.length + end - this.#element);
      for (; this.#element < end; this.#element++) values.push(list[this.#element]!);
      if (this.#element < list.length) break;
      this.#row++;
      this.#element = 0;
    }
    context.charge(values.length + 1);
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (values.length === 0) return undefined;
    return derive(batch, parents.subarray(0, values.length), [[this.#slot, columnOf(values)]]);
  }
}

/** Null has no elements; a value that is no list is its own only element, as in Neo4j. */
function elementsOf(value: Value): readonly Value[] {
  if (value === null) return [];
  return isList(value) ? value : [value];
}
