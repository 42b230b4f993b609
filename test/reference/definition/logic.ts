/** Three-valued logic. */
import { isList } from '../../../core/value/equality.ts';
import type { Value } from '../../../core/value/value.ts';
import { typeError } from './evaluation.ts';

export type Truth = boolean | null;

export function truth(value: Value): Truth {
  if (value === null || typeof value === 'boolean') return value;
  throw typeError('This must be a BOOLEAN.');
}

export function not(operand: Truth): Truth {
  return operand === null ? null : !operand;
}

export function xor(left: Truth, right: Truth): Truth {
  return left === null || right === null ? null : left !== right;
}

/** AND of many: false if one is, else unknown if one is. */
export function every(truths: readonly Truth[]): Truth {
  if (truths.includes(false)) return false;
  return truths.includes(null) ? null : true;
}

/** OR of many. */
export function some(truths: readonly Truth[]): Truth {
  return not(every(truths.map(not)));
}

/** Whether exactly one is true. */
export function single(truths: readonly Truth[]): Truth {
  const count = truths.filter((one) => one === true).length;
  if (count > 1) return false;
  return truths.includes(null) ? null : count === 1;
}

/** Elements of a value that must be a list, or null. */
export function elementsOf(value: Value): readonly Value[] | null {
  if (value === null || isList(value)) return value;
  throw typeError('This must be a LIST.');
}
