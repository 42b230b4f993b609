/**
 * Points as texts along a space-filling curve (Morton, 1966): the bits of the coordinates, in the order of numbers, one of each in
 * turn. Points that are near each other mostly have texts that are, and a box is a few ranges of texts, whatever its scale.
 */
import type { PointBox } from '../value/spatial/box.ts';
import type { PointValue } from '../value/spatial/point-value.ts';
import type { KeyRange } from './ordered-keys.ts';

/** A part of the space with so few points is not cut any further: looking at them costs less. */
const POINTS_UNCUT_MAX = 8;

/** Bits of a coordinate that boxes are cut by: those of the sign, the exponent and twenty of the rest. */
const CELL_BITS = 32;

const UNIT_BITS = 16;

/** Room to look at the bits of a number in: nothing is read from it that was not just written. */
const BITS = new DataView(new ArrayBuffer(8));

/** The text of a point; undefined when one of its coordinates is NaN, which is nowhere. */
export function pointCurveKey({ srid, x, y, z }: PointValue): string | undefined {
  const coordinates = z === undefined ? [x, y] : [x, y, z];
  if (coordinates.some(Number.isNaN)) return undefined;
  const words = coordinates.map(orderedWords);
  const high = words.map(([word]) => word);
  const low = words.map(([, word]) => word);
  return String.fromCharCode(srid) + interleaved(high) + interleaved(low);
}

/**
 * Ranges of texts among which are those of all points in a box. The space is halved along one axis after the other where there
 * are points, which `countIn` tells of a range, and the box does not hold all of them.
 */
export function pointCurveRanges(
  { srid, lower, upper }: PointBox,
  countIn: (range: KeyRange<string>) => number,
): KeyRange<string>[] {
  const axes = lower.length;
  if (lower.some((bound, axis) => !(bound <= upper[axis]!))) return [];
  const sought: Cell = { lower: lower.map(topWord), upper: upper.map(topWord) };
  const found: KeyRange<string>[] = [];
  const search = (cell: Cell, depth: number): void => {
    if (!meets(cell, sought)) return;
    const range = rangeOf(cell, srid);
    const count = countIn(range);
    if (count === 0) return;
    if (count <= POINTS_UNCUT_MAX || depth === CELL_BITS * axes || isWithin(cell, sought)) found.push(range);
    else for (const half of halvesOf(cell, depth % axes)) search(half, depth + 1);
  };
  search({ lower: lower.map(() => 0), upper: lower.map(() => 2 ** CELL_BITS - 1) }, 0);
  return found;
}

function rangeOf(cell: Cell, srid: number): KeyRange<string> {
  const system = String.fromCharCode(srid);
  return {
    from: system + interleaved(cell.lower),
    fromExclusive: false,
    to: system + interleaved(cell.upper) + '\uffff'.repeat(2 * cell.upper.length),
    toExclusive: false,
  };
}

/** Whole numbers of 32 bits along each axis; edges included. */
interface Cell {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

function halvesOf(cell: Cell, axis: number): [Cell, Cell] {
  const middle = cell.lower[axis]! + (cell.upper[axis]! - cell.lower[axis]! + 1) / 2;
  return [
    { lower: cell.lower, upper: cell.upper.with(axis, middle - 1) },
    { lower: cell.lower.with(axis, middle), upper: cell.upper },
  ];
}

function isWithin(cell: Cell, sought: Cell): boolean {
  return cell.lower.every((lower, axis) => lower >= sought.lower[axis]! && cell.upper[axis]! <= sought.upper[axis]!);
}

function meets(cell: Cell, sought: Cell): boolean {
  return cell.lower.every((lower, axis) => lower <= sought.upper[axis]! && cell.upper[axis]! >= sought.lower[axis]!);
}

function topWord(coordinate: number): number {
  return orderedWords(coordinate)[0];
}

/** The bits of a number in two words, so that greater numbers have greater words. A zero has one sign. */
function orderedWords(coordinate: number): readonly [number, number] {
  BITS.setFloat64(0, coordinate + 0);
  const [high, low] = [BITS.getUint32(0), BITS.getUint32(4)];
  return high >= 0x8000_0000 ? [~high >>> 0, ~low >>> 0] : [(high | 0x8000_0000) >>> 0, low];
}

/** The bits of words of 32 bits, one of each in turn, as units of text. */
function interleaved(words: readonly number[]): string {
  const units: number[] = [];
  let unit = 0;
  let bits = 0;
  for (let bit = CELL_BITS - 1; bit >= 0; bit -= 1) {
    for (const word of words) {
      unit = (unit << 1) | ((word >>> bit) & 1);
      bits += 1;
      if (bits < UNIT_BITS) continue;
      units.push(unit);
      unit = 0;
      bits = 0;
    }
  }
  return String.fromCharCode(...units);
}
