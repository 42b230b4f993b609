/** `date.truncate('month', d, {day: 2})` and its kin: the beginning of the unit that a value lies in, then changed by a map. */
import { unreachable } from '../../assert.ts';
import type { ValueMap } from '../value.ts';
import { civilDateOf, dayOfWeekOf, epochDayOf, firstDayOfQuarter, quarterOf, weekDateOf } from './calendar.ts';
import { ComponentMap, DATE_COMPONENTS, TIME_COMPONENTS } from './component-map.ts';
import { dayOfMonth, dayOfWeek } from './components.ts';
import { type DayTime, NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND } from './day-time.ts';
import { temporalError } from './temporal-error.ts';
import {
  DateTimeValue,
  DateValue,
  isDated,
  isTimed,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from './temporal-value.ts';
import { dateTimeIn, offsetAt, UTC, type Zone, zoneOf } from './zone.ts';

const DATE_UNITS = ['millennium', 'century', 'decade', 'year', 'weekYear', 'quarter', 'month', 'week', 'day'] as const;
const TIME_UNITS = ['hour', 'minute', 'second', 'millisecond', 'microsecond'] as const;

type DateUnit = (typeof DATE_UNITS)[number];
type TimeUnit = (typeof TIME_UNITS)[number];

const NANOS_PER_UNIT: Readonly<Record<TimeUnit, number>> = {
  hour: NANOS_PER_HOUR,
  minute: NANOS_PER_MINUTE,
  second: NANOS_PER_SECOND,
  millisecond: 1_000_000,
  microsecond: 1000,
};

/** What is truncated, to which unit, and what is then set. The map has no nulls. */
export interface Truncation {
  readonly unit: string;
  readonly value: Temporal;
  readonly map: ValueMap;
}

export function truncateDate({ unit, value, map }: Truncation): DateValue {
  const dateUnit = dateUnitOf(unit) ?? refuseUnit(unit, 'DATE');
  const epochDay = truncateDay(requireDate(value), dateUnit);
  return new DateValue(new ComponentMap(map, DATE_COMPONENTS).epochDay(epochDay));
}

export function truncateLocalDateTime({ unit, value, map }: Truncation): LocalDateTimeValue {
  const names = [...DATE_COMPONENTS, ...TIME_COMPONENTS];
  const { epochDay, nanosecondOfDay } = changed(
    truncateDayTime(value, unit),
    new ComponentMap(fractionKept(unit, value, map), names),
  );
  return new LocalDateTimeValue(epochDay, nanosecondOfDay);
}

/** A zone in the map is where the local date and time then are. */
export function truncateDateTime({ unit, value, map }: Truncation): DateTimeValue {
  const names = [...DATE_COMPONENTS, ...TIME_COMPONENTS, 'timezone'];
  const components = new ComponentMap(fractionKept(unit, value, map), names);
  const local = changed(truncateDayTime(value, unit), components);
  const offset = value instanceof DateTimeValue ? value.offsetSeconds : undefined;
  return dateTimeIn(components.zone() ?? ownZone(value), local, offset);
}

export function truncateLocalTime({ unit, value, map }: Truncation): LocalTimeValue {
  const components = new ComponentMap(fractionKept(unit, value, map), TIME_COMPONENTS);
  return new LocalTimeValue(components.nanosecondOfDay(truncateTime(value, unit)));
}

/** A named zone in the map has the offset of the value's date there, or of `now`. */
export function truncateTimeInZone({ unit, value, map }: Truncation, now: DayTime): TimeValue {
  const components = new ComponentMap(fractionKept(unit, value, map), [...TIME_COMPONENTS, 'timezone']);
  const nanosecondOfDay = components.nanosecondOfDay(truncateTime(value, unit));
  const zone = components.zone();
  if (zone !== undefined && typeof zone === 'string' && isDated(value)) {
    return new TimeValue(
      nanosecondOfDay,
      dateTimeIn(zone, { epochDay: value.epochDay, nanosecondOfDay }).offsetSeconds,
    );
  }
  const own = value instanceof DateTimeValue ? value.offsetSeconds : ownZone(value);
  return new TimeValue(nanosecondOfDay, offsetAt(zone ?? own, now));
}

function ownZone(value: Temporal): Zone {
  return value instanceof DateTimeValue || value instanceof TimeValue ? zoneOf(value) : UTC;
}

function changed(start: DayTime, components: ComponentMap): DayTime {
  return {
    epochDay: components.epochDay(start.epochDay),
    nanosecondOfDay: components.nanosecondOfDay(start.nanosecondOfDay),
  };
}

/**
 * The map, with the part of the fraction that truncating keeps: `{nanosecond: 2}` sets the nanosecond of the millisecond, or
 * of the microsecond, to which the value was truncated.
 */
function fractionKept(unit: string, value: Temporal, map: ValueMap): ValueMap {
  const timeUnit = timeUnitOf(unit);
  if (!isTimed(value) || (timeUnit !== 'millisecond' && timeUnit !== 'microsecond')) return map;
  if (map.has('millisecond') || !(map.has('microsecond') || map.has('nanosecond'))) return map;
  const fraction = value.nanosecondOfDay % NANOS_PER_SECOND;
  const kept = new Map(map).set('millisecond', Math.floor(fraction / 1_000_000));
  if (timeUnit === 'millisecond' || map.has('microsecond')) return kept;
  return kept.set('microsecond', Math.floor(fraction / 1000) % 1000);
}

function truncateDayTime(value: Temporal, unit: string): DayTime {
  const epochDay = requireDate(value);
  const dateUnit = dateUnitOf(unit);
  if (dateUnit !== undefined) return { epochDay: truncateDay(epochDay, dateUnit), nanosecondOfDay: 0 };
  return { epochDay, nanosecondOfDay: truncateTime(value, unit) };
}

function requireDate(value: Temporal): number {
  if (isDated(value)) return value.epochDay;
  throw temporalError('A time without a date cannot be truncated to a value with one.');
}

/** A time is truncated to the day, which leaves nothing of it, or to a unit of the clock. */
function truncateTime(value: Temporal, unit: string): number {
  const timeUnit = timeUnitOf(unit);
  if (timeUnit === undefined) return dateUnitOf(unit) === 'day' ? 0 : refuseUnit(unit, 'time');
  if (!isTimed(value)) throw temporalError(`A DATE has no ${unit} to be truncated to.`);
  return value.nanosecondOfDay - (value.nanosecondOfDay % NANOS_PER_UNIT[timeUnit]);
}

function truncateDay(epochDay: number, unit: DateUnit): number {
  const { year, month } = civilDateOf(epochDay);
  switch (unit) {
    case 'millennium':
      return firstDayOf(Math.floor(year / 1000) * 1000);
    case 'century':
      return firstDayOf(Math.floor(year / 100) * 100);
    case 'decade':
      return firstDayOf(Math.floor(year / 10) * 10);
    case 'year':
      return firstDayOf(year);
    case 'weekYear':
      return dayOfWeek(weekDateOf(epochDay).weekYear, 1, 1);
    case 'quarter':
      return firstDayOfQuarter(year, quarterOf(month));
    case 'month':
      return epochDayOf({ year, month, day: 1 });
    case 'week':
      return epochDay - dayOfWeekOf(epochDay) + 1;
    case 'day':
      return epochDay;
    default:
      return unreachable(unit);
  }
}

function firstDayOf(year: number): number {
  return dayOfMonth(year, 1, 1);
}

function dateUnitOf(name: string): DateUnit | undefined {
  return DATE_UNITS.find((unit) => unit.toLowerCase() === name.toLowerCase());
}

function timeUnitOf(name: string): TimeUnit | undefined {
  return TIME_UNITS.find((unit) => unit === name.toLowerCase());
}

function refuseUnit(name: string, type: string): never {
  throw temporalError(
    `A ${type} cannot be truncated to '${name}'; units are ${[...DATE_UNITS, ...TIME_UNITS].join(', ')}.`,
  );
}
