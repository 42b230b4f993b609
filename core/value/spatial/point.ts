/** Points: how they are made, compared, measured and written. Source: Neo4j 5, Cypher manual, "Spatial values" and "Spatial functions". */
import { GraphError } from '../../error.ts';
import { Float } from '../value.ts';
import { hasHeight, isGeographic, PointValue, SRID, type Srid } from './point-value.ts';

/** The radius of the globe in metres. Source: Neo4j. */
export const EARTH_RADIUS_METRES = 6_378_140;

const DEGREES = Math.PI / 180;

/** Names of the coordinate reference systems. */
export const SRID_NAMES: Readonly<Record<Srid, string>> = {
  [SRID.cartesian]: 'cartesian',
  [SRID.cartesian3d]: 'cartesian-3d',
  [SRID.wgs84]: 'wgs-84',
  [SRID.wgs843d]: 'wgs-84-3d',
};

/** The number of a coordinate reference system by its name, in any case. */
export function sridNamed(name: string): Srid | undefined {
  const [srid] = Object.entries(SRID_NAMES).find(([, known]) => known === name.toLowerCase()) ?? [];
  return srid === undefined ? undefined : (Number(srid) as Srid); // The keys of SRID_NAMES are Srids.
}

/** Coordinates of a point that is to be made, and how it names its system, if it does. */
export interface PointFields {
  readonly x: number;
  readonly y: number;
  readonly z: number | undefined;
  /** They were given as longitude and latitude. */
  readonly isGeographic: boolean;
  readonly srid: Srid | undefined;
}

/** A point. Errors: ArgumentError where coordinates and system do not fit, or a latitude is beyond a pole. */
export function makePoint({ x, y, z, isGeographic: isGlobe, srid }: PointFields): PointValue {
  const natural = isGlobe
    ? z === undefined
      ? SRID.wgs84
      : SRID.wgs843d
    : z === undefined
      ? SRID.cartesian
      : SRID.cartesian3d;
  const system = srid ?? natural;
  if (hasHeight(system) !== (z !== undefined)) {
    throw pointError(`A point of ${SRID_NAMES[system]} has ${hasHeight(system) ? 3 : 2} coordinates.`);
  }
  if (isGlobe && !isGeographic(system))
    throw pointError(`A point of ${SRID_NAMES[system]} has no longitude and latitude.`);
  if (!isGeographic(system)) return new PointValue({ srid: system, x, y, z });
  if (!(Math.abs(y) <= 90)) throw pointError(`A latitude lies from -90 to 90, not at ${y}.`);
  return new PointValue({ srid: system, x: wrappedLongitude(x), y, z });
}

/** The same meridian from -180 to 180. */
function wrappedLongitude(longitude: number): number {
  if (!Number.isFinite(longitude)) throw pointError('A longitude is a finite number.');
  if (Math.abs(longitude) <= 180) return longitude;
  const turned = (((longitude + 180) % 360) + 360) % 360;
  return turned - 180;
}

function pointError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message, { detail: 'InvalidArgumentValue' });
}

/** Whether two points are of one system and in one place. */
export function equalPoints(left: PointValue, right: PointValue): boolean {
  return left.srid === right.srid && left.x === right.x && left.y === right.y && left.z === right.z;
}

/** By system, then by coordinates; NaN above all others. */
export function comparePoints(left: PointValue, right: PointValue): number {
  return (
    left.srid - right.srid ||
    compareCoordinates(left.x, right.x) ||
    compareCoordinates(left.y, right.y) ||
    compareCoordinates(left.z ?? 0, right.z ?? 0)
  );
}

function compareCoordinates(left: number, right: number): number {
  if (left < right) return -1;
  if (left > right) return 1;
  return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
}

/** A key as text that only this place has. */
export function pointKey({ srid, x, y, z }: PointValue): string {
  // A zero has one key, though it may have two signs.
  return `o${srid},${x + 0},${y + 0},${z === undefined ? '' : z + 0};`;
}

/** A point as a Cypher expression. */
export function formatPoint({ srid, x, y, z }: PointValue): string {
  const height = z === undefined ? '' : `, z: ${coordinate(z)}`;
  return `point({x: ${coordinate(x)}, y: ${coordinate(y)}${height}, crs: '${SRID_NAMES[srid]}'})`;
}

