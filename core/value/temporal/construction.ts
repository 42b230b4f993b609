/**
 * Temporal values as functions make them: from text, from a map of components, from another temporal value, or from the
 * clock. Source: openCypher CIP2015-08-06, "Date and Time". Errors: ArgumentError for what makes no such value.
 */
import { typeName } from '../render.ts';
import { Float, type Value, type ValueMap } from '../value.ts';
import { ComponentMap, DATE_COMPONENTS, TIME_COMPONENTS } from './component-map.ts';
import { inRange } from './components.ts';
import { type DayTime, NANOS_PER_DAY, NANOS_PER_SECOND, plusTime } from './day-time.ts';
import { type Fraction, fractionOf } from './decimal.ts';
import { durationOfFractions } from './duration.ts';
import { parseDuration } from './duration-parser.ts';
import { parseDate, parseDateTime, parseLocalDateTime, parseLocalTime, parseTime } from './parser.ts';
import { temporalError, temporalTypeError } from './temporal-error.ts';
import {
  DateTimeValue,
  DateValue,
  DurationValue,
  isDated,
  isTimed,
  LocalDateTimeValue,
  LocalTimeValue,
  type Timed,
  TimeValue,
} from './temporal-value.ts';
import {
  dateTimeAt,
  dateTimeIn,
  momentOf,
  offsetAt,
  UTC,
  utcNanosecondOf,
  wrappedTime,
  type Zone,
  zoneOf,
} from './zone.ts';

const MAP_NAMES = {
  date: [...DATE_COMPONENTS, 'date', 'timezone'],
  localTime: [...TIME_COMPONENTS, 'time', 'timezone'],
  time: [...TIME_COMPONENTS, 'time', 'timezone'],
  localDateTime: [...DATE_COMPONENTS, ...TIME_COMPONENTS, 'date', 'time', 'datetime', 'timezone'],
  dateTime: [...DATE_COMPONENTS, ...TIME_COMPONENTS, 'date', 'time', 'datetime', 'timezone'],
  epoch: ['epochSeconds', 'epochMillis', 'nanosecond', 'timezone'],
} as const;

/** The moment of a statement, in milliseconds since 1970. */
export function momentAt(nowMs: number): DayTime {
  return momentOfMilliseconds(Math.floor(nowMs));
}

function momentOfMilliseconds(milliseconds: number | bigint, nanoseconds = 0): DayTime {
  const exact = BigInt(milliseconds);
  const millisecondOfSecond = ((exact % 1000n) + 1000n) % 1000n;
  const seconds = (exact - millisecondOfSecond) / 1000n;
  const start = { epochDay: 0, nanosecondOfDay: 0 };
  return plusTime(start, seconds, Number(millisecondOfSecond) * 1_000_000 + nanoseconds);
}

export function makeDate(source: Value, now: DayTime): DateValue {
  if (typeof source === 'string') return parseDate(source);
  if (isDated(source)) return new DateValue(source.epochDay);
  const map = componentMap(source, MAP_NAMES.date, 'DATE');
  const zone = presentZone(map, source);
  if (zone !== undefined) return new DateValue(dateTimeAt(zone, now).epochDay);
  return new DateValue(map.epochDay(map.dated('date')?.epochDay));
}

export function makeLocalTime(source: Value, now: DayTime): LocalTimeValue {
  if (typeof source === 'string') return parseLocalTime(source);
  if (isTimed(source)) return new LocalTimeValue(source.nanosecondOfDay);
  const map = componentMap(source, MAP_NAMES.localTime, 'LOCAL TIME');
  const zone = presentZone(map, source);
  if (zone !== undefined) return new LocalTimeValue(dateTimeAt(zone, now).nanosecondOfDay);
  return new LocalTimeValue(timeOf(map, map.timed('time')));
}

/** A named zone has the offset that it has now, unless the time comes from a ZONED DATETIME. */
export function makeTime(source: Value, now: DayTime): TimeValue {
  if (typeof source === 'string') return parseTime(source, offsetAt(UTC, now));
  if (isTimed(source)) return inZone(source, source.nanosecondOfDay, undefined, now);
  const map = componentMap(source, MAP_NAMES.time, 'ZONED TIME');
  const zone = loneZone(map, source);
  if (zone !== undefined) return timeOfDateTime(dateTimeAt(zone, now));
  const base = map.timed('time');
  return inZone(base, timeOf(map, base), map.zone(), now);
}

