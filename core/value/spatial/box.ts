/** Boxes along the axes of a coordinate reference system, in which an index looks for points. */
import { EARTH_RADIUS_METRES } from './point.ts';
import { isGeographic, type PointValue, type Srid } from './point-value.ts';

/** Lower and upper bounds of x, y and, in three dimensions, z; edges included. */
export interface PointBox {
  readonly srid: Srid;
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

const DEGREES = Math.PI / 180;

/** Added to what trigonometry says, so that its rounding cuts nothing off. */
const SLACK = 1e-9;

/** Boxes in which all points lie that are at most so far from the centre. */
export function boxesAround(center: PointValue, distance: number): PointBox[] {
  if (!(distance >= 0)) return [];
  const { srid, x, y, z } = center;
  const heights = z === undefined ? [] : [{ lower: z - distance, upper: z + distance }];
  if (!isGeographic(srid)) {
    return [
      boxOf(srid, [
        { lower: x - distance, upper: x + distance },
        { lower: y - distance, upper: y + distance },
        ...heights,
      ]),
    ];
  }
  // Distances are measured on the sphere half-way between the heights of two points: the lowest has the largest angles.
  const radius = EARTH_RADIUS_METRES + (z === undefined ? 0 : z - distance / 2);
  const angle = radius > 0 ? (distance / radius) * (1 + SLACK) + SLACK : Math.PI;
  const latitudes = { lower: y - angle / DEGREES, upper: y + angle / DEGREES };
  const reachesPole = latitudes.lower <= -90 || latitudes.upper >= 90 || angle >= Math.PI / 2;
  const width = reachesPole ? 180 : Math.asin(Math.min(1, Math.sin(angle) / Math.cos(y * DEGREES))) / DEGREES + SLACK;
  return meridians(x - width, x + width).map((longitudes) => boxOf(srid, [longitudes, latitudes, ...heights]));
}

/** The box between two corners, in two where it reaches over the 180th meridian; none for corners of two systems. */
export function boxesBetween(lowerLeft: PointValue, upperRight: PointValue): PointBox[] {
  const { srid } = lowerLeft;
  if (srid !== upperRight.srid) return [];
  const latitudes = { lower: lowerLeft.y, upper: upperRight.y };
  const heights = lowerLeft.z === undefined ? [] : [{ lower: lowerLeft.z, upper: upperRight.z! }];
  const across = isGeographic(srid) && lowerLeft.x > upperRight.x;
  const sides = across ? meridians(lowerLeft.x, upperRight.x + 360) : [{ lower: lowerLeft.x, upper: upperRight.x }];
  return sides.map((longitudes) => boxOf(srid, [longitudes, latitudes, ...heights]));
}

export function isInBox({ srid, x, y, z }: PointValue, box: PointBox): boolean {
  if (srid !== box.srid) return false;
  return [x, y, ...(z === undefined ? [] : [z])].every(
    (coordinate, axis) => coordinate >= box.lower[axis]! && coordinate <= box.upper[axis]!,
  );
}

interface Extent {
  readonly lower: number;
  readonly upper: number;
}

/** Longitudes from -180 to 180 out of some that may lie beyond. */
function meridians(lower: number, upper: number): Extent[] {
  if (upper - lower >= 360) return [{ lower: -180, upper: 180 }];
  if (lower < -180)
    return [
      { lower: lower + 360, upper: 180 },
      { lower: -180, upper },
    ];
  if (upper > 180)
    return [
      { lower, upper: 180 },
      { lower: -180, upper: upper - 360 },
    ];
  return [{ lower, upper }];
}

function boxOf(srid: Srid, extents: readonly Extent[]): PointBox {
  return { srid, lower: extents.map(({ lower }) => lower), upper: extents.map(({ upper }) => upper) };
}
