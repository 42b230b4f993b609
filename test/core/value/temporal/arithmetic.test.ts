/** Temporal values and durations, added, subtracted, scaled and measured. */
import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { add, divide, multiply, subtract } from '../../../../core/value/arithmetic.ts';
import { between, inDays, inMonths, inSeconds } from '../../../../core/value/temporal/between.ts';
import { compareDurations } from '../../../../core/value/temporal/duration.ts';
import { parseDuration } from '../../../../core/value/temporal/duration-parser.ts';
import { formatTemporal } from '../../../../core/value/temporal/format.ts';
import {
  parseDate,
  parseDateTime,
  parseLocalDateTime,
  parseLocalTime,
  parseTime,
} from '../../../../core/value/temporal/parser.ts';
import { minus, plus } from '../../../../core/value/temporal/plus.ts';
import {
  DateTimeValue,
  DurationValue,
  isTemporalOrDuration,
  LocalDateTimeValue,
  type Temporal as TemporalOf,
} from '../../../../core/value/temporal/temporal-value.ts';
import { dateTimeIn, momentOf, UTC } from '../../../../core/value/temporal/zone.ts';
import { Float, type Value } from '../../../../core/value/value.ts';
import { innerDay, nanosecondOfDay, shortDuration } from '../temporal-arbitrary.ts';

const D = parseDuration;
const ZONES = ['Europe/Stockholm', 'America/New_York', 'Australia/Lord_Howe', 'Africa/Casablanca'];
const innerLocal = fc
  .tuple(innerDay, nanosecondOfDay)
  .map(([day, nanosecond]) => new LocalDateTimeValue(day, nanosecond));
const innerZoned = fc
  .tuple(fc.integer({ min: -60_000, max: 60_000 }), nanosecondOfDay, fc.constantFrom(...ZONES))
  .map(([epochDay, nanosecond, zone]) => dateTimeIn(zone, { epochDay, nanosecondOfDay: nanosecond }));

