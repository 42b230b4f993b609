/** A function of a step: an expression over the relationship that is followed and the node that it leads to. */
import { GraphError, type Position } from '../error.ts';
import { typeName } from '../value/render.ts';
import { Float, type PathReference, type Value } from '../value/value.ts';
import type { Batch } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { typeError } from './expression/operand.ts';
import { derive, withVector } from './rows.ts';

export interface StepFunctionSpec {
  readonly relationship: number;
  readonly node: number;
  /** Slots for the path up to the step, and for what it costs. */
  readonly path: number | undefined;
  readonly cost: number | undefined;
  readonly value: CompiledExpression;
  readonly position: Position;
}

/** A step that may be followed. The path and its cost up to it are worked out only for those who ask. */
export interface TraversalStep {
  readonly row: number;
  readonly relationship: number;
  readonly node: number;
  readonly path: () => PathReference;
  readonly cost: () => Value;
}

export class StepFunction {
  readonly #spec: StepFunctionSpec;
  /** One batch serves all steps of a row: its columns are written over for each, and nobody keeps them. */
  readonly #relationship = new Int32Array(1);
  readonly #node = new Int32Array(1);
  #batch: Batch | undefined;
  #row = -1;
  #single: Batch | undefined;

  constructor(spec: StepFunctionSpec) {
    this.#spec = spec;
  }

  /** Takes the batch for whose rows steps will be tried. */
  prepare(batch: Batch): void {
    this.#batch = batch;
    this.#row = -1;
  }

  /** As a predicate: null counts as false. Errors: TypeError for a value that is no BOOLEAN. */
  holds(step: TraversalStep, context: ExecutionContext): boolean {
    const value = this.#valueOf(step, context);
    if (value === null || typeof value === 'boolean') return value === true;
    throw typeError(`A filter of steps is a BOOLEAN, but this is of type ${typeName(value)}.`, this.#spec.position);
  }

  /** As a cost. Errors: TypeError for a value that is no number, ArgumentError for one below 0. */
  cost(step: TraversalStep, context: ExecutionContext): number | bigint | Float {
    const value = this.#valueOf(step, context);
    const isNumber = typeof value === 'number' || typeof value === 'bigint' || value instanceof Float;
    if (!isNumber) {
      throw typeError(`What a step costs is a number, but this is of type ${typeName(value)}.`, this.#spec.position);
    }
    if (numberOf(value) >= 0) return value;
    throw new GraphError(
      'Neo.ClientError.Statement.ArgumentError',
      `What a step costs is a number from 0 on, but this is ${numberOf(value)}.`,
      { position: this.#spec.position, detail: 'NumberOutOfRange' },
    );
  }

  #valueOf(step: TraversalStep, context: ExecutionContext): Value {
    context.charge(1);
    if (this.#row !== step.row || this.#single === undefined) this.#single = this.#start(step.row);
    this.#relationship[0] = step.relationship;
    this.#node[0] = step.node;
    let batch = this.#single;
    const { path, cost } = this.#spec;
    if (path !== undefined) batch = withValue(batch, path, step.path());
    if (cost !== undefined) batch = withValue(batch, cost, step.cost());
    return this.#spec.value.valueAt(batch, 0, context);
  }

  #start(row: number): Batch {
    this.#row = row;
    const single = derive(this.#batch!, Int32Array.of(row));
    const { relationship, node } = this.#spec;
    const followed = { column: { kind: 'relationship', ids: this.#relationship }, rows: undefined } as const;
    const reached = { column: { kind: 'node', ids: this.#node }, rows: undefined } as const;
    return withVector(withVector(single, relationship, followed), node, reached);
  }
}

function withValue(batch: Batch, slot: number, value: Value): Batch {
  return withVector(batch, slot, { column: { kind: 'value', values: [value] }, rows: undefined });
}

/** A cost as the searches compare it. */
export function numberOf(cost: number | bigint | Float): number {
  return cost instanceof Float ? cost.value : Number(cost);
}
