/**
 * Time zones: a fixed offset, or a name of the IANA data. The rules of named zones come from the platform's Intl by way
 * of the Temporal polyfill, which is asked for the offset at a moment and for nothing else: its calendar ends at the
 * year 275,760, and ours does not.
 */
import { create, offsetNanoseconds } from 'temporal-polyfill/fns/ZonedDateTime';
import { DAYS_PER_CYCLE, epochDayOf, floorModulo } from './calendar.ts';
import { type DayTime, epochSecondsOf, NANOS_PER_DAY, NANOS_PER_SECOND, plusDays, plusTime } from './day-time.ts';
import { temporalError } from './temporal-error.ts';
import { DateTimeValue } from './temporal-value.ts';

/** An offset in seconds, or a zone's name as the IANA data spell it. */
export type Zone = number | string;

export const UTC: Zone = 0;

/** The largest offset from UTC either way. Source: ISO 8601 as Neo4j reads it. */
export const OFFSET_SECONDS_MAX = 18 * 3600;

/** UTF-16 units of a zone's name; the longest of the IANA data has 32. */
export const ZONE_NAME_LENGTH_MAX = 64;

const NAME = /^[A-Za-z][A-Za-z0-9+_/-]*$/;
const OFFSET = /^([+-])(\d\d)(?::?(\d\d)(?::?(\d\d))?)?$/;

/** Names that have been looked up, as they were written. Bounded: statements may name what they like. */
const knownNames = new Map<string, string | undefined>();
const KNOWN_NAMES_MAX = 2048;

/** The names that values hold, each once. */
const sharedNames = new Map<string, string>();

/** Zone rules repeat with the calendar once the last known change is past; a year beyond is asked for as one of these. */
const CYCLE_FIRST_DAY = epochDayOf({ year: 2100, month: 1, day: 1 });
const CYCLE_LAST_DAY = CYCLE_FIRST_DAY + DAYS_PER_CYCLE - 1;

/** Before standard time there is only each place's own mean time, which never changed. */
const MEAN_TIME_LAST_DAY = epochDayOf({ year: 1500, month: 1, day: 1 });

/** A zone by its text: `Z`, `+01:00` and the like, or `Europe/Stockholm`. Errors: ArgumentError for any other. */
export function parseZone(text: string): Zone {
  const zone = parseOffset(text) ?? zoneNamed(text);
  if (zone !== undefined) return zone;
  throw temporalError(`There is no time zone '${text.slice(0, ZONE_NAME_LENGTH_MAX)}'.`);
}

/** An offset in seconds, or undefined where the text is none. */
export function parseOffset(text: string): number | undefined {
  if (text === 'Z' || text === 'z') return 0;
  const [, sign, hours, minutes, seconds] = OFFSET.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const offset = Number(hours) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  if (Number(minutes ?? 0) > 59 || Number(seconds ?? 0) > 59 || offset > OFFSET_SECONDS_MAX) {
    throw temporalError(`An offset is at most 18:00 either way, with minutes and seconds up to 59, not ${text}.`);
  }
  // An offset of zero has no sign.
  return sign === '-' ? 0 - offset : offset;
}

function zoneNamed(text: string): string | undefined {
  // Neo4j's own documentation writes America/Los Angeles.
  const name = text.replaceAll(' ', '_');
  if (name.length > ZONE_NAME_LENGTH_MAX || !NAME.test(name)) return undefined;
  if (knownNames.has(name)) return knownNames.get(name);
  if (knownNames.size >= KNOWN_NAMES_MAX) knownNames.clear();
  const known = lookUpName(name);
  knownNames.set(name, known);
  return known;
}

/** One string for all values of a zone, whether the zone is known here or not; undefined where the text cannot be a name. */
export function knownZoneName(name: string): string | undefined {
  if (name.length > ZONE_NAME_LENGTH_MAX || !NAME.test(name)) return undefined;
  const shared = sharedNames.get(name);
  if (shared !== undefined) return shared;
  if (sharedNames.size >= KNOWN_NAMES_MAX) sharedNames.clear();
  sharedNames.set(name, name);
  return name;
}

