/** How many bytes a value holds, estimated, so that what a statement keeps can be bounded. */
import { isList, isMap } from './equality.ts';
import { PointValue } from './spatial/point-value.ts';
import { isTemporalOrDuration } from './temporal/temporal-value.ts';
import { Float, PathReference, type Value } from './value.ts';

/** A small object with a field or two, such as a boxed FLOAT or a reference. */
const OBJECT_BYTES = 16;

/** A temporal value or a point. The names of zones are shared. */
const WIDE_OBJECT_BYTES = 48;

/** A slot of an array. */
const SLOT_BYTES = 8;

/** An array or string beside its elements. */
const HEADER_BYTES = 24;

/** An entry of a Map, its slack included. */
const ENTRY_BYTES = 36;

/** Bytes of a value beside the slot that it stands in. Strings count in full, though several values may share one. */
export function estimatedBytes(value: Value): number {
  switch (typeof value) {
    case 'number':
    case 'boolean':
      return 0;
    case 'bigint':
      return OBJECT_BYTES;
    case 'string':
      return HEADER_BYTES + value.length;
    default:
      return value === null ? 0 : objectBytes(value);
  }
}

function objectBytes(value: Exclude<Value, null>): number {
  if (value instanceof Float) return OBJECT_BYTES;
  if (isList(value)) {
    return value.reduce<number>((bytes, element) => bytes + SLOT_BYTES + estimatedBytes(element), HEADER_BYTES);
  }
  if (isMap(value)) {
    let bytes = HEADER_BYTES;
    for (const [key, entry] of value) bytes += ENTRY_BYTES + key.length + estimatedBytes(entry);
    return bytes;
  }
  if (isTemporalOrDuration(value) || value instanceof PointValue) return WIDE_OBJECT_BYTES;
  return value instanceof PathReference ? 2 * HEADER_BYTES + SLOT_BYTES * 2 * value.nodes.length : OBJECT_BYTES;
}
