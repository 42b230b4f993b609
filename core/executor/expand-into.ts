/** ExpandInto: the relationships between two bound nodes. */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { IdList } from '../graph/result-lists.ts';
import { type ExpansionSpec, isTaken, PairFinder, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { derive, nodeIds } from './rows.ts';

/** The row's pair has not been looked for yet. */
const NO_ENTRY = -1;

const NOTHING = new Int32Array(0);

export class ExpandInto implements Operator {
  readonly #input: Operator;
  readonly #spec: ExpansionSpec;
  readonly #pairs: PairFinder;
  #batch: Batch | undefined;
  #from: Int32Array = NOTHING;
  #to: Int32Array = NOTHING;
  #types: readonly number[] = [];
  #row = 0;
  /** The entry of the neighbourhood at which to go on with the row's pair. */
  #entry = NO_ENTRY;
  /** What has been found for the next batch: rows of the input, and the relationship of each. */
  #rows: IdList | undefined;
  #relationships: IdList | undefined;

  constructor(input: Operator, spec: ExpansionSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#pairs = new PairFinder(spec.direction);
  }

  reset(): boolean {
    this.#batch = undefined;
    this.#from = NOTHING;
    this.#to = NOTHING;
    this.#rows = undefined;
    this.#relationships = undefined;
    this.#pairs.reset();
    return this.#input.reset?.() === true;
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
    this.#entry = NO_ENTRY;
  }

  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    this.#rows ??= context.scratch.idList();
    this.#relationships ??= context.scratch.idList();
    const [rows, relationships] = [this.#rows, this.#relationships];
    rows.count = 0;
    relationships.count = 0;
    while (rows.count < BATCH_ROWS && this.#row < batch.rowCount && !context.exhausted) {
      this.#connect(batch, { rows, relationships }, context);
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (rows.count === 0) return undefined;
    const { relationship } = this.#spec;
    const parents = BATCH_COLUMNS.copyOf(rows.ids, rows.count);
    if (relationship === undefined) return derive(batch, parents);
    const ids = BATCH_COLUMNS.copyOf(relationships.ids, rows.count);
    return derive(batch, parents, [[relationship, { kind: 'relationship', ids }]]);
  }

  /** Adds the relationships between the ends of the current row, as far as there is room. */
  #connect(batch: Batch, found: { rows: IdList; relationships: IdList }, context: ExecutionContext): void {
    const row = this.#row;
    const start = this.#from[row]!;
    const end = this.#to[row]!;
    context.charge(1);
    if (start !== NO_ENTITY && end !== NO_ENTITY && this.#types.length > 0) {
      const ends = {
        start,
        end,
        startRepeats: this.#from[row + 1] === start,
        endRepeats: this.#to[row + 1] === end,
      };
      const { neighbourhood, wanted } = this.#pairs.near(ends, this.#types, context);
      const { relationships } = neighbourhood.expansion;
      let entry = this.#entry >= 0 ? this.#entry : neighbourhood.entryOf(wanted);
      for (; entry >= 0; entry = neighbourhood.entryAfter(entry, wanted)) {
        context.charge(1);
        if (isTaken(batch, row, this.#spec.distinctFrom, relationships[entry]!)) continue;
        if (found.rows.count === BATCH_ROWS) {
          this.#entry = entry;
          return;
        }
        found.rows.push(row);
        found.relationships.push(relationships[entry]!);
      }
    }
    this.#row++;
    this.#entry = NO_ENTRY;
  }
}
