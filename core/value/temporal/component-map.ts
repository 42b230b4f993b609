/**
 * The map from which a temporal value is made, such as `{date: d, day: 28}`: components, and other temporal values to
 * take the rest from. Less significant components need the more significant ones, unless they come from such a value.
 * Source: openCypher CIP2015-08-06, "Date and Time".
 */
import { typeName } from '../render.ts';
import type { Value, ValueMap } from '../value.ts';
import {
  civilDateOf,
  daysInMonth,
  daysInQuarter,
  firstDayOfQuarter,
  quarterOf,
  weekDateOf,
  weeksInYear,
} from './calendar.ts';
import { dayOfMonth, dayOfQuarter, dayOfWeek, dayOfYear, inRange, timeOfDay } from './components.ts';
import { NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND } from './day-time.ts';
import { temporalError, temporalTypeError } from './temporal-error.ts';
import { type Dated, isDated, isTimed, type Timed } from './temporal-value.ts';
import { parseZone, type Zone } from './zone.ts';

/** The ways to name a day of a year; the components of two of them do not go together. */
const DAY_COMPONENTS = [['month', 'day'], ['week', 'dayOfWeek'], ['quarter', 'dayOfQuarter'], ['ordinalDay']] as const;

export const DATE_COMPONENTS: readonly string[] = ['year', ...DAY_COMPONENTS.flat()];
export const TIME_COMPONENTS: readonly string[] = [
  'hour',
  'minute',
  'second',
  'millisecond',
  'microsecond',
  'nanosecond',
];

export class ComponentMap {
  readonly #map: ValueMap;

  /** Errors: ArgumentError for a key that is not among `names`. No value is null. */
  constructor(map: ValueMap, names: readonly string[]) {
    for (const key of map.keys()) {
      if (!names.includes(key))
        throw temporalError(`There is no component '${key}' here; there are ${names.join(', ')}.`);
    }
    this.#map = map;
  }

  has(name: string): boolean {
    return this.#map.has(name);
  }

  integer(name: string): number | undefined {
    const value = this.#map.get(name);
    if (value === undefined || typeof value === 'number') return value;
    if (typeof value === 'bigint') return Number(value);
    throw wrongType(name, 'an INTEGER', value);
  }

  dated(name: string): Dated | undefined {
    const value = this.#map.get(name);
    if (value === undefined || isDated(value)) return value;
    throw wrongType(name, 'a value with a date', value);
  }

  timed(name: string): Timed | undefined {
    const value = this.#map.get(name);
    if (value === undefined || isTimed(value)) return value;
    throw wrongType(name, 'a value with a time', value);
  }

  zone(): Zone | undefined {
    const value = this.#map.get('timezone');
    if (value === undefined) return undefined;
    if (typeof value === 'string') return parseZone(value);
    throw wrongType('timezone', 'a STRING', value);
  }

  /** The epoch day that the components name; what they leave open is `base`'s, or the first of its kind. */
  epochDay(base: number | undefined): number {
    const kinds = DAY_COMPONENTS.filter((names) => names.some((name) => this.has(name)));
    const [kind = DAY_COMPONENTS[0], other] = kinds;
    if (other) throw temporalError(`The components ${kind.join(', ')} and ${other.join(', ')} do not go together.`);
    if (base === undefined) {
      if (!this.has('year')) throw missing('year');
      this.#requireFrom(kind);
    }
    switch (kind[0]) {
      case 'month':
        return this.#dayOfMonth(base);
      case 'week':
        return this.#dayOfWeek(base);
      case 'quarter':
        return this.#dayOfQuarter(base);
      case 'ordinalDay':
        return dayOfYear(this.integer('year') ?? civilDateOf(base!).year, this.integer('ordinalDay')!);
    }
  }

  /** A day of the base that the month in question does not have gives way to the last that it has; one that was named does not. */
  #dayOfMonth(base: number | undefined): number {
    const from = base === undefined ? undefined : civilDateOf(base);
    const year = this.integer('year') ?? from!.year;
    const month = inRange('month', this.integer('month') ?? from?.month ?? 1, 1, 12);
    return dayOfMonth(year, month, this.integer('day') ?? Math.min(from?.day ?? 1, daysInMonth(year, month)));
  }

  #dayOfWeek(base: number | undefined): number {
    const from = base === undefined ? undefined : weekDateOf(base);
    const year = this.integer('year') ?? from!.weekYear;
    const week = this.integer('week') ?? Math.min(from!.week, weeksInYear(year));
    return dayOfWeek(year, week, this.integer('dayOfWeek') ?? from?.dayOfWeek ?? 1);
  }

  #dayOfQuarter(base: number | undefined): number {
    const from = base === undefined ? undefined : civilDateOf(base);
    const year = this.integer('year') ?? from!.year;
    const quarter = inRange('quarter', this.integer('quarter') ?? quarterOf(from!.month), 1, 4);
    const day = base === undefined ? 1 : base - firstDayOfQuarter(from!.year, quarterOf(from!.month)) + 1;
    return dayOfQuarter(year, quarter, this.integer('dayOfQuarter') ?? Math.min(day, daysInQuarter(year, quarter)));
  }

  /** The time of day that the components name; what they leave open is `base`'s, or zero. */
  nanosecondOfDay(base: number | undefined): number {
    const from = base ?? 0;
    if (base === undefined) {
      this.#requireFrom(['hour', 'minute', 'second']);
      if (this.#hasFraction() && !this.has('second')) throw missing('second');
    }
    return timeOfDay({
      hour: this.integer('hour') ?? Math.floor(from / NANOS_PER_HOUR),
      minute: this.integer('minute') ?? Math.floor(from / NANOS_PER_MINUTE) % 60,
      second: this.integer('second') ?? Math.floor(from / NANOS_PER_SECOND) % 60,
      nanosecond: this.#hasFraction() ? this.#fraction() : from % NANOS_PER_SECOND,
    });
  }

  #hasFraction(): boolean {
    return this.has('millisecond') || this.has('microsecond') || this.has('nanosecond');
  }

  /** Each component reaches as far as the next larger one, or up to a second when there is none. */
  #fraction(): number {
    const milliseconds = this.integer('millisecond');
    const microseconds = this.integer('microsecond');
    const nanoseconds = this.integer('nanosecond') ?? 0;
    const microsecondMax = milliseconds === undefined ? 999_999 : 999;
    const nanosecondMax = microseconds === undefined ? microsecondMax * 1000 + 999 : 999;
    return (
      inRange('millisecond', milliseconds ?? 0, 0, 999) * 1_000_000 +
      inRange('microsecond', microseconds ?? 0, 0, microsecondMax) * 1000 +
      inRange('nanosecond', nanoseconds, 0, nanosecondMax)
    );
  }

  /** Throws unless all components before the last one that is there are there too. */
  #requireFrom(names: readonly string[]): void {
    const last = names.findLastIndex((name) => this.has(name));
    const absent = names.slice(0, Math.max(last, 0)).find((name) => !this.has(name));
    if (absent !== undefined) throw missing(absent);
  }
}

function missing(name: string) {
  return temporalError(`The component '${name}' is missing.`);
}

function wrongType(name: string, expected: string, value: Value) {
  return temporalTypeError(`The component '${name}' must be ${expected}, not of type ${typeName(value)}.`);
}
