/** round() with digits and a mode. Source: Neo4j; the modes are Java's. */

export const ROUNDING_MODES = ['UP', 'DOWN', 'CEILING', 'FLOOR', 'HALF_UP', 'HALF_DOWN', 'HALF_EVEN'] as const;

export type RoundingMode = (typeof ROUNDING_MODES)[number];

export function isRoundingMode(name: string): name is RoundingMode {
  return ROUNDING_MODES.some((mode) => mode === name);
}

/**
 * Rounds at a digit after the point. The shift goes by the decimal digits, since 1.005 * 100 is a little less than 100.5. What
 * is too large to have digits there stays as it is.
 */
export function roundTo(value: number, digits: number, mode: RoundingMode): number {
  if (!Number.isFinite(value)) return value;
  const shifted = shift(Math.abs(value), digits);
  if (!Number.isFinite(shifted)) return value;
  return Math.sign(value) * shift(roundMagnitude(shifted, value < 0, mode), -digits);
}

/** Moves the decimal point. */
function shift(value: number, digits: number): number {
  const [mantissa = '0', exponent = '0'] = value.toString().split('e');
  return Number(`${mantissa}e${Number(exponent) + digits}`);
}

function roundMagnitude(magnitude: number, negative: boolean, mode: RoundingMode): number {
  const floor = Math.floor(magnitude);
  const rest = magnitude - floor;
  if (rest === 0) return floor;
  switch (mode) {
    case 'UP':
      return floor + 1;
    case 'DOWN':
      return floor;
    case 'CEILING':
      return negative ? floor : floor + 1;
    case 'FLOOR':
      return negative ? floor + 1 : floor;
    case 'HALF_UP':
      return rest >= 0.5 ? floor + 1 : floor;
    case 'HALF_DOWN':
      return rest > 0.5 ? floor + 1 : floor;
    case 'HALF_EVEN':
      return rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? floor + 1 : floor;
  }
}
