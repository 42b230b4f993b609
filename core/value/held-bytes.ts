/** What values take in memory. */
import type { Value } from './value.ts';

/** Estimated bytes of a value that is held. */
export function heldBytes(value: Value): number {
  switch (typeof value) {
    case 'string':
      return 24 + value.length * 2;
    case 'object':
      return value === null ? 8 : heldObjectBytes(value);
    default:
      return 16;
  }
}

function heldObjectBytes(value: Exclude<Value, null | string | number | bigint | boolean>): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item: Value) => sum + heldBytes(item), 40);
  if (!(value instanceof Map)) return 40;
  let sum = 64;
  for (const [key, item] of value) sum += 64 + key.length * 2 + heldBytes(item);
  return sum;
}
