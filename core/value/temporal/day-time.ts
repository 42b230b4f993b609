/**
 * A day and a time of that day, by itself or as a moment in UTC: what the calendar and the clock meet in. Seconds since
 * 1970 would not do, because at the ends of the calendar they are beyond what a number holds exactly.
 */
import { EPOCH_DAY_MAX, EPOCH_DAY_MIN } from './calendar.ts';
import { temporalOverflow } from './temporal-error.ts';

export const SECONDS_PER_DAY = 86_400;
export const NANOS_PER_SECOND = 1_000_000_000;
export const NANOS_PER_MINUTE = 60 * NANOS_PER_SECOND;
export const NANOS_PER_HOUR = 3600 * NANOS_PER_SECOND;
export const NANOS_PER_DAY = SECONDS_PER_DAY * NANOS_PER_SECOND;

export interface DayTime {
  readonly epochDay: number;
  /** 0 to NANOS_PER_DAY - 1. */
  readonly nanosecondOfDay: number;
}

/** An INTEGER in its one form: a number while that is safe. Fails past 64 bits. */
export function integerOf(exact: bigint): number | bigint {
  if (exact >= Number.MIN_SAFE_INTEGER && exact <= Number.MAX_SAFE_INTEGER) return Number(exact);
  if (BigInt.asIntN(64, exact) === exact) return exact;
  throw temporalOverflow('The number does not fit a 64-bit INTEGER.');
}

/** The sum of two INTEGERs. */
export function sumOf(left: number | bigint, right: number | bigint): number | bigint {
  if (typeof left === 'number' && typeof right === 'number') {
    const sum = left + right;
    if (Number.isSafeInteger(sum)) return sum;
  }
  return integerOf(BigInt(left) + BigInt(right));
}

/** Days so many later, as a day that a date may have. */
export function plusDays(epochDay: number, days: number): number {
  const sum = epochDay + days;
  if (sum >= EPOCH_DAY_MIN && sum <= EPOCH_DAY_MAX) return sum;
  throw temporalOverflow('The date lies beyond the years -999999999 to 999999999.');
}

/** The moment so much later. It may lie beyond the calendar; what is made of it is checked. */
export function plusTime(start: DayTime, seconds: number | bigint, nanoseconds: number): DayTime {
  const wholeDays = typeof seconds === 'number' ? Math.floor(seconds / SECONDS_PER_DAY) : floorDays(seconds);
  const secondsLeft = Number(
    typeof seconds === 'number'
      ? seconds - wholeDays * SECONDS_PER_DAY
      : seconds - BigInt(wholeDays) * BigInt(SECONDS_PER_DAY),
  );
  const nanos = start.nanosecondOfDay + secondsLeft * NANOS_PER_SECOND + nanoseconds;
  const carry = Math.floor(nanos / NANOS_PER_DAY);
  return { epochDay: start.epochDay + wholeDays + carry, nanosecondOfDay: nanos - carry * NANOS_PER_DAY };
}

function floorDays(seconds: bigint): number {
  const perDay = BigInt(SECONDS_PER_DAY);
  const days = seconds / perDay;
  return Number(seconds < 0n && days * perDay !== seconds ? days - 1n : days);
}

/** Whole seconds since 1970-01-01 of a moment in UTC, rounded down. */
export function epochSecondsOf(moment: DayTime): number | bigint {
  const secondOfDay = Math.floor(moment.nanosecondOfDay / NANOS_PER_SECOND);
  const seconds = moment.epochDay * SECONDS_PER_DAY + secondOfDay;
  if (Number.isSafeInteger(seconds)) return seconds;
  return BigInt(moment.epochDay) * BigInt(SECONDS_PER_DAY) + BigInt(secondOfDay);
}

/** Which moment comes first: below 0 for `left`, above 0 for `right`. */
export function compareDayTimes(left: DayTime, right: DayTime): number {
  return left.epochDay - right.epochDay || left.nanosecondOfDay - right.nanosecondOfDay;
}
