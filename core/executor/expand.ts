/** Expand: for each row, a row for each relationship of a node. ExpandCount: only how many there are. */
import { BATCH_COLUMNS, LOOPED_MAX } from '../graph/column-memory.ts';
import type { Expansion } from '../graph/result-lists.ts';
import { degreeOf, type ExpansionSpec, isTaken, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { type AddedColumn, derive, FIRST_ROW, nodeIds, withVector } from './rows.ts';

export class Expand implements Operator {
  readonly #input: Operator;
  readonly #spec: ExpansionSpec;
  readonly #firstRows: number;
  /** Rows of the next batch, at most. */
  #batchRows: number;
  #expansion: Expansion | undefined;
  #batch: Batch | undefined;
  #from: Int32Array = NOTHING;
  #types: readonly number[] = [];
  #row = 0;
  #type = 0;
  /** How many of the expansion's entries have been looked at; -1: the node has not been expanded yet. */
  #taken = -1;

  /** `firstRows`: how many rows are wanted at first, if few may be enough; each further batch is larger. */
  constructor(input: Operator, spec: ExpansionSpec, firstRows: number = BATCH_ROWS) {
    this.#input = input;
    this.#spec = spec;
    this.#firstRows = Math.min(BATCH_ROWS, firstRows);
    this.#batchRows = this.#firstRows;
  }

  reset(): boolean {
    this.#expansion = undefined;
    this.#batch = undefined;
    this.#from = NOTHING;
    this.#batchRows = this.#firstRows;
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
    this.#expansion ??= context.scratch.expansion();
    this.#batch = batch;
    this.#from = nodeIds(batch, this.#spec.from);
    this.#types = typeTokens(this.#spec, context.tokens);
    this.#row = 0;
    this.#type = 0;
    this.#taken = -1;
  }

  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    const expansion = this.#expansion!;
    const { distinctFrom, relationship: wanted } = this.#spec;
    const room = this.#room(batch, context);
    const parents = batch.rowCount === 1 ? FIRST_ROW : BATCH_COLUMNS.integers(room);
    const neighbours = BATCH_COLUMNS.integers(room);
    const relationships = wanted === undefined ? NOTHING : BATCH_COLUMNS.integers(room);
    let filled = 0;
    while (filled < room && this.#row < batch.rowCount && !context.exhausted) {
      if (!this.#expandNode(context)) continue;
      const start = this.#taken;
      const before = filled;
      if (distinctFrom.length === 0) {
        const count = Math.min(room - filled, expansion.count - start);
        copyFrom(expansion.neighbours, start, neighbours, filled, count);
        if (wanted !== undefined) copyFrom(expansion.relationships, start, relationships, filled, count);
        filled += count;
        this.#taken += count;
      } else {
        while (this.#taken < expansion.count && filled < room) {
          const relationship = expansion.relationships[this.#taken]!;
          if (!isTaken(batch, this.#row, distinctFrom, relationship)) {
            neighbours[filled] = expansion.neighbours[this.#taken]!;
            if (wanted !== undefined) relationships[filled] = relationship;
            filled++;
          }
          this.#taken++;
        }
      }
      if (parents !== FIRST_ROW) parents.fill(this.#row, before, filled);
      context.charge(this.#taken - start);
      if (this.#taken === expansion.count) this.#advance();
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (filled === 0) return undefined;
    this.#batchRows = Math.min(BATCH_ROWS, this.#batchRows * 4);
    const added: AddedColumn[] = [[this.#spec.to, { kind: 'node', ids: firstOf(neighbours, filled) }]];
    if (wanted !== undefined) {
      added.push([wanted, { kind: 'relationship', ids: firstOf(relationships, filled) }]);
    }
    return derive(batch, parents, added, filled);
  }

  /** How many rows the next batch can have at most: no more than the relationships that are left to be looked at. */
  #room(batch: Batch, context: ExecutionContext): number {
    let room = this.#taken < 0 ? 0 : this.#expansion!.count - this.#taken;
    const from = this.#taken < 0 ? this.#row : this.#row + 1;
    // Of a node that is under way, only the current type is counted; the others fill further batches.
    for (let row = from; row < batch.rowCount && room < this.#batchRows; row++) {
      const node = this.#from[row]!;
      if (node !== NO_ENTITY) room += degreeOf(context.view, node, this.#spec.direction, this.#types);
    }
    return Math.max(1, Math.min(room, this.#batchRows));
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
    context.view.expand(node, this.#spec.direction, type, this.#expansion!);
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

const NOTHING = new Int32Array(0);

function copyFrom(source: Int32Array, from: number, target: Int32Array, to: number, count: number): void {
  if (count > LOOPED_MAX) {
    target.set(source.subarray(from, from + count), to);
    return;
  }
  for (let i = 0; i < count; i++) target[to + i] = source[from + i]!;
}

/** The array itself when it is full, as it mostly is. */
function firstOf(ids: Int32Array, count: number): Int32Array {
  return ids.length === count ? ids : ids.subarray(0, count);
}

export interface ExpandCountSpec {
  readonly from: number;
  readonly types: ExpansionSpec['types'];
  readonly typeExpression: ExpansionSpec['typeExpression'];
  readonly direction: ExpansionSpec['direction'];
  /** A label that the other ends must have. */
  readonly endLabel?: string | undefined;
  readonly multiplicity: number;
}

export class ExpandCount implements Operator {
  readonly #input: Operator;
  readonly #spec: ExpandCountSpec;
  #expansion: Expansion | undefined;

  constructor(input: Operator, spec: ExpandCountSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  reset(): boolean {
    this.#expansion = undefined;
    return this.#input.reset?.() === true;
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
    const { from, multiplicity } = this.#spec;
    const types = typeTokens(this.#spec, context.tokens);
    const nodes = nodeIds(batch, from);
    const rows = BATCH_COLUMNS.integers(batch.rowCount);
    const counts = BATCH_COLUMNS.floats(batch.rowCount);
    const endLabel = neededLabel(this.#spec.endLabel, context);
    let filled = 0;
    for (let row = 0; row < batch.rowCount; row++) {
      const node = nodes[row]!;
      const degree = node === NO_ENTITY ? 0 : this.#degree(node, { types, endLabel }, context);
      if (degree === 0) continue;
      rows[filled] = row;
      counts[filled++] = degree;
    }
    if (filled === 0) return undefined;
    // The rows themselves, where none is left out.
    if (filled === batch.rowCount)
      return withVector(batch, multiplicity, { column: { kind: 'integer', values: counts }, rows: undefined });
    return derive(batch, rows.subarray(0, filled), [
      [multiplicity, { kind: 'integer', values: counts.subarray(0, filled) }],
    ]);
  }

  /** How many relationships lead to a node with the label. */
  #degree(
    node: number,
    { types, endLabel }: { readonly types: readonly number[]; readonly endLabel: number | undefined },
    context: ExecutionContext,
  ): number {
    const { direction } = this.#spec;
    const { view } = context;
    if (endLabel === undefined) return degreeOf(view, node, direction, types);
    this.#expansion ??= context.scratch.expansion();
    let degree = 0;
    for (const type of types) {
      view.expand(node, direction, type, this.#expansion);
      const { neighbours, count } = this.#expansion;
      context.charge(count);
      for (let i = 0; i < count; i++) if (view.hasLabel(neighbours[i]!, endLabel)) degree += 1;
    }
    return degree;
  }
}

/** No token has this number, and so no node this label. */
const NO_LABEL = -1;

/** The label's token; undefined when all nodes have it, so that nobody needs to be asked. */
function neededLabel(label: string | undefined, { view, tokens }: ExecutionContext): number | undefined {
  if (label === undefined) return undefined;
  const token = tokens.label.idOf(label);
  if (token === undefined) return NO_LABEL;
  const count = view.countNodes(token, undefined);
  return count !== undefined && count === view.countNodes(undefined, undefined) ? undefined : token;
}
