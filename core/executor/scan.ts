/** Where rows come from: Once, Argument, and scans over nodes, which give their nodes anew for each row of their input. */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { GraphView } from '../graph/graph-view.ts';
import { BATCH_ROWS, type Batch, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { derive, FIRST_ROW } from './rows.ts';

/** Gives one batch: the single row that a statement starts from, or the rows that a subplan is fed. */
export class Given implements Operator {
  readonly #batch: Batch;
  #isGiven = false;

  constructor(batch: Batch) {
    this.#batch = batch;
  }

  next(): Batch | Signal {
    if (this.#isGiven) return END;
    this.#isGiven = true;
    return this.#batch;
  }

  reset(): boolean {
    this.#isGiven = false;
    return true;
  }
}

export interface NodeScanSpec {
  readonly slot: number;
  /** Nodes with one of these at least; undefined: all nodes. */
  readonly labels: readonly string[] | undefined;
}

const ALL_NODES = -1;

/** ScanAll, ScanAllByLabel and ScanAllByLabels. */
export class NodeScan implements Operator {
  readonly #input: Operator;
  readonly #spec: NodeScanSpec;
  readonly #firstRows: number;
  #batch: Batch | undefined;
  /** Tokens of the labels, which are gone through one after the other; or ALL_NODES. */
  #tokens: readonly number[] = [ALL_NODES];
  #row = 0;
  #label = 0;
  #cursor = 0;
  /** Rows of the next batch, at most. */
  #batchRows: number;
  readonly holdsNoColumns: boolean;

  /**
   * `firstRows`: how many rows are wanted at first, if few may be enough; each further batch is larger. `isFirst`: nothing comes before
   * it, and the argument that it holds is older than it.
   */
  constructor(
    input: Operator,
    spec: NodeScanSpec,
    { firstRows, isFirst }: { readonly firstRows: number; readonly isFirst: boolean },
  ) {
    this.#input = input;
    this.holdsNoColumns = isFirst;
    this.#spec = spec;
    this.#firstRows = firstRows;
    this.#batchRows = firstRows;
  }

  reset(): boolean {
    this.#batch = undefined;
    this.#batchRows = this.#firstRows;
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#tokens = tokensOf(this.#spec.labels, context);
        this.#row = this.#tokens.length === 0 ? input.rowCount : 0;
        this.#label = 0;
        this.#cursor = 0;
      }
      if (context.exhausted) return PAUSE;
      const output = this.#fill(this.#batch, context);
      if (output) return output;
    }
  }

  /** Goes on where the scan stands, over as many rows of the input as fit. */
  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    const room = this.#batchRows;
    const ids = BATCH_COLUMNS.integers(room);
    // Nearly all scans are of a single row.
    const parents = batch.rowCount === 1 ? FIRST_ROW : BATCH_COLUMNS.integers(room);
    let filled = 0;
    while (filled < room && this.#row < batch.rowCount) {
      const count = this.#scan(filled === 0 ? ids : ids.subarray(filled), context);
      if (parents !== FIRST_ROW) parents.fill(this.#row, filled, filled + count);
      filled += count;
      if (this.#cursor === -1) this.#advance();
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (filled === 0) return undefined;
    this.#batchRows = Math.min(BATCH_ROWS, room * 4);
    const column = { kind: 'node', ids: filled < room ? ids.subarray(0, filled) : ids } as const;
    return derive(batch, parents, [[this.#spec.slot, column]], filled);
  }

  /** Scans on into `room`; answers how many nodes of those are for this label, which stand first. */
  #scan(room: Int32Array, context: ExecutionContext): number {
    const { view } = context;
    const token = this.#tokens[this.#label]!;
    const found = token === ALL_NODES ? view.scanNodes(this.#cursor, room) : view.scanLabel(token, this.#cursor, room);
    const { count, cursor } = found;
    this.#cursor = cursor;
    context.charge(count + 1);
    if (this.#label === 0) return count;
    let kept = 0;
    for (let i = 0; i < count; i++) {
      const node = room[i]!;
      // A node that has a label before this one too has been given for that one.
      if (!this.#hasEarlierLabel(node, view)) room[kept++] = node;
    }
    return kept;
  }

  #hasEarlierLabel(node: number, view: GraphView): boolean {
    for (let label = 0; label < this.#label; label++) if (view.hasLabel(node, this.#tokens[label]!)) return true;
    return false;
  }

  #advance(): void {
    this.#cursor = 0;
    this.#label++;
    if (this.#label < this.#tokens.length) return;
    this.#label = 0;
    this.#row++;
  }
}

/** A label that no node has ever had has no token. */
function tokensOf(labels: readonly string[] | undefined, { tokens }: ExecutionContext): readonly number[] {
  if (labels === undefined) return [ALL_NODES];
  return labels.flatMap((label) => tokens.label.idOf(label) ?? []);
}
