/**
 * The proleptic Gregorian calendar and its ISO 8601 weeks in whole numbers. A date is an epoch day: days since
 * 1970-01-01, below zero before it. Source of the day arithmetic: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms".
 */

/** The years that a date may have. Source: openCypher's kit and Neo4j 5. */
export const YEAR_MIN = -999_999_999;
export const YEAR_MAX = 999_999_999;

/** The Gregorian calendar repeats after 400 years, weekdays included. */
export const DAYS_PER_CYCLE = 146_097;

/** From 0000-03-01, where a cycle begins, to 1970-01-01. */
const DAYS_BEFORE_EPOCH = 719_468;

/** A date by its calendar fields; month and day count from 1. */
export interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

/** A date by its ISO week: week 1 is the one with the year's first Thursday. */
export interface WeekDate {
  readonly weekYear: number;
  readonly week: number;
  /** 1 is Monday. */
  readonly dayOfWeek: number;
}

/** The remainder with the sign of the divisor, never -0. */
export function floorModulo(dividend: number, divisor: number): number {
  return dividend - Math.floor(dividend / divisor) * divisor;
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInYear(year: number): number {
  return isLeapYear(year) ? 366 : 365;
}

export function daysInMonth(year: number, month: number): number {
  if (month === 2) return isLeapYear(year) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** The epoch day of a date whose month lies in 1 to 12; a day past the month's end runs into the next. */
export function epochDayOf({ year, month, day }: CivilDate): number {
  // Years count from March, so that the leap day comes last.
  const shifted = month > 2 ? year : year - 1;
  const cycle = Math.floor(shifted / 400);
  const yearOfCycle = shifted - cycle * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfCycle = yearOfCycle * 365 + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100) + dayOfYear;
  return cycle * DAYS_PER_CYCLE + dayOfCycle - DAYS_BEFORE_EPOCH;
}

/** The inverse of epochDayOf. */
export function civilDateOf(epochDay: number): CivilDate {
  const shifted = epochDay + DAYS_BEFORE_EPOCH;
  const cycle = Math.floor(shifted / DAYS_PER_CYCLE);
  const dayOfCycle = shifted - cycle * DAYS_PER_CYCLE;
  const leapDays =
    Math.floor(dayOfCycle / 1460) - Math.floor(dayOfCycle / 36_524) + Math.floor(dayOfCycle / (DAYS_PER_CYCLE - 1));
  const yearOfCycle = Math.floor((dayOfCycle - leapDays) / 365);
  const dayOfYear = dayOfCycle - (365 * yearOfCycle + Math.floor(yearOfCycle / 4) - Math.floor(yearOfCycle / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  return {
    year: cycle * 400 + yearOfCycle + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1,
  };
}

/** The first and the last day that a date may have. */
export const EPOCH_DAY_MIN = epochDayOf({ year: YEAR_MIN, month: 1, day: 1 });
export const EPOCH_DAY_MAX = epochDayOf({ year: YEAR_MAX, month: 12, day: 31 });

/** 1 is Monday, 7 is Sunday. */
export function dayOfWeekOf(epochDay: number): number {
  return floorModulo(epochDay + 3, 7) + 1;
}

/** 1 to 366. */
export function ordinalDayOf(epochDay: number): number {
  const { year } = civilDateOf(epochDay);
  return epochDay - epochDayOf({ year, month: 1, day: 1 }) + 1;
}

/** The Monday of a week-year's first week, as an epoch day. January 4 always lies in that week. */
export function firstDayOfWeekYear(weekYear: number): number {
  const fourth = epochDayOf({ year: weekYear, month: 1, day: 4 });
  return fourth - dayOfWeekOf(fourth) + 1;
}

export function weekDateOf(epochDay: number): WeekDate {
  const dayOfWeek = dayOfWeekOf(epochDay);
  // A week belongs to the year of its Thursday.
  const { year: weekYear } = civilDateOf(epochDay - dayOfWeek + 4);
  const week = Math.floor((epochDay - firstDayOfWeekYear(weekYear)) / 7) + 1;
  return { weekYear, week, dayOfWeek };
}

/** 52 or 53. */
export function weeksInYear(weekYear: number): number {
  return (firstDayOfWeekYear(weekYear + 1) - firstDayOfWeekYear(weekYear)) / 7;
}

export function quarterOf(month: number): number {
  return Math.floor((month - 1) / 3) + 1;
}

/** The first day of a quarter, as an epoch day. */
export function firstDayOfQuarter(year: number, quarter: number): number {
  return epochDayOf({ year, month: quarter * 3 - 2, day: 1 });
}

/** 90 to 92. */
export function daysInQuarter(year: number, quarter: number): number {
  const next = quarter === 4 ? epochDayOf({ year: year + 1, month: 1, day: 1 }) : firstDayOfQuarter(year, quarter + 1);
  return next - firstDayOfQuarter(year, quarter);
}

/** The day so many months later, or earlier; where that month is too short, its last day. */
export function plusMonths(epochDay: number, months: number): number {
  if (months === 0) return epochDay;
  const { year, month, day } = civilDateOf(epochDay);
  const monthCount = year * 12 + (month - 1) + months;
  const newYear = Math.floor(monthCount / 12);
  const newMonth = monthCount - newYear * 12 + 1;
  return epochDayOf({ year: newYear, month: newMonth, day: Math.min(day, daysInMonth(newYear, newMonth)) });
}

/** Whole months from one day to another, cut off towards zero. */
export function monthsBetween(from: number, to: number): number {
  const start = civilDateOf(from);
  const end = civilDateOf(to);
  const months = (end.year - start.year) * 12 + (end.month - start.month);
  if (months > 0 && end.day < start.day) return months - 1;
  return months < 0 && end.day > start.day ? months + 1 : months;
}
