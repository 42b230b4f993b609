/** Labels and types for each row, of which some may be worked out: `n:A:$(expression)`. */
import { GraphError, type Position } from '../error.ts';
import { isList } from '../value/equality.ts';
import { describe } from '../value/render.ts';
import type { Value } from '../value/value.ts';
import type { Batch } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';

export interface CompiledName {
  readonly value: CompiledExpression;
  readonly position: Position;
}

/** The names that expressions come to for a row, each once. Errors: TypeError for what is no STRING, nor a list of them. */
export function namesAt(
  names: readonly CompiledName[],
  batch: Batch,
  row: number,
  context: ExecutionContext,
): readonly string[] {
  const found = new Set<string>();
  for (const { value, position } of names) {
    const given = value.valueAt(batch, row, context);
    for (const name of given !== null && isList(given) ? given : [given]) found.add(checkedName(name, position));
  }
  return [...found];
}

function checkedName(name: Value, position: Position): string {
  if (typeof name === 'string' && name !== '') return name;
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `A label or type is a STRING that is not empty, not ${describe(name)}.`,
    { position, detail: 'InvalidArgumentType' },
  );
}
