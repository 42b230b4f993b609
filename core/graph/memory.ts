/**
 * Memory is counted, not measured: no clock and no garbage collector has a say, so that a limit strikes at the same
 * place on every run. The constants are what V8 with pointer compression takes, rounded up.
 */

/** Bytes that one store holds. Every part of the store adds to it what it allocates and takes off what it drops. */
export interface MemoryCounter {
  bytes: number;
}

/** A typed array beside its content: the array, its buffer and the backing store. */
export const TYPED_ARRAY_BYTES = 224;

/** One entry of a Map, its slack included. */
export const MAP_ENTRY_BYTES = 36;

/** One slot of a growing array, its slack included. */
export const ARRAY_SLOT_BYTES = 6;

/** A small object with a handful of fields. */
export const OBJECT_BYTES = 48;

const STRING_HEADER_BYTES = 20;

/** What a string takes: one byte a character while all are Latin-1, else two. */
export function stringBytes(text: string): number {
  for (let position = 0; position < text.length; position += 1) {
    if (text.charCodeAt(position) > 0xff) return STRING_HEADER_BYTES + 2 * text.length;
  }
  return STRING_HEADER_BYTES + text.length;
}
