import { describe, expect, test } from 'vitest';
import { FUNCTIONS } from '../../../../core/cypher/function-table.ts';
import { FUNCTION_DEFINITIONS } from '../../../../core/executor/expression/functions.ts';
import { Float, type Value } from '../../../../core/value/value.ts';
import { contextOver, evaluate, failureOf } from './evaluation.ts';

test('every function of the table is there, and no other', () => {
  const expected = [...FUNCTIONS].filter(([, { aggregate }]) => !aggregate).map(([name]) => name);

  expect([...FUNCTION_DEFINITIONS.keys(), 'coalesce'].sort()).toEqual(expected.sort());
});

const float = (value: number): Float => new Float(value);

describe('functions of values', () => {
  test.each<{ text: string; expected: Value }>([
    { text: 'coalesce(null, 2, 1 / 0)', expected: 2 },
    { text: 'coalesce(null, null)', expected: null },
    { text: 'toInteger(2.9)', expected: 2 },
    { text: 'toInteger(-2.9)', expected: -2 },
    { text: "toInteger(' 42 ')", expected: 42 },
    { text: "toInteger('+7')", expected: 7 },
    { text: "toInteger('2.9')", expected: 2 },
    { text: "toInteger('1e3')", expected: 1000 },
    { text: "toInteger('foo')", expected: null },
    { text: "toInteger('')", expected: null },
    { text: "toInteger('9223372036854775807')", expected: 9223372036854775807n },
    { text: 'toInteger(true)', expected: 1 },
    { text: 'toInteger(0.0 / 0.0)', expected: null },
    { text: 'toFloat(3)', expected: float(3) },
    { text: "toFloat('5.25')", expected: float(5.25) },
    { text: "toFloat('.5')", expected: float(0.5) },
    { text: "toFloat('foo')", expected: null },
    { text: "toFloat('')", expected: null },
    { text: 'toString(42)', expected: '42' },
    { text: 'toString(1.0)', expected: '1.0' },
    { text: 'toString(true)', expected: 'true' },
    { text: "toString('a')", expected: 'a' },
    { text: 'toString(9223372036854775807)', expected: '9223372036854775807' },
    { text: "toBoolean('TRUE')", expected: true },
    { text: "toBoolean('false')", expected: false },
    { text: "toBoolean('yes')", expected: null },
    { text: 'toBoolean(0)', expected: false },
    { text: "toIntegerOrNull('x')", expected: null },
    { text: 'toIntegerOrNull([1])', expected: null },
    { text: "toFloatOrNull('1.5')", expected: float(1.5) },
    { text: 'toStringOrNull({})', expected: null },
    { text: 'toBooleanOrNull(1.5)', expected: null },
    { text: "toIntegerList(['1', 'x', 2.5, null, []])", expected: [1, null, 2, null, null] },
    { text: "toStringList([1, 1.0, true, 'a'])", expected: ['1', '1.0', 'true', 'a'] },
    { text: "toBooleanList(['true', 0, 'x'])", expected: [true, false, null] },
    { text: "toFloatList([1, '2.5', 'x'])", expected: [float(1), float(2.5), null] },
    { text: 'nullIf(1, 1.0)', expected: null },
    { text: 'nullIf(1, 2)', expected: 1 },
    { text: 'nullIf(1, null)', expected: 1 },
    { text: 'valueType(null)', expected: 'NULL' },
    { text: 'valueType(1)', expected: 'INTEGER NOT NULL' },
    { text: 'valueType({a: 1})', expected: 'MAP NOT NULL' },
    { text: "valueType([1, 'a', 2])", expected: 'LIST<STRING NOT NULL | INTEGER NOT NULL> NOT NULL' },
    { text: 'valueType([[1], null])', expected: 'LIST<LIST<INTEGER NOT NULL>> NOT NULL' },
    { text: 'valueType([])', expected: 'LIST<NOTHING> NOT NULL' },
    { text: 'isEmpty([])', expected: true },
    { text: "isEmpty('a')", expected: false },
    { text: 'isEmpty({})', expected: true },
    { text: 'timestamp()', expected: 1_700_000_000_000 },
    { text: 'randomUUID()', expected: '88888888-8888-4888-8888-888888888888' },
    // Strings.
    { text: "toUpper('aß')", expected: 'ASS' },
    { text: "toLower('ÀB')", expected: 'àb' },
    { text: "trim('  a b ')", expected: 'a b' },
    { text: "ltrim('  a ')", expected: 'a ' },
    { text: "rtrim('  a ')", expected: '  a' },
    { text: "btrim('  a ')", expected: 'a' },
    { text: "btrim('xyaxy', 'yx')", expected: 'a' },
    { text: "trim(BOTH 'x' FROM 'xxaxx')", expected: 'a' },
    { text: "trim(LEADING 'x' FROM 'xxaxx')", expected: 'axx' },
    { text: "trim(TRAILING FROM ' a ')", expected: ' a' },
    { text: "upper('a')", expected: 'A' },
    { text: "lower('A')", expected: 'a' },
    { text: "char_length('a😀b')", expected: 3 },
    { text: "normalize('e\\u0301')", expected: 'é' },
    { text: "normalize('ﬁ', NFKC)", expected: 'fi' },
    { text: "replace('hello', 'l', 'LL')", expected: 'heLLLLo' },
    { text: "replace('hello', '', 'x')", expected: 'hello' },
    { text: "replace('a$b', '$', '$&')", expected: 'a$&b' },
    { text: "substring('0123456789', 1)", expected: '123456789' },
    { text: "substring('hello', 1, 3)", expected: 'ell' },
    { text: "substring('hello', 7)", expected: '' },
    { text: "substring('a😀b', 1, 1)", expected: '😀' },
    { text: "left('hello', 2)", expected: 'he' },
    { text: "left('hello', 9)", expected: 'hello' },
    { text: "right('hello', 2)", expected: 'lo' },
    { text: "right('hello', 0)", expected: '' },
    { text: "right('hello', 9)", expected: 'hello' },
    { text: "split('one1two', '1')", expected: ['one', 'two'] },
    { text: "split('', ',')", expected: [''] },
    { text: "split('ab', '')", expected: ['a', 'b'] },
    { text: "size('a😀b')", expected: 3 },
    { text: "reverse('a😀b')", expected: 'b😀a' },
    // Vectors.
    { text: 'vector.similarity.cosine([1, 0], [1.0, 0.0])', expected: new Float(1) },
    { text: 'vector.similarity.cosine([1, 0], [0, 3])', expected: new Float(0.5) },
    { text: 'vector.similarity.cosine([1, 0], [-2, 0])', expected: new Float(0) },
    { text: 'vector.similarity.euclidean([1, 5, 9], [1, 5, 9])', expected: new Float(1) },
    { text: 'vector.similarity.euclidean([1, 2], [1, 5])', expected: new Float(0.1) },
    { text: 'vector.similarity.cosine([1], null)', expected: null },
    // APOC's.
    { text: "apoc.date.convertFormat('2020-11-04', 'date', 'basic_date')", expected: '20201104' },
    { text: "apoc.date.convertFormat('2020-11-04T22:00Z', 'iso_date_time')", expected: '2020-11-04' },
    { text: "apoc.date.convertFormat(null, 'date')", expected: null },
    { text: "apoc.util.validatePredicate(false, 'no', [])", expected: true },
    // Lists.
    { text: 'size([1, null])', expected: 2 },
    { text: 'head([1, 2])', expected: 1 },
    { text: 'head([])', expected: null },
    { text: 'last([1, 2])', expected: 2 },
    { text: 'last([])', expected: null },
    { text: 'tail([1, 2, 3])', expected: [2, 3] },
    { text: 'tail([])', expected: [] },
    { text: 'reverse([1, 2])', expected: [2, 1] },
    { text: 'range(1, 3)', expected: [1, 2, 3] },
    { text: 'range(3, 1)', expected: [] },
    { text: 'range(3, 1, -1)', expected: [3, 2, 1] },
    { text: 'range(-10, 0, 3)', expected: [-10, -7, -4, -1] },
    { text: 'range(0, 0, -1)', expected: [0] },
    {
      text: 'range(9223372036854775806, 9223372036854775807)',
      expected: [9223372036854775806n, 9223372036854775807n],
    },
    // Numbers.
    { text: 'abs(-3)', expected: 3 },
    { text: 'abs(-3.5)', expected: float(3.5) },
    { text: 'ceil(1.1)', expected: float(2) },
    { text: 'floor(-1.1)', expected: float(-2) },
    { text: 'round(2.5)', expected: float(3) },
    { text: 'round(-1.5)', expected: float(-1) },
    { text: 'round(1.005, 2)', expected: float(1.01) },
    { text: 'round(-1.25, 1)', expected: float(-1.3) },
    { text: 'round(1e300, 2)', expected: float(1e300) },
    { text: "round(1.25, 1, 'HALF_EVEN')", expected: float(1.2) },
    { text: "round(1.35, 1, 'half_even')", expected: float(1.4) },
    { text: "round(1.25, 1, 'HALF_DOWN')", expected: float(1.2) },
    { text: "round(-1.21, 1, 'UP')", expected: float(-1.3) },
    { text: "round(-1.29, 1, 'DOWN')", expected: float(-1.2) },
    { text: "round(-1.29, 1, 'CEILING')", expected: float(-1.2) },
    { text: "round(-1.21, 1, 'FLOOR')", expected: float(-1.3) },
    { text: 'atan2(1, 1)', expected: float(Math.PI / 4) },
    { text: 'degrees(pi())', expected: float(180) },
    { text: 'radians(180)', expected: float(Math.PI) },
    { text: 'haversin(0)', expected: float(0) },
    { text: 'cot(pi() / 4)', expected: float(1 / Math.tan(Math.PI / 4)) },
    { text: 'acos(1)', expected: float(0) },
    { text: 'tanh(0)', expected: float(0) },
    { text: 'isNaN(0.0 / 0.0)', expected: true },
    { text: 'isNaN(1)', expected: false },
    { text: 'sign(-7)', expected: -1 },
    { text: 'sign(0.0)', expected: 0 },
    { text: 'sqrt(16)', expected: float(4) },
    { text: 'exp(0)', expected: float(1) },
    { text: 'log(e())', expected: float(1) },
    { text: 'log10(1000)', expected: float(3) },
    { text: 'pi()', expected: float(Math.PI) },
    { text: 'sin(0)', expected: float(0) },
    { text: 'cos(0)', expected: float(1) },
    { text: 'tan(0)', expected: float(0) },
    { text: 'rand()', expected: float(0.5) },
    { text: 'inf', expected: float(Number.POSITIVE_INFINITY) },
    { text: '-INFINITY', expected: float(Number.NEGATIVE_INFINITY) },
    { text: 'isNaN(NaN)', expected: true },
    // Maps.
    { text: 'keys({b: 1, a: null})', expected: ['b', 'a'] },
    { text: 'properties({a: 1})', expected: new Map([['a', 1]]) },
  ])('$text', ({ text, expected }) => {
    expect(evaluate(text)).toEqual(expected);
  });

  const withArguments = [...FUNCTIONS.values()].filter((f) => !f.aggregate && f.argumentCountMin > 0);

  const takesNull = ['valueType', 'apoc.util.validatePredicate'];

  test.each(withArguments.filter(({ name }) => !takesNull.includes(name)))(
    '$name() of null is null',
    ({ name, argumentCountMin }) => {
      const text = `${name}(${Array.from({ length: argumentCountMin }, () => 'n').join(', ')})`;

      expect(evaluate(text, { n: null })).toBeNull();
    },
  );

  const takesMaps = 'coalesce properties keys range duration point isEmpty nullIf valueType'.split(' ');
  const typed = withArguments.filter(({ name }) => !takesMaps.includes(name) && !name.endsWith('OrNull'));

  test.each(typed)('$name() of a map is a TypeError', ({ name, argumentCountMin }) => {
    const text = `${name}(${Array.from({ length: argumentCountMin }, () => 'm').join(', ')})`;

    expect(failureOf(() => evaluate(text, { m: new Map() }))).toMatchObject({
      code: 'Neo.ClientError.Statement.TypeError',
      message: expect.stringContaining(`${name}()`),
      detail: 'InvalidArgumentValue',
    });
  });

  test.each([
    { text: 'range(1, 2, 0)', detail: 'NumberOutOfRange' },
    { text: 'range(1, 2.0)', detail: 'InvalidArgumentType' },
    { text: 'range(true, 2)', detail: 'InvalidArgumentType' },
    { text: "left('a', -1)", detail: 'NumberOutOfRange' },
    { text: "substring('a', -1)", detail: 'NumberOutOfRange' },
    { text: 'vector.similarity.cosine([0, 0], [1, 2])', detail: 'NumberOutOfRange' },
    { text: 'vector.similarity.cosine([1], [1, 2])', detail: 'NumberOutOfRange' },
    { text: 'vector.similarity.euclidean([], [])', detail: 'NumberOutOfRange' },
  ])('$text is an ArgumentError', ({ text, detail }) => {
    expect(failureOf(() => evaluate(text))).toMatchObject({
      code: 'Neo.ClientError.Statement.ArgumentError',
      detail,
    });
  });

  test.each([
    { text: 'toFloat(true)', detail: 'InvalidArgumentValue' },
    { text: 'toBoolean(1.0)', detail: 'InvalidArgumentValue' },
    { text: "toInteger('9223372036854775808')", detail: 'IntegerOverflow' },
    { text: 'toInteger(1e300)', detail: 'IntegerOverflow' },
    { text: 'abs(-9223372036854775808)', detail: 'IntegerOverflow' },
    { text: 'noSuch(1)', detail: 'UnknownFunction' },
    { text: 'size()', detail: 'InvalidNumberOfArguments' },
  ])('$text fails', ({ text, detail }) => {
    expect(failureOf(() => evaluate(text))).toMatchObject({ detail });
  });

  test('a range is charged for before it is made, and bounded', () => {
    const charges: number[] = [];
    const context = contextOver(undefined, { spend: (work) => charges.push(work) });

    evaluate('range(1, 1000)', {}, context);

    expect(charges).toEqual([1000]);
    expect(failureOf(() => evaluate('range(1, 100000000000)')).code).toBe(
      'Neo.TransientError.General.MemoryPoolOutOfMemoryError',
    );
  });
});
