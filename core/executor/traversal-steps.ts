/** What all traversals share: which steps lead on from a node, and how the paths that they find are told. */
import { Expansion } from '../graph/result-lists.ts';
import type { PathReference, Value } from '../value/value.ts';
import { type ExpansionSpec, typeTokens } from './adjacency.ts';
import type { Batch } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { type PropertyCondition, StepConditions } from './step-conditions.ts';
import { StepFunction, type StepFunctionSpec, type TraversalStep } from './step-function.ts';

export interface TraversalSpec extends ExpansionSpec {
  readonly min: number;
  readonly max: number;
  readonly properties: readonly PropertyCondition[];
  readonly filter: StepFunctionSpec | undefined;
  readonly weight: StepFunctionSpec | undefined;
}

/** Where a traversal of one row starts, and where it is to end if that is known. */
export interface TraversalEnds {
  readonly row: number;
  readonly from: number;
  readonly to: number | undefined;
}

export interface TraversedPath {
  readonly end: number;
  /** From the first to the last. */
  readonly relationships: readonly number[];
  readonly cost: Value;
}

/** What a search has found out about how it came to a node. */
export interface Arrival {
  readonly path: () => PathReference;
  readonly cost: () => Value;
}

export class TraversalSteps {
  readonly #spec: TraversalSpec;
  readonly #conditions: StepConditions;
  readonly #filter: StepFunction | undefined;
  readonly #weight: StepFunction | undefined;
  readonly #expansion = new Expansion();
  #types: readonly number[] = [];

  constructor(spec: TraversalSpec) {
    this.#spec = spec;
    this.#conditions = new StepConditions({ properties: spec.properties, steps: [] });
    this.#filter = spec.filter && new StepFunction(spec.filter);
    this.#weight = spec.weight && new StepFunction(spec.weight);
  }

  get min(): number {
    return this.#spec.min;
  }

  get max(): number {
    return this.#spec.max;
  }

  /** Takes the batch for whose rows there will be searches. */
  prepare(batch: Batch, context: ExecutionContext): void {
    this.#types = typeTokens(this.#spec, context.tokens);
    this.#conditions.prepare(batch, context);
    this.#filter?.prepare(batch);
    this.#weight?.prepare(batch);
  }

  /** Calls `take` for each step that may be followed from a node. It may look at the graph, but not for steps. */
  each(
    from: { readonly row: number; readonly node: number; readonly arrival: Arrival },
    context: ExecutionContext,
    take: (step: TraversalStep) => void,
  ): void {
    const { row, node, arrival } = from;
    for (const type of this.#types) {
      context.view.expand(node, this.#spec.direction, type, this.#expansion);
      const { neighbours, relationships, count } = this.#expansion;
      context.charge(count + 1);
      for (let i = 0; i < count; i++) {
        const step = { row, relationship: relationships[i]!, node: neighbours[i]!, ...arrival };
        if (!this.#conditions.relationshipHolds(step.relationship, row, context)) continue;
        if (this.#filter === undefined || this.#filter.holds(step, context)) take(step);
      }
    }
  }

  /** What a step costs; 1 without a weight. */
  costOf(step: TraversalStep, context: ExecutionContext): ReturnType<StepFunction['cost']> {
    return this.#weight === undefined ? 1 : this.#weight.cost(step, context);
  }
}
