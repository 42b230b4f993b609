import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCH_COLUMNS } from '../../../core/graph/column-memory.ts';
import { PropertyColumn } from '../../../core/graph/property-column.ts';
import { Float, type StoredValue } from '../../../core/value/value.ts';

const integer = fc.oneof(fc.integer(), fc.maxSafeInteger());
const float = fc.double().map((value) => new Float(value));
const text = fc.string();
const any = fc.oneof<fc.Arbitrary<StoredValue>[]>(integer, float, text, fc.boolean(), fc.array(integer));

describe('a column', () => {
  test.each<{ kind: string; values: fc.Arbitrary<StoredValue>; idMax: number }>([
    { kind: 'integers', values: integer, idMax: 3000 },
    { kind: 'floats', values: float, idMax: 3000 },
    { kind: 'booleans', values: fc.boolean(), idMax: 600 },
    { kind: 'strings', values: text, idMax: 600 },
    { kind: 'mixed values', values: any, idMax: 600 },
  ])('gives back the $kind that it was given, sparse or dense', ({ values, idMax }) => {
    const change = fc.record({ id: fc.nat(idMax), value: fc.option(values, { nil: null, freq: 6 }) });
    fc.assert(
      fc.property(fc.array(change, { size: 'max', maxLength: 1200 }), (changes) => {
        const column = new PropertyColumn({ bytes: 0 });
        const model = new Map<number, StoredValue>();

        for (const { id, value } of changes) {
          if (value === null) column.delete(id);
          else column.set(id, value);
          if (value === null) model.delete(id);
          else model.set(id, value);
        }

        for (let id = 0; id <= idMax; id += 1) {
          const value = column.get(id);
          if (!same(value, model.get(id) ?? null)) expect({ id, value }).toEqual({ id, value: model.get(id) ?? null });
        }
      }),
      { numRuns: 10 },
    );
  });

  test.each<{ pages: string; values: (id: number) => StoredValue | null; kind: string }>([
    { pages: 'full pages of small integers', values: (id) => id * 3, kind: 'integer' },
    { pages: 'pages of small and of large integers', values: (id) => (id < 1500 ? id : 2 ** 40 + id), kind: 'integer' },
    { pages: 'a page that is not full', values: (id) => (id < 2000 ? id : null), kind: 'value' },
    { pages: 'integers and a float', values: (id) => (id === 1999 ? new Float(1.5) : id), kind: 'value' },
    { pages: 'texts', values: (id) => `text ${id % 5}`, kind: 'value' },
  ])('gathers from $pages', ({ values, kind }) => {
    const column = new PropertyColumn({ bytes: 0 });
    const ids = Array.from({ length: 2048 }, (_, at) => (at * 1027) % 2048);
    for (const id of ids) {
      const value = values(id);
      if (value !== null) column.set(id, value);
    }

    const gathered = column.gather(Int32Array.from(ids), ids.length, BATCH_COLUMNS);

    expect(gathered.kind).toBe(kind);
    expect(Array.from(gathered.values)).toEqual(ids.map(values));
  });

  test.each<{ change: string; value: StoredValue | null }>([
    { change: 'is taken away', value: null },
    { change: 'becomes another', value: 7 },
    { change: 'becomes a large integer', value: 2 ** 40 },
    { change: 'becomes a text', value: 'text' },
  ])('gathers from a full page that it has gathered from before, of which a value $change', ({ value }) => {
    const column = new PropertyColumn({ bytes: 0 });
    const ids = Array.from({ length: 2048 }, (_, id) => id);
    for (const id of ids) column.set(id, id);
    column.gather(Int32Array.from(ids), ids.length, BATCH_COLUMNS);

    if (value === null) column.delete(1500);
    else column.set(1500, value);

    const { values } = column.gather(Int32Array.from(ids), ids.length, BATCH_COLUMNS);
    expect(Array.from(values)).toEqual(ids.map((id) => (id === 1500 ? value : id)));
  });

  test('counts as much memory after it has been emptied as before it was filled', () => {
    const memory = { bytes: 0 };
    const column = new PropertyColumn(memory);
    const values: StoredValue[] = [1, 2 ** 40, new Float(0.5), 'text', 'ż', true, [1, 'a'], 2n ** 60n];
    const fillAndEmpty = () => {
      for (let id = 0; id < 3000; id += 1) column.set(id, values[(id >>> 8) % values.length]!);
      for (let id = 0; id < 3000; id += 1) column.set(id, values[id % values.length]!);
      for (let id = 0; id < 3000; id += 1) column.delete(id);
      return memory.bytes;
    };

    const before = fillAndEmpty();

    expect(fillAndEmpty()).toBe(before);
    expect(before).toBeLessThan(1000);
  });

  test('takes at most ten bytes for a small integer', () => {
    const memory = { bytes: 0 };
    const column = new PropertyColumn(memory);

    for (let id = 0; id < 100_000; id += 1) column.set(id, id % 100);

    expect(memory.bytes / 100_000).toBeLessThan(10);
  });

  test('stays small when few entities have the property', () => {
    const memory = { bytes: 0 };
    const column = new PropertyColumn(memory);

    for (let id = 0; id < 100_000; id += 10) column.set(id, id);

    expect(memory.bytes / 10_000).toBeLessThan(20);
  });
});

describe('gathering', () => {
  test.each<{ values: (StoredValue | null)[]; kind: string }>([
    { values: [1, 2 ** 40, 3], kind: 'integer' },
    { values: [new Float(1), new Float(2)], kind: 'float' },
    { values: [1, new Float(2)], kind: 'value' },
    { values: [1, null], kind: 'value' },
    { values: ['a', 'b'], kind: 'value' },
    { values: [2n ** 60n, 1], kind: 'value' },
    { values: [], kind: 'value' },
  ])('$values gives a column of kind $kind', ({ values, kind }) => {
    const column = new PropertyColumn({ bytes: 0 });
    values.forEach((value, row) => {
      if (value !== null) column.set(row * 700, value);
    });
    const ids = Int32Array.from(values, (_, row) => row * 700);

    const gathered = column.gather(ids, ids.length, BATCH_COLUMNS);

    expect(gathered.kind).toBe(kind);
    if (gathered.kind === 'value') expect(gathered.values).toEqual(values);
    else expect([...gathered.values]).toEqual(values.map((value) => (value instanceof Float ? value.value : value)));
  });

  test('gives null for no entity', () => {
    const column = new PropertyColumn({ bytes: 0 });
    column.set(0, 1);

    expect(column.gather(Int32Array.of(0, -1), 2, BATCH_COLUMNS)).toEqual({ kind: 'value', values: [1, null] });
  });
});

function same(left: StoredValue | null, right: StoredValue | null): boolean {
  if (left instanceof Float) return right instanceof Float && Object.is(left.value, right.value);
  return left === right || (Array.isArray(left) && String(left) === String(right));
}
