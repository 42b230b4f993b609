import { encode } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../core/error.ts';
import {
  decodeMessage,
  decodeResult,
  decodeResultValue,
  decodeValue,
  encodeMessage,
  encodeResult,
  encodeResultValue,
  encodeValue,
  packStoredValue,
  unpackStoredValue,
} from '../../../core/value/codec.ts';
import { decodePacked, encodePacked } from '../../../core/value/message-pack.ts';
import { VALUE_DEPTH_MAX } from '../../../core/value/packing.ts';
import { Float, NodeRecord, type Value } from '../../../core/value/value.ts';
import { resultValue, storedValue, value } from './value-arbitrary.ts';

function nested(levels: number): Value {
  let inner: Value = [];
  for (let level = 1; level < levels; level++) inner = level % 2 === 0 ? [inner] : new Map([['inner', inner]]);
  return inner;
}

describe('a value comes back as it was', () => {
  test('any value', () => {
    fc.assert(
      fc.property(value, (any) => {
        expect(decodeValue(encodeValue(any))).toStrictEqual(any);
      }),
    );
  });

  test('any value of a result', () => {
    fc.assert(
      fc.property(resultValue, (any) => {
        expect(decodeResultValue(encodeResultValue(any))).toStrictEqual(any);
      }),
    );
  });

  test('any stored value', () => {
    fc.assert(
      fc.property(storedValue, (any) => {
        const bytes = encodePacked(packStoredValue(any));
        expect(unpackStoredValue(decodePacked(bytes))).toStrictEqual(any);
      }),
    );
  });

  test.each([
    0,
    -1,
    127,
    128,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    -(2 ** 31),
    -(2 ** 31) - 1,
    -(2 ** 32),
    Number.MAX_SAFE_INTEGER,
    Number.MIN_SAFE_INTEGER,
    2n ** 53n,
    -(2n ** 53n),
    2n ** 63n - 1n,
    -(2n ** 63n),
  ])('the INTEGER %s', (integer) => {
    expect(decodeValue(encodeValue(integer))).toBe(integer);
  });

  test.each([0, -0, 1, 1.5, 1e300, Number.NaN, Number.POSITIVE_INFINITY])('the FLOAT %d', (float) => {
    const decoded = decodeValue(encodeValue(new Float(float)));

    expect(decoded).toBeInstanceOf(Float);
    expect((decoded as Float).value).toBe(float);
  });

  test('a map keeps the order of its keys, and __proto__ is one of them', () => {
    const map = new Map<string, Value>([
      ['10', 1],
      ['__proto__', 2],
      ['2', 3],
    ]);

    expect([...(decodeValue(encodeValue(map)) as Map<string, Value>)]).toEqual([...map]);
  });

  test('a small bigint becomes the number that INTEGER is then', () => {
    expect(decodeValue(encodeValue(7n))).toBe(7);
  });

  test('one as deep as may be', () => {
    const deep = nested(VALUE_DEPTH_MAX);

    expect(decodeValue(encodeValue(deep))).toStrictEqual(deep);
  });
});

test('a value that is too deep is refused when it is written', () => {
  expect(() => encodeValue(nested(VALUE_DEPTH_MAX + 1))).toThrow(GraphError);
});

describe('a message', () => {
  test('carries plain objects, bytes, fractions and values', () => {
    const message = {
      type: 'append',
      atMs: 1.5,
      none: null,
      bytes: Uint8Array.of(1, 2, 3),
      records: [{ lsn: 2 ** 40 }, { lsn: 2n ** 60n }],
      parameters: new Map<string, Value>([['__proto__', new Float(1)]]),
      node: new NodeRecord('4:x:1', ['A'], new Map([['k', [1, 2]]])),
    };

    expect(decodeMessage(encodeMessage(message))).toEqual(message);
  });

  test('leaves out fields that are undefined', () => {
    expect(decodeMessage(encodeMessage({ there: 1, absent: undefined }))).toEqual({ there: 1 });
  });

  test('refuses to be written with a key that cannot be read', () => {
    expect(() => encodeMessage(JSON.parse('{"__proto__": 1}'))).toThrow('Map');
  });
});

