/** point() and the functions on points. */

import { isNumeric, toFloatNumber } from '../../value/arithmetic.ts';
import { isMap } from '../../value/equality.ts';
import { distance, isWithin, makePoint, sridNamed } from '../../value/spatial/point.ts';
import { isSrid, PointValue, type Srid } from '../../value/spatial/point-value.ts';
import { Float, type Value, type ValueMap } from '../../value/value.ts';
import { argumentError, argumentTypeError, type CallSite, type FunctionTable, locate } from './function-definition.ts';

const COMPONENTS: readonly string[] = ['x', 'y', 'z', 'longitude', 'latitude', 'height', 'crs', 'srid'];

export const SPATIAL_FUNCTIONS: FunctionTable = {
  point: { apply: ([source], _context, site) => pointOf(source!, site) },
  'point.distance': {
    apply: ([left, right], _context, site) => {
      const metres = distance(pointArgument(left!, site), pointArgument(right!, site));
      return metres === null ? null : new Float(metres);
    },
  },
  'point.withinbbox': {
    apply: ([point, lowerLeft, upperRight], _context, site) =>
      isWithin(pointArgument(point!, site), pointArgument(lowerLeft!, site), pointArgument(upperRight!, site)),
  },
};

/** An unknown component makes the point unknown. */
function pointOf(source: Value, site: CallSite): Value {
  if (!isMap(source)) throw argumentTypeError(site, 'a MAP', source);
  for (const [key, value] of source) {
    if (!COMPONENTS.includes(key))
      throw argumentError(site, `A point has no component '${key}'.`, 'InvalidArgumentValue');
    if (value === null) return null;
  }
  const isGeographic = source.has('longitude') || source.has('latitude');
  const x = coordinate(source, isGeographic ? 'longitude' : 'x', site);
  const y = coordinate(source, isGeographic ? 'latitude' : 'y', site);
  const z = coordinate(source, source.has('height') ? 'height' : 'z', site);
  if (x === undefined || y === undefined) {
    throw argumentError(site, 'A point needs x and y, or longitude and latitude.', 'InvalidArgumentValue');
  }
  const srid = systemOf(source, site);
  return locate(site, () => makePoint({ x, y, z, isGeographic, srid }));
}

function coordinate(source: ValueMap, name: string, site: CallSite): number | undefined {
  const value = source.get(name);
  if (value === undefined) return undefined;
  if (isNumeric(value)) return toFloatNumber(value);
  throw argumentTypeError(site, `a number for ${name}`, value);
}

function systemOf(source: ValueMap, site: CallSite): Srid | undefined {
  const name = source.get('crs');
  const srid = typeof name === 'string' ? sridNamed(name) : source.get('srid');
  if (name === undefined && srid === undefined) return undefined;
  if (isSrid(srid)) return srid;
  throw argumentError(site, 'There is no such coordinate reference system.', 'InvalidArgumentValue');
}

function pointArgument(value: Value, site: CallSite): PointValue {
  if (value instanceof PointValue) return value;
  throw argumentTypeError(site, 'a POINT', value);
}
