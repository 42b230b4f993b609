/** Conversions that never fail: what cannot be converted is null, alone or in a list. */

import { GraphError } from '../../error.ts';
import { ELEMENT_BYTES } from '../../value/arithmetic.ts';
import type { Value } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';
import { type CallSite, type FunctionDefinition, type FunctionTable, listArgument } from './function-definition.ts';
import { SCALAR_FUNCTIONS } from './scalar-functions.ts';

function converted(conversion: FunctionDefinition, value: Value, context: EvaluationContext, site: CallSite): Value {
  if (value === null) return null;
  try {
    return conversion.apply([value], context, site);
  } catch (error) {
    if (error instanceof GraphError) return null;
    throw error;
  }
}

/** `toIntegerOrNull` and `toIntegerList`, made of `toInteger`; and the same for the other types. */
export const CONVERSION_FUNCTIONS: FunctionTable = Object.fromEntries(
  ['toboolean', 'tofloat', 'tointeger', 'tostring'].flatMap((name): [string, FunctionDefinition][] => {
    const conversion = SCALAR_FUNCTIONS[name]!;
    const orNull: FunctionDefinition = {
      apply: ([value], context, site) => converted(conversion, value!, context, site),
    };
    const ofList: FunctionDefinition = {
      apply: ([list], context, site) => {
        const items = listArgument(list!, site);
        context.spend(items.length);
        context.make(ELEMENT_BYTES * items.length);
        return items.map((item) => converted(conversion, item, context, site));
      },
    };
    return [
      [`${name}ornull`, orNull],
      [`${name}list`, ofList],
    ];
  }),
);
