/** What functions make of maps and of other values. Cases beyond those of openCypher's kit. */
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../../core/error.ts';
import { componentOf } from '../../../../core/value/temporal/accessors.ts';
import {
  fromEpoch,
  makeDate,
  makeDateTime,
  makeDuration,
  makeLocalDateTime,
  makeLocalTime,
  makeTime,
  momentAt,
} from '../../../../core/value/temporal/construction.ts';
import { parseDuration } from '../../../../core/value/temporal/duration-parser.ts';
import { formatTemporal } from '../../../../core/value/temporal/format.ts';
import {
  parseDate,
  parseDateTime,
  parseLocalDateTime,
  parseLocalTime,
  parseTime,
} from '../../../../core/value/temporal/parser.ts';
import {
  truncateDate,
  truncateDateTime,
  truncateLocalDateTime,
  truncateLocalTime,
  truncateTimeInZone,
} from '../../../../core/value/temporal/truncation.ts';
import { UTC } from '../../../../core/value/temporal/zone.ts';
import { Float, type Value } from '../../../../core/value/value.ts';

/** 2026-07-01T12:00Z. */
const NOW = momentAt(1_782_907_200_000);

const date = parseDate('1984-11-30');
const localDateTime = parseLocalDateTime('1984-11-30T12:31:14.645876123');
const inStockholm = parseDateTime('1984-11-30T12:31:14.645[Europe/Stockholm]', UTC);

const MAKERS = {
  date: makeDate,
  localtime: makeLocalTime,
  time: makeTime,
  localdatetime: makeLocalDateTime,
  datetime: makeDateTime,
  duration: makeDuration,
};

type Maker = keyof typeof MAKERS;

function make(maker: Maker, fields: Readonly<Record<string, Value>>): string {
  return formatTemporal(MAKERS[maker](new Map(Object.entries(fields)), NOW));
}

