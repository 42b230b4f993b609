/**
 * Temporal values and points in the form that packing.ts writes: a Mark and the value's parts, in the order of its fields. All of
 * them are whole numbers, but for a zone's name and a point's coordinates, which are FLOATs.
 */
import { invalidBytes, Mark } from './message-pack.ts';
import { hasHeight, isSrid, PointValue } from './spatial/point-value.ts';
import { EPOCH_DAY_MAX, EPOCH_DAY_MIN } from './temporal/calendar.ts';
import { NANOS_PER_DAY, NANOS_PER_SECOND } from './temporal/day-time.ts';
import {
  DateTimeValue,
  DateValue,
  DurationValue,
  isTemporalOrDuration,
  LocalDateTimeValue,
  LocalTimeValue,
  type Temporal,
  TimeValue,
} from './temporal/temporal-value.ts';
import { knownZoneName, OFFSET_SECONDS_MAX } from './temporal/zone.ts';
import { Float } from './value.ts';

type MarkedScalar = Temporal | DurationValue | PointValue;

const MARKS = {
  date: new Mark(8),
  localTime: new Mark(9),
  time: new Mark(10),
  localDateTime: new Mark(11),
  dateTime: new Mark(12),
  duration: new Mark(13),
  point: new Mark(14),
} as const;

/** Whether a value is packed here. */
export function isMarkedScalar(value: unknown): value is MarkedScalar {
  return isTemporalOrDuration(value) || value instanceof PointValue;
}

export function packScalar(value: MarkedScalar): unknown[] {
  if (value instanceof DateValue) return [MARKS.date, value.epochDay];
  if (value instanceof LocalTimeValue) return [MARKS.localTime, value.nanosecondOfDay];
  if (value instanceof TimeValue) return [MARKS.time, value.nanosecondOfDay, value.offsetSeconds];
  if (value instanceof LocalDateTimeValue) return [MARKS.localDateTime, value.epochDay, value.nanosecondOfDay];
  if (value instanceof DateTimeValue) {
    const parts = [MARKS.dateTime, value.epochDay, value.nanosecondOfDay, value.offsetSeconds];
    return value.zone === undefined ? parts : [...parts, value.zone];
  }
  if (value instanceof DurationValue) {
    return [MARKS.duration, value.months, value.days, value.seconds, value.nanoseconds];
  }
  const parts = [MARKS.point, value.srid, new Float(value.x), new Float(value.y)];
  return value.z === undefined ? parts : [...parts, new Float(value.z)];
}

/** The inverse of packScalar for what a decoder returned. Anything else is a GraphError. */
export function unpackScalar(kind: number, fields: readonly unknown[]): MarkedScalar {
  switch (kind) {
    case MARKS.date.kind:
      return new DateValue(day(part(fields, 1, 2)));
    case MARKS.localTime.kind:
      return new LocalTimeValue(time(part(fields, 1, 2)));
    case MARKS.time.kind:
      return new TimeValue(time(part(fields, 1, 3)), offset(part(fields, 2, 3)));
    case MARKS.localDateTime.kind:
      return new LocalDateTimeValue(day(part(fields, 1, 3)), time(part(fields, 2, 3)));
    case MARKS.dateTime.kind:
      return unpackDateTime(fields);
    case MARKS.duration.kind:
      return unpackDuration(fields);
    case MARKS.point.kind:
      return unpackPoint(fields);
    default:
      throw invalidBytes(`There is a mark of unknown kind ${kind}.`);
  }
}

function unpackDateTime(fields: readonly unknown[]): DateTimeValue {
  const length = fields.length === 5 ? 5 : 4;
  return new DateTimeValue({
    epochDay: day(part(fields, 1, length)),
    nanosecondOfDay: time(part(fields, 2, length)),
    offsetSeconds: offset(part(fields, 3, length)),
    zone: length === 5 ? zone(fields[4]) : undefined,
  });
}

function unpackDuration(fields: readonly unknown[]): DurationValue {
  const seconds = part(fields, 3, 5);
  if (typeof seconds !== 'bigint' && !Number.isSafeInteger(seconds)) throw damaged();
  return new DurationValue({
    months: whole(part(fields, 1, 5), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    days: whole(part(fields, 2, 5), Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER),
    seconds: seconds as number | bigint, // Checked above.
    nanoseconds: whole(part(fields, 4, 5), 0, NANOS_PER_SECOND - 1),
  });
}

function unpackPoint(fields: readonly unknown[]): PointValue {
  const [, srid, x, y, z] = fields;
  if (!isSrid(srid) || fields.length !== (hasHeight(srid) ? 5 : 4)) throw damaged();
  return new PointValue({ srid, x: coordinate(x), y: coordinate(y), z: z === undefined ? undefined : coordinate(z) });
}

function part(fields: readonly unknown[], index: number, length: number): unknown {
  if (fields.length !== length) throw damaged();
  return fields[index];
}

function day(field: unknown): number {
  return whole(field, EPOCH_DAY_MIN, EPOCH_DAY_MAX);
}

function time(field: unknown): number {
  return whole(field, 0, NANOS_PER_DAY - 1);
}

function offset(field: unknown): number {
  return whole(field, -OFFSET_SECONDS_MAX, OFFSET_SECONDS_MAX);
}

/** A zone that this instance does not know is taken as it is: the offset stands beside it. */
function zone(field: unknown): string {
  const name = typeof field === 'string' ? knownZoneName(field) : undefined;
  if (name === undefined) throw damaged();
  return name;
}

function coordinate(field: unknown): number {
  if (field instanceof Float) return field.value;
  throw damaged();
}

function whole(field: unknown, min: number, max: number): number {
  if (typeof field !== 'number' || !Number.isSafeInteger(field) || field < min || field > max) throw damaged();
  // An INTEGER has no negative zero.
  return field + 0;
}

function damaged() {
  return invalidBytes('A temporal value or a point has a part that does not belong.');
}
