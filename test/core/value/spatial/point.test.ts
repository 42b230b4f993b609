import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../../core/error.ts';
import { equals } from '../../../../core/value/equality.ts';
import { equivalenceKey } from '../../../../core/value/equivalence.ts';
import { compare, compareOrder } from '../../../../core/value/order.ts';
import { render } from '../../../../core/value/render.ts';
import {
  distance,
  isWithin,
  makePoint,
  parsePointText,
  pointComponent,
  pointText,
} from '../../../../core/value/spatial/point.ts';
import { PointValue, SRID } from '../../../../core/value/spatial/point-value.ts';
import { Float } from '../../../../core/value/value.ts';
import { point } from '../temporal-arbitrary.ts';

const flat = (x: number, y: number, z?: number) => makePoint({ x, y, z, isGeographic: false, srid: undefined });
const globe = (x: number, y: number, z?: number) => makePoint({ x, y, z, isGeographic: true, srid: undefined });

describe('a point', () => {
  test.each([
    [flat(1, 2), "point({x: 1.0, y: 2.0, crs: 'cartesian'})", 'SRID=7203;POINT (1.0 2.0)'],
    [
      flat(1.5, -0, 1e30),
      "point({x: 1.5, y: -0.0, z: 1e+30, crs: 'cartesian-3d'})",
      'SRID=9157;POINT Z (1.5 -0.0 1e+30)',
    ],
    [globe(12.5, 56), "point({x: 12.5, y: 56.0, crs: 'wgs-84'})", 'SRID=4326;POINT (12.5 56.0)'],
    [globe(190, 56, 3), "point({x: -170.0, y: 56.0, z: 3.0, crs: 'wgs-84-3d'})", 'SRID=4979;POINT Z (-170.0 56.0 3.0)'],
  ])('is written %2$s', (value, expression, text) => {
    expect(render(value)).toBe(expression);
    expect(pointText(value)).toBe(text);
  });

  test('is read again as it was written', () => {
    fc.assert(
      fc.property(point, (value) => {
        expect(parsePointText(pointText(value))).toEqual(value);
      }),
    );
  });

  test.each(['', 'POINT (1 2)', 'SRID=1;POINT (1 2)', 'SRID=7203;POINT (1 x)', 'SRID=7203;POINT (1)'])(
    'is not read from %j',
    (text) => {
      expect(parsePointText(text)).toBeUndefined();
    },
  );

  test.each([
    ['a latitude beyond the pole', () => globe(0, 90.1)],
    ['a height in two dimensions', () => makePoint({ x: 1, y: 2, z: 3, isGeographic: false, srid: SRID.wgs84 })],
    [
      'longitude and latitude on a plane',
      () => makePoint({ x: 1, y: 2, z: undefined, isGeographic: true, srid: SRID.cartesian }),
    ],
  ])('refuses %s', (_what, make) => {
    expect(make).toThrow(GraphError);
  });

  test('has the components of its system', () => {
    expect(pointComponent(globe(12.5, 56, 3), 'latitude')).toEqual(new Float(56));
    expect(pointComponent(globe(12.5, 56, 3), 'height')).toEqual(new Float(3));
    expect(pointComponent(flat(1, 2), 'longitude')).toBeUndefined();
    expect(pointComponent(flat(1, 2), 'z')).toBeUndefined();
    expect(pointComponent(flat(1, 2), 'srid')).toBe(7203);
    expect(pointComponent(flat(1, 2), 'crs')).toBe('cartesian');
  });
});

describe('points', () => {
  test('are equal in one system and one place; a zero has no sign', () => {
    expect(equals(flat(0, 1), flat(-0, 1))).toBe(true);
    expect(equivalenceKey(flat(0, 1))).toBe(equivalenceKey(flat(-0, 1)));
    expect(equals(flat(1, 2), globe(1, 2))).toBe(false);
    expect(equals(new PointValue({ srid: SRID.cartesian, x: Number.NaN, y: 1, z: undefined }), flat(1, 1))).toBe(false);
  });

  test('have an order for ORDER BY and none for <', () => {
    expect(compareOrder(globe(5, 5), flat(1, 1))).toBeLessThan(0);
    expect(compareOrder(flat(1, 2), flat(1, 3))).toBeLessThan(0);
    expect(compare(flat(1, 2), flat(1, 3))).toBeNull();
  });

  test('are so far apart', () => {
    expect(distance(flat(0, 0), flat(3, 4))).toBe(5);
    expect(distance(flat(0, 0, 0), flat(2, 3, 6))).toBe(7);
    expect(distance(flat(0, 0), globe(0, 0))).toBeNull();
    // A quarter of the equator of Neo4j's globe, whose radius is 6,378,140 m.
    expect(distance(globe(0, 0), globe(90, 0))).toBeCloseTo((6_378_140 * Math.PI) / 2, 6);
    expect(distance(globe(0, 0, 100), globe(0, 0, 400))).toBe(300);
  });

  test.each([
    { point: flat(1, 1), lower: flat(0, 0), upper: flat(1, 1), expected: true },
    { point: flat(1.1, 1), lower: flat(0, 0), upper: flat(1, 1), expected: false },
    { point: flat(1, 1, 5), lower: flat(0, 0, 0), upper: flat(2, 2, 4), expected: false },
    { point: globe(179, 0), lower: globe(170, -10), upper: globe(-170, 10), expected: true },
    { point: globe(0, 0), lower: globe(170, -10), upper: globe(-170, 10), expected: false },
    { point: flat(1, 1), lower: globe(0, 0), upper: flat(1, 1), expected: null },
  ])('lie in a box or not: $expected', ({ point: place, lower, upper, expected }) => {
    expect(isWithin(place, lower, upper)).toBe(expected);
  });
});
