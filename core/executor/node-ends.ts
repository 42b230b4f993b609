/** The loop that Reachable and TrailEnds share: for each row of the input, a row for each of the nodes that it leads to. */
import { BATCH_ROWS, type Batch, type Column, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { derive, FIRST_ROW, nodeIds } from './rows.ts';

/** The ends of one row, found and not yet handed on. */
export interface FoundEnds {
  /** Lists of nodes, of which the first `count` of `ids` are ends. No node is in two of them. */
  readonly lists: readonly { readonly ids: Int32Array; readonly count: number }[];
}

export abstract class NodeEnds implements Operator {
  readonly #input: Operator;
  readonly #from: number;
  readonly #to: number;
  #batch: Batch | undefined;
  #starts: Int32Array = FIRST_ROW;
  #row = 0;
  #started = false;
  #found: FoundEnds | undefined;
  #list = 0;
  #taken = 0;

  constructor(input: Operator, spec: { readonly from: number; readonly to: number }) {
    this.#input = input;
    this.#from = spec.from;
    this.#to = spec.to;
  }

  /** Readies the search for a batch of the input. */
  protected abstract prepare(batch: Batch, context: ExecutionContext): void;

  /** Starts the search for a row. */
  protected abstract start(node: number, row: number, context: ExecutionContext): void;

  /** Searches on; undefined when the slice's work is spent before the search is over. */
  protected abstract search(context: ExecutionContext): FoundEnds | undefined;

  /** Wipes what the search has marked: its ends have been handed on. */
  protected abstract finish(context: ExecutionContext): void;

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#starts = nodeIds(input, this.#from);
        this.#row = 0;
        this.prepare(input, context);
      }
      if (context.exhausted) return PAUSE;
      const output = this.#advance(this.#batch, context);
      if (output !== undefined) return output;
      if (this.#row === this.#batch.rowCount) this.#batch = undefined;
    }
  }

  /** Some rows, PAUSE, or undefined when the row is done with. */
  #advance(batch: Batch, context: ExecutionContext): Batch | typeof PAUSE | undefined {
    if (!this.#started) {
      context.charge(1);
      const node = this.#starts[this.#row]!;
      if (node === NO_ENTITY) {
        this.#row++;
        return undefined;
      }
      this.start(node, this.#row, context);
      this.#started = true;
    }
    if (this.#found === undefined) {
      this.#found = this.search(context);
      if (this.#found === undefined) return PAUSE;
      this.#list = 0;
      this.#taken = 0;
    }
    const output = this.#handOn(batch, this.#found, context);
    if (output !== undefined) return output;
    this.#found = undefined;
    this.#started = false;
    this.#row++;
    this.finish(context);
    return undefined;
  }

  #handOn(batch: Batch, { lists }: FoundEnds, context: ExecutionContext): Batch | undefined {
    for (; this.#list < lists.length; this.#list++, this.#taken = 0) {
      const { ids, count } = lists[this.#list]!;
      const rowCount = Math.min(BATCH_ROWS, count - this.#taken);
      if (rowCount === 0) continue;
      const ends = ids.slice(this.#taken, this.#taken + rowCount);
      this.#taken += rowCount;
      context.charge(rowCount);
      const column: Column = { kind: 'node', ids: ends };
      return derive(batch, this.#parents(batch, rowCount), [[this.#to, column]], rowCount);
    }
    return undefined;
  }

  #parents(batch: Batch, rowCount: number): Int32Array {
    return batch.rowCount === 1 ? FIRST_ROW : new Int32Array(rowCount).fill(this.#row);
  }
}
