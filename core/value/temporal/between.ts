/**
 * The duration from one temporal value to another. What one of them lacks it takes from the other: a date, or a zone;
 * a date has its first moment. So two that share a date or have none differ by their times alone.
 */
import { monthsBetween } from './calendar.ts';
import { type DayTime, epochSecondsOf, integerOf, NANOS_PER_SECOND } from './day-time.ts';
import { durationOf } from './duration.ts';
import { plusDaysInZone, plusMonthsInZone } from './plus.ts';
import { DateTimeValue, type DurationValue, isDated, isTimed, type Temporal, TimeValue } from './temporal-value.ts';
import { dateTimeAt, dateTimeIn, momentOf, UTC, type Zone, zoneOf } from './zone.ts';

/** Whole months, then whole days, then the rest: `from` plus the answer is `to`, wherever both are complete. */
export function between(from: Temporal, to: Temporal): DurationValue {
  const [start, end] = aligned(from, to);
  const months = wholeMonths(start, end);
  const afterMonths = plusMonthsInZone(start, months);
  const days = wholeDays(afterMonths, end);
  const rest = secondsBetween(plusDaysInZone(afterMonths, days), end);
  return durationOf({ months, days, ...rest });
}

/** Whole months, and nothing else. */
export function inMonths(from: Temporal, to: Temporal): DurationValue {
  const [start, end] = aligned(from, to);
  return durationOf({ months: wholeMonths(start, end) });
}

/** Whole days, and nothing else. */
export function inDays(from: Temporal, to: Temporal): DurationValue {
  const [start, end] = aligned(from, to);
  return durationOf({ days: wholeDays(start, end) });
}

/** The time that passes, in seconds and nanoseconds. */
export function inSeconds(from: Temporal, to: Temporal): DurationValue {
  const [start, end] = aligned(from, to);
  return durationOf(secondsBetween(start, end));
}

/** Both as dates and times in the zone of the first. */
function aligned(from: Temporal, to: Temporal): readonly [start: DateTimeValue, end: DateTimeValue] {
  const start = completed(from, to);
  const end = completed(to, from);
  const zone = zoneOf(start);
  return [start, zoneOf(end) === zone ? end : dateTimeAt(zone, momentOf(end))];
}

function completed(value: Temporal, other: Temporal): DateTimeValue {
  if (value instanceof DateTimeValue) return value;
  const dated = isDated(value) ? value : isDated(other) ? other : undefined;
  const local: DayTime = {
    epochDay: dated?.epochDay ?? 0,
    nanosecondOfDay: isTimed(value) ? value.nanosecondOfDay : 0,
  };
  return dateTimeIn(ownZone(value) ?? ownZone(other) ?? UTC, local);
}

function ownZone(value: Temporal): Zone | undefined {
  return value instanceof DateTimeValue || value instanceof TimeValue ? zoneOf(value) : undefined;
}

function wholeMonths(start: DateTimeValue, end: DateTimeValue): number {
  return monthsBetween(start.epochDay, lastWholeDay(start, end));
}

function wholeDays(start: DateTimeValue, end: DateTimeValue): number {
  return lastWholeDay(start, end) - start.epochDay;
}

/** The last day that is reached from `start` in steps of 24 hours of the wall clock, without passing `end`. */
function lastWholeDay(start: DateTimeValue, end: DateTimeValue): number {
  if (end.epochDay > start.epochDay && end.nanosecondOfDay < start.nanosecondOfDay) return end.epochDay - 1;
  if (end.epochDay < start.epochDay && end.nanosecondOfDay > start.nanosecondOfDay) return end.epochDay + 1;
  return end.epochDay;
}

function secondsBetween(start: DateTimeValue, end: DateTimeValue): { seconds: number | bigint; nanoseconds: number } {
  const first = momentOf(start);
  const last = momentOf(end);
  return {
    seconds: integerOf(BigInt(epochSecondsOf(last)) - BigInt(epochSecondsOf(first))),
    nanoseconds: (last.nanosecondOfDay % NANOS_PER_SECOND) - (first.nanosecondOfDay % NANOS_PER_SECOND),
  };
}
