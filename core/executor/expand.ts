/** Expand: for each row, a row for each relationship of a node. ExpandCount: only how many there are. */
import { Expansion } from '../graph/result-lists.ts';
import { degreeOf, type ExpansionSpec, isTaken, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { type AddedColumn, derive, nodeIds } from './rows.ts';

/** For so few rows, room is made for what they give and no more. */
const FEW_ROWS = 4;

export class Expand implements Operator {
  readonly #input: Operator;
  readonly #spec: ExpansionSpec;
  readonly #expansion = new Expansion();
  #batch: Batch | undefined;
  #from: Int32Array = new Int32Array(0);
  #types: readonly number[] = [];
  #row = 0;
  #type = 0;
  /** How many of the expansion's entries have been looked at; -1: the node has not been expanded yet. */
  #taken = -1;

  constructor(input: Operator, spec: ExpansionSpec) {
    this.#input = input;
    this.#spec = spec;
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
    this.#types = typeTokens(this.#spec, context.tokens);
    this.#row = 0;
    this.#type = 0;
    this.#taken = -1;
  }

  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    const expansion = this.#expansion;
    const { distinctFrom } = this.#spec;
    const capacity = this.#capacity(batch, context);
    const parents = new Int32Array(capacity);
    const neighbours = new Int32Array(capacity);
    const relationships = new Int32Array(capacity);
    let filled = 0;
    while (filled < BATCH_ROWS && this.#row < batch.rowCount && !context.exhausted) {
      if (!this.#expandNode(context)) continue;
      const start = this.#taken;
      if (distinctFrom.length === 0) {
        const count = Math.min(BATCH_ROWS - filled, expansion.count - start);
        for (let i = 0; i < count; i++) {
          neighbours[filled + i] = expansion.neighbours[start + i]!;
          relationships[filled + i] = expansion.relationships[start + i]!;
        }
        parents.fill(this.#row, filled, filled + count);
        filled += count;
        this.#taken += count;
      } else {
        while (this.#taken < expansion.count && filled < BATCH_ROWS) {
          const relationship = expansion.relationships[this.#taken]!;
          if (!isTaken(batch, this.#row, distinctFrom, relationship)) {
            neighbours[filled] = expansion.neighbours[this.#taken]!;
            relationships[filled] = relationship;
            parents[filled++] = this.#row;
          }
          this.#taken++;
        }
      }
      context.charge(this.#taken - start);
      if (this.#taken === expansion.count) this.#advance();
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (filled === 0) return undefined;
    const added: AddedColumn[] = [[this.#spec.to, { kind: 'node', ids: neighbours.subarray(0, filled) }]];
    if (this.#spec.relationship !== undefined) {
      added.push([this.#spec.relationship, { kind: 'relationship', ids: relationships.subarray(0, filled) }]);
    }
    return derive(batch, parents.subarray(0, filled), added);
  }

  /** Rows that there can be at most. A subplan that is fed one row at a time often has few. */
  #capacity(batch: Batch, { view }: ExecutionContext): number {
    if (batch.rowCount - this.#row > FEW_ROWS) return BATCH_ROWS;
    let count = 0;
    for (let row = this.#row; row < batch.rowCount; row++) {
      const node = this.#from[row]!;
      if (node !== NO_ENTITY) count += degreeOf(view, node, this.#spec.direction, this.#types);
    }
    return Math.min(BATCH_ROWS, count);
  }

  /** Makes sure that the row's node is expanded; false when there is nothing to expand, and the next is to be tried. */
  #expandNode(context: ExecutionContext): boolean {
    if (this.#taken >= 0) return true;
    const node = this.#from[this.#row]!;
    const type = this.#types[this.#type];
    context.charge(1);
    if (node === NO_ENTITY || type === undefined) {
      this.#row++;
      this.#type = 0;
      return false;
    }
    context.view.expand(node, this.#spec.direction, type, this.#expansion);
    this.#taken = 0;
    return true;
  }

  #advance(): void {
    this.#taken = -1;
    this.#type++;
    if (this.#type < this.#types.length) return;
    this.#type = 0;
    this.#row++;
  }
}

export interface ExpandCountSpec {
  readonly from: number;
  readonly types: ExpansionSpec['types'];
  readonly typeExpression: ExpansionSpec['typeExpression'];
  readonly direction: ExpansionSpec['direction'];
  readonly multiplicity: number;
}

export class ExpandCount implements Operator {
  readonly #input: Operator;
  readonly #spec: ExpandCountSpec;

  constructor(input: Operator, spec: ExpandCountSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      context.charge(input.rowCount);
      const output = this.#count(input, context);
      if (output) return output;
    }
  }

  #count(batch: Batch, context: ExecutionContext): Batch | undefined {
    const { from, direction, multiplicity } = this.#spec;
    const types = typeTokens(this.#spec, context.tokens);
    const nodes = nodeIds(batch, from);
    const rows = new Int32Array(batch.rowCount);
    const counts = new Float64Array(batch.rowCount);
    let filled = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const node = nodes[row]!;
      const degree = node === NO_ENTITY ? 0 : degreeOf(context.view, node, direction, types);
      if (degree === 0) continue;
      rows[filled] = row;
      counts[filled++] = degree;
    }
    if (filled === 0) return undefined;
    return derive(batch, rows.subarray(0, filled), [
      [multiplicity, { kind: 'integer', values: counts.subarray(0, filled) }],
    ]);
  }
}
