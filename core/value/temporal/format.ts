/** Temporal values as ISO 8601 text: what toString() gives, what clients get in JSON, and what the parsers read again. */
import { unreachable } from '../../assert.ts';
import { civilDateOf } from './calendar.ts';
import { integerOf, NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND } from './day-time.ts';
import {
  DateTimeValue,
  DateValue,
  DurationValue,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from './temporal-value.ts';

export function formatTemporal(value: Temporal | DurationValue): string {
  if (value instanceof DurationValue) return formatDuration(value);
  if (value instanceof DateValue) return formatDate(value.epochDay);
  if (value instanceof LocalTimeValue) return formatTime(value.nanosecondOfDay);
  if (value instanceof TimeValue) return formatTime(value.nanosecondOfDay) + formatOffset(value.offsetSeconds);
  const local = `${formatDate(value.epochDay)}T${formatTime(value.nanosecondOfDay)}`;
  if (value instanceof LocalDateTimeValue) return local;
  if (value instanceof DateTimeValue) {
    const zone = value.zone === undefined ? '' : `[${value.zone}]`;
    return `${local}${formatOffset(value.offsetSeconds)}${zone}`;
  }
  return unreachable(value);
}

/** A year has four digits or more; one that needs more has a sign. */
function formatDate(epochDay: number): string {
  const { year, month, day } = civilDateOf(epochDay);
  const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
  return `${sign}${padded(Math.abs(year), 4)}-${padded(month, 2)}-${padded(day, 2)}`;
}

/** Seconds are left out when they are zero, and so are the zeros at a fraction's end. */
function formatTime(nanosecondOfDay: number): string {
  const hour = Math.floor(nanosecondOfDay / NANOS_PER_HOUR);
  const minute = Math.floor(nanosecondOfDay / NANOS_PER_MINUTE) % 60;
  const rest = nanosecondOfDay % NANOS_PER_MINUTE;
  const hourAndMinute = `${padded(hour, 2)}:${padded(minute, 2)}`;
  if (rest === 0) return hourAndMinute;
  return `${hourAndMinute}:${padded(Math.floor(rest / NANOS_PER_SECOND), 2)}${formatFraction(rest % NANOS_PER_SECOND)}`;
}

/** `Z`, or hours and minutes, with seconds where they are not zero. */
export function formatOffset(offsetSeconds: number): string {
  if (offsetSeconds === 0) return 'Z';
  const total = Math.abs(offsetSeconds);
  const seconds = total % 60;
  const hourAndMinute = `${padded(Math.floor(total / 3600), 2)}:${padded(Math.floor(total / 60) % 60, 2)}`;
  return `${offsetSeconds < 0 ? '-' : '+'}${hourAndMinute}${seconds === 0 ? '' : `:${padded(seconds, 2)}`}`;
}

function formatFraction(nanoseconds: number): string {
  return nanoseconds === 0 ? '' : `.${padded(nanoseconds, 9).replace(/0+$/, '')}`;
}

function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}

/** Years and months share a sign, and so do hours, minutes and seconds; days have their own. */
function formatDuration({ months, days, seconds, nanoseconds }: DurationValue): string {
  const years = Math.trunc(months / 12);
  const calendar = part(years, 'Y') + part(months % 12, 'M') + part(days, 'D');
  const clock = formatClock(seconds, nanoseconds);
  if (clock !== '') return `P${calendar}T${clock}`;
  return calendar === '' ? 'PT0S' : `P${calendar}`;
}

function formatClock(seconds: number | bigint, nanoseconds: number): string {
  // The seconds are rounded down; text cuts them off towards zero.
  const isCut = seconds < 0 && nanoseconds > 0;
  const whole = isCut ? integerOf(BigInt(seconds) + 1n) : seconds;
  const fraction = isCut ? NANOS_PER_SECOND - nanoseconds : nanoseconds;
  const hours = typeof whole === 'bigint' ? whole / 3600n : Math.trunc(whole / 3600);
  const secondsOfHour = typeof whole === 'bigint' ? Number(whole % 3600n) : whole % 3600;
  const text = part(hours, 'H') + part(Math.trunc(secondsOfHour / 60), 'M');
  const secondsOfMinute = secondsOfHour % 60;
  if (secondsOfMinute === 0 && fraction === 0) return text;
  const sign = secondsOfMinute < 0 || isCut ? '-' : '';
  return `${text}${sign}${Math.abs(secondsOfMinute)}${formatFraction(fraction)}S`;
}

function part(count: number | bigint, unit: string): string {
  return Number(count) === 0 ? '' : `${count}${unit}`;
}
