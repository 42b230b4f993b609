import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import { DAYS_PER_CYCLE, epochDayOf } from '../../../../core/value/temporal/calendar.ts';
import { NANOS_PER_HOUR } from '../../../../core/value/temporal/day-time.ts';
import { formatTemporal } from '../../../../core/value/temporal/format.ts';
import { dateTimeAt, dateTimeIn, momentOf, offsetAt, parseZone } from '../../../../core/value/temporal/zone.ts';
import { innerDay, nanosecondOfDay } from '../temporal-arbitrary.ts';

const ZONES = ['Europe/Stockholm', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Africa/Casablanca'];
const zone = fc.constantFrom(...ZONES);

describe('zones', () => {
  test.each([
    ['Z', 0],
    ['+01:00', 3600],
    ['-0130', -5400],
    ['+05', 18000],
    ['-02:05:07', -7507],
    ['-00:00', 0],
    ['Europe/Stockholm', 'Europe/Stockholm'],
    ['america/los angeles', 'America/Los_Angeles'],
  ])('%s is %s', (text, expected) => {
    expect(parseZone(text)).toBe(expected);
  });

  test.each(['', '+1', '+18:01', '+01:00:60', 'Nowhere', 'Europe/Stockholm]', '🕑', `A${'a'.repeat(80)}`])(
    'there is none called %j',
    (text) => {
      expect(() => parseZone(text)).toThrow();
    },
  );

  test('a local time is placed as Temporal places it, where clocks change too', () => {
    // Minutes of one year, so that many fall on the days of changes.
    const minute = fc.integer({ min: 0, max: 366 * 1440 });
    fc.assert(
      fc.property(zone, fc.integer({ min: 1900, max: 2090 }), minute, (name, year, minutes) => {
        const oracle = new Temporal.PlainDateTime(year, 1, 1).add({ minutes });
        const local = {
          epochDay: epochDayOf({ year: oracle.year, month: oracle.month, day: oracle.day }),
          nanosecondOfDay: (oracle.hour * 60 + oracle.minute) * 60e9,
        };
        const expected = oracle.toZonedDateTime(name);

        const placed = dateTimeIn(name, local);

        expect(placed.offsetSeconds).toBe(expected.offsetNanoseconds / 1e9);
        expect(placed.nanosecondOfDay).toBe((expected.hour * 60 + expected.minute) * 60e9);
      }),
      { numRuns: 300 },
    );
  });

  test.each([
    { local: '02:30', preferred: undefined, expected: '2017-10-29T02:30+02:00[Europe/Stockholm]' },
    { local: '02:30', preferred: 3600, expected: '2017-10-29T02:30+01:00[Europe/Stockholm]' },
    { local: '02:30', preferred: 10_800, expected: '2017-10-29T02:30+02:00[Europe/Stockholm]' },
  ])('a local time that comes twice, with the offset $preferred in mind, is $expected', ({ preferred, expected }) => {
    const local = { epochDay: epochDayOf({ year: 2017, month: 10, day: 29 }), nanosecondOfDay: 2.5 * NANOS_PER_HOUR };

    expect(formatTemporal(dateTimeIn('Europe/Stockholm', local, preferred))).toBe(expected);
  });

  test('a local time that never comes moves on by the length of the gap', () => {
    const local = { epochDay: epochDayOf({ year: 2017, month: 3, day: 26 }), nanosecondOfDay: 2.5 * NANOS_PER_HOUR };

    expect(formatTemporal(dateTimeIn('Europe/Stockholm', local))).toBe('2017-03-26T03:30+02:00[Europe/Stockholm]');
  });

  test('a moment is the same moment in every zone, in any year', () => {
    fc.assert(
      fc.property(zone, innerDay, nanosecondOfDay, (name, epochDay, nanosecond) => {
        const moment = { epochDay, nanosecondOfDay: nanosecond };

        expect(momentOf(dateTimeAt(name, moment))).toEqual(moment);
      }),
    );
  });

  test('rules repeat with the calendar once the last known change is past', () => {
    fc.assert(
      fc.property(zone, fc.integer({ min: 50_000, max: 190_000 }), nanosecondOfDay, (name, epochDay, nanosecond) => {
        const moment = { epochDay, nanosecondOfDay: nanosecond };
        const later = { epochDay: epochDay + 1000 * DAYS_PER_CYCLE, nanosecondOfDay: nanosecond };

        expect(offsetAt(name, later)).toBe(offsetAt(name, moment));
      }),
    );
  });
});
