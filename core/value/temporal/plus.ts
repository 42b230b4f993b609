/** A temporal value and a duration: months first, then days, each on the calendar, then the clock part. */
import { plusMonths } from './calendar.ts';
import { type DayTime, plusDays, plusTime } from './day-time.ts';
import { negateDuration, wholeDaysOf } from './duration.ts';
import {
  type DateTimeValue,
  DateValue,
  type DurationValue,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from './temporal-value.ts';
import { dateTimeAt, dateTimeIn, momentOf, wrappedTime, zoneOf } from './zone.ts';

/**
 * The value so much later, of the same type. A month too short for the day gives its last day. A DATE takes whole days of
 * the clock part, a time its rest within the day. Errors: ArithmeticError beyond the calendar.
 */
export function plus<Kind extends Temporal>(value: Kind, duration: DurationValue): Kind;
export function plus(value: Temporal, duration: DurationValue): Temporal {
  const { months, days, seconds, nanoseconds } = duration;
  if (value instanceof DateValue) {
    return new DateValue(plusCalendar(value.epochDay, months, days + wholeDaysOf(duration)));
  }
  if (value instanceof LocalTimeValue || value instanceof TimeValue) {
    const { nanosecondOfDay } = plusTime({ epochDay: 0, nanosecondOfDay: value.nanosecondOfDay }, seconds, nanoseconds);
    return value instanceof TimeValue
      ? new TimeValue(wrappedTime(nanosecondOfDay), value.offsetSeconds)
      : new LocalTimeValue(wrappedTime(nanosecondOfDay));
  }
  if (value instanceof LocalDateTimeValue) {
    const epochDay = plusCalendar(value.epochDay, months, days);
    const later = plusTime({ epochDay, nanosecondOfDay: value.nanosecondOfDay }, seconds, nanoseconds);
    return new LocalDateTimeValue(plusDays(later.epochDay, 0), later.nanosecondOfDay);
  }
  const onCalendar = plusDaysInZone(plusMonthsInZone(value, months), days);
  if (Number(seconds) === 0 && nanoseconds === 0) return onCalendar;
  return dateTimeAt(zoneOf(value), plusTime(momentOf(onCalendar), seconds, nanoseconds));
}

/** The value so much earlier, of the same type. */
export function minus<Kind extends Temporal>(value: Kind, duration: DurationValue): Kind {
  return plus(value, negateDuration(duration));
}

function plusCalendar(epochDay: number, months: number, days: number): number {
  return plusDays(plusDays(plusMonths(epochDay, months), 0), days);
}

/** The same local time so many months later; where clocks change there, as dateTimeIn says. */
export function plusMonthsInZone(value: DateTimeValue, months: number): DateTimeValue {
  return months === 0 ? value : atDay(value, plusDays(plusMonths(value.epochDay, months), 0));
}

/** The same local time so many days later. */
export function plusDaysInZone(value: DateTimeValue, days: number): DateTimeValue {
  return days === 0 ? value : atDay(value, plusDays(value.epochDay, days));
}

function atDay(value: DateTimeValue, epochDay: number): DateTimeValue {
  const local: DayTime = { epochDay, nanosecondOfDay: value.nanosecondOfDay };
  return dateTimeIn(zoneOf(value), local, value.offsetSeconds);
}
