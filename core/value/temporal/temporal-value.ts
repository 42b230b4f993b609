/**
 * Dates, times and durations, as openCypher and Neo4j 5 have them. A date is a day of the proleptic Gregorian calendar
 * as days since 1970-01-01; a time is nanoseconds since midnight. What has an offset or a zone keeps its local date and
 * time, and the offset that held there: it stays as it was made, even where another instance knows other zone rules.
 */

/** DATE. */
export class DateValue {
  readonly epochDay: number;

  constructor(epochDay: number) {
    this.epochDay = epochDay;
  }
}

/** LOCAL TIME. */
export class LocalTimeValue {
  readonly nanosecondOfDay: number;

  constructor(nanosecondOfDay: number) {
    this.nanosecondOfDay = nanosecondOfDay;
  }
}

/** ZONED TIME: a local time and its offset from UTC. */
export class TimeValue {
  readonly nanosecondOfDay: number;
  readonly offsetSeconds: number;

  constructor(nanosecondOfDay: number, offsetSeconds: number) {
    this.nanosecondOfDay = nanosecondOfDay;
    this.offsetSeconds = offsetSeconds;
  }
}

/** LOCAL DATETIME. */
export class LocalDateTimeValue {
  readonly epochDay: number;
  readonly nanosecondOfDay: number;

  constructor(epochDay: number, nanosecondOfDay: number) {
    this.epochDay = epochDay;
    this.nanosecondOfDay = nanosecondOfDay;
  }
}

/** ZONED DATETIME: a local date and time, its offset from UTC, and the IANA name of its zone if it has one. */
export class DateTimeValue {
  readonly epochDay: number;
  readonly nanosecondOfDay: number;
  readonly offsetSeconds: number;
  readonly zone: string | undefined;

  constructor(fields: {
    readonly epochDay: number;
    readonly nanosecondOfDay: number;
    readonly offsetSeconds: number;
    readonly zone: string | undefined;
  }) {
    this.epochDay = fields.epochDay;
    this.nanosecondOfDay = fields.nanosecondOfDay;
    this.offsetSeconds = fields.offsetSeconds;
    this.zone = fields.zone;
  }
}

/**
 * DURATION: four parts that are not carried into each other, as a month has no fixed number of days and a day no fixed
 * number of seconds. `seconds` is an INTEGER of 64 bits, months and days are safe ones; nanoseconds are 0 to 999,999,999.
 */
export class DurationValue {
  readonly months: number;
  readonly days: number;
  readonly seconds: number | bigint;
  readonly nanoseconds: number;

  constructor(fields: {
    readonly months: number;
    readonly days: number;
    readonly seconds: number | bigint;
    readonly nanoseconds: number;
  }) {
    this.months = fields.months;
    this.days = fields.days;
    this.seconds = fields.seconds;
    this.nanoseconds = fields.nanoseconds;
  }
}

/** A point or a stretch on a calendar or a clock. */
export type Temporal = DateValue | LocalTimeValue | TimeValue | LocalDateTimeValue | DateTimeValue;

/** What has a date. */
export type Dated = DateValue | LocalDateTimeValue | DateTimeValue;

/** What has a time of day. */
export type Timed = LocalTimeValue | TimeValue | LocalDateTimeValue | DateTimeValue;

/** Whether a value of any kind is a DATE, a time or a datetime. */
export function isTemporal(value: unknown): value is Temporal {
  return isDated(value) || value instanceof LocalTimeValue || value instanceof TimeValue;
}

export function isDated(value: unknown): value is Dated {
  return value instanceof DateValue || value instanceof LocalDateTimeValue || value instanceof DateTimeValue;
}

export function isTimed(value: unknown): value is Timed {
  return isTemporal(value) && !(value instanceof DateValue);
}

/** Whether a value of any kind is of a temporal type, DURATION included. */
export function isTemporalOrDuration(value: unknown): value is Temporal | DurationValue {
  return isTemporal(value) || value instanceof DurationValue;
}
