/** Nodes found by a property index, for each row of the input. */

import { assert } from '../assert.ts';
import { GraphError } from '../error.ts';
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { IndexRange } from '../graph/index-definition.ts';
import { PropertyIndex } from '../graph/property-index.ts';
import { IdList } from '../graph/result-lists.ts';
import { isList } from '../value/equality.ts';
import { typeName } from '../value/render.ts';
import type { StoredValue, Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import type { Operator } from './operator.ts';
import { derive, FIRST_ROW } from './rows.ts';
import { asStored } from './stored-property.ts';

interface IndexPlace {
  readonly slot: number;
  readonly label: string;
  readonly key: string;
}

/** The loop that both seeks share: for each row some nodes, in batches. */
abstract class Seek implements Operator {
  readonly #input: Operator;
  readonly #place: IndexPlace;
  #found: IdList | undefined;
  #batch: Batch | undefined;
  #index: PropertyIndex | undefined;
  #row = 0;
  /** How many of the found nodes have been handed on; -1: the row has not been looked up yet. */
  #taken = -1;

  constructor(input: Operator, place: IndexPlace) {
    this.#input = input;
    this.#place = place;
  }

  reset(): boolean {
    this.#found = undefined;
    this.#batch = undefined;
    this.#index = undefined;
    return this.#input.reset?.() === true;
  }

  /** Fills `found` with the nodes for one row. */
  protected abstract seek(
    batch: Batch,
    row: number,
    index: PropertyIndex,
    found: IdList,
    context: ExecutionContext,
  ): void;

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
    this.#index ??= findIndex(this.#place, context);
    this.#found ??= context.scratch.idList();
    this.#batch = batch;
    this.#row = 0;
    this.#taken = -1;
  }

  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    const found = this.#found!;
    if (batch.rowCount === 1 && this.#taken < 0) {
      this.#seekRow(found, context);
      if (found.count <= BATCH_ROWS) return this.#onlyRow(batch, found, context);
    }
    const ids = BATCH_COLUMNS.integers(BATCH_ROWS);
    const parents = BATCH_COLUMNS.integers(BATCH_ROWS);
    let filled = 0;
    while (filled < BATCH_ROWS && this.#row < batch.rowCount && !context.exhausted) {
      if (this.#taken < 0) this.#seekRow(found, context);
      const count = Math.min(BATCH_ROWS - filled, found.count - this.#taken);
      for (let i = 0; i < count; i++) ids[filled + i] = found.ids[this.#taken + i]!;
      parents.fill(this.#row, filled, filled + count);
      filled += count;
      this.#taken += count;
      context.charge(count);
      if (this.#taken < found.count) continue;
      this.#row++;
      this.#taken = -1;
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (filled === 0) return undefined;
    const column: Column = { kind: 'node', ids: ids.subarray(0, filled) };
    return derive(batch, parents, [[this.#place.slot, column]], filled);
  }

  #seekRow(found: IdList, context: ExecutionContext): void {
    this.seek(this.#batch!, this.#row, this.#index!, found, context);
    this.#taken = 0;
    context.charge(1);
  }

  /** A seek for one row is the common case, and needs no room for a thousand. */
  #onlyRow(batch: Batch, found: IdList, context: ExecutionContext): Batch | undefined {
    const { count } = found;
    this.#batch = undefined;
    context.charge(count);
    if (count === 0) return undefined;
    const ids = BATCH_COLUMNS.copyOf(found.ids, count);
    return derive(batch, FIRST_ROW, [[this.#place.slot, { kind: 'node', ids }]], count);
  }
}

function findIndex({ label, key }: IndexPlace, context: ExecutionContext): PropertyIndex {
  const labelToken = context.tokens.label.idOf(label);
  const keyToken = context.tokens.propertyKey.idOf(key);
  const index =
    labelToken === undefined || keyToken === undefined ? undefined : context.findIndex(labelToken, keyToken);
  assert(index !== undefined, `the index on :${label}(${key}) that the plan uses is there`);
  return index;
}

export interface NodeIndexSeekSpec extends IndexPlace {
  readonly value: CompiledExpression;
  /** The value is a list, and each of its elements is looked for. */
  readonly each: boolean;
}

export class NodeIndexSeek extends Seek {
  readonly #spec: NodeIndexSeekSpec;
  readonly #part = new IdList();

  constructor(input: Operator, spec: NodeIndexSeekSpec) {
    super(input, spec);
    this.#spec = spec;
  }

  protected seek(batch: Batch, row: number, index: PropertyIndex, found: IdList, context: ExecutionContext): void {
    const value = this.#spec.value.valueAt(batch, row, context);
    if (this.#spec.each) this.#seekEach(value, index, found, context);
    else seekOne(value, index, found, context);
  }

  /** A node is found once, however often its value stands in the list. */
  #seekEach(value: Value, index: PropertyIndex, found: IdList, context: ExecutionContext): void {
    found.count = 0;
    if (value === null) return;
    if (!isList(value)) {
      throw new GraphError(
        'Neo.ClientError.Statement.TypeError',
        `IN needs a LIST, but this is of type ${typeName(value)}.`,
        {
          detail: 'InvalidArgumentType',
        },
      );
    }
    const ids = new Set<number>();
    for (const element of value) {
      seekOne(element, index, this.#part, context);
      context.charge(1);
      for (let i = 0; i < this.#part.count; i++) ids.add(this.#part.ids[i]!);
    }
    for (const id of ids) found.push(id);
  }
}

/** Null equals nothing, and no property equals what cannot be stored. */
function seekOne(value: Value, index: PropertyIndex, found: IdList, context: ExecutionContext): void {
  const stored = asStored(value);
  if (stored === undefined) found.count = 0;
  else context.view.seekIndex(index, stored, found);
}

export interface SeekBound {
  readonly value: CompiledExpression;
  readonly inclusive: boolean;
}

export interface NodeIndexSeekByRangeSpec extends IndexPlace {
  readonly from: SeekBound | undefined;
  readonly to: SeekBound | undefined;
}

/** Gives at least the nodes in the range; a Filter above holds the bounds against each once more. */
export class NodeIndexSeekByRange extends Seek {
  readonly #spec: NodeIndexSeekByRangeSpec;
  constructor(input: Operator, spec: NodeIndexSeekByRangeSpec) {
    super(input, spec);
    this.#spec = spec;
  }

  protected seek(batch: Batch, row: number, index: PropertyIndex, found: IdList, context: ExecutionContext): void {
    const from = this.#spec.from?.value.valueAt(batch, row, context);
    const to = this.#spec.to?.value.valueAt(batch, row, context);
    found.count = 0;
    if (from === null || to === null) return;
    const lower = rangeBound(from);
    const upper = rangeBound(to);
    if (lower === 'unordered' || upper === 'unordered') return scanInstead(index, found, context);
    const { from: fromSpec, to: toSpec } = this.#spec;
    const range: IndexRange = {
      from: lower,
      fromExclusive: fromSpec && !fromSpec.inclusive,
      to: upper,
      toExclusive: toSpec && !toSpec.inclusive,
    };
    context.view.rangeIndex(index, range, found);
  }
}

/** A list can be compared with `<` but bounds no range of the index. */
function rangeBound(value: Value | undefined): StoredValue | undefined | 'unordered' {
  if (value === undefined) return undefined;
  const stored = asStored(value);
  return stored !== undefined && PropertyIndex.supportsRange(stored) ? stored : 'unordered';
}

function scanInstead(index: PropertyIndex, found: IdList, context: ExecutionContext): void {
  const ids = new Int32Array(BATCH_ROWS);
  for (let cursor = 0; cursor !== -1; ) {
    const result = context.view.scanLabel(index.definition.label, cursor, ids);
    for (let i = 0; i < result.count; i++) found.push(ids[i]!);
    context.charge(result.count);
    cursor = result.cursor;
  }
}