describe('a result', () => {
  test('comes back as it was', () => {
    const result = {
      columns: ['a', 'b'],
      rows: [
        [1, new Float(1)],
        [null, ['x', new Map([['k', 2n ** 60n]])]],
      ],
    };

    expect(decodeResult(encodeResult(result))).toStrictEqual(result);
  });

  test.each([
    { name: 'a row that is too short', bytes: encode([['a', 'b'], [[1]]]) },
    { name: 'a column that is not a name', bytes: encode([[1], [[1]]]) },
    { name: 'no rows', bytes: encode([['a']]) },
    { name: 'a fraction where an INTEGER belongs', bytes: encode([['a'], [[1.5]]]) },
  ])('with $name is refused', ({ bytes }) => {
    expect(() => decodeResult(bytes)).toThrow(GraphError);
  });
});

describe('hostile bytes are refused', () => {
  const array32 = [0xdd, 0xff, 0xff, 0xff, 0xff];
  test.each([
    { name: 'nothing', bytes: [] },
    { name: 'an array of four thousand million', bytes: array32 },
    { name: 'arrays that each claim all the rest', bytes: [0xdc, 0, 9, 0xdc, 0, 6, 0xdc, 0, 3, 0, 0, 0] },
    { name: 'a map of four thousand million', bytes: [0xdf, 0xff, 0xff, 0xff, 0xff, 0] },
    { name: 'a string longer than the bytes', bytes: [0xdb, 0x7f, 0xff, 0xff, 0xff, 0x61] },
    { name: 'an extension longer than the bytes', bytes: [0xc9, 0xff, 0xff, 0xff, 0xff, 1] },
    { name: 'an extension without a type', bytes: [0xd4] },
    { name: 'an unknown extension', bytes: [0xd4, 0x63, 0] },
    { name: 'a FLOAT of one byte', bytes: [0xd4, 2, 0] },
    { name: 'half a UTF-16 unit', bytes: [0xd4, 3, 0] },
    { name: 'a mark alone', bytes: [0xd4, 4, 1] },
    { name: 'a mark of an unknown kind', bytes: [0x91, 0xd4, 4, 99] },
    { name: 'a map with a key and no value', bytes: [0x92, 0xd4, 4, 1, 0xa1, 0x61] },
    { name: 'a map with a key twice', bytes: [0x95, 0xd4, 4, 1, 0xa1, 0x61, 1, 0xa1, 0x61, 1] },
    { name: 'a node without fields', bytes: [0x91, 0xd4, 4, 2] },
    { name: 'a path without nodes', bytes: [0x93, 0xd4, 4, 4, 0x90, 0x90] },
    { name: 'the byte that MessagePack does not use', bytes: [0xc1] },
    { name: 'a time stamp', bytes: [0xd6, 0xff, 0, 0, 0, 0] },
    { name: 'two items', bytes: [1, 1] },
    { name: 'an integer that is not exact as a number', bytes: [0xcf, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] },
    { name: 'arrays without end', bytes: Array.from({ length: 100_000 }, () => 0x91) },
    { name: 'maps too deep', bytes: [...Array.from({ length: 120 }, () => [0x92, 0xd4, 4, 1, 0xa0]).flat(), 0xc0] },
  ])('$name', ({ bytes }) => {
    expect(() => decodeValue(Uint8Array.from(bytes))).toThrow(GraphError);
    expect(() => decodeResultValue(Uint8Array.from(bytes))).toThrow(GraphError);
  });

  test('nesting without end, before anything is built', () => {
    expect(() => decodePacked(new Uint8Array(100_000).fill(0x91))).toThrow('nest deeper than 128 levels');
  });

  test('a key __proto__ in a message', () => {
    const bytes = [0x81, 0xa9, ...Array.from('__proto__', (letter) => letter.charCodeAt(0)), 1];

    expect(() => decodeMessage(Uint8Array.from(bytes))).toThrow(GraphError);
  });

  test('more bytes than are taken', () => {
    expect(() => decodePacked(new Uint8Array(11), 10)).toThrow('at most 10');
  });

  test('any bytes are read or refused with a GraphError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        for (const decode of [decodeValue, decodeResultValue, decodeMessage, decodeResult]) {
          try {
            decode(bytes);
          } catch (error) {
            expect(error).toBeInstanceOf(GraphError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  test('a value with any one byte changed is read or refused with a GraphError', () => {
    fc.assert(
      fc.property(resultValue, fc.nat(), fc.integer({ min: 1, max: 255 }), (any, at, change) => {
        const bytes = encodeResultValue(any);
        bytes[at % bytes.length]! ^= change;
        try {
          decodeResultValue(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(GraphError);
        }
      }),
      { numRuns: 500 },
    );
  });
});