describe('a map', () => {
  test.each<[Maker, Record<string, Value>, string]>([
    ['date', { year: 2015, quarter: 2 }, '2015-04-01'],
    ['date', { year: -4, month: 2, day: 29 }, '-0004-02-29'],
    ['date', { year: 999_999_999, month: 12, day: 31 }, '+999999999-12-31'],
    ['date', { date, month: 2 }, '1984-02-29'],
    ['date', { date, year: 1985, month: 2 }, '1985-02-28'],
    ['date', { date, dayOfWeek: 1 }, '1984-11-26'],
    ['date', { date, dayOfQuarter: 1 }, '1984-10-01'],
    ['date', { date: parseDate('2015-12-31'), year: 2016, dayOfWeek: 1 }, '2016-12-26'],
    ['date', { date: inStockholm, day: 1 }, '1984-11-01'],
    ['date', { timezone: 'Pacific/Kiritimati' }, '2026-07-02'],
    ['localtime', { hour: 12, minute: 31, second: 14, millisecond: 1, nanosecond: 999_999 }, '12:31:14.001999999'],
    ['localtime', { time: inStockholm, microsecond: 2 }, '12:31:14.000002'],
    ['localtime', { timezone: 'Europe/Stockholm' }, '14:00'],
    ['time', { hour: 12, timezone: 'Europe/Stockholm' }, '12:00+02:00'],
    ['time', { time: inStockholm, timezone: 'Asia/Kathmandu' }, '17:01:14.645+05:30'],
    ['time', { time: parseTime('01:00+02:00', 0), timezone: '-01:00' }, '22:00-01:00'],
    ['localdatetime', { datetime: date, hour: 1 }, '1984-11-30T01:00'],
    ['localdatetime', { datetime: localDateTime, ordinalDay: 1, minute: 0 }, '1984-01-01T12:00:14.645876123'],
    ['datetime', { date: inStockholm, hour: 1 }, '1984-11-30T01:00Z'],
    ['datetime', { datetime: inStockholm, month: 7, timezone: 'UTC' }, '1984-07-30T10:31:14.645Z[UTC]'],
    ['datetime', { epochSeconds: 416_779, nanosecond: 7 }, '1970-01-05T19:46:19.000000007Z'],
    ['datetime', { epochMillis: -1, timezone: 'Europe/Stockholm' }, '1970-01-01T00:59:59.999+01:00[Europe/Stockholm]'],
    ['datetime', { timezone: 'America/New_York' }, '2026-07-01T08:00-04:00[America/New_York]'],
    ['duration', { years: 1, quarters: 1, weeks: -1 }, 'P1Y3M-7D'],
    ['duration', { hours: new Float(0.57) }, 'PT34M12S'],
    ['duration', { months: new Float(-0.5) }, 'P-15DT-5H-14M-33S'],
    ['duration', { milliseconds: -1 }, 'PT-0.001S'],
  ])('%s(%o) is %s', (maker, fields, expected) => {
    expect(make(maker, fields)).toBe(expected);
  });

  test.each<[Maker, Record<string, Value>]>([
    ['date', {}],
    ['date', { month: 2 }],
    ['date', { year: 2015, day: 2 }],
    ['date', { year: 2015, dayOfWeek: 2 }],
    ['date', { year: 2015, month: 2, week: 3 }],
    ['date', { year: 2015, month: 13 }],
    ['date', { year: 2015, month: 2, day: 29 }],
    ['date', { year: 2015, week: 54 }],
    ['date', { year: 2015, quarter: 1, dayOfQuarter: 91 }],
    ['date', { year: 2015, ordinalDay: 366 }],
    ['date', { year: 1_000_000_000 }],
    ['date', { year: new Float(2015) }],
    ['date', { year: '2015' }],
    ['date', { year: 2015, hour: 1 }],
    ['date', { year: 2015, timezone: 'Z' }],
    ['date', { date: parseLocalTime('12:00') }],
    ['localtime', {}],
    ['localtime', { minute: 1 }],
    ['localtime', { hour: 1, second: 1 }],
    ['localtime', { hour: 1, minute: 1, nanosecond: 1 }],
    ['localtime', { hour: 24 }],
    ['localtime', { hour: 1, minute: 1, second: 1, millisecond: 1, nanosecond: 1_000_000 }],
    ['localtime', { time: date }],
    ['time', { hour: 1, timezone: 'Nowhere' }],
    ['time', { hour: 1, timezone: 1 }],
    ['datetime', { hour: 1 }],
    ['datetime', { datetime: inStockholm, date }],
    ['datetime', { epochSeconds: 1, epochMillis: 1 }],
    ['datetime', { epochSeconds: 1, year: 2015 }],
    ['duration', { day: 1 }],
    ['duration', { days: '1' }],
  ])('%s(%o) is refused', (maker, fields) => {
    expect(() => make(maker, fields)).toThrow(GraphError);
  });

  test.each<[Maker, Value]>([
    ['date', 1],
    ['date', parseLocalTime('12:00')],
    ['localtime', date],
    ['time', date],
    ['datetime', parseTime('12:00', 0)],
    ['duration', date],
  ])('%s() of another kind of value is refused', (maker, source) => {
    expect(() => MAKERS[maker](source, NOW)).toThrow(GraphError);
  });
});

test('seconds since 1970 reach as far as the calendar', () => {
  const seconds = { isSeconds: true, zone: UTC };

  expect(formatTemporal(fromEpoch(-31_557_014_135_596_800n, 0, seconds))).toBe('-999999999-01-01T00:00Z');
  expect(() => fromEpoch(-31_557_014_135_596_801n, 0, seconds)).toThrow(GraphError);
  expect(formatTemporal(fromEpoch(0, -1, seconds))).toBe('1969-12-31T23:59:59.999999999Z');
});

describe('components', () => {
  test.each([
    [
      parseDate('2008-12-31'),
      { weekYear: 2009, week: 1, dayOfWeek: 3, weekDay: 3, quarter: 4, dayOfQuarter: 92, ordinalDay: 366 },
    ],
    [
      parseTime('12:31:14.645876123-02:30', 0),
      { microsecond: 645_876, offset: '-02:30', timezone: '-02:30', offsetMinutes: -150 },
    ],
    [
      inStockholm,
      { timezone: 'Europe/Stockholm', offset: '+01:00', offsetSeconds: 3600, epochMillis: 470_662_274_645 },
    ],
    [parseDateTime('-999999999-01-01', UTC), { epochSeconds: -31_557_014_135_596_800n, year: -999_999_999 }],
    [parseDuration('PT-0.5S'), { seconds: -1, nanosecondsOfSecond: 500_000_000, milliseconds: -500 }],
    [parseDuration('P-1Y-5M-9D'), { years: -1, quarters: -5, monthsOfYear: -5, weeks: -1, daysOfWeek: -2 }],
    [parseDuration('PT9007199254740993S'), { seconds: 9_007_199_254_740_993n, hours: 2_501_999_792_983 }],
  ])('of %o', (value, expected) => {
    const found = Object.fromEntries(Object.keys(expected).map((name) => [name, componentOf(value, name)]));

    expect(found).toEqual(expected);
  });

  test.each([
    [date, 'hour'],
    [parseLocalTime('12:00'), 'year'],
    [localDateTime, 'timezone'],
    [parseTime('12:00', 0), 'epochMillis'],
    [parseDuration('P1D'), 'day'],
    [date, '__proto__'],
  ])('of %o there is no %s', (value, name) => {
    expect(componentOf(value, name)).toBeUndefined();
  });
});

