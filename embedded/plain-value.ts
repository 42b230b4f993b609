/** Plain JavaScript values become the engine's. */
import { Float, type Value } from '../core/value/value.ts';

/** A plain value as the engine has it. Errors: TypeError for what is no value of Cypher. */
export function toValue(plain: unknown): Value {
  switch (typeof plain) {
    case 'number':
      return Number.isSafeInteger(plain) ? plain : new Float(plain);
    case 'string':
    case 'boolean':
    case 'bigint':
      return plain;
    case 'undefined':
      return null;
    case 'object':
      return plain === null ? null : ofObject(plain);
    default:
      throw new TypeError(`a ${typeof plain} is no value of Cypher`);
  }
}

function ofObject(plain: object): Value {
  if (plain instanceof Float) return plain;
  if (Array.isArray(plain)) return plain.map(toValue);
  const entries = plain instanceof Map ? [...plain] : Object.entries(plain);
  return new Map(entries.map(([key, value]) => [String(key), toValue(value)]));
}
