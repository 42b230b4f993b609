/** SET and REMOVE as operators. */
import type { Position } from '../error.ts';
import {
  addLabels,
  assign,
  type CompiledAssignment,
  type CompiledLabels,
  entityOf,
  keyOf,
  removeLabels,
  setProperty,
} from './assignment.ts';
import { type Batch, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator } from './operator.ts';
import { derive } from './rows.ts';

export interface AssignmentsSpec {
  readonly items: readonly CompiledAssignment[];
  /** Each row is worked out after the row before it is written, because the items read what they write. */
  readonly byRow: boolean;
}

/** Carries out the items for all rows of a batch. */
export function assignAll(batch: Batch, spec: AssignmentsSpec, context: ExecutionContext): void {
  if (!spec.byRow) {
    for (const item of spec.items) assignToBatch(batch, item, context);
    return;
  }
  for (let row = 0; row < batch.rowCount; row++) {
    const single = batch.rowCount === 1 ? batch : derive(batch, Int32Array.of(row));
    for (const item of spec.items) assignToBatch(single, item, context);
  }
}

function assignToBatch(batch: Batch, item: CompiledAssignment, context: ExecutionContext): void {
  if (item.type === 'labels') return addLabels(batch, item, context);
  const targets = item.target.evaluate(batch, context);
  const values = item.value.evaluate(batch, context);
  if (item.type === 'dynamicProperty') {
    const { position } = item;
    const keyAt = keysFor(item.key, batch, { position, context });
    for (let row = 0; row < batch.rowCount; row++) {
      const target = vectorValue(targets, row);
      if (target === null) continue;
      const property = { key: keyAt(row), value: vectorValue(values, row), position };
      setProperty(entityOf(target, position), property, context);
    }
    return;
  }
  for (let row = 0; row < batch.rowCount; row++) {
    assign(item, vectorValue(targets, row), vectorValue(values, row), context);
  }
}

/** An operator that changes the graph and hands its rows on as they are. */
export class ForEachBatch implements Operator {
  readonly #input: Operator;
  readonly #change: (batch: Batch, context: ExecutionContext) => void;

  constructor(input: Operator, change: (batch: Batch, context: ExecutionContext) => void) {
    this.#input = input;
    this.#change = change;
  }

  reset(): boolean {
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    if (context.exhausted) return PAUSE;
    const batch = this.#input.next(context);
    if (batch === PAUSE || batch === END) return batch;
    context.charge(batch.rowCount);
    this.#change(batch, context);
    return batch;
  }
}

export function setItems(input: Operator, spec: AssignmentsSpec): Operator {
  return new ForEachBatch(input, (batch, context) => assignAll(batch, spec, context));
}

export function removeProperty(
  input: Operator,
  spec: { readonly target: CompiledExpression; readonly key: string | CompiledExpression; readonly position: Position },
): Operator {
  const { target, key, position } = spec;
  return new ForEachBatch(input, (batch, context) => {
    const targets = target.evaluate(batch, context);
    const keyAt = keysFor(key, batch, { position, context });
    for (let row = 0; row < batch.rowCount; row++) {
      const entity = vectorValue(targets, row);
      if (entity === null) continue;
      setProperty(entityOf(entity, position), { key: keyAt(row), value: null, position }, context);
    }
  });
}

function keysFor(
  key: string | CompiledExpression,
  batch: Batch,
  { position, context }: { readonly position: Position; readonly context: ExecutionContext },
): (row: number) => string {
  if (typeof key === 'string') return () => key;
  const keys = key.evaluate(batch, context);
  return (row) => keyOf(vectorValue(keys, row), position);
}

export function removeLabelsFrom(input: Operator, labels: CompiledLabels): Operator {
  return new ForEachBatch(input, (batch, context) => removeLabels(batch, labels, context));
}