describe('truncating', () => {
  const map = (fields: Record<string, Value>) => new Map(Object.entries(fields));

  test.each([
    ['millennium', '1000-01-01'],
    ['century', '1900-01-01'],
    ['DECADE', '1980-01-01'],
    ['weekyear', '1984-01-02'],
    ['quarter', '1984-10-01'],
    ['week', '1984-11-26'],
    ['day', '1984-11-30'],
  ])('a DATE to its %s', (unit, expected) => {
    expect(formatTemporal(truncateDate({ unit, value: inStockholm, map: map({}) }))).toBe(expected);
  });

  test('rounds years below zero down', () => {
    expect(formatTemporal(truncateDate({ unit: 'century', value: parseDate('-0001-06-01'), map: map({}) }))).toBe(
      '-0100-01-01',
    );
  });

  test.each([
    ['millisecond', { nanosecond: 2 }, '12:31:14.645000002'],
    ['millisecond', { microsecond: 5 }, '12:31:14.645005'],
    ['microsecond', { nanosecond: 2 }, '12:31:14.645876002'],
    ['microsecond', { microsecond: 1, nanosecond: 2 }, '12:31:14.645001002'],
    ['microsecond', { millisecond: 1 }, '12:31:14.001'],
    ['second', { nanosecond: 2 }, '12:31:14.000000002'],
    ['day', { hour: 3 }, '03:00'],
  ])('a time to its %s keeps that under %o', (unit, fields, expected) => {
    expect(formatTemporal(truncateLocalTime({ unit, value: localDateTime, map: map(fields) }))).toBe(expected);
  });

  test('a value in a zone keeps its zone, unless the map names another, where the local time then is', () => {
    const day = { unit: 'day', value: inStockholm };

    expect(formatTemporal(truncateDateTime({ ...day, map: map({}) }))).toBe('1984-11-30T00:00+01:00[Europe/Stockholm]');
    expect(formatTemporal(truncateDateTime({ ...day, map: map({ month: 7 }) }))).toBe(
      '1984-07-30T00:00+02:00[Europe/Stockholm]',
    );
    expect(formatTemporal(truncateDateTime({ ...day, map: map({ timezone: 'Asia/Tokyo' }) }))).toBe(
      '1984-11-30T00:00+09:00[Asia/Tokyo]',
    );
    expect(formatTemporal(truncateTimeInZone({ ...day, map: map({}) }, NOW))).toBe('00:00+01:00');
    expect(formatTemporal(truncateTimeInZone({ ...day, map: map({ timezone: 'America/New_York' }) }, NOW))).toBe(
      '00:00-05:00',
    );
  });

  test.each([
    ['a unit of the clock for a DATE', () => truncateDate({ unit: 'hour', value: localDateTime, map: map({}) })],
    ['a unit of the clock of a DATE', () => truncateLocalDateTime({ unit: 'hour', value: date, map: map({}) })],
    [
      'a unit of the calendar for a time',
      () => truncateLocalTime({ unit: 'month', value: localDateTime, map: map({}) }),
    ],
    ['a time for a DATE', () => truncateDate({ unit: 'day', value: parseLocalTime('12:00'), map: map({}) })],
    ['an unknown unit', () => truncateDate({ unit: 'fortnight', value: date, map: map({}) })],
    [
      'a zone for a LOCAL DATETIME',
      () => truncateLocalDateTime({ unit: 'day', value: date, map: map({ timezone: 'Z' }) }),
    ],
  ])('refuses %s', (_what, truncate) => {
    expect(truncate).toThrow(GraphError);
  });
});
