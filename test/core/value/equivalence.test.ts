import { describe, expect, test } from 'vitest';
import { EquivalenceClasses, equivalent } from '../../../core/value/equivalence.ts';
import { Float, NodeReference, PathReference, RelationshipReference, type Value } from '../../../core/value/value.ts';

const map = (entries: Record<string, Value>): Value => new Map(Object.entries(entries));

/** One value of each class, and others that look much like it. */
const DISTINCT: readonly Value[] = [
  null,
  true,
  false,
  0,
  1,
  '1',
  '',
  '\u0000',
  '\u0000n1;',
  '\u0000s',
  9007199254740993n,
  new Float(1.5),
  new Float(Number.NaN),
  new Float(Number.POSITIVE_INFINITY),
  [],
  [1],
  ['1'],
  [[1]],
  [null],
  [1, 2],
  ['a', 'b'],
  ['as1:b'],
  map({}),
  map({ a: 1 }),
  map({ a: null }),
  new NodeReference(1),
  new NodeReference(12),
  new RelationshipReference(1),
  new PathReference([1], []),
  new PathReference([1, 2], [1]),
];

describe('equivalence', () => {
  test.each<{ left: Value; right: Value }>([
    { left: null, right: null },
    { left: 1, right: new Float(1) },
    { left: 0, right: new Float(-0) },
    { left: new Float(Number.NaN), right: new Float(Number.NaN) },
    { left: 2n ** 62n, right: new Float(2 ** 62) },
    { left: [null, 1], right: [null, new Float(1)] },
    { left: [new Float(Number.NaN)], right: [new Float(Number.NaN)] },
    {
      left: new Map([
        ['a', 1],
        ['b', 2],
      ]),
      right: new Map([
        ['b', 2],
        ['a', 1],
      ]),
    },
    { left: new NodeReference(7), right: new NodeReference(7) },
  ])('$left and $right belong to one class', ({ left, right }) => {
    expect(equivalent(left, right)).toBe(true);
    expect(equivalent(right, left)).toBe(true);
  });

  test('values that only look alike belong to different classes', () => {
    const classes = new EquivalenceClasses();

    const numbers = DISTINCT.map((value) => classes.numberOf(value));

    expect(numbers).toEqual(DISTINCT.map((_, i) => i));
    expect(DISTINCT.map((value) => classes.numberOf(value))).toEqual(numbers);
    expect(classes.count).toBe(DISTINCT.length);
  });

  test('values in columns have the classes of the same values outside', () => {
    const classes = new EquivalenceClasses();

    expect(classes.numberOfNode(3)).toBe(classes.numberOf(new NodeReference(3)));
    expect(classes.numberOfNumber(3)).toBe(classes.numberOf(3));
    expect(classes.numberOfNumber(Number.NaN)).toBe(classes.numberOf(new Float(Number.NaN)));
    expect(classes.count).toBe(3);
  });

  test('rows are told apart value by value', () => {
    const classes = new EquivalenceClasses();
    const rows: Value[][] = [
      ['a', 'b'],
      ['ab', ''],
      ['', 'ab'],
      [1, 11],
      [11, 1],
      [null, 1],
      [1, null],
    ];

    const numbers = rows.map((row) => classes.numberOfRow(row));

    expect(numbers).toEqual(rows.map((_, i) => i));
    expect(rows.map((row) => classes.numberOfRow(row))).toEqual(numbers);
    expect(classes.numberOfRow([new Float(1), 11])).toBe(classes.numberOfRow([1, 11]));
    expect(classes.count).toBe(rows.length);
  });

  test('many rows of three values are numbered in the order of their first appearance', () => {
    const classes = new EquivalenceClasses();
    const rows = Array.from({ length: 20_000 }, (_, i): Value[] => [i % 7, `text ${i % 11}`, (i * i) % 1_009]);
    const expected = new Map<string, number>();

    const numbers = rows.map((row) => classes.numberOfRow(row));

    for (const row of rows) if (!expected.has(row.join())) expected.set(row.join(), expected.size);
    expect(numbers).toEqual(rows.map((row) => expected.get(row.join())));
    expect(classes.count).toBe(expected.size);
  });
});
