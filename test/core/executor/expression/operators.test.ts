import { describe, expect, test } from 'vitest';
import { Float, type Value } from '../../../../core/value/value.ts';
import { batchOf, contextOver, evaluate, evaluateAll, failureOf, selectRows, valueColumn } from './evaluation.ts';

const map = (entries: Record<string, Value>): Value => new Map(Object.entries(entries));

describe('operators', () => {
  test.each<{ text: string; expected: Value }>([
    // Precedence, tight to loose.
    { text: '1 + 2 * 3', expected: 7 },
    { text: '2 * 3 ^ 2', expected: new Float(18) },
    { text: '-2 ^ 2', expected: new Float(4) },
    { text: '(1 + 2) * 3', expected: 9 },
    { text: '10 - 3 - 2', expected: 5 },
    { text: '7 / 2 * 2', expected: 6 },
    { text: '-9223372036854775808', expected: -9223372036854775808n },
    { text: '- (-3)', expected: 3 },
    { text: '5 % 3 + 1.5', expected: new Float(3.5) },
    // IN.
    { text: '1 IN [1, 2]', expected: true },
    { text: '3 IN [1, 2]', expected: false },
    { text: '1 IN [1.0]', expected: true },
    { text: '3 IN [1, null]', expected: null },
    { text: '1 IN [1, null]', expected: true },
    { text: 'null IN [1]', expected: null },
    { text: 'null IN []', expected: false },
    { text: '1 IN null', expected: null },
    { text: '[1, null] IN [[1, 2]]', expected: null },
    { text: '3 IN [1, 2, 4, 5, 6, 7, 8, 9]', expected: false },
    { text: '3.0 IN [1, 2, 3, 5, 6, 7, 8, 9]', expected: true },
    { text: '3 IN [1, 2, 4, 5, 6, 7, 8, null]', expected: null },
    { text: '[3] IN [1, 2, 4, 5, 6, 7, 8, null]', expected: null },
    { text: "'x' IN ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'x']", expected: true },
    // String predicates.
    { text: "'abc' STARTS WITH 'ab'", expected: true },
    { text: "'abc' ENDS WITH 'ab'", expected: false },
    { text: "'abc' CONTAINS 'b'", expected: true },
    { text: "'abc' CONTAINS ''", expected: true },
    { text: "null CONTAINS 'b'", expected: null },
    { text: "'abc' STARTS WITH null", expected: null },
    { text: "1 STARTS WITH 'a'", expected: null },
    { text: "'1' ENDS WITH 1", expected: null },
    // Null tests.
    { text: 'null IS NULL', expected: true },
    { text: '1 IS NOT NULL', expected: true },
    { text: '(null = 1) IS NULL', expected: true },
    // Lists.
    { text: '[1, 2, 3][0]', expected: 1 },
    { text: '[1, 2, 3][-1]', expected: 3 },
    { text: '[1, 2, 3][3]', expected: null },
    { text: '[1, 2, 3][-4]', expected: null },
    { text: '[1, 2, 3][null]', expected: null },
    { text: '[1][9223372036854775807]', expected: null },
    { text: '[1, 2, 3][1..]', expected: [2, 3] },
    { text: '[1, 2, 3][..-1]', expected: [1, 2] },
    { text: '[1, 2, 3][-2..]', expected: [2, 3] },
    { text: '[1, 2, 3][0..10]', expected: [1, 2, 3] },
    { text: '[1, 2, 3][3..1]', expected: [] },
    { text: '[1, 2, 3][-5..2]', expected: [1, 2] },
    { text: '[1, 2, 3][null..2]', expected: null },
    { text: '[1, 2, 3][1..null]', expected: null },
    { text: '[1] + [2] + 3', expected: [1, 2, 3] },
    // Maps.
    { text: '{a: 1, b: null}.a', expected: 1 },
    { text: '{a: 1}.b', expected: null },
    { text: "{a: 1}['a']", expected: 1 },
    { text: '{a: 1}[null]', expected: null },
    { text: '{a: {b: [1, 2]}}.a.b[1]', expected: 2 },
    { text: '{__proto__: 1}.__proto__', expected: 1 },
    { text: '{}.constructor', expected: null },
    { text: '{a: 1, b: [2.0]}', expected: map({ a: 1, b: [new Float(2)] }) },
    // CASE.
    { text: "CASE 2 WHEN 1 THEN 'a' WHEN 2 THEN 'b' ELSE 'c' END", expected: 'b' },
    { text: "CASE null WHEN null THEN 'a' ELSE 'b' END", expected: 'b' },
    { text: "CASE WHEN null THEN 'a' WHEN true THEN 'b' END", expected: 'b' },
    { text: "CASE 3 WHEN 1 THEN 'a' END", expected: null },
    { text: 'CASE WHEN true THEN 1 ELSE 1 / 0 END', expected: 1 },
    { text: "CASE 2 WHEN 1, 2 THEN 'a' WHEN 3 THEN 'b' END", expected: 'a' },
    { text: "CASE 5 WHEN 1, 2 THEN 'a' WHEN < 3, > 4 THEN 'b' ELSE 'c' END", expected: 'b' },
    { text: "CASE 'abc' WHEN STARTS WITH 'b' THEN 1 WHEN ENDS WITH 'c' THEN 2 END", expected: 2 },
    { text: "CASE 'abc' WHEN =~ 'a.*', CONTAINS 'x' THEN 1 ELSE 2 END", expected: 1 },
    { text: 'CASE null WHEN IS NULL THEN 1 ELSE 2 END', expected: 1 },
    { text: 'CASE null WHEN 1, > 2, <> 3 THEN 1 ELSE 2 END', expected: 2 },
    { text: "CASE 1 WHEN IS :: STRING THEN 's' WHEN IS NOT NULL THEN 'n' END", expected: 'n' },
    { text: "CASE 1 WHEN IS NOT TYPED STRING THEN CASE 2 WHEN > 1, 0 THEN 'x' END END", expected: 'x' },
    { text: 'CASE 7 WHEN 1, 2 THEN 1 END', expected: null },
  ])('$text', ({ text, expected }) => {
    expect(evaluate(text)).toEqual(expected);
  });

  test.each<{ text: string; detail: string }>([
    { text: '1 IN x', detail: 'InvalidArgumentType' },
    { text: 'x[0]', detail: 'InvalidArgumentType' },
    { text: 'x[0..1]', detail: 'InvalidArgumentType' },
    { text: 'x.a', detail: 'InvalidArgumentType' },
    { text: '[1][y]', detail: 'ListElementAccessByNonInteger' },
    { text: '[1][y..]', detail: 'InvalidArgumentType' },
    { text: '{a: 1}[x]', detail: 'MapElementAccessByNonString' },
    { text: '-y', detail: 'InvalidArgumentType' },
    { text: 'x - y', detail: 'InvalidArgumentType' },
  ])('$text with x an INTEGER and y a STRING is a TypeError', ({ text, detail }) => {
    const error = failureOf(() => evaluate(text, { x: 1, y: 'a' }));

    expect(error).toMatchObject({ code: 'Neo.ClientError.Statement.TypeError', detail });
    expect(error.position).toMatchObject({ line: 1 });
  });

  test('a parameter that was not given is an error that names it', () => {
    expect(failureOf(() => evaluate('$missing'))).toMatchObject({
      code: 'Neo.ClientError.Statement.ParameterMissing',
      message: expect.stringContaining('$missing'),
    });
  });

  test('a variable that is not in scope, and an aggregation, do not compile', () => {
    expect(failureOf(() => evaluate('x'))).toMatchObject({ detail: 'UndefinedVariable' });
    expect(failureOf(() => evaluate('1 + count(*)'))).toMatchObject({ detail: 'InvalidAggregation' });
    expect(failureOf(() => evaluate('sum(1)'))).toMatchObject({ detail: 'InvalidAggregation' });
  });
});

