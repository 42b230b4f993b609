/** Temporal values and points for property tests. */
import fc from 'fast-check';
import { hasHeight, isGeographic, PointValue, SRID } from '../../../core/value/spatial/point-value.ts';
import { EPOCH_DAY_MAX, EPOCH_DAY_MIN } from '../../../core/value/temporal/calendar.ts';
import { NANOS_PER_DAY, NANOS_PER_SECOND } from '../../../core/value/temporal/day-time.ts';
import {
  type DateTimeValue,
  DateValue,
  DurationValue,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from '../../../core/value/temporal/temporal-value.ts';
import { dateTimeIn, parseZone } from '../../../core/value/temporal/zone.ts';

/** Days of any year, and more often days of our time. */
export const epochDay = fc.oneof(
  fc.integer({ min: EPOCH_DAY_MIN, max: EPOCH_DAY_MAX }),
  fc.integer({ min: -60_000, max: 60_000 }),
);

/** Days that leave room for a duration or an offset on both sides. */
export const innerDay = fc.oneof(
  fc.integer({ min: EPOCH_DAY_MIN + 1e6, max: EPOCH_DAY_MAX - 1e6 }),
  fc.integer({ min: -60_000, max: 60_000 }),
);

export const nanosecondOfDay = fc.oneof(
  fc.integer({ min: 0, max: NANOS_PER_DAY - 1 }),
  fc.integer({ min: 0, max: 86_399 }).map((second) => second * NANOS_PER_SECOND),
  fc.integer({ min: 0, max: 1439 }).map((minute) => minute * 60 * NANOS_PER_SECOND),
);

const offsetSeconds = fc.oneof(
  fc.integer({ min: -18 * 3600, max: 18 * 3600 }),
  fc.integer({ min: -72, max: 72 }).map((quarterHours) => quarterHours * 900),
);

const ZONES = [
  'Europe/Stockholm',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'UTC',
  'Africa/Casablanca',
];

export const date = epochDay.map((day) => new DateValue(day));
export const localTime = nanosecondOfDay.map((nanosecond) => new LocalTimeValue(nanosecond));
export const time = fc
  .tuple(nanosecondOfDay, offsetSeconds)
  .map(([nanosecond, offset]) => new TimeValue(nanosecond, offset));
export const localDateTime = fc
  .tuple(epochDay, nanosecondOfDay)
  .map(([day, nanosecond]) => new LocalDateTimeValue(day, nanosecond));
export const dateTime = fc
  .tuple(innerDay, nanosecondOfDay, fc.oneof(offsetSeconds, fc.constantFrom(...ZONES)))
  .map(
    ([day, nanosecond, zone]): DateTimeValue =>
      dateTimeIn(typeof zone === 'string' ? parseZone(zone) : zone, { epochDay: day, nanosecondOfDay: nanosecond }),
  );

export const temporal: fc.Arbitrary<Temporal> = fc.oneof(date, localTime, time, localDateTime, dateTime);

const wideInteger = fc
  .bigInt({ min: -(2n ** 60n), max: 2n ** 60n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

export const duration = fc
  .record({
    months: fc.oneof(fc.integer({ min: -500, max: 500 }), fc.maxSafeInteger()),
    days: fc.oneof(fc.integer({ min: -500, max: 500 }), fc.maxSafeInteger()),
    seconds: fc.oneof(fc.integer({ min: -200_000, max: 200_000 }), wideInteger),
    nanoseconds: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: NANOS_PER_SECOND - 1 })),
  })
  .map((fields) => new DurationValue(fields));

/** Durations that can be added to an innerDay. */
export const shortDuration = fc
  .record({
    months: fc.integer({ min: -5000, max: 5000 }),
    days: fc.integer({ min: -5000, max: 5000 }),
    seconds: fc.integer({ min: -1e9, max: 1e9 }),
    nanoseconds: fc.integer({ min: 0, max: NANOS_PER_SECOND - 1 }),
  })
  .map((fields) => new DurationValue(fields));

export const point = fc
  .tuple(fc.constantFrom(...Object.values(SRID)), fc.double(), fc.double(), fc.double())
  .map(([srid, x, y, z]) =>
    isGeographic(srid)
      ? new PointValue({ srid, x: x % 180 || 0, y: y % 90 || 0, z: hasHeight(srid) ? z : undefined })
      : new PointValue({ srid, x, y, z: hasHeight(srid) ? z : undefined }),
  );
