/** Properties of one entity in flat arrays, as deltas and snapshots hold them: how many, then each key with its value. */
import { packStoredValue } from '../value/codec.ts';
import type { StoredValue } from '../value/value.ts';
import type { SlotReader } from './slot-reader.ts';

/** `values[i]` stands under `keys[i]`. */
export interface PackedProperties {
  readonly keys: readonly number[];
  readonly values: readonly StoredValue[];
}

export function packProperties({ keys, values }: PackedProperties, slots: unknown[]): void {
  slots.push(keys.length);
  for (let i = 0; i < keys.length; i += 1) slots.push(keys[i], packStoredValue(values[i]!));
}

/** The inverse of packProperties. */
export function unpackProperties(slots: SlotReader): PackedProperties {
  const keys: number[] = [];
  const values: StoredValue[] = [];
  for (let left = slots.id(); left > 0; left--) {
    keys.push(slots.id());
    values.push(slots.storedValue());
  }
  return { keys, values };
}
