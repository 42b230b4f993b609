import { describe, expect, test } from 'vitest';
import { ColumnMemory } from '../../../core/graph/column-memory.ts';

const SLAB_BYTES = 1024;

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
