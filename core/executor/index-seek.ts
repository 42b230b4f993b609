/** Nodes or relationships found by an index on properties, for each row of the input. */

import { broken } from '../assert.ts';
import { GraphError } from '../error.ts';
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { EntityKind, IndexKind, IndexRange } from '../graph/index-definition.ts';
import { scanIndexed } from '../graph/index-seek.ts';
import { supportsRange } from '../graph/property-index.ts';
import { IdList } from '../graph/result-lists.ts';
import { firstAfterAllWith } from '../graph/text-range.ts';
import type { ValueIndex } from '../graph/value-index.ts';
import type { Sought } from '../planner/index-access.ts';
import { isList } from '../value/equality.ts';
import { typeName } from '../value/render.ts';
import type { StoredValue, Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import type { Operator } from './operator.ts';
import { derive, FIRST_ROW } from './rows.ts';
import { asStored } from './stored-property.ts';

/** The index, and where what it finds goes. Names, not tokens. */
export interface SeekPlace {
  readonly slot: number;
  readonly kind: IndexKind;
  readonly entity: EntityKind;
  readonly token: string;
  readonly keys: readonly string[];
}

/** The loop that all seeks share: for each row some entities, in batches. */
export abstract class Seek implements Operator {
  readonly #input: Operator;
  readonly #place: SeekPlace;
  #found: IdList | undefined;
  #batch: Batch | undefined;
  #index: ValueIndex | undefined;
  #row = 0;
  /** How many of the found entities have been handed on; -1: the row has not been looked up yet. */
  #taken = -1;

  constructor(input: Operator, place: SeekPlace) {
    this.#input = input;
    this.#place = place;
  }

  reset(): boolean {
    this.#found = undefined;
    this.#batch = undefined;
    this.#index = undefined;
    return this.#input.reset?.() === true;
  }

  /** Fills `found` with the entities for one row. */
  protected abstract seek(batch: Batch, row: number, index: ValueIndex, found: IdList, context: ExecutionContext): void;

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
    const column: Column = { kind: this.#place.entity, ids: ids.subarray(0, filled) };
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
    return derive(batch, FIRST_ROW, [[this.#place.slot, { kind: this.#place.entity, ids }]], count);
  }
}

function findIndex({ kind, entity, token, keys }: SeekPlace, context: ExecutionContext): ValueIndex {
  const { tokens } = context;
  const named = (entity === 'node' ? tokens.label : tokens.relationshipType).idOf(token);
  const keyTokens = keys.flatMap((key) => tokens.propertyKey.idOf(key) ?? []);
  const index = named === undefined ? undefined : context.findIndex({ kind, entity, token: named, keys: keyTokens });
  if (index === undefined) broken(`the index on ${token}(${keys.join()}) that the plan uses is not there`);
  return index;
}

/** What seeks by values share: one of these may be a list, and then each of its elements is looked for. */
abstract class SeekByValues extends Seek {
  readonly #sought: readonly Sought<CompiledExpression>[];
  /** Which of the values is a list; -1: none. */
  readonly #listAt: number;
  readonly #part = new IdList();

  constructor(input: Operator, place: SeekPlace, sought: readonly Sought<CompiledExpression>[]) {
    super(input, place);
    this.#sought = sought;
    this.#listAt = sought.findIndex(({ each }) => each);
  }

  /** Makes ready for a row. False: nothing can be found for it. */
  protected prepare(_batch: Batch, _row: number, _context: ExecutionContext): boolean {
    return true;
  }

  /** Makes `out` the entities that have these values. */
  protected abstract find(
    values: readonly StoredValue[],
    index: ValueIndex,
    out: IdList,
    context: ExecutionContext,
  ): void;

  protected seek(batch: Batch, row: number, index: ValueIndex, found: IdList, context: ExecutionContext): void {
    found.count = 0;
    const values = this.#valuesAt(batch, row, context);
    if (values === undefined || !this.prepare(batch, row, context)) return;
    if (this.#listAt < 0) this.find(values, index, found, context);
    else
      this.#findEach(this.#sought[this.#listAt]!.value.valueAt(batch, row, context), { values, index, found, context });
  }

  /** In place of a list stands nothing yet. Undefined when one of them equals no property. */
  #valuesAt(batch: Batch, row: number, context: ExecutionContext): StoredValue[] | undefined {
    const values: StoredValue[] = [];
    for (const { value, each } of this.#sought) {
      const stored = each ? false : asStored(value.valueAt(batch, row, context));
      if (stored === undefined) return undefined;
      values.push(stored);
    }
    return values;
  }

  /** An entity is found once, however often its value stands in the list. */
  #findEach(
    list: Value,
    {
      values,
      index,
      found,
      context,
    }: { values: StoredValue[]; index: ValueIndex; found: IdList; context: ExecutionContext },
  ): void {
    if (list === null) return;
    if (!isList(list)) throw noList(list);
    const ids = new Set<number>();
    for (const element of list) {
      context.charge(1);
      const stored = asStored(element);
      // Null equals nothing, and no property equals what cannot be stored.
      if (stored === undefined) continue;
      values[this.#listAt] = stored;
      this.find(values, index, this.#part, context);
      for (let i = 0; i < this.#part.count; i++) ids.add(this.#part.ids[i]!);
    }
    for (const id of ids) found.push(id);
  }
}

function noList(value: Value): GraphError {
  const message = `IN needs a LIST, but this is of type ${typeName(value)}.`;
  return new GraphError('Neo.ClientError.Statement.TypeError', message, { detail: 'InvalidArgumentType' });
}

export interface IndexSeekSpec extends SeekPlace {
  /** One for each key. */
  readonly values: readonly Sought<CompiledExpression>[];
}

export class IndexSeek extends SeekByValues {
  readonly #only: CompiledExpression | undefined;

  constructor(input: Operator, spec: IndexSeekSpec) {
    super(input, spec, spec.values);
    const [first] = spec.values;
    this.#only = spec.values.length === 1 && first?.each === false ? first.value : undefined;
  }

  /** A value by itself is the common case, and needs no list around it. */
  protected override seek(
    batch: Batch,
    row: number,
    index: ValueIndex,
    found: IdList,
    context: ExecutionContext,
  ): void {
    if (this.#only === undefined) return super.seek(batch, row, index, found, context);
    const stored = asStored(this.#only.valueAt(batch, row, context));
    if (stored === undefined) found.count = 0;
    else context.view.seekIndex(index, stored, found);
  }

  protected find(values: readonly StoredValue[], index: ValueIndex, out: IdList, context: ExecutionContext): void {
    context.view.seekIndex(index, values.length === 1 ? values[0]! : [...values], out);
  }
}

export interface SeekBound {
  readonly value: CompiledExpression;
  readonly inclusive: boolean;
}

export interface IndexSeekByRangeSpec extends SeekPlace {
  readonly prefix: readonly Sought<CompiledExpression>[];
  readonly from: SeekBound | undefined;
  readonly to: SeekBound | undefined;
  /** The text that the value begins with; there are no other bounds then. */
  readonly beginning: CompiledExpression | undefined;
}

/** Gives at least what is in the range; a Filter above holds the bounds against each once more. */
export class IndexSeekByRange extends SeekByValues {
  readonly #spec: IndexSeekByRangeSpec;
  /** The bounds for a row; undefined: nothing bounds the range, and the Filter has to look at more. */
  #bounds: IndexRange | undefined;

  constructor(input: Operator, spec: IndexSeekByRangeSpec) {
    super(input, spec, spec.prefix);
    this.#spec = spec;
  }

  protected override prepare(batch: Batch, row: number, context: ExecutionContext): boolean {
    const { from: fromSpec, to: toSpec, beginning } = this.#spec;
    if (beginning) return this.#prepareBeginning(beginning.valueAt(batch, row, context));
    const from = fromSpec?.value.valueAt(batch, row, context);
    const to = toSpec?.value.valueAt(batch, row, context);
    if (from === null || to === null) return false;
    const lower = rangeBound(from);
    const upper = rangeBound(to);
    const isOrdered = lower !== 'unordered' && upper !== 'unordered';
    const [fromExclusive, toExclusive] = [fromSpec && !fromSpec.inclusive, toSpec && !toSpec.inclusive];
    this.#bounds = isOrdered ? { from: lower, fromExclusive, to: upper, toExclusive } : undefined;
    return true;
  }

  /** What is no text begins with none, and no text begins with it. */
  #prepareBeginning(beginning: Value): boolean {
    if (typeof beginning !== 'string') return false;
    this.#bounds = { from: beginning, to: firstAfterAllWith(beginning), toExclusive: true };
    return true;
  }

  protected find(prefix: readonly StoredValue[], index: ValueIndex, out: IdList, context: ExecutionContext): void {
    out.count = 0;
    if (this.#bounds === undefined && prefix.length === 0) scanInstead(index, out, context);
    else context.view.rangeIndex(index, { ...this.#bounds, prefix }, out);
  }
}

/** A list can be compared with `<` but bounds no range of the index. */
function rangeBound(value: Value | undefined): StoredValue | undefined | 'unordered' {
  if (value === undefined) return undefined;
  const stored = asStored(value);
  return stored !== undefined && supportsRange(stored) ? stored : 'unordered';
}

/** For what no index can bound: everything with the label, or of the type. */
export function scanInstead(index: ValueIndex, found: IdList, context: ExecutionContext): void {
  const { view } = context;
  const { entity, token } = index.definition;
  const ids = new Int32Array(BATCH_ROWS);
  for (let cursor = 0; cursor !== -1; ) {
    const result = scanIndexed(view, index.definition, cursor, ids);
    for (let i = 0; i < result.count; i++) {
      if (entity === 'node' || view.relationshipType(ids[i]!) === token) found.push(ids[i]!);
    }
    context.charge(result.count);
    cursor = result.cursor;
  }
}
