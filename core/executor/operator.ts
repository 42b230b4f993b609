import type { Batch, Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';

/**
 * A physical operator. It keeps its state in fields, so that it can go on after a pause.
 * Rows for one row of the input follow each other in the order of the input, except where an operator sorts or groups.
 */
export interface Operator {
  /** The next rows (never none, at most BATCH_ROWS), PAUSE when the slice's work is spent, or END for good. */
  next(context: ExecutionContext): Batch | Signal;
  /**
   * Whether neither the operator nor its inputs hold columns between two calls of `next`, so that those of a batch can be taken
   * back as soon as it has been used. One without it may hold some.
   */
  readonly holdsNoColumns?: boolean;
  /**
   * Makes the operator and its inputs as they were when they were built, holding nothing, so that they can be used for another
   * execution: it has come to its end, or is read no further. False when one of them cannot be; one without this method cannot.
   */
  reset?(): boolean;
}

/** Makes the operators of a plan for one execution. `argument`: what the plan's Argument gives; only subplans have one. */
export type OperatorFactory = (argument: Batch | undefined) => Operator;