/** A point as text with its system's number, as Neo4j's Query API has it. */
export function pointText({ srid, x, y, z }: PointValue): string {
  const height = z === undefined ? '' : ` ${coordinate(z)}`;
  return `SRID=${srid};POINT ${z === undefined ? '' : 'Z '}(${coordinate(x)} ${coordinate(y)}${height})`;
}

const POINT_TEXT = /^SRID=(\d+);\s*POINT(?: Z)? ?\(([^ ()]+) ([^ ()]+)(?: ([^ ()]+))?\)$/;

/** A number as JavaScript writes it; on a plane a coordinate may be anything that a FLOAT may be. */
const COORDINATE_TEXT = /^(?:-?(?:\d+(?:\.\d*)?(?:e[+-]?\d+)?|Infinity)|NaN)$/i;

/** The inverse of pointText; undefined for any other text. Errors: as makePoint. */
export function parsePointText(text: string): PointValue | undefined {
  const [, system, ...texts] = POINT_TEXT.exec(text) ?? [];
  const srid = Object.values(SRID).find((known) => String(known) === system);
  if (texts.some((coordinateText) => coordinateText !== undefined && !COORDINATE_TEXT.test(coordinateText)))
    return undefined;
  const [x, y, z] = texts.map((coordinateText) => (coordinateText === undefined ? undefined : Number(coordinateText)));
  if (srid === undefined || x === undefined || y === undefined) return undefined;
  return makePoint({ x, y, z, isGeographic: false, srid });
}

function coordinate(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${Object.is(value, -0) ? '-0' : value}.0` : String(value);
}

/** The component of that name, undefined where the point has none. */
export function pointComponent(point: PointValue, name: string): number | string | Float | undefined {
  switch (name) {
    case 'x':
      return new Float(point.x);
    case 'y':
      return new Float(point.y);
    case 'z':
      return point.z === undefined ? undefined : new Float(point.z);
    case 'crs':
      return SRID_NAMES[point.srid];
    case 'srid':
      return point.srid;
  }
  if (!isGeographic(point.srid)) return undefined;
  switch (name) {
    case 'longitude':
      return new Float(point.x);
    case 'latitude':
      return new Float(point.y);
    case 'height':
      return point.z === undefined ? undefined : new Float(point.z);
    default:
      return undefined;
  }
}

/** How far two points of one system are apart: on the globe in metres along its surface; null for two systems. */
export function distance(left: PointValue, right: PointValue): number | null {
  if (left.srid !== right.srid) return null;
  const rise = (left.z ?? 0) - (right.z ?? 0);
  if (!isGeographic(left.srid)) return Math.hypot(left.x - right.x, left.y - right.y, rise);
  // Two heights are measured on the sphere half-way between them.
  const radius = EARTH_RADIUS_METRES + ((left.z ?? 0) + (right.z ?? 0)) / 2;
  return Math.hypot(radius * centralAngle(left, right), rise);
}

/** The haversine formula; in radians. */
function centralAngle(left: PointValue, right: PointValue): number {
  const latitudes = Math.sin(((right.y - left.y) * DEGREES) / 2) ** 2;
  const longitudes = Math.sin(((right.x - left.x) * DEGREES) / 2) ** 2;
  const haversine = latitudes + Math.cos(left.y * DEGREES) * Math.cos(right.y * DEGREES) * longitudes;
  return 2 * Math.asin(Math.min(1, Math.sqrt(haversine)));
}

/**
 * Whether a point lies in a box, edges included; null for points of several systems. On the globe a box whose western edge
 * lies east of its eastern edge reaches over the 180th meridian.
 */
export function isWithin(point: PointValue, lowerLeft: PointValue, upperRight: PointValue): boolean | null {
  if (point.srid !== lowerLeft.srid || point.srid !== upperRight.srid) return null;
  const isAcross = isGeographic(point.srid) && lowerLeft.x > upperRight.x;
  const isBetween = isAcross
    ? point.x >= lowerLeft.x || point.x <= upperRight.x
    : point.x >= lowerLeft.x && point.x <= upperRight.x;
  const { z } = point;
  const isInHeight = z === undefined || (z >= (lowerLeft.z ?? z) && z <= (upperRight.z ?? z));
  return isBetween && point.y >= lowerLeft.y && point.y <= upperRight.y && isInHeight;
}