function lookUpName(name: string): string | undefined {
  try {
    return knownZoneName(create(0n, name).timeZoneId);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The zone's offset from UTC in seconds at a moment in UTC. */
export function offsetAt(zone: Zone, moment: DayTime): number {
  if (typeof zone === 'number') return zone;
  const seconds = epochSecondsOf({ ...moment, epochDay: equivalentDay(moment.epochDay) });
  return Math.trunc(offsetNanoseconds(create(BigInt(seconds) * BigInt(NANOS_PER_SECOND), zone)) / NANOS_PER_SECOND);
}

/** A day on which zones have the offsets of this one, and which Intl knows. */
function equivalentDay(epochDay: number): number {
  if (epochDay > CYCLE_LAST_DAY) return CYCLE_FIRST_DAY + floorModulo(epochDay - CYCLE_FIRST_DAY, DAYS_PER_CYCLE);
  return Math.max(epochDay, MEAN_TIME_LAST_DAY);
}

/** The moment in UTC of a local date and time with an offset. */
export function momentOf(local: DayTime & { readonly offsetSeconds: number }): DayTime {
  return plusTime(local, 0 - local.offsetSeconds, 0);
}

/** A moment in UTC as the date and time of a zone. Errors: ArithmeticError beyond the calendar. */
export function dateTimeAt(zone: Zone, moment: DayTime): DateTimeValue {
  const offsetSeconds = offsetAt(zone, moment);
  const { epochDay, nanosecondOfDay } = plusTime(moment, offsetSeconds, 0);
  return dateTime({ epochDay, nanosecondOfDay }, offsetSeconds, zone);
}

/**
 * A local date and time in a zone. Where clocks are put back it happens twice: `preferredOffset` decides if it is one of
 * the two, else the earlier moment is taken. Where clocks are put forward it never happens: it moves on by the length of the gap.
 */
export function dateTimeIn(zone: Zone, local: DayTime, preferredOffset?: number): DateTimeValue {
  if (typeof zone === 'number') return dateTime(local, zone, zone);
  if (preferredOffset !== undefined && holds(zone, local, preferredOffset)) {
    return dateTime(local, preferredOffset, zone);
  }
  const before = offsetAt(zone, { ...local, epochDay: local.epochDay - 1 });
  if (holds(zone, local, before)) return dateTime(local, before, zone);
  const after = offsetAt(zone, { ...local, epochDay: local.epochDay + 1 });
  if (holds(zone, local, after)) return dateTime(local, after, zone);
  return dateTimeAt(zone, momentOf({ ...local, offsetSeconds: before }));
}

/** Whether a zone has an offset at a local date and time. */
export function holds(zone: Zone, local: DayTime, offsetSeconds: number): boolean {
  return offsetAt(zone, momentOf({ ...local, offsetSeconds })) === offsetSeconds;
}

function dateTime(local: DayTime, offsetSeconds: number, zone: Zone): DateTimeValue {
  return new DateTimeValue({
    epochDay: plusDays(local.epochDay, 0),
    nanosecondOfDay: local.nanosecondOfDay,
    offsetSeconds,
    zone: typeof zone === 'string' ? zone : undefined,
  });
}

/** A value's zone: its name, or else its offset. */
export function zoneOf(value: { readonly offsetSeconds: number; readonly zone?: string | undefined }): Zone {
  return value.zone ?? value.offsetSeconds;
}

/** The time of day in UTC, below zero or past the day's end where the offset leads there. */
export function utcNanosecondOf(time: { readonly nanosecondOfDay: number; readonly offsetSeconds: number }): number {
  return time.nanosecondOfDay - time.offsetSeconds * NANOS_PER_SECOND;
}

/** A time of day from nanoseconds that may lie outside the day. */
export function wrappedTime(nanoseconds: number): number {
  return floorModulo(nanoseconds, NANOS_PER_DAY);
}
