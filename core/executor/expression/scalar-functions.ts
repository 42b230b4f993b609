/** Conversions between scalar types, the statement's time, and identifiers made up at random. */
import { checkedInteger } from '../../value/arithmetic.ts';
import { equals, isList, isMap } from '../../value/equality.ts';
import { render, renderFloat } from '../../value/render.ts';
import { PointValue } from '../../value/spatial/point-value.ts';
import { formatTemporal } from '../../value/temporal/format.ts';
import { isTemporalOrDuration } from '../../value/temporal/temporal-value.ts';
import { Float, type Value } from '../../value/value.ts';
import { argumentTypeError, type CallSite, type FunctionTable } from './function-definition.ts';
import { valueTypeOf } from './type-test.ts';

const INTEGER_TEXT = /^[+-]?\d+$/;
const FLOAT_TEXT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|Infinity|NaN)$/;

/** Digits that an INTEGER's text has at most; longer text is read as a FLOAT, so no huge number is ever built. */
const INTEGER_TEXT_LENGTH_MAX = 40;

export const SCALAR_FUNCTIONS: FunctionTable = {
  tointeger: { apply: ([value], _context, site) => toInteger(value!, site) },
  tofloat: { apply: ([value], _context, site) => toFloat(value!, site) },
  tostring: { apply: ([value], _context, site) => toText(value!, site) },
  toboolean: { apply: ([value], _context, site) => toBoolean(value!, site) },
  nullif: {
    apply: ([value, other]) => (equals(value!, other!) === true ? null : value!),
    takesNull: true,
  },
  valuetype: { apply: ([value], context) => valueTypeOf(value!, context), takesNull: true },
  isempty: {
    apply: ([value], _context, site) => {
      if (typeof value === 'string' || (value !== null && isList(value!))) return value!.length === 0;
      if (isMap(value!)) return value.size === 0;
      throw argumentTypeError(site, 'a LIST, a MAP or a STRING', value!);
    },
  },
  timestamp: { apply: (_args, context) => context.nowMs },
  randomuuid: { apply: (_args, context) => uuid(context.random), volatile: true },
};

/** Text that is no number gives null. A fraction is cut off. */
function toInteger(value: Value, site: CallSite): Value {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value instanceof Float) return truncate(value.value, site);
  if (typeof value !== 'string') throw argumentTypeError(site, 'a number, a STRING or a BOOLEAN', value);
  const text = value.trim();
  if (INTEGER_TEXT.test(text) && text.length <= INTEGER_TEXT_LENGTH_MAX) {
    return checkedInteger(BigInt(text.startsWith('+') ? text.slice(1) : text), site.position);
  }
  return FLOAT_TEXT.test(text) ? truncate(Number(text), site) : null;
}

/** NaN and the infinities are no INTEGER: null. */
function truncate(value: number, site: CallSite): Value {
  return Number.isFinite(value) ? checkedInteger(BigInt(Math.trunc(value)), site.position) : null;
}

/** Text that is no number gives null. */
function toFloat(value: Value, site: CallSite): Value {
  if (value instanceof Float) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return new Float(Number(value));
  if (typeof value !== 'string') throw argumentTypeError(site, 'a number or a STRING', value);
  const text = value.trim();
  return FLOAT_TEXT.test(text) ? new Float(Number(text)) : null;
}

function toText(value: Value, site: CallSite): Value {
  if (typeof value === 'string') return value;
  if (value instanceof Float) return renderFloat(value.value);
  if (isTemporalOrDuration(value)) return formatTemporal(value);
  if (value instanceof PointValue) return render(value);
  if (typeof value === 'object') {
    throw argumentTypeError(site, 'a number, a STRING, a BOOLEAN, a POINT or a temporal value', value);
  }
  return String(value);
}

/** Text other than true and false, in any case, gives null. 0 is false, every other INTEGER true. */
function toBoolean(value: Value, site: CallSite): Value {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Number(value) !== 0;
  if (typeof value !== 'string') throw argumentTypeError(site, 'a BOOLEAN, a STRING or an INTEGER', value);
  const text = value.trim().toLowerCase();
  if (text === 'true') return true;
  return text === 'false' ? false : null;
}

/** A version 4 UUID, RFC 9562. */
function uuid(random: () => number): string {
  const digits: string[] = [];
  for (let i = 0; i < 32; i++) {
    let digit = Math.floor(random() * 16);
    if (i === 12) digit = 4;
    if (i === 16) digit = 8 + (digit % 4);
    digits.push(digit.toString(16));
    if (i === 7 || i === 11 || i === 15 || i === 19) digits.push('-');
  }
  return digits.join('');
}