/** A time of day in a zone. One that comes from a value with a zone stays the same moment. */
function inZone(base: Timed | undefined, nanosecondOfDay: number, zone: Zone | undefined, now: DayTime): TimeValue {
  if (base instanceof DateTimeValue) {
    const dateTime = dateTimeIn(zoneOf(base), { epochDay: base.epochDay, nanosecondOfDay }, base.offsetSeconds);
    return timeOfDateTime(zone === undefined ? dateTime : dateTimeAt(zone, momentOf(dateTime)));
  }
  if (!(base instanceof TimeValue)) return new TimeValue(nanosecondOfDay, offsetAt(zone ?? UTC, now));
  const time = new TimeValue(nanosecondOfDay, base.offsetSeconds);
  if (zone === undefined) return time;
  const offsetSeconds = offsetAt(zone, now);
  return new TimeValue(wrappedTime(utcNanosecondOf(time) + offsetSeconds * NANOS_PER_SECOND), offsetSeconds);
}

function timeOfDateTime(value: DateTimeValue): TimeValue {
  return new TimeValue(value.nanosecondOfDay, value.offsetSeconds);
}

export function makeLocalDateTime(source: Value, now: DayTime): LocalDateTimeValue {
  if (typeof source === 'string') return parseLocalDateTime(source);
  if (isDated(source)) return localDateTimeOf(completed(source));
  const map = componentMap(source, MAP_NAMES.localDateTime, 'LOCAL DATETIME');
  const zone = presentZone(map, source);
  return localDateTimeOf(zone === undefined ? localOf(map) : dateTimeAt(zone, now));
}

function localDateTimeOf({ epochDay, nanosecondOfDay }: DayTime): LocalDateTimeValue {
  return new LocalDateTimeValue(epochDay, nanosecondOfDay);
}

export function makeDateTime(source: Value, now: DayTime): DateTimeValue {
  if (typeof source === 'string') return parseDateTime(source, UTC);
  if (source instanceof DateTimeValue) return source;
  if (isDated(source)) return dateTimeIn(UTC, completed(source));
  if (source instanceof Map && (source.has('epochSeconds') || source.has('epochMillis'))) return ofEpochMap(source);
  const map = componentMap(source, MAP_NAMES.dateTime, 'ZONED DATETIME');
  const zone = map.zone();
  if (loneZone(map, source) !== undefined) return dateTimeAt(zone!, now);

  const local = localOf(map);
  // A date brings no zone along: what it is combined with may lie elsewhere.
  const zoned = map.has('time') ? map.timed('time') : map.dated('datetime');
  if (!(zoned instanceof DateTimeValue || zoned instanceof TimeValue)) return dateTimeIn(zone ?? UTC, local);
  const inOwnZone = dateTimeIn(zoneOf(zoned), local, zoned.offsetSeconds);
  return zone === undefined ? inOwnZone : dateTimeAt(zone, momentOf(inOwnZone));
}

/** The date and time that components and selected values name. */
function localOf(map: ComponentMap): DayTime {
  if (map.has('datetime') && (map.has('date') || map.has('time'))) {
    throw temporalError("The component 'datetime' does not go together with 'date' or 'time'.");
  }
  const whole = map.dated('datetime');
  const timed = map.timed('time') ?? (isTimed(whole) ? whole : undefined);
  return {
    epochDay: map.epochDay((map.dated('date') ?? whole)?.epochDay),
    nanosecondOfDay: map.nanosecondOfDay(timed?.nanosecondOfDay ?? (whole && 0)),
  };
}

function ofEpochMap(source: ValueMap): DateTimeValue {
  const map = componentMap(source, MAP_NAMES.epoch, 'ZONED DATETIME');
  if (map.has('epochSeconds') && map.has('epochMillis')) {
    throw temporalError("The components 'epochSeconds' and 'epochMillis' do not go together.");
  }
  const isSeconds = map.has('epochSeconds');
  const nanosecond = inRange('nanosecond', map.integer('nanosecond') ?? 0, 0, isSeconds ? 999_999_999 : 999_999);
  const count = integerComponent(source.get(isSeconds ? 'epochSeconds' : 'epochMillis')!);
  return fromEpoch(count, nanosecond, { isSeconds, zone: map.zone() ?? UTC });
}

