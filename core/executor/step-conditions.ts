/** What each step of a trail must meet: properties that equal something, and predicates on its relationships and nodes. */
import type { GraphView } from '../graph/graph-view.ts';
import type { Expansion } from '../graph/result-lists.ts';
import { equals } from '../value/equality.ts';
import { type Batch, NO_ENTITY, type Vector } from './batch.ts';
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
  /** Ends of the path of which a condition on nodes is not asked; see `setEnds`. */
  readonly spares?: { readonly first: boolean; readonly last: boolean } | undefined;
  readonly slot: number;
  readonly predicate: CompiledPredicate;
}

export interface StepConditionsSpec {
  readonly properties: readonly PropertyCondition[];
  readonly steps: readonly StepCondition[];
}

/** Entities that are asked about at a stroke. */
export const PROBE_ROWS = 256;

export class StepConditions {
  readonly #properties: readonly PropertyCondition[];
  readonly #onRelationships: readonly StepCondition[];
  readonly #onNodes: readonly StepCondition[];
  readonly #kept = new Int32Array(PROBE_ROWS);
  #first = NO_ENTITY;
  #last = NO_ENTITY;
  #batch: Batch | undefined;
  /** Of the properties: worked out once for each batch. */
  #values: readonly Vector[] = [];
  #keys: readonly (number | undefined)[] = [];
  #row = -1;
  /** How many entities the probes hold. */
  #width = 1;
  /** For each condition the row many times over, each time with an entity that is asked about; these change in place. */
  readonly #probes = new Map<StepCondition, { readonly ids: Int32Array; readonly batch: Batch }>();

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

  /** Between which nodes a path is looked for that visits no node twice. */
  setEnds(first: number, last: number): void {
    this.#first = first;
    this.#last = last;
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

  /** Whether anything is asked of nodes. */
  get asksNodes(): boolean {
    return this.#onNodes.length > 0;
  }

  /**
   * As nodeHolds, for up to PROBE_ROWS nodes that are no ends of the path: leaves the entries with neighbours for which it
   * holds, in their order.
   */
  keepHolding(entries: Expansion, row: number, context: ExecutionContext): void {
    if (this.#row !== row || this.#width < PROBE_ROWS) {
      this.#width = PROBE_ROWS;
      this.#prepareRow(row);
    }
    const { neighbours, relationships } = entries;
    for (const condition of this.#onNodes) {
      const { ids, batch } = this.#probes.get(condition)!;
      for (let entry = 0; entry < entries.count; entry++) ids[entry] = neighbours[entry]!;
      context.charge(entries.count);
      const probed = { rowCount: entries.count, vectors: batch.vectors };
      entries.count = condition.predicate(probed, context, this.#kept);
      for (let at = 0; at < entries.count; at++) {
        neighbours[at] = neighbours[this.#kept[at]!]!;
        relationships[at] = relationships[this.#kept[at]!]!;
      }
    }
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
    if (this.#row !== row) this.#prepareRow(row);
    for (const condition of conditions) {
      const { spares, predicate } = condition;
      if (spares && ((spares.first && id === this.#first) || (spares.last && id === this.#last))) continue;
      const { ids, batch } = this.#probes.get(condition)!;
      ids[0] = id;
      context.charge(1);
      if (predicate({ rowCount: 1, vectors: batch.vectors }, context, this.#kept) === 0) return false;
    }
    return true;
  }

  #prepareRow(row: number): void {
    const repeated = derive(this.#batch!, new Int32Array(this.#width).fill(row));
    this.#row = row;
    for (const condition of [...this.#onRelationships, ...this.#onNodes]) {
      const { on, slot } = condition;
      const ids = new Int32Array(this.#width);
      this.#probes.set(condition, {
        ids,
        batch: withVector(repeated, slot, { column: { kind: on, ids }, rows: undefined }),
      });
    }
  }
}