describe('a value and a duration', () => {
  test.each([
    { value: parseDate('2015-01-31'), duration: 'P1M', sum: '2015-02-28', difference: '2014-12-31' },
    { value: parseDate('2016-02-29'), duration: 'P1Y', sum: '2017-02-28', difference: '2015-02-28' },
    { value: parseDate('2015-01-01'), duration: 'PT47H59M', sum: '2015-01-02', difference: '2014-12-31' },
    { value: parseDate('2015-01-01'), duration: 'PT-0.5S', sum: '2015-01-01', difference: '2015-01-01' },
    { value: parseLocalTime('23:30'), duration: 'P9DT1H', sum: '00:30', difference: '22:30' },
    { value: parseTime('00:30+01:00', 0), duration: 'PT1H', sum: '01:30+01:00', difference: '23:30+01:00' },
    {
      value: parseLocalDateTime('2015-01-31T23:00'),
      duration: 'P1MT2H',
      sum: '2015-03-01T01:00',
      difference: '2014-12-31T21:00',
    },
    {
      value: parseDateTime('2017-03-25T12:00[Europe/Stockholm]', UTC),
      duration: 'P1D',
      sum: '2017-03-26T12:00+02:00[Europe/Stockholm]',
      difference: '2017-03-24T12:00+01:00[Europe/Stockholm]',
    },
    {
      value: parseDateTime('2017-03-25T12:00[Europe/Stockholm]', UTC),
      duration: 'PT24H',
      sum: '2017-03-26T13:00+02:00[Europe/Stockholm]',
      difference: '2017-03-24T12:00+01:00[Europe/Stockholm]',
    },
  ])('$duration after and before', ({ value, duration, sum, difference }) => {
    expect(text(add(value, D(duration)))).toBe(sum);
    expect(text(add(D(duration), value))).toBe(sum);
    expect(text(subtract(value, D(duration)))).toBe(difference);
  });

  test('a date and time moves as Temporal moves it, in zones too', () => {
    fc.assert(
      fc.property(innerZoned, shortDuration, (value, duration) => {
        const { months, days, nanoseconds } = duration;
        const seconds = Number(duration.seconds);
        const moment = momentOf(value);
        const nanoseconds1970 = BigInt(moment.epochDay) * 86_400_000_000_000n + BigInt(moment.nanosecondOfDay);
        const oracle = new Temporal.ZonedDateTime(nanoseconds1970, value.zone!)
          .add({ months })
          .add({ days })
          .add({ seconds })
          .add({ nanoseconds });

        const moved = plus(value, duration);

        const movedTo = momentOf(moved);
        expect(BigInt(movedTo.epochDay) * 86_400_000_000_000n + BigInt(movedTo.nanosecondOfDay)).toBe(
          oracle.epochNanoseconds,
        );
        expect(moved.offsetSeconds).toBe(oracle.offsetNanoseconds / 1e9);
      }),
      { numRuns: 300 },
    );
  });

  test('the clock part is undone by taking it off again', () => {
    fc.assert(
      fc.property(innerLocal, shortDuration, (value, { seconds, nanoseconds }) => {
        const duration = new DurationValue({ months: 0, days: 0, seconds, nanoseconds });

        expect(minus(plus(value, duration), duration)).toEqual(value);
      }),
    );
  });

  test.each([
    { left: parseDate('2015-01-01'), right: 1 },
    { left: parseDate('2015-01-01'), right: parseDate('2015-01-01') },
    { left: D('P1D'), right: true },
  ])('have no sum otherwise', ({ left, right }) => {
    expect(() => add(left, right)).toThrow(expect.objectContaining({ detail: 'InvalidArgumentType' }));
    expect(() => subtract(left, right)).toThrow(expect.objectContaining({ detail: 'InvalidArgumentType' }));
  });

  test('end where the calendar ends', () => {
    expect(() => add(parseDate('+999999999-12-31'), D('P1D'))).toThrow(
      expect.objectContaining({ detail: 'NumberOutOfRange' }),
    );
    expect(() => subtract(parseLocalDateTime('-999999999-01-01'), D('PT0.000000001S'))).toThrow();
  });
});

describe('durations', () => {
  test.each([
    { left: D('P12Y5M14DT16H13M10.000000001S'), right: new Float(0.5), product: 'P6Y2M22DT13H21M8S' },
    { left: D('PT34M12S'), right: 2, product: 'PT1H8M24S' },
    { left: 3, right: D('P1DT1S'), product: 'P3DT3S' },
    { left: D('P1M'), right: new Float(0.1), product: 'P3DT1H2M54.6S' },
    { left: D('P1D'), right: -1, product: 'P-1D' },
    { left: D('P1D'), right: 0, product: 'PT0S' },
  ])('$product is a product', ({ left, right, product }) => {
    expect(text(multiply(left, right))).toBe(product);
  });

  test.each([
    { left: D('P1D'), right: 3, quotient: 'PT8H' },
    { left: D('PT1S'), right: 3, quotient: 'PT0.333333333S' },
    { left: D('PT-1S'), right: 3, quotient: 'PT-0.333333333S' },
    { left: D('P1Y'), right: new Float(0.5), quotient: 'P2Y' },
    { left: D('P1D'), right: -2, quotient: 'PT-12H' },
  ])('$quotient is a quotient', ({ left, right, quotient }) => {
    expect(text(divide(left, right))).toBe(quotient);
  });

  test('cannot be divided by zero, nor by a duration', () => {
    expect(() => divide(D('P1D'), 0)).toThrow(expect.objectContaining({ detail: 'DivisionByZero' }));
    expect(() => divide(D('P1D'), new Float(0))).toThrow(expect.objectContaining({ detail: 'DivisionByZero' }));
    expect(() => divide(D('P1D'), D('P1D'))).toThrow(expect.objectContaining({ detail: 'InvalidArgumentType' }));
    expect(() => multiply(D('P1D'), new Float(Number.NaN))).toThrow();
  });

  test('adding and subtracting are each other’s inverse, part by part', () => {
    fc.assert(
      fc.property(shortDuration, shortDuration, (left, right) => {
        expect(subtract(add(left, right), right)).toEqual(left);
      }),
    );
  });

  test('are ordered by their mean length', () => {
    const ascending = ['P-1Y', 'PT0S', 'PT24H', 'P1D', 'P30D', 'P1M', 'P31D', 'P365D', 'P1Y', 'P366D'].map(D);

    for (let i = 1; i < ascending.length; i++)
      expect(compareDurations(ascending[i - 1]!, ascending[i]!)).toBeLessThan(0);
  });
});

