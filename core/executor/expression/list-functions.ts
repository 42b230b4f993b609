/** Functions on lists, and those that take a list or a string. */
import { checkedInteger, ELEMENT_BYTES, LIST_LENGTH_MAX, tooLarge } from '../../value/arithmetic.ts';
import { isList } from '../../value/equality.ts';
import { describe } from '../../value/render.ts';
import type { Value } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';
import {
  argumentError,
  argumentTypeError,
  type CallSite,
  type FunctionTable,
  listArgument,
} from './function-definition.ts';
import { codePointCount, reverseString } from './string-functions.ts';

export const LIST_FUNCTIONS: FunctionTable = {
  size: {
    apply: ([value], _context, site) => {
      if (typeof value === 'string') return codePointCount(value);
      if (value !== undefined && value !== null && isList(value)) return value.length;
      throw argumentTypeError(site, 'a LIST or a STRING', value!);
    },
  },
  head: { apply: ([list], _context, site) => listArgument(list!, site)[0] ?? null },
  last: { apply: ([list], _context, site) => listArgument(list!, site).at(-1) ?? null },
  tail: {
    apply: ([list], context, site) => {
      const elements = listArgument(list!, site);
      context.spend(elements.length);
      context.make(ELEMENT_BYTES * elements.length);
      return elements.slice(1);
    },
  },
  reverse: {
    apply: ([value], context, site) => {
      if (typeof value === 'string') return reverseString(value);
      const elements = listArgument(value!, site);
      context.spend(elements.length);
      context.make(ELEMENT_BYTES * elements.length);
      return elements.toReversed();
    },
  },
  range: { apply: ([start, end, step], context, site) => range({ start: start!, end: end!, step }, context, site) },
};

/** The INTEGERs from `start` to `end`, both included, in steps that may go down. */
function range(
  bounds: { start: Value; end: Value; step: Value | undefined },
  context: EvaluationContext,
  site: CallSite,
): readonly Value[] {
  const start = rangeBound(bounds.start, site);
  const end = rangeBound(bounds.end, site);
  const step = bounds.step === undefined ? 1 : rangeBound(bounds.step, site);
  if (step === 0) throw argumentError(site, 'The step of range() must not be 0.');
  if (step > 0 ? end < start : end > start) return [];
  const steps = (BigInt(end) - BigInt(start)) / BigInt(step);
  if (steps >= BigInt(LIST_LENGTH_MAX)) throw tooLarge('list', LIST_LENGTH_MAX, site.position);
  const length = Number(steps) + 1;
  context.spend(length);
  context.make(ELEMENT_BYTES * length);
  const values: Value[] = new Array(length);
  if (typeof start === 'number' && typeof step === 'number' && typeof end === 'number') {
    for (let i = 0; i < length; i++) values[i] = start + i * step;
  } else {
    for (let i = 0; i < length; i++) values[i] = checkedInteger(BigInt(start) + BigInt(i) * BigInt(step));
  }
  return values;
}

/** TCK: an ArgumentError, not a TypeError, for a bound that is not an INTEGER. */
function rangeBound(value: Value, site: CallSite): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw argumentError(site, `range() needs INTEGERs, but got ${describe(value)}.`, 'InvalidArgumentType');
}
