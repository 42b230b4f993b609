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
} from './function-definition.ts';

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
  round: {
    apply: ([value, digits], _context, site) => {
      const number = toFloatNumber(numberArgument(value!, site));
      return new Float(digits === undefined ? Math.round(number) : roundTo(number, countArgument(digits, site), site));
    },
  },
  sign: { apply: ([value], _context, site) => signOf(toFloatNumber(numberArgument(value!, site))) },
  sqrt: toFloat(Math.sqrt),
  exp: toFloat(Math.exp),
  log: toFloat(Math.log),
  log10: toFloat(Math.log10),
  sin: toFloat(Math.sin),
  cos: toFloat(Math.cos),
  tan: toFloat(Math.tan),
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

/**
 * Rounds at a digit after the point, ties away from zero, as Neo4j does when it is given digits. The shift goes by the
 * decimal digits, since 1.005 * 100 is a little less than 100.5.
 */
function roundTo(value: number, digits: number, site: CallSite): number {
  if (digits > ROUND_DIGITS_MAX) throw argumentError(site, `round() takes at most ${ROUND_DIGITS_MAX} digits.`);
  if (!Number.isFinite(value)) return value;
  const [mantissa = '0', exponent = '0'] = Math.abs(value).toString().split('e');
  const shifted = Math.round(Number(`${mantissa}e${Number(exponent) + digits}`));
  if (!Number.isFinite(shifted)) return value;
  const [integer = '0', power = '0'] = shifted.toString().split('e');
  return Math.sign(value) * Number(`${integer}e${Number(power) - digits}`);
}
