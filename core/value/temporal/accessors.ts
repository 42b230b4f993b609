/** The components of temporal values, as in `d.year`. Source: openCypher CIP2015-08-06; names: Neo4j 5. */
import { civilDateOf, dayOfWeekOf, firstDayOfQuarter, ordinalDayOf, quarterOf, weekDateOf } from './calendar.ts';
import { epochSecondsOf, integerOf, NANOS_PER_HOUR, NANOS_PER_MINUTE, NANOS_PER_SECOND } from './day-time.ts';
import { formatOffset } from './format.ts';
import {
  type Dated,
  DateTimeValue,
  DurationValue,
  isDated,
  isTimed,
  type Temporal,
  type Timed,
  TimeValue,
} from './temporal-value.ts';
import { momentOf } from './zone.ts';

type Component = number | bigint | string;
type Accessors<Subject> = ReadonlyMap<string, (subject: Subject) => Component>;

const DATE: Accessors<Dated> = new Map<string, (subject: Dated) => Component>([
  ['year', ({ epochDay }) => civilDateOf(epochDay).year],
  ['quarter', ({ epochDay }) => quarterOf(civilDateOf(epochDay).month)],
  ['month', ({ epochDay }) => civilDateOf(epochDay).month],
  ['week', ({ epochDay }) => weekDateOf(epochDay).week],
  ['weekYear', ({ epochDay }) => weekDateOf(epochDay).weekYear],
  ['dayOfQuarter', ({ epochDay }) => dayOfQuarter(epochDay)],
  ['quarterDay', ({ epochDay }) => dayOfQuarter(epochDay)],
  ['day', ({ epochDay }) => civilDateOf(epochDay).day],
  ['ordinalDay', ({ epochDay }) => ordinalDayOf(epochDay)],
  ['dayOfWeek', ({ epochDay }) => dayOfWeekOf(epochDay)],
  ['weekDay', ({ epochDay }) => dayOfWeekOf(epochDay)],
]);

function dayOfQuarter(epochDay: number): number {
  const { year, month } = civilDateOf(epochDay);
  return epochDay - firstDayOfQuarter(year, quarterOf(month)) + 1;
}

const TIME: Accessors<Timed> = new Map<string, (subject: Timed) => Component>([
  ['hour', ({ nanosecondOfDay }) => Math.floor(nanosecondOfDay / NANOS_PER_HOUR)],
  ['minute', ({ nanosecondOfDay }) => Math.floor(nanosecondOfDay / NANOS_PER_MINUTE) % 60],
  ['second', ({ nanosecondOfDay }) => Math.floor(nanosecondOfDay / NANOS_PER_SECOND) % 60],
  ['millisecond', ({ nanosecondOfDay }) => Math.floor((nanosecondOfDay % NANOS_PER_SECOND) / 1_000_000)],
  ['microsecond', ({ nanosecondOfDay }) => Math.floor((nanosecondOfDay % NANOS_PER_SECOND) / 1000)],
  ['nanosecond', ({ nanosecondOfDay }) => nanosecondOfDay % NANOS_PER_SECOND],
]);

const OFFSET: Accessors<TimeValue | DateTimeValue> = new Map<string, (subject: TimeValue | DateTimeValue) => Component>(
  [
    [
      'timezone',
      (value) => (value instanceof DateTimeValue ? value.zone : undefined) ?? formatOffset(value.offsetSeconds),
    ],
    ['offset', ({ offsetSeconds }) => formatOffset(offsetSeconds)],
    ['offsetMinutes', ({ offsetSeconds }) => Math.trunc(offsetSeconds / 60) + 0],
    ['offsetSeconds', ({ offsetSeconds }) => offsetSeconds],
  ],
);

const MOMENT: Accessors<DateTimeValue> = new Map<string, (subject: DateTimeValue) => Component>([
  ['epochSeconds', (value) => epochSecondsOf(momentOf(value))],
  ['epochMillis', (value) => epochMillisecondsOf(value)],
]);

/** Milliseconds since 1970, rounded down. */
export function epochMillisecondsOf(value: DateTimeValue): number | bigint {
  const moment = momentOf(value);
  const millisecond = Math.floor((moment.nanosecondOfDay % NANOS_PER_SECOND) / 1_000_000);
  return integerOf(BigInt(epochSecondsOf(moment)) * 1000n + BigInt(millisecond));
}

/** Each as a whole count of its unit, or what is left of it beyond the larger unit in its name. */
const DURATION: Accessors<DurationValue> = new Map<string, (subject: DurationValue) => Component>([
  ['years', ({ months }) => whole(months, 12)],
  ['quarters', ({ months }) => whole(months, 3)],
  ['months', ({ months }) => months],
  ['weeks', ({ days }) => whole(days, 7)],
  ['days', ({ days }) => days],
  ['hours', ({ seconds }) => whole(seconds, 3600)],
  ['minutes', ({ seconds }) => whole(seconds, 60)],
  ['seconds', ({ seconds }) => seconds],
  ['milliseconds', (duration) => subseconds(duration, 1000)],
  ['microseconds', (duration) => subseconds(duration, 1_000_000)],
  ['nanoseconds', (duration) => subseconds(duration, NANOS_PER_SECOND)],
  ['quartersOfYear', ({ months }) => rest(whole(months, 3), 4)],
  ['monthsOfQuarter', ({ months }) => rest(months, 3)],
  ['monthsOfYear', ({ months }) => rest(months, 12)],
  ['daysOfWeek', ({ days }) => rest(days, 7)],
  ['minutesOfHour', ({ seconds }) => rest(whole(seconds, 60), 60)],
  ['secondsOfMinute', ({ seconds }) => rest(seconds, 60)],
  ['millisecondsOfSecond', ({ nanoseconds }) => Math.floor(nanoseconds / 1_000_000)],
  ['microsecondsOfSecond', ({ nanoseconds }) => Math.floor(nanoseconds / 1000)],
  ['nanosecondsOfSecond', ({ nanoseconds }) => nanoseconds],
]);

/** Cut off towards zero. Adding 0 makes 0 of -0. */
function whole(count: number | bigint, perUnit: number): number | bigint {
  return typeof count === 'number' ? Math.trunc(count / perUnit) + 0 : integerOf(count / BigInt(perUnit));
}

/** The sign is the count's. */
function rest(count: number | bigint, perUnit: number): number {
  return Number(typeof count === 'number' ? count % perUnit : count % BigInt(perUnit)) + 0;
}

function subseconds({ seconds, nanoseconds }: DurationValue, perSecond: number): number | bigint {
  const fraction = Math.floor(nanoseconds / (NANOS_PER_SECOND / perSecond));
  return integerOf(BigInt(seconds) * BigInt(perSecond) + BigInt(fraction));
}

/** The component of that name, undefined where the value has none. Errors: ArithmeticError for one past 64 bits. */
export function componentOf(value: Temporal | DurationValue, name: string): Component | undefined {
  if (value instanceof DurationValue) return DURATION.get(name)?.(value);
  if (isDated(value)) {
    const accessor = DATE.get(name);
    if (accessor) return accessor(value);
  }
  if (isTimed(value)) {
    const accessor = TIME.get(name);
    if (accessor) return accessor(value);
  }
  if (value instanceof TimeValue || value instanceof DateTimeValue) {
    const accessor = OFFSET.get(name);
    if (accessor) return accessor(value);
  }
  return value instanceof DateTimeValue ? MOMENT.get(name)?.(value) : undefined;
}
