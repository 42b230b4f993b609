/** OrderBy, Top and Eager: operators that keep rows before they hand the first one on. */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import { compareOrder } from '../value/order.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { columnValue } from './expression/operand.ts';
import type { CompiledCount } from './limit.ts';
import type { Operator } from './operator.ts';
import { RowStore } from './row-store.ts';
import { derive } from './rows.ts';

export interface SortKey {
  readonly slot: number;
  readonly descending: boolean;
}

/** Reads its whole input, then hands on what `arrange` makes of it. */
abstract class Collecting implements Operator {
  readonly #input: Operator;
  protected readonly store: RowStore;
  #read = false;
  #order: Int32Array | undefined;
  #handedOn = 0;

  constructor(input: Operator, slots: readonly number[], name: string) {
    this.#input = input;
    this.store = new RowStore(slots, name);
  }

  /** Numbers of the rows to hand on, in order; undefined: all as they came. */
  protected abstract arrange(context: ExecutionContext): Int32Array | undefined;

  /** The rows of a batch that may have to be handed on; undefined: none. */
  protected worthStoring(batch: Batch): Batch | undefined {
    return batch;
  }

  /** Called after each batch of which something was stored. */
  protected afterBatch(_context: ExecutionContext): void {}

  next(context: ExecutionContext): Batch | Signal {
    while (!this.#read) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE) return PAUSE;
      if (input === END) {
        this.#read = true;
        this.#order = this.arrange(context);
      } else {
        context.charge(input.rowCount);
        const stored = this.worthStoring(input);
        if (stored === undefined) continue;
        this.store.append(stored, context);
        this.afterBatch(context);
      }
    }
    if (context.exhausted) return PAUSE;
    const start = this.#handedOn;
    const end = Math.min(this.#order?.length ?? this.store.rowCount, start + BATCH_ROWS);
    if (start === end) {
      this.store.clear(context);
      this.#order = undefined;
      this.#handedOn = 0;
      return END;
    }
    this.#handedOn = end;
    context.charge(end - start);
    const rows = this.#order?.subarray(start, end) ?? Int32Array.from({ length: end - start }, (_, i) => start + i);
    return this.store.rows(rows);
  }
}

export class Eager extends Collecting {
  constructor(input: Operator, slots: readonly number[]) {
    super(input, slots, 'Eager');
  }

  protected arrange(): undefined {
    return undefined;
  }
}

export class OrderBy extends Collecting {
  readonly #keys: readonly SortKey[];

  constructor(input: Operator, spec: { readonly keys: readonly SortKey[]; readonly keep: readonly number[] }) {
    super(input, slotsOf(spec), 'OrderBy');
    this.#keys = spec.keys;
  }

  protected arrange(context: ExecutionContext): Int32Array {
    return sortedRows(this.store, this.#keys, context);
  }
}

/** From this many rows on, Top throws away what it does not need. The first time it does so early: from then on it knows what to leave out. */
const TOP_ROWS_MIN = 4 * BATCH_ROWS;
const TOP_ROWS_FIRST = BATCH_ROWS;

export class Top extends Collecting {
  readonly #keys: readonly SortKey[];
  readonly #limit: CompiledCount;
  readonly #skip: CompiledCount | undefined;
  /** What stands in the first key's column in the last of the rows that are wanted, if it is an INTEGER: a row beyond it is none of them. */
  #bound: number | undefined;
  #hasRetained = false;

  constructor(
    input: Operator,
    spec: {
      readonly keys: readonly SortKey[];
      readonly keep: readonly number[];
      readonly limit: CompiledCount;
      readonly skip: CompiledCount | undefined;
    },
  ) {
    super(input, slotsOf(spec), 'Top');
    this.#keys = spec.keys;
    this.#limit = spec.limit;
    this.#skip = spec.skip;
  }

