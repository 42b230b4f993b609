/**
 * Temporal values from ISO 8601 text: calendar, week, quarter and ordinal dates, each with its separators or without,
 * cut off at any part; times likewise, with a fraction of the second; offsets and zones in brackets.
 * Source: openCypher CIP2015-08-06, "Date and Time".
 */
import { dayOfMonth, dayOfQuarter, dayOfWeek, dayOfYear, timeOfDay } from './components.ts';
import { temporalError } from './temporal-error.ts';
import { type DateTimeValue, DateValue, LocalDateTimeValue, LocalTimeValue, TimeValue } from './temporal-value.ts';
import { dateTimeIn, holds, parseOffset, parseZone, type Zone } from './zone.ts';

/** UTF-16 units of a temporal value's text at most; longer text is refused unread. */
const TEXT_LENGTH_MAX = 200;

/** Four digits, or up to nine after a sign. Without separators only four can be told from what follows. */
const YEAR = '(\\d{4}|[+-]\\d{4,9})';

type Numbers = readonly (number | undefined)[];

interface DateForm {
  readonly pattern: RegExp;
  readonly epochDay: (numbers: Numbers) => number;
}

function dateForm(pattern: string, epochDay: DateForm['epochDay']): DateForm {
  return { pattern: new RegExp(`^${pattern}$`), epochDay };
}

const calendarDate: DateForm['epochDay'] = ([year, month, day]) => dayOfMonth(year!, month ?? 1, day ?? 1);
const weekDate: DateForm['epochDay'] = ([year, week, day]) => dayOfWeek(year!, week!, day ?? 1);
const quarterDate: DateForm['epochDay'] = ([year, quarter, day]) => dayOfQuarter(year!, quarter!, day ?? 1);
const ordinalDate: DateForm['epochDay'] = ([year, day]) => dayOfYear(year!, day!);

const DATE_FORMS: readonly DateForm[] = [
  dateForm(`${YEAR}(?:-(\\d\\d)(?:-(\\d\\d))?)?`, calendarDate),
  dateForm('(\\d{4})(\\d\\d)(\\d\\d)?', calendarDate),
  dateForm(`${YEAR}-W(\\d\\d)(?:-(\\d))?`, weekDate),
  dateForm('(\\d{4})W(\\d\\d)(\\d)?', weekDate),
  dateForm(`${YEAR}-Q(\\d)(?:-(\\d\\d))?`, quarterDate),
  dateForm('(\\d{4})Q(\\d)(\\d\\d)?', quarterDate),
  dateForm(`${YEAR}-(\\d{3})`, ordinalDate),
  dateForm('(\\d{4})(\\d{3})', ordinalDate),
];

const TIME_FORMS = [
  /^(\d\d)(?::(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?)?$/,
  /^(\d\d)(?:(\d\d)(?:(\d\d)(?:[.,](\d{1,9}))?)?)?$/,
];

/** A time, then an offset and a zone's name in brackets, each of which may be absent. */
const ZONED_TIME = /^([\d:.,]+)(Z|[+-][\d:]+)?(?:\[([^\]]+)\])?$/;

export function parseDate(text: string): DateValue {
  return new DateValue(epochDayOf(text) ?? refuse(text, 'DATE'));
}

export function parseLocalTime(text: string): LocalTimeValue {
  return new LocalTimeValue(nanosecondOf(text) ?? refuse(text, 'LOCAL TIME'));
}

/** A time without an offset is in `defaultOffset`. A named zone has no offset without a date, so it is refused. */
export function parseTime(text: string, defaultOffset: number): TimeValue {
  const { nanosecondOfDay, offset, zoneName } = zonedTimeOf(text) ?? refuse(text, 'ZONED TIME');
  if (zoneName !== undefined) refuse(text, 'ZONED TIME');
  return new TimeValue(nanosecondOfDay, offset ?? defaultOffset);
}

/** A date alone is its first moment. */
export function parseLocalDateTime(text: string): LocalDateTimeValue {
  const [date, time] = dateAndTime(text);
  const epochDay = epochDayOf(date);
  const nanosecondOfDay = time === undefined ? 0 : nanosecondOf(time);
  if (epochDay === undefined || nanosecondOfDay === undefined) return refuse(text, 'LOCAL DATETIME');
  return new LocalDateTimeValue(epochDay, nanosecondOfDay);
}

/** A text without offset and zone is in `defaultZone`. An offset beside a zone's name must be one that the zone has then. */
export function parseDateTime(text: string, defaultZone: Zone): DateTimeValue {
  const [date, time = '00'] = dateAndTime(text);
  const epochDay = epochDayOf(date);
  const zoned = zonedTimeOf(time);
  if (epochDay === undefined || zoned === undefined) return refuse(text, 'ZONED DATETIME');
  const { nanosecondOfDay, offset, zoneName } = zoned;
  const zone = zoneName === undefined ? (offset ?? defaultZone) : parseZone(zoneName);
  const local = { epochDay, nanosecondOfDay };
  if (zoneName !== undefined && offset !== undefined && !holds(zone, local, offset)) {
    throw temporalError(`The time zone ${zoneName} does not have the offset of '${text}' at that time.`);
  }
  return dateTimeIn(zone, local, offset);
}

function dateAndTime(text: string): readonly [date: string, time: string | undefined] {
  const at = text.indexOf('T');
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}

function epochDayOf(text: string): number | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  for (const { pattern, epochDay } of DATE_FORMS) {
    const match = pattern.exec(text);
    if (match) return epochDay(match.slice(1).map(numberOf));
  }
  return undefined;
}

function numberOf(digits: string | undefined): number | undefined {
  return digits === undefined ? undefined : Number(digits);
}

function nanosecondOf(text: string): number | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  for (const pattern of TIME_FORMS) {
    const [, hour, minute = '0', second = '0', fraction = ''] = pattern.exec(text) ?? [];
    if (hour === undefined) continue;
    return timeOfDay({
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      nanosecond: Number(fraction.padEnd(9, '0')),
    });
  }
  return undefined;
}

interface ZonedTime {
  readonly nanosecondOfDay: number;
  readonly offset: number | undefined;
  readonly zoneName: string | undefined;
}

function zonedTimeOf(text: string): ZonedTime | undefined {
  if (text.length > TEXT_LENGTH_MAX) return undefined;
  const [, time = '', offsetText, zoneName] = ZONED_TIME.exec(text) ?? [];
  const nanosecondOfDay = nanosecondOf(time);
  const offset = offsetText === undefined ? undefined : parseOffset(offsetText);
  if (nanosecondOfDay === undefined || (offsetText !== undefined && offset === undefined)) return undefined;
  return { nanosecondOfDay, offset, zoneName };
}

function refuse(text: string, type: string): never {
  throw temporalError(`'${text.slice(0, TEXT_LENGTH_MAX)}' cannot be read as a ${type}.`);
}
