/**
 * Order and identity of temporal values of one type. Values with a zone are ordered by their moments; of one moment the
 * western offset comes first, then an offset without a name, then the names. So only values that are equal are level.
 * Source: Neo4j 5, Cypher manual, "Ordering and comparison of values".
 */
import { compareDayTimes } from './day-time.ts';
import { compareDurations, equalDurations } from './duration.ts';
import {
  DateTimeValue,
  DateValue,
  DurationValue,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from './temporal-value.ts';
import { momentOf, utcNanosecondOf } from './zone.ts';

/** Whether two values are of one type and the same in all their parts. One moment in two zones is not. */
export function equalTemporals(left: Temporal | DurationValue, right: unknown): boolean {
  if (left instanceof DateValue) return right instanceof DateValue && left.epochDay === right.epochDay;
  if (left instanceof LocalTimeValue) {
    return right instanceof LocalTimeValue && left.nanosecondOfDay === right.nanosecondOfDay;
  }
  if (left instanceof TimeValue) return right instanceof TimeValue && compareTimes(left, right) === 0;
  if (left instanceof LocalDateTimeValue) {
    return right instanceof LocalDateTimeValue && compareDayTimes(left, right) === 0;
  }
  if (left instanceof DateTimeValue) return right instanceof DateTimeValue && compareDateTimes(left, right) === 0;
  return right instanceof DurationValue && equalDurations(left, right);
}

/** Below 0 when `left` comes first, above 0 when `right` does; undefined for two types. Durations go by their mean length. */
export function compareTemporals(left: Temporal | DurationValue, right: unknown): number | undefined {
  if (left instanceof DateValue) return right instanceof DateValue ? left.epochDay - right.epochDay : undefined;
  if (left instanceof LocalTimeValue) {
    return right instanceof LocalTimeValue ? left.nanosecondOfDay - right.nanosecondOfDay : undefined;
  }
  if (left instanceof TimeValue) return right instanceof TimeValue ? compareTimes(left, right) : undefined;
  if (left instanceof LocalDateTimeValue) {
    return right instanceof LocalDateTimeValue ? compareDayTimes(left, right) : undefined;
  }
  if (left instanceof DateTimeValue) return right instanceof DateTimeValue ? compareDateTimes(left, right) : undefined;
  return right instanceof DurationValue ? compareDurations(left, right) : undefined;
}

function compareTimes(left: TimeValue, right: TimeValue): number {
  return utcNanosecondOf(left) - utcNanosecondOf(right) || left.offsetSeconds - right.offsetSeconds;
}

function compareDateTimes(left: DateTimeValue, right: DateTimeValue): number {
  const order = compareDayTimes(momentOf(left), momentOf(right)) || left.offsetSeconds - right.offsetSeconds;
  if (order !== 0 || left.zone === right.zone) return order;
  return (left.zone ?? '') < (right.zone ?? '') ? -1 : 1;
}

/** What the parts of a value are pushed up by, so that none is below zero: 48 bits hold every part then. */
const BIAS = 2 ** 46;

/**
 * A key as text: equal values have equal keys, and keys of one type that has an order (all but DURATION) have it too, by UTF-16
 * units. The first unit tells the type. No key is the beginning of another.
 */
export function temporalKey(value: Temporal | DurationValue): string {
  if (value instanceof DateValue) return `D${ordered(value.epochDay)}`;
  if (value instanceof LocalTimeValue) return `L${ordered(value.nanosecondOfDay)}`;
  if (value instanceof TimeValue) return `T${ordered(utcNanosecondOf(value))}${ordered(value.offsetSeconds)}`;
  if (value instanceof LocalDateTimeValue) return `M${ordered(value.epochDay)}${ordered(value.nanosecondOfDay)}`;
  if (value instanceof DurationValue) {
    return `P${value.months},${value.days},${value.seconds},${value.nanoseconds};`;
  }
  const { epochDay, nanosecondOfDay } = momentOf(value);
  // The end mark lies below every unit of a name, so that a shorter name comes first.
  const zone = `${value.zone ?? ''}\u0000`;
  return `Z${ordered(epochDay)}${ordered(nanosecondOfDay)}${ordered(value.offsetSeconds)}${zone}`;
}

/** Three units for a whole number of up to 46 bits and a sign. */
function ordered(part: number): string {
  const shifted = part + BIAS;
  return String.fromCharCode(Math.floor(shifted / 2 ** 32), Math.floor(shifted / 2 ** 16) % 2 ** 16, shifted % 2 ** 16);
}
