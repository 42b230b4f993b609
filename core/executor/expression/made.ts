/** Values that are made on the way to another: they are garbage once it is there. */
import { heldBytes } from '../../value/held-bytes.ts';
import type { Value } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';

/** Of all that was made since `madeBefore`, the value alone is kept. */
export function keepOnly(value: Value, madeBefore: number, context: EvaluationContext): void {
  context.madeBytes = madeBefore;
  if (typeof value === 'string' || (typeof value === 'object' && value !== null)) context.make(heldBytes(value));
}
