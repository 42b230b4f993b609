import { describe, expect, test } from 'vitest';
import { ColumnMemory } from '../../../core/graph/column-memory.ts';

const SLAB_BYTES = 1024;
/** So many integers, and half as many floats, fill a quarter of a slab. */
const QUARTER = SLAB_BYTES / 4 / Int32Array.BYTES_PER_ELEMENT;

describe('column memory', () => {
  test.each([0, 1, 16, 17, 64, 65, 5000])('gives %i zeros, however often it is asked', (length) => {
    const memory = new ColumnMemory(SLAB_BYTES);

    for (let round = 0; round < 40; round++) {
      const integers = memory.integers(length);
      const floats = memory.floats(length);

      expect(Array.from(integers)).toEqual(new Array(length).fill(0));
      expect(Array.from(floats)).toEqual(new Array(length).fill(0));
      integers.fill(-1);
      floats.fill(-1);
    }
  });

  test('never gives the same place twice', () => {
    const memory = new ColumnMemory(SLAB_BYTES);
    const lengths = Array.from({ length: 300 }, (_, i) => (i * 7) % 90);

    const integers = lengths.map((length, i) => memory.integers(length).fill(i));
    const floats = lengths.map((length, i) => memory.floats(length).fill(i));

    lengths.forEach((length, i) => {
      expect(Array.from(integers[i]!)).toEqual(new Array(length).fill(i));
      expect(Array.from(floats[i]!)).toEqual(new Array(length).fill(i));
    });
  });

  test('holds no more than a slab for a column that is kept', () => {
    const memory = new ColumnMemory(SLAB_BYTES);

    const kept = [17, 30, 64, 65, 1000].map((length) => memory.integers(length));

    for (const column of kept) {
      expect(column.buffer.byteLength).toBeLessThanOrEqual(Math.max(SLAB_BYTES, column.byteLength));
    }
  });

  test.each([3, 64, 65, 90])('copies the first %i numbers', (length) => {
    const source = Int32Array.from({ length: 90 }, (_, i) => i + 1);

    const copy = new ColumnMemory(SLAB_BYTES).copyOf(source, length);
    source.fill(0);

    expect(Array.from(copy)).toEqual(Array.from({ length }, (_, i) => i + 1));
  });
});

describe('what is taken back', () => {
  test('is used again, and is all 0 then', () => {
    const memory = new ColumnMemory(SLAB_BYTES);
    const kept = memory.integers(QUARTER).fill(1);
    const mark = memory.mark();
    const integers = memory.integers(QUARTER).fill(2);
    const floats = memory.floats(QUARTER / 2).fill(3);

    memory.takeBack(mark);

    const again = memory.integers(QUARTER);
    expect(again.byteOffset).toBe(integers.byteOffset);
    expect(again.buffer).toBe(integers.buffer);
    expect(memory.floats(QUARTER / 2).byteOffset).toBe(floats.byteOffset);
    expect(again.every((number) => number === 0)).toBe(true);
    expect(floats.every((number) => number === 0)).toBe(true);
    expect(kept.every((number) => number === 1)).toBe(true);
  });

  test('is all of a slab that was begun since', () => {
    const memory = new ColumnMemory(SLAB_BYTES);
    const kept = Array.from({ length: 3 }, () => memory.integers(QUARTER).fill(1));
    const mark = memory.mark();
    memory.integers(QUARTER);
    const second = memory.integers(QUARTER).fill(2);

    memory.takeBack(mark);

    const again = memory.integers(QUARTER);
    expect(again.buffer).toBe(second.buffer);
    expect(again.byteOffset).toBe(0);
    expect(again.every((number) => number === 0)).toBe(true);
    expect(kept.every((column) => column.every((number) => number === 1))).toBe(true);
  });

  test.each([1, 3, 4, 5])(
    'is overwritten where that is wanted, over %i columns, and what stood before it is not',
    (count) => {
      const memory = new ColumnMemory(SLAB_BYTES);
      memory.spoils = true;
      const kept = memory.integers(QUARTER).fill(1);
      const keptFloats = memory.floats(QUARTER / 2).fill(1);
      const mark = memory.mark();
      const stale = Array.from({ length: count }, () => memory.integers(QUARTER).fill(2));
      const staleFloats = Array.from({ length: count }, () => memory.floats(QUARTER / 2).fill(2));

      memory.takeBack(mark);

      for (const column of [...stale, ...staleFloats]) expect(column.some((number) => number === 2)).toBe(false);
      expect([...kept, ...keptFloats].every((number) => number === 1)).toBe(true);
      expect(memory.integers(QUARTER).every((number) => number === 0)).toBe(true);
    },
  );

  test('of more and of less than before is never shown to the next', () => {
    const memory = new ColumnMemory(SLAB_BYTES);
    for (const length of [30, 20, 60, 40, 64]) {
      const mark = memory.mark();
      const [one, two] = [memory.integers(length), memory.integers(20)];
      expect([...one, ...two].every((number) => number === 0)).toBe(true);
      one.fill(7);
      two.fill(8);
      memory.takeBack(mark);
    }
  });
});
