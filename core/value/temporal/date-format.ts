/**
 * Dates and times as text in a format that somebody names: one of ISO 8601's by the names that Java gives them, or a pattern of
 * letters such as `yyyy-MM-dd HH:mm`. Source: the documentation of Java's DateTimeFormatter, which APOC's functions refer to.
 */

import { PatternFormat } from './date-pattern.ts';
import { NANOS_PER_HOUR, NANOS_PER_SECOND } from './day-time.ts';
import { formatOffset } from './format.ts';
import { clockOf, dayOf, type Format, type Moment, momentOf, offsetOf, padded, two, yearText } from './moment.ts';
import { parseDate, parseDateTime, parseLocalDateTime, parseLocalTime, parseTime } from './parser.ts';
import { temporalError } from './temporal-error.ts';
import type { Temporal } from './temporal-value.ts';
import { UTC } from './zone.ts';

/** UTF-16 units of a format at most; a longer one is refused unread. */
const LENGTH_MAX = 200;

/** The text in another format. Errors: ArgumentError for a format that is not known, and for a text that is not in it. */
export function convertFormat(text: string, from: string, to: string): string {
  return formatNamed(to).write(formatNamed(from).read(text));
}

function formatNamed(name: string): Format {
  if (name.length > LENGTH_MAX) throw temporalError(`A format has at most ${LENGTH_MAX} characters.`);
  const known = name.toLowerCase();
  return ISO_FORMATS.get(known) ?? new PatternFormat(PATTERNS.get(known) ?? name);
}

/** A format of ISO 8601: how it is read, and what it writes. */
function iso(read: (text: string) => Temporal, ...parts: readonly ((moment: Moment) => string)[]): Format {
  return {
    read: (text) => momentOf(read(text)),
    write: (moment) => parts.map((part) => part(moment)).join(''),
  };
}

const date = (moment: Moment) =>
  `${yearText(dayOf(moment).year, 4)}-${two(dayOf(moment).month)}-${two(dayOf(moment).day)}`;
/** Seconds are always written, unlike in toString(). */
const time = (moment: Moment) => {
  const { hour, minute, second, nanosecond } = clockOf(moment);
  const fraction = nanosecond === 0 ? '' : `.${padded(nanosecond, 9).replace(/0+$/, '')}`;
  return `${two(hour)}:${two(minute)}:${two(second)}${fraction}`;
};
const dateTime = (moment: Moment) => `${date(moment)}T${time(moment)}`;
const offset = (moment: Moment) => formatOffset(offsetOf(moment));
const offsetIfAny = ({ offsetSeconds }: Moment) => (offsetSeconds === undefined ? '' : formatOffset(offsetSeconds));
const zoneIfAny = ({ zone }: Moment) => (zone === undefined ? '' : `[${zone}]`);
const zonedText = (text: string) => parseDateTime(text, UTC);
const zonedOrLocal = (text: string) => (/[Zz+\]]|T.*-/.test(text) ? zonedText(text) : parseLocalDateTime(text));

const ISO_FORMATS: ReadonlyMap<string, Format> = new Map([
  ['iso_local_date', iso(parseDate, date)],
  ['iso_date', iso(parseDate, date)],
  ['date', iso(parseDate, date)],
  ['iso_local_time', iso(parseLocalTime, time)],
  ['iso_offset_time', iso((text) => parseTime(text, 0), time, offset)],
  ['iso_time', iso((text) => parseTime(text, 0), time, offsetIfAny)],
  ['iso_local_date_time', iso(parseLocalDateTime, dateTime)],
  ['iso_offset_date_time', iso(zonedText, dateTime, offset)],
  ['iso_zoned_date_time', iso(zonedText, dateTime, offset, zoneIfAny)],
  ['iso_date_time', iso(zonedOrLocal, dateTime, offsetIfAny, zoneIfAny)],
  [
    'iso_instant',
    {
      read: (text) => momentOf(zonedText(text)),
      write: (moment) => `${dateTime(inUtc(moment))}Z`,
    },
  ],
]);

/** Elasticsearch's names, which APOC knows too. */
const PATTERNS: ReadonlyMap<string, string> = new Map([
  ['basic_iso_date', 'yyyyMMdd'],
  ['basic_date', 'yyyyMMdd'],
  ['basic_date_time', "yyyyMMdd'T'HHmmss.SSSX"],
  ['basic_date_time_no_millis', "yyyyMMdd'T'HHmmssX"],
  ['date_hour', "yyyy-MM-dd'T'HH"],
  ['date_hour_minute', "yyyy-MM-dd'T'HH:mm"],
  ['date_hour_minute_second', "yyyy-MM-dd'T'HH:mm:ss"],
  ['date_hour_minute_second_millis', "yyyy-MM-dd'T'HH:mm:ss.SSS"],
  ['date_time', "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"],
  ['date_time_no_millis', "yyyy-MM-dd'T'HH:mm:ssXXX"],
  ['year_month', 'yyyy-MM'],
  ['year_month_day', 'yyyy-MM-dd'],
  ['hour_minute', 'HH:mm'],
  ['hour_minute_second', 'HH:mm:ss'],
]);

function inUtc(moment: Moment): Moment {
  const { epochDay = 0, nanosecondOfDay = 0 } = moment;
  const shifted = nanosecondOfDay - offsetOf(moment) * NANOS_PER_SECOND;
  const days = Math.floor(shifted / (24 * NANOS_PER_HOUR));
  return { ...moment, epochDay: epochDay + days, nanosecondOfDay: shifted - days * 24 * NANOS_PER_HOUR };
}
