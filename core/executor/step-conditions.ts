/** What each step of a trail must meet: properties that equal something, and predicates on its relationships and nodes. */
import type { GraphView } from '../graph/graph-view.ts';
import { equals } from '../value/equality.ts';
import type { Batch, Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression, CompiledPredicate } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import { derive, withVector } from './rows.ts';

/** What a relationship's property must equal. */
export interface PropertyCondition {
  readonly key: string;
  readonly value: CompiledExpression;
}

/** A predicate on what stands in a slot: each relationship, or each node. */
export interface StepCondition {
  readonly on: 'node' | 'relationship';
  readonly slot: number;
  readonly predicate: CompiledPredicate;
}

export interface StepConditionsSpec {
  readonly properties: readonly PropertyCondition[];
  readonly steps: readonly StepCondition[];
}

export class StepConditions {
  readonly #properties: readonly PropertyCondition[];
  readonly #onRelationships: readonly StepCondition[];
  readonly #onNodes: readonly StepCondition[];
  readonly #kept = new Int32Array(1);
  #batch: Batch | undefined;
  /** Of the properties: worked out once for each batch. */
  #values: readonly Vector[] = [];
  #keys: readonly (number | undefined)[] = [];
  #row = -1;
  #single: Batch | undefined;

  constructor({ properties, steps }: StepConditionsSpec) {
    this.#properties = properties;
    this.#onRelationships = steps.filter(({ on }) => on === 'relationship');
    this.#onNodes = steps.filter(({ on }) => on === 'node');
  }

  /** Takes the batch for whose rows steps will be tried. */
  prepare(batch: Batch, context: ExecutionContext): void {
    this.#batch = batch;
    this.#row = -1;
    this.#values = this.#properties.map(({ value }) => value.evaluate(batch, context));
    this.#keys = this.#properties.map(({ key }) => context.tokens.propertyKey.idOf(key));
  }

  /** Whether a row's trail may follow the relationship. */
  relationshipHolds(relationship: number, row: number, context: ExecutionContext): boolean {
    if (!this.#propertiesHold(relationship, row, context.view)) return false;
    return this.#onRelationships.length === 0 || this.#holds(this.#onRelationships, relationship, row, context);
  }

  /** Whether a row's trail may go through the node, or start or end there. */
  nodeHolds(node: number, row: number, context: ExecutionContext): boolean {
    return this.#onNodes.length === 0 || this.#holds(this.#onNodes, node, row, context);
  }

  #propertiesHold(relationship: number, row: number, view: GraphView): boolean {
    for (let i = 0; i < this.#values.length; i++) {
      const key = this.#keys[i];
      if (key === undefined) return false;
      const value = vectorValue(this.#values[i]!, row);
      if (equals(view.relationshipProperty(relationship, key), value) !== true) return false;
    }
    return true;
  }

  #holds(conditions: readonly StepCondition[], id: number, row: number, context: ExecutionContext): boolean {
    if (this.#row !== row) this.#single = derive(this.#batch!, Int32Array.of(row));
    this.#row = row;
    for (const { on, slot, predicate } of conditions) {
      const column = { kind: on, ids: Int32Array.of(id) } as const;
      context.charge(1);
      if (predicate(withVector(this.#single!, slot, { column, rows: undefined }), context, this.#kept) === 0)
        return false;
    }
    return true;
  }
}
