/** date(), datetime.truncate(), duration.between() and their kin. The clock of a statement stands still. */
import { isMap } from '../../value/equality.ts';
import { between, inDays, inMonths, inSeconds } from '../../value/temporal/between.ts';
import {
  fromEpoch,
  makeDate,
  makeDateTime,
  makeDuration,
  makeLocalDateTime,
  makeLocalTime,
  makeTime,
  momentAt,
} from '../../value/temporal/construction.ts';
import type { DayTime } from '../../value/temporal/day-time.ts';
import { isTemporal, type Temporal } from '../../value/temporal/temporal-value.ts';
import {
  type Truncation,
  truncateDate,
  truncateDateTime,
  truncateLocalDateTime,
  truncateLocalTime,
  truncateTimeInZone,
} from '../../value/temporal/truncation.ts';
import { dateTimeAt, UTC } from '../../value/temporal/zone.ts';
import type { Value, ValueMap } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';
import {
  argumentTypeError,
  type CallSite,
  type FunctionDefinition,
  type FunctionTable,
  locate,
  stringArgument,
} from './function-definition.ts';

type Make = (source: Value, now: DayTime) => Temporal;
type Truncate = (truncation: Truncation, now: DayTime) => Temporal;

const NO_COMPONENTS: ValueMap = new Map();

export const TEMPORAL_FUNCTIONS: FunctionTable = {
  ...ofType('date', makeDate, truncateDate),
  ...ofType('localtime', makeLocalTime, truncateLocalTime),
  ...ofType('time', makeTime, truncateTimeInZone),
  ...ofType('localdatetime', makeLocalDateTime, truncateLocalDateTime),
  ...ofType('datetime', makeDateTime, truncateDateTime),
  'datetime.fromepoch': {
    apply: ([seconds, nanoseconds], _context, site) =>
      locate(site, () => {
        const count = integerArgument(seconds!, site);
        return fromEpoch(count, integerArgument(nanoseconds!, site), { isSeconds: true, zone: UTC });
      }),
  },
  'datetime.fromepochmillis': {
    apply: ([milliseconds], _context, site) =>
      locate(site, () => fromEpoch(integerArgument(milliseconds!, site), 0, { isSeconds: false, zone: UTC })),
  },
  duration: {
    apply: ([source], _context, site) => (hasNull(source!) ? null : locate(site, () => makeDuration(source!))),
  },
  'duration.between': ofTwo(between),
  'duration.inmonths': ofTwo(inMonths),
  'duration.indays': ofTwo(inDays),
  'duration.inseconds': ofTwo(inSeconds),
};

/** The functions that each type of moment has. A transaction, a statement and the clock itself all have one time here. */
function ofType(name: string, make: Make, truncate: Truncate): FunctionTable {
  const present: FunctionDefinition = {
    apply: ([zone], context, site) => {
      const source = typeof zone === 'string' ? new Map([['timezone', zone]]) : zone;
      return applyMake(make, source, context, site);
    },
  };
  return {
    [name]: { apply: ([source], context, site) => applyMake(make, source, context, site) },
    [`${name}.transaction`]: present,
    [`${name}.statement`]: present,
    [`${name}.realtime`]: present,
    [`${name}.truncate`]: { apply: (args, context, site) => applyTruncate(truncate, args, context, site) },
  };
}

/** Without an argument: the present. An unknown component makes the value unknown. */
function applyMake(make: Make, source: Value | undefined, context: EvaluationContext, site: CallSite): Value {
  if (source !== undefined && hasNull(source)) return null;
  return locate(site, () => {
    const now = momentAt(context.nowMs);
    return make(source ?? dateTimeAt(UTC, now), now);
  });
}

function applyTruncate(
  truncate: Truncate,
  [unit, value, map = NO_COMPONENTS]: readonly Value[],
  context: EvaluationContext,
  site: CallSite,
): Value {
  if (!isMap(map)) throw argumentTypeError(site, 'a MAP', map);
  if (hasNull(map)) return null;
  const now = momentAt(context.nowMs);
  const truncated = value === undefined ? dateTimeAt(UTC, now) : temporalArgument(value, site);
  return locate(site, () => truncate({ unit: stringArgument(unit!, site), value: truncated, map }, now));
}

function ofTwo(operation: (from: Temporal, to: Temporal) => Value): FunctionDefinition {
  return {
    apply: ([from, to], _context, site) => {
      const start = temporalArgument(from!, site);
      const end = temporalArgument(to!, site);
      return locate(site, () => operation(start, end));
    },
  };
}

function temporalArgument(value: Value, site: CallSite): Temporal {
  if (isTemporal(value)) return value;
  throw argumentTypeError(site, 'a DATE, a time or a datetime', value);
}

function integerArgument(value: Value, site: CallSite): number | bigint {
  if (typeof value === 'number' || typeof value === 'bigint') return value;
  throw argumentTypeError(site, 'an INTEGER', value);
}

function hasNull(source: Value): boolean {
  return isMap(source) && [...source.values()].includes(null);
}
