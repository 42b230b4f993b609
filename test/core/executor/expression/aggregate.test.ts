import { describe, expect, test } from 'vitest';
import type { Column, Vector } from '../../../../core/executor/batch.ts';
import { type AggregateState, createAggregate } from '../../../../core/executor/expression/aggregate.ts';
import { Float, NodeReference, type Value } from '../../../../core/value/value.ts';
import { failureOf, valueColumn } from './evaluation.ts';

/** An aggregation over one batch; group r of `groups` for row r. */
function aggregate(
  name: string | undefined,
  column: Column | undefined,
  groups: readonly number[],
  distinct = false,
): AggregateState {
  const state = createAggregate(name, { distinct });
  state.consume(column && { column, rows: undefined }, Int32Array.from(groups), groups.length);
  return state;
}

/** The result of an aggregation without grouping. */
function overAll(name: string, values: readonly Value[], distinct = false): Value {
  const state = aggregate(name, valueColumn(...values), new Array(values.length).fill(0), distinct);
  return state.result(0);
}

describe('aggregations', () => {
  test.each<{ name: string; values: Value[]; expected: Value; distinct?: boolean }>([
    { name: 'count', values: [], expected: 0 },
    { name: 'count', values: [1, null, 'a', 1], expected: 3 },
    { name: 'count', values: [1, null, new Float(1), 2, 1], expected: 2, distinct: true },
    { name: 'sum', values: [], expected: 0 },
    { name: 'sum', values: [null], expected: 0 },
    { name: 'sum', values: [1, null, 2], expected: 3 },
    { name: 'sum', values: [1, new Float(0.5)], expected: new Float(1.5) },
    { name: 'sum', values: [1, 1, 2], expected: 3, distinct: true },
    { name: 'sum', values: [9007199254740991, 9007199254740991], expected: 18014398509481982n },
    { name: 'sum', values: [9223372036854775807n, 1, -2], expected: 9223372036854775806n },
    { name: 'avg', values: [], expected: null },
    { name: 'avg', values: [1, null, 2], expected: new Float(1.5) },
    { name: 'avg', values: [1, 1, 4], expected: new Float(2.5), distinct: true },
    { name: 'min', values: [], expected: null },
    { name: 'min', values: [1, 'a', null, [1, 2], new Float(0.2), 'b'], expected: [1, 2] },
    { name: 'max', values: [1, 'a', null, [1, 2], new Float(0.2), 'b'], expected: 1 },
    { name: 'max', values: [null, null], expected: null },
    { name: 'collect', values: [], expected: [] },
    { name: 'collect', values: [2, null, 1, 2], expected: [2, 1, 2] },
    { name: 'collect', values: [2, null, 1, 2, new Float(1)], expected: [2, 1], distinct: true },
    { name: 'collect', values: [[null], [null]], expected: [[null]], distinct: true },
    { name: 'stdev', values: [], expected: new Float(0) },
    { name: 'stdev', values: [1], expected: new Float(0) },
    { name: 'stdev', values: [1, null, new Float(2), 3], expected: new Float(1) },
    { name: 'stdevp', values: [1, 3, 1, 3], expected: new Float(1) },
    { name: 'stdevp', values: [1_000_000_001, 1_000_000_003], expected: new Float(1) },
    { name: 'stdevp', values: [1, 1, 3], expected: new Float(1), distinct: true },
  ])('$name of $values is $expected (distinct: $distinct)', ({ name, values, expected, distinct }) => {
    expect(overAll(name, values, distinct)).toEqual(expected);
  });

  test.each<{ name: string; percentile: number; values: Value[]; expected: Value; distinct?: boolean }>([
    { name: 'percentiledisc', percentile: 0.5, values: [], expected: null },
    { name: 'percentiledisc', percentile: 0, values: [3, 1, 2], expected: 1 },
    { name: 'percentiledisc', percentile: 0.5, values: [3, null, 1, 2, 4], expected: 2 },
    { name: 'percentiledisc', percentile: 1, values: [3, new Float(7.5), 2], expected: new Float(7.5) },
    { name: 'percentiledisc', percentile: 0.5, values: [1, 1, 1, 5, 9], expected: 5, distinct: true },
    { name: 'percentilecont', percentile: 0.5, values: [1, 2], expected: new Float(1.5) },
    { name: 'percentilecont', percentile: 0.25, values: [1, 2, 3, 4, 5], expected: new Float(2) },
    { name: 'percentilecont', percentile: 1, values: [1, 2], expected: new Float(2) },
  ])('$name of $values at $percentile is $expected (distinct: $distinct)', (one) => {
    const { name, percentile, values, expected, distinct = false } = one;
    const state = createAggregate(name, { distinct });
    const second: Vector = { column: valueColumn(...values.map(() => new Float(percentile))), rows: undefined };

    state.consume(
      { column: valueColumn(...values), rows: undefined },
      new Int32Array(values.length),
      values.length,
      second,
    );

    expect(state.result(0)).toEqual(expected);
  });

  test.each([-0.1, 1.1, 100])('a percentile of %f is out of range', (percentile) => {
    const state = createAggregate('percentilecont', { distinct: false });
    const second: Vector = { column: valueColumn(new Float(percentile)), rows: undefined };

    const error = failureOf(() =>
      state.consume({ column: valueColumn(1), rows: undefined }, new Int32Array(1), 1, second),
    );

    expect(error).toMatchObject({ code: 'Neo.ClientError.Statement.ArgumentError', detail: 'NumberOutOfRange' });
  });

  test('count(*) counts rows, nulls and all', () => {
    const state = aggregate(undefined, undefined, [0, 1, 0]);

    expect([0, 1, 2].map((group) => state.result(group))).toEqual([2, 1, 0]);
  });

  test('groups are kept apart, over several batches and kinds of column', () => {
    const integers: Vector = {
      column: { kind: 'integer', values: Float64Array.of(5, 7) },
      rows: Int32Array.of(0, 1, 1),
    };
    const floats: Vector = { column: { kind: 'float', values: Float64Array.of(0.5) }, rows: undefined };
    const results = (name: string, distinct: boolean) => {
      const state = createAggregate(name, { distinct });
      state.consume(integers, Int32Array.of(0, 1, 1), 3);
      state.consume(floats, Int32Array.of(40), 1);
      return [0, 1, 2, 40].map((group) => state.result(group));
    };

    expect(results('sum', false)).toEqual([5, 14, 0, new Float(0.5)]);
    expect(results('sum', true)).toEqual([5, 7, 0, new Float(0.5)]);
    expect(results('count', false)).toEqual([1, 2, 0, 1]);
    expect(results('avg', false)).toEqual([new Float(5), new Float(7), null, new Float(0.5)]);
    expect(results('max', false)).toEqual([5, 7, null, new Float(0.5)]);
    expect(results('collect', false)).toEqual([[5], [7, 7], [], [new Float(0.5)]]);
  });

  test('nodes are counted by identity, and an absent one not at all', () => {
    const nodes: Column = { kind: 'node', ids: Int32Array.of(3, -1, 3, 4) };

    expect(aggregate('count', nodes, [0, 0, 0, 0]).result(0)).toBe(3);
    expect(aggregate('count', nodes, [0, 0, 0, 0], true).result(0)).toBe(2);
    expect(aggregate('collect', nodes, [0, 0, 0, 0], true).result(0)).toEqual([
      new NodeReference(3),
      new NodeReference(4),
    ]);
  });

  test('a sum past 64 bits fails, and only when it is asked for', () => {
    const state = aggregate('sum', valueColumn(9223372036854775807n, 1), [0, 0]);

    expect(failureOf(() => state.result(0))).toMatchObject({ detail: 'IntegerOverflow' });
  });

  test.each(['sum', 'avg'])('%s of a STRING is a TypeError', (name) => {
    expect(failureOf(() => overAll(name, ['a']))).toMatchObject({
      code: 'Neo.ClientError.Statement.TypeError',
      detail: 'InvalidArgumentType',
    });
  });

  test('what collect() holds grows with what it is given', () => {
    const state = createAggregate('collect', { distinct: false });
    const text: Vector = { column: valueColumn('x'.repeat(1000)), rows: undefined };

    state.consume(text, Int32Array.of(0), 1);
    const once = state.heldBytes;
    state.consume(text, Int32Array.of(0), 1);

    expect(once).toBeGreaterThan(1000);
    expect(state.heldBytes - once).toBeGreaterThan(1000);
  });
});