describe('the duration between', () => {
  test('two dates and times leads from one to the other', () => {
    fc.assert(
      fc.property(innerLocal, innerLocal, (from, to) => {
        expect(plus(from, between(from, to))).toEqual(to);
      }),
    );
  });

  test('two moments in zones leads to the same moment', () => {
    fc.assert(
      fc.property(innerZoned, innerZoned, (from, to) => {
        expect(momentOf(plus(from, between(from, to)))).toEqual(momentOf(to));
        expect(momentOf(plus(from, inSeconds(from, to)))).toEqual(momentOf(to));
      }),
    );
  });

  test('turned round is the same in seconds, below zero', () => {
    fc.assert(
      fc.property(innerZoned, innerZoned, (from, to) => {
        expect(add(inSeconds(from, to), inSeconds(to, from))).toEqual(D('PT0S'));
      }),
    );
  });

  test.each<{ from: TemporalOf; to: TemporalOf; all: string; months: string; days: string; seconds: string }>([
    {
      from: parseDate('2018-01-31'),
      to: parseDate('2018-02-28'),
      all: 'P28D',
      months: 'PT0S',
      days: 'P28D',
      seconds: 'PT672H',
    },
    {
      from: parseDate('2018-03-11'),
      to: parseDate('2016-06-24'),
      all: 'P-1Y-8M-17D',
      months: 'P-1Y-8M',
      days: 'P-625D',
      seconds: 'PT-15000H',
    },
    {
      from: parseDate('2018-01-01'),
      to: parseLocalTime('16:30'),
      all: 'PT16H30M',
      months: 'PT0S',
      days: 'PT0S',
      seconds: 'PT16H30M',
    },
    {
      from: parseTime('14:30Z', 0),
      to: parseTime('16:30+01:00', 0),
      all: 'PT1H',
      months: 'PT0S',
      days: 'PT0S',
      seconds: 'PT1H',
    },
    {
      from: parseDateTime('2017-10-29T00:00[Europe/Stockholm]', UTC),
      to: parseDate('2017-10-30'),
      all: 'P1D',
      months: 'PT0S',
      days: 'P1D',
      seconds: 'PT25H',
    },
    {
      from: parseLocalTime('00:00'),
      to: parseDateTime('2017-10-29T04:00[Europe/Stockholm]', UTC),
      all: 'PT5H',
      months: 'PT0S',
      days: 'PT0S',
      seconds: 'PT5H',
    },
  ])('mixed types: $all', ({ from, to, all, months, days, seconds }) => {
    expect([between, inMonths, inDays, inSeconds].map((measure) => text(measure(from, to)))).toEqual([
      all,
      months,
      days,
      seconds,
    ]);
  });
});

test('a moment that two zones share is one moment and two values', () => {
  const inStockholm = parseDateTime('2015-07-21T12:00+02:00[Europe/Stockholm]', UTC);
  const withOffset = new DateTimeValue({ ...inStockholm, zone: undefined });

  expect(text(inSeconds(inStockholm, withOffset))).toBe('PT0S');
  expect(inStockholm).not.toEqual(withOffset);
});

function text(value: Value): string {
  return isTemporalOrDuration(value) ? formatTemporal(value) : `not temporal: ${String(value)}`;
}
