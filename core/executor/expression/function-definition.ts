/** What a function is to the compiler, and the checks that functions share. */
import { GraphError, type Position, withPosition } from '../../error.ts';
import { isNumeric, type NumericValue } from '../../value/arithmetic.ts';
import { isList } from '../../value/equality.ts';
import { describe } from '../../value/render.ts';
import type { Value } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';

/** Where a function is called, for its errors. `name` is as the documentation spells it. */
export interface CallSite {
  readonly name: string;
  readonly position: Position;
}

export interface FunctionDefinition {
  /**
   * Its value for these arguments. The array is used again for the next call and must not be kept. No argument is null:
   * a null argument makes the result null without asking, unless the function takes it.
   */
  apply(args: readonly Value[], context: EvaluationContext, site: CallSite): Value;
  /** It is asked for null arguments too. */
  readonly takesNull?: boolean;
  /** Another value at each call, though the arguments are the same. */
  readonly volatile?: boolean;
}

export type FunctionTable = Readonly<Record<string, FunctionDefinition>>;

/** A value that a function does not take. TCK: InvalidArgumentValue, as the type is known only at runtime. */
export function argumentTypeError(site: CallSite, expected: string, value: Value): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `${site.name}() needs ${expected}, but got ${describe(value)}.`,
    { position: site.position, detail: 'InvalidArgumentValue' },
  );
}

/** A value of the right type that lies outside what a function takes. */
export function argumentError(site: CallSite, message: string, detail = 'NumberOutOfRange'): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message, {
    position: site.position,
    detail,
    ...(detail === 'NumberOutOfRange' && { gqlStatus: '22003' }),
  });
}

/** Runs what knows nothing of the statement's text; its failures get the place of the call. */
export function locate<Result>(site: CallSite, run: () => Result): Result {
  return withPosition(site.position, run);
}

export function stringArgument(value: Value, site: CallSite): string {
  if (typeof value === 'string') return value;
  throw argumentTypeError(site, 'a STRING', value);
}

export function numberArgument(value: Value, site: CallSite): NumericValue {
  if (isNumeric(value)) return value;
  throw argumentTypeError(site, 'a number', value);
}

export function listArgument(value: Value, site: CallSite): readonly Value[] {
  if (value !== null && isList(value)) return value;
  throw argumentTypeError(site, 'a LIST', value);
}

/** An INTEGER of 0 or more; one beyond the safe integers is cut down to the greatest of them. */
export function countArgument(value: Value, site: CallSite): number {
  if (typeof value !== 'number' && typeof value !== 'bigint') throw argumentTypeError(site, 'an INTEGER', value);
  if (value < 0) throw argumentError(site, `${site.name}() needs an INTEGER of 0 or more, but got ${value}.`);
  return Math.min(Number(value), Number.MAX_SAFE_INTEGER);
}
