/** Functions on numbers. Those that are not closed over the INTEGERs give a FLOAT, NaN where there is no result. */
import { checkedInteger, toFloatNumber } from '../../value/arithmetic.ts';
import { Float, type Value } from '../../value/value.ts';
import {
  argumentError,
  type CallSite,
  countArgument,
  type FunctionDefinition,
  type FunctionTable,
  numberArgument,
  stringArgument,
} from './function-definition.ts';
import { isRoundingMode, ROUNDING_MODES, roundTo } from './rounding.ts';

/** Digits after the point beyond which a FLOAT is not rounded: it has none there. */
const ROUND_DIGITS_MAX = 300;

/** A function from a number to a FLOAT. */
function toFloat(apply: (value: number) => number): FunctionDefinition {
  return { apply: ([value], _context, site) => new Float(apply(toFloatNumber(numberArgument(value!, site)))) };
}

export const MATH_FUNCTIONS: FunctionTable = {
  abs: { apply: ([value], _context, site) => absolute(value!, site) },
  ceil: toFloat(Math.ceil),
  floor: toFloat(Math.floor),
  round: { apply: (args, _context, site) => round(args, site) },
  sign: { apply: ([value], _context, site) => signOf(toFloatNumber(numberArgument(value!, site))) },
  sqrt: toFloat(Math.sqrt),
  exp: toFloat(Math.exp),
  log: toFloat(Math.log),
  log10: toFloat(Math.log10),
  sin: toFloat(Math.sin),
  cos: toFloat(Math.cos),
  tan: toFloat(Math.tan),
  cot: toFloat((value) => 1 / Math.tan(value)),
  asin: toFloat(Math.asin),
  acos: toFloat(Math.acos),
  atan: toFloat(Math.atan),
  atan2: {
    apply: ([y, x], _context, site) =>
      new Float(Math.atan2(toFloatNumber(numberArgument(y!, site)), toFloatNumber(numberArgument(x!, site)))),
  },
  sinh: toFloat(Math.sinh),
  cosh: toFloat(Math.cosh),
  tanh: toFloat(Math.tanh),
  coth: toFloat((value) => 1 / Math.tanh(value)),
  degrees: toFloat((value) => (value * 180) / Math.PI),
  radians: toFloat((value) => (value * Math.PI) / 180),
  haversin: toFloat((value) => (1 - Math.cos(value)) / 2),
  isnan: { apply: ([value], _context, site) => Number.isNaN(toFloatNumber(numberArgument(value!, site))) },
  pi: { apply: () => new Float(Math.PI) },
  e: { apply: () => new Float(Math.E) },
  rand: { apply: (_args, context) => new Float(context.random()), volatile: true },
};

function absolute(value: Value, site: CallSite): Value {
  const number = numberArgument(value, site);
  if (number instanceof Float) return new Float(Math.abs(number.value));
  if (number >= 0) return number;
  return typeof number === 'number' ? -number : checkedInteger(-number, site.position);
}

/** -1, 0 or 1; 0 for NaN. */
function signOf(value: number): number {
  if (value > 0) return 1;
  return value < 0 ? -1 : 0;
}

/** round(x), to the nearest INTEGER and up from the middle; round(x, digits), away from zero; round(x, digits, mode). */
function round(args: readonly Value[], site: CallSite): Float {
  const [value, digitsGiven, mode = 'HALF_UP'] = args;
  const number = toFloatNumber(numberArgument(value!, site));
  if (digitsGiven === undefined) return new Float(Math.round(number));
  const digits = countArgument(digitsGiven, site);
  if (digits > ROUND_DIGITS_MAX) throw argumentError(site, `round() takes at most ${ROUND_DIGITS_MAX} digits.`);
  const name = stringArgument(mode, site).toUpperCase();
  if (isRoundingMode(name)) return new Float(roundTo(number, digits, name));
  throw argumentError(site, `The modes of round() are ${ROUNDING_MODES.join(', ')}.`, 'InvalidArgumentValue');
}
