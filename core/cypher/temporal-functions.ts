/** The temporal and spatial functions' rows of the function table. */
import type { FunctionRow } from './function-table.ts';
import {
  BOOLEAN,
  DATE,
  DURATION,
  FLOAT,
  LOCAL_DATETIME,
  LOCAL_TIME,
  POINT,
  type StaticType,
  TEMPORAL_KINDS,
  type TypeKind,
  ZONED_DATETIME,
  ZONED_TIME,
} from './static-type.ts';

const DATED: readonly TypeKind[] = ['date', 'local datetime', 'zoned datetime'];
const TIMED: readonly TypeKind[] = ['local time', 'zoned time', 'local datetime', 'zoned datetime'];
const ZONE: readonly TypeKind[] = ['string', 'map'];

export const TEMPORAL_FUNCTIONS: readonly FunctionRow[] = [
  ...ofType('date', DATE, DATED),
  ...ofType('localtime', LOCAL_TIME, TIMED),
  ...ofType('time', ZONED_TIME, TIMED),
  ...ofType('localdatetime', LOCAL_DATETIME, DATED),
  ...ofType('datetime', ZONED_DATETIME, DATED),
  ['datetime.fromEpoch', 2, 2, ['integer'], ZONED_DATETIME],
  ['datetime.fromEpochMillis', 1, 1, ['integer'], ZONED_DATETIME],
  ['duration', 1, 1, ['string', 'map', 'duration'], DURATION],
  ['duration.between', 2, 2, TEMPORAL_KINDS, DURATION],
  ['duration.inMonths', 2, 2, TEMPORAL_KINDS, DURATION],
  ['duration.inDays', 2, 2, TEMPORAL_KINDS, DURATION],
  ['duration.inSeconds', 2, 2, TEMPORAL_KINDS, DURATION],
];

/** What each type of moment has: made of something, of the clock, or cut off. */
function ofType(name: string, type: StaticType, sources: readonly TypeKind[]): FunctionRow[] {
  return [
    [name, 0, 1, ['string', 'map', ...sources], type],
    [`${name}.transaction`, 0, 1, ZONE, type],
    [`${name}.statement`, 0, 1, ZONE, type],
    [`${name}.realtime`, 0, 1, ZONE, type],
    [`${name}.truncate`, 1, 3, ['string'], type],
  ];
}

export const SPATIAL_FUNCTIONS: readonly FunctionRow[] = [
  ['point', 1, 1, ['map'], POINT],
  ['point.distance', 2, 2, ['point'], FLOAT],
  ['point.withinBBox', 3, 3, ['point'], BOOLEAN],
];
