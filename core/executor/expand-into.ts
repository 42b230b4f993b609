/** ExpandInto: the relationships between two bound nodes. */
import { type ExpansionSpec, isTaken, PairFinder, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { derive, nodeIds } from './rows.ts';

export class ExpandInto implements Operator {
  readonly #input: Operator;
  readonly #spec: ExpansionSpec;
  readonly #pairs: PairFinder;
  #batch: Batch | undefined;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array = new Int32Array(0);
  #types: readonly number[] = [];
  #row = 0;
  /** Where in the neighbourhood to go on looking for the row's pair. */
  #entry = 0;

  constructor(input: Operator, spec: ExpansionSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#pairs = new PairFinder(spec.direction);
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#start(input, context);
      }
      if (context.exhausted) return PAUSE;
      const output = this.#fill(this.#batch!, context);
      if (output) return output;
    }
  }

  #start(batch: Batch, context: ExecutionContext): void {
    this.#batch = batch;
    this.#from = nodeIds(batch, this.#spec.from);
    this.#to = nodeIds(batch, this.#spec.to);
    this.#types = typeTokens(this.#spec, context.tokens);
    // A clause before this one may have made relationships between the batches.
    this.#pairs.clear();
    this.#row = 0;
    this.#entry = 0;
  }

  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    const parents = new Int32Array(BATCH_ROWS);
    const relationships = new Int32Array(BATCH_ROWS);
    let filled = 0;
    while (filled < BATCH_ROWS && this.#row < batch.rowCount && !context.exhausted) {
      filled = this.#connect(batch, { parents, relationships, filled }, context);
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (filled === 0) return undefined;
    const { relationship } = this.#spec;
    const rows = parents.subarray(0, filled);
    if (relationship === undefined) return derive(batch, rows);
    return derive(batch, rows, [[relationship, { kind: 'relationship', ids: relationships.subarray(0, filled) }]]);
  }

  /** Adds the relationships between the ends of the current row, as far as there is room; answers how full it is then. */
  #connect(
    batch: Batch,
    output: { parents: Int32Array; relationships: Int32Array; filled: number },
    context: ExecutionContext,
  ): number {
    const row = this.#row;
    const start = this.#from[row]!;
    const end = this.#to[row]!;
    let { filled } = output;
    context.charge(1);
    if (start !== NO_ENTITY && end !== NO_ENTITY && this.#types.length > 0) {
      const startRepeats = this.#from[row + 1] === start;
      const { neighbourhood, wanted } = this.#pairs.near(context.view, { start, end, startRepeats }, this.#types);
      const { neighbours, relationships, count } = neighbourhood.expansion;
      const first = neighbourhood.has(wanted) ? this.#entry : count;
      for (let entry = first; entry < count; entry++) {
        if (neighbours[entry] !== wanted) continue;
        if (isTaken(batch, row, this.#spec.distinctFrom, relationships[entry]!)) continue;
        if (filled === BATCH_ROWS) {
          this.#entry = entry;
          return filled;
        }
        output.parents[filled] = row;
        output.relationships[filled++] = relationships[entry]!;
      }
      if (first < count) context.charge(count - first);
    }
    this.#row++;
    this.#entry = 0;
    return filled;
  }
}
