/** Equality, order and keys of temporal values. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { equals } from '../../../../core/value/equality.ts';
import { equivalenceKey } from '../../../../core/value/equivalence.ts';
import { compare, compareOrder } from '../../../../core/value/order.ts';
import { parseDuration } from '../../../../core/value/temporal/duration-parser.ts';
import {
  parseDate,
  parseDateTime,
  parseLocalDateTime,
  parseLocalTime,
  parseTime,
} from '../../../../core/value/temporal/parser.ts';
import { UTC } from '../../../../core/value/temporal/zone.ts';
import { date, dateTime, duration, localDateTime, localTime, temporal, time } from '../temporal-arbitrary.ts';

const oneType = fc
  .constantFrom(date, localTime, time, localDateTime, dateTime, duration)
  .chain((type) => fc.tuple(type, type, type));

describe('temporal values of one type', () => {
  test('have one order, in which only equal values are level', () => {
    fc.assert(
      fc.property(oneType, ([first, second, third]) => {
        expect(Math.sign(compareOrder(first, second))).toBe(0 - Math.sign(compareOrder(second, first)));
        expect(compareOrder(first, second) === 0).toBe(equals(first, second));
        const [low, middle, high] = [first, second, third].sort(compareOrder);
        expect(
          compareOrder(low!, middle!) <= 0 && compareOrder(middle!, high!) <= 0 && compareOrder(low!, high!) <= 0,
        ).toBe(true);
      }),
    );
  });

  test('have keys in the same order, but for durations', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(date, localTime, time, localDateTime, dateTime).chain((type) => fc.tuple(type, type)),
        ([left, right]) => {
          const [leftKey, rightKey] = [equivalenceKey(left) as string, equivalenceKey(right) as string];
          const order = leftKey === rightKey ? 0 : leftKey < rightKey ? -1 : 1;

          expect(Math.sign(compareOrder(left, right))).toBe(order);
        },
      ),
    );
  });
});

test('values of two types are unequal, and cannot be compared', () => {
  fc.assert(
    fc.property(temporal, temporal, (left, right) => {
      if (left.constructor === right.constructor) return;
      expect(equals(left, right)).toBe(false);
      expect(compare(left, right)).toBeNull();
      expect(compareOrder(left, right)).not.toBe(0);
    }),
  );
});

test('of one moment the western offset comes first, then the offset without a name, then the names', () => {
  const ascending = [
    '2015-07-21T11:59:59.999999999+02:00',
    '2015-07-21T05:00-05:00',
    '2015-07-21T10:00Z',
    '2015-07-21T10:00Z[Africa/Abidjan]',
    '2015-07-21T10:00Z[UTC]',
    '2015-07-21T12:00+02:00',
  ].map((text) => parseDateTime(text, UTC));

  expect([...ascending].reverse().sort(compareOrder)).toEqual(ascending);
  expect(equals(ascending[1]!, ascending[2]!)).toBe(false);
});

test('times are ordered by their moments too', () => {
  expect(compareOrder(parseTime('12:00+02:00', 0), parseTime('11:00Z', 0))).toBeLessThan(0);
  expect(compareOrder(parseTime('01:00+02:00', 0), parseTime('00:00Z', 0))).toBeLessThan(0);
  expect(equals(parseTime('12:00+02:00', 0), parseTime('10:00Z', 0))).toBe(false);
});

test('durations are equal by their parts and have no <', () => {
  expect(equals(parseDuration('PT70S'), parseDuration('PT1M10S'))).toBe(true);
  expect(equals(parseDuration('P1D'), parseDuration('PT24H'))).toBe(false);
  expect(compare(parseDuration('P1D'), parseDuration('P2D'))).toBeNull();
});

test('types stand in one order between paths and strings', () => {
  const ascending = [
    parseDateTime('2015', UTC),
    parseLocalDateTime('2015'),
    parseDate('2015'),
    parseTime('12', 0),
    parseLocalTime('12'),
    parseDuration('P1D'),
    'text',
  ];

  expect([...ascending].reverse().sort(compareOrder)).toEqual(ascending);
});
