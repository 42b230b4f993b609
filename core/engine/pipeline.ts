/** The operators of a plan, kept from one execution to the next: making them takes longer than a small statement runs. */
import type { Batch } from '../executor/batch.ts';
import { ExecutionContext, type ExecutionContextFields } from '../executor/context.ts';
import type { Operator, OperatorFactory } from '../executor/operator.ts';
import { Holdings } from './holdings.ts';

/** A plan's operators, and what they run in. It serves one execution after the other, never two at once. */
export class Pipeline {
  readonly root: Operator;
  readonly context: ExecutionContext;
  readonly holdings = new Holdings();
  /** Rows of a statement that writes: their records are made at its end, when the entities are as they will be. */
  readonly waiting: Batch[] = [];
  /** How many of those that wait have been made into records. */
  recorded = 0;

  constructor(root: Operator, context: ExecutionContext) {
    this.root = root;
    this.context = context;
  }
}

/** The pipelines of one plan: at most one is kept, and executions that run in turns have others of their own. */
export class PipelinePool {
  readonly #operators: OperatorFactory;
  readonly #context: ExecutionContextFields;
  #idle: Pipeline | undefined;

  constructor(operators: OperatorFactory, context: ExecutionContextFields) {
    this.#operators = operators;
    this.#context = context;
  }

  /** One that nobody else uses until it is given back. */
  take(): Pipeline {
    const idle = this.#idle;
    this.#idle = undefined;
    return idle ?? new Pipeline(this.#operators(undefined), new ExecutionContext(this.#context));
  }

  /** Takes a pipeline back whose execution has come to its end. One that has failed is not given back: nobody knows how it was left. */
  giveBack(pipeline: Pipeline): void {
    pipeline.context.end();
    pipeline.waiting.length = 0;
    pipeline.recorded = 0;
    if (this.#idle === undefined && pipeline.root.reset?.() === true) this.#idle = pipeline;
  }
}
