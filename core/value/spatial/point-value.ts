/**
 * POINT: a place in a coordinate reference system, flat or on the globe, with two or three coordinates. Systems and
 * their numbers: EPSG for WGS 84, Neo4j's own for the cartesian ones.
 */

export const SRID = { cartesian: 7203, cartesian3d: 9157, wgs84: 4326, wgs843d: 4979 } as const;

export type Srid = (typeof SRID)[keyof typeof SRID];

/** `x` is the longitude and `y` the latitude in degrees on the globe, `z` the height in metres; undefined in two dimensions. */
export class PointValue {
  readonly srid: Srid;
  readonly x: number;
  readonly y: number;
  readonly z: number | undefined;

  constructor(fields: {
    readonly srid: Srid;
    readonly x: number;
    readonly y: number;
    readonly z: number | undefined;
  }) {
    this.srid = fields.srid;
    this.x = fields.x;
    this.y = fields.y;
    this.z = fields.z;
  }
}

/** Whether a number names a coordinate reference system. */
export function isSrid(value: unknown): value is Srid {
  return value === SRID.cartesian || value === SRID.cartesian3d || value === SRID.wgs84 || value === SRID.wgs843d;
}

export function isGeographic(srid: Srid): boolean {
  return srid === SRID.wgs84 || srid === SRID.wgs843d;
}

export function hasHeight(srid: Srid): boolean {
  return srid === SRID.cartesian3d || srid === SRID.wgs843d;
}
