/** Where rows come from: Once, Argument, and scans over nodes, which give their nodes anew for each row of their input. */
import { BATCH_ROWS, type Batch, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { derive } from './rows.ts';

/** Gives one batch: the single row that a statement starts from, or the rows that a subplan is fed. */
export class Given implements Operator {
  #batch: Batch | undefined;

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  next(): Batch | Signal {
    const batch = this.#batch;
    this.#batch = undefined;
    return batch ?? END;
  }
}

export interface NodeScanSpec {
  readonly slot: number;
  /** Undefined: all nodes. */
  readonly label: string | undefined;
}

/** ScanAll and ScanAllByLabel. */
export class NodeScan implements Operator {
  readonly #input: Operator;
  readonly #spec: NodeScanSpec;
  #batch: Batch | undefined;
  #row = 0;
  #cursor = 0;

  constructor(input: Operator, spec: NodeScanSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#row = 0;
        this.#cursor = 0;
      }
      if (context.exhausted) return PAUSE;
      const output = this.#fill(this.#batch, context);
      if (output) return output;
    }
  }

  /** Goes on where the scan stands, over as many rows of the input as fit. */
  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    const { slot, label } = this.#spec;
    const token = label === undefined ? undefined : context.tokens.label.idOf(label);
    if (label !== undefined && token === undefined) {
      this.#batch = undefined;
      return undefined;
    }
    const ids = new Int32Array(BATCH_ROWS);
    const parents = new Int32Array(BATCH_ROWS);
    let filled = 0;
    while (filled < BATCH_ROWS && this.#row < batch.rowCount) {
      const room = filled === 0 ? ids : ids.subarray(filled);
      const found =
        token === undefined
          ? context.view.scanNodes(this.#cursor, room)
          : context.view.scanLabel(token, this.#cursor, room);
      const { count, cursor } = found;
      parents.fill(this.#row, filled, filled + count);
      filled += count;
      this.#cursor = cursor;
      context.charge(count + 1);
      if (cursor !== -1) continue;
      this.#cursor = 0;
      this.#row++;
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (filled === 0) return undefined;
    const column = { kind: 'node', ids: filled < BATCH_ROWS ? ids.subarray(0, filled) : ids } as const;
    return derive(batch, parents.subarray(0, filled), [[slot, column]]);
  }
}
