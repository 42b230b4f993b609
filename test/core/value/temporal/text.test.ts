/** Temporal values as text and back. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GraphError } from '../../../../core/error.ts';
import { parseDuration } from '../../../../core/value/temporal/duration-parser.ts';
import { formatTemporal } from '../../../../core/value/temporal/format.ts';
import {
  parseDate,
  parseDateTime,
  parseLocalDateTime,
  parseLocalTime,
  parseTime,
} from '../../../../core/value/temporal/parser.ts';
import { DurationValue } from '../../../../core/value/temporal/temporal-value.ts';
import { UTC } from '../../../../core/value/temporal/zone.ts';
import { date, dateTime, duration, localDateTime, localTime, time } from '../temporal-arbitrary.ts';

describe('what is written is read again as it was', () => {
  test('a DATE', () => {
    fc.assert(
      fc.property(date, (value) => {
        expect(parseDate(formatTemporal(value))).toEqual(value);
      }),
    );
  });

  test('a LOCAL TIME', () => {
    fc.assert(
      fc.property(localTime, (value) => {
        expect(parseLocalTime(formatTemporal(value))).toEqual(value);
      }),
    );
  });

  test('a ZONED TIME', () => {
    fc.assert(
      fc.property(time, (value) => {
        expect(parseTime(formatTemporal(value), 0)).toEqual(value);
      }),
    );
  });

  test('a LOCAL DATETIME', () => {
    fc.assert(
      fc.property(localDateTime, (value) => {
        expect(parseLocalDateTime(formatTemporal(value))).toEqual(value);
      }),
    );
  });

  test('a ZONED DATETIME', () => {
    fc.assert(
      fc.property(dateTime, (value) => {
        expect(parseDateTime(formatTemporal(value), UTC)).toEqual(value);
      }),
    );
  });

  test('a DURATION', () => {
    fc.assert(
      fc.property(duration, (value) => {
        expect(parseDuration(formatTemporal(value))).toEqual(value);
      }),
    );
  });
});

describe('dates', () => {
  test.each([
    ['2015-07-21', '2015-07-21'],
    ['20150721', '2015-07-21'],
    ['2015-07', '2015-07-01'],
    ['201507', '2015-07-01'],
    ['2015-W30-2', '2015-07-21'],
    ['2015W302', '2015-07-21'],
    ['2015-W30', '2015-07-20'],
    ['2015W30', '2015-07-20'],
    ['2015-Q2-60', '2015-05-30'],
    ['2015Q260', '2015-05-30'],
    ['2015-Q2', '2015-04-01'],
    ['2015Q2', '2015-04-01'],
    ['2015-202', '2015-07-21'],
    ['2015202', '2015-07-21'],
    ['2015', '2015-01-01'],
    ['0000-01-01', '0000-01-01'],
    ['-0001-12-31', '-0001-12-31'],
    ['+12345-06', '+12345-06-01'],
    ['-999999999-01-01', '-999999999-01-01'],
    ['+999999999-W52-5', '+999999999-12-31'],
  ])('%s is %s', (text, expected) => {
    expect(formatTemporal(parseDate(text))).toBe(expected);
  });

  test.each([
    '',
    '15-07-21',
    '2015-7-21',
    '2015-13-01',
    '2015-02-29',
    '2016-W53-1',
    '2015-Q5',
    '2015-366',
    '2015-W30-8',
    '2015-07-21T12:00',
    '12345-01-01',
    '+1234567890-01-01',
    '2015-0721',
    `${'0'.repeat(300)}1`,
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseDate(text))).toBe('Neo.ClientError.Statement.ArgumentError');
  });
});

describe('times', () => {
  test.each([
    ['21:40:32.142', '21:40:32.142'],
    ['214032,142', '21:40:32.142'],
    ['21:40:00', '21:40'],
    ['2140', '21:40'],
    ['21', '21:00'],
    ['00:00:00.000000001', '00:00:00.000000001'],
    ['23:59:59.5', '23:59:59.5'],
  ])('%s is %s', (text, expected) => {
    expect(formatTemporal(parseLocalTime(text))).toBe(expected);
  });

  test.each([
    ['21:40:32.142+0100', '21:40:32.142+01:00'],
    ['214032Z', '21:40:32Z'],
    ['21:40-00:00', '21:40Z'],
    ['22+18:00', '22:00+18:00'],
    ['12:34:56-02:05:07', '12:34:56-02:05:07'],
    ['12:34:56+020507', '12:34:56+02:05:07'],
    ['12:34', '12:34Z'],
  ])('%s is %s', (text, expected) => {
    expect(formatTemporal(parseTime(text, 0))).toBe(expected);
  });

  test.each(['24:00', '12:60', '12:34:60', '1', '123', '12:3456', '12:34:56.1234567890', '12:34Z', 'T12'])(
    'refuses %j as a LOCAL TIME',
    (text) => {
      expect(codeOf(() => parseLocalTime(text))).toBe('Neo.ClientError.Statement.ArgumentError');
    },
  );

  test.each(['12:34+19:00', '12:34+01:60', '12:34+1', '12:34[Europe/Stockholm]', '12:34+01:00[Europe/Stockholm]'])(
    'refuses %j as a ZONED TIME',
    (text) => {
      expect(codeOf(() => parseTime(text, 0))).toBe('Neo.ClientError.Statement.ArgumentError');
    },
  );
});

describe('dates and times with zones', () => {
  test.each([
    ['2015-W30T2140-02', '2015-07-20T21:40-02:00'],
    ['2015-07-21', '2015-07-21T00:00Z'],
    ['2015-07-21T21:40:32.142+0845[Australia/Eucla]', '2015-07-21T21:40:32.142+08:45[Australia/Eucla]'],
    ['2015-07-21T21:40[europe/london]', '2015-07-21T21:40+01:00[Europe/London]'],
    ['1818-07-21T21:40:32.142[Europe/Stockholm]', '1818-07-21T21:40:32.142+00:53:28[Europe/Stockholm]'],
    ['2015-07-21T21:40Z[UTC]', '2015-07-21T21:40Z[UTC]'],
  ])('%s is %s', (text, expected) => {
    expect(formatTemporal(parseDateTime(text, UTC))).toBe(expected);
  });

  test.each([
    '2015-07-21T21:40+01:00[Europe/Stockholm]',
    '2015-07-21T21:40[Europe/Nowhere]',
    '2015-07-21T21:40[]',
    '2015-07-21T21:40+01:00[Europe/Stockholm',
    '2015-07-21T',
    '2015-07-21 21:40',
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseDateTime(text, UTC))).toBe('Neo.ClientError.Statement.ArgumentError');
  });
});

describe('durations', () => {
  test.each([
    ['P14DT16H12M', 'P14DT16H12M'],
    ['P5M1.5D', 'P5M1DT12H'],
    ['P0.75M', 'P22DT19H51M49.5S'],
    ['PT0.75M', 'PT45S'],
    ['P2,5W', 'P17DT12H'],
    ['P12Y5M14DT16H12M70S', 'P12Y5M14DT16H13M10S'],
    ['P2012-02-02T14:37:21.545', 'P2012Y2M2DT14H37M21.545S'],
    ['P20120202T143721', 'P2012Y2M2DT14H37M21S'],
    ['-P1Y-2M', 'P-10M'],
    ['PT-0.000000001S', 'PT-0.000000001S'],
    ['PT9223372036854775807S', 'PT2562047788015215H30M7S'],
    ['PT-9223372036854775807.5S', 'PT-2562047788015215H-30M-7.5S'],
    ['PT0S', 'PT0S'],
  ])('%s is %s', (text, expected) => {
    expect(formatTemporal(parseDuration(text))).toBe(expected);
  });

  test.each([
    'P',
    'PT',
    'P1',
    '1D',
    'P1DT',
    'P1H',
    'PT1D',
    'P1M1Y',
    'P2012-13-02',
    'P2012-02-02T14:60:00',
    'P1.D',
    `P${'1'.repeat(300)}D`,
  ])('refuses %j', (text) => {
    expect(codeOf(() => parseDuration(text))).toBe('Neo.ClientError.Statement.ArgumentError');
  });

  test('is too long past 64 bits of seconds', () => {
    expect(codeOf(() => parseDuration('PT9223372036854775808S'))).toBe('Neo.ClientError.Statement.ArithmeticError');
  });

  test('the least a duration may have of each sign reads well', () => {
    const value = new DurationValue({ months: -1, days: 1, seconds: -1, nanoseconds: 999_999_999 });

    expect(formatTemporal(value)).toBe('P-1M1DT-0.000000001S');
  });
});

function codeOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return (error as GraphError).code; // Anything else has no code, and the test fails.
  }
  return 'nothing was thrown';
}
