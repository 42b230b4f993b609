import fc from 'fast-check';
import { Temporal } from 'temporal-polyfill';
import { describe, expect, test } from 'vitest';
import {
  civilDateOf,
  daysInMonth,
  daysInQuarter,
  epochDayOf,
  firstDayOfQuarter,
  monthsBetween,
  ordinalDayOf,
  plusMonths,
  quarterOf,
  weekDateOf,
  weeksInYear,
} from '../../../../core/value/temporal/calendar.ts';
import { epochDay } from '../temporal-arbitrary.ts';

/** Days that the Temporal API can hold, which is the oracle here. */
const oracleDay = fc.integer({ min: -99_000_000, max: 99_000_000 });

function oracleDate(day: number): Temporal.PlainDate {
  return new Temporal.PlainDate(1970, 1, 1).add({ days: day });
}

describe('the calendar', () => {
  test('a day and its year, month and day tell the same, over all years', () => {
    fc.assert(
      fc.property(epochDay, (day) => {
        expect(epochDayOf(civilDateOf(day))).toBe(day);
      }),
    );
  });

  test('knows what Temporal knows of a day', () => {
    fc.assert(
      fc.property(oracleDay, (day) => {
        const {
          year,
          month,
          day: dayOfMonth,
          weekOfYear,
          yearOfWeek,
          dayOfWeek,
          dayOfYear,
          daysInMonth: length,
        } = oracleDate(day);

        expect(civilDateOf(day)).toEqual({ year, month, day: dayOfMonth });
        expect(weekDateOf(day)).toEqual({ weekYear: yearOfWeek, week: weekOfYear, dayOfWeek });
        expect(ordinalDayOf(day)).toBe(dayOfYear);
        expect(daysInMonth(year, month)).toBe(length);
      }),
    );
  });

  test('adds months as Temporal does, and clips to the end of the month', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -90_000_000, max: 90_000_000 }),
        fc.integer({ min: -9999, max: 9999 }),
        (day, months) => {
          const { year, month, day: dayOfMonth } = oracleDate(day).add({ months });

          expect(civilDateOf(plusMonths(day, months))).toEqual({ year, month, day: dayOfMonth });
        },
      ),
    );
  });

  test('a day lies between so many whole months later and one month more', () => {
    fc.assert(
      fc.property(epochDay, epochDay, (from, to) => {
        const months = monthsBetween(from, to);
        const reached = plusMonths(from, months);
        const beyond = plusMonths(from, months + (to >= from ? 1 : -1));

        expect(to >= from ? reached <= to && beyond > to : reached >= to && beyond < to).toBe(true);
      }),
    );
  });

  test.each([
    { year: 2015, weeks: 53 },
    { year: 2016, weeks: 52 },
    { year: 1818, weeks: 53 },
    { year: -1, weeks: 52 },
  ])('$year has $weeks weeks', ({ year, weeks }) => {
    expect(weeksInYear(year)).toBe(weeks);
  });

  test.each([
    { year: 1984, days: [91, 91, 92, 92] },
    { year: 1985, days: [90, 91, 92, 92] },
  ])('the quarters of $year have $days days', ({ year, days }) => {
    expect([1, 2, 3, 4].map((quarter) => daysInQuarter(year, quarter))).toEqual(days);
    expect([1, 2, 3, 4].map((quarter) => quarterOf(civilDateOf(firstDayOfQuarter(year, quarter)).month))).toEqual([
      1, 2, 3, 4,
    ]);
  });
});
