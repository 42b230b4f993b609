/** A moment of which a text may say only a part, and its parts as numbers. Errors: ArgumentError for a part that is not there. */
import { civilDateOf } from './calendar.ts';
import { NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND } from './day-time.ts';
import { temporalError } from './temporal-error.ts';
import { DateTimeValue, isDated, isTimed, type Temporal, TimeValue } from './temporal-value.ts';

export interface Moment {
  readonly epochDay: number | undefined;
  readonly nanosecondOfDay: number | undefined;
  readonly offsetSeconds: number | undefined;
  /** The name of a zone, beside its offset. */
  readonly zone: string | undefined;
}

/** How a moment is read from text, and written as text. */
export interface Format {
  read(text: string): Moment;
  write(moment: Moment): string;
}

export function momentOf(value: Temporal): Moment {
  return {
    epochDay: isDated(value) ? value.epochDay : undefined,
    nanosecondOfDay: isTimed(value) ? value.nanosecondOfDay : undefined,
    offsetSeconds: value instanceof DateTimeValue || value instanceof TimeValue ? value.offsetSeconds : undefined,
    zone: value instanceof DateTimeValue ? value.zone : undefined,
  };
}

export function dayOf({ epochDay }: Moment): ReturnType<typeof civilDateOf> {
  return civilDateOf(epochDay ?? missing('date'));
}

export function clockOf({ nanosecondOfDay = missing('time') }: Moment) {
  return {
    hour: Math.floor(nanosecondOfDay / NANOS_PER_HOUR),
    minute: Math.floor(nanosecondOfDay / NANOS_PER_MINUTE) % 60,
    second: Math.floor(nanosecondOfDay / NANOS_PER_SECOND) % 60,
    nanosecond: nanosecondOfDay % NANOS_PER_SECOND,
  };
}

export function offsetOf({ offsetSeconds = missing('offset') }: Moment): number {
  return offsetSeconds;
}

function missing(what: string): never {
  throw temporalError(`The text has no ${what}, which the format to write has.`);
}

export function yearText(year: number, digits: number): string {
  const sign = year < 0 ? '-' : year > 9999 ? '+' : '';
  return `${sign}${padded(Math.abs(year), digits)}`;
}

export function two(value: number): string {
  return padded(value, 2);
}

export function padded(value: number, digits: number): string {
  return String(value).padStart(digits, '0');
}