  protected override worthStoring(batch: Batch): Batch | undefined {
    const [first] = this.#keys;
    const vector = first && batch.vectors[first.slot];
    if (this.#bound === undefined || vector?.column.kind !== 'integer') return batch;
    const rows = rowsWithin(vector.column.values, vector.rows, {
      rowCount: batch.rowCount,
      bound: this.#bound,
      descending: first!.descending,
    });
    if (rows.length === batch.rowCount) return batch;
    return rows.length === 0 ? undefined : derive(batch, rows);
  }

  protected override afterBatch(context: ExecutionContext): void {
    const wanted = this.#wanted(context);
    const rowsMin = this.#hasRetained ? TOP_ROWS_MIN : TOP_ROWS_FIRST;
    if (this.store.rowCount < Math.max(rowsMin, 2 * wanted)) return;
    this.store.retain(firstRows(this.store, this.#keys, wanted, context), context);
    this.#hasRetained = true;
    this.#bound = wanted === 0 ? undefined : this.#lastOf(wanted);
  }

  #lastOf(wanted: number): number | undefined {
    const [first] = this.#keys;
    const column = first && this.store.all().vectors[first.slot]!.column;
    return column?.kind === 'integer' ? column.values[wanted - 1] : undefined;
  }

  protected arrange(context: ExecutionContext): Int32Array {
    const wanted = this.#wanted(context);
    return firstRows(this.store, this.#keys, wanted, context);
  }

  #wanted(context: ExecutionContext): number {
    return this.#limit(context) + (this.#skip?.(context) ?? 0);
  }
}

/** The rows of a batch whose number does not come after a bound. */
function rowsWithin(
  numbers: Float64Array,
  positions: Int32Array | undefined,
  { rowCount, bound, descending }: { readonly rowCount: number; readonly bound: number; readonly descending: boolean },
): Int32Array {
  const rows = BATCH_COLUMNS.integers(rowCount);
  let count = 0;
  for (let row = 0; row < rowCount; row++) {
    const number = numbers[positions === undefined ? row : positions[row]!]!;
    rows[count] = row;
    count += (descending ? number >= bound : number <= bound) ? 1 : 0;
  }
  return rows.subarray(0, count);
}

function slotsOf(spec: { readonly keys: readonly SortKey[]; readonly keep: readonly number[] }): number[] {
  return [...new Set([...spec.keep, ...spec.keys.map(({ slot }) => slot)])];
}

/** Negative when the left row comes first. */
type RowComparison = (left: number, right: number) => number;

/** Row numbers in order. Rows that are level keep the order in which they came. */
function sortedRows(store: RowStore, keys: readonly SortKey[], context: ExecutionContext): Int32Array {
  const { rowCount } = store;
  context.charge(Math.ceil(rowCount * Math.log2(rowCount + 1)));
  return Int32Array.from({ length: rowCount }, (_, i) => i).sort(comparisonOf(store, keys));
}

/** The first `wanted` of sortedRows: found with a heap of so many, which most rows do not get into. */
function firstRows(store: RowStore, keys: readonly SortKey[], wanted: number, context: ExecutionContext): Int32Array {
  const { rowCount } = store;
  if (wanted * HEAP_SHARE > rowCount) return sortedRows(store, keys, context).subarray(0, wanted);
  context.charge(rowCount + Math.ceil(wanted * Math.log2(wanted + 1)));
  if (wanted === 0) return new Int32Array(0);
  const compare = comparisonOf(store, keys);
  // The root is the last of the rows that are kept.
  const heap = Int32Array.from({ length: wanted }, (_, i) => i);
  for (let at = (wanted >>> 1) - 1; at >= 0; at--) sink(heap, at, compare);
  for (let row = wanted; row < rowCount; row++) {
    if (compare(row, heap[0]!) > 0) continue;
    heap[0] = row;
    sink(heap, 0, compare);
  }
  return heap.sort(compare);
}

/** A heap pays when it holds less than this part of the rows. */
const HEAP_SHARE = 4;

/** Moves an entry down to where no later row stands below it. */
function sink(heap: Int32Array, from: number, compare: RowComparison): void {
  const row = heap[from]!;
  let at = from;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && compare(heap[child + 1]!, heap[child]!) > 0) child += 1;
    if (compare(heap[child]!, row) <= 0) break;
    heap[at] = heap[child]!;
    at = child;
  }
  heap[at] = row;
}

function comparisonOf(store: RowStore, keys: readonly SortKey[]): RowComparison {
  const { rowCount, vectors } = store.all();
  const comparers = keys.map(({ slot, descending }): RowComparison => {
    const compare = comparerOf(vectors[slot]!.column, rowCount);
    return descending ? (left, right) => compare(right, left) : compare;
  });
  const [first, ...others] = comparers;
  if (first === undefined) return (left, right) => left - right;
  return (left, right) => {
    const difference = first(left, right);
    if (difference !== 0) return difference;
    for (const compare of others) {
      const next = compare(left, right);
      if (next !== 0) return next;
    }
    return left - right;
  };
}

/** Compares two rows by one column. FLOATs may hold NaN, which only compareOrder knows to place. */
function comparerOf(column: Column, rowCount: number): (left: number, right: number) => number {
  if (column.kind === 'integer') {
    const numbers = column.values;
    return (left, right) => numbers[left]! - numbers[right]!;
  }
  const values: Value[] = [];
  for (let row = 0; row < rowCount; row++) values.push(columnValue(column, row));
  return (left, right) => compareOrder(values[left]!, values[right]!);
}