/** So many seconds, or milliseconds, and nanoseconds after 1970-01-01T00:00Z. */
export function fromEpoch(
  count: number | bigint,
  nanoseconds: number | bigint,
  unit: { readonly isSeconds: boolean; readonly zone: Zone },
): DateTimeValue {
  const nanos = Number(nanoseconds);
  const carry = Math.floor(nanos / NANOS_PER_DAY);
  const milliseconds = unit.isSeconds ? BigInt(count) * 1000n : count;
  const { epochDay, nanosecondOfDay } = momentOfMilliseconds(milliseconds, nanos - carry * NANOS_PER_DAY);
  return dateTimeAt(unit.zone, { epochDay: epochDay + carry, nanosecondOfDay });
}

function integerComponent(value: Value): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw temporalTypeError(`Seconds and milliseconds since 1970 are INTEGERs, not of type ${typeName(value)}.`);
}

function completed(source: DateValue | LocalDateTimeValue | DateTimeValue): DayTime {
  return { epochDay: source.epochDay, nanosecondOfDay: isTimed(source) ? source.nanosecondOfDay : 0 };
}

function timeOf(map: ComponentMap, base: Timed | undefined): number {
  if (base === undefined && !map.has('hour')) throw temporalError("The component 'hour' is missing.");
  return map.nanosecondOfDay(base?.nanosecondOfDay);
}

function componentMap(source: Value, names: readonly string[], type: string): ComponentMap {
  if (source instanceof Map) return new ComponentMap(source, names);
  throw temporalTypeError(`A ${type} cannot be made of a value of type ${typeName(source)}.`);
}

/** The zone of a map that holds nothing else: it asks for the present there. */
function loneZone(map: ComponentMap, source: Value): Zone | undefined {
  return source instanceof Map && source.size === 1 ? map.zone() : undefined;
}

/** As loneZone, for a value without a zone, where a zone has no meaning but this. */
function presentZone(map: ComponentMap, source: Value): Zone | undefined {
  const zone = loneZone(map, source);
  if (zone !== undefined || !map.has('timezone')) return zone;
  throw temporalError("The component 'timezone' stands alone for a value that has no zone.");
}

/** How many of a part of a duration make up one of each component. */
const DURATION_PARTS = {
  months: { years: 12n, quarters: 3n, months: 1n },
  days: { weeks: 7n, days: 1n },
  seconds: { hours: 3600n, minutes: 60n, seconds: 1n },
  nanoseconds: { milliseconds: 1_000_000n, microseconds: 1000n, nanoseconds: 1n },
} as const;

const DURATION_COMPONENTS: readonly string[] = Object.values(DURATION_PARTS).flatMap((units) => Object.keys(units));

export function makeDuration(source: Value): DurationValue {
  if (typeof source === 'string') return parseDuration(source);
  if (source instanceof DurationValue) return source;
  if (!(source instanceof Map))
    throw temporalTypeError(`A DURATION cannot be made of a value of type ${typeName(source)}.`);
  for (const key of source.keys()) {
    if (!DURATION_COMPONENTS.includes(key)) throw temporalError(`A DURATION has no component '${key}'.`);
  }
  const fractions = (units: Readonly<Record<string, bigint>>): Fraction[] =>
    Object.entries(units).flatMap(([name, perUnit]) => {
      const value: Value | undefined = source.get(name);
      if (value === undefined) return [];
      const { numerator, denominator } = durationComponent(name, value);
      return [{ numerator: numerator * perUnit, denominator }];
    });
  return durationOfFractions({
    months: fractions(DURATION_PARTS.months),
    days: fractions(DURATION_PARTS.days),
    seconds: fractions(DURATION_PARTS.seconds),
    nanoseconds: fractions(DURATION_PARTS.nanoseconds),
  });
}

function durationComponent(name: string, value: Value): Fraction {
  if (value instanceof Float) return fractionOf(value.value);
  if (typeof value === 'number' || typeof value === 'bigint') return fractionOf(value);
  throw temporalTypeError(`The component '${name}' must be a number, not of type ${typeName(value)}.`);
}
