/** Days and times from their components, each held against its range. Errors: ArgumentError. */
import {
  daysInMonth,
  daysInQuarter,
  daysInYear,
  epochDayOf,
  firstDayOfQuarter,
  firstDayOfWeekYear,
  weeksInYear,
  YEAR_MAX,
  YEAR_MIN,
} from './calendar.ts';
import { NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND, plusDays } from './day-time.ts';
import { temporalError } from './temporal-error.ts';

/** The number, unless it lies outside its range. */
export function inRange(name: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw temporalError(`The ${name} must be from ${min} to ${max}, not ${value}.`, 'NumberOutOfRange');
}

function checkedYear(year: number): number {
  // Adding 0 makes 0 of -0.
  return inRange('year', year, YEAR_MIN, YEAR_MAX) + 0;
}

/** The epoch day of a calendar date. */
export function dayOfMonth(year: number, month: number, day: number): number {
  const date = { year: checkedYear(year), month: inRange('month', month, 1, 12), day };
  inRange('day', day, 1, daysInMonth(date.year, date.month));
  return epochDayOf(date);
}

/** The epoch day of a week date; a day of 1 is the Monday. */
export function dayOfWeek(weekYear: number, week: number, day: number): number {
  inRange('week', week, 1, weeksInYear(checkedYear(weekYear)));
  return plusDays(firstDayOfWeekYear(weekYear), (week - 1) * 7 + inRange('dayOfWeek', day, 1, 7) - 1);
}

/** The epoch day of the day of a quarter. */
export function dayOfQuarter(year: number, quarter: number, day: number): number {
  inRange('quarter', quarter, 1, 4);
  inRange('dayOfQuarter', day, 1, daysInQuarter(checkedYear(year), quarter));
  return firstDayOfQuarter(year, quarter) + day - 1;
}

/** The epoch day of the day of a year. */
export function dayOfYear(year: number, day: number): number {
  inRange('ordinalDay', day, 1, daysInYear(checkedYear(year)));
  return epochDayOf({ year, month: 1, day: 1 }) + day - 1;
}

/** Nanoseconds since midnight. */
export function timeOfDay(time: {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
}): number {
  return (
    inRange('hour', time.hour, 0, 23) * NANOS_PER_HOUR +
    inRange('minute', time.minute, 0, 59) * NANOS_PER_MINUTE +
    inRange('second', time.second, 0, 59) * NANOS_PER_SECOND +
    inRange('nanosecond', time.nanosecond, 0, NANOS_PER_SECOND - 1)
  );
}