describe('operators over columns', () => {
  const integers = { kind: 'integer', values: Float64Array.of(1, -2, 3) } as const;
  const floats = { kind: 'float', values: Float64Array.of(0.5, 2, -1) } as const;

  test.each<{ text: string; expected: Value[] }>([
    { text: 'i + 1', expected: [2, -1, 4] },
    { text: 'i * 0', expected: [0, 0, 0] },
    { text: 'i - i', expected: [0, 0, 0] },
    { text: '7 / i', expected: [7, -3, 2] },
    { text: 'i % 2', expected: [1, 0, 1] },
    { text: 'i ^ 2', expected: [new Float(1), new Float(4), new Float(9)] },
    { text: 'i + f', expected: [new Float(1.5), new Float(0), new Float(2)] },
    { text: 'f / i', expected: [new Float(0.5), new Float(-1), new Float(-1 / 3)] },
    { text: 'i * 9007199254740991', expected: [9007199254740991, -18014398509481982n, 27021597764222973n] },
    { text: 'f % 2', expected: [new Float(0.5), new Float(0), new Float(-1)] },
    { text: 'i + v', expected: [2, null, new Float(5.5)] },
    { text: '-i', expected: [-1, 2, -3] },
    { text: 'i IN [1, 3]', expected: [true, false, true] },
    { text: 'v IN [1, 3]', expected: [true, null, false] },
    { text: '1 + 2', expected: [3, 3, 3] },
    { text: 'i', expected: [1, -2, 3] },
    { text: '[i, f][0]', expected: [1, -2, 3] },
  ])('$text', ({ text, expected }) => {
    const batch = batchOf(3, integers, floats, valueColumn(1, null, new Float(2.5)));

    expect(evaluateAll(text, ['i', 'f', 'v'], batch)).toEqual(expected);
  });

  test('a variable costs nothing: its vector is handed on', () => {
    const batch = batchOf(3, integers);

    const rows = selectRows('i < 3', ['i'], batch);

    expect(rows).toEqual([0, 1]);
  });

  test('long strings and lists are charged for, and bounded', () => {
    let charged = 0;
    const context = contextOver(undefined, {
      spend: (work) => {
        charged += work;
      },
    });

    const error = failureOf(() => evaluate("reduce(s = 'abc', i IN range(1, 100) | s + s)", {}, context));

    expect(error.code).toBe('Neo.TransientError.General.MemoryPoolOutOfMemoryError');
    expect(charged).toBeGreaterThan(100_000);
  });
});
