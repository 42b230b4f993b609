import type { Batch, Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';

/**
 * A physical operator. It keeps its state in fields, so that it can go on after a pause, and lives for one execution.
 * Rows for one row of the input follow each other in the order of the input, except where an operator sorts or groups.
 */
export interface Operator {
  /** The next rows (never none, at most BATCH_ROWS), PAUSE when the slice's work is spent, or END for good. */
  next(context: ExecutionContext): Batch | Signal;
}

/** Makes the operators of a plan for one execution. `argument`: what the plan's Argument gives; only subplans have one. */
export type OperatorFactory = (argument: Batch | undefined) => Operator;
